use crate::crd::cel::Kind;
use crate::diag::{Code, Level, Suite};
use crate::rules::kubernetes::minor;
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "too-new-cel",
        summary: "a rule in CEL uses what the oldest Kubernetes to install on does not know",
        suite: Suite::GoodPractices,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("too_new_cel.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    // OLM installs nothing on a cluster older than the bundle says, whatever is asked for.
    let chosen = view.context.kube().first;
    let chosen = (chosen.major == 1).then_some(u32::from(chosen.minor));
    let declared = minor(view.contents.text(&["minKubeVersion"]));
    let Some(oldest) = chosen.max(declared) else { return };
    for (place, problem) in view.cel_faults() {
        let Kind::Since(since) = problem.kind else { continue };
        if since <= oldest {
            continue;
        }
        let message = format!("{}, and the oldest to install on is 1.{oldest}", problem.message);
        let finding = out.report(place.clone(), message);
        if problem.help.is_empty() {
            finding.help(format!("write the rule without, or `minKubeVersion: 1.{since}.0`"));
        } else {
            finding.help(problem.help.clone());
        }
        if let Some(spec) = view.contents.spec().filter(|_| declared == Some(oldest)) {
            finding.label(spec.place_of("minKubeVersion"), "older than that");
        }
    }
}
