use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "manifest-without-kind",
        summary: "a manifest is no Kubernetes object",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("manifest_without_kind.md"),
    },
    check: Check::Bundle(check),
};

/// opm skips such a file with a warning that `render` throws away.
fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for manifest in &view.bundle.manifests {
        // A file that cannot be read has a finding already.
        if manifest.tree.is_some() && manifest.kind().is_none() {
            let is_empty = manifest.root().is_none_or(|root| root.is_null());
            let (what, help) = if is_empty {
                ("is empty", "write its object into it, or take it out of `manifests`")
            } else {
                ("is no Kubernetes object", "give it `apiVersion` and `kind`, or take it out of `manifests`")
            };
            out.report(manifest.place(), format!("`{}` {what}", manifest.name)).help(help);
        }
    }
}
