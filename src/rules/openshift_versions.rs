//! Which OpenShift a bundle is for: an annotation of the bundle, and a property.

use super::BundleView;
use super::declared::{PROPERTIES, csv_properties, properties};
use crate::text::{Kind, Place};

/// The annotation that says in which catalogs of OpenShift a bundle is to be.
pub(super) const OPENSHIFT_VERSIONS: &str = "com.redhat.openshift.versions";

/// Reads `v4.12`, `=v4.12` or `v4.12-v4.16`: the second numbers of the first and the last version, which
/// is none for "and later".
pub(super) fn openshift_range(text: &str) -> Option<(u32, Option<u32>)> {
    if let Some(only) = text.strip_prefix('=') {
        let only = version(only)?;
        return Some((only, Some(only)));
    }
    match text.split_once('-') {
        Some((first, last)) => {
            let (first, last) = (version(first)?, version(last)?);
            (first <= last).then_some((first, Some(last)))
        }
        None => version(text).map(|first| (first, None)),
    }
}

fn version(text: &str) -> Option<u32> {
    let digits = text.trim().strip_prefix("v4.")?;
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok()).flatten()
}

/// Returns every property `olm.maxOpenShiftVersion`: where it is, and its second number, or why it has none.
pub(super) fn max_openshift_versions(
    view: &BundleView<'_>,
) -> impl Iterator<Item = (Place, Result<u32, String>)> {
    const MAX: &str = "olm.maxOpenShiftVersion";
    let mut found = Vec::new();
    for property in properties(view).filter(|property| property.text(&["type"]) == MAX) {
        let Some(value) = property.get("value").filter(|value| !value.value.is_null()) else { continue };
        let text = value.value.text();
        let limit = match value.value.kind() {
            Kind::Str => limit(text),
            _ => Err(format!("`{text}` is not in quotes, and a number loses its zeros")),
        };
        found.push((value.place(), limit));
    }
    if let (Some(at), Some(Ok(in_csv))) = (view.contents.annotation(PROPERTIES), csv_properties(view)) {
        let limits = in_csv.iter().filter(|(kind, _)| kind == MAX);
        found.extend(limits.map(|(_, text)| (at.place(), limit(text))));
    }
    found.into_iter()
}

fn limit(text: &str) -> Result<u32, String> {
    let mut parts = text.split('.');
    let (major, minor, patch) = (parts.next(), parts.next(), parts.next());
    let minor = minor.and_then(|minor| minor.parse().ok());
    match (major.map(|major| major.trim_start_matches('v')), minor, patch) {
        (Some("4"), Some(minor), None | Some("0")) => Ok(minor),
        (Some("4"), Some(_), Some(_)) => Err(format!("`{text}` has a patch number, which no limit may have")),
        _ => Err(format!("`{text}` is no version of OpenShift 4")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_have_ends() {
        assert_eq!(openshift_range("v4.12"), Some((12, None)));
        assert_eq!(openshift_range("=v4.12"), Some((12, Some(12))));
        assert_eq!(openshift_range("v4.6-v4.8"), Some((6, Some(8))));
        for bad in ["", "4.12", "v4", "v4.8-v4.6", "v4.x", "v4.+1", "~v4.6", "v5.1"] {
            assert_eq!(openshift_range(bad), None, "{bad}");
        }
        assert_eq!([limit("4.8"), limit("4.8.0")], [Ok(8), Ok(8)]);
        assert!(limit("4.8.1").is_err() && limit("").is_err());
    }
}
