//! A channel becomes a picture: its rows, and the edges between them.

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::{Edge, Entry, Kind, Mark, Picture, words};
use crate::catalog::version::Version;
use crate::catalog::{self, Catalog, Channel, Graph};
use crate::resolve::{End, Index, Ladder, Lane, Source, choosable};
use crate::text::clean;

/// The most columns of chains; channels with more heads are broken in more ways than can be drawn.
const COLUMNS: usize = 3;
/// The longest run of `skips` that is drawn edge by edge.
const FEW: usize = 8;

/// Draws the channels of a catalog, of one package or of one name if asked for, by package and name.
pub fn pictures(catalog: &Catalog<'_>, package: Option<&str>, channel: Option<&str>) -> Vec<Picture> {
    let (name, namespace) = (String::new(), String::new());
    let sources = [Source { name, namespace, priority: 0, index: Index::new([catalog]) }];
    let choosable = choosable(&sources, 0);
    // What has no name could not be read, and that is said elsewhere.
    let is_meant = |found: &&Channel<'_>| {
        !found.package.is_empty()
            && !found.name.is_empty()
            && package.is_none_or(|name| found.package == name)
            && channel.is_none_or(|name| found.name == name)
    };
    let mut channels: Vec<&Channel<'_>> = catalog.channels.iter().filter(is_meant).collect();
    channels.sort_by(|a, b| (&a.package, &a.name).cmp(&(&b.package, &b.name)));
    // Of several channels with one name the first counts, as for OLM.
    channels.dedup_by(|later, first| (&later.package, &later.name) == (&first.package, &first.name));
    channels.into_iter().map(|channel| picture(channel, &sources[0].index, &choosable)).collect()
}

/// Draws a channel. `choosable` is that of the catalog, which the index is of.
pub fn picture(channel: &Channel<'_>, index: &Index<'_>, choosable: &[bool]) -> Picture {
    let Some(lane) = index.lane(&channel.package, &channel.name) else { return Picture::default() };
    let sketch = Sketch::new(channel, index, lane, choosable);
    let entries = sketch.entries();
    Picture {
        package: channel.package.to_string(),
        channel: channel.name.to_string(),
        is_default: sketch.lane.is_default,
        edges: sketch.edges(&entries),
        notes: sketch.notes(),
        entries,
    }
}

/// A row: its name, the entry if there is one, and its version if a bundle says one.
struct Row<'c> {
    name: &'c str,
    entry: Option<&'c catalog::Entry<'c>>,
    version: Option<&'c Version>,
}

struct Sketch<'c> {
    channel: &'c Channel<'c>,
    index: &'c Index<'c>,
    lane: &'c Lane<'c>,
    choosable: &'c [bool],
    graph: Graph<'c>,
    rows: Vec<Row<'c>>,
    places: HashMap<&'c str, usize>,
    /// How many rows have a version: they stand first.
    versioned: usize,
    /// The way of each row: the next one, how many hops, and where it ends.
    ways: Vec<(Option<usize>, usize, End)>,
}

impl<'c> Sketch<'c> {
    fn new(channel: &'c Channel<'c>, index: &'c Index<'c>, lane: usize, choosable: &'c [bool]) -> Self {
        let ladder = Ladder::new(index, lane, choosable);
        let lane = &index.channels[lane];
        let rows = rows(channel, index, lane);
        let places: HashMap<&str, usize> = rows.iter().enumerate().map(|(at, row)| (row.name, at)).collect();
        let way = |row: &Row<'c>| {
            let (next, hops, end) = ladder.from(row.name, row.version);
            (next.map(|(seat, _)| places[index.seats[seat].entry.name.as_ref()]), hops, end)
        };
        let ways = rows.iter().map(way).collect();
        let versioned = rows.iter().filter(|row| row.version.is_some()).count();
        Sketch { channel, index, lane, choosable, graph: Graph::new(channel), rows, places, versioned, ways }
    }

    /// Returns the rows of the heads: OLM's, or where OLM finds no order, those of the catalog.
    fn heads(&self) -> Vec<usize> {
        match &self.lane.chain {
            Ok(chain) => chain.first().map(|&seat| self.place(seat)).into_iter().collect(),
            Err(_) => self.graph.heads().into_iter().map(|name| self.places[name]).collect(),
        }
    }

    fn place(&self, seat: usize) -> usize {
        self.places[self.index.seats[seat].entry.name.as_ref()]
    }

    /// Returns the column of each row.
    fn columns(&self, heads: &[usize]) -> Vec<usize> {
        let chains: Vec<Vec<usize>> = match &self.lane.chain {
            Ok(chain) => vec![chain.iter().map(|&seat| self.place(seat)).collect()],
            Err(_) => {
                let chain = |&head: &usize| self.graph.chain(self.rows[head].name).visited;
                let place = |name: &str| self.places[name];
                heads.iter().take(COLUMNS).map(|head| chain(head).into_iter().map(place).collect()).collect()
            }
        };
        let mut columns = vec![chains.iter().filter(|chain| !chain.is_empty()).count(); self.rows.len()];
        for (column, chain) in chains.iter().enumerate().rev() {
            chain.iter().for_each(|&row| columns[row] = column);
        }
        columns
    }

    fn entries(&self) -> Vec<Entry> {
        let heads = self.heads();
        let is_head: HashSet<usize> = heads.iter().copied().collect();
        let columns = self.columns(&heads);
        let rows = self.rows.iter().zip(&self.ways).enumerate();
        rows.map(|(at, (row, (next, hops, _)))| {
            let bundle = self.index.bundle(&self.channel.package, row.name);
            let said = || {
                let property = self.index.bundles[bundle?].blob.package_property().ok()?;
                Some(property.version)
            };
            let conditions = self.index.conditions(&self.channel.package, &self.channel.name, row.name);
            let deprecation = conditions.iter().find(|(kind, _)| *kind == "BundleDeprecated");
            let mut entry = Entry {
                name: row.name.to_owned(),
                version: row.version.map(ToString::to_string).or_else(said).unwrap_or_default(),
                skip_range: row.entry.map(|entry| entry.skip_range.to_string()).unwrap_or_default(),
                marks: self.marks(at, is_head.contains(&at)),
                deprecation: deprecation.map(|(_, message)| (*message).to_owned()).unwrap_or_default(),
                next: *next,
                hops: *hops,
                column: columns[at],
            };
            if deprecation.is_some() {
                entry.marks.push(Mark::Deprecated);
                entry.marks.sort_unstable();
            }
            entry
        })
        .collect()
    }

    fn marks(&self, at: usize, is_head: bool) -> Vec<Mark> {
        let row = &self.rows[at];
        let seat = self.lane.seat(row.name);
        let has_bundle = self.index.bundle(&self.channel.package, row.name).is_some();
        let bad_range = |entry: &catalog::Entry<'_>| {
            !entry.skip_range.is_empty() && catalog::version::Range::parse(&entry.skip_range).is_err()
        };
        [
            (Mark::Head, is_head),
            (Mark::Skipped, row.entry.is_some() && self.graph.is_skipped(row.name)),
            (Mark::Absent, row.entry.is_none()),
            (Mark::NoBundle, row.entry.is_some() && seat.is_none()),
            (Mark::NoVersion, has_bundle && row.version.is_none()),
            (Mark::BadRange, row.entry.is_some_and(bad_range)),
            (Mark::Blocked, seat.is_some_and(|seat| !self.choosable[seat])),
            (Mark::Stranded, matches!(self.ways[at].2, End::Stranded(_))),
            (Mark::Circle, self.ways[at].2 == End::Circle),
        ]
        .into_iter()
        .filter_map(|(mark, holds)| holds.then_some(mark))
        .collect()
    }

    fn edges(&self, entries: &[Entry]) -> Vec<Edge> {
        let mut origins = vec![Vec::new(); self.rows.len()];
        for (from, entry) in entries.iter().enumerate() {
            entry.next.into_iter().for_each(|to| origins[to].push(from));
        }
        let ascending: Vec<&Version> =
            self.rows[..self.versioned].iter().rev().filter_map(|row| row.version).collect();
        let mut edges = Vec::new();
        for (to, row) in self.rows.iter().enumerate() {
            let Some(entry) = row.entry else { continue };
            let is_ignored = |from: usize| entries[from].next != Some(to);
            if let Some(&from) = self.places.get(entry.replaces.as_ref()).filter(|from| **from != to) {
                let kind = Kind::Replaces;
                edges.push(Edge { to, kind, from: from..from + 1, is_ignored: is_ignored(from) });
            }
            let mut skips: Vec<usize> =
                entry.skips.iter().filter_map(|name| self.places.get(name.as_ref()).copied()).collect();
            skips.retain(|from| *from != to);
            skips.sort_unstable();
            skips.dedup();
            for run in skips.chunk_by(|a, b| a + 1 == *b && is_ignored(*a) == is_ignored(*b)) {
                let whole = run[0]..run[run.len() - 1] + 1;
                let step = if run.len() > FEW { run.len() } else { 1 };
                let cuts = whole.clone().step_by(step).map(|start| start..start + step);
                let is_ignored = is_ignored(whole.start);
                edges.extend(cuts.map(|from| Edge { to, kind: Kind::Skips, from, is_ignored }));
            }
            let Ok(range) = catalog::version::Range::parse(&entry.skip_range) else { continue };
            for stretch in merged(range.stretches(&ascending)) {
                let held = self.versioned - stretch.end..self.versioned - stretch.start;
                for (from, is_ignored) in cut(held, to, &origins[to]) {
                    edges.push(Edge { to, kind: Kind::SkipRange, from, is_ignored });
                }
            }
        }
        edges.sort_by_key(|edge| (edge.to, edge.kind, edge.from.start));
        edges
    }

    fn notes(&self) -> Vec<String> {
        let (channel, package) = (self.lane.name, self.lane.package);
        let mut notes = Vec::new();
        if let Err(disorder) = &self.lane.chain {
            notes.push(format!(
                "OLM v0 upgrades nothing here, nor in the namespace: {}",
                disorder.message(channel, package)
            ));
        }
        if self.channel.entries().is_empty() {
            notes.push("the channel has no entries".to_owned());
        }
        let mut seen = HashSet::new();
        let entries = self.channel.entries().iter();
        for entry in entries.filter(|entry| !seen.insert(entry.name.as_ref())) {
            notes.push(format!("`{}` is there twice; the first counts", entry.name));
        }
        let deprecations = self.index.conditions(package, channel, "");
        for (kind, message) in deprecations.into_iter().filter(|(kind, _)| *kind != "BundleDeprecated") {
            let what = if kind == "PackageDeprecated" { "package" } else { "channel" };
            notes.push(format!("the {what} is deprecated: {message}"));
        }
        for row in &self.rows {
            let Some(entry) = row.entry.filter(|entry| !entry.skip_range.is_empty()) else { continue };
            if let Err(fault) = catalog::version::Range::parse(&entry.skip_range) {
                let (name, range) = (row.name, &entry.skip_range);
                notes.push(format!("the skipRange `{range}` of `{name}` holds nothing: {}", fault.message));
            }
        }
        notes.iter().map(|note| words::cut(&clean(note), words::LONG)).collect()
    }
}

/// Returns the rows in their order: by version, the newest first, of equal ones what is nearer to the head; then
/// what has none, by what the names say.
fn rows<'c>(channel: &'c Channel<'c>, index: &'c Index<'c>, lane: &'c Lane<'c>) -> Vec<Row<'c>> {
    let mut seen = HashSet::new();
    let version = |name: &str| {
        let bundle = index.bundle(&channel.package, name)?;
        index.bundles[bundle].traits.version.as_ref()
    };
    let mut rows = Vec::new();
    for entry in channel.entries().iter().filter(|entry| seen.insert(entry.name.as_ref())) {
        let name = entry.name.as_ref();
        rows.push(Row { name, entry: Some(entry), version: version(name) });
    }
    for entry in channel.entries() {
        for name in [&entry.replaces].into_iter().chain(&entry.skips) {
            if !name.is_empty() && seen.insert(name) {
                rows.push(Row { name, entry: None, version: version(name) });
            }
        }
    }
    let chain = lane.chain.iter().flatten().enumerate();
    let ranks: HashMap<&str, usize> =
        chain.map(|(at, &seat)| (index.seats[seat].entry.name.as_ref(), at)).collect();
    let rank = |row: &Row<'_>| ranks.get(row.name).copied().unwrap_or(usize::MAX);
    let guesses: HashMap<&str, Version> = rows
        .iter()
        .filter(|row| row.version.is_none())
        .filter_map(|row| Some((row.name, guess(row.name)?)))
        .collect();
    let newest = |a: Option<&Version>, b: Option<&Version>| match (a, b) {
        (Some(a), Some(b)) => b.precedence(a),
        (a, b) => b.is_some().cmp(&a.is_some()),
    };
    rows.sort_by(|a, b| {
        newest(a.version, b.version)
            .then_with(|| rank(a).cmp(&rank(b)))
            .then_with(|| newest(guesses.get(a.name), guesses.get(b.name)))
            .then_with(|| if a.version.is_some() { Ordering::Equal } else { a.name.cmp(b.name) })
    });
    rows
}

/// Returns the version that a name ends with, such as `demo.v1.2.3`; for the order only.
fn guess(name: &str) -> Option<Version> {
    let (_, version) = name.split_once(".v")?;
    Version::parse_tolerant(version).ok()
}

/// Joins stretches that touch or overlap.
fn merged(mut stretches: Vec<Range<usize>>) -> Vec<Range<usize>> {
    stretches.sort_by_key(|stretch| stretch.start);
    let mut merged: Vec<Range<usize>> = Vec::new();
    for stretch in stretches {
        match merged.last_mut().filter(|last| stretch.start <= last.end) {
            Some(last) => last.end = last.end.max(stretch.end),
            None => merged.push(stretch),
        }
    }
    merged
}

/// Cuts the rows that a range holds: without the entry's own, and where OLM begins or ends to go this way. `taken`
/// are the rows, in order, from which it does.
fn cut(held: Range<usize>, own: usize, taken: &[usize]) -> Vec<(Range<usize>, bool)> {
    let first = taken.partition_point(|&row| row < held.start);
    let last = taken.partition_point(|&row| row < held.end);
    let mut cuts: Vec<(Range<usize>, bool)> = Vec::new();
    let mut at = held.start;
    let mut push = |run: Range<usize>, is_ignored: bool| {
        if run.is_empty() {
            return;
        }
        match cuts.last_mut().filter(|(before, ignored)| before.end == run.start && *ignored == is_ignored) {
            Some((before, _)) => before.end = run.end,
            None => cuts.push((run, is_ignored)),
        }
    };
    // What is not taken is cut by the entry itself, too.
    let gap = |push: &mut dyn FnMut(Range<usize>, bool), run: Range<usize>| {
        if run.contains(&own) {
            push(run.start..own, true);
            push(own + 1..run.end, true);
        } else {
            push(run, true);
        }
    };
    for &row in &taken[first..last] {
        gap(&mut push, at..row);
        push(row..row + 1, false);
        at = row + 1;
    }
    gap(&mut push, at..held.end);
    cuts
}
