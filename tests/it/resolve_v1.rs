//! OLM v1 takes the highest version that has an edge, whatever the heads are.

use olmcat::catalog::version::VersionRelease;
use olmcat::resolve::v1::{Extension, Gates, choose, refuses};
use olmcat::resolve::{Source, VersionRange};
use serde_json::{Value, json};

use crate::resolve::Fbc;

/// A package with two heads in one channel, and another channel.
fn fbc() -> Fbc {
    let stable = json!([
        {"name": "c.v1.0.0"}, {"name": "c.v1.1.0", "replaces": "c.v1.0.0"},
        {"name": "c.v1.2.0", "replaces": "c.v1.1.0", "skips": ["c.v1.0.5"]}, {"name": "c.v0.9.0"}
    ]);
    let fast = json!([{"name": "c.v2.0.0", "skipRange": ">=1.2.0 <2.0.0"}]);
    let fbc = Fbc::default().package("c", "stable").channel("c", "stable", stable).channel("c", "fast", fast);
    let versions = ["0.9.0", "1.0.0", "1.1.0", "1.2.0", "2.0.0"];
    versions.into_iter().fold(fbc, |fbc, version| fbc.bundle("c", version, json!([])))
}

fn extension(channels: &[&str], range: &str, installed: Option<(&str, &str)>) -> Extension {
    Extension {
        package: "c".into(),
        channels: channels.iter().map(|channel| (*channel).to_owned()).collect(),
        range: (!range.is_empty()).then(|| VersionRange::parse(range).unwrap()),
        installed: installed
            .map(|(name, version)| (name.into(), VersionRelease::parse(version, "").unwrap())),
        is_self_certified: false,
    }
}

fn chosen(sources: &[Source<'_>], extension: &Extension) -> Result<String, String> {
    choose(sources, extension).map(|choice| sources[0].index.bundles[choice.bundle].blob.name.to_string())
}

#[test]
fn the_highest_version_wins() {
    let name = |name: &str| Ok(name.to_owned());
    fbc().with(|sources| {
        let get = |channels: &[&str], range, installed| chosen(sources, &extension(channels, range, installed));
        assert_eq!(get(&[], "", None), name("c.v2.0.0"));
        assert_eq!(get(&["stable"], "", None), name("c.v1.2.0"));
        assert_eq!(get(&[], "<1.2", None), name("c.v1.1.0"));
        assert_eq!(get(&[], "", Some(("c.v1.1.0", "1.1.0"))), name("c.v1.2.0"));
        // An edge of another channel counts, if its bundle is in one that is asked for.
        assert_eq!(get(&[], "", Some(("c.v1.2.0", "1.2.0"))), name("c.v2.0.0"));
        assert_eq!(get(&["stable"], "", Some(("c.v1.2.0", "1.2.0"))), name("c.v1.2.0"));
        // What the catalog does not have is known by its name.
        assert_eq!(get(&[], "", Some(("c.v1.0.5", "1.0.5"))), name("c.v1.2.0"));
        assert_eq!(
            get(&["fast"], "<2.0.0", Some(("c.v1.1.0", "1.1.0"))),
            Err("error upgrading from currently installed version \"1.1.0\": no bundles found for package \"c\" matching version \"<2.0.0\" in channels [fast]".to_owned())
        );
        let free = Extension { is_self_certified: true, ..extension(&[], "0.9.0", Some(("c.v2.0.0", "2.0.0"))) };
        assert_eq!(chosen(sources, &free), name("c.v0.9.0"));
    });
}

#[test]
fn deprecated_bundles_come_last() {
    let deprecations = json!({"schema": "olm.deprecations", "package": "c", "entries": [
        {"reference": {"schema": "olm.bundle", "name": "c.v2.0.0"}, "message": "broken"},
    ]});
    fbc().blob(deprecations).with(|sources| {
        assert_eq!(chosen(sources, &extension(&[], "", None)), Ok("c.v1.2.0".to_owned()));
        assert_eq!(chosen(sources, &extension(&["fast"], "", None)), Ok("c.v2.0.0".to_owned()));
    });
}

#[test]
fn what_is_not_supported_is_refused() {
    let modes = |mode: &str| json!({"type": "olm.csv.metadata", "value": {"installModes": [{"type": mode, "supported": true}]}});
    let need =
        json!({"type": "olm.package.required", "value": {"packageName": "d", "versionRange": ">0.0.0"}});
    let service = json!({"type": "olm.csv.metadata", "value": {
        "installModes": [{"type": "AllNamespaces", "supported": true}], "apiServiceDefinitions": {"owned": [{"name": "a"}]},
    }});
    let cases = [
        (json!([modes("AllNamespaces")]), None),
        (
            json!([modes("OwnNamespace")]),
            Some("unsupported bundle: bundle does not support AllNamespaces install mode"),
        ),
        (
            json!([modes("AllNamespaces"), need]),
            Some(
                "bundle \"c.v1.0.0\" has a dependency declared via property \"olm.package.required\" which is currently not supported",
            ),
        ),
        (json!([service]), Some("unsupported bundle: apiServiceDefintions are not supported")),
    ];
    for (properties, wanted) in cases {
        let fbc = Fbc::default().package("c", "s").channel("c", "s", json!([{"name": "c.v1.0.0"}]));
        fbc.bundle("c", "1.0.0", Value::clone(&properties)).with(|sources| {
            let found = refuses(sources[0].index.bundles[0].blob, Gates::default());
            assert_eq!(found.as_deref(), wanted);
        });
    }
}
