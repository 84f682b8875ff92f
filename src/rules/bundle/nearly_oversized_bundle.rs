use crate::bundle::{UNPACKED_FLOOR, UNPACKED_LIMIT};
use crate::diag::{Applies, Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "nearly-oversized-bundle",
        summary: "a bundle is almost as large as OLM v0 unpacks",
        suite: Suite::GoodPractices,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("nearly_oversized_bundle.md"),
    },
    check: Check::On(Applies::OLM_V0, &Check::Bundle(check)),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let size = view.unpacked_size();
    if (UNPACKED_FLOOR..=UNPACKED_LIMIT).contains(&size) {
        let message =
            format!("the bundle is about {size} bytes compressed, of {UNPACKED_LIMIT} that OLM takes");
        out.report(view.home(), message)
            .help("shorten the descriptions in its CRDs, which are most of a bundle");
    }
}
