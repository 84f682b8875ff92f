//! Templates in our own language: their references may be bundle folders where opm wants images, and
//! deprecations may stand beside them.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::Ui;
use super::project::SMALL;
use super::pull_args::PullArgs;
use crate::bundle::Bundle;
use crate::catalog::{BundleBlob, Catalog, Deprecations};
use crate::diag::{Diagnostic, Error, Report, codes};
use crate::load::{self, Image};
use crate::render;
use crate::rules;
use crate::template::{Reference, Template};
use crate::text::{Place, Sources};

/// Whether a file is named as templates are, or names the schema of one before any other.
pub(super) fn is_template(path: &Path) -> Result<bool, Error> {
    use std::io::Read as _;
    if !path.is_file() {
        return Ok(false);
    }
    if path.file_name().is_some_and(|name| name == "template.yaml") {
        return Ok(true);
    }
    let mut head = Vec::new();
    let file = std::fs::File::open(path).map_err(|cause| Error::io("read", path, &cause))?;
    file.take(64 << 10).read_to_end(&mut head).map_err(|cause| Error::io("read", path, &cause))?;
    let head = String::from_utf8_lossy(&head).to_lowercase();
    let schema = head.split("schema").nth(1).unwrap_or_default();
    let value = schema.trim_start_matches(['"', '\'', ':', ' ']);
    Ok(value.starts_with("olm.semver") || value.starts_with("olm.template."))
}

/// Returns the bundle folder that a reference of a template names, relative to the template.
pub(super) fn folder(template: &Path, reference: &str) -> Option<PathBuf> {
    let folder = template.parent().unwrap_or(Path::new("")).join(reference);
    load::is_bundle(&folder).then_some(folder)
}

/// Expands a template by itself, outside of a project. Bundle folders have no image unless `image` names
/// it; images are pulled, all at once.
pub(super) fn file<'s>(
    path: &Path,
    image: &dyn Fn(&Bundle<'s>) -> String,
    pull: &PullArgs,
    sources: &'s Sources,
    report: &mut Report,
    ui: &Ui,
) -> Result<Catalog<'s>, Error> {
    let text = load::text(path, SMALL, sources, report);
    let Some(template) = text.and_then(|text| Template::read(sources, text, report)) else {
        return Ok(Catalog::default());
    };
    if let Some(given) = template.given() {
        report.append(rules::check_catalog(given));
    }
    let references = template.references();
    let paths: Vec<PathBuf> = (references.iter())
        .map(|reference| folder(path, &reference.image).unwrap_or_else(|| reference.image.clone().into()))
        .collect();
    let mut bundles = HashMap::new();
    let images = pull.images(&paths, sources, report, ui)?;
    for ((reference, path), pulled) in references.iter().zip(&paths).zip(images) {
        let bundle = match pulled {
            Some(Image::Bundle(bundle)) => bundle,
            None if load::is_bundle(path) => {
                let mut bundle = load::bundle(path, sources, report)?;
                bundle.image = image(&bundle).into();
                bundle
            }
            _ => {
                let message = format!("`{}` is no bundle", reference.image);
                fault(
                    reference,
                    message,
                    "name a bundle image, or a folder with `manifests` and `metadata`",
                    report,
                );
                continue;
            }
        };
        match render::bundle(&bundle) {
            Ok(mut blob) => {
                render::tidy(&mut blob);
                bundles.insert(reference.image.clone(), blob);
            }
            Err(_) if report.has_errors() => {}
            Err(why) => {
                let message = format!("`{}` cannot be rendered: {why}", reference.image);
                fault(reference, message, "mend the bundle; `olmcat validate` says more about it", report);
            }
        }
    }
    Ok(template.expand(bundles, report))
}

fn fault(reference: &Reference, message: String, help: &str, report: &mut Report) {
    let mut finding = Diagnostic::new(&codes::UNKNOWN_BUNDLE, reference.place.clone(), message);
    finding.help(help);
    report.push(finding);
}

/// Finds among the bundles of a project those that a template names by their folder, and moves them to
/// the others, which are found by the references of their images.
pub(super) fn by_folder<'s>(
    template: &Path,
    references: &[Reference],
    bundles: &mut Vec<BundleBlob<'s>>,
    found: &mut HashMap<String, BundleBlob<'s>>,
    sources: &Sources,
) {
    // `bundles/<package>/<version>/manifests/<file>`
    let home = |bundle: &BundleBlob<'_>| {
        let csv = Path::new(sources.get(bundle.origin.file).name());
        csv.ancestors().nth(2).and_then(|folder| folder.canonicalize().ok())
    };
    for reference in references {
        let Some(folder) = folder(template, &reference.image).and_then(|folder| folder.canonicalize().ok())
        else {
            continue;
        };
        if let Some(index) = bundles.iter().position(|bundle| home(bundle).as_ref() == Some(&folder)) {
            found.insert(reference.image.clone(), bundles.swap_remove(index));
        }
    }
}

/// Finds among the bundles of a project those that a template names by tag and digest, `repository:tag@sha256:...`, as
/// `olmcat pin` writes it: the tag says which bundle it is, the digest which image. Engines refuse both in one
/// reference, so that in the catalog only the digest stays.
pub(super) fn by_pin<'s>(
    references: &[Reference],
    bundles: &mut Vec<BundleBlob<'s>>,
    found: &mut HashMap<String, BundleBlob<'s>>,
) {
    for reference in references {
        let Some((tagged, digest)) = reference.image.split_once('@') else { continue };
        let Some(index) = bundles.iter().position(|bundle| bundle.image == tagged) else { continue };
        let mut bundle = bundles.swap_remove(index);
        let repository = tagged.rsplit_once(':').map_or(tagged, |(repository, _)| repository);
        let (old, new) = (bundle.image.to_string(), format!("{repository}@{digest}"));
        for related in bundle.related_images.iter_mut().filter(|related| related.image == old) {
            related.image = new.clone().into();
        }
        bundle.image = new.into();
        found.insert(reference.image.clone(), bundle);
    }
}

/// A reference as it is without its digest.
pub(super) fn without_digest(reference: &str) -> &str {
    reference.split_once('@').map_or(reference, |(name, _)| name)
}

/// Reads the deprecations that stand beside a template, in `deprecations.yaml`.
pub(super) fn deprecations<'s>(
    template: &Path,
    package: &str,
    sources: &'s Sources,
    report: &mut Report,
) -> Result<Vec<Deprecations<'s>>, Error> {
    let path = template.with_file_name("deprecations.yaml");
    if !load::exists(&path) {
        return Ok(Vec::new());
    }
    let catalog = load::catalog(&path, sources, report)?;
    let strangers = (catalog.packages.iter().map(|blob| &blob.origin))
        .chain(catalog.channels.iter().map(|blob| &blob.origin))
        .chain(catalog.bundles.iter().map(|blob| &blob.origin))
        .chain(catalog.others.iter().map(|blob| &blob.origin));
    let of_others = catalog.deprecations.iter().filter(|blob| blob.package != package);
    let mut fault = |place: &Place, message: String, help: &str| {
        let mut finding = Diagnostic::new(&codes::INVALID_TEMPLATE, place.clone(), message);
        finding.help(help);
        report.push(finding);
    };
    for place in strangers {
        let message = "only deprecations stand beside a template".to_owned();
        fault(&place.key("schema"), message, "move the blob away: the template makes the others");
    }
    for blob in of_others {
        let message =
            format!("deprecations of package `{}` beside the template of `{package}`", blob.package);
        fault(&blob.origin.key("package"), message, "move them beside the template of their package");
    }
    Ok(catalog.deprecations.into_iter().filter(|blob| blob.package == package).collect())
}
