use crate::bundle::At;
use crate::diag::{Code, Level, Suite};
use crate::rules::declared::dependencies;
use crate::rules::{BundleView, Check, Findings, Rule};
use crate::text::Kind;

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "invalid-constraint",
        summary: "a constraint is not one that the resolver can read",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("invalid_constraint.md"),
    },
    check: Check::Bundle(check),
};

/// The resolver decodes constraints strictly, unlike everything else in a bundle.
fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for dependency in dependencies(view).filter(|dependency| dependency.text(&["type"]) == "olm.constraint") {
        let Some(value) = dependency.get("value").filter(|value| value.value.kind() == Kind::Map) else {
            continue;
        };
        let bytes = value.value.span().len();
        if bytes > LIMIT {
            let message = format!("a constraint of {bytes} bytes is more than {LIMIT}");
            out.report(value.place(), message).help("shorten it");
            continue;
        }
        constraint(&value, 0, out);
    }
}

/// The most bytes of a constraint (`pkg/constraints/constraint.go` of operator-framework/api).
const LIMIT: usize = 1 << 17;

/// How deep constraints are followed, for the sake of the stack.
const DEPTH: usize = 100;

/// The forms of a constraint, and the fields of each.
const FORMS: &[(&str, &[&str])] = &[
    ("package", &["packageName", "versionRange"]),
    ("gvk", &["group", "version", "kind"]),
    ("cel", &["rule"]),
    ("all", &["constraints"]),
    ("any", &["constraints"]),
    ("not", &["constraints"]),
];

fn constraint(value: &At<'_>, depth: usize, out: &mut Findings<'_>) {
    if depth > DEPTH {
        out.report(value.place(), "constraints in constraints, too deep to follow")
            .help("join them in fewer levels");
        return;
    }
    let mut forms = Vec::new();
    for (key, form) in value.entries() {
        match FORMS.iter().find(|(name, _)| *name == key) {
            Some((name, fields)) => forms.push((*name, form, *fields)),
            None if key == "failureMessage" => {}
            None => {
                let finding =
                    out.report(value.place().name(key), format!("`{key}` is no form of constraint"));
                finding.help("use `package`, `gvk`, `cel`, `all`, `any` or `not`");
                return;
            }
        }
    }
    if forms.len() != 1 {
        let what = if forms.is_empty() { "says nothing" } else { "has several forms" };
        let finding = out.report(value.place(), format!("this constraint {what}"));
        finding.help("give it one of `package`, `gvk`, `cel`, `all`, `any` and `not`; `all` joins several");
        return;
    }
    for (name, form, fields) in forms {
        for (key, _) in form.entries().filter(|(key, _)| !fields.contains(key)) {
            let finding =
                out.report(form.place().name(key), format!("a constraint `{name}` has no field `{key}`"));
            let is_version = name == "package" && key == "version";
            finding.help(if is_version { "call it `versionRange` inside a constraint" } else { "remove it" });
        }
        if fields == ["constraints"] {
            let members: Vec<_> = form.list(&["constraints"]).collect();
            if members.is_empty() {
                let finding = out.report(form.place(), format!("`{name}` joins no constraints"));
                finding.help("list them below `constraints`, or remove it");
            }
            members.iter().for_each(|member| constraint(member, depth + 1, out));
        } else if let Some(key) = fields.iter().find(|key| form.text(&[key]).trim().is_empty()) {
            let is_renamed = name == "package" && form.get("version").is_some();
            if !is_renamed {
                let finding = out.report(form.place_of(key), format!("`{key}` of this constraint is empty"));
                finding.help(format!("add `{key}`"));
            }
        }
    }
}
