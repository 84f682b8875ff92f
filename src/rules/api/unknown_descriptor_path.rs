use crate::crd::lost;
use crate::diag::{Code, Level, Suite};
use crate::rules::crd_schemas::did_you_mean;
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "unknown-descriptor-path",
        summary: "a descriptor is of a field that the schema does not have",
        suite: Suite::GoodPractices,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("unknown_descriptor_path.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for owned in view.contents.crd_descriptions("owned") {
        let name = owned.text(&["name"]);
        let judged = view.crds().iter().find(|judged| judged.crd.name() == name);
        let Some((judged, (_, schema))) = judged.and_then(|judged| {
            let of = owned.text(&["version"]);
            Some((judged, judged.schemas().find(|(version, _)| version.name == of)?))
        }) else {
            continue;
        };
        for (list, part) in [("specDescriptors", "spec"), ("statusDescriptors", "status")] {
            for descriptor in owned.list(&[list]) {
                let path = descriptor.text(&["path"]);
                let whole = format!("{part}.{}", path.strip_prefix('.').unwrap_or(path));
                let Some(lost) = lost(schema, &whole, judged.crd.preserves_unknown_fields()) else {
                    continue;
                };
                if path.is_empty() {
                    continue;
                }
                let message =
                    format!("`{path}` is no field of `{part}` of `{name}`: there is no `{}`", lost.name);
                out.report(descriptor.place_of("path"), message)
                    .help(did_you_mean(&lost, "write the path below it, as in `backup.storage`"));
            }
        }
    }
}
