use crate::diag::{Code, Level, Suite};
use crate::rules::listings::is_url;
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "invalid-link",
        summary: "a link leads nowhere",
        suite: Suite::OperatorHub,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("invalid_link.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for link in view.contents.list(&["links"]) {
        let url = link.text(&["url"]).trim();
        if !url.is_empty() && !is_url(url) {
            let finding = out.report(link.place_of("url"), format!("`{url}` is no address of a page"));
            finding.help("start it with `https://`");
        }
    }
}
