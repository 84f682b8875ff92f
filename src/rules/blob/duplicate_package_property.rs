use crate::diag::{Code, Level, Suite};
use crate::rules::{BlobView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "duplicate-package-property",
        summary: "a bundle has more than one `olm.package` property",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("duplicate_package_property.md"),
    },
    check: Check::Blob(check),
};

/// `opm` wants exactly one, even if they are equal.
fn check(view: &BlobView<'_>, out: &mut Findings<'_>) {
    let [(first, _), others @ ..] = view.package_properties.as_slice() else { return };
    for (index, _) in others {
        let message = format!("{} has more than one `olm.package` property", view.title());
        out.report(view.property_place(*index), message)
            .label(view.property_place(*first), "the first one")
            .help("keep the one that agrees with the ClusterServiceVersion");
    }
}
