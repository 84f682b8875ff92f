//! What a run goes by: the settings of the project, what its installer expects, the flags, and the
//! baseline.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::choice::Choice;
use super::files::stage;
use super::project::{CONTRACT, SETTINGS, SMALL, below};
use super::ui::Ui;
use crate::diag::{Diagnostic, Error, Minors, Platform, Report, codes};
use crate::load;
use crate::rules::{self, Context, Exception, Levels, baseline};
use crate::settings::{Baseline, Contract, Settings};
use crate::text::{FileId, Place, Sources, nearest};

/// The findings that a project has known of since it took up olmcat.
const BASELINE: &str = "catalog/.olmcat-baseline.json";

/// The settings of a project and what comes with them; empty where there is no project.
pub(super) struct Rulebook {
    pub(super) settings: Settings,
    pub(super) contract: Option<Contract>,
    /// Where the settings stand; none without a project.
    place: Option<Place>,
    levels: Levels,
    platforms: Option<Vec<Platform>>,
    kube: Option<Minors>,
    root: PathBuf,
    baseline_path: Option<PathBuf>,
    baseline: Option<(FileId, Baseline)>,
    writes_baseline: bool,
}

impl Rulebook {
    /// Reads settings, contract and baseline of a project, if there is one here.
    ///
    /// # Errors
    /// When a flag names a rule or file that is not there.
    pub(super) fn read(
        root: &Path,
        choice: &Choice,
        sources: &Sources,
        report: &mut Report,
    ) -> Result<Self, Error> {
        let path = below(root, SETTINGS);
        let (mut settings, mut place, mut contract) = (Settings::default(), None, None);
        if load::exists(&path) {
            let file = load::text(&path, SMALL, sources, report);
            // Without settings that can be read there is a finding, and nobody goes on.
            settings = file.and_then(|file| Settings::read(sources, file, report)).unwrap_or_default();
            let file = file.unwrap_or_else(|| sources.add(path.display().to_string(), Vec::new()));
            place = Some(Place::document(file, 0..sources.get(file).text().len()));
            let path = below(root, CONTRACT);
            contract = load::exists(&path)
                .then(|| load::text(&path, SMALL, sources, report))
                .flatten()
                .and_then(|file| Contract::read(sources, file, report));
        }
        let own = place.is_some().then(|| below(root, BASELINE));
        let baseline_path = choice.baseline.clone().or(own);
        if choice.write_baseline && baseline_path.is_none() {
            return Err(Error::new("no project here whose baseline could be written")
                .hint("name the file with `--baseline FILE`"));
        }
        let mut levels: Levels = Levels {
            levels: settings.rules.iter().map(|(id, level)| (id.clone(), (*level).into())).collect(),
            exceptions: exceptions(&settings, place.as_ref()),
            suites: settings.suites.iter().map(|suite| (*suite).into()).collect(),
        };
        levels.levels.extend(choice.levels()?);
        if let Some(suites) = choice.suites() {
            levels.suites = suites;
        }
        let mut book = Rulebook {
            platforms: choice.platforms(),
            kube: choice.kube(),
            settings,
            contract,
            place,
            levels,
            root: root.to_owned(),
            baseline_path,
            baseline: None,
            writes_baseline: choice.write_baseline,
        };
        let is_wanted =
            |path: &&PathBuf| !book.writes_baseline && (choice.baseline.is_some() || load::exists(path));
        if let Some(path) = book.baseline_path.as_ref().filter(is_wanted) {
            if !load::exists(path) {
                return Err(Error::new(format!("no baseline {}", path.display()))
                    .hint("check the path, or write it with `--write-baseline`"));
            }
            let file = load::text(path, load::LIMIT, sources, report);
            book.baseline = file.and_then(|file| Some((file, Baseline::read(sources, file, report)?)));
        }
        Ok(book)
    }

    /// Returns whether there is a project.
    pub(super) fn has_project(&self) -> bool {
        self.place.is_some()
    }

    /// Returns the place of the settings of packages, for those that are missing.
    pub(super) fn packages(&self, home: FileId) -> Place {
        self.place.as_ref().map_or(Place::file(home), |place| place.key("packages"))
    }

    /// Finds what the settings say of packages and versions that the project does not have: `known` are its bundles,
    /// package and version.
    pub(super) fn unused(&self, known: &BTreeSet<(String, String)>) -> Vec<Diagnostic> {
        let Some(place) = &self.place else { return Vec::new() };
        let mut found = Vec::new();
        let mut tell = |place: Place, message: String, wanted: &str, known: &[&str]| {
            let mut finding = Diagnostic::new(&codes::UNUSED_SETTING, place, message);
            finding.help(match nearest(wanted, known.iter().copied()) {
                Some(name) => format!("did you mean `{name}`?"),
                None => "remove it".to_owned(),
            });
            found.push(finding);
        };
        for (package, settings) in &self.settings.packages {
            let place = place.key("packages");
            let versions: Vec<&str> = known
                .iter()
                .filter(|(name, _)| name == package)
                .map(|(_, version)| version.as_str())
                .collect();
            if versions.is_empty() {
                let packages: Vec<&str> = known.iter().map(|(name, _)| name.as_str()).collect();
                let message = format!("no bundle is of package `{package}`");
                tell(place.name(package.as_str()), message, package, &packages);
                continue;
            }
            for version in settings.overrides.keys().filter(|version| !versions.contains(&version.as_str())) {
                let place = place.key(package.as_str()).key("overrides").name(version.as_str());
                let message = format!("no bundle of package `{package}` has version `{version}`");
                tell(place, message, version, &versions);
            }
        }
        found
    }

    /// Returns what rules are told besides the files.
    pub(super) fn context(&self) -> Context<'_> {
        Context {
            platforms: self.platforms.clone().unwrap_or_else(|| self.settings.platforms()),
            kube: self.kube.or_else(|| self.settings.kube()),
            suites: self.levels.suites.clone(),
            contract: self.contract.as_ref(),
        }
    }

    /// Lets count what is to count: sets the levels of findings and takes out what is excepted or
    /// known. Exceptions that nothing needed are findings, if the whole project was looked at. Writes the
    /// baseline, if that is wanted.
    ///
    /// # Errors
    /// When the baseline cannot be written.
    pub(super) fn apply(
        &self,
        report: &mut Report,
        sources: &Sources,
        is_whole: bool,
        ui: &Ui,
    ) -> Result<(), Error> {
        self.levels.apply(&self.context(), report, sources, is_whole);
        let root = self.root.to_string_lossy();
        if self.writes_baseline {
            let known = baseline::record(report, sources, &root);
            let path = self.baseline_path.as_ref().expect("reading the rulebook has made sure of it");
            stage(path, known.write().as_bytes())?.put()?;
            let count = known.findings.len();
            let plural = if count == 1 { "" } else { "s" };
            ui.note(&format!("wrote {} ({count} finding{plural})", path.display()));
            baseline::subtract(&known, report, sources, &root);
        } else if let Some((file, known)) = &self.baseline {
            let mended = baseline::subtract(known, report, sources, &root);
            if mended > 0 && is_whole {
                let (plural, are) = if mended == 1 { ("", "is") } else { ("s", "are") };
                let message = format!("{mended} finding{plural} of the baseline {are} not there any more");
                let mut finding = Diagnostic::new(&codes::STALE_BASELINE, Place::file(*file), message);
                finding.help("write it anew with `olmcat validate --write-baseline`");
                if self.levels.counts(&mut finding) {
                    report.push(finding);
                }
            }
        }
        self.check_rule_names(report);
        Ok(())
    }

    fn check_rule_names(&self, report: &mut Report) {
        let exceptions = &self.levels.exceptions;
        let excepted = exceptions.iter().map(|exception| (&exception.rule, exception.place.key("rule")));
        let levelled = self
            .place
            .iter()
            .flat_map(|place| self.settings.rules.keys().map(|id| (id, place.key("rules").name(id))));
        for (id, place) in excepted.chain(levelled) {
            if let Err(fault) = rules::lowerable(id) {
                let mut finding = Diagnostic::new(&codes::UNKNOWN_RULE, place, fault);
                finding.help("run `olmcat explain` for the list of rules");
                report.push(finding);
            }
        }
    }
}

fn exceptions(settings: &Settings, place: Option<&Place>) -> Vec<Exception> {
    let Some(place) = place else { return Vec::new() };
    let exceptions = settings.exceptions.iter().enumerate().map(|(index, exception)| Exception {
        rule: exception.rule.clone(),
        package: exception.package.clone(),
        version: exception.version.clone(),
        place: place.key("exceptions").index(index),
    });
    exceptions.collect()
}
