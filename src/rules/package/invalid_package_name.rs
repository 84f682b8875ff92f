use crate::diag::{Code, Level, Suite};
use crate::rules::kubernetes::is_label;
use crate::rules::{Check, Findings, PackageView, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "invalid-package-name",
        summary: "the name of a package is no DNS label",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("invalid_package_name.md"),
    },
    check: Check::Package(check),
};

/// `opm` asks for an RFC 1123 label.
fn check(view: &PackageView<'_>, out: &mut Findings<'_>) {
    const LIMIT: usize = 63;
    let name: &str = &view.package.name;
    let mut reasons = Vec::new();
    if name.len() > LIMIT {
        reasons.push(format!("it has {} characters, more than {LIMIT}", name.len()));
    }
    if !is_label(name) {
        let has_dots = name.split('.').all(is_label);
        let reason = if has_dots { "it has dots" } else { "it is no DNS label" };
        reasons.push(reason.to_owned());
    }
    if !reasons.is_empty() {
        let message = format!("package name `{name}` is invalid: {}", reasons.join(", and "));
        out.report(view.place().key("name"), message)
            .help("use lower-case letters, digits and inner hyphens, at most 63 in all");
    }
}
