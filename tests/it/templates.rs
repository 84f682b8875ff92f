//! Templates against definitions that are too plain to be wrong.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use olmcat::catalog::{BundleBlob, Catalog, PACKAGE, Property, Raw};
use olmcat::diag::Report;
use olmcat::template::Template;
use olmcat::text::{Place, Sources};

type Version = (u64, u64, u64);

fn bundle(name: &str, version: &str, sources: &Sources) -> BundleBlob<'static> {
    let value = format!(r#"{{"packageName":"demo","version":"{version}"}}"#);
    BundleBlob {
        name: name.to_owned().into(),
        package: "demo".into(),
        image: format!("registry.example/demo:{name}").into(),
        properties: vec![Property { kind: PACKAGE.into(), value: Some(Raw::Json(value.into())) }],
        related_images: Vec::new(),
        origin: Place::file(sources.add("bundle", Vec::new())),
    }
}

fn name((major, minor, patch): Version) -> String {
    format!("demo.v{major}.{minor}.{patch}")
}

/// Entries by channel: name, what it replaces, what it skips.
type Channels = BTreeMap<String, Vec<(String, String, Vec<String>)>>;

const ARCHETYPES: [&str; 3] = ["candidate", "fast", "stable"];

/// The definition: only the highest patch of a minor has edges. It replaces the highest patch of the next
/// lower minor of its major and archetype, and skips whatever else is lower there.
fn define(lists: &[BTreeSet<Version>; 3], major: bool, minor: bool) -> Channels {
    let mut channels = Channels::new();
    for (archetype, list) in ARCHETYPES.iter().zip(lists) {
        for &version in list {
            let line: Vec<Version> =
                list.iter().copied().filter(|other| other.0 == version.0 && *other < version).collect();
            let is_highest =
                !list.iter().any(|other| (other.0, other.1) == (version.0, version.1) && *other > version);
            let before = line.iter().copied().filter(|other| other.1 < version.1).max();
            let (mut replaces, mut skips) = (String::new(), Vec::new());
            if is_highest {
                replaces = before.map(name).unwrap_or_default();
                skips = line.into_iter().filter(|other| Some(*other) != before).map(name).collect();
                skips.sort();
            }
            let mut add = |channel: String| {
                channels.entry(channel).or_default().push((name(version), replaces.clone(), skips.clone()));
            };
            if major {
                add(format!("{archetype}-v{}", version.0));
            }
            if minor {
                add(format!("{archetype}-v{}.{}", version.0, version.1));
            }
        }
    }
    channels
}

/// The default channel is the best one: by archetype, by the version of its lowest bundle, by the preferred
/// kind.
fn best(lists: &[BTreeSet<Version>; 3], major: bool, minor: bool, prefers_minor: bool) -> String {
    let mut candidates = Vec::new();
    for (rank, list) in lists.iter().enumerate() {
        let mut lowest: BTreeMap<(String, bool), Version> = BTreeMap::new();
        for &version in list {
            let names = [
                (format!("{}-v{}", ARCHETYPES[rank], version.0), false, major),
                (format!("{}-v{}.{}", ARCHETYPES[rank], version.0, version.1), true, minor),
            ];
            for (channel, is_minor, _) in names.into_iter().filter(|(.., is_made)| *is_made) {
                lowest.entry((channel, is_minor)).or_insert(version);
            }
        }
        for ((channel, is_minor), version) in lowest {
            candidates.push((rank, version, is_minor == prefers_minor, channel));
        }
    }
    candidates.into_iter().max().map(|(.., channel)| channel).unwrap_or_default()
}

fn expand(text: &str, bundles: &[BundleBlob<'static>]) -> (Catalog<'static>, Report) {
    // A catalog borrows from its template; here it may live as long as the test.
    let sources: &'static Sources = Box::leak(Box::default());
    let mut report = Report::default();
    let file = sources.add("template.yaml", text.as_bytes().to_vec());
    let template = Template::read(sources, file, &mut report).unwrap_or_else(|| panic!("{text}\n{report:?}"));
    let bundles: HashMap<String, _> =
        bundles.iter().map(|bundle| (bundle.image.to_string(), bundle.clone())).collect();
    (template.expand(bundles, &mut report), report)
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { failure_persistence: None, ..Default::default() })]

    #[test]
    fn channels_and_edges_are_as_defined(
        lists in proptest::array::uniform3(
            proptest::collection::btree_set((0..3_u64, 0..12_u64, 0..12_u64), 0..14)
        ),
        major in proptest::bool::ANY,
        minor in proptest::bool::ANY,
        preference in 0..3,
        is_upper in proptest::bool::ANY,
    ) {
        proptest::prop_assume!(lists.iter().any(|list| !list.is_empty()));
        // 0.0.0 is where opm starts to compare, and nothing is better than itself.
        proptest::prop_assume!(!lists.iter().any(|list| list.contains(&(0, 0, 0))));
        let is_minor = minor || !major;
        let prefers_minor = match preference {
            1 if major => false,
            2 if is_minor => true,
            _ => is_minor,
        };
        let mut text = format!("schema: olm.semver\ngenerateMajorChannels: {major}\ngenerateMinorChannels: {minor}\n");
        match preference {
            1 if major => text += "defaultChannelTypePreference: major\n",
            2 if is_minor => text += "defaultChannelTypePreference: minor\n",
            _ => {}
        }
        let (sources, mut bundles) = (Sources::default(), Vec::new());
        for (archetype, list) in ARCHETYPES.iter().zip(&lists).filter(|(_, list)| !list.is_empty()) {
            text += &format!("{archetype}:\n  bundles:\n");
            // The order of the template does not count.
            for &version in list.iter().rev() {
                text += &format!("  - image: registry.example/demo:{}\n", name(version));
                let (major, minor, patch) = version;
                bundles.push(bundle(&name(version), &format!("{major}.{minor}.{patch}"), &sources));
            }
        }
        if is_upper {
            text = text.replace("bundles:", "Bundles:").replace("image:", "Image:").replace("generateM", "GenerateM");
        }
        let (catalog, report) = expand(&text, &bundles);
        assert!(!report.has_errors(), "{text}\n{report:?}");
        let mut found = Channels::new();
        for channel in &catalog.channels {
            let entries = channel.entries().iter().map(|entry| {
                (entry.name.to_string(), entry.replaces.to_string(), entry.skips.iter().map(Cow::to_string).collect())
            });
            assert!(found.insert(channel.name.to_string(), entries.collect()).is_none(), "twice");
        }
        assert_eq!(found, define(&lists, major, is_minor), "{}", text);
        assert_eq!(catalog.packages[0].default_channel, best(&lists, major, is_minor, prefers_minor), "{}", text);
    }
}

/// A catalog of one channel; entries are written `name replaces skip,skip range`, `-` for nothing.
fn substitutes(entries: &[&str], substitutions: &[(&str, &str)]) -> String {
    let mut text = String::from(
        "schema: olm.template.substitutes\nentries:\n- {schema: olm.package, name: demo, defaultChannel: a}\n",
    );
    text += "- schema: olm.channel\n  package: demo\n  name: a\n  entries:\n";
    let mut names = Vec::new();
    for entry in entries {
        let words: Vec<&str> = entry.splitn(4, ' ').collect();
        names.push(words[0]);
        text += &format!("  - name: demo.{}\n", words[0]);
        if words[1] != "-" {
            text += &format!("    replaces: demo.{}\n", words[1]);
        }
        if words[2] != "-" {
            let skips: Vec<String> = words[2].split(',').map(|skip| format!("demo.{skip}")).collect();
            text += &format!("    skips: [{}]\n", skips.join(", "));
        }
        if words[3] != "-" {
            text += &format!("    skipRange: '{}'\n", words[3]);
        }
    }
    for name in names {
        let version = name.trim_start_matches('v');
        text += &format!(
            "- schema: olm.bundle\n  package: demo\n  name: demo.{name}\n  image: registry.example/demo:{name}\n  \
             properties: [{{type: olm.package, value: {{packageName: demo, version: {version}}}}}]\n"
        );
    }
    text += "substitutions:\n";
    for (name, base) in substitutions {
        text += &format!("- name: registry.example/demo:{name}\n  base: {base}\n");
    }
    text
}

fn shown(catalog: &Catalog<'_>) -> Vec<String> {
    let or_dash = |text: String| if text.is_empty() { "-".to_owned() } else { text };
    let short = |text: &str| text.replace("demo.", "");
    (catalog.channels[0].entries().iter())
        .map(|entry| {
            let skips: Vec<String> = entry.skips.iter().map(|skip| short(skip)).collect();
            let parts = [short(&entry.replaces), skips.join(","), entry.skip_range.to_string()];
            format!("{} {}", short(&entry.name), parts.map(or_dash).join(" "))
        })
        .collect()
}

#[test]
fn substitutes_take_the_places_of_others() {
    let sources = Sources::default();
    let new = [bundle("demo.v1.1.1", "1.1.1", &sources), bundle("demo.v1.0.1", "1.0.1", &sources)];
    let entries =
        ["v1.0.0 - v0.9.0 <1.0.0", "v1.1.0 v1.0.0 v0.9.1 -", "v1.2.0 v1.1.0 - -", "v1.3.0 v1.2.0 v1.1.0 -"];
    let text = substitutes(&entries, &[("demo.v1.1.1", "demo.v1.1.0")]);
    let (catalog, report) = expand(&text, &new);
    assert!(!report.has_errors(), "{report:?}");
    let wanted = [
        "v1.0.0 - v0.9.0 <1.0.0",
        // The base stays, without a way to it.
        "v1.1.0 - - -",
        // What replaced it replaces the substitute, and skips it.
        "v1.2.0 v1.1.1 v1.1.0 -",
        // What skipped it skips the substitute instead.
        "v1.3.0 v1.2.0 v1.1.1 -",
        // The substitute has its edges, and skips it, too.
        "v1.1.1 v1.0.0 v0.9.1,v1.1.0 -",
    ];
    assert_eq!(shown(&catalog), wanted);
    assert_eq!(catalog.bundles.len(), 5);
    // A second one in the same template sees what the first has made.
    let text = substitutes(&entries, &[("demo.v1.1.1", "demo.v1.1.0"), ("demo.v1.0.1", "demo.v1.0.0")]);
    let (catalog, _) = expand(&text, &new);
    assert_eq!(
        shown(&catalog)[4..],
        ["v1.1.1 v1.0.1 v0.9.1,v1.1.0,v1.0.0 -", "v1.0.1 - v0.9.0,v1.0.0 <1.0.0"]
    );
}

#[test]
fn wrong_substitutions_are_found() {
    let sources = Sources::default();
    let new = [bundle("demo.v1.0.1", "1.0.1", &sources), bundle("demo.v0.1.0", "0.1.0", &sources)];
    let entries = ["v1.0.0 - - -", "v1.1.0 v1.0.0 - -"];
    let found = |substitutions: &[(&str, &str)]| {
        let text = substitutes(&entries, substitutions);
        let sources = Sources::default();
        let mut report = Report::default();
        let file = sources.add("template.yaml", text.into_bytes());
        if let Some(template) = Template::read(&sources, file, &mut report) {
            let bundles = new.iter().map(|bundle| (bundle.image.to_string(), bundle.clone())).collect();
            template.expand(bundles, &mut report);
        }
        report.diagnostics().iter().map(|finding| finding.message.clone()).collect::<Vec<_>>().join("; ")
    };
    let table = [
        (&[("demo.v1.0.1", "demo.v9")][..], "no bundle is called `demo.v9`"),
        (&[("demo.v1.0.1", "demo.v1.1.0")], "`demo.v1.0.1` (1.0.1) is not higher than `demo.v1.1.0` (1.1.0)"),
        (&[("demo.v0.1.0", "demo.v1.0.0")], "`demo.v0.1.0` (0.1.0) is not higher"),
        (&[("demo.v1.0.1", "''")], "a substitution without `base`"),
        (
            &[("demo.v1.0.1", "demo.v1.0.0"), ("demo.v0.1.0", "demo.v1.0.0")],
            "`demo.v1.0.0` is in two substitutions",
        ),
        (&[("demo.v1.0.1", "demo.v1.0.0"), ("demo.v1.0.1", "demo.v1.1.0")], "is in two substitutions"),
    ];
    for (substitutions, wanted) in table {
        let found = found(substitutions);
        assert!(found.contains(wanted) && !found.contains("; "), "{substitutions:?}: {found}");
    }
}
