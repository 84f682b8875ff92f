//! What is wrong with the rules in CEL of a bundle's CRDs, found once for all rules about it.

use super::{BundleView, Findings};
use crate::crd::cel::{Kind, Problem, faults};
use crate::text::Place;

/// A problem, and the place of the value that has it.
pub(super) type CelFault = (Place, Problem);

/// Returns what is wrong, in the order of the CRDs.
pub(super) fn of(view: &BundleView<'_>) -> Vec<CelFault> {
    let all = view.crds().iter().flat_map(|judged| {
        let faults = faults(judged.crd).into_iter();
        faults.map(|fault| (place(&judged.place(&fault.route), &fault.problem), fault.problem))
    });
    all.collect()
}

/// Returns the place of the guilty part of an expression.
pub(super) fn place(expression: &Place, problem: &Problem) -> Place {
    if problem.range.is_empty() { expression.clone() } else { expression.part(problem.range.clone()) }
}

/// Reports the problems of one kind.
pub(super) fn report(view: &BundleView<'_>, kind: Kind, out: &mut Findings<'_>) {
    for (place, problem) in view.cel_faults().iter().filter(|(_, problem)| problem.kind == kind) {
        let finding = out.report(place.clone(), problem.message.clone());
        if !problem.help.is_empty() {
            finding.help(problem.help.clone());
        }
    }
}
