//! CEL: rules that real CRDs have are taken, what the API server refuses is found at its place, and no
//! rule takes long to read.

use std::fmt::Write as _;
use std::fs;
use std::time::{Duration, Instant};

use olmcat::crd::Crd;
use olmcat::crd::cel::{Kind, constraint, faults};
use olmcat::text::{Step, yaml};

use crate::support::{data, worked};

/// A CRD whose `spec` has these properties and these rules, as YAML in flow style.
fn crd(properties: &str, rules: &[&str]) -> String {
    let mut text = format!(
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nspec:\n  versions:\n  - name: v1\n    \
         schema:\n      openAPIV3Schema:\n        type: object\n        properties:\n          spec:\n            \
         type: object\n            properties: {properties}\n            x-kubernetes-validations:\n"
    );
    for rule in rules {
        let rule = serde_json::to_string(rule).expect("a text is JSON");
        let _ = writeln!(text, "            - rule: {rule}");
    }
    text
}

/// What is wrong with the rules of a CRD: the kind, the guilty text, and the message.
fn found(text: &str) -> Vec<(Kind, String, String)> {
    let tree = yaml::read(text, 0..text.len()).expect("it is YAML");
    let root = tree.root().expect("it has content");
    let crd = Crd::read(root).expect("it is a CRD");
    let all = faults(crd).into_iter().map(|fault| {
        let value = fault.route.0.iter().try_fold(root, |value, step| match step {
            Step::Key(key) => value.get(key),
            Step::Index(index) => value.items().nth(*index),
            _ => None,
        });
        let text = value.map(|value| value.text()).unwrap_or_default();
        let guilty = text.get(fault.problem.range.clone()).unwrap_or_default().to_owned();
        (fault.problem.kind, guilty, fault.problem.message)
    });
    all.collect()
}

#[test]
fn rules_of_real_crds_are_taken() {
    let text = fs::read_to_string(data("cel/accepted.yaml")).expect("it can be read");
    let mut rules = 0;
    for document in text.split("---\n") {
        let wrong = found(document).into_iter().filter(|(kind, ..)| !matches!(kind, Kind::Since(_)));
        let wrong: Vec<_> = wrong.collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
        rules += document.matches("rule:").count();
    }
    assert!(rules > 50, "{rules}");
}

/// Each is refused by the API server; most were published all the same.
#[test]
fn what_the_api_server_refuses_is_found_at_its_place() {
    const PROPERTIES: &str = "{type: {type: string}, count: {type: integer}, ratio: {type: number}, open: {type: boolean}, \
         list: {type: array, items: {type: string}}, tags: {type: object, additionalProperties: {type: string}}, \
         template: {type: object, x-kubernetes-embedded-resource: true, x-kubernetes-preserve-unknown-fields: true}, \
         free: {type: object, x-kubernetes-preserve-unknown-fields: true}, raw: {x-kubernetes-preserve-unknown-fields: true}, \
         any: {x-kubernetes-int-or-string: true}, $ref: {type: string}, when: {type: string, format: date-time}}";
    let table = [
        ("self.type == 1", "self.type == 1", "`==` does not take `string` and `int`"),
        ("self.ratio == 1", "self.ratio == 1", "`==` does not take `double` and `int`"),
        ("self.count == null", "self.count == null", "`==` does not take `int` and `null`"),
        ("self.count in ['1']", "self.count in ['1']", "`in` does not take `int` and `list(string)`"),
        ("!self.count", "!self.count", "`!` does not take `int`"),
        ("self.open && self.count", "self.open && self.count", "`&&` does not take `bool` and `int`"),
        ("self.count ? true : false", "self.count", "the condition of `?` must be `bool`, and this is `int`"),
        (
            "(self.open ? 1 : 'a') == 1",
            "1 : 'a'",
            "both sides of `:` must be of one type, not `int` and `string`",
        ),
        ("self.type + self.count == ''", "self.type + self.count", "`+` does not take `string` and `int`"),
        (
            "self.when > '2020-01-01'",
            "self.when > '2020-01-01'",
            "`>` does not take `timestamp` and `string`",
        ),
        ("self.list.name == ''", "name", "`list(string)` has no fields, and so no `name`"),
        ("self.list['a'] == ''", "self.list['a']", "`[]` of `list(string)` does not take `string`"),
        ("self['type'] == ''", "self['type']", "`[]` of `object` does not take `string`"),
        ("self.type.all(c, c == '')", "self.type", "`all` is for a list or a map, and this is `string`"),
        ("self.list.all(e, e > 1)", "e > 1", "`>` does not take `string` and `int`"),
        ("self.list.all('e', true)", "'e'", "`all` takes the name of a variable here"),
        (
            "self.list.exists(e, size(e))",
            "size(e)",
            "the condition of `exists` must be `bool`, and this is `int`",
        ),
        ("self.list.all(e)", "all", "`all` takes the name of a variable and an expression"),
        (
            "[1, 'a'].size() == 2",
            "'a'",
            "the elements of a list or map must be of one type, not `int` and `string`",
        ),
        ("has(self)", "self", "`has` takes a field"),
        ("has(self.tags['a'])", "self.tags['a']", "`has` takes a field"),
        (
            "self.type.startsWith(1)",
            "self.type.startsWith(1)",
            "`startsWith` of `string` does not take `int`",
        ),
        ("self.count.size() > 1", "self.count.size()", "there is no `size` of `int`"),
        ("len(self.list) > 1", "len", "there is no function `len`"),
        ("math.greatest(1, 2) == 2", "math.greatest", "there is no function `math.greatest`"),
        ("spec.count > 1", "spec", "there is no variable `spec`"),
        ("other.contains('a')", "other", "there is no variable `other`"),
        ("self.list.exists(e, true) && e == ''", "e", "there is no variable `e`"),
        ("self.count", "self.count", "a rule must be `bool`, and this is `int`"),
    ];
    for (rule, guilty, message) in table {
        assert_eq!(
            found(&crd(PROPERTIES, &[rule])),
            [(Kind::Invalid, guilty.into(), message.into())],
            "{rule}"
        );
    }
    let fields = [
        ("self.typ == ''", "typ", "the schema has no field `typ` here"),
        ("self.free.anything == ''", "anything", "the schema has no field `anything` here"),
        ("has(self.raw)", "raw", "rules cannot reach `raw`, since the schema says no type of it"),
        ("self.template.metadata.namespace == ''", "namespace", "the schema has no field `namespace` here"),
        ("self.template.spec.a == ''", "spec", "the schema has no field `spec` here"),
        ("self.?typ.hasValue()", "typ", "the schema has no field `typ` here"),
        ("oldSelf.cuont == 1", "cuont", "the schema has no field `cuont` here"),
    ];
    for (rule, guilty, message) in fields {
        let all = found(&crd(PROPERTIES, &[rule]));
        let all: Vec<_> = all.into_iter().filter(|(kind, ..)| !matches!(kind, Kind::Since(_))).collect();
        assert_eq!(all, [(Kind::UnknownField, guilty.into(), message.into())], "{rule}");
    }
}

#[test]
fn what_is_new_says_since_when() {
    let properties = "{namespace: {type: string, maxLength: 9}, ratio: {type: number}, list: {type: array, maxItems: 9, items: {type: integer}}}";
    let table = [
        ("self.namespace != ''", 32),
        ("self.ratio > 1", 29),
        ("'%s'.format(['a']) == 'a'", 30),
        ("self.list.all(i, v, i < v)", 33),
        ("sets.contains(self.list, [1])", 30),
        ("isIP('::1')", 31),
        ("isQuantity('1')", 29),
        ("isSemver('1.0.0')", 34),
        ("format.named('uuid').hasValue()", 29),
        ("has(self.list)", 0),
    ];
    for (rule, since) in table {
        let all = found(&crd(properties, &[rule]));
        let versions = all.iter().map(|(kind, ..)| if let Kind::Since(minor) = kind { *minor } else { 99 });
        assert_eq!(versions.min().unwrap_or_default(), since, "{rule}: {all:?}");
    }
}

#[test]
fn constraints_have_an_environment_of_their_own() {
    let good = [
        "properties.exists(p, p.type == 'certified')",
        "properties.exists(p, p.type == 'stack' && semver_compare(p.value.version, '1.0.0') >= 0)",
        "properties.filter(p, p.type == 'olm.package').map(p, p.value.packageName).exists(n, n == 'a') && has(properties[0].value)",
        "size(properties) > 0 ? properties[0]['type'] == 'a' : true",
    ];
    for rule in good {
        assert_eq!(constraint(rule), [], "{rule}");
    }
    let bad = [
        ("", "the expression ends where a value should follow"),
        ("self.type == 'a'", "there is no variable `self`"),
        ("properties", "a constraint must be `bool`, and this is `list(map(string, dyn))`"),
        ("semver_compare('1', '2')", "a constraint must be `bool`, and this is `int`"),
        ("properties.exists(p, p.type.lowerAscii() == 'a')", "there is no function `lowerAscii`"),
        ("properties[?0].hasValue()", "OLM does not know `[?...]`"),
    ];
    for (rule, message) in bad {
        assert_eq!(constraint(rule).first().map(|problem| problem.message.as_str()), Some(message), "{rule}");
    }
}

#[test]
fn hostile_rules_end_in_findings_in_time() {
    let nested = ["(", "[", "{1:", "!(", "self.list.all(e, ", "a ? b : ", "f("];
    for open in nested {
        let begun = Instant::now();
        let all = found(&crd("{}", &[&open.repeat(10_000)]));
        assert_eq!(all.len(), 1, "{open}: {all:?}");
        assert!(begun.elapsed() < Duration::from_secs(2), "{open}");
    }
    // As deep as is read, through all that walks it.
    let deep = "self.list.all(e, ".repeat(90) + "true" + &")".repeat(90);
    assert_eq!(found(&crd("{list: {type: array, maxItems: 1, items: {type: string}}}", &[&deep])), []);
}

/// Ten times the text takes at most some twenty times as long.
#[test]
fn time_grows_with_the_text() {
    let time = |text: &str| {
        let begun = worked();
        found(text);
        worked() - begun
    };
    let fields = (0..20).map(|number| format!("f{number}: {{type: integer}}")).collect::<Vec<_>>().join(", ");
    let long = |count: usize| crd("{a: {type: integer}}", &[&vec!["self.a == 1"; count].join(" && ")]);
    let member = |count: usize| crd("{a: {type: integer}}", &[&("self".to_owned() + &".a".repeat(count))]);
    let many = |count: usize| crd(&format!("{{{fields}}}"), &vec!["self.f1 > 1"; count]);
    let wrong = |count: usize| crd(&format!("{{{fields}}}"), &vec!["self.g > 1"; count]);
    // One rule has at most 100,000 characters.
    let makers: [(&dyn Fn(usize) -> String, usize); 4] =
        [(&long, 700), (&member, 4_000), (&many, 4_000), (&wrong, 4_000)];
    for (index, (make, count)) in makers.into_iter().enumerate() {
        let best = |text: &str| (0..3).map(|_| time(text)).min().expect("there were three");
        let (before, after) = (best(&make(count)), best(&make(count * 10)));
        // The clock of the system ticks every few milliseconds.
        let ticks = Duration::from_millis(20);
        assert!(after < (before + ticks) * 20, "{index}: {before:?} and {after:?}");
    }
}
