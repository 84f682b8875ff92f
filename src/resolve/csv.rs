//! What the rest of OLM looks at once a bundle is chosen: its CSV, its size.

use super::state::Group;
use crate::catalog::version::Version;
use crate::catalog::{BundleBlob, CSV_METADATA};
use crate::text::Value;

/// What a CSV says of where it can run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Terms {
    /// The install modes that it supports.
    pub modes: Vec<String>,
    /// The oldest Kubernetes; empty when unset.
    pub min_kube_version: String,
    /// Whether it serves an API by an APIService of its own.
    pub has_api_services: bool,
    /// Whether it has webhooks; false where the catalog carries no manifests to tell.
    pub has_webhooks: bool,
}

impl Terms {
    /// Reads the terms of a bundle; none if the catalog carries neither its CSV nor what consoles show of it.
    pub fn read(blob: &BundleBlob<'_>) -> Option<Self> {
        let metadata = blob.properties.iter().find(|property| property.kind == CSV_METADATA);
        if let Some(value) = metadata.and_then(|property| property.value.as_ref()) {
            return value.tree().ok()?.root().map(|root| Terms::of(root, "apiServiceDefinitions"));
        }
        blob.with_csv(|csv| csv.get("spec").map(Terms::of_csv)).flatten()
    }

    /// Reads the terms of the `spec` of a CSV.
    pub fn of_csv(spec: Value<'_, '_>) -> Self {
        Terms::of(spec, "apiservicedefinitions")
    }

    /// Reads the terms of `spec`, or of what consoles show of it, which names one field otherwise.
    fn of(spec: Value<'_, '_>, api_services: &str) -> Self {
        let list = |value: Option<Value<'_, '_>>| value.is_some_and(|list| list.items().next().is_some());
        let modes = spec.get("installModes").into_iter().flat_map(Value::items);
        let supported = modes.filter(|mode| mode.get("supported").and_then(Value::bool) == Some(true));
        Terms {
            modes: supported.filter_map(|mode| mode.get("type")?.str().map(str::to_owned)).collect(),
            min_kube_version: spec.get("minKubeVersion").and_then(Value::str).unwrap_or_default().to_owned(),
            has_api_services: list(spec.at(&[api_services, "owned"])),
            has_webhooks: list(spec.get("webhookdefinitions")),
        }
    }

    /// Returns whether an install mode is supported.
    pub fn supports(&self, mode: &str) -> bool {
        self.modes.iter().any(|supported| supported == mode)
    }

    /// Says, in OLM's words, why the CSV would fail in an OperatorGroup (`UnsupportedOperatorGroup`); none if it
    /// would not.
    pub fn misfit(&self, group: &Group) -> Option<String> {
        let mode = group.modes().into_iter().find(|mode| !self.supports(mode))?;
        let what = match mode {
            "AllNamespaces" => "all namespaces".to_owned(),
            "OwnNamespace" => "own namespace".to_owned(),
            "SingleNamespace" => "one namespace".to_owned(),
            _ => format!("{} namespaces", group.targets.len()),
        };
        Some(format!("{mode} InstallModeType not supported, cannot configure to watch {what}"))
    }

    /// Says, in OLM's words, why the CSV would wait for ever on a cluster of this version; none if it would not.
    pub fn too_old(&self, kubernetes: &Version) -> Option<String> {
        if self.min_kube_version.is_empty() {
            return None;
        }
        let Ok(least) = Version::parse(&self.min_kube_version) else {
            return Some(format!("minKubeVersion {} is not a version", self.min_kube_version));
        };
        least.precedence(kubernetes).is_gt().then(|| {
            format!(
                "CSV version requirement not met: minKubeVersion ({least}) > server version ({kubernetes})"
            )
        })
    }
}

/// Returns the bytes that a bundle without image takes in an InstallPlan, at least: each manifest stands there as a text
/// in JSON, beside what names it. Not counted is what OLM makes of the permissions of the CSV.
pub fn plan_bytes(blob: &BundleBlob<'_>) -> usize {
    const STEP: usize = 300;
    let escaped = |text: &[u8]| text.iter().filter(|byte| matches!(byte, b'"' | b'\\' | b'\n')).count();
    blob.manifests(&[]).map(|(_, manifest)| manifest.len() + escaped(&manifest) + STEP).sum()
}
