//! What OLM v0 does next in a namespace: every Subscription and every CSV of it is one problem, with one answer.

use std::collections::HashMap;
use std::fmt;

use super::index::Disorder;
use super::search::{Blocked, Options, Search};
use super::state::{Namespace, Source, Subscription};

/// What OLM does next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing: everything is as new as the edges allow (`AtLatestKnown`). Also for who is stranded.
    Nothing,
    /// Nothing, because every Subscription waits for its plan.
    Waiting,
    /// It makes an InstallPlan.
    Plan(Plan),
}

/// An InstallPlan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// What it installs; all of it is approved together.
    pub steps: Vec<Step>,
    /// Whether somebody has to approve it, as one manual Subscription of the namespace is enough for.
    pub is_manual: bool,
}

/// A CSV that a plan installs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The Subscription, in [`Namespace::subscriptions`]; none for a dependency, for which OLM makes one.
    pub subscription: Option<usize>,
    /// The catalog, in the list of sources.
    pub source: usize,
    /// The seat in the index of that catalog.
    pub seat: usize,
    /// The bundle.
    pub name: String,
    /// The CSV that goes, in [`Namespace::csvs`].
    pub previous: Option<usize>,
    /// How the bundle came to be a candidate.
    pub edge: Edge,
}

/// What makes a bundle a candidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Edge {
    /// Nothing was installed.
    Install,
    /// It `replaces` what is installed.
    Replaces,
    /// It `skips` what is installed.
    Skips,
    /// Its `skipRange` holds the version that is installed.
    SkipRange,
    /// Another bundle needs it.
    Dependency,
}

impl fmt::Display for Edge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Edge::Install => "install",
            Edge::Replaces => "replaces",
            Edge::Skips => "skips",
            Edge::SkipRange => "skipRange",
            Edge::Dependency => "dependency",
        })
    }
}

/// Why OLM finds no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The kind of reason.
    pub class: Class,
    /// What OLM writes to the condition `ResolutionFailed` of every Subscription of the namespace; of an
    /// unsatisfiable problem, perhaps with constraints that others would not need to see.
    pub message: String,
}

/// The kinds of reasons for which OLM finds no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Class {
    /// The CatalogSource has nothing, or is not there.
    NoCatalog,
    /// The package is not in the catalog.
    NoPackage,
    /// The channel is not in the package, or is empty.
    NoChannel,
    /// `startingCSV` is not in the channel.
    NoStartingCsv,
    /// The entries of a channel have no order.
    Disorder,
    /// The constraints contradict each other.
    Unsatisfiable,
    /// We cannot tell: a constraint is an expression in CEL, or the problem is too large to search.
    Undecided,
}

impl Class {
    /// Returns the reason of the condition `ResolutionFailed`.
    pub fn reason(self) -> &'static str {
        match self {
            Class::Disorder => "ErrorPreventedResolution",
            Class::Undecided => "Undecided",
            _ => "ConstraintsNotSatisfiable",
        }
    }
}

/// A bundle in the problem: one that is installed, or one in a seat of a catalog.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Node {
    /// A CSV of the namespace.
    Installed(usize),
    /// A seat: the source, and the place in its index.
    Seat(usize, usize),
}

/// The problem of a namespace.
pub(super) struct Problem<'p> {
    pub(super) sources: &'p [Source<'p>],
    pub(super) namespace: &'p Namespace,
    /// What each Subscription, and then each CSV without one, demands: any of these, the first that can be.
    pub(super) demands: Vec<Options>,
    /// The candidates that would upgrade a CSV, and cannot stand beside it.
    pub(super) upgrades: HashMap<Node, Vec<usize>>,
    /// Sentences about the demands, for when they cannot be met.
    pub(super) sentences: Vec<String>,
}

/// Predicts what OLM v0 does next in a namespace that sees these catalogs.
///
/// # Errors
/// Says why OLM would find no answer; then nothing in the namespace is installed or upgraded.
pub fn resolve(sources: &[Source<'_>], namespace: &Namespace) -> Result<Outcome, Failure> {
    let subscriptions = &namespace.subscriptions;
    if !subscriptions.is_empty() && subscriptions.iter().all(|subscription| subscription.is_pending) {
        return Ok(Outcome::Waiting);
    }
    let problem = Problem::new(sources, namespace)?;
    let mut steps = Vec::new();
    for node in Search::new(&problem).run()? {
        let Node::Seat(source, seat) = node else { continue };
        steps.extend(step(&problem, source, seat));
    }
    if steps.is_empty() {
        return Ok(Outcome::Nothing);
    }
    steps.sort_by_key(|step| (step.subscription.unwrap_or(usize::MAX), step.source, step.seat));
    let is_manual = subscriptions.iter().any(|subscription| subscription.is_manual);
    Ok(Outcome::Plan(Plan { steps, is_manual }))
}

/// Returns the step of a chosen bundle; none if it is what the Subscription has already.
fn step(problem: &Problem<'_>, source: usize, seat: usize) -> Option<Step> {
    let index = &problem.sources[source].index;
    let entry = index.seats[seat].entry;
    let lane = &index.channels[index.seats[seat].lane];
    let of_package = |subscription: &Subscription| {
        subscription.package == lane.package && subscription.source == problem.sources[source].name
    };
    let subscriptions = &problem.namespace.subscriptions;
    let exact = subscriptions.iter().position(|subscription| {
        of_package(subscription) && (subscription.channel == lane.name || subscription.channel.is_empty())
    });
    let subscription = exact.or_else(|| subscriptions.iter().position(of_package));
    let previous = subscription.and_then(|at| problem.current(&subscriptions[at]));
    let edge = match previous {
        Some(csv) => {
            let installed = &problem.namespace.csvs[csv];
            if installed.name == entry.name {
                return None;
            }
            edge(&installed.name, entry)
        }
        None if subscription.is_some() => Edge::Install,
        None => Edge::Dependency,
    };
    Some(Step { subscription, source, seat, name: entry.name.to_string(), previous, edge })
}

/// Returns the kind of edge that leads from a CSV to an entry that upgrades it.
pub(super) fn edge(installed: &str, entry: &crate::catalog::Entry<'_>) -> Edge {
    if entry.replaces == installed {
        Edge::Replaces
    } else if entry.skips.iter().any(|skip| skip == installed) {
        Edge::Skips
    } else {
        Edge::SkipRange
    }
}

impl<'p> Problem<'p> {
    fn new(sources: &'p [Source<'p>], namespace: &'p Namespace) -> Result<Self, Failure> {
        let mut problem = Problem {
            sources,
            namespace,
            demands: Vec::new(),
            upgrades: HashMap::new(),
            sentences: Vec::new(),
        };
        // A CSV without Subscription has to stay, so it is settled first: whatever contradicts it is out.
        for (at, csv) in namespace.csvs.iter().enumerate() {
            if !namespace.subscriptions.iter().any(|subscription| subscription.installed == csv.name) {
                problem.demands.push([Node::Installed(at)].into());
                problem.sentences.push(format!(
                    "clusterserviceversion {} exists and is not referenced by a subscription",
                    csv.name
                ));
            }
        }
        for subscription in &namespace.subscriptions {
            problem.demand(subscription)?;
        }
        Ok(problem)
    }

    /// Returns the CSV that a Subscription has installed.
    pub(super) fn current(&self, subscription: &Subscription) -> Option<usize> {
        let name = &subscription.installed;
        self.namespace.csvs.iter().position(|csv| !name.is_empty() && csv.name == *name)
    }

    /// Adds what a Subscription demands.
    fn demand(&mut self, subscription: &Subscription) -> Result<(), Failure> {
        let current = self.current(subscription);
        let mut options = Vec::new();
        let source = self.sources.iter().position(|source| source.name == subscription.source);
        let Some(at) = source.filter(|&at| !self.sources[at].index.seats.is_empty()) else {
            return Err(nobody(subscription, Class::NoCatalog));
        };
        let index = &self.sources[at].index;
        let lanes = match subscription.channel.as_str() {
            "" => index.lanes(&subscription.package),
            channel => index.lane(&subscription.package, channel).into_iter().collect(),
        };
        let lanes: Vec<_> = lanes.into_iter().map(|lane| &index.channels[lane]).collect();
        if lanes.iter().all(|lane| lane.seats.is_empty()) {
            let is_known = index.has_package(&subscription.package);
            return Err(nobody(subscription, if is_known { Class::NoChannel } else { Class::NoPackage }));
        }
        if current.is_none() && !subscription.starting_csv.is_empty() {
            let start = lanes.iter().filter_map(|lane| lane.seat(&subscription.starting_csv));
            options.extend(start.map(|seat| Node::Seat(at, seat)));
            if options.is_empty() {
                return Err(nobody(subscription, Class::NoStartingCsv));
            }
        } else {
            for lane in lanes {
                let chain = lane.chain.as_ref().map_err(|fault| disorder(fault, lane.name, lane.package))?;
                match current.map(|current| &self.namespace.csvs[current]) {
                    None => options.extend(chain.iter().map(|&seat| Node::Seat(at, seat))),
                    Some(csv) => options.extend(index.upgrades(lane, csv).map(|seat| Node::Seat(at, seat))),
                }
            }
        }
        if let Some(current) = current {
            for &node in &options {
                self.upgrades.entry(node).or_default().push(current);
            }
            options.push(Node::Installed(current));
        }
        let names: Vec<String> = options.iter().take(4).map(|&node| self.title(node)).collect();
        self.sentences.push(format!("subscription {} exists", subscription.name));
        self.sentences.push(match (names.as_slice(), options.len()) {
            ([only], _) => format!("subscription {} requires {only}", subscription.name),
            (some, count) => {
                let more = if count > some.len() { ", ..." } else { "" };
                format!(
                    "subscription {} requires at least one of {}{more}",
                    subscription.name,
                    some.join(", ")
                )
            }
        });
        self.demands.push(options.into());
        Ok(())
    }

    /// Returns what OLM calls a bundle in its messages.
    pub(super) fn title(&self, node: Node) -> String {
        match node {
            Node::Installed(csv) => {
                format!("@existing/{}//{}", self.namespace.name, self.namespace.csvs[csv].name)
            }
            Node::Seat(source, seat) => {
                let Source { name, namespace, index, .. } = &self.sources[source];
                let (seat, lane) = (&index.seats[seat], index.channels[index.seats[seat].lane].name);
                format!("{name}/{namespace}/{lane}/{}", seat.entry.name)
            }
        }
    }
}

/// The failure of a Subscription for which there is nothing, in OLM's words.
fn nobody(subscription: &Subscription, class: Class) -> Failure {
    let Subscription { name, source, package, channel, starting_csv, .. } = subscription;
    let what = match class {
        Class::NoCatalog => {
            format!("no operators found from catalog {source} referenced by subscription {name}")
        }
        Class::NoPackage => format!(
            "no operators found in package {package} in the catalog referenced by subscription {name}"
        ),
        Class::NoStartingCsv => format!(
            "no operators found with name {starting_csv} in channel {channel} of package {package} in the catalog referenced by subscription {name}"
        ),
        _ => format!(
            "no operators found in channel {channel} of package {package} in the catalog referenced by subscription {name}"
        ),
    };
    Failure { class, message: format!("constraints not satisfiable: {what}, subscription {name} exists") }
}

/// The failure of a channel without order.
pub(super) fn disorder(fault: &Disorder, channel: &str, package: &str) -> Failure {
    Failure { class: Class::Disorder, message: fault.message(channel, package) }
}

/// The failure of a problem that has no answer.
pub(super) fn unsatisfiable(
    mut sentences: Vec<String>,
    blocked: impl IntoIterator<Item = Blocked>,
) -> Failure {
    sentences.extend(blocked.into_iter().map(|blocked| blocked.0));
    sentences.sort_unstable();
    sentences.dedup();
    let message = format!("constraints not satisfiable: {}", sentences.join(", "));
    Failure { class: Class::Unsatisfiable, message }
}
