//! What a real OLM v0 was seen to do, by what a cluster has besides its Subscriptions: CSVs, objects, other catalogs.
//!
//! Where each observation stands:
//!
//! | seen | test |
//! | --- | --- |
//! | PMM's sequence gets the heads | `resolve::pmm_gets_the_heads` |
//! | from old versions, hop by hop, in shared plans | `resolve::pmm_upgrades_hop_by_hop_and_plans_are_shared` |
//! | without images four heads are in one plan of 1,399,911 bytes | `bundles_without_image_fill_a_plan` |
//! | a server with four methods is enough | said of the server and its clients, not of a catalog |
//! | `skipRange` of the head leads there directly | `resolve::a_skip_range_of_the_head_leads_there_directly` |
//! | no channel: the default one | `resolve::without_a_channel_the_default_one_counts` |
//! | `startingCSV` that is not there | `resolve::what_is_not_there_fails_in_olms_words` |
//! | dependencies by package and by API | `resolve::a_dependency_is_installed_with_an_automatic_subscription` |
//! | a stored version goes | `resolve::a_stored_version_that_goes_breaks_the_plan_and_then_the_namespace` |
//! | an object violates the new schema | `an_object_that_the_new_schema_refuses_fails_the_plan` |
//! | install modes, and `minKubeVersion` | `resolve::modes_and_versions_that_do_not_fit_stop_a_way` |
//! | `olm.deprecations` | `resolve::deprecations_are_conditions_and_nothing_else` |
//! | two heads | `resolve::two_heads_fail_the_whole_namespace_unless_a_start_is_named` |
//! | the catalog is replaced while a plan waits | `a_plan_that_waits_knows_no_new_catalog` |
//! | what cannot be chosen is passed over (c7, c16) | `resolve::what_cannot_be_chosen_is_passed_over_silently` |
//! | a Subscription for a dependency that is there (c19) | `resolve::a_second_subscription_of_a_dependency_contradicts_the_first` |
//! | stranded (c21) | `resolve::stranded_is_silent` |

use olmcat::catalog::{self, Catalog};
use olmcat::diag::Report;
use olmcat::load;
use olmcat::resolve::v0::{Class, Outcome, resolve};
use olmcat::resolve::{Cluster, Index, Namespace, Source, Stop, Subscription, apply, plan_bytes, walk};
use olmcat::text::{Sources, json};
use serde_json::{Value, json};

use crate::resolve::{Fbc, base64, installed, names, namespace, plan, three};
use crate::support::shared;

/// As OLM was seen to write it, without what it makes of permissions.
#[test]
fn bundles_without_image_fill_a_plan() {
    let Some(published) = shared("percona/catalog") else { return };
    let (sources, mut report) = (Sources::default(), Report::default());
    let catalog = load::catalog(&published, &sources, &mut report).unwrap();
    let heads = [
        "victoriametrics-operator.v0.29.1",
        "percona-xtradb-cluster-operator.v1.12.0",
        "percona-server-mongodb-operator.v1.14.0",
        "dbaas-operator.v0.1.17",
    ];
    let heads = catalog.bundles.iter().filter(|blob| heads.contains(&blob.name.as_ref()));
    let bytes: usize = heads.map(plan_bytes).sum();
    assert!((1_399_911 * 95 / 100..1_399_911).contains(&bytes), "{bytes}");
}

fn crd(conversion: &str, schema: &Value) -> Value {
    let version =
        json!({"name": "v1", "served": true, "storage": true, "schema": {"openAPIV3Schema": schema}});
    let crd = json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": "cs.c.io"},
        "spec": {
            "group": "c.io", "names": {"kind": "C", "plural": "cs"}, "versions": [version],
            "conversion": {"strategy": conversion},
        },
    });
    json!([{"type": "olm.bundle.object", "value": {"data": base64(&crd.to_string())}}])
}

#[test]
fn an_object_that_the_new_schema_refuses_fails_the_plan() {
    let schema = |required: Value| {
        let mode = json!({"mode": {"type": "string"}});
        json!({"type": "object", "properties": {"spec": {"type": "object", "properties": mode, "required": required}}})
    };
    let objects = r#"[{"apiVersion": "c.io/v1", "kind": "C", "metadata": {"name": "fine"}, "spec": {"mode": "a"}},
        {"apiVersion": "c.io/v1", "kind": "C", "metadata": {"name": "one", "namespace": "ns"}, "spec": {}},
        {"apiVersion": "d.io/v1", "kind": "C", "metadata": {"name": "other"}, "spec": {}}]"#;
    let objects = json::read(objects).unwrap();
    let objects: Vec<_> = objects.root().unwrap().items().collect();
    let way = |conversion: &str, objects: &[olmcat::text::Value<'_, '_>]| {
        let entries = json!([{"name": "c.v1.0.0"}, {"name": "c.v2.0.0", "replaces": "c.v1.0.0"}]);
        let fbc = Fbc::default().package("c", "stable").channel("c", "stable", entries);
        let fbc = fbc.bundle("c", "1.0.0", crd("None", &schema(json!([]))));
        fbc.bundle("c", "2.0.0", crd(conversion, &schema(json!(["mode"])))).with(|sources| {
            let start =
                Subscription { starting_csv: "c.v1.0.0".into(), ..Subscription::new("cat", "c", "stable") };
            let mut cluster = Cluster { objects: objects.to_vec(), ..Cluster::default() };
            walk(sources, &mut namespace(vec![start]), &mut cluster).stop
        })
    };
    let Stop::Obstacle { name, reason, message } = way("None", &objects) else { panic!("it went on") };
    assert_eq!((name.as_str(), reason), ("c.v2.0.0", "InstallComponentFailed"));
    assert_eq!(
        message,
        "error validating existing CRs against new CRD's schema for \"cs.c.io\": error validating c.io/v1, Kind=C \"ns/one\": updated validation is too restrictive: `spec` lacks the required field `mode`"
    );
    assert_eq!(way("None", &objects[..1]), Stop::Done);
    // Where a webhook converts, OLM only warns.
    assert_eq!(way("Webhook", &objects), Stop::Done);
}

/// While the new CSV is not yet there in the place of the old one, both have to stay, and cannot.
#[test]
fn a_csv_without_subscription_has_to_stay() {
    three().with(|sources| {
        let subscribed = || namespace(vec![Subscription::new("cat", "c", "stable")]);
        let mut both = subscribed();
        installed(&mut both, "c", "c.v1.0.0", "1.0.0");
        installed(&mut both, "c", "c.v2.0.0", "2.0.0");
        let failure = resolve(sources, &both).unwrap_err();
        assert_eq!(failure.class, Class::Unsatisfiable);
        for part in ["clusterserviceversion c.v1.0.0 exists", "originate from package c"] {
            assert!(failure.message.contains(part), "{}", failure.message);
        }
        // Once the old one is gone, it goes on.
        both.csvs.remove(0);
        assert_eq!(names(&plan(sources, &both)), ["c.v3.0.0"]);
        // What says nothing of itself is in nobody's way.
        let mut silent = subscribed();
        silent.csvs.push(olmcat::resolve::Installed { name: "other.v1".into(), ..Default::default() });
        assert_eq!(names(&plan(sources, &silent)), ["c.v3.0.0"]);
    });
}

fn with_catalogs(texts: [&Fbc; 2], run: impl FnOnce(&Catalog<'_>, &Catalog<'_>)) {
    let (sources, mut report) = (Sources::default(), Report::default());
    let mut read = |fbc: &Fbc, name: &str| {
        let file = sources.add(name, fbc.text().into_bytes());
        catalog::read(&sources, file, &mut report)
    };
    let (one, two) = (read(texts[0], "one.json"), read(texts[1], "two.json"));
    run(&one, &two);
}

fn source<'c>(name: &str, priority: i32, catalog: &'c Catalog<'c>) -> Source<'c> {
    Source { name: name.into(), namespace: "olm".into(), priority, index: Index::new([catalog]) }
}

#[test]
fn a_plan_that_waits_knows_no_new_catalog() {
    // The new catalog has another head, and not even the one that waits.
    let new = Fbc::default().package("c", "stable").channel(
        "c",
        "stable",
        json!([{"name": "c.v4.0.0", "skips": ["c.v1.0.0"]}]),
    );
    with_catalogs([&three(), &new.bundle("c", "4.0.0", json!([]))], |old, new| {
        let (old, new) = ([source("cat", 0, old)], [source("cat", 0, new)]);
        let mut state = namespace(vec![Subscription::new("cat", "c", "stable")]);
        installed(&mut state, "c", "c.v1.0.0", "1.0.0");
        let waiting = plan(&old, &state);
        assert_eq!(names(&waiting), ["c.v2.0.0"]);
        state.subscriptions[0].is_pending = true;
        assert_eq!(resolve(&new, &state), Ok(Outcome::Waiting));
        // It is approved as it stands, and then nothing leads on.
        apply(&old, &mut state, &waiting);
        assert_eq!(state.csvs[0].name, "c.v2.0.0");
        assert_eq!(resolve(&new, &state), Ok(Outcome::Nothing));
    });
}

/// Of several Subscriptions one that waits does not keep the others from being resolved.
#[test]
fn only_a_namespace_that_waits_as_a_whole_waits() {
    let fbc = three().package("d", "stable").channel("d", "stable", json!([{"name": "d.v1.0.0"}]));
    fbc.bundle("d", "1.0.0", json!([])).with(|sources| {
        let mut state =
            namespace(vec![Subscription::new("cat", "c", "stable"), Subscription::new("cat", "d", "stable")]);
        state.subscriptions[0].is_pending = true;
        assert!(matches!(resolve(sources, &state), Ok(Outcome::Plan(_))));
        state.subscriptions[1].is_pending = true;
        assert_eq!(resolve(sources, &state), Ok(Outcome::Waiting));
    });
}

/// A dependency comes from what is installed, then from the bundle's own catalog, then from the others by priority.
#[test]
fn dependencies_prefer_the_own_catalog_and_then_priority() {
    let dep = |version: &str| {
        let name = format!("dep.v{version}");
        let fbc = Fbc::default().package("dep", "s").channel("dep", "s", json!([{"name": name}]));
        fbc.bundle("dep", version, json!([]))
    };
    let need =
        json!([{"type": "olm.package.required", "value": {"packageName": "dep", "versionRange": ">0.0.0"}}]);
    let asks = |fbc: Fbc| {
        let fbc = fbc.package("a", "s").channel("a", "s", json!([{"name": "a.v1.0.0"}]));
        fbc.bundle("a", "1.0.0", need.clone())
    };
    let chosen = |one: &Fbc, two: &Fbc, priorities: [i32; 2], csv: bool| {
        let mut found = String::new();
        with_catalogs([one, two], |one, two| {
            let sources = [source("one", priorities[0], one), source("two", priorities[1], two)];
            let mut state: Namespace = namespace(vec![Subscription::new("one", "a", "s")]);
            if csv {
                installed(&mut state, "dep", "dep.v0.5.0", "0.5.0");
            }
            found = names(&plan(&sources, &state)).join(" ");
        });
        found
    };
    assert_eq!(chosen(&asks(dep("1.0.0")), &dep("2.0.0"), [0, 9], false), "a.v1.0.0 dep.v1.0.0");
    assert_eq!(chosen(&asks(dep("1.0.0")), &dep("2.0.0"), [0, 9], true), "a.v1.0.0");
    assert_eq!(chosen(&asks(Fbc::default()), &dep("2.0.0"), [0, 0], false), "a.v1.0.0 dep.v2.0.0");
}
