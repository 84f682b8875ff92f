use crate::diag::{Applies, Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "owned-api-service",
        summary: "a bundle brings an API service, which OLM v1 does not install",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("owned_api_service.md"),
    },
    check: Check::On(Applies::OLM_V1_ALONE, &Check::Bundle(check)),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for service in view.contents.list(&["apiservicedefinitions", "owned"]) {
        let message = format!("OLM v1 does not install the API service `{}`", service.text(&["name"]));
        let finding = out.report(service.place(), message);
        finding.help("serve the API by a CRD, or leave OLM v1 out of the targets");
    }
}
