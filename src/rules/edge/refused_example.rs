use crate::diag::{Code, Level, Suite};
use crate::rules::{Check, EdgeView, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "refused-example",
        summary: "the newer schema refuses an example of an older bundle",
        suite: Suite::GoodPractices,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("refused_example.md"),
    },
    check: Check::Edge(check),
};

/// OLM v0 tries every existing object with the new schema before it applies a CRD, unless a webhook
/// converts, and fails the install plan.
fn check(view: &EdgeView<'_>, out: &mut Findings<'_>) {
    for (pair, examples) in view.tried() {
        for refused in examples {
            let message = format!(
                "`{}` refuses the example `{}` of `{}`: {}",
                pair.new.name(),
                refused.example,
                refused.operator,
                refused.fault
            );
            out.report(pair.at(&refused.route), message)
                .help("take what was taken before: objects made after the example exist");
        }
    }
}
