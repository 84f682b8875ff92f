use crate::diag::{Code, Level, Suite};
use crate::rules::names::nearest;
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "unknown-category",
        summary: "a category of a CSV is one that hubs do not have",
        suite: Suite::OperatorHub,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("unknown_category.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let Some(at) = view.contents.annotation("categories") else { return };
    for category in at.value.text().split(',').map(str::trim).filter(|category| !category.is_empty()) {
        if !CATEGORIES.contains(&category) {
            let finding = out.report(at.place(), format!("hubs have no category `{category}`"));
            match nearest(category, CATEGORIES.iter().copied()) {
                Some(known) => finding.help(format!("did you mean `{known}`?")),
                None => finding.help("see `olmcat explain unknown-category` for those that they have"),
            };
        }
    }
}

/// The categories of operatorhub.io, and the one that OpenShift has on top.
const CATEGORIES: &[&str] = &[
    "AI/Machine Learning",
    "Application Runtime",
    "Big Data",
    "Cloud Provider",
    "Database",
    "Developer Tools",
    "Development Tools",
    "Drivers and plugins",
    "Integration & Delivery",
    "Logging & Tracing",
    "Modernization & Migration",
    "Monitoring",
    "Networking",
    "Observability",
    "OpenShift Optional",
    "Security",
    "Storage",
    "Streaming & Messaging",
];
