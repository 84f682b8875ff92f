//! What the installer that deploys the catalog expects of it: data, not code, since installers change.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::placeholder;
use super::read::read;
use crate::diag::{Diagnostic, Report, codes};
use crate::text::dns::{is_dns_label, is_subdomain};
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
    #[schemars(pattern(r"^([^{}]|\{(package|version)\})*$"))]
    pub bundle_name: String,
    /// The tag that the operator's image has to have; `{version}` stands for that of the bundle.
    #[serde(default = "image_tag")]
    #[schemars(pattern(r"^([^{}]|\{version\})*$"))]
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

/// A DNS-1123 label, as namespaces are named.
const LABEL: &str = "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$";
/// A DNS-1123 subdomain, as most objects are named.
const SUBDOMAIN: &str = r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$";
/// A duration as Go writes it, or nothing.
const DURATION: &str = r"^(0|(([0-9]+(\.[0-9]*)?|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h))+)?$";

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
    #[schemars(length(max = 253), pattern(SUBDOMAIN))]
    pub name: String,
    /// Its namespace.
    #[schemars(length(max = 63), pattern(LABEL))]
    pub namespace: String,
    /// What consoles call it.
    pub display_name: String,
    /// Who publishes it.
    pub publisher: String,
    /// How often its tag is looked up again, such as `45m`; empty for never.
    #[schemars(pattern(DURATION))]
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
    #[schemars(length(max = 63), pattern(LABEL))]
    pub name: String,
    /// The name of its OperatorGroup; that of the namespace if not given.
    #[serde(default)]
    #[schemars(length(max = 253), pattern(SUBDOMAIN))]
    pub operator_group: Option<String>,
    /// The namespaces that the OperatorGroup selects; an empty list selects all. Itself, if not given.
    #[serde(default)]
    #[schemars(inner(length(max = 63), pattern(LABEL)))]
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

/// Where a name stands, the name, and what it must be.
type Name<'c> = (Place, &'c str, fn(&str) -> bool);

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
        let before = report.diagnostics().len();
        let mut wrong = |place: Place, message: String, help: &str| {
            let mut finding = Diagnostic::new(&codes::INVALID_SETTINGS, place, message);
            finding.help(help);
            report.push(finding);
        };
        for (place, name, is_name) in contract.names(&place) {
            if !is_name(name) {
                let help = "write a name as Kubernetes has them: lower-case letters, digits and `-`";
                wrong(place, format!("`{name}` cannot name anything in a cluster"), help);
            }
        }
        let interval = &contract.catalog_source.poll_interval;
        if !interval.is_empty() && !is_duration(interval) {
            let place = place.key("catalogSource").key("pollInterval");
            wrong(
                place,
                format!("`{interval}` is no duration"),
                "write it as Go does, such as `45m` or `1h30m`",
            );
        }
        let texts = [
            ("bundleName", &contract.bundle_name, &["package", "version"][..]),
            ("imageTag", &contract.image_tag, &["version"]),
        ];
        for (key, text, known) in texts {
            if let Some(unknown) = placeholder::unknown(text, known) {
                wrong(place.key(key).part(unknown.bytes), unknown.message, &unknown.help);
            }
        }
        for (at, namespace) in contract.namespaces.iter().enumerate() {
            for (number, package) in namespace.packages.iter().enumerate() {
                if contract.packages.contains_key(package) {
                    continue;
                }
                let place = place.key("namespaces").index(at).key("packages").index(number);
                let message = format!(
                    "namespace `{}` names a package `{package}` that the contract does not know",
                    namespace.name
                );
                let help = format!("add `{package}` below `packages`, with its channel and Deployment");
                wrong(place, message, &help);
            }
        }
        for package in contract.packages.keys() {
            if !contract.namespaces.is_empty() && contract.namespace(package).is_none() {
                let message = format!("package `{package}` is in no namespace, so nobody subscribes to it");
                let place = place.key("packages").name(package);
                wrong(place, message, "list it below `packages` of a namespace, or remove it");
            }
        }
        contract.origin = Some(place);
        (report.diagnostics().len() == before).then_some(contract)
    }

    /// Returns every name that an object of the cluster is to have, with its place and what it must be.
    fn names(&self, place: &Place) -> Vec<Name<'_>> {
        let source = place.key("catalogSource");
        let mut names: Vec<Name<'_>> = vec![
            (source.key("name"), &self.catalog_source.name, is_subdomain),
            (source.key("namespace"), &self.catalog_source.namespace, is_dns_label),
        ];
        for (at, namespace) in self.namespaces.iter().enumerate() {
            let place = place.key("namespaces").index(at);
            names.push((place.key("name"), &namespace.name, is_dns_label));
            if let Some(group) = &namespace.operator_group {
                names.push((place.key("operatorGroup"), group, is_subdomain));
            }
            for (number, target) in namespace.targets.iter().flatten().enumerate() {
                names.push((place.key("targets").index(number), target, is_dns_label));
            }
        }
        names
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

/// Returns whether this is a duration as Go reads it (`time.ParseDuration`), and not negative: numbers with units.
fn is_duration(text: &str) -> bool {
    let mut rest = text;
    while !rest.is_empty() {
        let unit = rest.trim_start_matches(|c: char| c.is_ascii_digit());
        let unit = unit.strip_prefix('.').unwrap_or(unit).trim_start_matches(|c: char| c.is_ascii_digit());
        let has_digit = rest[..rest.len() - unit.len()].contains(|c: char| c.is_ascii_digit());
        // `m` is the beginning of `ms`.
        let next =
            ["ns", "us", "µs", "μs", "ms", "s", "m", "h"].iter().find_map(|name| unit.strip_prefix(name));
        match next {
            Some(next) if has_digit => rest = next,
            _ => return text == "0",
        }
    }
    !text.is_empty()
}

#[cfg(test)]
mod tests {
    use super::is_duration;

    #[test]
    fn durations_are_those_of_go() {
        for good in ["45m", "1h30m", "0", "1.5h", ".5s", "3.s", "10ms", "1m2ms"] {
            assert!(is_duration(good), "{good}");
        }
        for bad in ["", "45", "45 min", "45min", ".s", "m", "-1h", "1d", "1h 30m"] {
            assert!(!is_duration(bad), "{bad}");
        }
    }
}
