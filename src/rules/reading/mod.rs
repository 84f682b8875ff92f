//! The faults that rooms below find while they read, listed so that they are rules like any other.

use super::{Check, Rule};
use crate::diag::codes;

pub(super) const RULES: &[&Rule] = &[
    &AMBIGUOUS_KEY,
    &DUPLICATE_KEY,
    &EMPTY_CATALOG,
    &INVALID_SETTINGS,
    &INVALID_SIGNATURE,
    &INVALID_TEMPLATE,
    &INVALID_UTF8,
    &INVALID_YAML,
    &MISNAMED_FILE,
    &MISPLACED_BUNDLE,
    &MISSING_SCHEMA,
    &STALE_BASELINE,
    &UNKNOWN_BUNDLE,
    &UNKNOWN_RULE,
    &UNLISTED_BUNDLE,
    &UNREADABLE_FILE,
    &UNREAD_DOCUMENT,
    &UNRENDERABLE_BUNDLE,
    &UNSIGNED_IMAGE,
    &UNUSED_EXCEPTION,
    &UNUSED_SETTING,
    &WRONG_FIELD_TYPE,
];

static AMBIGUOUS_KEY: Rule = Rule { code: codes::AMBIGUOUS_KEY, check: Check::Elsewhere };
static DUPLICATE_KEY: Rule = Rule { code: codes::DUPLICATE_KEY, check: Check::Elsewhere };
static EMPTY_CATALOG: Rule = Rule { code: codes::EMPTY_CATALOG, check: Check::Elsewhere };
static INVALID_SETTINGS: Rule = Rule { code: codes::INVALID_SETTINGS, check: Check::Elsewhere };
static INVALID_SIGNATURE: Rule = Rule { code: codes::INVALID_SIGNATURE, check: Check::Elsewhere };
static INVALID_TEMPLATE: Rule = Rule { code: codes::INVALID_TEMPLATE, check: Check::Elsewhere };
static INVALID_UTF8: Rule = Rule { code: codes::INVALID_UTF8, check: Check::Elsewhere };
static INVALID_YAML: Rule = Rule { code: codes::INVALID_YAML, check: Check::Elsewhere };
static MISNAMED_FILE: Rule = Rule { code: codes::MISNAMED_FILE, check: Check::Elsewhere };
static MISPLACED_BUNDLE: Rule = Rule { code: codes::MISPLACED_BUNDLE, check: Check::Elsewhere };
static MISSING_SCHEMA: Rule = Rule { code: codes::MISSING_SCHEMA, check: Check::Elsewhere };
static STALE_BASELINE: Rule = Rule { code: codes::STALE_BASELINE, check: Check::Elsewhere };
static UNKNOWN_BUNDLE: Rule = Rule { code: codes::UNKNOWN_BUNDLE, check: Check::Elsewhere };
static UNKNOWN_RULE: Rule = Rule { code: codes::UNKNOWN_RULE, check: Check::Elsewhere };
static UNLISTED_BUNDLE: Rule = Rule { code: codes::UNLISTED_BUNDLE, check: Check::Elsewhere };
static UNREADABLE_FILE: Rule = Rule { code: codes::UNREADABLE_FILE, check: Check::Elsewhere };
static UNREAD_DOCUMENT: Rule = Rule { code: codes::UNREAD_DOCUMENT, check: Check::Elsewhere };
static UNRENDERABLE_BUNDLE: Rule = Rule { code: codes::UNRENDERABLE_BUNDLE, check: Check::Elsewhere };
static UNSIGNED_IMAGE: Rule = Rule { code: codes::UNSIGNED_IMAGE, check: Check::Elsewhere };
static UNUSED_EXCEPTION: Rule = Rule { code: codes::UNUSED_EXCEPTION, check: Check::Elsewhere };
static UNUSED_SETTING: Rule = Rule { code: codes::UNUSED_SETTING, check: Check::Elsewhere };
static WRONG_FIELD_TYPE: Rule = Rule { code: codes::WRONG_FIELD_TYPE, check: Check::Elsewhere };
