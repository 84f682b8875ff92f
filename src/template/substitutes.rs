//! The template `olm.template.substitutes`: a catalog, and bundles that take the places of others in its
//! upgrade graphs (opm-spec 6.4, `alpha/template/substitutes`).

use std::collections::HashMap;

use super::{Reference, entries, owned};
use crate::catalog::{BundleBlob, Catalog, Channel, Entry};
use crate::diag::{Diagnostic, Report, codes};
use crate::text::{Kind, Place, Value};

/// An `olm.template.substitutes` template.
#[derive(Debug)]
pub struct Substitutes<'s> {
    given: Catalog<'s>,
    substitutions: Vec<Substitution>,
}

/// A bundle, and the name of the one whose place it takes.
#[derive(Debug)]
struct Substitution {
    substitute: Reference,
    base: String,
    place: Place,
}

impl<'s> Substitutes<'s> {
    pub(super) fn read(root: Value<'_, 's>, place: &Place, report: &mut Report) -> Option<Self> {
        let mut faults = Report::default();
        let mut given = Catalog::default();
        for (entry, place) in entries(root, place, &mut faults) {
            given.read_blob(entry, &place, &mut faults);
        }
        let substitutions = substitutions(root, &place.key("substitutions"), &mut faults);
        let is_sound = !faults.has_errors();
        report.append(faults);
        is_sound.then_some(Substitutes { given, substitutions })
    }

    pub(super) fn references(&self) -> impl Iterator<Item = &Reference> {
        self.substitutions.iter().map(|substitution| &substitution.substitute)
    }

    pub(super) fn given(&self) -> &Catalog<'s> {
        &self.given
    }

    pub(super) fn expand(
        self,
        bundles: &HashMap<String, BundleBlob<'s>>,
        report: &mut Report,
    ) -> Catalog<'s> {
        let mut catalog = self.given;
        for Substitution { substitute, base, place } in &self.substitutions {
            let Some(bundle) = bundles.get(&substitute.image) else { continue };
            let Some(old) = catalog.bundles.iter().find(|bundle| bundle.name == *base) else {
                let message = format!("no bundle is called `{base}`, so nothing can substitute for it");
                fault(place.key("base"), message, "name a bundle of `entries`", report);
                continue;
            };
            match (old.version_release(), bundle.version_release()) {
                (Ok(lower), Ok(higher)) if lower.precedence(&higher).is_lt() => {}
                (Ok(lower), Ok(higher)) => {
                    let message = format!(
                        "`{}` ({higher}) is not higher than `{base}` ({lower}), for which it substitutes",
                        bundle.name
                    );
                    fault(place.clone(), message, "give it a higher version or release", report);
                    continue;
                }
                (Err(why), _) => {
                    fault(place.key("base"), format!("bundle `{base}` {why}"), "mend its version", report);
                    continue;
                }
                (_, Err(why)) => {
                    let message = format!("bundle `{}` {why}", bundle.name);
                    fault(substitute.place.clone(), message, "mend its version", report);
                    continue;
                }
            }
            catalog.channels.iter_mut().for_each(|channel| substitute_in(channel, &bundle.name, base));
            catalog.bundles.push(bundle.clone());
        }
        catalog
    }
}

/// Gives the place of an entry to another: its edges, and those that lead to it.
fn substitute_in(channel: &mut Channel<'_>, substitute: &str, base: &str) {
    let Some(entries) = &mut channel.entries else { return };
    let mut seat = None;
    for entry in entries.iter_mut() {
        if entry.name == base {
            let mut skips = std::mem::take(&mut entry.skips);
            skips.push(owned(base));
            seat = Some(Entry {
                name: owned(substitute),
                replaces: std::mem::take(&mut entry.replaces),
                skips,
                skip_range: std::mem::take(&mut entry.skip_range),
            });
        } else if entry.replaces == base {
            entry.replaces = owned(substitute);
            entry.skips.push(owned(base));
        } else if entry.skips.iter().any(|skip| skip == base) {
            entry.skips.retain(|skip| skip != base);
            entry.skips.push(owned(substitute));
        }
    }
    entries.extend(seat);
}

fn fault(place: Place, message: String, help: &str, report: &mut Report) {
    let mut finding = Diagnostic::new(&codes::INVALID_TEMPLATE, place, message);
    finding.help(help);
    report.push(finding);
}

fn substitutions(root: Value<'_, '_>, place: &Place, report: &mut Report) -> Vec<Substitution> {
    let list = root.get_folded("substitutions").filter(|value| !value.is_null());
    let Some(list) = list else { return Vec::new() };
    if list.kind() != Kind::List {
        let message = "`substitutions` is not a list".to_owned();
        fault(place.clone(), message, "write `- name: <image>` and `base: <bundle>` for each", report);
        return Vec::new();
    }
    let mut found: Vec<Substitution> = Vec::new();
    for (index, item) in list.items().enumerate() {
        let place = place.index(index);
        let text = |key| item.get_folded(key).and_then(Value::str).unwrap_or_default();
        let (name, base) = (text("name"), text("base"));
        if name.is_empty() || base.is_empty() || name == base {
            let message = if name == base && !name.is_empty() {
                format!("`{name}` cannot substitute for itself")
            } else {
                format!("a substitution without `{}`", if name.is_empty() { "name" } else { "base" })
            };
            fault(
                place,
                message,
                "write `name`, the image, and `base`, the bundle whose place it takes",
                report,
            );
            continue;
        }
        let twice = found.iter().find(|other| other.base == base || other.substitute.image == name);
        if let Some(other) = twice {
            let what = if other.base == base { base } else { name };
            let mut finding = Diagnostic::new(
                &codes::INVALID_TEMPLATE,
                place.key(if other.base == base { "base" } else { "name" }),
                format!("`{what}` is in two substitutions"),
            );
            finding.label(other.place.clone(), "the first one").help("remove one of the two");
            report.push(finding);
            continue;
        }
        let substitute = Reference { image: name.to_owned(), place: place.key("name") };
        found.push(Substitution { substitute, base: base.to_owned(), place });
    }
    found
}
