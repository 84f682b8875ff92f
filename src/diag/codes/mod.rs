//! The identities of faults that rooms below `rules` find while they read. `rules` lists them too,
//! so that they have a document, a level and a place in `explain` like any other.

use super::{Code, Level, Suite};

macro_rules! code {
    ($name:ident, $id:literal, $summary:literal, $suite:ident, $docs:literal) => {
        #[doc = $summary]
        pub static $name: Code = Code {
            id: $id,
            summary: $summary,
            suite: Suite::$suite,
            level: Level::Error,
            since: "0.1.0",
            docs: include_str!($docs),
        };
    };
}

code!(INVALID_UTF8, "invalid-utf8", "a file is not UTF-8", Required, "invalid_utf8.md");
code!(INVALID_YAML, "invalid-yaml", "a file is neither YAML nor JSON", Required, "invalid_yaml.md");
code!(DUPLICATE_KEY, "duplicate-key", "a mapping has a key twice", GoodPractices, "duplicate_key.md");
code!(
    AMBIGUOUS_KEY,
    "ambiguous-key",
    "a blob has two keys that differ only in case",
    Required,
    "ambiguous_key.md"
);
code!(EMPTY_CATALOG, "empty-catalog", "a catalog has no blobs", GoodPractices, "empty_catalog.md");
code!(MISSING_SCHEMA, "missing-schema", "a document in a catalog is no blob", Required, "missing_schema.md");
code!(
    WRONG_FIELD_TYPE,
    "wrong-field-type",
    "a field has a value of another type",
    Required,
    "wrong_field_type.md"
);
code!(UNREADABLE_FILE, "unreadable-file", "a file cannot be read", Required, "unreadable_file.md");
code!(
    UNREAD_DOCUMENT,
    "unread-document",
    "a file has a second document, which is not read",
    Required,
    "unread_document.md"
);
code!(INVALID_TEMPLATE, "invalid-template", "a template cannot be expanded", Required, "invalid_template.md");
code!(
    UNKNOWN_BUNDLE,
    "unknown-bundle",
    "a template names a bundle that is not there",
    Required,
    "unknown_bundle.md"
);
code!(
    INVALID_SETTINGS,
    "invalid-settings",
    "a setting is not what it should be",
    Required,
    "invalid_settings.md"
);
code!(
    UNKNOWN_RULE,
    "unknown-rule",
    "the settings name a rule that does not exist",
    Required,
    "unknown_rule.md"
);
code!(
    UNUSED_EXCEPTION,
    "unused-exception",
    "an exception excepts nothing",
    GoodPractices,
    "unused_exception.md"
);
code!(
    UNUSED_SETTING,
    "unused-setting",
    "the settings say something of a bundle that is not there",
    GoodPractices,
    "unused_setting.md"
);
code!(
    MISPLACED_BUNDLE,
    "misplaced-bundle",
    "a bundle's folder is not named after it",
    Required,
    "misplaced_bundle.md"
);
code!(
    MISNAMED_FILE,
    "misnamed-file",
    "a file has nearly the name of one that is read",
    GoodPractices,
    "misnamed_file.md"
);
code!(UNLISTED_BUNDLE, "unlisted-bundle", "a bundle is in no template", GoodPractices, "unlisted_bundle.md");
code!(
    UNRENDERABLE_BUNDLE,
    "unrenderable-bundle",
    "a bundle cannot be rendered",
    Required,
    "unrenderable_bundle.md"
);

code!(
    INVALID_SIGNATURE,
    "invalid-signature",
    "a signature of an image does not hold",
    GoodPractices,
    "invalid_signature.md"
);
code!(UNSIGNED_IMAGE, "unsigned-image", "an image lacks a signature", GoodPractices, "unsigned_image.md");

/// The baseline knows findings that are gone.
pub static STALE_BASELINE: Code = Code {
    id: "stale-baseline",
    summary: "the baseline knows findings that are gone",
    suite: Suite::GoodPractices,
    level: Level::Warn,
    since: "0.1.0",
    docs: include_str!("stale_baseline.md"),
};
