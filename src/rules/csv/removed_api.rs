use crate::diag::{Code, Level, Suite};
use crate::rules::kubernetes::minor;
use crate::rules::removals::removed_objects;
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "removed-api",
        summary: "a bundle has an object of an API that is gone where it can be installed",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("removed_api.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let Some(needed) = minor(view.contents.text(&["minKubeVersion"])) else { return };
    for (object, removal) in removed_objects(view).filter(|(_, removal)| removal.minor <= needed) {
        let message = format!(
            "{} of `{}` is gone since Kubernetes 1.{}",
            object.kind,
            object.at.text(&["apiVersion"]),
            removal.minor
        );
        let finding = out.report(object.at.place().key("apiVersion"), message);
        let place = view.contents.spec().expect("it has minKubeVersion").place_of("minKubeVersion");
        finding
            .label(place, "the oldest Kubernetes that the CSV is for")
            .help(format!("write `apiVersion: {}`", removal.successor));
    }
}
