use crate::bundle::split_api_version;
use crate::diag::{Code, Level, Suite};
use crate::rules::removals::removal;
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "removed-resource",
        summary: "a CSV speaks of an API that newer clusters do not have",
        suite: Suite::GoodPractices,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("removed_resource.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for crd in view.contents.crd_descriptions("owned").chain(view.contents.crd_descriptions("required")) {
        for resource in crd.list(&["resources"]) {
            let (group, version) = split_api_version(resource.text(&["version"]));
            if let Some(removal) =
                removal(group, version, resource.text(&["kind"])).filter(|_| !group.is_empty())
            {
                let message = format!(
                    "{} of `{}` is gone since Kubernetes 1.{}",
                    resource.text(&["kind"]),
                    resource.text(&["version"]),
                    removal.minor
                );
                out.report(resource.place_of("version"), message)
                    .help(format!("write `{}`", removal.successor));
            }
        }
    }
    for native in view.contents.list(&["nativeAPIs"]) {
        let (group, version, kind) =
            (native.text(&["group"]), native.text(&["version"]), native.text(&["kind"]));
        if let Some(removal) = removal(group, version, kind) {
            let message =
                format!("{kind} of `{group}/{version}` is gone since Kubernetes 1.{}", removal.minor);
            out.report(native.place_of("version"), message)
                .help(format!("require `{}`, or nothing", removal.successor));
        }
    }
}
