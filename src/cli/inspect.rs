//! `olmcat inspect`: what an image is and what is in it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::pull_args::PullArgs;
use super::{ExitStatus, Ui};
use crate::catalog::Graph;
use crate::diag::{Error, Report};
use crate::load::{self, Image};
use crate::oci::{self, Artifact, Place, Puller};
use crate::report::Format;
use crate::text::Sources;

/// Show what an image is: digest, platforms, layers, labels, and the catalog or bundle in it
///
/// A place is spelt as in `olmcat copy`. With `--format json` an object is printed, with `--raw` the manifest or
/// index itself, to the byte.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The image: a reference, an OCI layout or an archive.
    #[arg(value_name = "REF")]
    place: String,
    /// Print the manifest or the index as it is.
    #[arg(long)]
    raw: bool,
    #[command(flatten)]
    pull: PullArgs,
}

pub(super) fn run(args: &Args, ui: &mut Ui) -> Result<ExitStatus, Error> {
    let place = Place::parse(&args.place)?;
    let puller = args.pull.puller()?;
    ui.step(format!("reading {place}"));
    let artifact = puller.artifact(&place)?;
    if args.raw {
        let text = String::from_utf8_lossy(artifact.manifest().bytes()).into_owned();
        ui.print(&text)?;
        return Ok(ExitStatus::Clean);
    }
    let facts = facts(&place, &artifact, args, &puller)?;
    let text = if ui.format() == Format::Json { format!("{facts:#}\n") } else { human(&facts) };
    ui.print(&text)?;
    Ok(ExitStatus::Clean)
}

/// All that is known of an image, in the order in which people want it.
fn facts(place: &Place, artifact: &Artifact, args: &Args, puller: &Puller) -> Result<Value, Error> {
    let mut facts = json!({
        "name": place.to_string(),
        "digest": artifact.digest(),
        "mediaType": artifact.manifest().media_type(),
    });
    let platforms = artifact.platforms()?;
    if let Artifact::Index(_) = artifact {
        let image = |(platform, image): &(oci::Platform, &oci::Image)| json!({ "platform": platform.to_string(), "digest": image.manifest().digest() });
        facts["platforms"] = platforms.iter().map(image).collect();
    }
    let asked = args.pull.platform();
    // What is in it is the same for all platforms of a catalog; elsewhere, one must do.
    let image = match (artifact.image(asked), platforms.first()) {
        (Ok(image), _) => image,
        (Err(_), Some((_, first))) if asked.is_none() => first,
        (Err(error), _) => return Err(error.into()),
    };
    let layer = |layer: &oci::Content| {
        let descriptor = layer.descriptor();
        json!({ "digest": descriptor.digest, "mediaType": descriptor.media_type, "size": descriptor.size })
    };
    facts["layers"] = image.layers().iter().map(layer).collect();
    let config: Value = serde_json::from_slice(image.config().bytes()).unwrap_or_default();
    for (name, value) in [
        ("platform", platform(&config)),
        ("created", config["created"].clone()),
        ("user", config["config"]["User"].clone()),
        ("entrypoint", config["config"]["Entrypoint"].clone()),
        ("cmd", config["config"]["Cmd"].clone()),
    ] {
        if !value.is_null() && value != "" {
            facts[name] = value;
        }
    }
    let labels = image.labels().unwrap_or_default();
    facts["labels"] = json!(labels);
    let manifest: Value = serde_json::from_slice(artifact.manifest().bytes()).unwrap_or_default();
    if let Some(annotations) = manifest.get("annotations") {
        facts["annotations"] = annotations.clone();
    }
    let kind = if labels.contains_key(crate::image::CONFIGS_LABEL) {
        "catalog"
    } else if labels.contains_key(crate::bundle::PACKAGE_ANNOTATION) {
        "bundle"
    } else {
        "image"
    };
    facts["kind"] = kind.into();
    if kind != "image" {
        let (sources, mut report) = (Sources::default(), Report::default());
        let loaded = load::held(&puller.pulled(place, artifact, image)?, puller, &sources, &mut report)?;
        contents(&loaded, &mut facts);
        facts["readable"] = (!report.has_errors()).into();
    }
    Ok(facts)
}

fn platform(config: &Value) -> Value {
    match (config["os"].as_str(), config["architecture"].as_str()) {
        (Some(os), Some(architecture)) => format!("{os}/{architecture}").into(),
        _ => Value::Null,
    }
}

/// What is in an image, in short.
fn contents(loaded: &Image<'_>, facts: &mut Value) {
    let catalog = match loaded {
        Image::Bundle(bundle) => {
            facts["bundle"] =
                json!({ "name": bundle.name(), "package": bundle.package(), "version": bundle.version() });
            return;
        }
        Image::Catalog(catalog) => catalog,
    };
    let mut packages: BTreeMap<&str, Value> = BTreeMap::new();
    for package in &catalog.packages {
        packages.insert(
            &package.name,
            json!({
                "name": package.name, "defaultChannel": package.default_channel, "channels": [], "bundles": 0,
            }),
        );
    }
    for channel in &catalog.channels {
        let Some(package) = packages.get_mut(channel.package.as_ref()) else { continue };
        if let Some(channels) = package["channels"].as_array_mut() {
            channels.push(json!({ "name": channel.name, "heads": Graph::new(channel).heads() }));
        }
    }
    for bundle in &catalog.bundles {
        let Some(package) = packages.get_mut(bundle.package.as_ref()) else { continue };
        package["bundles"] = (package["bundles"].as_u64().unwrap_or(0) + 1).into();
    }
    facts["packages"] = packages.into_values().collect();
}

/// The facts as lines.
fn human(facts: &Value) -> String {
    let mut out = String::new();
    let mut line = |name: &str, value: &str| out += &format!("{name:<13}{value}\n");
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    for name in ["name", "kind", "digest", "mediaType", "platform", "created", "user", "entrypoint", "cmd"] {
        if let Some(value) = facts.get(name) {
            line(if name == "mediaType" { "media type" } else { name }, &text(value));
        }
    }
    let list = |name: &str| facts[name].as_array().cloned().unwrap_or_default();
    for image in list("platforms") {
        line("image", &format!("{} {}", text(&image["digest"]), text(&image["platform"])));
    }
    for layer in list("layers") {
        let (digest, size, kind) = (text(&layer["digest"]), text(&layer["size"]), text(&layer["mediaType"]));
        line("layer", &format!("{digest} {size} bytes {kind}"));
    }
    for (name, title) in [("labels", "label"), ("annotations", "annotation")] {
        for (key, value) in facts[name].as_object().into_iter().flatten() {
            line(title, &format!("{key}={}", text(value)));
        }
    }
    if let Some(bundle) = facts.get("bundle") {
        let (name, package) = (text(&bundle["name"]), text(&bundle["package"]));
        line("bundle", &format!("{name} of package {package}, version {}", text(&bundle["version"])));
    }
    for package in list("packages") {
        let (name, count) = (text(&package["name"]), package["bundles"].as_u64().unwrap_or(0));
        let bundles = if count == 1 { "bundle" } else { "bundles" };
        line(
            "package",
            &format!("{name}, {count} {bundles}, default channel {}", text(&package["defaultChannel"])),
        );
        for channel in package["channels"].as_array().into_iter().flatten() {
            let heads =
                channel["heads"].as_array().into_iter().flatten().map(text).collect::<Vec<_>>().join(", ");
            line("  channel", &format!("{}: {heads}", text(&channel["name"])));
        }
    }
    if facts["readable"] == false {
        line("faults", "not all of it can be read; `olmcat validate` says more");
    }
    out
}
