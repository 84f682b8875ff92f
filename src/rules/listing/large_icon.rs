use crate::diag::{Code, Level, Suite};
use crate::rules::listings::icons;
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "large-icon",
        summary: "the picture of an icon is large",
        suite: Suite::OperatorHub,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("large_icon.md"),
    },
    check: Check::Bundle(check),
};

/// The most that a picture should have, in bytes: in base64 an eighth of what a bundle may be, where
/// it hardly gets smaller when it is compressed.
const LIMIT: usize = 128 << 10;

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for icon in icons(view) {
        let size = icon.bytes.map_or(0, |bytes| bytes.len());
        if size > LIMIT {
            let message = format!("the picture is {size} bytes, more than {LIMIT}");
            out.report(icon.at.place_of("base64data"), message).help("use a smaller one, or an SVG");
        }
    }
}
