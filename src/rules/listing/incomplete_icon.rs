use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "incomplete-icon",
        summary: "an icon has no picture or no type",
        suite: Suite::OperatorHub,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("incomplete_icon.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for icon in view.contents.list(&["icon"]) {
        let (data, kind) = (icon.text(&["base64data"]).trim(), icon.text(&["mediatype"]).trim());
        let (key, what) = match (data.is_empty(), kind.is_empty()) {
            // What is not there at all is against the schema of the CSV.
            _ if ["base64data", "mediatype"].iter().any(|key| icon.get(key).is_none()) => continue,
            (true, _) => ("base64data", "an icon without picture"),
            (false, true) => ("mediatype", "an icon without media type"),
            (false, false) => continue,
        };
        out.report(icon.place_of(key), what).help("fill in `base64data` and `mediatype`, or remove `icon`");
    }
}
