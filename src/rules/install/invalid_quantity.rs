use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};
use crate::text::Kind;

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "invalid-quantity",
        summary: "a container asks for an amount that Kubernetes cannot read",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("invalid_quantity.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for (_, container) in view.contents.containers() {
        for key in ["requests", "limits"] {
            for (name, amount) in container.map(&["resources", key]) {
                let text = amount.value.text();
                let is_scalar = matches!(amount.value.kind(), Kind::Str | Kind::Int | Kind::Float);
                if is_scalar && !is_quantity(text) {
                    out.report(amount.place(), format!("`{text}` is no amount of {name}"))
                        .help("write a number and a unit, as in `100m`, `0.5`, `64Mi`");
                }
            }
        }
    }
}

/// `[sign]digits[.digits]` and a suffix: a unit or an exponent.
fn is_quantity(text: &str) -> bool {
    const UNITS: &[&str] =
        &["", "n", "u", "m", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
    let number = text.trim_start_matches(['+', '-']);
    let end = number.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(number.len());
    let (number, unit) = number.split_at(end);
    let exponent = unit.strip_prefix(['e', 'E']).map(|exponent| exponent.trim_start_matches(['+', '-']));
    let is_exponent = exponent
        .is_some_and(|exponent| !exponent.is_empty() && exponent.bytes().all(|byte| byte.is_ascii_digit()));
    number.bytes().any(|byte| byte.is_ascii_digit())
        && number.matches('.').count() <= 1
        && (UNITS.contains(&unit) || is_exponent)
}
