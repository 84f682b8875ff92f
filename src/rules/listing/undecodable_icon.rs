use crate::diag::{Code, Level, Suite};
use crate::rules::listings::icons;
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "undecodable-icon",
        summary: "the picture of an icon is no base64",
        suite: Suite::GoodPractices,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("undecodable_icon.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for icon in icons(view) {
        if icon.bytes.is_none() {
            let finding = out.report(icon.at.place_of("base64data"), "the picture is no base64");
            finding.help("encode the file again, for example with `base64 -w0 icon.svg`");
        }
    }
}
