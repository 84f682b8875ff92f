//! The conversion webhooks of a ClusterServiceVersion.

use super::BundleView;
use crate::bundle::At;

/// Returns the webhooks of a CSV that convert CRDs.
pub(super) fn conversions<'v, 'c>(
    view: &'v BundleView<'c>,
) -> impl Iterator<Item = &'v At<'c>> + use<'v, 'c> {
    view.contents.webhooks.iter().filter(|webhook| webhook.text(&["type"]) == "ConversionWebhook")
}
