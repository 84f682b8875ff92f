//! The way of a namespace, plan by plan, until nothing moves any more.

use std::collections::{BTreeMap, HashSet};

use super::crds::{self, AppliedCrd};
use super::csv::Terms;
use super::index::Index;
use super::ladder::Ladder;
use super::state::{Group, Installed, Namespace, Source, Subscription};
use super::v0::{Edge, Failure, Outcome, Plan, Step, resolve};
use crate::catalog::BundleBlob;
use crate::catalog::version::Version;
use crate::text::Value;

/// What a cluster is besides its namespace.
#[derive(Debug, Clone, Default)]
pub struct Cluster<'o> {
    /// The OperatorGroup; none if its fit is not to be looked at.
    pub group: Option<Group>,
    /// The version of Kubernetes; none if it is not to be looked at.
    pub kubernetes: Option<Version>,
    /// The CRDs, by name.
    pub crds: BTreeMap<String, AppliedCrd>,
    /// The objects of these CRDs, as far as they are known.
    pub objects: Vec<Value<'o, 'o>>,
}

impl Cluster<'_> {
    /// Applies the CRDs that a catalog carries of a bundle.
    ///
    /// # Errors
    /// What OLM says when it does not.
    pub fn apply(&mut self, blob: &BundleBlob<'_>) -> Result<(), String> {
        crds::apply(blob, &self.objects, &mut self.crds)
    }
}

/// A way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Walk {
    /// The plans, in order, each of which was approved and came to its end.
    pub plans: Vec<Vec<Hop>>,
    /// Why it ends.
    pub stop: Stop,
}

/// A CSV that is installed or upgraded on the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hop {
    /// The package.
    pub package: String,
    /// The channel.
    pub channel: String,
    /// What goes; empty for an installation.
    pub from: String,
    /// What comes.
    pub to: String,
    /// How it came to be a candidate.
    pub edge: Edge,
    /// The catalog, in the list of sources.
    pub source: usize,
    /// The seat in the index of that catalog.
    pub seat: usize,
}

/// Why a way ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// Nothing newer can be reached.
    Done,
    /// OLM would go in circles.
    Circle,
    /// OLM finds no answer.
    Failed(Failure),
    /// The last CSV of the way does not come to run.
    Obstacle {
        /// The CSV.
        name: String,
        /// The reason of its state, or of the failure of its plan.
        reason: &'static str,
        /// What OLM says.
        message: String,
    },
}

/// Follows the upgrades of a namespace. Every plan is approved, and every CSV comes to run unless OLM says at once
/// that it cannot.
pub fn walk(sources: &[Source<'_>], namespace: &mut Namespace, cluster: &mut Cluster<'_>) -> Walk {
    let mut plans = Vec::new();
    let mut seen: HashSet<Vec<String>> = HashSet::new();
    // A way of many hops costs no more than its hops where all of them can be known at once.
    let lone = lone(sources, namespace);
    let choosable: Vec<bool> = lone.iter().flat_map(|&(source, _)| allowed(&sources[source].index)).collect();
    let ladder = lone.map(|(source, lane)| (source, Ladder::new(&sources[source].index, lane, &choosable)));
    let stop = loop {
        let installed = namespace.subscriptions.iter().map(|subscription| subscription.installed.clone());
        if !seen.insert(installed.collect()) {
            break Stop::Circle;
        }
        let known = ladder.as_ref().and_then(|(source, ladder)| climb(*source, ladder, sources, namespace));
        match known.map_or_else(|| resolve(sources, namespace), |plan| Ok(Outcome::Plan(plan))) {
            Ok(Outcome::Nothing | Outcome::Waiting) => break Stop::Done,
            Err(failure) => break Stop::Failed(failure),
            Ok(Outcome::Plan(plan)) => {
                plans.push(plan.steps.iter().map(|step| hop(sources, namespace, step)).collect());
                let obstacle = plan.steps.iter().find_map(|step| obstacle(sources, step, cluster));
                if let Some(obstacle) = obstacle {
                    break obstacle;
                }
                apply(sources, namespace, &plan);
            }
        }
    };
    Walk { plans, stop }
}

/// Returns catalog and channel of a namespace that has one Subscription and nothing else, if nothing in the channel
/// needs anything: what OLM chooses next hangs on nothing but what is installed then.
fn lone(sources: &[Source<'_>], namespace: &Namespace) -> Option<(usize, usize)> {
    let [subscription] = namespace.subscriptions.as_slice() else { return None };
    let is_start = !subscription.starting_csv.is_empty() && subscription.installed.is_empty();
    let is_own = namespace.csvs.iter().all(|csv| csv.name == subscription.installed);
    if subscription.is_pending || is_start || namespace.csvs.len() > 1 || !is_own {
        return None;
    }
    let source = sources.iter().position(|source| source.name == subscription.source)?;
    let index = &sources[source].index;
    let lane = index.lane(&subscription.package, &subscription.channel)?;
    let mut chain = index.channels[lane].chain.as_ref().ok()?.iter();
    chain.all(|&seat| index.offered(seat).traits.needs.is_empty()).then_some((source, lane))
}

fn allowed(index: &Index<'_>) -> impl Iterator<Item = bool> {
    (0..index.seats.len()).map(|seat| !index.offered(seat).traits.is_prohibited)
}

/// Returns the next plan of such a namespace; none where nothing can be chosen, of which the resolver says why.
fn climb(
    source: usize,
    ladder: &Ladder<'_, '_>,
    sources: &[Source<'_>],
    namespace: &Namespace,
) -> Option<Plan> {
    let (seat, edge) = match namespace.csvs.first() {
        None => (ladder.first()?, Edge::Install),
        Some(csv) => ladder.from(&csv.name, csv.traits.version.as_ref()).0?,
    };
    let name = sources[source].index.seats[seat].entry.name.to_string();
    let previous = (!namespace.csvs.is_empty()).then_some(0);
    let step = Step { subscription: Some(0), source, seat, name, previous, edge };
    Some(Plan { steps: vec![step], is_manual: namespace.subscriptions[0].is_manual })
}

fn hop(sources: &[Source<'_>], namespace: &Namespace, step: &Step) -> Hop {
    let index = &sources[step.source].index;
    let lane = &index.channels[index.seats[step.seat].lane];
    Hop {
        package: lane.package.to_owned(),
        channel: lane.name.to_owned(),
        from: step.previous.map(|csv| namespace.csvs[csv].name.clone()).unwrap_or_default(),
        to: step.name.clone(),
        edge: step.edge,
        source: step.source,
        seat: step.seat,
    }
}

/// Says why a step would not come to its end; and if it would, notes what it leaves on the cluster.
fn obstacle(sources: &[Source<'_>], step: &Step, cluster: &mut Cluster<'_>) -> Option<Stop> {
    let blob = sources[step.source].index.offered(step.seat).blob;
    let stop = |reason, message| Some(Stop::Obstacle { name: step.name.clone(), reason, message });
    if let Err(message) = cluster.apply(blob) {
        return stop("InstallComponentFailed", message);
    }
    if cluster.group.is_some() || cluster.kubernetes.is_some() {
        let terms = Terms::read(blob).unwrap_or_default();
        // A catalog that says nothing of modes has no CSV to ask.
        let misfit = cluster.group.as_ref().filter(|_| !terms.modes.is_empty());
        if let Some(message) = misfit.and_then(|group| terms.misfit(group)) {
            return stop("UnsupportedOperatorGroup", message);
        }
        if let Some(message) = cluster.kubernetes.as_ref().and_then(|version| terms.too_old(version)) {
            return stop("RequirementsNotMet", message);
        }
    }
    None
}

/// Changes a namespace as a plan does that was approved and came to its end: the CSVs are there, those that they
/// upgrade are gone, and a dependency nobody subscribed to has an automatic Subscription.
pub fn apply(sources: &[Source<'_>], namespace: &mut Namespace, plan: &Plan) {
    let gone: Vec<String> =
        plan.steps.iter().filter_map(|step| Some(namespace.csvs[step.previous?].name.clone())).collect();
    for step in &plan.steps {
        let source = &sources[step.source];
        let lane = &source.index.channels[source.index.seats[step.seat].lane];
        match step.subscription {
            Some(at) => namespace.subscriptions[at].installed.clone_from(&step.name),
            None => namespace.subscriptions.push(Subscription {
                name: format!("{}-{}-{}-{}", lane.package, lane.name, source.name, source.namespace),
                source: source.name.clone(),
                package: lane.package.to_owned(),
                channel: lane.name.to_owned(),
                starting_csv: step.name.clone(),
                installed: step.name.clone(),
                ..Subscription::default()
            }),
        }
        let traits = source.index.offered(step.seat).traits.clone();
        namespace.csvs.push(Installed { name: step.name.clone(), traits });
    }
    namespace.csvs.retain(|csv| !gone.contains(&csv.name));
    for subscription in &mut namespace.subscriptions {
        subscription.is_pending = false;
    }
}
