//! The template `olm.semver`: each archetype (candidate, fast, stable) lists bundles; versions decide
//! channels and edges (opm-spec 6.3, `alpha/template/semver`).

use std::collections::{BTreeSet, HashMap};

use super::{Reference, owned};
use crate::catalog::version::Version;
use crate::catalog::{BundleBlob, Catalog, Channel, Entry, Icon, Package};
use crate::diag::{Diagnostic, Report, codes};
use crate::text::{Kind, Place, Value};

/// The archetypes from the least to the most stable; the name begins the names of its channels.
const ARCHETYPES: [&str; 3] = ["candidate", "fast", "stable"];

/// Whether a channel spans a major or a minor version. Minor is preferred where nothing is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Span {
    Major,
    Minor,
}

/// An `olm.semver` template.
#[derive(Debug)]
pub struct Semver {
    spans: Vec<Span>,
    preferred: Span,
    archetypes: [Vec<Reference>; 3],
    place: Place,
}

/// A bundle in one archetype.
struct Listed<'b, 's> {
    version: Version,
    blob: &'b BundleBlob<'s>,
}

/// An entry in the making.
struct Seat {
    archetype: usize,
    span: Span,
    version: Version,
    bundle: String,
    channel: String,
    replaces: String,
    skips: Vec<String>,
}

impl Semver {
    /// Reads the template; unknown fields are findings, as opm reads it strictly.
    pub(super) fn read(root: Value<'_, '_>, place: &Place, report: &mut Report) -> Option<Self> {
        let before = report.diagnostics().len();
        let mut reader = Reader { report };
        let known =
            ["schema", "generateMajorChannels", "generateMinorChannels", "defaultChannelTypePreference"];
        reader.refuse_unknown(root, place, &[&known[..], &ARCHETYPES[..]].concat());
        let major = reader.flag(root, place, "generateMajorChannels");
        let minor = reader.flag(root, place, "generateMinorChannels") || !major;
        let spans: Vec<Span> = [(major, Span::Major), (minor, Span::Minor)]
            .into_iter()
            .filter_map(|(is_generated, span)| is_generated.then_some(span))
            .collect();
        let key = "defaultChannelTypePreference";
        let word = root.get_folded(key).filter(|value| !value.is_null());
        let preferred = match word.map(|word| word.str().ok_or(())) {
            None | Some(Ok("")) => *spans.last()?,
            Some(Ok("major")) if major => Span::Major,
            Some(Ok("minor")) if minor => Span::Minor,
            Some(Ok(word @ ("major" | "minor"))) => {
                let message = format!("`{key}` prefers {word} channels, and none are generated");
                reader.finding(place.key(key), message, "generate them, or prefer the other kind");
                Span::Minor
            }
            Some(word) => {
                let message = match word {
                    Ok(word) => format!("`{word}` is no kind of channel"),
                    Err(_) => format!("`{key}` is not a string"),
                };
                reader.finding(place.key(key), message, "write `major` or `minor`");
                Span::Minor
            }
        };
        let archetypes = ARCHETYPES.map(|name| reader.bundles(root, place, name));
        if report.diagnostics().len() > before {
            return None;
        }
        let template = Semver { spans, preferred, archetypes, place: place.clone() };
        if template.references().next().is_none() {
            let mut finding =
                Diagnostic::new(&codes::INVALID_TEMPLATE, place.clone(), "the template lists no bundles");
            finding.help("list images below `candidate`, `fast` or `stable`: `bundles: [{image: ...}]`");
            report.push(finding);
            return None;
        }
        Some(template)
    }

    /// Every bundle that is listed, as often as it is.
    pub(super) fn references(&self) -> impl Iterator<Item = &Reference> {
        self.archetypes.iter().flatten()
    }

    /// What an archetype lists; nothing if there is no such archetype.
    pub(super) fn listed_in(&self, archetype: &str) -> &[Reference] {
        let index = ARCHETYPES.iter().position(|name| *name == archetype);
        index.map_or(&[], |index| &self.archetypes[index])
    }

    /// Makes package, channels and edges.
    pub(super) fn expand<'s>(
        &self,
        bundles: HashMap<String, BundleBlob<'s>>,
        report: &mut Report,
    ) -> Catalog<'s> {
        let mut seats = Vec::new();
        let mut package: Option<(String, Place)> = None;
        for (archetype, references) in self.archetypes.iter().enumerate() {
            let listed = self.listed(references, &bundles, &mut package, report);
            for &span in &self.spans {
                seats.extend(listed.iter().map(|bundle| Seat {
                    archetype,
                    span,
                    channel: channel_name(archetype, span, &bundle.version),
                    version: bundle.version.clone(),
                    bundle: bundle.blob.name.to_string(),
                    replaces: String::new(),
                    skips: Vec::new(),
                }));
            }
        }
        let Some((package, _)) = package else { return Catalog::default() };
        let default = self.default_channel(&seats);
        link(&mut seats);
        let mut catalog = Catalog::default();
        let head = seats.iter().rev().find(|seat| seat.channel == default).map(|seat| seat.bundle.clone());
        let head = head.and_then(|head| bundles.values().find(|blob| blob.name == head.as_str()));
        let (description, icon) = head.map(presentation).unwrap_or_default();
        catalog.packages.push(Package {
            name: owned(&package),
            default_channel: owned(&default),
            icon,
            description: owned(&description),
            properties: Vec::new(),
            origin: self.place.clone(),
        });
        catalog.channels = self.channels(&package, seats);
        catalog.bundles = bundles.into_values().collect();
        // A map has no order; the writer sorts by name, and so must what comes before it.
        catalog.bundles.sort_by(|a, b| a.name.cmp(&b.name).then_with(|| a.image.cmp(&b.image)));
        catalog
    }

    /// The bundles of one archetype in ascending order, without those that have faults.
    fn listed<'b, 's>(
        &self,
        references: &[Reference],
        bundles: &'b HashMap<String, BundleBlob<'s>>,
        package: &mut Option<(String, Place)>,
        report: &mut Report,
    ) -> Vec<Listed<'b, 's>> {
        let mut listed: Vec<(Listed<'b, 's>, &Place)> = Vec::new();
        for reference in references {
            let Some(blob) = bundles.get(&reference.image) else { continue };
            let mut fault = |message: String, help: &str| {
                let mut finding = Diagnostic::new(&codes::INVALID_TEMPLATE, reference.place.clone(), message);
                finding.help(help);
                report.push(finding);
            };
            let version = match blob.version() {
                Ok(version) => version,
                Err(why) => {
                    fault(format!("bundle `{}` {why}", blob.name), "mend the bundle's version");
                    continue;
                }
            };
            let (own, _) = package.get_or_insert_with(|| (blob.package.to_string(), reference.place.clone()));
            if *own != blob.package {
                let message = format!(
                    "bundle `{}` is of package `{}`, the first one of `{own}`",
                    blob.name, blob.package
                );
                fault(message, "give each package a template of its own");
                continue;
            }
            if let Some((_, first)) = listed.iter().find(|(known, _)| known.blob.name == blob.name) {
                let message = format!("bundle `{}` is listed twice", blob.name);
                let mut finding = Diagnostic::new(&codes::INVALID_TEMPLATE, reference.place.clone(), message);
                finding.label((*first).clone(), "listed here first").help("remove one of the two");
                report.push(finding);
                continue;
            }
            listed.push((Listed { version, blob }, &reference.place));
        }
        listed.sort_by(|(a, _), (b, _)| a.version.precedence(&b.version));
        for pair in listed.windows(2) {
            let [(lower, first), (higher, second)] = pair else { continue };
            if lower.version.precedence(&higher.version).is_eq() {
                let message = format!(
                    "the versions {} of `{}` and {} of `{}` have no order",
                    lower.version, lower.blob.name, higher.version, higher.blob.name
                );
                let mut finding = Diagnostic::new(&codes::INVALID_TEMPLATE, (*second).clone(), message);
                finding.label((*first).clone(), "the other one");
                finding.help("list one of them: build metadata does not order versions");
                report.push(finding);
            }
        }
        listed.into_iter().map(|(listed, _)| listed).collect()
    }

    /// A channel counts with its lowest version, since opm looks at it when it is made.
    fn default_channel(&self, seats: &[Seat]) -> String {
        let lowest = Version::parse("0.0.0").expect("a version");
        let mut best: Option<&Seat> = None;
        let mut seen = BTreeSet::new();
        let (mut archetype, mut version, mut span) = (0, &lowest, None);
        // opm makes the channels bundle by bundle, for each the major before the minor.
        let mut order: Vec<&Seat> = seats.iter().collect();
        order.sort_by(|a, b| {
            let key = |seat: &Seat| (seat.archetype, seat.span);
            a.archetype
                .cmp(&b.archetype)
                .then_with(|| a.version.precedence(&b.version))
                .then_with(|| key(a).cmp(&key(b)))
        });
        for seat in order.into_iter().filter(|seat| seen.insert(seat.channel.as_str())) {
            let is_better = match (seat.archetype.cmp(&archetype), seat.version.precedence(version)) {
                (std::cmp::Ordering::Equal, std::cmp::Ordering::Equal) => {
                    span.is_some_and(|span| span != seat.span && seat.span == self.preferred)
                }
                (std::cmp::Ordering::Equal, order) => order.is_gt(),
                (order, _) => order.is_gt(),
            };
            if is_better {
                (archetype, version, span) = (seat.archetype, &seat.version, Some(seat.span));
                best = Some(seat);
            }
        }
        best.map(|seat| seat.channel.clone()).unwrap_or_default()
    }

    fn channels<'s>(&self, package: &str, seats: Vec<Seat>) -> Vec<Channel<'s>> {
        let mut channels: Vec<Channel<'s>> = Vec::new();
        for seat in seats {
            let entry = Entry {
                name: seat.bundle.into(),
                replaces: seat.replaces.into(),
                skips: seat.skips.into_iter().map(Into::into).collect(),
                skip_range: "".into(),
            };
            match channels.iter_mut().find(|channel| channel.name == seat.channel.as_str()) {
                Some(channel) => channel.entries.get_or_insert_default().push(entry),
                None => channels.push(Channel {
                    name: seat.channel.into(),
                    package: owned(package),
                    entries: Some(vec![entry]),
                    properties: Vec::new(),
                    origin: self.place.key(ARCHETYPES[seat.archetype]).key("bundles"),
                }),
            }
        }
        channels.sort_by(|a, b| a.name.cmp(&b.name));
        channels
    }
}

fn channel_name(archetype: usize, span: Span, version: &Version) -> String {
    let name = ARCHETYPES[archetype];
    match span {
        Span::Major => format!("{name}-v{}", version.major),
        Span::Minor => format!("{name}-v{}.{}", version.major, version.minor),
    }
}

/// Sets the edges: only the highest patch of each minor gets any. It replaces the highest patch of
/// the minor before, and skips all other lower versions of its major. The walk is opm's.
fn link(seats: &mut [Seat]) {
    seats.sort_by(|a, b| {
        let key = |seat: &Seat| (seat.archetype, seat.span);
        key(a).cmp(&key(b)).then_with(|| a.version.precedence(&b.version))
    });
    let mut replaces = String::new();
    let mut skips: BTreeSet<String> = BTreeSet::new();
    let finalize = |seat: &mut Seat, replaces: &str, skips: &BTreeSet<String>| {
        seat.replaces = replaces.to_owned();
        seat.skips = skips.iter().filter(|skip| *skip != replaces).cloned().collect();
    };
    for index in 1..seats.len() {
        let [before, seat] = &mut seats[index - 1..=index] else { continue };
        let is_new_line = before.archetype != seat.archetype
            || before.span != seat.span
            || before.version.major != seat.version.major;
        let is_new_minor = is_new_line || before.version.minor != seat.version.minor;
        if is_new_minor {
            finalize(before, &replaces, &skips);
        }
        if is_new_line {
            skips.clear();
            replaces.clear();
        } else {
            if is_new_minor {
                replaces.clone_from(&before.bundle);
            }
            skips.insert(before.bundle.clone());
        }
    }
    if let [.., before, last] = seats
        && (before.archetype, before.span, before.version.major)
            == (last.archetype, last.span, last.version.major)
    {
        finalize(last, &replaces, &skips);
    }
}

/// Description and first icon of the CSV that a bundle carries, for the package.
fn presentation<'s>(blob: &BundleBlob<'_>) -> (String, Option<Icon<'s>>) {
    blob.with_csv(|csv| {
        let spec = csv.get("spec");
        let description =
            spec.and_then(|spec| spec.get("description")).and_then(Value::str).unwrap_or_default();
        let icon =
            spec.and_then(|spec| spec.get("icon")?.items().next()).filter(|icon| icon.kind() == Kind::Map);
        let icon = icon.and_then(|icon| {
            let data = icon.get("base64data").and_then(Value::str)?;
            let media_type = icon.get("mediatype").and_then(Value::str).unwrap_or_default();
            Some(Icon { data: Some(owned(data)), media_type: owned(media_type) })
        });
        (description.to_owned(), icon)
    })
    .unwrap_or_default()
}

/// Reads the fields, and reports what is wrong with them.
struct Reader<'r> {
    report: &'r mut Report,
}

impl Reader<'_> {
    fn finding(&mut self, place: Place, message: String, help: &str) {
        let mut finding = Diagnostic::new(&codes::INVALID_TEMPLATE, place, message);
        finding.help(help);
        self.report.push(finding);
    }

    fn refuse_unknown(&mut self, map: Value<'_, '_>, place: &Place, known: &[&str]) {
        for (key, _) in map.entries() {
            let key = key.text();
            if !known.iter().any(|known| known.eq_ignore_ascii_case(key)) {
                let help = format!("write one of: {}", known.join(", "));
                self.finding(place.name(key), format!("`{key}` is no field here"), &help);
            }
        }
    }

    fn flag(&mut self, root: Value<'_, '_>, place: &Place, key: &str) -> bool {
        let Some(value) = root.get_folded(key).filter(|value| !value.is_null()) else { return false };
        value.bool().unwrap_or_else(|| {
            self.finding(place.key(key), format!("`{key}` is not a boolean"), "write `true` or `false`");
            false
        })
    }

    /// Reads `<archetype>: {bundles: [{image: ...}]}`.
    fn bundles(&mut self, root: Value<'_, '_>, place: &Place, archetype: &str) -> Vec<Reference> {
        let Some(map) = root.get_folded(archetype).filter(|value| !value.is_null()) else {
            return Vec::new();
        };
        let place = place.key(archetype);
        if map.kind() != Kind::Map {
            let message = format!("`{archetype}` is not a mapping");
            self.finding(place, message, "write `bundles:` below it, a list of `image: ...`");
            return Vec::new();
        }
        self.refuse_unknown(map, &place, &["bundles"]);
        let Some(list) = map.get_folded("bundles").filter(|value| !value.is_null()) else {
            return Vec::new();
        };
        let place = place.key("bundles");
        if list.kind() != Kind::List {
            self.finding(place, "`bundles` is not a list".to_owned(), "write `- image: ...` for each bundle");
            return Vec::new();
        }
        let mut references = Vec::new();
        for (index, item) in list.items().enumerate() {
            let place = place.index(index);
            self.refuse_unknown(item, &place, &["image"]);
            match item.get_folded("image").and_then(Value::str).filter(|image| !image.is_empty()) {
                Some(image) => {
                    references.push(Reference { image: image.to_owned(), place: place.key("image") })
                }
                None => {
                    self.finding(place, "a bundle without `image`".to_owned(), "write `- image: <reference>`")
                }
            }
        }
        references
    }
}
