//! `olmcat upgrade`: the way of an installed version, and the table of all of them.

use std::path::{Path, PathBuf};

use super::list::one_of;
use super::opened::open;
use super::pull_args::PullArgs;
use super::way::{self, Shown, Way};
use super::{ExitStatus, Ui, list, matrix};
use crate::catalog::version::{Version, VersionRelease};
use crate::compare;
use crate::diag::Error;
use crate::report::Format;
use crate::resolve::{
    Cluster, Group, Index, Installed, Namespace, Source, Stop, Subscription, Traits, v1, walk,
};
use crate::settings::Contract;
use crate::text::{Fault, Sources, Tree, Value, yaml};

/// Predict what OLM does with an installed version: hop by hop, and where it ends
///
/// PATH is a catalog folder, a file of FBC, an OCI layout (`DIR` or `DIR:NAME`), or else the reference of a catalog
/// image; without it, the catalog of the
/// project is looked at. Each hop is shown with the kind of edge that leads there and what it changes: CRDs,
/// permissions, images. Findings (exit code 1) are ways that do not end at the head of the channel.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The catalog; the project's if not given.
    path: Option<PathBuf>,
    /// The package; not needed if the catalog has one only, or a bundle is named.
    #[arg(long, value_name = "NAME")]
    package: Option<String>,
    /// The channel; that of the project's installer if not given, or else the default one.
    #[arg(long, value_name = "NAME")]
    channel: Option<String>,
    /// What is installed: a bundle of the catalog, or its version. Without it, a new installation.
    #[arg(long, value_name = "BUNDLE", conflicts_with = "installed")]
    from: Option<String>,
    /// What is installed, if the catalog does not have it: the name of the CSV.
    #[arg(long, value_name = "NAME", requires = "version")]
    installed: Option<String>,
    /// The version of what is installed.
    #[arg(long, value_name = "VERSION", requires = "installed")]
    version: Option<String>,
    /// Which OLM.
    #[arg(long, value_enum, default_value_t = Olm::V0)]
    olm: Olm,
    /// The version of Kubernetes, which a CSV may find too old; OLM v1 does not look at it.
    #[arg(long, value_name = "VERSION")]
    kubernetes: Option<String>,
    /// Objects of the cluster, as `kubectl get -o yaml` prints them: OLM v0 tries them with the schemas of newer CRDs.
    #[arg(long, value_name = "FILE")]
    objects: Option<PathBuf>,
    /// Every version of every package by channel: whether and how it gets to the head.
    #[arg(long, conflicts_with_all = ["from", "installed", "version", "olm", "kubernetes", "objects"])]
    matrix: bool,
    /// Print Markdown, for a pull request.
    #[arg(long, requires = "matrix")]
    markdown: bool,
    #[command(flatten)]
    pull: PullArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Olm {
    /// OLM v0: Subscriptions, channels, replacement chains.
    V0,
    /// OLM v1: ClusterExtensions, the highest version.
    V1,
}

/// What is asked, once names are looked up.
struct Question {
    package: String,
    channel: String,
    /// The CSV that is installed; none for a new installation.
    installed: Option<Installed>,
    group: Option<Group>,
    kubernetes: Option<Version>,
}

pub(super) fn run(args: &Args, root: &Path, ui: &mut Ui) -> Result<ExitStatus, Error> {
    ui.can_print(args.markdown)?;
    if args.olm == Olm::V1 && (args.kubernetes.is_some() || args.objects.is_some()) {
        return Err(Error::new(
            "OLM v1 looks neither at the version of Kubernetes nor at objects of the cluster",
        )
        .hint("leave out `--kubernetes` and `--objects`, or ask what OLM v0 does"));
    }
    let sources = Sources::default();
    let Some(opened) = open(args.path.as_deref(), &args.pull, root, &sources, ui)? else {
        return Ok(ExitStatus::Findings);
    };
    ui.step("following the edges");
    let index = Index::new([&opened.catalog]);
    let (name, namespace) = ("catalog".to_owned(), "olm".to_owned());
    let catalogs = [Source { name, namespace, priority: 0, index }];
    if args.matrix {
        let is_fine =
            matrix::print(&catalogs, args.package.as_deref(), args.channel.as_deref(), args.markdown, ui)?;
        return Ok(if is_fine { opened.status } else { ExitStatus::Findings });
    }
    let question = args.question(&catalogs[0].index, opened.contract.as_ref())?;
    let documents =
        args.objects.as_deref().map(|path| documents(path, &sources)).transpose()?.unwrap_or_default();
    let roots = documents.iter().filter_map(Tree::root);
    let is_list = |root: &Value<'_, '_>| root.get("kind").is_some_and(|kind| kind.text().ends_with("List"));
    let objects: Vec<Value<'_, '_>> = roots
        .flat_map(|root| match root.get("items").filter(|_| is_list(&root)) {
            Some(items) => items.items().collect(),
            None => vec![root],
        })
        .collect();
    let way = match args.olm {
        Olm::V0 => way_v0(&catalogs, &question, &objects),
        Olm::V1 => way_v1(&catalogs, &question),
    };
    let Question { package, channel, .. } = &question;
    ui.print(&match ui.format() {
        Format::Json => way::json(package, channel, &way),
        _ => way::text(package, channel, &way),
    })?;
    Ok(if way.reason == "Head" { opened.status } else { ExitStatus::Findings })
}

/// Reads the documents of a file.
fn documents<'s>(path: &Path, sources: &'s Sources) -> Result<Vec<Tree<'s>>, Error> {
    let bytes = std::fs::read(path).map_err(|cause| Error::io("read", path, &cause))?;
    let text = sources.get(sources.add(path.display().to_string(), bytes)).text();
    let fault = |fault: Fault| Error::new(format!("cannot read {}: {}", path.display(), fault.message));
    let parts = yaml::documents(text).map_err(fault)?;
    let parts = parts.into_iter().filter(|part| part.has_content);
    parts.map(|part| yaml::read(text, part.bytes).map_err(fault)).collect()
}

impl Args {
    fn question(&self, index: &Index<'_>, contract: Option<&Contract>) -> Result<Question, Error> {
        let package = self.package(index)?;
        let expected = contract.and_then(|contract| contract.packages.get(&package));
        let channel = self.channel.clone().or_else(|| expected.map(|expected| expected.channel.clone()));
        let channel = channel.unwrap_or_else(|| index.default_channel(&package).to_owned());
        if index.lane(&package, &channel).is_none() {
            return Err(list::no_channel(index, &package, &channel));
        }
        let version = |text: &str| {
            Version::parse_tolerant(text).map_err(|fault| {
                Error::new(format!("`{text}` is not a version: {}", fault.message))
                    .hint("write three numbers, as in `1.2.3`")
            })
        };
        let installed = match (&self.from, &self.installed, &self.version) {
            (Some(from), ..) => Some(self.known(index, &package, from)?),
            (None, Some(name), Some(text)) => {
                let traits =
                    Traits { package: package.clone(), version: Some(version(text)?), ..Traits::default() };
                Some(Installed { name: name.clone(), traits })
            }
            _ => None,
        };
        let namespace = contract.and_then(|contract| contract.namespace(&package));
        let group = namespace
            .map(|namespace| Group { namespace: namespace.name.clone(), targets: namespace.targets() });
        let kubernetes = self.kubernetes.as_deref().map(version).transpose()?;
        Ok(Question { package, channel, installed, group, kubernetes })
    }

    /// Returns the package that is asked about.
    fn package(&self, index: &Index<'_>) -> Result<String, Error> {
        let names = index.package_names();
        let hint = || one_of(&names);
        if let Some(package) = &self.package {
            let missing = || Error::new(format!("no package `{package}` in the catalog")).hint(hint());
            return names.contains(&package.as_str()).then(|| package.clone()).ok_or_else(missing);
        }
        let named = self.from.as_deref().or(self.installed.as_deref()).unwrap_or_default();
        let of_bundle = index.bundles.iter().find(|bundle| bundle.blob.name == named);
        let of_name =
            names.iter().find(|name| named.split_once(".v").is_some_and(|(package, _)| package == **name));
        let found = of_bundle.map(|bundle| bundle.blob.package.to_string());
        let only = (names.len() == 1).then(|| names[0].to_owned());
        let found = found.or_else(|| of_name.map(|name| (*name).to_owned())).or(only);
        found.ok_or_else(|| match names.is_empty() {
            true => Error::new("the catalog has no package with a channel: nothing can be installed from it")
                .hint("see whether it is the right one: `olmcat list packages` shows its packages"),
            false => Error::new("the catalog has several packages: name one with `--package`").hint(hint()),
        })
    }

    /// Returns a bundle of the catalog by its name or version.
    fn known(&self, index: &Index<'_>, package: &str, from: &str) -> Result<Installed, Error> {
        let version = Version::parse_tolerant(from).ok();
        let bundles = index.bundles.iter().filter(|bundle| bundle.blob.package == package);
        let is_it = |bundle: &&crate::resolve::Offered<'_>| {
            bundle.blob.name == from
                || version.as_ref().is_some_and(|version| bundle.traits.version.as_ref() == Some(version))
        };
        let found = bundles.clone().find(is_it).ok_or_else(|| {
            let names: Vec<&str> = bundles.map(|bundle| bundle.blob.name.as_ref()).collect();
            let shown = match names.is_empty() {
                true => "the catalog has no bundle of it".to_owned(),
                false => one_of(&names),
            };
            let hint =
                format!("{shown}; of what the catalog does not have, give `--installed NAME --version X`");
            Error::new(format!("no bundle of package `{package}` is called `{from}`, nor has that version"))
                .hint(hint)
        })?;
        Ok(Installed { name: found.blob.name.to_string(), traits: found.traits.clone() })
    }
}

fn head(catalogs: &[Source<'_>], question: &Question) -> String {
    let index = &catalogs[0].index;
    let lane = index.lane(&question.package, &question.channel).map(|lane| &index.channels[lane]);
    let head = lane.and_then(|lane| lane.chain.as_ref().ok()?.first().copied());
    head.map(|seat| index.seats[seat].entry.name.to_string()).unwrap_or_default()
}

fn way_v0(catalogs: &[Source<'_>], question: &Question, objects: &[Value<'_, '_>]) -> Way {
    let index = &catalogs[0].index;
    let mut subscription = Subscription::new(&catalogs[0].name, &question.package, &question.channel);
    let mut cluster = Cluster {
        group: question.group.clone(),
        kubernetes: question.kubernetes.clone(),
        objects: objects.to_vec(),
        ..Cluster::default()
    };
    let blob = |name: &str| Some(index.bundles[index.bundle(&question.package, name)?].blob);
    let mut csvs = Vec::new();
    let mut end = String::new();
    if let Some(installed) = &question.installed {
        (end, subscription.installed) = (installed.name.clone(), installed.name.clone());
        // On a cluster without CRDs nothing stands in the way.
        let _ = blob(&installed.name).map(|blob| cluster.apply(blob));
        csvs.push(installed.clone());
    }
    let name = question.group.as_ref().map_or("default", |group| &group.namespace).to_owned();
    let mut namespace = Namespace { name, subscriptions: vec![subscription], csvs };
    let walk = walk(catalogs, &mut namespace, &mut cluster);
    let mut hops = Vec::new();
    for hop in walk.plans.into_iter().flatten() {
        let new = catalogs[hop.source].index.offered(hop.seat).blob;
        let change = blob(&hop.from).map(|old| compare::bundles(old, new));
        if hop.package == question.package {
            end.clone_from(&hop.to);
        }
        hops.push(Shown { from: hop.from, to: hop.to, channel: hop.channel, edge: Some(hop.edge), change });
    }
    let head = head(catalogs, question);
    let (reason, why) = match walk.stop {
        Stop::Done if end == head => ("Head", String::new()),
        Stop::Done => {
            ("AtLatestKnown", format!("no edge leads on to the head `{head}`, and OLM does not say so"))
        }
        Stop::Circle => {
            ("Circle", "a range leads back to an older version, and OLM goes in circles".to_owned())
        }
        Stop::Failed(failure) => (failure.class.reason(), failure.message),
        Stop::Obstacle { name, reason, message } => (reason, format!("{name}: {message}")),
    };
    let conditions = index.conditions(&question.package, &question.channel, &end);
    let notes = conditions.into_iter().map(|(kind, message)| format!("{kind}: {message}")).collect();
    Way { hops, end, head, reason, why, notes }
}

/// Follows OLM v1, which is asked again after each step. Its channels are those of the whole package unless one is
/// asked for; we ask as the project's installer would, for one.
fn way_v1(catalogs: &[Source<'_>], question: &Question) -> Way {
    let index = &catalogs[0].index;
    let installed = question.installed.as_ref().and_then(|installed| {
        let version = installed.traits.version.clone()?;
        Some((installed.name.clone(), VersionRelease { version, release: None }))
    });
    let extension = v1::Extension {
        package: question.package.clone(),
        channels: vec![question.channel.clone()],
        installed,
        ..v1::Extension::default()
    };
    let mut end = question.installed.as_ref().map(|installed| installed.name.clone()).unwrap_or_default();
    let walk = v1::walk(catalogs, extension, v1::Gates::default());
    let mut hops = Vec::new();
    for choice in walk.choices {
        let new = index.bundles[choice.bundle].blob;
        let old = index.bundle(&question.package, &end).map(|old| index.bundles[old].blob);
        let change = old.map(|old| compare::bundles(old, new));
        let (from, to) = (std::mem::replace(&mut end, new.name.to_string()), new.name.to_string());
        hops.push(Shown { from, to, channel: question.channel.clone(), edge: None, change });
    }
    let (reason, why) = match walk.stop {
        v1::Stop::Highest => ("Head", String::new()),
        v1::Stop::Retained(highest) => {
            let highest = &index.bundles[highest.bundle].blob.name;
            ("Retained", format!("no edge leads on to the highest version, `{highest}`"))
        }
        v1::Stop::Refused(why) => ("Refused", format!("{end}: {why}")),
        v1::Stop::Failed(message) => ("Failed", message),
    };
    Way { hops, end, head: head(catalogs, question), reason, why, notes: Vec::new() }
}
