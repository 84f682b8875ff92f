//! The pipeline that several commands share: bundles, templates and settings of a project become
//! checked catalogs. Each step is one call into a room below.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::choice::Choice;
use super::expand;
use super::misnamed;
use super::rulebook::Rulebook;
use super::ui::Ui;
use crate::bundle::Bundle;
use crate::catalog::{self, BundleBlob, Catalog, Format};
use crate::compare::Sight;
use crate::diag::{Diagnostic, Error, Report, codes};
use crate::load;
use crate::render;
use crate::rules;
use crate::settings::{Contract, Properties, Settings, Target};
use crate::template::Template;
use crate::text::{FileId, Place, Sources};

/// The largest file of settings or template that is read, in bytes.
pub(super) const SMALL: u64 = 8 << 20;
/// The settings of a project.
pub(super) const SETTINGS: &str = "catalog/olmcat.yaml";
/// What its installer expects.
pub(super) const CONTRACT: &str = "catalog/contract.yaml";

/// A project, checked.
pub(super) struct Project<'s> {
    pub(super) settings: Settings,
    /// What its installer expects.
    pub(super) contract: Option<Contract>,
    /// The catalog of each package, by the name of its folder.
    pub(super) packages: Vec<(String, Catalog<'s>)>,
    /// The text of catalogs that are written by hand, by the name of their folder: it is taken as it stands.
    by_hand: HashMap<String, &'s str>,
}

/// The bundles of a package.
#[derive(Default)]
struct Bundles<'s> {
    blobs: Vec<BundleBlob<'s>>,
    /// The images of those that have a finding in the place of a blob; none where the settings do
    /// not know them.
    lost: Vec<Option<String>>,
}

/// A bundle folder of the project.
pub(super) struct Folder {
    package: String,
    version: String,
    pub(super) path: PathBuf,
}

/// Returns a path below the project as the user would write it.
pub(super) fn below(root: &Path, path: &str) -> PathBuf {
    if root == Path::new(".") { PathBuf::from(path) } else { root.join(path) }
}

/// Loads, checks, renders and expands a project. What is wrong with its files is in the report.
pub(super) fn check<'s>(
    root: &Path,
    sources: &'s Sources,
    report: &mut Report,
    ui: &Ui,
) -> Result<Project<'s>, Error> {
    check_with(root, &Choice::default(), sources, report, ui)
}

/// Checks as [`check`] does, by the rules that were chosen.
pub(super) fn check_with<'s>(
    root: &Path,
    choice: &Choice,
    sources: &'s Sources,
    report: &mut Report,
    ui: &Ui,
) -> Result<Project<'s>, Error> {
    check_and(root, choice, sources, report, ui, rules::check_upgrades)
}

/// Checks as [`check`] does, and says what there is to see of each package; nothing where what upgrades do was not
/// asked, since the project is broken.
pub(super) fn see<'s>(
    root: &Path,
    sources: &'s Sources,
    report: &mut Report,
    ui: &Ui,
) -> Result<(Project<'s>, Option<Vec<Sight>>), Error> {
    let mut sights = None;
    let upgrades = |catalogs: &[&Catalog<'s>], bundles: &[Bundle<'s>], contract: Option<&Contract>| {
        let (found, seen) = rules::see_upgrades(catalogs, bundles, contract);
        sights = Some(seen);
        found
    };
    let project = check_and(root, &Choice::default(), sources, report, ui, upgrades)?;
    Ok((project, sights))
}

fn check_and<'s>(
    root: &Path,
    choice: &Choice,
    sources: &'s Sources,
    report: &mut Report,
    ui: &Ui,
    check_upgrades: impl FnOnce(&[&Catalog<'s>], &[Bundle<'s>], Option<&Contract>) -> Report,
) -> Result<Project<'s>, Error> {
    ui.step("reading the settings");
    let book = Rulebook::read(root, choice, sources, report)?;
    if !book.has_project() {
        return Err(no_project(root));
    }
    if report.has_errors() {
        return Ok(Project {
            settings: book.settings,
            contract: book.contract,
            packages: Vec::new(),
            by_hand: HashMap::new(),
        });
    }
    let misnamed = misnamed::files(root, &book.settings.targets())?;
    for file in &misnamed {
        report.push(file.finding(sources));
    }
    ui.step("checking the bundles");
    let folders = bundle_folders(root)?;
    let checked: Vec<(Bundle<'s>, Option<BundleBlob<'s>>, Report)> =
        folders.par_iter().map(|folder| bundle(folder, &book, sources)).collect::<Result<_, Error>>()?;
    let mut bundles: HashMap<String, Bundles<'s>> = HashMap::new();
    let (mut rendered, mut known) = (Vec::new(), BTreeSet::new());
    for (folder, (bundle, blob, faults)) in folders.iter().zip(checked) {
        known.insert((folder.package.clone(), folder.version.clone()));
        known.insert((bundle.package().into_owned(), bundle.version().into_owned()));
        rendered.push(bundle);
        report.append(faults);
        let of_package = bundles.entry(folder.package.clone()).or_default();
        match blob.filter(|blob| !blob.image.is_empty()) {
            Some(blob) => of_package.blobs.push(blob),
            None => of_package.lost.push(book.settings.image_of(&folder.package, &folder.version)),
        }
    }
    book.unused(&known).into_iter().for_each(|finding| report.push(finding));
    ui.step("checking the catalog");
    let (mut packages, mut by_hand) = (Vec::new(), HashMap::new());
    for package in subfolders(&below(root, "catalog"))? {
        let path = below(root, "catalog").join(&package).join("template.yaml");
        if !load::exists(&path) {
            // A package without a template is written by hand.
            let path = path.with_file_name(&book.settings.targets()[0].file);
            if load::exists(&path) {
                let mut faults = Report::default();
                let catalog = load::catalog(&path, sources, &mut faults)?;
                // Rules would echo what could not be read.
                if !faults.has_errors() {
                    faults.append(rules::check_catalog(&catalog));
                }
                report.append(faults);
                let origins = catalog.packages.iter().map(|package| &package.origin);
                let mut origins = origins.chain(catalog.channels.iter().map(|channel| &channel.origin));
                if let Some(origin) = origins.next() {
                    by_hand.insert(package.clone(), sources.get(origin.file).text());
                }
                packages.push((package, catalog));
            }
            continue;
        }
        let bundles = bundles.remove(&package).unwrap_or_default();
        let Some(file) = load::text(&path, SMALL, sources, report) else { continue };
        if let Some(mut catalog) = expand(&package, &path, file, bundles, sources, report) {
            catalog.deprecations.extend(expand::deprecations(&path, &package, sources, report)?);
            report.append(rules::check_catalog(&catalog));
            packages.push((package, catalog));
        }
    }
    let is_expected = |package: &String| misnamed.iter().any(|file| file.is_template_of(package));
    for (package, bundles) in bundles.into_iter().filter(|(package, _)| !is_expected(package)) {
        for bundle in bundles.blobs {
            let mut finding = unlisted(&bundle);
            finding.help(format!("add `catalog/{package}/template.yaml`"));
            report.push(finding);
        }
    }
    // Where a package could not be read, what the installer misses is no news.
    let is_broken = report.is_refused();
    let parts: Vec<&Catalog<'s>> = packages.iter().map(|(_, catalog)| catalog).collect();
    if let Some(contract) = book.contract.as_ref().filter(|_| !is_broken) {
        report.append(rules::check_contract(&parts, contract, true));
    }
    // What upgrades do is asked only where the graphs are right.
    if !is_broken {
        ui.step("checking the upgrades");
        report.append(check_upgrades(&parts, &rendered, book.contract.as_ref()));
    }
    // What nobody asked needs no exception yet.
    book.apply(report, sources, !is_broken && misnamed.is_empty(), ui)?;
    Ok(Project { settings: book.settings, contract: book.contract, packages, by_hand })
}

/// Says that a folder is none of a project.
pub(super) fn no_project(root: &Path) -> Error {
    let error = Error::new(format!("no project here: {} is missing", below(root, SETTINGS).display()));
    match misnamed::settings(root) {
        Some(file) => error.hint(format!("nobody reads {}: {}", file.path.display(), file.remedy())),
        None => error.hint("run olmcat in the folder of a project, or name it with `--project DIR`"),
    }
}

/// Reads a catalog. Of the project's own, what it hides is hidden, too, when one package is looked at.
pub(super) fn part<'s>(
    path: &Path,
    root: &Path,
    sources: &'s Sources,
    report: &mut Report,
) -> Result<Catalog<'s>, Error> {
    let whole = below(root, "catalog");
    if path.is_dir() && whole.is_dir() {
        return load::catalog_part(&whole, path, sources, report);
    }
    load::catalog(path, sources, report)
}

/// Reads a catalog for those who want something in it: where nothing is, the path is likely wrong.
pub(super) fn catalog<'s>(
    path: &Path,
    root: &Path,
    sources: &'s Sources,
    report: &mut Report,
) -> Result<Catalog<'s>, Error> {
    let catalog = part(path, root, sources, report)?;
    if catalog.is_empty() && !report.has_errors() {
        let place = Place::file(sources.add(path.display().to_string(), Vec::new()));
        let mut finding =
            Diagnostic::new(&codes::EMPTY_CATALOG, place, "nothing here is a blob of a catalog");
        finding.help("check the path, and what `.indexignore` hides; `olmcat render` writes a catalog");
        report.push(finding);
    }
    Ok(catalog)
}

/// Returns `bundles/<package>/<version>`, sorted.
pub(super) fn bundle_folders(root: &Path) -> Result<Vec<Folder>, Error> {
    let bundles = below(root, "bundles");
    let mut folders = Vec::new();
    if bundles.exists() {
        for package in subfolders(&bundles)? {
            for version in subfolders(&bundles.join(&package))? {
                let path = bundles.join(&package).join(&version);
                folders.push(Folder { package: package.clone(), version, path });
            }
        }
    }
    Ok(folders)
}

pub(super) fn subfolders(folder: &Path) -> Result<Vec<String>, Error> {
    let entries = fs::read_dir(folder).map_err(|cause| Error::io("read", folder, &cause))?;
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|cause| Error::io("read", folder, &cause))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.path().is_dir() && !name.starts_with('.') {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

/// Loads, checks and renders one bundle.
fn bundle<'s>(
    folder: &Folder,
    book: &Rulebook,
    sources: &'s Sources,
) -> Result<(Bundle<'s>, Option<BundleBlob<'s>>, Report), Error> {
    let mut report = Report::default();
    let mut bundle = load::bundle(&folder.path, sources, &mut report)?;
    let (package, version) = (bundle.package(), bundle.version());
    match book.settings.image_of(&package, &version) {
        Some(image) => bundle.image = image.into(),
        None if !package.is_empty() => {
            let message = format!("no reference pattern for the images of package `{package}`");
            let mut finding = Diagnostic::new(&codes::INVALID_SETTINGS, book.packages(bundle.home), message);
            finding.help(format!("add `{package}: {{image: <repository>:v{{version}}}}`"));
            report.push(finding);
        }
        None => {}
    }
    for (is, should, what) in [(&package, &folder.package, "package"), (&version, &folder.version, "version")]
    {
        if is != should && !is.is_empty() {
            let place = bundle
                .csv_manifest()
                .map_or(Place::file(bundle.home), |csv| csv.place().key("spec").key("version"));
            let message = format!("{what} `{is}` is in the folder `{should}`");
            let mut finding = Diagnostic::new(&codes::MISPLACED_BUNDLE, place, message);
            finding.help(format!("move the bundle to `bundles/{package}/{version}`"));
            report.push(finding);
        }
    }
    report.append(rules::check_bundle(&bundle, &book.context()));
    let blob = match render::bundle(&bundle) {
        Ok(mut blob) => {
            render::tidy(&mut blob);
            Some(blob)
        }
        Err(why) => {
            if !report.has_errors() {
                let mut finding = Diagnostic::new(&codes::UNRENDERABLE_BUNDLE, Place::file(bundle.home), why);
                finding.help("mend the bundle: `opm render` refuses it, too");
                report.push(finding);
            }
            None
        }
    };
    Ok((bundle, blob, report))
}

/// Expands the template of a package with its bundles.
fn expand<'s>(
    package: &str,
    path: &Path,
    file: FileId,
    mut bundles: Bundles<'s>,
    sources: &'s Sources,
    report: &mut Report,
) -> Option<Catalog<'s>> {
    let template = Template::read(sources, file, report)?;
    let references = template.references();
    let wanted: HashSet<&str> = references.iter().map(|reference| reference.image.as_str()).collect();
    let mut by_image: HashMap<String, BundleBlob<'s>> = HashMap::new();
    expand::by_folder(path, &references, &mut bundles.blobs, &mut by_image, sources);
    expand::by_pin(&references, &mut bundles.blobs, &mut by_image);
    for bundle in bundles.blobs {
        if wanted.contains(bundle.image.as_ref()) {
            by_image.insert(bundle.image.to_string(), bundle);
        } else {
            let mut finding = unlisted(&bundle);
            finding.help(format!("list `{}` in {}", bundle.image, sources.get(file).name()));
            report.push(finding);
        }
    }
    let is_known = |image: &String| {
        let is_lost =
            |lost: &Option<String>| lost.as_ref().is_none_or(|lost| lost == expand::without_digest(image));
        by_image.contains_key(image) || bundles.lost.iter().any(is_lost)
    };
    for reference in references.iter().filter(|reference| !is_known(&reference.image)) {
        let message = format!("no bundle of package `{package}` has the image `{}`", reference.image);
        let mut finding = Diagnostic::new(&codes::UNKNOWN_BUNDLE, reference.place.clone(), message);
        finding.help("add the bundle with `olmcat bundle add`, or mend the reference or its pattern in `catalog/olmcat.yaml`");
        report.push(finding);
    }
    let catalog = template.expand(by_image, report);
    if let Some(found) = catalog.packages.iter().find(|found| found.name != package) {
        let message = format!("the template of folder `{package}` makes package `{}`", found.name);
        let mut finding = Diagnostic::new(&codes::MISPLACED_BUNDLE, Place::file(file), message);
        finding.help("name the folder after the package");
        report.push(finding);
    }
    Some(catalog)
}

fn unlisted(bundle: &BundleBlob<'_>) -> Diagnostic {
    let message =
        format!("bundle `{}` is in no template, so no cluster that runs it can upgrade", bundle.name);
    let mut finding = Diagnostic::new(&codes::UNLISTED_BUNDLE, bundle.origin.clone(), message);
    finding.subject.package = bundle.package.to_string();
    finding
}

impl Project<'_> {
    /// Returns the target with this name; without one, the first.
    pub(super) fn target(&self, name: Option<&str>) -> Result<Target, Error> {
        let targets = self.settings.targets();
        let Some(name) = name else { return Ok(targets[0].clone()) };
        targets.iter().find(|target| target.name == name).cloned().ok_or_else(|| {
            let names: Vec<_> = targets.iter().map(|target| target.name.as_str()).collect();
            Error::new(format!("no target is called `{name}`"))
                .hint(format!("choose one of: {}", names.join(", ")))
        })
    }

    /// Returns the rendered catalogs, of all targets, that are not what they would be rendered to.
    pub(super) fn stale(&self, root: &Path) -> Vec<(PathBuf, String)> {
        let mut stale = Vec::new();
        for target in self.settings.targets() {
            for (package, text) in self.texts(&target) {
                let path = below(root, "catalog").join(&package).join(&target.file);
                if fs::read(&path).is_ok_and(|old| old == text.as_bytes()) {
                    continue;
                }
                stale.push((path, text));
            }
        }
        stale
    }

    /// Says whether the rendered catalogs are up to date, and names those that are not.
    pub(super) fn is_fresh(&self, root: &Path, ui: &Ui) -> bool {
        let stale = self.stale(root);
        for (path, _) in &stale {
            ui.note(&format!("{} is stale: run `olmcat render` and commit it", path.display()));
        }
        stale.is_empty()
    }

    /// Writes the catalog of each package for a target: pairs of package and text. One that is written by hand stays as
    /// it is where it is read.
    pub(super) fn texts(&self, target: &Target) -> Vec<(String, String)> {
        let is_read = self.settings.targets()[0].file == target.file;
        let write = |(package, catalog): &(String, Catalog<'_>)| {
            let text = match (target.properties, self.by_hand.get(package).filter(|_| is_read)) {
                (_, Some(text)) => (*text).to_owned(),
                (Properties::BundleObject, None) => catalog::write(catalog, Format::Yaml),
                (Properties::CsvMetadata, None) => {
                    let mut slim = catalog.clone();
                    render::migrate(&mut slim);
                    catalog::write(&slim, Format::Yaml)
                }
            };
            (package.clone(), text)
        };
        self.packages.par_iter().map(write).collect()
    }
}
