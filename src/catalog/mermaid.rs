//! Draws the upgrade graphs as mermaid text, as opm does (`alpha/declcfg/write.go`).
//!
//! Differs where opm draws what is not so: it numbers links across packages in another order than
//! mermaid counts them, and marks what another package deprecates.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fmt::Write as _;

use super::version::{Range, Version};
use super::{Catalog, Channel, Entry};

/// What to draw.
#[derive(Debug, Clone, Copy, Default)]
pub struct Drawing<'o> {
    /// Only this package.
    pub package: Option<&'o str>,
    /// Only what upgrades from this bundle, or is newer; of the package that has it.
    pub minimum_edge: Option<&'o str>,
    /// Mark what OLM v0 does not install any more, because something skips it.
    pub v0: bool,
}

/// Returns the text, and a warning for each skipRange that is none.
///
/// # Errors
/// A phrase: a bundle without a version, or a minimum edge that is no bundle.
pub fn mermaid(catalog: &Catalog<'_>, drawing: Drawing<'_>) -> Result<(String, Vec<String>), String> {
    let versions = Versions::of(catalog)?;
    let channels = chosen(catalog, drawing, &versions)?;
    let mut packages: BTreeMap<&str, Vec<&Drawn<'_>>> = BTreeMap::new();
    for channel in &channels {
        packages.entry(&channel.0.package).or_default().push(channel);
    }
    let mut pen = Pen { v0: drawing.v0, ..Pen::default() };
    for (package, channels) in packages {
        pen.package(package, &channels, &deprecated(catalog, package), &versions);
    }
    let warnings = std::mem::take(&mut pen.warnings);
    Ok((pen.finish(), warnings))
}

/// The version of each bundle by name, whatever its package; of what is no bundle, 0.0.0.
struct Versions<'c> {
    known: HashMap<&'c str, Version>,
    none: Version,
}

impl<'c> Versions<'c> {
    fn of(catalog: &'c Catalog<'_>) -> Result<Self, String> {
        let mut known: HashMap<&str, Version> = HashMap::new();
        for bundle in &catalog.bundles {
            if !known.contains_key(bundle.name.as_ref()) {
                let version = bundle.version().map_err(|why| format!("bundle `{}` {why}", bundle.name))?;
                known.insert(&bundle.name, version);
            }
        }
        Ok(Versions { known, none: Version::parse("0.0.0").expect("three numbers are a version") })
    }

    fn get(&self, name: &str) -> &Version {
        self.known.get(name).unwrap_or(&self.none)
    }
}

/// A channel, and those of its entries that are drawn.
type Drawn<'c> = (&'c Channel<'c>, Vec<Entry<'c>>);

fn chosen<'c>(
    catalog: &'c Catalog<'c>,
    drawing: Drawing<'_>,
    versions: &Versions<'_>,
) -> Result<Vec<Drawn<'c>>, String> {
    let mut channels: Vec<&Channel<'_>> = catalog.channels.iter().collect();
    channels.retain(|channel| drawing.package.is_none_or(|package| channel.package == package));
    channels.sort_by(|a, b| a.name.cmp(&b.name));
    let Some(minimum) = drawing.minimum_edge else {
        return Ok(channels.into_iter().map(|channel| (channel, channel.entries().to_vec())).collect());
    };
    let Some(least) = versions.known.get(minimum) else {
        return Err(format!("no bundle is called `{minimum}`, so it is no minimum edge"));
    };
    let has_it = |channel: &&Channel<'_>| channel.entries().iter().any(|entry| entry.name == minimum);
    let package = channels.iter().copied().find(has_it).map(|channel| channel.package.clone());
    channels.retain(|channel| package.as_ref() == Some(&channel.package));
    let is_new = |name: &str| versions.get(name).precedence(least).is_ge();
    let is_bare = |entry: &Entry<'_>| {
        entry.replaces.is_empty() && entry.skips.is_empty() && entry.skip_range.is_empty()
    };
    let kept = |entry: &Entry<'c>| {
        let mut kept = Entry { name: entry.name.clone(), ..Entry::default() };
        if entry.name == minimum {
            return Some(kept);
        }
        if is_new(&entry.replaces) {
            kept.replaces = entry.replaces.clone();
        }
        kept.skips = entry.skips.iter().filter(|skip| is_new(skip)).cloned().collect();
        if Range::parse(&entry.skip_range).is_ok_and(|range| range.contains(least)) {
            kept.skip_range = entry.skip_range.clone();
        }
        (!is_bare(&kept) || is_bare(entry) && is_new(&entry.name)).then_some(kept)
    };
    let channels =
        channels.into_iter().map(|channel| (channel, channel.entries().iter().filter_map(kept).collect()));
    Ok(channels.filter(|(_, entries): &Drawn<'_>| !entries.is_empty()).collect())
}

/// What a package deprecates, as pairs of schema and name.
fn deprecated<'c>(catalog: &'c Catalog<'c>, package: &str) -> HashSet<(&'c str, &'c str)> {
    let blobs = catalog.deprecations.iter().filter(|blob| blob.package == package);
    let entries = blobs.flat_map(|blob| blob.entries.iter().flatten());
    entries.map(|entry| (entry.schema.as_ref(), entry.name.as_ref())).collect()
}

/// The classes of entries, in the order in which they are written.
const CLASSES: [&str; 3] = ["deprecated", "deprecatedskipped", "skipped"];

#[derive(Default)]
struct Pen {
    v0: bool,
    graphs: String,
    package_styles: String,
    channel_styles: String,
    /// The ids in each class.
    classes: [BTreeSet<String>; 3],
    /// How many links there are, and the numbers of those that OLM v0 does not follow.
    links: usize,
    marked: Vec<String>,
    warnings: Vec<String>,
}

impl Pen {
    fn line(&mut self, indent: usize, text: &str) {
        self.graphs.extend(std::iter::repeat_n(' ', indent));
        self.graphs.push_str(text);
        self.graphs.push('\n');
    }

    fn link(&mut self, from: &str, label: &str, to: &str, is_marked: bool) {
        self.line(6, &format!("{from}-- {label} --> {to}"));
        if is_marked && self.v0 {
            self.marked.push(self.links.to_string());
        }
        self.links += 1;
    }

    fn package(
        &mut self,
        package: &str,
        channels: &[&Drawn<'_>],
        deprecated: &HashSet<(&str, &str)>,
        versions: &Versions<'_>,
    ) {
        if deprecated.iter().any(|(schema, _)| *schema == "olm.package") {
            self.package_styles += &format!("style {package} fill:#989695\n");
        }
        self.line(2, &format!("%% package {}", quote(package)));
        self.line(2, &format!("subgraph {}", quote(package)));
        for (channel, entries) in channels {
            let id = format!("{package}-{}", channel.name);
            if deprecated.contains(&("olm.channel", channel.name.as_ref())) {
                self.channel_styles += &format!("style {id} fill:#DCD0FF\n");
            }
            self.line(4, &format!("%% channel {}", quote(&channel.name)));
            self.line(4, &format!("subgraph {id}[{}]", quote(&channel.name)));
            self.entries(&id, entries, deprecated, versions);
            self.line(4, "end");
        }
        self.line(2, "end");
    }

    fn entries(
        &mut self,
        channel: &str,
        entries: &[Entry<'_>],
        deprecated: &HashSet<(&str, &str)>,
        versions: &Versions<'_>,
    ) {
        let id = |name: &str| format!("{channel}-{name}");
        let node = |name: &str| format!("{}[{}]", id(name), quote(name));
        let mut order: Vec<&Entry<'_>> = entries.iter().collect();
        order.sort_by(|a, b| versions.get(&b.name).precedence(versions.get(&a.name)));
        let mut skipped: HashSet<&str> = HashSet::new();
        for entry in order {
            let (name, own) = (entry.name.as_ref(), node(&entry.name));
            let is_skipped = skipped.contains(name);
            match (deprecated.contains(&("olm.bundle", name)), is_skipped && self.v0) {
                (true, false) => drop(self.classes[0].insert(id(name))),
                (true, true) => drop(self.classes[1].insert(id(name))),
                (false, true) => drop(self.classes[2].insert(id(name))),
                (false, false) => {}
            }
            self.line(6, &own);
            for skip in &entry.skips {
                let is_known = !skipped.insert(skip);
                self.link(&node(skip), "skip", &own, is_known);
            }
            if !entry.skip_range.is_empty() {
                match Range::parse(&entry.skip_range) {
                    Ok(range) => {
                        let label = format!("\"skipRange({})\"", entry.skip_range);
                        for other in entries.iter().filter(|other| range.contains(versions.get(&other.name)))
                        {
                            self.link(&node(&other.name), &label, &own, is_skipped);
                        }
                    }
                    Err(why) => self.warnings.push(format!(
                        "the skipRange `{}` of `{name}` is left out: {}",
                        entry.skip_range, why.message
                    )),
                }
            }
            if !entry.replaces.is_empty() {
                self.link(&node(&entry.replaces), "replace", &own, is_skipped);
            }
        }
    }

    fn finish(self) -> String {
        let mut out = String::from(
            "graph LR\n  classDef deprecated fill:#E8960F\n  classDef skipped stroke:#FF0000,stroke-width:4px\n  \
             classDef deprecatedskipped fill:#E8960F,stroke:#FF0000,stroke-width:4px\n",
        );
        out += &self.graphs;
        out += &self.package_styles;
        out += &self.channel_styles;
        for (class, ids) in CLASSES.iter().zip(&self.classes).filter(|(_, ids)| !ids.is_empty()) {
            let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
            let _ = writeln!(out, "class {} {class}", ids.join(","));
        }
        if !self.marked.is_empty() {
            let marked = self.marked.join(",");
            let _ = writeln!(out, "linkStyle {marked} stroke:#FF0000,stroke-width:3px,stroke-dasharray:5;");
        }
        out
    }
}

/// Quotes a text as Go's `%q` does: what is not printed is escaped.
fn quote(text: &str) -> String {
    let mut out = String::from('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\u{7}' => out += "\\a",
            '\u{8}' => out += "\\b",
            '\t' => out += "\\t",
            '\n' => out += "\\n",
            '\u{b}' => out += "\\v",
            '\u{c}' => out += "\\f",
            '\r' => out += "\\r",
            '\0'..='\u{7f}' if c.is_ascii_control() => {
                let _ = write!(out, "\\x{:02x}", u32::from(c));
            }
            _ if c.is_control() || c.is_whitespace() && c != ' ' => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            _ => out.push(c),
        }
    }
    out.push('"');
    out
}
