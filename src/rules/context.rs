//! What a run is about besides the files: where the catalog is to be installed, and by whom.

use crate::diag::{Applies, Minors, Platform, Suite};
use crate::settings::Contract;

/// The circumstances of a run. The default is every usual platform, every Kubernetes, and no installer.
#[derive(Debug, Clone, Default)]
pub struct Context<'c> {
    /// The chosen platforms; none chosen means all, but for what somebody has to choose.
    pub platforms: Vec<Platform>,
    /// The chosen versions of Kubernetes; see [`Context::kube`].
    pub kube: Option<Minors>,
    /// The suites that count; none chosen means the usual ones.
    pub suites: Vec<Suite>,
    /// What the project's installer expects; none outside a project.
    pub contract: Option<&'c Contract>,
}

impl<'c> Context<'c> {
    /// Makes the context of a run for all platforms.
    pub fn with_contract(contract: Option<&'c Contract>) -> Self {
        Context { contract, ..Context::default() }
    }

    /// Returns whether a suite counts. What is required always does.
    pub fn wants(&self, suite: Suite) -> bool {
        match self.suites.as_slice() {
            [] => suite.is_usual(),
            chosen => suite == Suite::Required || chosen.contains(&suite),
        }
    }

    /// Returns the versions of Kubernetes that count: those chosen, else those that the chosen
    /// versions of OpenShift bring, else all.
    pub fn kube(&self) -> Minors {
        let brought = || {
            let versions: Option<Vec<_>> = self.platforms.iter().map(|platform| platform.kube()).collect();
            let versions = versions?;
            Some(Minors { first: *versions.iter().min()?, last: *versions.iter().max()? })
        };
        self.kube.or_else(brought).unwrap_or_default()
    }

    /// Returns whether what applies somewhere matters in this run.
    pub fn concerns(&self, applies: &Applies) -> bool {
        let is_on = match self.platforms.as_slice() {
            [] => applies.is_usual,
            chosen => chosen.iter().any(|one| applies.on(*one)),
        };
        is_on && applies.kube.overlaps(self.kube())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn context(platforms: &[&str], kube: Option<&str>) -> Context<'static> {
        let platforms = platforms.iter().map(|name| name.parse().unwrap()).collect();
        Context {
            platforms,
            kube: kube.map(|range| range.parse().unwrap()),
            contract: None,
            suites: Vec::new(),
        }
    }

    #[test]
    fn without_a_choice_everything_matters() {
        let all = context(&[], None);
        let applies = [Applies::EVERYWHERE, Applies::OLM_V0, Applies::OLM_V1];
        assert!(applies.iter().all(|applies| all.concerns(applies)));
        assert!(all.concerns(&Applies::kube(Minors::since(1, 99))));
        assert!(!all.concerns(&Applies::OLM_V1_ALONE), "what OLM v0 takes is no fault");
    }

    #[test]
    fn a_choice_leaves_out_what_matters_elsewhere() {
        assert!(!context(&["olm-v0"], None).concerns(&Applies::OLM_V1));
        assert!(context(&["olm-v0", "olm-v1"], None).concerns(&Applies::OLM_V1));
        assert!(context(&["olm-v0", "olm-v1"], None).concerns(&Applies::OLM_V1_ALONE));
        assert!(!context(&["ocp-4.20"], None).concerns(&Applies::OLM_V1_ALONE), "it has both");
        let removed = Applies::kube(Minors::since(1, 25));
        assert!(context(&["olm-v0"], None).concerns(&removed));
        assert!(!context(&["olm-v0"], Some("1.24")).concerns(&removed));
        assert!(context(&["olm-v0"], Some("1.22-1.25")).concerns(&removed));
        assert!(!context(&["ocp-4.11"], None).concerns(&removed));
        assert!(context(&["ocp-4.11", "ocp-4.12"], None).concerns(&removed));
        assert!(context(&["ocp-4.11", "olm-v0"], None).concerns(&removed), "whatever Kubernetes OLM is on");
    }
}
