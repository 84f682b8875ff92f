//! What a real OLM v0 was seen to do, predicted; and the resolver against naive definitions.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use olmcat::catalog::version::Version;
use olmcat::catalog::{self, Catalog};
use olmcat::diag::Report;
use olmcat::load;
use olmcat::resolve::v0::{Class, Edge, Outcome, Plan, resolve};
use olmcat::resolve::{
    Cluster, Disorder, End, Group, Index, Installed, Ladder, Namespace, Source, Stop, Subscription, Terms,
    Traits, apply, choosable, walk,
};
use olmcat::text::Sources;
use serde_json::{Value, json};

use crate::support::{root, shared};

/// A catalog of ours: channels of entries, and what their bundles say of themselves.
#[derive(Default)]
pub struct Fbc(Vec<Value>);

impl Fbc {
    /// A package with a default channel.
    pub fn package(mut self, name: &str, default: &str) -> Self {
        self.0.push(json!({"schema": "olm.package", "name": name, "defaultChannel": default}));
        self
    }

    /// A channel of `name.vN` entries, each with its `replaces`, `skips` and `skipRange`.
    pub fn channel(mut self, package: &str, name: &str, entries: Value) -> Self {
        self.0.push(json!({"schema": "olm.channel", "package": package, "name": name, "entries": entries}));
        self
    }

    /// A bundle `package.vVERSION` with more properties.
    pub fn bundle(mut self, package: &str, version: &str, more: Value) -> Self {
        let mut properties =
            vec![json!({"type": "olm.package", "value": {"packageName": package, "version": version}})];
        properties.extend(more.as_array().unwrap().iter().cloned());
        self.0.push(json!({
            "schema": "olm.bundle", "package": package, "name": format!("{package}.v{version}"),
            "image": format!("quay.io/demo/{package}:v{version}"), "properties": properties,
        }));
        self
    }

    /// Any other blob.
    pub fn blob(mut self, blob: Value) -> Self {
        self.0.push(blob);
        self
    }

    /// Runs with the catalog `cat` in namespace `olm`.
    pub fn with<T>(&self, run: impl FnOnce(&[Source<'_>]) -> T) -> T {
        let (sources, mut report) = (Sources::default(), Report::default());
        let text: String = self.0.iter().map(|blob| blob.to_string() + "\n").collect();
        let file = sources.add("catalog.json", text.into_bytes());
        let catalog = catalog::read(&sources, file, &mut report);
        assert!(!report.has_errors());
        run(&[source(&catalog)])
    }
}

fn source<'c>(catalog: &'c Catalog<'c>) -> Source<'c> {
    let (name, namespace) = ("cat".to_owned(), "olm".to_owned());
    Source { name, namespace, priority: 0, index: Index::new([catalog]) }
}

/// The versions 1.0.0, 2.0.0 and 3.0.0 of a package, each replacing the one before.
fn three() -> Fbc {
    let entries = json!([
        {"name": "c.v1.0.0"}, {"name": "c.v2.0.0", "replaces": "c.v1.0.0"}, {"name": "c.v3.0.0", "replaces": "c.v2.0.0"}
    ]);
    let fbc = Fbc::default().package("c", "stable").channel("c", "stable", entries);
    ["1.0.0", "2.0.0", "3.0.0"].into_iter().fold(fbc, |fbc, version| fbc.bundle("c", version, json!([])))
}

fn namespace(subscriptions: Vec<Subscription>) -> Namespace {
    Namespace { name: "default".into(), subscriptions, csvs: Vec::new() }
}

fn starting(package: &str, channel: &str, csv: &str) -> Subscription {
    Subscription { starting_csv: csv.into(), ..Subscription::new("cat", package, channel) }
}

/// A Subscription with a CSV that was installed from somewhere.
fn installed(namespace: &mut Namespace, package: &str, name: &str, version: &str) {
    let version = Version::parse(version).ok();
    let traits = Traits { package: package.into(), version, ..Traits::default() };
    namespace.csvs.push(Installed { name: name.into(), traits });
    for subscription in namespace.subscriptions.iter_mut().filter(|one| one.package == package) {
        subscription.installed = name.into();
    }
}

fn plan(sources: &[Source<'_>], namespace: &Namespace) -> Plan {
    match resolve(sources, namespace) {
        Ok(Outcome::Plan(plan)) => plan,
        other => panic!("no plan: {other:?}"),
    }
}

fn names(plan: &Plan) -> Vec<&str> {
    plan.steps.iter().map(|step| step.name.as_str()).collect()
}

/// What is in the namespace, plan by plan, until nothing moves.
fn way(sources: &[Source<'_>], namespace: &mut Namespace) -> Vec<Vec<String>> {
    let walk = walk(sources, namespace, &mut Cluster::default());
    walk.plans.iter().map(|hops| hops.iter().map(|hop| hop.to.clone()).collect()).collect()
}

const PMM: [(&str, &str); 4] = [
    ("victoriametrics-operator", "stable-v0"),
    ("percona-xtradb-cluster-operator", "stable-v1"),
    ("percona-server-mongodb-operator", "stable-v1"),
    ("dbaas-operator", "stable-v0"),
];

/// Subscribes as PMM does, one package after the other, each plan approved; returns the plans.
fn pmm(sources: &[Source<'_>], starts: [&str; 4]) -> (Namespace, Vec<Vec<String>>) {
    let mut namespace = namespace(Vec::new());
    let mut plans = Vec::new();
    for ((package, channel), start) in PMM.into_iter().zip(starts) {
        namespace.subscriptions.push(starting(package, channel, start));
        let plan = plan(sources, &namespace);
        assert!(plan.is_manual);
        plans.push(names(&plan).into_iter().map(str::to_owned).collect());
        apply(sources, &mut namespace, &plan);
    }
    (namespace, plans)
}

fn with_folder(folder: &Path, run: impl FnOnce(&[Source<'_>])) {
    let (sources, mut report) = (Sources::default(), Report::default());
    let catalog = load::catalog(folder, &sources, &mut report).unwrap();
    run(&[source(&catalog)]);
}

fn with_repository(run: impl FnOnce(&[Source<'_>])) {
    with_folder(&root().join("catalog"), run);
}

#[test]
fn pmm_gets_the_heads() {
    with_repository(|sources| {
        let (mut namespace, plans) = pmm(sources, ["", "", "", ""]);
        let heads = [
            "victoriametrics-operator.v0.29.1",
            "percona-xtradb-cluster-operator.v1.12.0",
            "percona-server-mongodb-operator.v1.14.0",
            "dbaas-operator.v0.1.17",
        ];
        assert_eq!(plans, heads.map(|head| vec![head.to_owned()]));
        let found: Vec<&str> = namespace.csvs.iter().map(|csv| csv.name.as_str()).collect();
        assert_eq!(found, heads);
        assert_eq!(way(sources, &mut namespace), Vec::<Vec<String>>::new());
    });
}

#[test]
fn pmm_upgrades_hop_by_hop_and_plans_are_shared() {
    let Some(published) = shared("percona/catalog") else { return };
    with_folder(&published, |sources| {
        let starts = [
            "victoriametrics-operator.v0.24.0",
            "percona-xtradb-cluster-operator.v1.10.0",
            "percona-server-mongodb-operator.v1.11.0",
            "dbaas-operator.v0.1.4",
        ];
        let (mut namespace, plans) = pmm(sources, starts);
        // PXC's first plan upgrades VM, too.
        assert_eq!(plans[1], ["victoriametrics-operator.v0.27.2", "percona-xtradb-cluster-operator.v1.10.0"]);
        let rest = way(sources, &mut namespace);
        let mut ways: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for name in plans.into_iter().chain(rest).flatten() {
            let (package, version) = name.split_once(".v").unwrap();
            ways.entry(package.to_owned()).or_default().push(version.to_owned());
        }
        assert_eq!(ways["victoriametrics-operator"], ["0.24.0", "0.27.2", "0.29.1"]);
        assert_eq!(ways["percona-xtradb-cluster-operator"], ["1.10.0", "1.11.0", "1.12.0"]);
        assert_eq!(ways["percona-server-mongodb-operator"], ["1.11.0", "1.12.0", "1.13.1", "1.14.0"]);
        assert_eq!(ways["dbaas-operator"], ["0.1.4", "0.1.17"]);
    });
}

/// Of all bundles of the repository only one cannot run in a group that watches its own namespace.
#[test]
fn one_old_version_cannot_watch_its_own_namespace() {
    let group = Group { namespace: "default".into(), targets: vec!["default".into()] };
    with_repository(|sources| {
        let misfits = sources[0].index.bundles.iter().filter_map(|bundle| {
            Some((bundle.blob.name.to_string(), Terms::read(bundle.blob).unwrap().misfit(&group)?))
        });
        assert_eq!(
            misfits.collect::<Vec<_>>(),
            [(
                "victoriametrics-operator.v0.16.0".to_owned(),
                "OwnNamespace InstallModeType not supported, cannot configure to watch own namespace"
                    .to_owned()
            )]
        );
    });
}

#[test]
fn a_skip_range_of_the_head_leads_there_directly() {
    let entries = json!([
        {"name": "c.v1.0.0"}, {"name": "c.v2.0.0", "replaces": "c.v1.0.0"},
        {"name": "c.v3.0.0", "replaces": "c.v2.0.0", "skipRange": ">=1.0.0 <3.0.0"}
    ]);
    let fbc = Fbc::default().package("c", "stable").channel("c", "stable", entries);
    let fbc =
        ["1.0.0", "2.0.0", "3.0.0"].into_iter().fold(fbc, |fbc, version| fbc.bundle("c", version, json!([])));
    fbc.with(|sources| {
        let mut namespace = namespace(vec![starting("c", "stable", "c.v1.0.0")]);
        assert_eq!(way(sources, &mut namespace), [["c.v1.0.0"], ["c.v3.0.0"]]);
    });
}

#[test]
fn without_a_channel_the_default_one_counts() {
    let fbc = Fbc::default().package("c", "stable");
    let fbc = fbc.channel("c", "fast", json!([{"name": "c.v9.0.0"}])).bundle("c", "9.0.0", json!([]));
    let fbc = fbc.channel("c", "stable", json!([{"name": "c.v1.0.0"}])).bundle("c", "1.0.0", json!([]));
    fbc.with(|sources| {
        let namespace = namespace(vec![Subscription::new("cat", "c", "")]);
        assert_eq!(names(&plan(sources, &namespace)), ["c.v1.0.0"]);
    });
}

#[test]
fn what_is_not_there_fails_in_olms_words() {
    three().with(|sources| {
        let fail = |subscription| resolve(sources, &namespace(vec![subscription])).unwrap_err();
        let failure = fail(starting("c", "stable", "c.v9.9.9"));
        assert_eq!((failure.class, failure.class.reason()), (Class::NoStartingCsv, "ConstraintsNotSatisfiable"));
        assert_eq!(
            failure.message,
            "constraints not satisfiable: no operators found with name c.v9.9.9 in channel stable of package c in the catalog referenced by subscription c, subscription c exists"
        );
        assert_eq!(fail(Subscription::new("cat", "c", "fast")).class, Class::NoChannel);
        assert_eq!(fail(Subscription::new("cat", "d", "fast")).class, Class::NoPackage);
        assert_eq!(fail(Subscription::new("dog", "c", "stable")).class, Class::NoCatalog);
    });
}

/// Package `a` needs something of package `dep`, which has versions 1.0.0 to 3.0.0.
fn dependent(need: Value) -> Fbc {
    let entries = json!([
        {"name": "dep.v1.0.0"}, {"name": "dep.v2.0.0", "replaces": "dep.v1.0.0"},
        {"name": "dep.v3.0.0", "replaces": "dep.v2.0.0"}
    ]);
    let api = json!([{"type": "olm.gvk", "value": {"group": "dep.io", "version": "v1", "kind": "Dep"}}]);
    let fbc = Fbc::default().package("a", "stable").package("dep", "stable");
    let fbc = fbc.channel(
        "a",
        "stable",
        json!([{"name": "a.v0.9.0"}, {"name": "a.v1.0.0", "replaces": "a.v0.9.0"}]),
    );
    let fbc = fbc.bundle("a", "0.9.0", json!([])).bundle("a", "1.0.0", json!([need]));
    let fbc = fbc.channel("dep", "stable", entries);
    ["1.0.0", "2.0.0", "3.0.0"].into_iter().fold(fbc, |fbc, version| fbc.bundle("dep", version, api.clone()))
}

fn needs_package(range: &str) -> Value {
    json!({"type": "olm.package.required", "value": {"packageName": "dep", "versionRange": range}})
}

#[test]
fn a_dependency_is_installed_with_an_automatic_subscription() {
    let gvk =
        json!({"type": "olm.gvk.required", "value": {"group": "dep.io", "version": "v1", "kind": "Dep"}});
    let any = json!({"type": "olm.constraint", "value": {"any": {"constraints": [
        {"package": {"packageName": "none", "versionRange": ">0.0.0"}},
        {"package": {"packageName": "dep", "versionRange": "<2.0.0"}},
    ]}}});
    let cases = [(needs_package("<3.0.0"), "dep.v2.0.0"), (gvk, "dep.v3.0.0"), (any, "dep.v1.0.0")];
    for (need, wanted) in cases {
        dependent(need).with(|sources| {
            let mut namespace = namespace(vec![Subscription::new("cat", "a", "stable")]);
            let plan = plan(sources, &namespace);
            assert_eq!(names(&plan), ["a.v1.0.0", wanted]);
            assert_eq!(plan.steps[1].edge, Edge::Dependency);
            apply(sources, &mut namespace, &plan);
            let made = &namespace.subscriptions[1];
            assert_eq!((made.name.as_str(), made.starting_csv.as_str()), ("dep-stable-cat-olm", wanted));
            assert!(!made.is_manual);
        });
    }
}

/// An old entry is installed without a word where the head cannot be.
#[test]
fn what_cannot_be_chosen_is_passed_over_silently() {
    dependent(needs_package(">=9.0.0")).with(|sources| {
        let mut namespace = namespace(vec![Subscription::new("cat", "a", "stable")]);
        assert_eq!(way(sources, &mut namespace), [["a.v0.9.0"]]);
        assert_eq!(choosable(sources, 0), [true, false, true, true, true]);
    });
    let fbc = three().blob(json!({"schema": "olm.channel", "package": "c", "name": "old", "entries": [{"name": "c.v4.0.0", "replaces": "c.v1.0.0"}, {"name": "c.v1.0.0"}]}));
    fbc.bundle("c", "4.0.0", json!([{"type": "olm.deprecated", "value": {}}])).with(|sources| {
        let mut namespace = namespace(vec![Subscription::new("cat", "c", "old")]);
        assert_eq!(way(sources, &mut namespace), [["c.v1.0.0"]]);
        let failure = resolve(sources, &self::namespace(vec![starting("c", "old", "c.v4.0.0")])).unwrap_err();
        assert!(failure.message.contains("bundle cat/olm/old/c.v4.0.0 is deprecated"), "{}", failure.message);
    });
}

/// A Subscription of the installer beside the one that OLM made for the dependency.
#[test]
fn a_second_subscription_of_a_dependency_contradicts_the_first() {
    dependent(needs_package("<3.0.0")).with(|sources| {
        let mut namespace = namespace(vec![Subscription::new("cat", "a", "stable")]);
        let plan = plan(sources, &namespace);
        apply(sources, &mut namespace, &plan);
        namespace.subscriptions.push(Subscription::new("cat", "dep", "stable"));
        let failure = resolve(sources, &namespace).unwrap_err();
        assert_eq!(failure.class, Class::Unsatisfiable);
        assert!(failure.message.contains("originate from package dep"), "{}", failure.message);
    });
}

fn crd(versions: Value) -> Value {
    let crd = json!({"kind": "CustomResourceDefinition", "metadata": {"name": "cs.c.io"}, "spec": {"versions": versions}});
    json!({"type": "olm.bundle.object", "value": {"data": base64(&crd.to_string())}})
}

fn base64(text: &str) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(text)
}

#[test]
fn a_stored_version_that_goes_breaks_the_plan_and_then_the_namespace() {
    let old = crd(json!([{"name": "v1alpha1", "storage": true}]));
    let new = crd(json!([{"name": "v1", "storage": true}]));
    let entries = json!([{"name": "c.v1.0.0"}, {"name": "c.v2.0.0", "replaces": "c.v1.0.0"}]);
    let fbc = Fbc::default().package("c", "stable").channel("c", "stable", entries);
    fbc.bundle("c", "1.0.0", json!([old])).bundle("c", "2.0.0", json!([new])).with(|sources| {
        let mut namespace = namespace(vec![starting("c", "stable", "c.v1.0.0")]);
        let walk = walk(sources, &mut namespace, &mut Cluster::default());
        assert_eq!(walk.plans.len(), 2);
        let Stop::Obstacle { name, message, .. } = walk.stop else { panic!("{:?}", walk.stop) };
        assert_eq!(name, "c.v2.0.0");
        assert_eq!(
            message,
            "risk of data loss updating \"cs.c.io\": new CRD removes version v1alpha1 that is listed as a stored version on the existing CRD"
        );
        // The new CSV is there and pending, the old one is not replaced: neither can go.
        installed(&mut namespace, "c", "c.v2.0.0", "2.0.0");
        let failure = resolve(sources, &namespace).unwrap_err();
        assert!(
            failure.message.contains("clusterserviceversion c.v1.0.0 exists and is not referenced by a subscription"),
            "{}",
            failure.message
        );
    });
}

#[test]
fn modes_and_versions_that_do_not_fit_stop_a_way() {
    let metadata = |modes: Value, least: &str| json!([{"type": "olm.csv.metadata", "value": {"installModes": modes, "minKubeVersion": least}}]);
    let all =
        json!([{"type": "AllNamespaces", "supported": true}, {"type": "OwnNamespace", "supported": false}]);
    let own = json!([{"type": "OwnNamespace", "supported": true}]);
    let group = |targets: &[&str]| Group {
        namespace: "default".into(),
        targets: targets.iter().map(|target| (*target).to_owned()).collect(),
    };
    let cases = [
        (
            &all,
            "",
            group(&["default"]),
            Some("OwnNamespace InstallModeType not supported, cannot configure to watch own namespace"),
        ),
        (
            &own,
            "",
            group(&["default", "other"]),
            Some("MultiNamespace InstallModeType not supported, cannot configure to watch 2 namespaces"),
        ),
        (
            &own,
            "",
            group(&[]),
            Some("AllNamespaces InstallModeType not supported, cannot configure to watch all namespaces"),
        ),
        (
            &own,
            "1.99.0",
            group(&["default"]),
            Some("CSV version requirement not met: minKubeVersion (1.99.0) > server version (1.30.0)"),
        ),
        (&own, "1.30.0", group(&["default"]), None),
        (&all, "", group(&[]), None),
    ];
    for (modes, least, group, wanted) in cases {
        let fbc = Fbc::default().package("c", "stable").channel("c", "stable", json!([{"name": "c.v1.0.0"}]));
        fbc.bundle("c", "1.0.0", metadata(modes.clone(), least)).with(|sources| {
            let mut namespace = namespace(vec![Subscription::new("cat", "c", "stable")]);
            let kubernetes = Version::parse("1.30.0").ok();
            let mut cluster = Cluster { group: Some(group), kubernetes, ..Cluster::default() };
            let stop = walk(sources, &mut namespace, &mut cluster).stop;
            match wanted {
                None => assert_eq!(stop, Stop::Done),
                Some(wanted) => {
                    assert!(matches!(&stop, Stop::Obstacle { message, .. } if message == wanted), "{stop:?}");
                }
            }
        });
    }
}

#[test]
fn deprecations_are_conditions_and_nothing_else() {
    let deprecations = json!({"schema": "olm.deprecations", "package": "c", "entries": [
        {"reference": {"schema": "olm.channel", "name": "stable"}, "message": "use fast"},
        {"reference": {"schema": "olm.bundle", "name": "c.v3.0.0"}, "message": "broken"},
    ]});
    three().blob(deprecations).with(|sources| {
        let mut namespace = namespace(vec![Subscription::new("cat", "c", "stable")]);
        assert_eq!(way(sources, &mut namespace), [["c.v3.0.0"]]);
        let conditions = sources[0].index.conditions("c", "stable", "c.v3.0.0");
        assert_eq!(conditions, [("ChannelDeprecated", "use fast"), ("BundleDeprecated", "broken")]);
        assert_eq!(sources[0].index.conditions("c", "stable", "c.v1.0.0").len(), 1);
    });
}

#[test]
fn two_heads_fail_the_whole_namespace_unless_a_start_is_named() {
    let fbc = three().package("two", "stable");
    let fbc = fbc.channel("two", "stable", json!([{"name": "two.v1.0.0"}, {"name": "two.v2.0.0"}]));
    let fbc = fbc.bundle("two", "1.0.0", json!([])).bundle("two", "2.0.0", json!([]));
    fbc.with(|sources| {
        let fine = Subscription::new("cat", "c", "stable");
        let failure =
            resolve(sources, &namespace(vec![fine.clone(), Subscription::new("cat", "two", "stable")])).unwrap_err();
        assert_eq!((failure.class, failure.class.reason()), (Class::Disorder, "ErrorPreventedResolution"));
        assert_eq!(
            failure.message,
            "a unique replacement chain within a channel is required to determine the relative order between channel entries, but 2 replacement chains were found in channel \"stable\" of package \"two\": two.v1.0.0, two.v2.0.0"
        );
        let mut namespace = namespace(vec![fine, starting("two", "stable", "two.v1.0.0")]);
        let plan = plan(sources, &namespace);
        assert_eq!(names(&plan), ["c.v3.0.0", "two.v1.0.0"]);
        apply(sources, &mut namespace, &plan);
        assert_eq!(resolve(sources, &namespace).unwrap_err(), failure);
    });
}

#[test]
fn a_plan_that_waits_keeps_waiting() {
    three().with(|sources| {
        let mut namespace = namespace(vec![Subscription::new("cat", "c", "stable")]);
        namespace.subscriptions[0].is_pending = true;
        assert_eq!(resolve(sources, &namespace), Ok(Outcome::Waiting));
    });
}

#[test]
fn stranded_is_silent() {
    three().with(|sources| {
        let mut namespace = namespace(vec![Subscription::new("cat", "c", "stable")]);
        installed(&mut namespace, "c", "c.v0.5.0", "0.5.0");
        assert_eq!(resolve(sources, &namespace), Ok(Outcome::Nothing));
    });
}

#[test]
fn channels_without_order_say_why() {
    let chain = |entries: Value| {
        let fbc = Fbc::default().package("c", "stable").channel("c", "stable", entries);
        let fbc = ["1", "2", "3", "4"]
            .into_iter()
            .fold(fbc, |fbc, n| fbc.bundle("c", &format!("{n}.0.0"), json!([])));
        fbc.with(|sources| {
            let index = &sources[0].index;
            let chain = index.channels[0].chain.clone();
            chain.map(|seats| {
                seats.into_iter().map(|seat| index.seats[seat].entry.name.to_string()).collect::<Vec<_>>()
            })
        })
    };
    let (one, two, three, four) = ("c.v1.0.0", "c.v2.0.0", "c.v3.0.0", "c.v4.0.0");
    assert_eq!(
        chain(json!([{"name": one, "replaces": two}, {"name": two, "replaces": one}])),
        Err(Disorder::NoHead)
    );
    let loops = json!([{"name": one, "replaces": two}, {"name": two, "replaces": one}, {"name": three, "replaces": two}]);
    assert_eq!(chain(loops), Err(Disorder::Cycle(three.into())));
    let forks = json!([{"name": one}, {"name": two, "replaces": one}, {"name": three, "replaces": two}, {"name": four, "replaces": two}]);
    assert_eq!(
        chain(forks),
        Err(Disorder::Chains(vec![(three.into(), one.into()), (four.into(), one.into())]))
    );
    // What is skipped is left out, and walked through; names that are not there are no edges.
    let skips = json!([{"name": one, "replaces": "c.v0"}, {"name": two, "replaces": one}, {"name": three, "replaces": two, "skips": [two, "c.v0"]}]);
    assert_eq!(chain(skips), Ok(vec![three.to_owned(), one.to_owned()]));
    assert_eq!(chain(json!([])), Ok(vec![]));
    // An entry without a bundle is not there.
    assert_eq!(
        chain(json!([{"name": one}, {"name": "c.v9.9.9", "replaces": one}])),
        Ok(vec![one.to_owned()])
    );
}

/// Subscriptions whose candidates exclude each other: the later gives way, and what cannot be fails quickly.
#[test]
fn apis_have_one_provider() {
    let api =
        |kind: &str| json!({"type": "olm.gvk", "value": {"group": "x.io", "version": "v1", "kind": kind}});
    let mut fbc = three().package("d", "stable");
    let entries: Vec<Value> = (0..300)
        .map(|n| json!({"name": format!("d.v{n}.0.0"), "replaces": format!("d.v{}.0.0", n - 1)}))
        .collect();
    fbc = fbc.channel("d", "stable", json!(entries));
    for n in 0..300 {
        // Only the oldest does without the API.
        let properties = if n == 0 { json!([]) } else { json!([api("X")]) };
        fbc = fbc.bundle("d", &format!("{n}.0.0"), properties);
    }
    for (package, kinds) in [("e", vec!["X"]), ("f", vec!["X", "Y"])] {
        let entry = json!([{"name": format!("{package}.v1.0.0")}]);
        fbc = fbc.package(package, "stable").channel(package, "stable", entry);
        fbc = fbc.bundle(package, "1.0.0", Value::Array(kinds.into_iter().map(api).collect()));
    }
    fbc.with(|sources| {
        let of = |packages: &[&str]| {
            namespace(packages.iter().map(|package| Subscription::new("cat", package, "stable")).collect())
        };
        assert_eq!(names(&plan(sources, &of(&["d", "e"]))), ["d.v0.0.0", "e.v1.0.0"]);
        assert_eq!(names(&plan(sources, &of(&["c", "d"]))), ["c.v3.0.0", "d.v299.0.0"]);
        let failure = resolve(sources, &of(&["c", "d", "e", "f"])).unwrap_err();
        assert_eq!(failure.class, Class::Unsatisfiable);
        assert!(failure.message.contains("provide X (x.io/v1)"), "{}", failure.message);
    });
}

mod random {
    use super::*;
    use proptest::prelude::*;

    /// Version, what it replaces, what it skips, its range, whether it is prohibited.
    type Seat = (usize, Option<usize>, Vec<usize>, Option<String>, bool);

    fn seats() -> impl Strategy<Value = Vec<Seat>> {
        let range = (0..7_usize, 0..8_usize, prop::sample::select(vec!["", " !=2.0.0", " || 4.0.0", " 1.x"]))
            .prop_map(|(from, to, more)| format!(">={from}.0.0 <{to}.0.0{more}"));
        let one = (
            prop::option::weighted(0.2, 0..7_usize),
            prop::collection::vec(0..7_usize, 0..2),
            prop::option::weighted(0.3, range),
            prop::bool::weighted(0.15),
        );
        // A chain, of which some edges are changed.
        prop::collection::vec(one, 1..7).prop_map(|all| {
            let seat = |(at, (replaces, skips, range, prohibited)): (usize, (Option<usize>, _, _, _))| {
                let before = if at == 0 { None } else { Some(at - 1) };
                (at, replaces.or(before), skips, range, prohibited)
            };
            all.into_iter().enumerate().map(seat).collect()
        })
    }

    fn name(at: usize) -> String {
        format!("c.v{at}.0.0")
    }

    fn fbc(seats: &[Seat]) -> Fbc {
        let entry = |(at, replaces, skips, range, _): &Seat| {
            let skips: Vec<String> = skips.iter().map(|at| name(*at)).collect();
            json!({
                "name": name(*at), "replaces": replaces.map(name).unwrap_or_default(), "skips": skips,
                "skipRange": range.clone().unwrap_or_default(),
            })
        };
        let entries: Vec<Value> = seats.iter().map(entry).collect();
        let fbc = Fbc::default().package("c", "stable").channel("c", "stable", json!(entries));
        seats.iter().fold(fbc, |fbc, (at, _, _, _, prohibited)| {
            let more = if *prohibited { json!([{"type": "olm.deprecated", "value": {}}]) } else { json!([]) };
            fbc.bundle("c", &format!("{at}.0.0"), more)
        })
    }

    /// The chain by the words of the reference: none if it has no order.
    fn chain(seats: &[Seat]) -> Option<Vec<usize>> {
        let replaces = |at: usize| seats[at].1.filter(|to| *to < seats.len());
        let skipped: BTreeSet<usize> = seats.iter().flat_map(|seat| seat.2.clone()).collect();
        let is_head =
            |at: &usize| !skipped.contains(at) && (0..seats.len()).all(|by| replaces(by) != Some(*at));
        let heads: Vec<usize> = (0..seats.len()).filter(is_head).collect();
        let [head] = heads.as_slice() else { return None };
        let (mut walked, mut at) = (vec![*head], *head);
        while let Some(next) = replaces(at) {
            if walked.contains(&next) {
                return None;
            }
            walked.push(next);
            at = next;
        }
        walked.retain(|at| !skipped.contains(at));
        Some(walked)
    }

    /// The choice by trying: the first of the chain that may be chosen and has an edge from what is installed.
    fn choice(seats: &[Seat], chain: &[usize], from: Option<usize>) -> Option<usize> {
        use olmcat::catalog::version::Range;
        let holds = |range: &Option<String>, at: usize| {
            let range = range.as_deref().and_then(|range| Range::parse(range).ok());
            range.is_some_and(|range| range.contains(&Version::parse(&format!("{at}.0.0")).unwrap()))
        };
        let has_edge = |to: usize| match from {
            None => true,
            Some(from) => {
                seats[to].1 == Some(from) || seats[to].2.contains(&from) || holds(&seats[to].3, from)
            }
        };
        let chosen = chain.iter().copied().find(|&to| !seats[to].4 && has_edge(to));
        chosen.filter(|&to| from != Some(to))
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 800, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn choices_are_those_of_a_naive_search(seats in seats(), from in prop::option::of(0..9_usize)) {
            fbc(&seats).with(|sources| {
                let mut namespace = namespace(vec![Subscription::new("cat", "c", "stable")]);
                if let Some(from) = from {
                    installed(&mut namespace, "c", &name(from), &format!("{from}.0.0"));
                }
                let found = resolve(sources, &namespace);
                let Some(chain) = chain(&seats) else {
                    prop_assert_eq!(found.map_err(|failure| failure.class), Err(Class::Disorder));
                    return Ok(());
                };
                let chosen = choice(&seats, &chain, from).map(name);
                match found {
                    Ok(Outcome::Plan(plan)) => prop_assert_eq!(Some(plan.steps[0].name.clone()), chosen),
                    Ok(_) => prop_assert!(from.is_some() && chosen.is_none()),
                    Err(_) => prop_assert!(from.is_none() && chosen.is_none()),
                }
                Ok(())
            })?;
        }

        #[test]
        fn the_table_of_all_versions_agrees_with_each(seats in seats()) {
            fbc(&seats).with(|sources| {
                let index = &sources[0].index;
                let choosable = choosable(sources, 0);
                for rung in Ladder::new(index, 0, &choosable).rungs {
                    let bundle = index.bundles[rung.bundle].blob.name.to_string();
                    let mut namespace = namespace(vec![Subscription::new("cat", "c", "stable")]);
                    let version = bundle.trim_start_matches("c.v");
                    installed(&mut namespace, "c", &bundle, version);
                    match resolve(sources, &namespace) {
                        Err(failure) => prop_assert_eq!(rung.end, End::Failed(failure)),
                        Ok(Outcome::Plan(plan)) => {
                            let step = &plan.steps[0];
                            prop_assert_eq!(rung.next, Some((step.seat, step.edge)));
                            let walk = walk(sources, &mut namespace, &mut Cluster::default());
                            if rung.end == End::Circle {
                                prop_assert_eq!(walk.stop, Stop::Circle);
                            } else {
                                prop_assert_eq!(rung.hops, walk.plans.len());
                                prop_assert_eq!(walk.stop, Stop::Done);
                                let last = &namespace.subscriptions[0].installed;
                                let head = index.channels[0].chain.as_ref().unwrap()[0];
                                let is_head = index.seats[head].entry.name == last.as_str();
                                prop_assert_eq!(rung.end == End::Head, is_head);
                            }
                        }
                        Ok(_) => prop_assert_eq!((rung.next, rung.hops), (None, 0)),
                    }
                }
                Ok(())
            })?;
        }
    }
}

/// Versions that do not parse, ranges that hold everything or nothing, names without bundles.
#[test]
fn odd_catalogs_have_answers() {
    let entries = json!([
        {"name": "c.vone"}, {"name": "c.v1.0.0", "skipRange": "not a range"},
        {"name": "c.v2.0.0", "skipRange": ">=0.0.0-0", "skips": ["c.vone", "c.v1.0.0", "c.v0.1.0"]},
        {"name": "c.v3.0.0", "replaces": "c.v2.0.0", "skipRange": ">2.0.0 <1.0.0"},
    ]);
    let fbc = Fbc::default().package("c", "stable").channel("c", "stable", entries);
    let fbc = ["one", "1.0.0", "2.0.0", "3.0.0"]
        .into_iter()
        .fold(fbc, |fbc, version| fbc.bundle("c", version, json!([])));
    fbc.with(|sources| {
        let (index, choosable) = (&sources[0].index, choosable(sources, 0));
        let ladder = Ladder::new(index, 0, &choosable);
        let rows: Vec<_> = (ladder.rungs.iter())
            .map(|rung| (index.bundles[rung.bundle].blob.name.as_ref(), rung.hops, rung.end == End::Head))
            .collect();
        assert_eq!(
            rows,
            [("c.vone", 2, true), ("c.v1.0.0", 2, true), ("c.v2.0.0", 1, true), ("c.v3.0.0", 0, true)]
        );
        let foreign = |name, version: &str| ladder.from(name, Version::parse(version).ok().as_ref());
        assert_eq!(foreign("c.v0.1.0", "0.1.0").1, 2);
        // The range of 2.0.0 holds any version, so what is newer than the head goes back to it, and up again.
        assert_eq!(foreign("d.v9.9.9", "9.9.9").1, 2);
        assert!(matches!(foreign("d.v9.9.9", "bad"), (None, 0, End::Stranded(None))));
    });
}

/// The time for all versions of a channel grows hardly faster than their number.
#[test]
fn a_table_of_many_versions_is_quick() {
    let time = |count: usize| {
        let name = |n: usize| format!("c.v{}.{}.{}", n / 100, n / 10 % 10, n % 10);
        let entries: Vec<Value> = (0..count)
            .map(|n| {
                let before = n.checked_sub(1).map(name).unwrap_or_default();
                json!({"name": name(n), "replaces": before, "skipRange": format!(">={}.0.0 <{}.0.0 !=5.0.0", n / 100, n / 200)})
            })
            .collect();
        let mut fbc = Fbc::default().package("c", "stable").channel("c", "stable", json!(entries));
        for n in 0..count {
            fbc = fbc.bundle("c", name(n).trim_start_matches("c.v"), json!([]));
        }
        fbc.with(|sources| {
            let run = || {
                let start = std::time::Instant::now();
                let choosable = choosable(sources, 0);
                let ladder = Ladder::new(&sources[0].index, 0, &choosable);
                assert_eq!(ladder.rungs[0].hops, count - 1);
                start.elapsed()
            };
            (0..3).map(|_| run()).min().unwrap()
        })
    };
    let (few, many) = (time(2_500), time(20_000));
    assert!(many < few * 24, "{few:?} for 2,500 and {many:?} for 20,000"); // 64 times if it were quadratic
}
