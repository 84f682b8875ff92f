//! The project's settings, `catalog/olmcat.yaml`, and what its installer expects,
//! `catalog/contract.yaml`. Read with places, so that a wrong setting is a finding with a line.

mod baseline;
mod contract;
mod placeholder;
mod read;

pub use baseline::{Baseline, KnownFinding};
pub use contract::{Approval, CatalogSource, Contract, Expected, InstallNamespace};

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::diag::{Diagnostic, Level, Minors, Platform, Report, Suite, codes};
use crate::oci::Reference;
use crate::text::{FileId, Place, Sources};
use read::read;

/// The settings of an olmcat project.
#[derive(Debug, Clone, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Settings {
    /// The repository of the catalog image, such as `docker.io/percona/dbaas-catalog`. What `push`
    /// pushes to unless it is told otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(pattern(r"^(localhost|[^/@\s]*[.:A-Z][^/@\s]*)(/[a-z0-9]+([._-]+[a-z0-9]+)*)+$"))]
    pub image: Option<String>,
    /// The packages of the catalog, by name.
    #[serde(default)]
    pub packages: BTreeMap<String, PackageSettings>,
    /// The level of a rule, by its id. Rules of the suite `required` keep theirs.
    #[serde(default)]
    pub rules: BTreeMap<String, RuleLevel>,
    /// The suites of rules that count beside `required`, which always does; if none is named, `percona` and
    /// `good-practices`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub suites: Vec<SuiteName>,
    /// What the catalog is to be installed on: `olm-v0`, `olm-v1`, `ocp-4.15`. Rules that matter
    /// elsewhere are left out; all count if nothing is named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(inner(pattern(r"^(olm-v0|olm-v1|ocp-v?4\.[0-9]+(\.[0-9]+)?)$")))]
    pub platforms: Vec<String>,
    /// The versions of Kubernetes that it is to be installed on: `1.25`, `1.25-1.30`, or `1.25-` for
    /// all from there on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(pattern(r"^v?[0-9]+\.[0-9]+(\.[0-9]+)?(-(v?[0-9]+\.[0-9]+(\.[0-9]+)?)?)?$"))]
    pub kube_version: Option<String>,
    /// Known defects that the project lives with.
    #[serde(default)]
    pub exceptions: Vec<Exception>,
    /// The catalogs that are made of the templates; the first is the default. Without any, one
    /// catalog named `latest` is made, with manifests, as `<package>/catalog.yaml`.
    #[serde(default)]
    pub targets: Vec<Target>,
}

/// Where the images of a package's bundles are.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PackageSettings {
    /// The reference of a bundle's image; `{version}` stands for the version of its CSV.
    #[schemars(pattern(r"^([^{}]|\{version\})*$"))]
    pub image: String,
    /// The references of bundles whose image is named otherwise, by version; nothing in them is replaced.
    #[serde(default)]
    #[schemars(extend("additionalProperties" = {"type": "string", "pattern": r"^[^{}]*$"}))]
    pub overrides: BTreeMap<String, String>,
}

/// How much a rule matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum RuleLevel {
    /// Not reported.
    Allow,
    /// Reported; the run is still clean.
    Warn,
    /// Reported; the run ends with findings.
    Error,
}

/// A suite of rules, by audience.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SuiteName {
    /// What OLM or opm refuses.
    Required,
    /// What operatorhub.io wants.
    Operatorhub,
    /// What the repositories of community operators want.
    Community,
    /// What OpenShift and its certification want.
    Openshift,
    /// What the installer of the database platform expects.
    Percona,
    /// What works, and will hurt somebody.
    GoodPractices,
}

impl From<SuiteName> for Suite {
    fn from(name: SuiteName) -> Self {
        match name {
            SuiteName::Required => Suite::Required,
            SuiteName::Operatorhub => Suite::OperatorHub,
            SuiteName::Community => Suite::Community,
            SuiteName::Openshift => Suite::OpenShift,
            SuiteName::Percona => Suite::Percona,
            SuiteName::GoodPractices => Suite::GoodPractices,
        }
    }
}

impl From<RuleLevel> for Level {
    fn from(level: RuleLevel) -> Self {
        match level {
            RuleLevel::Allow => Level::Allow,
            RuleLevel::Warn => Level::Warn,
            RuleLevel::Error => Level::Error,
        }
    }
}

/// A known defect: findings of a rule about a package, or one version of it, are not reported.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Exception {
    /// The id of the rule.
    pub rule: String,
    /// The package.
    pub package: String,
    /// The version; without it, findings about the package as a whole and all its versions.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub version: String,
    /// Why the project lives with it, for whoever finds it in two years.
    #[schemars(length(min = 1))]
    pub reason: String,
}

/// A catalog to be made.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Target {
    /// Its name, which is the tag of its image.
    pub name: String,
    /// How bundles carry what OLM needs of their CSV.
    #[serde(default)]
    pub properties: Properties,
    /// The name of the rendered file in each package's folder.
    #[serde(default = "catalog_yaml")]
    pub file: String,
}

/// How bundles carry what OLM needs of their CSV.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
pub enum Properties {
    /// With all manifests: what OLM before 0.26 and OpenShift before 4.17 need.
    #[default]
    #[serde(rename = "olm.bundle.object")]
    BundleObject,
    /// With the CSV's presentation only, which is a tenth of the size.
    #[serde(rename = "olm.csv.metadata")]
    CsvMetadata,
}

/// What mends the settings.
const HELP: &str = "`olmcat schema olmcat` prints what may stand here";

fn catalog_yaml() -> String {
    "catalog.yaml".to_owned()
}

impl Settings {
    /// Reads the settings; what is wrong is a finding, and then there are none.
    pub fn read(sources: &Sources, file: FileId, report: &mut Report) -> Option<Self> {
        let (settings, place): (Self, Place) = read(sources, file, HELP, report)?;
        let before = report.diagnostics().len();
        let mut wrong = |place: Place, message: String, help: &str| {
            let mut finding = Diagnostic::new(&codes::INVALID_SETTINGS, place, message);
            finding.help(help);
            report.push(finding);
        };
        if let Some(Err(error)) = settings.image.as_deref().map(Reference::parse_repository) {
            wrong(place.key("image"), error.message, error.hint.as_deref().unwrap_or(HELP));
        }
        for (name, package) in &settings.packages {
            let place = place.key("packages").key(name);
            if let Some(unknown) = placeholder::unknown(&package.image, &["version"]) {
                wrong(place.key("image").part(unknown.bytes), unknown.message, &unknown.help);
            }
            for (version, image) in &package.overrides {
                if let Some(unknown) = placeholder::unknown(image, &[]) {
                    let place = place.key("overrides").key(version).part(unknown.bytes);
                    wrong(place, unknown.message, &unknown.help);
                }
            }
        }
        for (index, exception) in settings.exceptions.iter().enumerate() {
            if exception.reason.trim().is_empty() {
                let place = place.key("exceptions").index(index).key("reason");
                let message = "an exception without a reason".to_owned();
                wrong(place, message, "say why the project lives with the defect");
            }
        }
        for (index, target) in settings.targets.iter().enumerate() {
            let same = |other: &Target| other.name == target.name || other.file == target.file;
            if settings.targets[..index].iter().any(same)
                || target.file.contains('/')
                || target.file.is_empty()
            {
                let place = place.key("targets").index(index);
                let message = format!("target `{}` has no name and file of its own", target.name);
                wrong(
                    place,
                    message,
                    "give each target its own `name` and `file`, a file name without folders",
                );
            }
        }
        for (index, platform) in settings.platforms.iter().enumerate() {
            if let Err(fault) = platform.parse::<Platform>() {
                wrong(place.key("platforms").index(index), fault, HELP);
            }
        }
        if let Some(Err(fault)) = settings.kube_version.as_ref().map(|kube| kube.parse::<Minors>()) {
            wrong(place.key("kubeVersion"), fault, HELP);
        }
        (report.diagnostics().len() == before).then_some(settings)
    }

    /// Returns the reference of a bundle's image; none if the settings do not know the package.
    pub fn image_of(&self, package: &str, version: &str) -> Option<String> {
        let package = self.packages.get(package)?;
        let by_pattern = || package.image.replace("{version}", version);
        Some(package.overrides.get(version).cloned().unwrap_or_else(by_pattern))
    }

    /// Returns what the catalog is to be installed on; empty for everything.
    pub fn platforms(&self) -> Vec<Platform> {
        self.platforms.iter().filter_map(|platform| platform.parse().ok()).collect()
    }

    /// Returns the versions of Kubernetes that it is to be installed on, if the settings say so.
    pub fn kube(&self) -> Option<Minors> {
        self.kube_version.as_ref()?.parse().ok()
    }

    /// Returns the catalogs to be made, at least one.
    pub fn targets(&self) -> Vec<Target> {
        if self.targets.is_empty() {
            let target =
                Target { name: "latest".into(), properties: Properties::default(), file: catalog_yaml() };
            return vec![target];
        }
        self.targets.clone()
    }
}

/// Returns the JSON Schema of the settings, for editors.
pub fn schema() -> String {
    written(&schemars::schema_for!(Settings))
}

/// Returns the JSON Schema of the contract, for editors.
pub fn contract_schema() -> String {
    written(&schemars::schema_for!(Contract))
}

fn written(schema: &schemars::Schema) -> String {
    serde_json::to_string_pretty(schema).expect("a schema is made of strings and maps") + "\n"
}
