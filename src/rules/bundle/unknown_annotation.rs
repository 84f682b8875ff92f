use crate::diag::{Code, Level, Suite};
use crate::rules::names::nearest;
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "unknown-annotation",
        summary: "a bundle has an annotation that nobody reads",
        suite: Suite::GoodPractices,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("unknown_annotation.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    const PREFIX: &str = "operators.operatorframework.io.";
    let Some(annotations) = view.annotations() else { return };
    for (name, at) in annotations.entries() {
        if name.starts_with(PREFIX) && !KNOWN.contains(&name) {
            let finding = out.report(at.place(), format!("nobody reads the annotation `{name}`"));
            match nearest(name, KNOWN.iter().copied()) {
                Some(known) => finding.help(format!("did you mean `{known}`?")),
                None => finding.help("remove it"),
            };
        }
    }
}

/// The annotations with OLM's prefix that opm, OLM, operator-sdk and its scorecard know.
const KNOWN: &[&str] = &[
    "operators.operatorframework.io.bundle.channel.default.v1",
    "operators.operatorframework.io.bundle.channels.v1",
    "operators.operatorframework.io.bundle.manifests.v1",
    "operators.operatorframework.io.bundle.mediatype.v1",
    "operators.operatorframework.io.bundle.metadata.v1",
    "operators.operatorframework.io.bundle.package.v1",
    "operators.operatorframework.io.index.configs.v1",
    "operators.operatorframework.io.metrics.builder",
    "operators.operatorframework.io.metrics.mediatype.v1",
    "operators.operatorframework.io.metrics.project_layout",
    "operators.operatorframework.io.test.config.v1",
    "operators.operatorframework.io.test.mediatype.v1",
];
