use crate::bundle::Manifest;
use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};
use crate::text::Place;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "clashing-file-names",
        summary: "two files of a bundle have the same name for OLM",
        suite: Suite::GoodPractices,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("clashing_file_names.md"),
    },
    check: Check::Bundle(check),
};

/// OLM v0 unpacks a bundle into a ConfigMap; what its keys cannot hold becomes a hyphen.
fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let mut seen: HashMap<String, &Manifest<'_>> = HashMap::new();
    for file in view.bundle.manifests.iter().chain(&view.bundle.metadata) {
        match seen.entry(key(&file.name)) {
            Entry::Vacant(vacant) => {
                vacant.insert(file);
            }
            Entry::Occupied(first) => {
                let message = format!("`{}` and `{}` are one file for OLM", first.get().name, file.name);
                let finding = out.report(Place::file(file.file), message);
                finding.label(Place::file(first.get().file), "one overwrites the other");
                finding.help("rename one of them with letters, digits, `-`, `_` and `.` only");
            }
        }
    }
}

fn key(name: &str) -> String {
    let is_kept = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
    name.chars().map(|c| if is_kept(&c) { c } else { '-' }).collect()
}
