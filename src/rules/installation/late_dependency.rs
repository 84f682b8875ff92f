use crate::diag::{Code, Level, Suite};
use crate::rules::{Check, Findings, InstallView, Rule};
use crate::text::Value;

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "late-dependency",
        summary: "a package needs another that is subscribed to only later",
        suite: Suite::Percona,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("late_dependency.md"),
    },
    check: Check::Install(check),
};

/// For a dependency that is not there OLM makes a Subscription of its own; the one that the installer
/// makes later is a second for the package, and nothing in the namespace resolves any more.
fn check(view: &InstallView<'_>, out: &mut Findings<'_>) {
    let installed = view.installed();
    for (index, blob) in installed.iter().enumerate() {
        let later = &installed[index + 1..];
        let mut report = |what: String, provider: &str| {
            let message =
                format!("bundle `{}` needs {what}, to which the installer subscribes only later", blob.name);
            out.report(blob.origin.clone(), message)
                .help(format!("let the installer subscribe to `{provider}` first, or drop the dependency"));
        };
        for package in InstallView::values(blob, "olm.package.required", |value| {
            Some(value.get("packageName").and_then(Value::str)?.to_owned())
        }) {
            if later.iter().any(|other| other.package == package) {
                report(format!("package `{package}`"), &package);
            }
        }
        for api in InstallView::apis(blob, "olm.gvk.required") {
            let provides = |blob: &&&_| InstallView::apis(blob, "olm.gvk").contains(&api);
            if installed[..=index].iter().any(|blob| provides(&blob)) {
                continue;
            }
            if let Some(other) = later.iter().find(provides) {
                report(format!("{api} from package `{}`", other.package), &other.package);
            }
        }
    }
}
