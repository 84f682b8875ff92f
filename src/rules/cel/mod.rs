//! Rules about CEL, the language of `x-kubernetes-validations` of CRDs.

mod costly_cel_rule;
mod invalid_cel_message;
mod invalid_cel_reason;
mod invalid_cel_rule;
mod too_new_cel;
mod unknown_cel_field;
mod unusable_cel_transition;

use super::Rule;

pub(super) const RULES: &[&Rule] = &[
    &costly_cel_rule::RULE,
    &invalid_cel_message::RULE,
    &invalid_cel_reason::RULE,
    &invalid_cel_rule::RULE,
    &too_new_cel::RULE,
    &unknown_cel_field::RULE,
    &unusable_cel_transition::RULE,
];
