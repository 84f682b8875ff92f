//! What a real OLM v0 was seen to do, predicted; and the resolver against naive definitions.

use std::collections::BTreeMap;
use std::path::Path;

use olmcat::catalog::version::Version;
use olmcat::catalog::{self, Catalog};
use olmcat::diag::Report;
use olmcat::load;
use olmcat::resolve::v0::{Class, Edge, Outcome, Plan, resolve};
use olmcat::resolve::{
    Cluster, Group, Index, Installed, Namespace, Source, Stop, Subscription, Terms, Traits, apply, choosable,
    walk,
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

    /// As a file.
    pub fn text(&self) -> String {
        self.0.iter().map(|blob| blob.to_string() + "\n").collect()
    }

    /// Runs with the catalog `cat` in namespace `olm`.
    pub fn with<T>(&self, run: impl FnOnce(&[Source<'_>]) -> T) -> T {
        let (sources, mut report) = (Sources::default(), Report::default());
        let file = sources.add("catalog.json", self.text().into_bytes());
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
pub fn three() -> Fbc {
    let entries = json!([
        {"name": "c.v1.0.0"}, {"name": "c.v2.0.0", "replaces": "c.v1.0.0"}, {"name": "c.v3.0.0", "replaces": "c.v2.0.0"}
    ]);
    let fbc = Fbc::default().package("c", "stable").channel("c", "stable", entries);
    ["1.0.0", "2.0.0", "3.0.0"].into_iter().fold(fbc, |fbc, version| fbc.bundle("c", version, json!([])))
}

pub fn namespace(subscriptions: Vec<Subscription>) -> Namespace {
    Namespace { name: "default".into(), subscriptions, csvs: Vec::new() }
}

fn starting(package: &str, channel: &str, csv: &str) -> Subscription {
    Subscription { starting_csv: csv.into(), ..Subscription::new("cat", package, channel) }
}

/// A Subscription with a CSV that was installed from somewhere.
pub fn installed(namespace: &mut Namespace, package: &str, name: &str, version: &str) {
    let version = Version::parse(version).ok();
    let traits = Traits { package: package.into(), version, ..Traits::default() };
    namespace.csvs.push(Installed { name: name.into(), traits });
    for subscription in namespace.subscriptions.iter_mut().filter(|one| one.package == package) {
        subscription.installed = name.into();
    }
}

pub fn plan(sources: &[Source<'_>], namespace: &Namespace) -> Plan {
    match resolve(sources, namespace) {
        Ok(Outcome::Plan(plan)) => plan,
        other => panic!("no plan: {other:?}"),
    }
}

pub fn names(plan: &Plan) -> Vec<&str> {
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
    let crd = json!({"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {"name": "cs.c.io"}, "spec": {"group": "c.io", "names": {"kind": "C", "plural": "cs"}, "versions": versions}});
    json!({"type": "olm.bundle.object", "value": {"data": base64(&crd.to_string())}})
}

pub fn base64(text: &str) -> String {
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
