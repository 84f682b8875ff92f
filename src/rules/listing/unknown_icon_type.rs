use crate::diag::{Code, Level, Suite};
use crate::rules::listings::PICTURES;
use crate::rules::names::{list, nearest};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "unknown-icon-type",
        summary: "the media type of an icon is none that hubs show",
        suite: Suite::OperatorHub,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("unknown_icon_type.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for icon in view.contents.list(&["icon"]) {
        let kind = icon.text(&["mediatype"]);
        if !kind.is_empty() && !PICTURES.contains(&kind) {
            let finding =
                out.report(icon.place_of("mediatype"), format!("hubs show no icon of type `{kind}`"));
            match nearest(kind, PICTURES.iter().copied()) {
                Some(known) => finding.help(format!("did you mean `{known}`?")),
                None => finding.help(format!("use one of {}", list(PICTURES.iter().copied()))),
            };
        }
    }
}
