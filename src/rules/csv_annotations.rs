//! The words of a ClusterServiceVersion that are not in its schema.

/// The annotations of a CSV that OLM, a console or a hub reads.
pub(super) const ANNOTATIONS: &[&str] = &[
    "alm-examples",
    "capabilities",
    "categories",
    "certified",
    "containerImage",
    "createdAt",
    "features.operators.openshift.io/cnf",
    "features.operators.openshift.io/cni",
    "features.operators.openshift.io/csi",
    "features.operators.openshift.io/disconnected",
    "features.operators.openshift.io/fips-compliant",
    "features.operators.openshift.io/proxy-aware",
    "features.operators.openshift.io/tls-profiles",
    "features.operators.openshift.io/token-auth-aws",
    "features.operators.openshift.io/token-auth-azure",
    "features.operators.openshift.io/token-auth-gcp",
    "marketplace.openshift.io/remote-workflow",
    "marketplace.openshift.io/support-workflow",
    "olm.examples",
    "olm.properties",
    "olm.skipRange",
    "olm.substitutesFor",
    "operatorframework.io/cluster-monitoring",
    "operatorframework.io/initialization-resource",
    "operatorframework.io/suggested-namespace",
    "operatorframework.io/suggested-namespace-template",
    "operatorhub.io/ui-metadata-max-k8s-version",
    "operators.openshift.io/infrastructure-features",
    "operators.openshift.io/valid-subscription",
    "operators.operatorframework.io/internal-objects",
];

/// The install modes, by their type.
pub(super) const INSTALL_MODES: [&str; 4] =
    ["OwnNamespace", "SingleNamespace", "MultiNamespace", "AllNamespaces"];
