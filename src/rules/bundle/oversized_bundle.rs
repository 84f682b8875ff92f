use crate::bundle::UNPACKED_LIMIT;
use crate::diag::{Applies, Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "oversized-bundle",
        summary: "a bundle is larger than OLM v0 unpacks",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("oversized_bundle.md"),
    },
    check: Check::On(Applies::OLM_V0, &Check::Bundle(check)),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let size = view.unpacked_size();
    if size > UNPACKED_LIMIT {
        let message = format!("the bundle is about {size} bytes compressed, more than {UNPACKED_LIMIT}");
        out.report(view.home(), message)
            .help("shorten the descriptions in its CRDs, which are most of a bundle");
    }
}
