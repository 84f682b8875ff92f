//! Findings that were there before olmcat was: recorded once, and left out from then on. What is
//! required is never left out: OLM would refuse it all the same.

use std::collections::HashSet;

use crate::diag::{Fingerprints, Report, Suite};
use crate::settings::{Baseline, KnownFinding};
use crate::text::{Place, Sources, locate_all};

/// Returns the baseline that leaves out what is in the report. File names are taken from `root` on.
pub fn record(report: &mut Report, sources: &Sources, root: &str) -> Baseline {
    Baseline::new(known(report, sources, root).into_iter().flatten().collect())
}

/// Takes what a baseline knows out of a report, and returns how many of its findings were not there.
pub fn subtract(baseline: &Baseline, report: &mut Report, sources: &Sources, root: &str) -> usize {
    let mut expected: HashSet<&KnownFinding> = baseline.findings.iter().collect();
    let known = known(report, sources, root);
    let mut known = known.iter();
    report.diagnostics_mut().retain(|_| {
        let finding = known.next().expect("there is one for each finding");
        !finding.as_ref().is_some_and(|finding| expected.remove(finding))
    });
    expected.len()
}

/// Returns what a baseline says of each finding, in their order; none of what is required.
fn known(report: &mut Report, sources: &Sources, root: &str) -> Vec<Option<KnownFinding>> {
    // What was found twice counts once.
    report.sort(sources);
    let places: Vec<&Place> = report.diagnostics().iter().map(|diagnostic| &diagnostic.place).collect();
    let guilty = locate_all(&places, sources);
    let mut fingerprints = Fingerprints::default();
    (report.diagnostics().iter().zip(guilty))
        .map(|(diagnostic, guilty)| {
            if diagnostic.code.suite == Suite::Required {
                return None;
            }
            let source = sources.get(diagnostic.place.file);
            let file = below(source.name(), root);
            Some(KnownFinding {
                id: diagnostic.code.id.to_owned(),
                file: file.to_owned(),
                package: diagnostic.subject.package.clone(),
                version: diagnostic.subject.version.clone(),
                fingerprint: fingerprints.of(diagnostic, file, source, guilty),
            })
        })
        .collect()
}

/// Returns the name of a file from a folder on, however the two were written.
fn below<'n>(name: &'n str, root: &str) -> &'n str {
    let root = root.trim_end_matches('/').trim_start_matches("./");
    let name = name.trim_start_matches("./");
    match name.strip_prefix(root) {
        Some(rest) if !root.is_empty() && root != "." => rest.strip_prefix('/').unwrap_or(name),
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::below;

    #[test]
    fn names_do_not_depend_on_where_one_stands() {
        for (name, root) in [
            ("bundles/a", "."),
            ("./bundles/a", "."),
            ("../x/bundles/a", "../x"),
            ("/home/x/bundles/a", "/home/x/"),
            ("x/bundles/a", "./x"),
        ] {
            assert_eq!(below(name, root), "bundles/a", "{name} below {root}");
        }
        assert_eq!(below("xy/a", "x"), "xy/a");
    }
}
