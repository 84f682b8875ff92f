use crate::bundle::{
    CHANNELS_ANNOTATION, DEFAULT_CHANNEL_ANNOTATION, MANIFESTS_ANNOTATION, MEDIA_TYPE_ANNOTATION,
    METADATA_ANNOTATION,
};
use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "missing-annotation",
        summary: "a bundle lacks an annotation that opm asks for",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("missing_annotation.md"),
    },
    check: Check::Bundle(check),
};

/// The package has a rule of its own.
fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let Some(file) = view.bundle.annotations_file() else { return };
    for name in [CHANNELS_ANNOTATION, MANIFESTS_ANNOTATION, MEDIA_TYPE_ANNOTATION, METADATA_ANNOTATION] {
        let value = view.annotation(name).filter(|value| !value.value.is_null());
        let what = match &value {
            None => "is missing",
            Some(value) if value.value.text().is_empty() => "is empty",
            Some(_) => continue,
        };
        let place = file.place().key("annotations");
        let finding = out.report(
            if value.is_some() { place.key(name) } else { place },
            format!("annotation `{name}` {what}"),
        );
        finding.help(match name {
            CHANNELS_ANNOTATION => "name the channels, as in `stable,fast`",
            MANIFESTS_ANNOTATION => "write `manifests/`",
            METADATA_ANNOTATION => "write `metadata/`",
            _ => "write `registry+v1`",
        });
    }
    if let Some(default) = view.annotation(DEFAULT_CHANNEL_ANNOTATION).filter(|at| at.value.text().is_empty())
    {
        let finding =
            out.report(default.place(), format!("annotation `{DEFAULT_CHANNEL_ANNOTATION}` is empty"));
        finding.help("name the default channel, or leave the annotation out");
    }
}
