//! Rules of OpenShift and its certification.

mod contradicting_max_openshift_version;
mod invalid_max_openshift_version;
mod invalid_openshift_versions;
mod invalid_valid_subscription;
mod legacy_infrastructure_features;
mod long_package_name;
mod missing_feature_annotation;
mod missing_max_openshift_version;
mod missing_openshift_versions;
mod unmet_minimum_kube_version;
mod wrong_marketplace_workflow;

use super::Rule;

pub(super) const RULES: &[&Rule] = &[
    &contradicting_max_openshift_version::RULE,
    &invalid_max_openshift_version::RULE,
    &invalid_openshift_versions::RULE,
    &invalid_valid_subscription::RULE,
    &legacy_infrastructure_features::RULE,
    &long_package_name::RULE,
    &missing_feature_annotation::RULE,
    &missing_max_openshift_version::RULE,
    &missing_openshift_versions::RULE,
    &unmet_minimum_kube_version::RULE,
    &wrong_marketplace_workflow::RULE,
];
