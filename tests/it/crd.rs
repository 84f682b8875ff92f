//! CustomResourceDefinitions: how they are read, what satisfies them, what a change does.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use olmcat::crd::{
    Conversion, Crd, Detail, Effect, FaultKind, Patterns, Schema, changes, preflight, validate,
};
use olmcat::text::{Tree, Value, json, yaml};
use serde_json::Value as Json;

use crate::support::shared;

fn tree(text: &str) -> Tree<'_> {
    yaml::read(text, 0..text.len()).expect("it is YAML")
}

fn crd<'t, 's>(tree: &'t Tree<'s>) -> Crd<'t, 's> {
    Crd::read(tree.root().expect("it has a root")).expect("it is a CRD")
}

#[test]
fn both_api_versions_are_read() {
    let old = tree(
        "apiVersion: apiextensions.k8s.io/v1beta1\nkind: CustomResourceDefinition\n\
         spec: {group: demo.example, version: v1, names: {kind: Demo, plural: demos}, \
         validation: {openAPIV3Schema: {properties: {spec: {type: object}}}}, subresources: {status: {}}}\n",
    );
    let old = crd(&old);
    let versions: Vec<_> = old.versions().collect();
    assert_eq!((versions.len(), versions[0].name, versions[0].is_stored), (1, "v1", true));
    assert_eq!(versions[0].schema.expect("it has a schema").properties().count(), 1);
    assert_eq!(versions[0].schema_route().to_string(), "spec.validation.openAPIV3Schema");
    assert_eq!((old.scope(), old.conversion()), ("Namespaced", Conversion::None));
    assert!(old.preserves_unknown_fields() && versions[0].subresources.is_some());

    let new = tree(
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: demos.demo.example}\n\
         spec: {group: demo.example, scope: Cluster, names: {kind: Demo, plural: demos}, \
         conversion: {strategy: Webhook}, versions: [{name: v1, served: true}, {name: v2, served: true, \
         storage: true, schema: {openAPIV3Schema: {type: object, properties: {list: {type: array, items: \
         {type: object, additionalProperties: {type: string}}}}}}}]}\n",
    );
    let new = crd(&new);
    assert_eq!(
        (new.name(), new.scope(), new.conversion()),
        ("demos.demo.example", "Cluster", Conversion::Webhook)
    );
    assert!(!new.preserves_unknown_fields());
    let stored = new.storage_version().expect("one is stored");
    assert!(stored.name == "v2" && new.version("v1").expect("it is listed").schema.is_none());
    let mut paths = Vec::new();
    let schema = stored.schema.expect("it has a schema");
    schema.walk(|path, node| {
        paths.push(format!("{path} {} {}", node.kind(), path.route(&stored.schema_route())));
    });
    let below = "spec.versions[1].schema.openAPIV3Schema";
    assert_eq!(
        paths,
        [
            format!(" object {below}"),
            format!("list array {below}.properties.list"),
            format!("list[*] object {below}.properties.list.items"),
            format!("list[*][*] string {below}.properties.list.items.additionalProperties"),
        ]
    );
}

#[test]
fn other_manifests_are_no_crds() {
    for text in
        ["kind: Service\nspec: {}\n", "kind: CustomResourceDefinition\napiVersion: v1\nspec: {}\n", "[]\n"]
    {
        assert!(Crd::read(tree(text).root().expect("it has a root")).is_none(), "{text}");
    }
}

/// A fixture of another project, as a tree that the test keeps.
fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn stored<'t>(crd: Crd<'t, '_>) -> Vec<&'t str> {
    let versions = crd.root.at(&["status", "storedVersions"]).into_iter().flat_map(Value::items);
    versions.map(Value::text).collect()
}

/// What crdify found, as `check version path`: the names, not the wording.
fn recorded(expected: &Json) -> BTreeSet<String> {
    let list = |value: &Json, key: &str| value[key].as_array().cloned().unwrap_or_default();
    let text = |value: &Json, key: &str| value[key].as_str().unwrap_or_default().to_owned();
    let mut found = BTreeSet::new();
    for check in list(expected, "crdValidation") {
        let name = text(&check, "name");
        for error in list(&check, "errors") {
            // A removed field is told with its version and path.
            let error = error.as_str().unwrap_or_default();
            let field = error.strip_prefix("removed field : ").and_then(|field| field.split_once(".^."));
            let (version, path) = field.unwrap_or_default();
            found.insert(format!("{name} {version} {path}"));
        }
    }
    for version in list(expected, "sameVersionValidation") {
        for property in list(&version, "propertyComparisons") {
            for check in list(&property, "comparisonResults") {
                let path = text(&property, "property");
                let path = path.trim_start_matches('^').trim_start_matches('.');
                found.insert(format!("{} {} {path}", text(&check, "name"), text(&version, "version")));
            }
        }
    }
    found
}

#[test]
fn changes_are_those_of_crdify() {
    let Some(fixtures) = shared("fixtures/crdify") else { return };
    let mut count = 0;
    for case in fs::read_dir(fixtures).unwrap().map(|entry| entry.unwrap().path()) {
        let (old, new) = (read(&case.join("a.yaml")), read(&case.join("b.yaml")));
        let (old, new) = (tree(&old), tree(&new));
        let (old, new) = (crd(&old), crd(&new));
        let expected: Json = serde_json::from_str(&read(&case.join("expected.json"))).unwrap();
        let found: BTreeSet<String> = (changes(Detail::All, old, new, &stored(old)).into_iter())
            .filter(|change| change.check.is_crdify())
            .map(|change| format!("{} {} {}", change.check.name(), change.version, change.path))
            .collect();
        assert_eq!(found, recorded(&expected), "{}", case.display());
        count += 1;
    }
    assert_eq!(count, 22);
}

#[test]
fn verdicts_are_those_of_olm_v1() {
    let Some(fixtures) = shared("fixtures/olmv1-crd-upgrade") else { return };
    // The checks that fail, by the records of operator-controller.
    let cases: &[(&str, &str, &[&str])] = &[
        ("old-crd", "crd-valid-upgrade", &[]),
        ("old-crd", "crd-description-changed", &[]),
        ("crd-optional-field-old", "crd-optional-field-new", &[]),
        ("crd-conversion-webhook-old", "crd-conversion-webhook", &[]),
        (
            "old-crd",
            "crd-invalid-upgrade",
            &[
                "default",
                "enum",
                "maxItems",
                "maxLength",
                "maxProperties",
                "maximum",
                "minItems",
                "minLength",
                "minProperties",
                "minimum",
                "required",
                "scope",
                "storedVersionRemoval",
            ],
        ),
        ("crd-oneof-removed-old", "crd-oneof-removed-new", &["oneOf"]),
        ("crd-oneof-safe-addition-old", "crd-oneof-safe-addition-new", &["oneOf"]),
        ("crd-unhandled-old", "crd-unhandled-new", &["unhandled"]),
        (
            "crd-complex-breaking-changes-old",
            "crd-complex-breaking-changes-new",
            &["nullable", "oneOf", "type"],
        ),
        ("crd-conversion-webhook-old", "crd-conversion-no-webhook", &["enum"]),
        ("crd-conversion-no-webhook", "crd-conversion-no-webhook-extra-issue", &["type"]),
    ];
    for (old, new, expected) in cases {
        let (old_text, new_text) =
            (read(&fixtures.join(format!("{old}.json"))), read(&fixtures.join(format!("{new}.json"))));
        let (old_tree, new_tree) = (tree(&old_text), tree(&new_text));
        let (before, after) = (crd(&old_tree), crd(&new_tree));
        let refusals = preflight(before, after, &stored(before));
        let checks: BTreeSet<&str> = refusals.iter().map(|refusal| refusal.check.name()).collect();
        let expected: BTreeSet<&str> = expected.iter().copied().collect();
        assert_eq!(checks, expected, "{old} -> {new}: {refusals:#?}");
    }
    // A removed field, and two versions that tell it apart.
    let (old, new) = (read(&fixtures.join("old-crd.json")), read(&fixtures.join("crd-field-removed.json")));
    let (old, new) = (tree(&old), tree(&new));
    let refusals = preflight(crd(&old), crd(&new), &["v1", "v2"]);
    let removed = refusals.iter().find(|refusal| refusal.check.name() == "existingFieldRemoval").unwrap();
    assert_eq!((removed.version.as_str(), removed.path.as_str()), ("v2", "spec.removedField"));
    for not_a_crd in ["no-crds.json", "crd-invalid"] {
        let text = read(&fixtures.join(not_a_crd));
        assert!(Crd::read(tree(&text).root().unwrap()).is_none(), "{not_a_crd}");
    }
}

/// A CRD with one version, of which only the schema of `spec` matters.
fn with_spec(spec: &str) -> String {
    format!(
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nspec: {{group: g.example, scope: \
         Namespaced, names: {{kind: A, plural: as}}, versions: [{{name: v1, served: true, storage: true, schema: \
         {{openAPIV3Schema: {{type: object, properties: {{spec: {spec}}}}}}}}}]}}\n"
    )
}

#[test]
fn changes_are_told_by_what_they_do() {
    use Effect::{BreaksClients, DropsFields, Harmless, RefusesObjects};
    let cases = [
        ("{type: integer}", "{type: number}", Some(Harmless)),
        ("{type: integer}", "{x-kubernetes-int-or-string: true}", Some(Harmless)),
        ("{type: boolean}", "{x-kubernetes-int-or-string: true}", Some(RefusesObjects)),
        ("{x-kubernetes-int-or-string: true}", "{type: string}", Some(RefusesObjects)),
        ("{type: string}", "{type: integer}", Some(RefusesObjects)),
        ("{type: string}", "{type: string, maxLength: 3}", Some(RefusesObjects)),
        ("{type: string, maxLength: 3}", "{type: string, maxLength: 4}", None),
        ("{type: string, maxLength: 3}", "{type: string}", None),
        ("{type: string, enum: [a, b]}", "{type: string, enum: [b]}", Some(RefusesObjects)),
        ("{type: string, enum: [a, b]}", "{type: string, enum: [b, c, a]}", Some(Harmless)),
        ("{type: string, enum: [a, b]}", "{type: string, enum: [b, a]}", None),
        ("{type: string, enum: [a]}", "{type: string}", Some(Harmless)),
        ("{type: string, default: a}", "{type: string}", Some(BreaksClients)),
        ("{type: string}", "{type: string, default: a}", Some(Harmless)),
        ("{type: string, pattern: a}", "{type: string}", Some(Harmless)),
        ("{type: string, format: date}", "{type: string, format: uri}", Some(RefusesObjects)),
        ("{type: integer, format: int32}", "{type: integer, format: int64}", Some(Harmless)),
        ("{type: string, nullable: true}", "{type: string}", Some(RefusesObjects)),
        ("{type: string}", "{type: string, nullable: true}", Some(Harmless)),
        ("{type: object, properties: {a: {type: string}}}", "{type: object}", Some(DropsFields)),
        (
            "{type: object, properties: {a: {type: string}}}",
            "{type: object, x-kubernetes-preserve-unknown-fields: true}",
            Some(Harmless),
        ),
        (
            "{type: object, properties: {a: {type: string}}}",
            "{type: object, additionalProperties: {type: string}}",
            Some(Harmless),
        ),
        ("{type: object, x-kubernetes-preserve-unknown-fields: true}", "{type: object}", Some(DropsFields)),
        ("{type: object, additionalProperties: {type: string}}", "{type: object}", Some(DropsFields)),
        ("{type: object}", "{type: object, properties: {a: {type: string}}}", None),
        (
            "{type: object, properties: {a: {type: string}}}",
            "{type: object, required: [a], properties: {a: {type: string}}}",
            Some(RefusesObjects),
        ),
        (
            "{type: array, items: {type: string}}",
            "{type: array, items: {type: integer}}",
            Some(RefusesObjects),
        ),
        (
            "{type: array, items: {type: string}}",
            "{type: array, items: {type: string}, x-kubernetes-list-type: set}",
            Some(RefusesObjects),
        ),
        ("{type: string}", "{type: string, oneOf: [{enum: [a]}]}", Some(RefusesObjects)),
        ("{type: string, oneOf: [{enum: [a]}]}", "{type: string}", Some(Harmless)),
        (
            "{type: string, x-kubernetes-validations: [{rule: a}, {rule: b}]}",
            "{type: string, x-kubernetes-validations: [{rule: b}]}",
            Some(Harmless),
        ),
        ("{type: string}", "{type: string, x-kubernetes-validations: [{rule: b}]}", Some(RefusesObjects)),
    ];
    for (old, new, expected) in cases {
        let (old_text, new_text) = (with_spec(old), with_spec(new));
        let (old_tree, new_tree) = (tree(&old_text), tree(&new_text));
        let found = changes(Detail::Causes, crd(&old_tree), crd(&new_tree), &["v1"]);
        let worst = found.iter().map(|change| change.effect).max();
        assert_eq!(worst, expected, "{old} -> {new}: {found:#?}");
    }
}

#[test]
fn changes_of_the_crd_as_a_whole_are_told() {
    let crd_of = |spec: &str| {
        format!("apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nspec: {spec}\n")
    };
    let old = crd_of(
        "{group: a, scope: Cluster, names: {kind: A, plural: as}, conversion: {strategy: Webhook}, versions: \
         [{name: v1, served: true}, {name: v2, served: true, storage: true}, {name: v3, served: true}]}",
    );
    let new = crd_of(
        "{group: b, scope: Namespaced, names: {kind: B, plural: bs}, preserveUnknownFields: false, versions: \
         [{name: v3, served: true}, {name: v4, served: true, storage: true}, {name: v2, served: false}]}",
    );
    let (old, new) = (tree(&old), tree(&new));
    let found = changes(Detail::Causes, crd(&old), crd(&new), &["v1", "v2"]);
    let found: Vec<String> = found
        .iter()
        .map(|change| format!("{} {} {}", change.check.name(), change.version, change.message))
        .collect();
    assert_eq!(
        found,
        [
            "scope  changes its scope from Cluster to Namespaced",
            "names  changes its group from `a` to `b`",
            "names  changes its plural from `as` to `bs`",
            "names  changes its kind from `A` to `B`",
            "storedVersionRemoval v1 is gone, and objects may be stored in it",
            "servedVersion v2 is not served any more",
            "conversion  is not converted by a webhook any more, and still serves several versions",
        ]
    );
}

#[test]
fn a_version_that_is_listed_twice_is_no_change() {
    let text = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\n\
         spec: {group: demo.example, names: {kind: Demo, plural: demos}, versions: [{name: v1}, {name: v1, \
         served: true, schema: {openAPIV3Schema: {type: object}}}]}\n";
    let tree = tree(text);
    assert_eq!(changes(Detail::Causes, crd(&tree), crd(&tree), &[]), []);
}

#[test]
fn values_satisfy_schemas_as_the_api_server_sees_it() {
    let cases = [
        (
            "{type: object, properties: {a: {type: string}}}",
            "{a: 1}",
            "`a` is an integer and must be a string",
        ),
        (
            "{type: object, properties: {a: {type: string}}}",
            "{a: null}",
            "`a` is `null` and must be a string",
        ),
        ("{type: object, properties: {a: {type: string, nullable: true}}}", "{a: null}", ""),
        (
            "{type: object, properties: {a: {type: string}}}",
            "{b: 1}",
            "`b` is not a field that the schema knows",
        ),
        ("{type: object, x-kubernetes-preserve-unknown-fields: true}", "{b: {c: 1}}", ""),
        ("{type: object}", "{apiVersion: v1, kind: A, metadata: {name: a}}", ""),
        (
            "{type: object, properties: {a: {type: object}}}",
            "{a: {kind: A}}",
            "`a.kind` is not a field that the schema knows",
        ),
        (
            "{type: object, properties: {a: {type: object, x-kubernetes-embedded-resource: true}}}",
            "{a: {kind: A, metadata: {name: b}}}",
            "`a` lacks the field `apiVersion` that every object has",
        ),
        (
            "{type: object, additionalProperties: {type: integer}}",
            "{x: a}",
            "`x` is a string and must be an integer",
        ),
        ("{type: object, required: [a]}", "{}", "the object lacks the required field `a`"),
        ("{properties: {a: {x-kubernetes-int-or-string: true}}}", "{a: 80%}", ""),
        (
            "{properties: {a: {x-kubernetes-int-or-string: true}}}",
            "{a: true}",
            "`a` must be an integer or a string",
        ),
        ("{properties: {a: {type: integer}}}", "{a: 2.0}", ""),
        ("{properties: {a: {type: integer}}}", "{a: 2.5}", "`a` is a number and must be an integer"),
        ("{properties: {a: {type: integer, minimum: 1}}}", "{a: 0}", "`a` must be at least 1"),
        (
            "{properties: {a: {type: integer, maximum: 1, exclusiveMaximum: true}}}",
            "{a: 1}",
            "`a` must be less than 1",
        ),
        ("{properties: {a: {type: number, multipleOf: 0.1}}}", "{a: 0.3}", ""),
        (
            "{properties: {a: {type: string, maxLength: 2}}}",
            "{a: äöü}",
            "`a` has 3 characters and must have at most 2",
        ),
        ("{properties: {a: {type: string, pattern: '^b+$'}}}", "{a: abc}", "`a` does not match `^b+$`"),
        ("{properties: {a: {type: string, format: ipv4}}}", "{a: b}", "`a` is no `ipv4`"),
        (
            "{properties: {a: {type: string, enum: [b, c]}}}",
            "{a: d}",
            "`a` is `d` and must be one of `b`, `c`",
        ),
        (
            "{properties: {a: {type: array, minItems: 1}}}",
            "{a: []}",
            "`a` has 0 elements and must have at least 1",
        ),
        (
            "{properties: {a: {type: array, x-kubernetes-list-type: map, x-kubernetes-list-map-keys: [id], items: \
             {type: object, properties: {id: {type: string}}}}}}",
            "{a: [{id: b}, {id: c}, {id: b}]}",
            "`a[2]` repeats an earlier element",
        ),
        (
            "{anyOf: [{required: [a]}, {required: [b]}], properties: {a: {}}}",
            "{}",
            "the object satisfies none of `anyOf`",
        ),
        ("{oneOf: [{required: [a]}, {required: [b]}], properties: {a: {}, b: {}}}", "{a: 1}", ""),
        (
            "{oneOf: [{required: [a]}, {required: [b]}], properties: {a: {}, b: {}}}",
            "{a: 1, b: 1}",
            "the object satisfies 2 of `oneOf` and must satisfy exactly one",
        ),
        ("{not: {required: [a]}, properties: {a: {}}}", "{a: 1}", "the object satisfies what `not` forbids"),
        (
            "{allOf: [{properties: {a: {minimum: 3}}}], properties: {a: {type: integer}}}",
            "{a: 1}",
            "`a` must be at least 3",
        ),
    ];
    for (schema, object, expected) in cases {
        let (schema_tree, object_tree) = (tree(schema), tree(object));
        let (node, value) = (Schema::new(schema_tree.root().unwrap()), object_tree.root().unwrap());
        let faults = validate(node, value, false, &mut Patterns::default());
        let found: Vec<String> = faults.iter().map(ToString::to_string).collect();
        assert_eq!(found.join("; "), expected, "{object} against {schema}");
        for fault in &faults {
            assert_eq!(fault.kind == FaultKind::Dropped, fault.message.contains("knows"), "{fault}");
        }
    }
    // What keeps unknown fields keeps them everywhere.
    let (schema, object) =
        (tree("{type: object, properties: {a: {type: object}}}"), tree("{a: {b: 1}, c: 2}"));
    let (node, value) = (Schema::new(schema.root().unwrap()), object.root().unwrap());
    assert_eq!(validate(node, value, true, &mut Patterns::default()), []);
}

/// Every third property is a mapping that holds the next, so that they nest to `depth` and beyond.
fn large(properties: usize, depth: usize, tail: &str) -> String {
    let mut schema = format!("{{\"type\":\"object\"{tail}}}");
    let wide = properties / depth;
    for level in 0..depth {
        let others: String = (0..wide)
            .map(|number| {
                format!("\"w{level}x{number}\":{{\"type\":\"string\",\"maxLength\":{}}},", number + 1)
            })
            .collect();
        schema = format!("{{\"type\":\"object\",\"properties\":{{{others}\"below\":{schema}}}}}");
    }
    format!(
        "{{\"apiVersion\":\"apiextensions.k8s.io/v1\",\"kind\":\"CustomResourceDefinition\",\"spec\":{{\"versions\":\
         [{{\"name\":\"v1\",\"served\":true,\"storage\":true,\"schema\":{{\"openAPIV3Schema\":{schema}}}}}]}}}}"
    )
}

#[test]
fn large_and_deep_schemas_take_no_time() {
    // How many changes are no echoes, how deep the deepest is, and how long it took.
    let compare = |old: &str, new: &str| {
        let (old, new) = (json::read(old).unwrap(), json::read(new).unwrap());
        let start = Instant::now();
        let found = changes(Detail::Causes, crd(&old), crd(&new), &["v1"]);
        preflight(crd(&old), crd(&new), &["v1"]);
        let time = start.elapsed();
        assert!(time < Duration::from_secs(2), "{time:?}");
        let deepest = found.iter().map(|change| change.path.0.len()).max().unwrap_or_default();
        (found.len(), deepest)
    };
    // One change at the deepest node, and then every node another.
    let old = large(5000, 60, "");
    assert_eq!(compare(&old, &large(5000, 60, ",\"nullable\":true")), (1, 60));
    assert_eq!(compare(&old, &old.replace("\"w", "\"q")), (83 * 60, 60));
    // All in one mapping, in another order.
    let flat = large(20_000, 1, "");
    let mut parts: Vec<&str> = flat.split("\"w0x").collect();
    let last = parts.len() - 1;
    parts[1..last].reverse();
    assert_eq!(compare(&flat, &parts.join("\"w0x")), (0, 0));
    // Deeper than anybody goes, and a schema that says it is itself.
    assert_eq!(compare(&large(4000, 4000, ""), &large(4000, 4000, ",\"nullable\":true")), (0, 0));
    let reference = ",\"items\":{\"$ref\":\"#/properties/below\"}";
    assert_eq!(compare(&large(10, 5, reference), &large(10, 5, reference)), (0, 0));
    // An object and junctors as deep: what is too deep is not looked at.
    let junctors = "{\"allOf\":[".repeat(4000) + "{}" + &"]}".repeat(4000);
    let object = "{\"below\":".repeat(4000) + "1" + &"}".repeat(4000);
    let below = "{\"properties\":{\"below\":".repeat(4000) + "{}" + &"}}".repeat(4000);
    let object = json::read(&object).unwrap();
    for schema in [junctors, below] {
        let schema = json::read(&schema).unwrap();
        validate(Schema::new(schema.root().unwrap()), object.root().unwrap(), true, &mut Patterns::default());
    }
}
