//! The judgement of schemas, against what the API server says of them: the cases are those of its own
//! tests (`validation_test.go` of `apiextensions-apiserver`, in both folders), in our words.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use olmcat::crd::{Crd, FaultKind, Flaw, FlawKind, Patterns, Schema, completed, flaws, validate};
use olmcat::text::{json, yaml};

/// Judges the schema of the one version of a CRD.
fn judge(api: &str, more: &str, schema: &str) -> Vec<Flaw> {
    let text = format!(
        "apiVersion: apiextensions.k8s.io/{api}\nkind: CustomResourceDefinition\nspec:\n  names: {{}}\n{more}\
         \x20 versions:\n  - {{name: v1, served: true, storage: true, schema: {{openAPIV3Schema: {schema}}}}}\n"
    );
    let tree = yaml::read(&text, 0..text.len()).unwrap_or_else(|fault| panic!("{schema}: {fault:?}"));
    flaws(Crd::read(tree.root().expect("it has a root")).expect("it is a CRD"))
}

fn said(flaws: &[Flaw]) -> Vec<String> {
    flaws.iter().map(|flaw| format!("{:?} {flaw}", flaw.kind)).collect()
}

/// Schemas of a field `spec.a`, and what the API server refuses them for.
const FIELDS: &[(&str, &[FlawKind])] = &[
    ("{type: string}", &[]),
    ("{type: array, items: {type: string}}", &[]),
    ("{x-kubernetes-preserve-unknown-fields: true}", &[]),
    ("{x-kubernetes-int-or-string: true}", &[]),
    // No rule of the API server: it is an integer or string all the same.
    ("{type: string, x-kubernetes-int-or-string: true}", &[]),
    ("{x-kubernetes-int-or-string: true, anyOf: [{type: integer}, {type: string}]}", &[]),
    ("{x-kubernetes-int-or-string: true, anyOf: [{type: string}, {type: integer}]}", &[FlawKind::Junctor; 2]),
    (
        "{x-kubernetes-int-or-string: true, anyOf: [{type: integer, minimum: 1}, {type: string}]}",
        &[FlawKind::Junctor; 2],
    ),
    (
        "{x-kubernetes-int-or-string: true, allOf: [{anyOf: [{type: integer}, {type: string}]}, {minimum: 1}]}",
        &[],
    ),
    (
        "{x-kubernetes-int-or-string: true, allOf: [{minimum: 1}, {anyOf: [{type: integer}, {type: string}]}]}",
        &[FlawKind::Junctor; 2],
    ),
    (
        "{x-kubernetes-int-or-string: true, allOf: [{title: a, anyOf: [{type: integer}, {type: string}]}]}",
        &[FlawKind::Junctor],
    ),
    ("{anyOf: [{type: integer}, {type: string}]}", &[FlawKind::MissingType]),
    ("{type: object, x-kubernetes-embedded-resource: true, x-kubernetes-preserve-unknown-fields: true}", &[]),
    (
        "{x-kubernetes-embedded-resource: true, x-kubernetes-preserve-unknown-fields: true}",
        &[FlawKind::Extension],
    ),
    (
        "{type: object, x-kubernetes-embedded-resource: true, properties: {metadata: {type: object, properties: {a: {type: string}}}}}",
        &[],
    ),
    (
        "{type: object, x-kubernetes-embedded-resource: true, properties: {kind: {type: integer}}}",
        &[FlawKind::Metadata],
    ),
    (
        "{type: object, x-kubernetes-embedded-resource: true, x-kubernetes-preserve-unknown-fields: true, additionalProperties: {type: string}}",
        &[FlawKind::AdditionalProperties],
    ),
    ("{type: object, properties: {a: {type: string}}, additionalProperties: true}", &[]),
    (
        "{type: object, properties: {a: {type: string}}, additionalProperties: false}",
        &[FlawKind::AdditionalProperties],
    ),
    ("{type: object, additionalProperties: false}", &[]),
    ("{type: object, additionalProperties: {}}", &[FlawKind::MissingType]),
    (
        "{type: object, not: {properties: {b: {description: a, nullable: true}}}, properties: {b: {type: string}}}",
        &[FlawKind::Junctor; 2],
    ),
    (
        "{type: object, allOf: [{properties: {metadata: {}}}], properties: {metadata: {type: object}}}",
        &[FlawKind::Junctor],
    ),
    (
        "{type: string, allOf: [{default: a}, {x-kubernetes-list-type: set}]}",
        &[FlawKind::Junctor, FlawKind::Junctor, FlawKind::ListType],
    ),
    // Only at the root must a field of a junctor be one outside of it.
    ("{type: object, oneOf: [{properties: {b: {}}}]}", &[]),
    ("{type: array, items: [{type: string}, {type: string}]}", &[FlawKind::Items]),
    ("{type: string, definitions: {}, id: '', patternProperties: {}}", &[]),
    ("{type: string, dependencies: {}, additionalItems: false, id: a}", &[FlawKind::Forbidden; 3]),
    ("{type: string, pattern: '+'}", &[FlawKind::Pattern]),
    ("{type: string, not: {pattern: '+'}}", &[FlawKind::Pattern]),
    ("{type: object, x-kubernetes-map-type: atomic}", &[]),
    ("{type: array, items: {type: string}, x-kubernetes-map-type: atomic}", &[FlawKind::Extension]),
    (
        "{type: array, items: {type: string, nullable: true}, x-kubernetes-list-type: set}",
        &[FlawKind::ListType],
    ),
    (
        "{type: array, items: {type: array, items: {type: string}, x-kubernetes-list-type: set}, x-kubernetes-list-type: set}",
        &[FlawKind::ListType],
    ),
    ("{type: array, items: {type: array, items: {type: string}}, x-kubernetes-list-type: set}", &[]),
    ("{type: array, items: {type: string}, x-kubernetes-list-map-keys: [a]}", &[FlawKind::ListType]),
    (
        "{type: array, items: {type: string}, x-kubernetes-list-type: map, x-kubernetes-list-map-keys: [a]}",
        &[FlawKind::ListType],
    ),
    (
        "{type: array, items: {type: object, properties: {a: {type: string, default: b}}}, x-kubernetes-list-type: map, x-kubernetes-list-map-keys: [a]}",
        &[],
    ),
    (
        "{type: array, items: {type: object, required: [a], properties: {a: {type: object}}}, x-kubernetes-list-type: map, x-kubernetes-list-map-keys: [a, b, a]}",
        &[FlawKind::ListType; 3],
    ),
    ("{type: string, default: null}", &[]),
    ("{type: object, default: {b: 1}, properties: {b: {type: integer}}}", &[]),
    ("{type: object, default: {b: 1}, x-kubernetes-preserve-unknown-fields: true}", &[]),
    (
        "{type: object, default: {b: {c: 1}}, x-kubernetes-preserve-unknown-fields: true, properties: {b: {type: object}}}",
        &[FlawKind::Default],
    ),
    (
        "{type: object, default: {}, required: [b], properties: {b: {type: integer, default: 1}}}",
        &[FlawKind::Default],
    ),
    ("{type: object, additionalProperties: {type: string, default: 1}}", &[]),
    ("{type: integer, default: 1.0}", &[]),
    (
        "{type: [string], minLength: a, required: {}, properties: [], anyOf: [a], not: []}",
        &[FlawKind::Undecodable; 6],
    ),
];

#[test]
fn what_the_api_server_refuses_is_refused() {
    let mut failures = String::new();
    for (field, wanted) in FIELDS {
        let schema =
            format!("{{type: object, properties: {{spec: {{type: object, properties: {{a: {field}}}}}}}}}");
        let found = judge("v1", "", &schema);
        let mut kinds: Vec<_> = found.iter().map(|flaw| flaw.kind).filter(|kind| kind.is_refused()).collect();
        kinds.sort();
        if kinds != *wanted {
            let _ = writeln!(failures, "{field}\n  wanted {wanted:?}\n  found {:?}", said(&found));
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn the_root_of_a_schema_has_rules_of_its_own() {
    let cases: &[(&str, &[FlawKind])] = &[
        ("{x-kubernetes-preserve-unknown-fields: true}", &[]),
        ("{}", &[FlawKind::MissingType]),
        ("{type: array, items: {type: string}}", &[FlawKind::Type]),
        ("{type: object, additionalProperties: true}", &[FlawKind::AdditionalProperties]),
        (
            "{type: object, properties: {metadata: {type: object, properties: {name: {type: string, pattern: a}, generateName: {type: string}}}}}",
            &[],
        ),
        ("{type: object, properties: {metadata: {type: object, description: a}}}", &[FlawKind::Metadata]),
        ("{type: object, properties: {metadata: {type: object, required: [name]}}}", &[FlawKind::Metadata]),
        ("{type: object, properties: {metadata: {}}}", &[FlawKind::MissingType]),
        ("{type: object, properties: {metadata: {type: object, default: {}}}}", &[FlawKind::Default]),
        (
            "{type: object, properties: {a: {type: object}}, oneOf: [{properties: {a: {properties: {b: {}}}}}]}",
            &[FlawKind::Junctor],
        ),
        (
            "{type: object, properties: {a: {type: array, items: {type: object}}}, not: {properties: {a: {items: {}}}}}",
            &[],
        ),
        (
            "{type: object, properties: {a: {type: object}}, not: {properties: {a: {items: {}}}}}",
            &[FlawKind::Junctor],
        ),
    ];
    for (schema, wanted) in cases {
        let found = judge("v1", "", schema);
        let kinds: Vec<_> = found.iter().map(|flaw| flaw.kind).filter(|kind| kind.is_refused()).collect();
        assert_eq!(kinds, *wanted, "{schema}: {:?}", said(&found));
    }
}

/// The old version takes what is not structural, unless it prunes or the schema has what is new.
#[test]
fn v1beta1_is_judged_by_its_own_rules() {
    let loose =
        "{properties: {a: {}, b: {type: text}, c: {type: string, anyOf: [{type: string}], pattern: '+'}}}";
    let kinds = |more: &str, schema: &str| -> Vec<FlawKind> {
        judge("v1beta1", more, schema).iter().map(|flaw| flaw.kind).collect()
    };
    assert_eq!(kinds("", loose), []);
    assert_eq!(kinds("  preserveUnknownFields: false\n", loose).len(), 4);
    let extended = loose.replace("{}", "{x-kubernetes-int-or-string: true}");
    assert_eq!(kinds("", &extended).len(), 3);
    assert_eq!(kinds("", "{properties: {a: {type: string, default: 1}}}"), [FlawKind::Default]);
    assert_eq!(kinds("", "{properties: {a: {$ref: a}}, required: [b]}"), [FlawKind::Forbidden]);
}

#[test]
fn flaws_say_where_they_are() {
    let schema = "{type: object, properties: {spec: {type: object, properties: {list: {type: array, items: \
                  {type: object, additionalProperties: {type: string, enum: [a, 1]}}}}}}}";
    let [flaw] = &judge("v1", "", schema)[..] else { panic!("one flaw") };
    assert_eq!(flaw.to_string(), "`spec.list[*][*]` is of type `string` and its `enum` has `1`");
    assert_eq!(
        flaw.route.to_string(),
        "spec.versions[0].schema.openAPIV3Schema.properties.spec.properties.list.items\
         .additionalProperties.enum[1]"
    );
    assert!(!flaw.kind.is_refused());
}

/// As `defaulting/algorithm_test.go` and `prunenulls_test.go` have it.
#[test]
fn objects_are_completed_before_they_are_judged() {
    let schema = "{type: object, properties: {a: {type: string, default: x}, b: {type: string, nullable: true, default: w}, \
                  c: {type: object, properties: {d: {type: integer, default: 1}}}, e: {type: object, default: {}, \
                  properties: {f: {type: integer, default: 2}}}, g: {type: array, items: {type: object, properties: \
                  {h: {type: boolean, default: true}}}}, i: {type: string}}}";
    let schema = yaml::read(schema, 0..schema.len()).expect("it is YAML");
    let schema = Schema::new(schema.root().expect("it has a root"));
    for (object, wanted) in [
        ("{}", r#"{"a":"x","b":"w","e":{"f":2}}"#),
        (
            r#"{"a":null,"b":null,"c":{},"g":[{},{"h":false}],"i":null}"#,
            r#"{"a":"x","b":null,"c":{"d":1},"e":{"f":2},"g":[{"h":true},{"h":false}]}"#,
        ),
        (r#"{"z":null,"c":{"d":5}}"#, r#"{"a":"x","b":"w","c":{"d":5},"e":{"f":2},"z":null}"#),
    ] {
        let tree = json::read(object).expect("it is JSON");
        let whole = completed(schema, tree.root().expect("it has a root"));
        let mut written = String::new();
        let style = json::Style { indent: 0, sort: true, escape_html: false, doubles: false };
        json::write(whole.root().expect("it has a root"), style, &mut written);
        assert_eq!(written.trim(), wanted, "{object}");
    }
}

/// What a node keeps says nothing of the fields below it that are known
/// (`pruning/algorithm_test.go`).
#[test]
fn fields_are_kept_where_the_node_says_so() {
    let schema = "{type: object, properties: {spec: {type: object, x-kubernetes-preserve-unknown-fields: true, \
                  properties: {a: {type: object}}}, metadata: {type: object}}}";
    let schema = yaml::read(schema, 0..schema.len()).expect("it is YAML");
    let object = r#"{"metadata":{"z":{"z":1}},"spec":{"z":{"z":1},"a":{"z":1}},"z":1}"#;
    let object = json::read(object).expect("it is JSON");
    let (schema, object) = (schema.root().expect("it has one"), object.root().expect("it has one"));
    let faults = validate(Schema::new(schema), object, false, &mut Patterns::default());
    let dropped = faults.iter().filter(|fault| fault.kind == FaultKind::Dropped);
    let dropped: Vec<_> = dropped.map(|fault| fault.route.to_string()).collect();
    assert_eq!(dropped, ["spec.a.z", "z"]);
}

/// A schema with many properties, branches, keys and defaults, all of one node.
fn wide(count: usize) -> String {
    let each = |one: &dyn Fn(usize) -> String| (0..count).map(one).collect::<Vec<_>>().join(",");
    let properties =
        each(&|n| format!("\"p{n}\":{{\"type\":\"string\",\"default\":\"d{n}\",\"pattern\":\"^d{n}$\"}}"));
    let names = each(&|n| format!("\"p{n}\""));
    let branches =
        each(&|n| format!("{{\"required\":[\"p{n}\"],\"properties\":{{\"p{n}\":{{\"minLength\":1}}}}}}"));
    format!(
        "{{\"type\":\"object\",\"properties\":{{\"spec\":{{\"type\":\"array\",\"x-kubernetes-list-type\":\"map\",\
         \"x-kubernetes-list-map-keys\":[{names}],\"items\":{{\"type\":\"object\",\"required\":[{names}],\
         \"properties\":{{{properties}}},\"anyOf\":[{branches}]}}}}}}}}"
    )
}

#[test]
fn the_work_grows_with_the_schema() {
    let time = |count: usize| {
        let text = format!(
            "{{\"apiVersion\":\"apiextensions.k8s.io/v1\",\"kind\":\"CustomResourceDefinition\",\"spec\":{{\"versions\":\
             [{{\"name\":\"v1\",\"schema\":{{\"openAPIV3Schema\":{}}}}}]}}}}",
            wide(count)
        );
        let tree = json::read(&text).expect("it is JSON");
        let crd = Crd::read(tree.root().expect("it has a root")).expect("it is a CRD");
        let start = Instant::now();
        assert_eq!(said(&flaws(crd)), [""; 0]);
        start.elapsed()
    };
    let few = (0..3).map(|_| time(200)).min().expect("three times");
    let many = (0..3).map(|_| time(2000)).min().expect("three times");
    assert!(many < few * 40 + Duration::from_millis(20), "{few:?} for 200, {many:?} for 2000");
}

#[test]
fn deep_schemas_end() {
    for (open, close) in [
        ("{\"type\":\"object\",\"properties\":{\"a\":", "}}"),
        ("{\"type\":\"array\",\"items\":", "}"),
        ("{\"not\":", "}"),
        ("{\"allOf\":[", "]}"),
        ("{\"dependencies\":{\"a\":", "}}"),
    ] {
        let depth = 4000;
        let text = format!(
            "{{\"apiVersion\":\"apiextensions.k8s.io/v1\",\"kind\":\"CustomResourceDefinition\",\"spec\":{{\"versions\":\
             [{{\"name\":\"v1\",\"schema\":{{\"openAPIV3Schema\":{}{{}}{}}}}}]}}}}",
            open.repeat(depth),
            close.repeat(depth)
        );
        let Ok(tree) = json::read(&text) else { continue };
        let crd = Crd::read(tree.root().expect("it has a root")).expect("it is a CRD");
        let found = flaws(crd);
        assert!(found.len() < 2000, "{open}: {} flaws", found.len());
    }
}
