use crate::catalog::picture_type;
use crate::diag::{Code, Level, Suite};
use crate::rules::listings::{PICTURES, icons};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "mistyped-icon",
        summary: "an icon is of another type than it says",
        suite: Suite::GoodPractices,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("mistyped_icon.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for icon in icons(view) {
        let (Some(bytes), kind) = (&icon.bytes, icon.at.text(&["mediatype"])) else { continue };
        // Another rule speaks of types that nobody shows.
        if !PICTURES.contains(&kind) || bytes.is_empty() {
            continue;
        }
        let place = icon.at.place_of("mediatype");
        match picture_type(bytes) {
            Some(found) if found == kind => {}
            Some(found) => {
                out.report(place, format!("the icon is `{found}`, not `{kind}`"))
                    .help(format!("write `{found}`"));
            }
            None => {
                out.report(icon.at.place_of("base64data"), "these bytes are no picture")
                    .help("encode the picture's file itself");
            }
        }
    }
}
