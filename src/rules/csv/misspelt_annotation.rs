use crate::diag::{Code, Level, Suite};
use crate::rules::csv_annotations::ANNOTATIONS;
use crate::rules::names::nearest;
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "misspelt-annotation",
        summary: "an annotation of the CSV is nearly one that somebody reads",
        suite: Suite::GoodPractices,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("misspelt_annotation.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for (name, _) in view.contents.csv.iter().flat_map(|csv| csv.map(&["metadata", "annotations"])) {
        let Some(known) = nearest(name, ANNOTATIONS.iter().copied()).filter(|known| *known != name) else {
            continue;
        };
        // Short names are near to much, and a wrong case has a rule of its own.
        let is_slip =
            known.len() >= 7 && known.len().abs_diff(name.len()) <= 1 && !known.eq_ignore_ascii_case(name);
        if is_slip && !ANNOTATIONS.contains(&name) && is_near(name, known) {
            let csv = view.contents.csv.as_ref().expect("its annotation was just read");
            let place = csv.place().key("metadata").key("annotations").name(name);
            out.report(place, format!("nobody reads the annotation `{name}`"))
                .help(format!("did you mean `{known}`?"));
        }
    }
}

/// Whether all but two letters of the names are at the same place from one end or the other.
fn is_near(name: &str, known: &str) -> bool {
    let same =
        |pairs: &mut dyn Iterator<Item = (char, char)>| pairs.take_while(|(one, other)| one == other).count();
    let front = same(&mut name.chars().zip(known.chars()));
    let back = same(&mut name.chars().rev().zip(known.chars().rev()));
    front + back + 2 >= known.chars().count()
}
