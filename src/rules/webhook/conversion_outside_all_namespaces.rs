use crate::bundle::At;
use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "conversion-outside-all-namespaces",
        summary: "a bundle with conversion can be installed for some namespaces only",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("conversion_outside_all_namespaces.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    // Whatever the type of the webhook: operator-sdk asks no more.
    let Some(webhook) =
        view.contents.webhooks.iter().find(|webhook| webhook.list(&["conversionCRDs"]).next().is_some())
    else {
        return;
    };
    let modes: Vec<_> = view.contents.list(&["installModes"]).collect();
    let is_supported = |mode: &&At<'_>| mode.is_true(&["supported"]);
    for mode in modes.iter().filter(is_supported).filter(|mode| mode.text(&["type"]) != "AllNamespaces") {
        let message =
            format!("{} is supported, but the CRDs are converted for all namespaces", mode.text(&["type"]));
        let finding = out.report(mode.place_of("supported"), message);
        finding
            .label(webhook.place_of("conversionCRDs"), "the conversion")
            .help("support `AllNamespaces` alone");
    }
}
