//! `olmcat manifests`: what the installer applies to a cluster, pinned to the image that was built.

use std::path::Path;

use serde_json::{Value, json};

use super::image_args::ImageArgs;
use super::project::{self, CONTRACT, below};
use super::registry_args::RegistryArgs;
use super::{ExitStatus, Ui};
use crate::diag::{Error, Report};
use crate::image::CONFIGS_FOLDER;
use crate::oci::Reference;
use crate::report::Format;
use crate::settings::{Approval, Contract};
use crate::text::{Sources, Tree, yaml};

/// Print what the installer applies: CatalogSource, OperatorGroups, Subscriptions, for `kubectl apply -f -`
///
/// The catalog is named by digest, so that what runs is what was looked at: that of REF, or else that of the image
/// which the project builds now. What is subscribed to, and how, is in `catalog/contract.yaml`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The catalog image, if it is not `image` of `catalog/olmcat.yaml`. Without a digest in it, it is taken for a copy
    /// of the image that the project builds.
    #[arg(value_name = "REF")]
    reference: Option<String>,
    /// For an image without a server in it, as olmcat builds them: let OLM v0 (0.35 and later) serve its content.
    #[arg(long, conflicts_with = "olm")]
    extract_content: bool,
    /// For which OLM: for v1 it is a ClusterCatalog.
    #[arg(long, value_enum, default_value_t = Olm::V0)]
    olm: Olm,
    #[command(flatten)]
    image: ImageArgs,
    #[command(flatten)]
    registry: RegistryArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Olm {
    /// CatalogSource, OperatorGroups and Subscriptions.
    V0,
    /// A ClusterCatalog.
    V1,
}

pub(super) fn run(args: &Args, root: &Path, ui: &mut Ui) -> Result<ExitStatus, Error> {
    let given = args.reference.as_deref().map(Reference::parse).transpose()?;
    let (sources, mut report) = (Sources::default(), Report::default());
    let project = project::check(root, &sources, &mut report, ui)?;
    if ui.report_aside(&mut report, &sources) == ExitStatus::Findings {
        return Ok(ExitStatus::Findings);
    }
    let Some(contract) = &project.contract else {
        let path = below(root, CONTRACT);
        return Err(Error::new(format!(
            "what the installer does is not said: {} is missing",
            path.display()
        ))
        .hint("write it: a catalog source, the namespaces, and the channel of each package"));
    };
    let image = match (given, &project.settings.image) {
        (Some(reference), _) if reference.digest().is_some() => reference.to_string(),
        (given, image) => {
            let reference = match (given, image) {
                (Some(reference), _) => reference,
                (None, Some(image)) => Reference::parse(image)?,
                (None, None) => {
                    return Err(Error::new("the catalog image is not said")
                        .hint("write `olmcat manifests REF`, or set `image` in `catalog/olmcat.yaml`"));
                }
            };
            let Some(artifact) = args.image.make(root, &project, &args.registry, ui)? else {
                return Ok(ExitStatus::Findings);
            };
            reference.pinned(artifact.digest()).to_string()
        }
    };
    let objects = match args.olm {
        Olm::V0 => objects(contract, &image, args.extract_content),
        Olm::V1 => vec![cluster_catalog(contract, &image)],
    };
    ui.print(&if ui.format() == Format::Json { list(objects) } else { documents(&objects) })?;
    Ok(ExitStatus::Clean)
}

fn objects(contract: &Contract, image: &str, extract_content: bool) -> Vec<Value> {
    let source = &contract.catalog_source;
    let mut objects = vec![catalog_source(contract, image, extract_content)];
    for namespace in &contract.namespaces {
        // The one that every cluster has, and the one that OLM brings along.
        if namespace.name != "default" && namespace.name != source.namespace {
            objects
                .push(json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace.name}}));
        }
        let targets = namespace.targets();
        let spec = if targets.is_empty() { json!({}) } else { json!({"targetNamespaces": targets}) };
        objects.push(json!({
            "apiVersion": "operators.coreos.com/v1", "kind": "OperatorGroup",
            "metadata": {
                "name": namespace.operator_group.as_ref().unwrap_or(&namespace.name), "namespace": namespace.name,
            },
            "spec": spec,
        }));
        for package in &namespace.packages {
            let Some(expected) = contract.packages.get(package) else { continue };
            let approval = match contract.approval {
                Approval::Manual => "Manual",
                Approval::Automatic => "Automatic",
            };
            objects.push(json!({
                "apiVersion": "operators.coreos.com/v1alpha1", "kind": "Subscription",
                "metadata": {"name": package, "namespace": namespace.name},
                "spec": {
                    "name": package, "channel": expected.channel, "source": source.name,
                    "sourceNamespace": source.namespace, "installPlanApproval": approval,
                },
            }));
        }
    }
    objects
}

/// A digest does not move, so there is nothing to poll.
fn catalog_source(contract: &Contract, image: &str, extract_content: bool) -> Value {
    let source = &contract.catalog_source;
    let mut pod = json!({"securityContextConfig": "restricted"});
    if extract_content {
        pod["extractContent"] = json!({"catalogDir": CONFIGS_FOLDER});
    }
    let mut spec = json!({"sourceType": "grpc", "image": image, "grpcPodConfig": pod});
    for (key, value) in [("displayName", &source.display_name), ("publisher", &source.publisher)] {
        if !value.is_empty() {
            spec[key] = json!(value);
        }
    }
    json!({
        "apiVersion": "operators.coreos.com/v1alpha1", "kind": "CatalogSource",
        "metadata": {"name": source.name, "namespace": source.namespace}, "spec": spec,
    })
}

fn cluster_catalog(contract: &Contract, image: &str) -> Value {
    json!({
        "apiVersion": "olm.operatorframework.io/v1", "kind": "ClusterCatalog",
        "metadata": {"name": contract.catalog_source.name},
        "spec": {"source": {"type": "Image", "image": {"ref": image}}},
    })
}

fn list(objects: Vec<Value>) -> String {
    let list = json!({"apiVersion": "v1", "kind": "List", "items": objects});
    serde_json::to_string_pretty(&list).expect("a value of strings is JSON") + "\n"
}

fn documents(objects: &[Value]) -> String {
    let mut out = String::new();
    for object in objects {
        let text = object.to_string();
        let tree = crate::text::json::read(&text).expect("what was just written is JSON");
        out += "---\n";
        if let Some(root) = Tree::root(&tree) {
            yaml::write(root, &mut out);
        }
    }
    out
}
