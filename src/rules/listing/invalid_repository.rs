use crate::diag::{Code, Level, Suite};
use crate::rules::listings::is_url;
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "invalid-repository",
        summary: "a CSV does not say where its source is",
        suite: Suite::Community,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("invalid_repository.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let Some(csv) = &view.contents.csv else { return };
    let url = view.contents.annotation("repository").map(|at| at.value.text()).unwrap_or_default();
    if !is_url(url) {
        let place = csv.place().key("metadata").key("annotations").key("repository");
        let message = if url.is_empty() {
            "no annotation `repository`".to_owned()
        } else {
            format!("`{url}` is no address of a page")
        };
        out.report(place, message).help("write the address of the source, starting with `https://`");
    }
}
