//! CustomResourceDefinitions: how they are read, what satisfies them, what a change does.

use olmcat::crd::{Conversion, Crd};
use olmcat::text::{Tree, yaml};

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
    assert_eq!(versions[0].schema_route.to_string(), "spec.validation.openAPIV3Schema");
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
        paths.push(format!("{path} {} {}", node.kind(), path.route(&stored.schema_route)));
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
