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
    /// Reads a contract; what is wrong is a finding, and then there is none.
    pub fn read(sources: &Sources, file: FileId, report: &mut Report) -> Option<Self> {
        super::read(sources, file, report).map(|(contract, _)| contract)
    }
}
