use crate::crd::{Conversion, loss};
use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "unconverted-versions",
        summary: "a CRD serves versions that differ, and nothing converts them",
        suite: Suite::GoodPractices,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("unconverted_versions.md"),
    },
    check: Check::Bundle(check),
};

/// Without a webhook only `apiVersion` changes: what the other version does not know is dropped when an
/// object is read or written through it.
fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for judged in view.crds().iter().filter(|judged| judged.crd.conversion() == Conversion::None) {
        let stored = judged.schemas().find(|(version, _)| version.is_stored);
        let Some((stored, schema)) = stored else { continue };
        let keeps = judged.crd.preserves_unknown_fields();
        for (version, other) in judged.schemas().filter(|(version, _)| version.is_served) {
            let (here, there) = (&version.name, &stored.name);
            let lost = loss(schema, other, keeps).map(|loss| (loss, there, here));
            let lost = lost.or_else(|| loss(other, schema, keeps).map(|loss| (loss, here, there)));
            let Some((loss, from, to)) = lost else { continue };
            let message = match loss.is_of_type {
                true => format!(
                    "`{}` is of one type in `{from}`, of another in `{to}`, and nothing converts",
                    loss.path
                ),
                false => format!("`{}` of `{from}` is lost in `{to}`, and nothing converts", loss.path),
            };
            out.report(judged.place(&version.route().key("name")), message)
                .help("let a webhook convert, give the versions one schema, or serve one of them");
        }
    }
}
