//! What the installer that deploys the catalog expects of it: data, not code, since installers change.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::diag::Report;
use crate::text::{FileId, Sources};

/// The contract with an installer.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Contract {
    /// The install mode that its OperatorGroup needs every CSV to support, such as `OwnNamespace`.
    #[serde(default)]
    pub install_mode: String,
    /// The oldest Kubernetes that it installs on, such as `1.24`; empty if it does not say.
    #[serde(default)]
    pub kubernetes: String,
    /// The packages in the order in which it subscribes to them, all in one namespace; those that are
    /// not named come last, by name.
    #[serde(default)]
    pub order: Vec<String>,
    /// What it expects of each package, by name.
    #[serde(default)]
    pub packages: BTreeMap<String, Expected>,
}

/// What an installer expects of a package.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Expected {
    /// The channel that it subscribes to.
    pub channel: String,
    /// The Deployment whose image tells it the version of the operator.
    pub deployment: String,
    /// The container of that Deployment; empty if it does not look at the image.
    #[serde(default)]
    pub container: String,
}

impl Contract {
    /// Returns the packages in the order in which the installer subscribes to them.
    pub fn in_order(&self) -> Vec<(&str, &Expected)> {
        let position = |package: &str| self.order.iter().position(|other| other == package);
        let mut packages: Vec<_> = self.packages.iter().map(|(name, one)| (name.as_str(), one)).collect();
        packages.sort_by_key(|(name, _)| position(name).unwrap_or(self.order.len()));
        packages
    }

    /// Reads a contract; what is wrong is a finding, and then there is none.
    pub fn read(sources: &Sources, file: FileId, report: &mut Report) -> Option<Self> {
        super::read(sources, file, report).map(|(contract, _)| contract)
    }
}
