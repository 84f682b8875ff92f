//! What the installer that deploys the catalog expects of it: data, not code, since installers change.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::read::read;
use crate::diag::{Diagnostic, Report, codes};
use crate::text::{FileId, Place, Sources};

/// The contract with an installer.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Contract {
    /// What the installer is called in messages.
    #[serde(default = "installer")]
    pub installer: String,
    /// The CatalogSource that it makes.
    #[serde(default)]
    pub catalog_source: CatalogSource,
    /// Whether InstallPlans wait until somebody approves them.
    #[serde(default)]
    pub approval: Approval,
    /// How a CSV has to be named: `{package}` and `{version}` stand for those of the bundle.
    #[serde(default = "bundle_name")]
    pub bundle_name: String,
    /// The tag that the operator's image has to have; `{version}` stands for that of the bundle.
    #[serde(default = "image_tag")]
    pub image_tag: String,
    /// The oldest Kubernetes that it installs on; empty if it does not say.
    #[serde(default)]
    pub oldest_kubernetes: String,
    /// The most bytes that etcd takes of one InstallPlan.
    #[serde(default = "largest_plan")]
    pub largest_plan: usize,
    /// The namespaces that it installs into, with the packages in the order of their installation. All that is in
    /// one namespace resolves together.
    #[serde(default)]
    pub namespaces: Vec<InstallNamespace>,
    /// What it expects of each package, by name.
    #[serde(default)]
    pub packages: BTreeMap<String, Expected>,
    /// Where the contract stands.
    #[serde(skip)]
    pub origin: Option<Place>,
}

fn installer() -> String {
    "the installer".to_owned()
}

/// What etcd takes unless it is told otherwise: 1.5 MiB.
fn largest_plan() -> usize {
    3 << 19
}

fn bundle_name() -> String {
    "{package}.v{version}".to_owned()
}

fn image_tag() -> String {
    "{version}".to_owned()
}

/// The CatalogSource of an installer.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct CatalogSource {
    /// Its name.
    pub name: String,
    /// Its namespace.
    pub namespace: String,
    /// What consoles call it.
    pub display_name: String,
    /// Who publishes it.
    pub publisher: String,
    /// How often its tag is looked up again; empty for never.
    pub poll_interval: String,
}

impl Default for CatalogSource {
    fn default() -> Self {
        CatalogSource {
            name: "catalog".to_owned(),
            namespace: "olm".to_owned(),
            display_name: String::new(),
            publisher: String::new(),
            poll_interval: String::new(),
        }
    }
}

/// Who lets an InstallPlan go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
pub enum Approval {
    /// Somebody has to.
    #[default]
    Manual,
    /// Nobody has to.
    Automatic,
}

/// A namespace that an installer installs into.
#[derive(Debug, Clone, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct InstallNamespace {
    /// Its name.
    pub name: String,
    /// The name of its OperatorGroup; that of the namespace if not given.
    #[serde(default)]
    pub operator_group: Option<String>,
    /// The namespaces that the OperatorGroup selects; an empty list selects all. Itself, if not given.
    #[serde(default)]
    pub targets: Option<Vec<String>>,
    /// The packages, in the order in which they are installed.
    pub packages: Vec<String>,
}

impl InstallNamespace {
    /// Returns the namespaces that the OperatorGroup selects; none for all.
    pub fn targets(&self) -> Vec<String> {
        self.targets.clone().unwrap_or_else(|| vec![self.name.clone()])
    }
}

/// What an installer expects of a package.
#[derive(Debug, Clone, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Expected {
    /// The channel that it subscribes to.
    pub channel: String,
    /// The Deployment whose image tells it the version of the operator.
    pub deployment: String,
    /// The container of that Deployment; empty if it does not look at the image.
    #[serde(default)]
    pub container: String,
    /// The CSVs of its channel that were published before, by name: clusters run them.
    #[serde(default)]
    pub published: Vec<String>,
    /// Whether upgrades must not leave out a minor version.
    #[serde(default)]
    pub every_minor: bool,
    /// The versions that its version service knows; none if it asks none.
    #[serde(default)]
    pub known_versions: Vec<String>,
    /// The APIs that it uses once the package is installed: `Kind.version.group`.
    #[serde(default)]
    pub apis: Vec<String>,
}

impl Contract {
    /// Returns the packages in the order in which the installer subscribes to them, namespace by
    /// namespace; those that are in none come last, by name.
    pub fn in_order(&self) -> Vec<(&str, &Expected)> {
        let named: Vec<&String> = self.namespaces.iter().flat_map(|namespace| &namespace.packages).collect();
        let position = |package: &str| named.iter().position(|other| *other == package);
        let mut packages: Vec<_> = self.packages.iter().map(|(name, one)| (name.as_str(), one)).collect();
        packages.sort_by_key(|(name, _)| position(name).unwrap_or(named.len()));
        packages
    }

    /// Reads a contract; what is wrong is a finding, and then there is none.
    pub fn read(sources: &Sources, file: FileId, report: &mut Report) -> Option<Self> {
        let help = "`olmcat schema contract` prints what may stand here";
        let (mut contract, place): (Self, Place) = read(sources, file, help, report)?;
        let mut is_sound = true;
        for (at, namespace) in contract.namespaces.iter().enumerate() {
            for (number, package) in namespace.packages.iter().enumerate() {
                if contract.packages.contains_key(package) {
                    continue;
                }
                is_sound = false;
                let place = place.key("namespaces").index(at).key("packages").index(number);
                let message = format!(
                    "namespace `{}` names a package `{package}` that the contract does not know",
                    namespace.name
                );
                let mut finding = Diagnostic::new(&codes::INVALID_SETTINGS, place, message);
                finding.help(format!("add `{package}` below `packages`, with its channel and Deployment"));
                report.push(finding);
            }
        }
        contract.origin = Some(place);
        is_sound.then_some(contract)
    }

    /// Returns the namespace that a package is installed into; none if the contract does not say.
    pub fn namespace(&self, package: &str) -> Option<&InstallNamespace> {
        self.namespaces.iter().find(|namespace| namespace.packages.iter().any(|name| name == package))
    }

    /// Returns the name that a bundle has to have.
    pub fn name_of(&self, package: &str, version: &str) -> String {
        self.bundle_name.replace("{package}", package).replace("{version}", version)
    }

    /// Returns the tag that the operator's image has to have.
    pub fn tag_of(&self, version: &str) -> String {
        self.image_tag.replace("{version}", version)
    }
}
