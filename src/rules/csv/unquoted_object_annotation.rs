use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};
use crate::text::Kind;

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "unquoted-object-annotation",
        summary: "a name, label or annotation of an object is not a string",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("unquoted_object_annotation.md"),
    },
    check: Check::Reading(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for object in &view.contents.objects {
        for key in ["name", "namespace"] {
            let at = object.at.at(&["metadata", key]);
            if let Some(at) = at.filter(|at| !matches!(at.value.kind(), Kind::Str | Kind::Null)) {
                out.report(at.place(), format!("the {key} is not a string")).help("put the value in quotes");
            }
        }
        for key in ["annotations", "labels"] {
            for (name, at) in object.at.map(&["metadata", key]) {
                if !matches!(at.value.kind(), Kind::Str | Kind::Null) {
                    let what = key.trim_end_matches('s');
                    out.report(at.place(), format!("{what} `{name}` is not a string"))
                        .help("put the value in quotes");
                }
            }
        }
    }
}
