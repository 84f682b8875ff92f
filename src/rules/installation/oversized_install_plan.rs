use crate::catalog::{BUNDLE_OBJECT, BundleBlob};
use crate::diag::{Code, Level, Suite};
use crate::rules::{Check, Findings, InstallView, Rule, names};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "oversized-install-plan",
        summary: "bundles without image are too large to be installed together",
        suite: Suite::GoodPractices,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("oversized_install_plan.md"),
    },
    check: Check::Install(check),
};

/// What etcd takes in one request.
const LIMIT: usize = 3 << 19;

/// An install plan holds the manifests of bundles without image, and of those with one only references.
/// An installer that subscribes to several packages in one namespace gets them in one plan.
fn check(view: &InstallView<'_>, out: &mut Findings<'_>) {
    let together: Vec<Vec<&BundleBlob<'_>>> = match view.contract {
        Some(_) => vec![view.installed()],
        None => view.bundles().map(|blob| vec![blob]).collect(),
    };
    for blobs in together {
        let mut sizes: Vec<(usize, &BundleBlob<'_>)> =
            blobs.into_iter().filter(|blob| blob.image.is_empty()).map(|blob| (size(blob), blob)).collect();
        let sum: usize = sizes.iter().map(|(size, _)| size).sum();
        sizes.sort_by_key(|(size, _)| std::cmp::Reverse(*size));
        if let Some((_, largest)) = sizes.first()
            && sum > LIMIT
        {
            let names = names::list(sizes.iter().map(|(_, blob)| blob.name.as_ref()));
            let message =
                format!("the manifests of {names} have {sum} bytes, and an install plan takes {LIMIT}");
            out.report(largest.origin.clone(), message).help(
                "give the bundles an `image`, from which OLM takes the manifests, or strip descriptions",
            );
        }
    }
}

fn size(blob: &BundleBlob<'_>) -> usize {
    let objects = blob.properties.iter().filter(|property| property.kind == BUNDLE_OBJECT);
    objects.filter_map(|object| Some(object.value.as_ref()?.manifest()?.len())).sum()
}
