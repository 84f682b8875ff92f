//! The search for an answer: depth first, options in the order of preference, as OLM's solver guesses.
//!
//! OLM hands the problem to a SAT library, and guides it: demands are taken in turn, the first option that can be
//! is assumed, and what it needs is asked for after all that is asked already. Here the same order is searched
//! without a library. Where a demand cannot be met, the search goes back to the latest assumption that has to do
//! with it (conflict-directed backjumping), which finds the same answer and does not try what cannot matter.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap, VecDeque};
use std::rc::Rc;

use super::need::{Gvk, Need, Traits};
use super::v0::{Class, Failure, Node, Problem, disorder, unsatisfiable};

/// The most assumptions that are tried before we say that we cannot tell.
const PATIENCE: usize = 2_000_000;
/// The most sentences about conflicts that a failure names.
const SENTENCES: usize = 12;

/// A sentence in OLM's words: why something cannot be.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Blocked(pub(super) String);

/// Bundles of which one is demanded, in the order of preference.
pub(super) type Options = Rc<[Node]>;

/// The search through one problem.
pub(super) struct Search<'p, 'q> {
    problem: &'q Problem<'p>,
    queue: VecDeque<Choice>,
    guesses: Vec<Guess>,
    assumed: HashMap<Node, usize>,
    packages: HashMap<&'q str, (Node, usize)>,
    apis: HashMap<&'q Gvk, (Node, usize)>,
    blocked: BTreeSet<Blocked>,
    /// By need and preferred catalog.
    providers: RefCell<HashMap<(String, usize), Options>>,
}

/// A demand for one of several bundles.
#[derive(Clone)]
struct Choice {
    options: Options,
    /// The first option that was not tried.
    next: usize,
    /// The assumption that demands it.
    parent: Option<usize>,
    /// Assumptions that stood in the way of options that were tried.
    blame: BTreeSet<usize>,
}

/// A choice that was made.
struct Guess {
    choice: Choice,
    /// What was assumed; none if one of the options had been assumed before.
    chosen: Option<Node>,
    /// How many demands it added.
    children: usize,
}

impl<'p, 'q> Search<'p, 'q> {
    pub(super) fn new(problem: &'q Problem<'p>) -> Self {
        let choice = |options: &Options| Choice {
            options: Rc::clone(options),
            next: 0,
            parent: None,
            blame: BTreeSet::new(),
        };
        Search {
            problem,
            queue: problem.demands.iter().map(choice).collect(),
            guesses: Vec::new(),
            assumed: HashMap::new(),
            packages: HashMap::new(),
            apis: HashMap::new(),
            blocked: BTreeSet::new(),
            providers: RefCell::default(),
        }
    }

    /// Returns the bundles of the answer, sorted.
    pub(super) fn run(mut self) -> Result<Vec<Node>, Failure> {
        self.refuse_disorder()?;
        let mut tries = 0;
        while let Some(mut choice) = self.queue.pop_front() {
            if choice.options.iter().any(|node| self.assumed.contains_key(node)) {
                self.guesses.push(Guess { choice, chosen: None, children: 0 });
                continue;
            }
            let level = self.guesses.len();
            let mut demands = None;
            while demands.is_none() && choice.next < choice.options.len() {
                tries += 1;
                if tries > PATIENCE {
                    let message = "the constraints are too many to say what OLM would choose".to_owned();
                    return Err(Failure { class: Class::Undecided, message });
                }
                let node = choice.options[choice.next];
                choice.next += 1;
                match self.demands(node)? {
                    Ok(found) => demands = Some((node, found)),
                    Err(levels) => choice.blame.extend(levels),
                }
            }
            match demands {
                Some((node, demands)) => self.assume(node, level, choice, demands),
                None => self.go_back(choice)?,
            }
        }
        let mut nodes: Vec<Node> = self.assumed.into_keys().collect();
        nodes.sort_unstable();
        Ok(nodes)
    }

    fn assume(&mut self, node: Node, level: usize, choice: Choice, demands: Vec<Options>) {
        let traits = self.traits(node);
        self.assumed.insert(node, level);
        if !traits.package.is_empty() {
            self.packages.insert(&traits.package, (node, level));
        }
        for gvk in &traits.provides {
            self.apis.insert(gvk, (node, level));
        }
        self.guesses.push(Guess { choice, chosen: Some(node), children: demands.len() });
        for options in demands {
            self.queue.push_back(Choice { options, next: 0, parent: Some(level), blame: BTreeSet::new() });
        }
    }

    /// Undoes the last guess and returns its choice.
    fn undo(&mut self) -> Choice {
        let guess = self.guesses.pop().expect("whom to blame is a guess that was made");
        for _ in 0..guess.children {
            self.queue.pop_back();
        }
        if let Some(node) = guess.chosen {
            self.assumed.remove(&node);
            let traits = self.traits(node);
            self.packages.remove(traits.package.as_str());
            for gvk in &traits.provides {
                self.apis.remove(gvk);
            }
        }
        guess.choice
    }

    /// Goes back to the latest guess that has to do with a choice that none of its options can meet.
    fn go_back(&mut self, mut choice: Choice) -> Result<(), Failure> {
        let mut blame = std::mem::take(&mut choice.blame);
        blame.extend(choice.parent);
        let Some(target) = blame.pop_last() else {
            let blocked = std::mem::take(&mut self.blocked);
            return Err(unsatisfiable(self.problem.sentences.clone(), blocked));
        };
        choice.next = 0;
        self.queue.push_front(choice);
        while self.guesses.len() > target + 1 {
            let mut choice = self.undo();
            (choice.next, choice.blame) = (0, BTreeSet::new());
            self.queue.push_front(choice);
        }
        let mut choice = self.undo();
        choice.blame.extend(blame);
        self.queue.push_front(choice);
        Ok(())
    }

    fn traits(&self, node: Node) -> &'q Traits {
        match node {
            Node::Installed(csv) => &self.problem.namespace.csvs[csv].traits,
            Node::Seat(source, seat) => &self.problem.sources[source].index.offered(seat).traits,
        }
    }

    /// Returns what a bundle needs, if it can be assumed; else the guesses that are in its way.
    fn demands(&mut self, node: Node) -> Result<Result<Vec<Options>, BTreeSet<usize>>, Failure> {
        let (problem, traits) = (self.problem, self.traits(node));
        let mut blame = BTreeSet::new();
        let is_seat = matches!(node, Node::Seat(..));
        if is_seat && traits.is_prohibited {
            self.block(|| format!("bundle {} is deprecated", problem.title(node)));
            return Ok(Err(blame));
        }
        if let Some(&(other, level)) = self.packages.get(traits.package.as_str()) {
            blame.insert(level);
            let both =
                |problem: &Problem<'_>| format!("{} and {}", problem.title(other), problem.title(node));
            self.block(|| format!("{} originate from package {}", both(problem), traits.package));
        }
        for gvk in &traits.provides {
            if let Some(&(other, level)) = self.apis.get(gvk) {
                blame.insert(level);
                let (one, two) = (problem.title(other), problem.title(node));
                self.block(|| {
                    format!("{one} and {two} provide {} ({}/{})", gvk.kind, gvk.group, gvk.version)
                });
            }
        }
        // What is upgraded goes, even if it says neither its package nor its APIs.
        let upgraded = |node: &Node| problem.upgrades.get(node).into_iter().flatten();
        blame.extend(upgraded(&node).filter_map(|&csv| self.assumed.get(&Node::Installed(csv))));
        if let Node::Installed(csv) = node {
            let is_upgrade = |(other, _): &(&Node, &usize)| upgraded(other).any(|&upgraded| upgraded == csv);
            blame.extend(self.assumed.iter().filter(is_upgrade).map(|(_, level)| *level));
        }
        if !blame.is_empty() {
            return Ok(Err(blame));
        }
        let mut demands = Vec::with_capacity(traits.needs.len());
        for need in &traits.needs {
            let providers = self.providers(need, node)?;
            if providers.is_empty() {
                self.block(|| format!("bundle {} requires an operator {need}", problem.title(node)));
                return Ok(Err(blame));
            }
            demands.push(providers);
        }
        Ok(Ok(demands))
    }

    fn block(&mut self, sentence: impl FnOnce() -> String) {
        if self.blocked.len() < SENTENCES {
            self.blocked.insert(Blocked(sentence()));
        }
    }

    /// Returns who satisfies a need of a bundle, in OLM's order: what is installed, the bundle's own catalog, the
    /// other catalogs; in a catalog the default channels first, then by package and channel, in the order of each
    /// channel.
    fn providers(&self, need: &Need, of: Node) -> Result<Options, Failure> {
        if need.has_cel() {
            let message = format!(
                "bundle {} requires an operator {need}, which is not evaluated here",
                self.problem.title(of)
            );
            return Err(Failure { class: Class::Undecided, message });
        }
        let preferred = match of {
            Node::Seat(source, _) => source,
            Node::Installed(_) => usize::MAX,
        };
        let key = (need.to_string(), preferred);
        if let Some(found) = self.providers.borrow().get(&key) {
            return Ok(Rc::clone(found));
        }
        let csvs = self.problem.namespace.csvs.iter().enumerate();
        let mut found: Vec<Node> =
            csvs.filter(|(_, csv)| csv.traits.satisfies(need)).map(|(at, _)| Node::Installed(at)).collect();
        let sources = self.problem.sources;
        let mut order: Vec<usize> = (0..sources.len()).collect();
        order.sort_by_key(|&at| {
            let source = &sources[at];
            let is_own = source.namespace == self.problem.namespace.name;
            (at != preferred, std::cmp::Reverse(source.priority), !is_own, &source.name)
        });
        for at in order {
            let index = &sources[at].index;
            let of_package = |name: &str| -> Vec<usize> {
                index.lanes(name).into_iter().flat_map(|lane| index.channels[lane].seats.clone()).collect()
            };
            let seats = match need {
                Need::Api(gvk) => index.providers(gvk).to_vec(),
                Need::Package { name, .. } => of_package(name),
                _ => (0..index.seats.len()).collect(),
            };
            let satisfies = |seat: &usize| index.offered(*seat).traits.satisfies(need);
            let lanes: BTreeSet<usize> =
                seats.into_iter().filter(satisfies).map(|seat| index.seats[seat].lane).collect();
            let mut lanes: Vec<_> = lanes.into_iter().map(|lane| &index.channels[lane]).collect();
            lanes.sort_by_key(|lane| (!lane.is_default, lane.package, lane.name));
            for lane in lanes {
                let chain = lane.chain.as_ref().map_err(|fault| disorder(fault, lane.name, lane.package))?;
                found.extend(chain.iter().filter(|seat| satisfies(seat)).map(|&seat| Node::Seat(at, seat)));
            }
        }
        let found: Options = found.into();
        self.providers.borrow_mut().insert(key, Rc::clone(&found));
        Ok(found)
    }

    /// Fails if a channel without order is reachable by dependencies, chosen or not: OLM puts all that might
    /// matter in order before it chooses.
    fn refuse_disorder(&self) -> Result<(), Failure> {
        if self
            .problem
            .sources
            .iter()
            .all(|source| source.index.channels.iter().all(|lane| lane.chain.is_ok()))
        {
            return Ok(());
        }
        let mut seen = std::collections::HashSet::new();
        let mut queue: Vec<Node> =
            self.problem.demands.iter().flat_map(|options| options.iter().copied()).collect();
        while let Some(node) = queue.pop() {
            if !seen.insert(node) {
                continue;
            }
            for need in self.traits(node).needs.iter().filter(|need| !need.has_cel()) {
                queue.extend(self.providers(need, node)?.iter().filter(|node| !seen.contains(node)));
            }
        }
        Ok(())
    }
}
