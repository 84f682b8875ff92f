//! What differs between two catalogs, and who is left behind by it.

use super::blobs;
use super::bundle::Change;
use super::crds;
use super::difference::{Difference, Stranded, Why};
use crate::catalog::Catalog;
use crate::resolve::{End, Index, Ladder, Source, choosable};

/// Compares two catalogs.
pub fn catalogs(old: &Catalog<'_>, new: &Catalog<'_>) -> Difference {
    let mut difference = blobs::difference(old, new);
    upgrades(old, new, &mut difference);
    difference
}

/// Finds the heads that moved, and who is left behind.
fn upgrades(old: &Catalog<'_>, new: &Catalog<'_>, difference: &mut Difference) {
    let source = |index| [Source { name: String::new(), namespace: String::new(), priority: 0, index }];
    let (old, new) = (source(Index::new([old])), source(Index::new([new])));
    let (could, can) = (choosable(&old, 0), choosable(&new, 0));
    let (old, new) = (&old[0].index, &new[0].index);
    let changed = difference.bundles.iter().filter(|bundle| bundle.change == Change::Changed);
    let changed = changed.map(|bundle| (bundle.package.as_str(), bundle.name.as_str())).collect();
    difference.worse = crds::worse(old, new, &changed);
    let head = |index: &Index<'_>, ladder: &Ladder<'_, '_>| {
        ladder.first().map(|seat| index.seats[seat].entry.name.to_string()).unwrap_or_default()
    };
    for (at, lane) in old.channels.iter().enumerate() {
        let before = Ladder::new(old, at, &could);
        let after = new.lane(lane.package, lane.name).map(|at| Ladder::new(new, at, &can));
        let heads = (head(old, &before), after.as_ref().map(|after| head(new, after)).unwrap_or_default());
        if heads.0 != heads.1 && after.is_some() {
            difference.heads.push((lane.package.into(), lane.name.into(), heads.0, heads.1.clone()));
        }
        for rung in before.rungs.iter().filter(|rung| rung.is_listed && rung.end == End::Head) {
            let bundle = &old.bundles[rung.bundle];
            let why = match &after {
                None => Some(Why::NoChannel),
                Some(after) => match after.from(&bundle.blob.name, bundle.traits.version.as_ref()) {
                    (.., End::Head) => None,
                    (.., End::Stranded(_)) if heads.1 == bundle.blob.name => None,
                    (_, _, End::Failed(failure)) => Some(Why::Refused(failure.message)),
                    (None, ..) if heads.1.is_empty() => Some(Why::NoHead),
                    (None, _, End::Stranded(_)) => Some(Why::NoEdge(heads.1.clone())),
                    (_, _, End::Stranded(end)) => {
                        let end = end.map(|bundle| new.bundles[bundle].blob.name.to_string());
                        Some(Why::Short(end.unwrap_or_default(), heads.1.clone()))
                    }
                    (_, _, End::Circle) => Some(Why::Circle),
                },
            };
            difference.stranded.extend(why.map(|why| Stranded {
                package: lane.package.into(),
                channel: lane.name.into(),
                name: bundle.blob.name.to_string(),
                why,
            }));
        }
    }
}
