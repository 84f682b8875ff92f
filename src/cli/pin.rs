//! `olmcat pin`: every image that is named by a tag is named by its digest from then on.

use std::collections::BTreeMap;
use std::path::Path;

use super::choice::Choice;
use super::project::{self, SMALL, below};
use super::pull_args::PullArgs;
use super::rulebook::Rulebook;
use super::{ExitStatus, Ui, expand, fix};
use crate::diag::{Code, Diagnostic, Error, Level, Report};
use crate::load;
use crate::oci::{Digest, Reference};
use crate::rules;
use crate::template::Template;
use crate::text::{Edit, Place, Sources};

/// Write the digests of images into templates and bundles
///
/// Every image that a template of the project or a bundle's CSV (containers, `RELATED_IMAGE_*`, related images) names
/// by a tag is looked up, all at once, and its digest is written in its place; comments and layout stay. A template
/// keeps the tag before the digest, since it tells which bundle of the project is meant. Bundles of which the
/// installer reads the version from a tag (`catalog/contract.yaml`) are left alone. If one image cannot be found,
/// nothing is written.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Ask no registry and write nothing; what is not pinned is a finding.
    #[arg(long)]
    check: bool,
    /// Print what would be written, and write nothing.
    #[arg(long, conflicts_with = "check")]
    diff: bool,
    #[command(flatten)]
    pull: PullArgs,
}

/// A reference that is to be pinned.
struct Mention {
    place: Place,
    reference: String,
    /// Whether the tag stays before the digest.
    keeps_tag: bool,
}

pub(super) fn run(args: &Args, root: &Path, ui: &mut Ui) -> Result<ExitStatus, Error> {
    let (sources, mut report) = (Sources::default(), Report::default());
    ui.step("reading the project");
    let book = Rulebook::read(root, &Choice::default(), &sources, &mut report)?;
    if !book.has_project() {
        return Err(project::no_project(root));
    }
    let mentions = mentions(root, &book, &sources, &mut report)?;
    if report.has_errors() {
        return Ok(ui.report_aside(&mut report, &sources));
    }
    if args.check {
        return ui.report(&mut findings(&mentions, "run `olmcat pin`"), &sources);
    }
    let mut unpinned = Report::default();
    let digests = digests(&mentions, args, ui)?;
    for mention in &mentions {
        let (reference, digest) = &digests[&mention.reference];
        let pinned = match (mention.keeps_tag, reference.tag()) {
            (true, Some(_)) => format!("{}@{digest}", mention.reference),
            _ => reference.pinned(*digest).to_string(),
        };
        let mut finding = Diagnostic::new(code(), mention.place.clone(), "");
        finding.fix(Edit::Set(mention.place.clone(), pinned));
        unpinned.push(finding);
    }
    let rendered: Vec<String> = book.settings.targets().into_iter().map(|target| target.file).collect();
    if args.diff {
        fix::diff(&unpinned, &sources, &rendered, ui)?;
        return Ok(ExitStatus::Clean);
    }
    fix::fix(&unpinned, &sources, &rendered, ui)?;
    let sources = Sources::default();
    let left = self::mentions(root, &book, &sources, &mut report)?;
    let mut left = findings(&left, "write the digest by hand: it stands where it cannot be edited here");
    Ok(ui.report_aside(&mut left, &sources))
}

/// Every place of the project at which an image is named by a tag.
fn mentions(
    root: &Path,
    book: &Rulebook,
    sources: &Sources,
    report: &mut Report,
) -> Result<Vec<Mention>, Error> {
    let mut found = Vec::new();
    for package in project::subfolders(&below(root, "catalog"))? {
        let path = below(root, "catalog").join(package).join("template.yaml");
        if !load::exists(&path) {
            continue;
        }
        let Some(file) = load::text(&path, SMALL, sources, report) else { continue };
        let Some(template) = Template::read(sources, file, report) else { continue };
        let is_moving = |image: &str| !image.contains('@') && expand::folder(&path, image).is_none();
        for mention in template.mentions().into_iter().filter(|mention| is_moving(&mention.image)) {
            let (place, reference) = (mention.place.clone(), mention.image.clone());
            found.push(Mention { place, reference, keeps_tag: true });
        }
    }
    for folder in project::bundle_folders(root)? {
        let bundle = load::bundle(&folder.path, sources, report)?;
        let unpinned = rules::unpinned(&bundle, &book.context()).into_iter();
        found.extend(unpinned.map(|(place, reference)| Mention { place, reference, keeps_tag: false }));
    }
    Ok(found)
}

/// Looks up what the references name, each once.
fn digests(
    mentions: &[Mention],
    args: &Args,
    ui: &Ui,
) -> Result<BTreeMap<String, (Reference, Digest)>, Error> {
    let mut references = BTreeMap::new();
    for mention in mentions {
        references.insert(mention.reference.clone(), Reference::parse(&mention.reference)?);
    }
    let (names, references): (Vec<String>, Vec<Reference>) = references.into_iter().unzip();
    ui.step(format!("looking for {} images", names.len()));
    let (mut found, mut faults) = (BTreeMap::new(), Vec::new());
    let answers = args.pull.puller()?.digests(&references);
    for ((name, reference), answer) in names.into_iter().zip(references).zip(answers) {
        match answer {
            Ok(digest) => drop(found.insert(name, (reference, digest))),
            Err(error) => faults.push(error),
        }
    }
    let Some(first) = faults.first() else { return Ok(found) };
    let reasons: Vec<&str> = faults.iter().map(|error| error.message.as_str()).collect();
    let error = Error::new(format!("nothing was pinned: {}", reasons.join("; ")));
    Err(error.hint(first.hint.clone().unwrap_or_else(|| "check the references".to_owned())))
}

/// What is not pinned, as findings.
fn findings(mentions: &[Mention], help: &str) -> Report {
    let mut report = Report::default();
    for mention in mentions {
        let message = format!("`{}` may be another image tomorrow", mention.reference);
        let mut finding = Diagnostic::new(code(), mention.place.clone(), message);
        finding.level = Level::Error;
        finding.help(help);
        report.push(finding);
    }
    report
}

/// The rule that finds such images in bundles.
fn code() -> &'static Code {
    let rule = rules::all().into_iter().find(|rule| rule.code.id == "unpinned-image");
    &rule.expect("the rule is in the list, which a test checks").code
}
