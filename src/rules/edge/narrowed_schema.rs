use crate::crd::{Change, Effect};
use crate::diag::{Code, Level, Suite};
use crate::rules::{Check, EdgeView, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "narrowed-schema",
        summary: "a schema refuses what it took before",
        suite: Suite::GoodPractices,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("narrowed_schema.md"),
    },
    check: Check::Edge(check),
};

/// Whether such objects exist nobody can know here; where an example of the operator itself is one, it
/// is `refused-example`.
fn check(view: &EdgeView<'_>, out: &mut Findings<'_>) {
    const SHOWN: usize = 10;
    for (pair, _) in view.tried().filter(|(_, examples)| examples.is_empty()) {
        let mut narrowed: Vec<(&Change<'_>, String)> = Vec::new();
        for change in pair.with_effect(Effect::RefusesObjects).take(1000) {
            let field =
                if change.path.is_root() { "the object".to_owned() } else { format!("`{}`", change.path) };
            let phrase = format!("{field} {}", change.message);
            // Versions mostly change alike.
            if !narrowed.iter().any(|(_, known)| *known == phrase) {
                narrowed.push((change, phrase));
            }
        }
        let Some(((first, phrase), others)) = narrowed.split_first() else { continue };
        let more = match others.len() {
            0 => String::new(),
            1 => ", and one more field refuses values".to_owned(),
            more => format!(", and {more} more fields refuse values"),
        };
        let message = format!("`{}` takes less than before: {phrase}{more}", pair.new.name());
        let finding = out.report(pair.place(first), message);
        for (change, phrase) in others.iter().take(SHOWN) {
            finding.label(pair.place(change), phrase.clone());
        }
        finding.help("take what was taken before, or add a version that does not");
    }
}
