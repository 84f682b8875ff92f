//! A rule in CEL: a schema and an expression, parted by a line of `===`; judged as a rule, as what makes a
//! message, as a path to a field, and as a constraint. What is found has its place in the text.

#![no_main]

use libfuzzer_sys::fuzz_target;
use olmcat::crd::Crd;
use olmcat::crd::cel::{constraint, faults};
use olmcat::text::{Builder, Place, Sources, json, locate};

fuzz_target!(|text: &str| {
    let (schema, expression) = text.split_once("\n===\n").unwrap_or(("{}", text));
    for problem in constraint(expression) {
        assert!(expression.get(problem.range.clone()).is_some(), "{problem:?}");
    }
    let (mut builder, mut quoted) = (Builder::default(), String::new());
    builder.str(expression);
    let tree = builder.finish();
    let style = json::Style { indent: 0, sort: false, escape_html: false, doubles: false };
    json::write(tree.root().expect("it is a text"), style, &mut quoted);
    let rule = format!("{{\"rule\": {quoted}, \"messageExpression\": {quoted}, \"fieldPath\": {quoted}}}");
    let manifest = format!(
        "{{\"apiVersion\": \"apiextensions.k8s.io/v1\", \"kind\": \"CustomResourceDefinition\", \"spec\": {{\"versions\": \
         [{{\"name\": \"v1\", \"schema\": {{\"openAPIV3Schema\": {{\"type\": \"object\", \"properties\": {{\"spec\": {schema}}}, \
         \"x-kubernetes-validations\": [{rule}, {{\"optionalOldSelf\": true, \"rule\": {quoted}}}]}}}}}}]}}}}"
    );
    let Ok(tree) = json::read(&manifest) else { return };
    let Some(crd) = tree.root().and_then(Crd::read) else { return };
    let found = faults(crd);
    let sources = Sources::default();
    let file = sources.add("crd.json", manifest.clone().into_bytes());
    for fault in found {
        let place = Place::document(file, 0..manifest.len()).at(&fault.route).part(fault.problem.range);
        assert!(manifest.get(locate(&place, &sources)).is_some());
    }
});
