//! What the script knows: the facts of bundles and upgrades. Texts that come again and again, as permissions and images
//! do from version to version, are there once, and named by number.

use std::collections::HashMap;
use std::io::{self, Write};

use serde::Serialize;

use super::content::{Bundle, Channel, Content};
use crate::compare::{BundleChange, grouped};
use crate::drawing::Mark;
use crate::text::clean;

/// The data of the page.
#[derive(Debug, Serialize)]
struct Data {
    words: Vec<String>,
    bundles: Vec<Facts>,
    upgrades: Vec<Upgrade>,
    channels: Vec<Rows>,
}

type Word = usize;

#[derive(Debug, Serialize)]
struct Facts {
    name: Word,
    package: Word,
    version: Word,
    title: Word,
    provider: Word,
    maturity: Word,
    kubernetes: Word,
    image: Word,
    /// Name and reference.
    images: Vec<(Word, Word)>,
    modes: Vec<Word>,
    /// Name and versions.
    crds: Vec<(Word, Word)>,
    may: Vec<Word>,
    findings: Vec<usize>,
    manifests: bool,
    /// How it differs from what the older catalog has.
    change: Option<Word>,
}

#[derive(Debug, Serialize)]
struct Upgrade {
    /// Name, and how it differs.
    crds: Vec<(Word, Word)>,
    harms: Vec<Word>,
    granted: Vec<Word>,
    revoked: Vec<Word>,
    added: Vec<Word>,
    removed: Vec<Word>,
    manifests: bool,
}

/// A channel. Rows are those of its picture.
#[derive(Debug, Serialize)]
struct Rows {
    package: Word,
    name: Word,
    entries: Vec<Entry>,
    /// To, kind, the first row and the one behind the last, and whether OLM v0 ignores it.
    edges: Vec<(usize, Word, usize, usize, bool)>,
    /// From, to and the number of the upgrade.
    upgrades: Vec<(usize, usize, usize)>,
}

#[derive(Debug, Serialize)]
struct Entry {
    name: Word,
    label: Word,
    bundle: Option<usize>,
    next: Option<usize>,
    marks: Vec<Word>,
    faults: Vec<Word>,
    deprecation: Word,
    range: Word,
}

/// Texts, each once.
#[derive(Debug, Default)]
struct Words {
    all: Vec<String>,
    known: HashMap<String, Word>,
}

impl Words {
    /// Returns the number of a text, made fit to be shown.
    fn of(&mut self, text: &str) -> Word {
        let text = clean(text);
        if let Some(&word) = self.known.get(text.as_ref()) {
            return word;
        }
        self.all.push(text.to_string());
        self.known.insert(text.into_owned(), self.all.len() - 1);
        self.all.len() - 1
    }

    fn all<'t>(&mut self, texts: impl IntoIterator<Item = &'t String>) -> Vec<Word> {
        texts.into_iter().map(|text| self.of(text)).collect()
    }

    fn bundle(&mut self, bundle: &Bundle<'_>) -> Facts {
        let (blob, facts) = (bundle.blob, &bundle.facts);
        let related = blob.related_images.iter();
        Facts {
            name: self.of(&blob.name),
            package: self.of(&blob.package),
            version: self.of(&bundle.version),
            title: self.of(&facts.title),
            provider: self.of(&facts.provider),
            maturity: self.of(&facts.maturity),
            kubernetes: self.of(&facts.terms.min_kube_version),
            image: self.of(&blob.image),
            images: related.map(|related| (self.of(&related.name), self.of(&related.image))).collect(),
            modes: self.all(&facts.terms.modes),
            crds: facts.crds.iter().map(|(name, versions)| (self.of(name), self.of(versions))).collect(),
            may: self.all(&facts.permissions),
            findings: bundle.findings.clone(),
            manifests: facts.has_manifests,
            change: bundle.change.map(|change| self.of(&change.to_string())),
        }
    }

    fn upgrade(&mut self, change: &BundleChange) -> Upgrade {
        let crds = change.crds.iter();
        Upgrade {
            crds: crds.map(|(name, change)| (self.of(name), self.of(&change.to_string()))).collect(),
            harms: change.harms.iter().map(|harm| self.of(&harm.to_string())).collect(),
            granted: self.all(&grouped(&change.granted)),
            revoked: self.all(&grouped(&change.revoked)),
            added: self.all(&change.images_added),
            removed: self.all(&change.images_removed),
            manifests: change.has_manifests,
        }
    }

    fn channel(&mut self, channel: &Channel) -> Rows {
        let picture = &channel.picture;
        let rows = picture.entries.iter().zip(&channel.bundles);
        let entries = rows.map(|(entry, &bundle)| {
            let marks = |is_fault: bool| entry.marks.iter().filter(move |mark| mark.is_fault() == is_fault);
            Entry {
                name: self.of(&entry.name),
                label: self.of(entry.label()),
                bundle,
                next: entry.next.filter(|_| !entry.is(Mark::Absent)),
                marks: marks(false).map(|mark| self.of(mark.words())).collect(),
                faults: marks(true).map(|mark| self.of(mark.words())).collect(),
                deprecation: self.of(&entry.deprecation),
                range: self.of(&entry.skip_range),
            }
        });
        let entries = entries.collect();
        let edges = picture.edges.iter().map(|edge| {
            (edge.to, self.of(edge.kind.name()), edge.from.start, edge.from.end, edge.is_ignored)
        });
        let edges = edges.collect();
        let upgrades = channel.upgrades.iter().map(|step| (step.from, step.to, step.upgrade)).collect();
        Rows { package: self.of(&picture.package), name: self.of(&picture.channel), entries, edges, upgrades }
    }
}

/// Writes the data as JSON that can stand in a `script` element: nothing in it ends the element, or begins a comment.
pub(super) fn write(content: &Content<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut words = Words::default();
    let channels = content.packages.iter().flat_map(|package| &package.channels);
    let mut data = Data {
        words: Vec::new(),
        bundles: content.bundles.iter().map(|bundle| words.bundle(bundle)).collect(),
        upgrades: content.upgrades.iter().map(|change| words.upgrade(change)).collect(),
        channels: channels.map(|channel| words.channel(channel)).collect(),
    };
    data.words = words.all;
    let json = serde_json::to_string(&data).map_err(io::Error::other)?;
    out.write_all(escaped(&json).as_bytes())
}

/// Writes what HTML would read as markup as JSON writes it otherwise.
fn escaped(json: &str) -> String {
    json.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_ends_no_element() {
        let text = "</script><!--<script>&amp;\u{2028}";
        let mut words = Words::default();
        let word = words.of(text);
        let json = escaped(&serde_json::to_string(&words.all).unwrap());
        assert!(!json.contains(['<', '>', '&', '\u{2028}']), "{json}");
        let read: Vec<String> = serde_json::from_str(&json).unwrap();
        assert_eq!(read[word], "</script><!--<script>&amp;\u{fffd}");
        assert_eq!(words.of(text), word);
    }
}
