//! APIs that Kubernetes has removed, and since when. Source: its deprecation guide.

use super::BundleView;
use super::kubernetes::{minor, minor_of_openshift};
use super::openshift_versions::{OPENSHIFT_VERSIONS, max_openshift_versions, openshift_range};
use crate::bundle::Object;

/// The table: group, version, kind, the version of Kubernetes that has it no more (its second number),
/// and the API version to use instead.
const TABLE: &str = include_str!("data/removed_apis.csv");

/// The removal of an API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Removal {
    /// The first Kubernetes without it, as its second number.
    pub(super) minor: u32,
    /// What to write instead, an `apiVersion`.
    pub(super) successor: &'static str,
}

/// Returns when an API was removed; none for one that is still there.
pub(super) fn removal(group: &str, version: &str, kind: &str) -> Option<Removal> {
    // Stable versions stay.
    if !version.contains("alpha") && !version.contains("beta") {
        return None;
    }
    TABLE.lines().skip(1).find_map(|line| {
        let mut cells = line.split(',');
        let is_it = (cells.next()?, cells.next()?, cells.next()?) == (group, version, kind);
        let removal = Removal { minor: cells.next()?.parse().ok()?, successor: cells.next()? };
        is_it.then_some(removal)
    })
}

/// Returns the objects of a bundle whose API was removed.
pub(super) fn removed_objects<'v, 'c>(
    view: &'v BundleView<'c>,
) -> impl Iterator<Item = (&'v Object<'c>, Removal)> + use<'v, 'c> {
    let objects = view.contents.objects.iter();
    objects.filter_map(|object| Some((object, removal(object.group, object.version, object.kind)?)))
}

/// Returns the last Kubernetes that a bundle says it is for, as its second number.
pub(super) fn latest(view: &BundleView<'_>) -> Option<u32> {
    let hub = view.contents.annotation("operatorhub.io/ui-metadata-max-k8s-version");
    let hub = hub.and_then(|at| minor(at.value.text()));
    let range = view.annotation(OPENSHIFT_VERSIONS).and_then(|at| openshift_range(at.value.text())?.1);
    let limit = max_openshift_versions(view).find_map(|(_, limit)| limit.ok());
    [hub, range.map(minor_of_openshift), limit.map(minor_of_openshift)].into_iter().flatten().min()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_can_be_read() {
        let rows: Vec<_> = TABLE.lines().skip(1).map(|line| line.split(',').collect::<Vec<_>>()).collect();
        assert!(rows.len() > 40 && rows.is_sorted());
        for row in rows {
            let found = removal(row[0], row[1], row[2]).expect("every row is found");
            assert!((16..=32).contains(&found.minor) && !found.successor.is_empty(), "{row:?}");
        }
        assert_eq!(removal("policy", "v1", "PodDisruptionBudget"), None);
        assert_eq!(removal("batch", "v1beta1", "CronJob").map(|removal| removal.minor), Some(25));
    }
}
