//! What tells a finding again in the next run, although lines have moved meanwhile.

use std::collections::HashMap;
use std::ops::Range;

use super::Diagnostic;
use crate::text::{Source, Step};

/// How many bytes of a guilty value count.
const LONG: usize = 200;

/// Makes the fingerprints of the findings of one run. Those of findings that are alike in all that
/// counts differ by how many there were before.
#[derive(Debug, Default)]
pub struct Fingerprints {
    seen: HashMap<u64, u64>,
}

impl Fingerprints {
    /// Returns the fingerprint of a finding: 16 hexadecimal digits. What counts is the rule, the
    /// file by the name that is given here, the package and version, the way down the document
    /// without positions in lists, the guilty text, and the user's names in the message; its other
    /// words may change with the next version of olmcat.
    pub fn of(
        &mut self,
        diagnostic: &Diagnostic,
        file: &str,
        source: &Source,
        guilty: Range<usize>,
    ) -> String {
        let mut hash = Hash::default();
        hash.part(diagnostic.code.id);
        hash.part(file);
        hash.part(&diagnostic.subject.package);
        hash.part(&diagnostic.subject.version);
        for step in diagnostic.place.route().into_iter().flat_map(|route| &route.0) {
            match step {
                Step::Key(key) | Step::Name(key) => hash.part(key),
                Step::Index(_) => hash.part("[]"),
                Step::Part(..) => {}
            }
        }
        let guilty = source.slice(guilty).lines().next().unwrap_or_default().trim();
        guilty
            .char_indices()
            .take_while(|(at, _)| *at < LONG)
            .for_each(|(_, c)| hash.part(c.encode_utf8(&mut [0; 4])));
        diagnostic.message.split('`').skip(1).step_by(2).for_each(|name| hash.part(name));
        let before = self.seen.entry(hash.0).or_default();
        hash.part(&before.to_string());
        *before += 1;
        format!("{:016x}", hash.0)
    }
}

/// FNV-1a: the same on every machine and in every version, which the hashes of the standard library
/// do not promise.
struct Hash(u64);

impl Default for Hash {
    fn default() -> Self {
        Hash(0xcbf2_9ce4_8422_2325)
    }
}

impl Hash {
    fn part(&mut self, text: &str) {
        // No text has 0xff, so `ab` `c` differs from `a` `bc`.
        for byte in text.bytes().chain([0xff]) {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::codes;
    use crate::text::{Place, Sources, locate};

    /// The fingerprints of findings about the items with these numbers.
    fn of(text: &str, items: &[usize], message: &str) -> Vec<String> {
        let sources = Sources::default();
        let file = sources.add("a.yaml", text.into());
        let mut fingerprints = Fingerprints::default();
        let places = items.iter().map(|item| Place::document(file, 0..text.len()).key("list").index(*item));
        places
            .map(|place| {
                let guilty = locate(&place, &sources);
                let finding = Diagnostic::new(&codes::DUPLICATE_KEY, place, message);
                fingerprints.of(&finding, "a.yaml", sources.get(file), guilty)
            })
            .collect()
    }

    #[test]
    fn lines_that_move_change_nothing() {
        let before = of("list:\n- a\n- b\n", &[1], "bad `b`");
        let after = of("# new\nlist:\n- z\n\n- a\n- b # why\n", &[2], "`b` is still bad");
        assert_eq!(before, after);
        assert_eq!(before[0].len(), 16);
    }

    #[test]
    fn other_findings_have_others() {
        let text = "list:\n- a\n- b\n- a\n";
        let mut all = of(text, &[0, 1, 3], "bad");
        all.extend(of(text, &[0], "bad `name`"));
        let distinct: std::collections::HashSet<_> = all.iter().collect();
        assert_eq!(distinct.len(), 4, "{all:?}");
    }
}
