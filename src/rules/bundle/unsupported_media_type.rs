use crate::bundle::MEDIA_TYPE_ANNOTATION;
use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "unsupported-media-type",
        summary: "the annotations call the bundle something else than registry+v1",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("unsupported_media_type.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let Some(at) = view.annotation(MEDIA_TYPE_ANNOTATION) else { return };
    let value = at.value.text();
    if !value.is_empty() && value != "registry+v1" {
        let finding =
            out.report(at.place(), format!("the media type of this bundle is `registry+v1`, not `{value}`"));
        finding.help("write `registry+v1`");
    }
}
