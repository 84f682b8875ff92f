//! Reads FBC: a stream of YAML or JSON blobs becomes a [`Catalog`], faults and all.
//!
//! Follows opm's loader (`alpha/declcfg/load.go`): keys fold in case, unknown fields are dropped,
//! of duplicate keys the last wins. Unlike opm it goes on after a fault, and says where it is.

use rayon::prelude::*;

use super::fields::Fields;
use super::{
    BUNDLE_OBJECT, BundleBlob, Catalog, Channel, Deprecation, Deprecations, Entry, Icon, Meta, Package,
    Property, Raw, RelatedImage, shape,
};
use crate::diag::{Diagnostic, Report, codes};
use crate::text::{Fault, FileId, Kind, Place, Sources, Tree, Value, duplicate_keys, json, scan, yaml};

/// How a blob looks once it is read: compact, keys sorted, numbers as Go's doubles.
pub const CANONICAL: json::Style = json::Style { indent: 0, sort: true, escape_html: false, doubles: true };

/// Reads a file of FBC. What cannot be read is a finding, and the rest is read all the same.
pub fn read<'s>(sources: &'s Sources, file: FileId, report: &mut Report) -> Catalog<'s> {
    let source = sources.get(file);
    if let Some(offset) = source.invalid_utf8() {
        // What follows would be about letters that the user did not write.
        report.push(Diagnostic::invalid_utf8(file, offset));
        return Catalog::default();
    }
    let text = source.text();
    let mut catalog = Catalog::default();
    let first = text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']);
    let mut start = 0;
    if first.starts_with('{') {
        match json_stream(text, text.len() - first.len(), file, report, &mut catalog) {
            Ok(rest) => start = rest,
            Err(fault) => {
                report.push(Diagnostic::from_fault(&codes::INVALID_YAML, file, fault));
                return catalog;
            }
        }
    }
    match yaml::documents(&text[start..]) {
        Ok(documents) => {
            let blobs: Vec<_> = (documents.into_par_iter())
                .filter(|part| part.has_content)
                .map(|part| {
                    let bytes = part.bytes.start + start..part.bytes.end + start;
                    let mut report = Report::default();
                    let place = Place::document(file, bytes.clone());
                    let lines = Lines { text, are_plain: true };
                    let fast = yaml::read_fast(text, bytes.clone());
                    let read = fast.map_or_else(
                        || {
                            yaml::read_general(text, bytes)
                                .map(|tree| (tree, Lines { are_plain: false, ..lines }))
                        },
                        |tree| Ok((tree, lines)),
                    );
                    let blob = match read {
                        Ok((tree, lines)) => document(&tree, &lines, place, &mut report),
                        Err(fault) => {
                            report.push(Diagnostic::from_fault(&codes::INVALID_YAML, file, fault));
                            None
                        }
                    };
                    (blob, report)
                })
                .collect();
            for (blob, faults) in blobs {
                report.append(faults);
                catalog.extend(blob);
            }
        }
        Err(mut fault) => {
            fault.span = fault.span.start + start..fault.span.end + start;
            report.push(Diagnostic::from_fault(&codes::INVALID_YAML, file, fault));
        }
    }
    catalog
}

/// Reads the JSON values at the start of a text and returns where YAML takes over: opm tries JSON
/// first and reads the rest as YAML if at most one object came before what is no JSON.
fn json_stream<'s>(
    text: &'s str,
    mut at: usize,
    file: FileId,
    report: &mut Report,
    catalog: &mut Catalog<'s>,
) -> Result<usize, Fault> {
    let mut read = 0;
    loop {
        let rest = text[at..].trim_start_matches([' ', '\t', '\r', '\n']);
        let start = text.len() - rest.len();
        if rest.is_empty() {
            return Ok(text.len());
        }
        match json::read_prefix(text, start) {
            Ok((tree, end)) => {
                let lines = Lines { text, are_plain: true };
                catalog.extend(document(&tree, &lines, Place::document(file, start..end), report));
                (at, read) = (end, read + 1);
            }
            Err(_) if read <= 1 => return Ok(start),
            Err(fault) => return Err(fault),
        }
    }
}

/// A blob of any schema.
enum Blob<'s> {
    Package(Package<'s>),
    Channel(Channel<'s>),
    Bundle(BundleBlob<'s>),
    Deprecations(Deprecations<'s>),
    Other(Meta<'s>),
}

impl<'s> Catalog<'s> {
    fn extend(&mut self, blob: Option<Blob<'s>>) {
        match blob {
            None => {}
            Some(Blob::Package(package)) => self.packages.push(package),
            Some(Blob::Channel(channel)) => self.channels.push(channel),
            Some(Blob::Bundle(bundle)) => self.bundles.push(bundle),
            Some(Blob::Deprecations(deprecations)) => self.deprecations.push(deprecations),
            Some(Blob::Other(meta)) => self.others.push(meta),
        }
    }

    /// Adds a blob that stands inside another document, such as a template. What cannot be read is a
    /// finding.
    pub fn read_blob(&mut self, value: Value<'_, 's>, place: &Place, report: &mut Report) {
        let lines = Lines { text: "", are_plain: false };
        self.extend(blob(value, &lines, place.clone(), report));
    }

    /// Adds all blobs of another catalog behind those of this one.
    pub fn append(&mut self, other: Catalog<'s>) {
        self.packages.extend(other.packages);
        self.channels.extend(other.channels);
        self.bundles.extend(other.bundles);
        self.deprecations.extend(other.deprecations);
        self.others.extend(other.others);
    }
}

/// Reads the blob that is a document of its own.
fn document<'s>(tree: &Tree<'s>, lines: &Lines<'s>, place: Place, report: &mut Report) -> Option<Blob<'s>> {
    let root = tree.root().filter(|root| !root.is_null())?;
    for duplicate in duplicate_keys(root) {
        report.push(Diagnostic::duplicate_key(place.file, &duplicate));
    }
    blob(root, lines, place, report)
}

fn blob<'s>(root: Value<'_, 's>, lines: &Lines<'s>, place: Place, report: &mut Report) -> Option<Blob<'s>> {
    if root.kind() != Kind::Map {
        let mut finding =
            Diagnostic::new(&codes::MISSING_SCHEMA, place, "a blob is a mapping, and this is none");
        finding.help("keep files that are no catalog out with `.indexignore`");
        report.push(finding);
        return None;
    }
    let mut fields = Fields::new(root, &place, report);
    fields.refuse_ambiguous_keys();
    let schema = fields.str("schema");
    if schema.is_empty() {
        let mut finding = Diagnostic::new(&codes::MISSING_SCHEMA, place, "a blob without `schema`");
        finding.help("add `schema: olm.package`, `olm.channel`, `olm.bundle` or `olm.deprecations`, or keep the file out with `.indexignore`");
        report.push(finding);
        return None;
    }
    let (name, package) = (fields.str("name"), fields.str("package"));
    Some(match schema.as_ref() {
        "olm.package" => Blob::Package(Package {
            name,
            default_channel: fields.str("defaultChannel"),
            icon: fields
                .map("icon")
                .map(|mut icon| Icon { data: icon.base64("base64data"), media_type: icon.str("mediatype") }),
            description: fields.str("description"),
            properties: properties(&mut fields, lines),
            origin: place.clone(),
        }),
        "olm.channel" => Blob::Channel(Channel {
            name,
            package,
            entries: fields.maps("entries", |entry| Entry {
                name: entry.str("name"),
                replaces: entry.str("replaces"),
                skips: entry.strs("skips"),
                skip_range: entry.str("skipRange"),
            }),
            properties: properties(&mut fields, lines),
            origin: place.clone(),
        }),
        "olm.bundle" => Blob::Bundle(BundleBlob {
            name,
            package,
            image: fields.str("image"),
            properties: properties(&mut fields, lines),
            related_images: fields
                .maps("relatedImages", |image| RelatedImage {
                    name: image.str("name"),
                    image: image.str("image"),
                })
                .unwrap_or_default(),
            origin: place.clone(),
        }),
        "olm.deprecations" => Blob::Deprecations(Deprecations {
            package,
            entries: fields.maps("entries", |entry| {
                let message = entry.str("message");
                let reference = entry
                    .map("reference")
                    .map(|mut reference| (reference.str("schema"), reference.str("name")));
                let (schema, name) = reference.unwrap_or_default();
                Deprecation { schema, name, message }
            }),
            origin: place.clone(),
        }),
        _ => {
            let blob = canonical(root);
            Blob::Other(Meta { schema, package, blob, origin: place.clone() })
        }
    })
}

fn properties<'s>(fields: &mut Fields<'_, 's, '_>, lines: &Lines<'s>) -> Vec<Property<'s>> {
    fields
        .maps("properties", |property| {
            let kind = property.str("type");
            let value = property.get("value").map(|value| property_value(&kind, value, lines));
            Property { kind, value }
        })
        .unwrap_or_default()
}

/// Takes a property's value: a manifest's text and a plain mapping are borrowed, anything else becomes
/// compact JSON.
fn property_value<'s>(kind: &str, value: Value<'_, 's>, lines: &Lines<'s>) -> Raw<'s> {
    if kind == BUNDLE_OBJECT {
        let mut entries = value.entries();
        if let (Some((key, data)), None) = (entries.next(), entries.next())
            && key.text() == "data"
            && let Some(text) = data.str()
            && scan::find(text.as_bytes(), needs_escape).is_none()
        {
            return Raw::Data(data.cow());
        }
    }
    if let Some(text) = lines.of(value)
        && shape::fits(kind, value)
    {
        return Raw::Source(text);
    }
    canonical(value)
}

/// The text that a tree was read from.
#[derive(Clone, Copy)]
struct Lines<'s> {
    text: &'s str,
    /// Whether parts of it can be read by themselves, without anchors or directives elsewhere.
    are_plain: bool,
}

impl<'s> Lines<'s> {
    /// Returns the text of a mapping, if reading it alone gives the same tree, and if this tree is
    /// written the same whether or not its numbers become doubles in between.
    fn of(&self, value: Value<'_, 's>) -> Option<&'s str> {
        let span = value.span();
        if !self.are_plain || value.kind() != Kind::Map || span.is_empty() || !value.has_small_numbers() {
            return None;
        }
        if self.text[span.clone()].starts_with('{') {
            return Some(&self.text[span]);
        }
        let start = self.text[..span.start].rfind('\n').map_or(0, |newline| newline + 1);
        // Blank lines behind a block may belong to its last text.
        let rest = &self.text[span.end..];
        let blank = rest.len() - rest.trim_start_matches([' ', '\n']).len();
        let end = span.end + rest[..blank].rfind('\n')? + 1;
        let has_own_line = self.text[start..span.start].bytes().all(|byte| byte == b' ');
        has_own_line.then(|| &self.text[start..end])
    }
}

/// Whether a byte is not written in JSON as it is.
fn needs_escape(byte: u8) -> bool {
    !(0x20..=0x7e).contains(&byte) | (byte == b'"') | (byte == b'\\')
}

fn canonical<'s>(value: Value<'_, 's>) -> Raw<'s> {
    let mut out = String::with_capacity(value.span().len());
    json::write(value, CANONICAL, &mut out);
    out.shrink_to_fit();
    Raw::Json(out.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::{Format, write};

    /// Values of `olm.csv.metadata`, as they stand behind `value:`, and whether they stay as they are.
    const VALUES: [(&str, bool); 11] = [
        ("\n    displayName: a\n    description: b\n", true),
        ("\n    description: |+\n      kept\n\n\n", true),
        ("\n    description: |\n      clipped\n\n  # a comment\n", true),
        ("\n    # a comment\n    keywords:\n    - x: \n\n", false),
        ("\n    keywords:\n    - 'it''s'\n    - \"a\\\n      b\"\n    - more\n      lines\n", true),
        ("\n    annotations:\n      b: x\n      a10: x\n      a9: x\n      a9: z\n", true),
        (
            "\n    crdDescriptions:\n      owned:\n      - name: a\n        statusDescriptors:\n        - path: b\n          value: 12\n",
            true,
        ),
        (
            "\n    crdDescriptions:\n      owned:\n      - name: a\n        statusDescriptors:\n        - path: b\n          value: 12345678901234567890\n",
            false,
        ),
        ("\n    displayName: 1\n", false),
        (" {displayName: a}\n", false),
        (" {}\n", true),
    ];

    #[test]
    fn what_stays_as_it_is_spelled_is_written_like_what_does_not() {
        for (value, stays) in VALUES {
            for after in ["", "  name: behind\n", "- type: olm.other\n  value: 1\n", "name: x\n", "---\n{}\n"]
            {
                let text = format!(
                    "schema: olm.bundle\nproperties:\n- type: olm.csv.metadata\n  value:{value}{after}"
                );
                let sources = Sources::default();
                let file = sources.add("catalog.yaml", text.clone().into_bytes());
                let mut catalog = read(&sources, file, &mut Report::default());
                let tree = yaml::read_general(&text, 0..text.find("---").unwrap_or(text.len())).unwrap();
                let root = tree.root().unwrap();
                let value = root.get("properties").unwrap().items().next().unwrap().get("value").unwrap();

                let read = catalog.bundles[0].properties[0].value.clone().unwrap();
                assert_eq!(matches!(read, Raw::Source(_)), stays, "{text}");
                assert_eq!(Raw::Json(read.to_json()), canonical(value), "{text}");
                let written = [Format::Yaml, Format::Json].map(|format| write(&catalog, format));
                catalog.bundles[0].properties[0].value = Some(canonical(value));
                assert_eq!(written, [Format::Yaml, Format::Json].map(|format| write(&catalog, format)));
            }
        }
    }
}
