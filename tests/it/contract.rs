//! The contract with an installer: that of this repository, and one of another installer.

use std::fs;
use std::path::Path;

use olmcat::catalog::Catalog;
use olmcat::diag::Report;
use olmcat::load;
use olmcat::resolve::{Group, Index, v1};
use olmcat::rules::{Context, Rule, check_bundle, check_contract};
use olmcat::settings::Contract;
use olmcat::text::{Sources, locate};

use crate::support::{data, root, shared};

fn contract(path: &Path, sources: &Sources) -> Contract {
    let mut report = Report::default();
    let file = sources.add(path.display().to_string(), fs::read(path).unwrap());
    let contract = Contract::read(sources, file, &mut report);
    assert!(report.diagnostics().is_empty(), "{report:?}");
    contract.unwrap()
}

fn findings(catalog: &Catalog<'_>, contract: &Contract) -> Vec<(&'static str, String)> {
    let report = check_contract(&[catalog], contract, true);
    let finding = |finding: &olmcat::diag::Diagnostic| (finding.code.id, finding.subject.package.clone());
    report.diagnostics().iter().map(finding).collect()
}

/// The catalog that was published keeps the contract; ours differs in that upgrades leave out minor versions.
#[test]
fn the_published_catalog_keeps_the_contract() {
    let (sources, mut report) = (Sources::default(), Report::default());
    let contract = contract(&root().join("catalog/contract.yaml"), &sources);
    let ours = load::catalog(&root().join("catalog"), &sources, &mut report).unwrap();
    let wanted = ["percona-server-mongodb-operator", "percona-xtradb-cluster-operator"];
    assert_eq!(findings(&ours, &contract), wanted.map(|package| ("skipped-minor", package.to_owned())));
    let Some(published) = shared("percona/catalog") else { return };
    let published = load::catalog(&published, &sources, &mut report).unwrap();
    assert_eq!(findings(&published, &contract), []);
}

#[test]
fn another_installer_has_other_wishes() {
    let sources = Sources::default();
    let everest = contract(&data("everest-contract.yaml"), &sources);
    let modes = |package: &str| {
        let namespace = everest.namespace(package).unwrap();
        Group { namespace: namespace.name.clone(), targets: namespace.targets() }.modes()
    };
    assert_eq!(modes("percona-xtradb-cluster-operator"), ["OwnNamespace"]);
    assert_eq!(modes("everest-operator"), ["MultiNamespace", "OwnNamespace"]);
    let mut report = Report::default();
    let ours = load::catalog(&root().join("catalog"), &sources, &mut report).unwrap();
    let missing: Vec<String> = findings(&ours, &everest)
        .into_iter()
        .filter(|(id, _)| *id == "missing-subscribed-package")
        .map(|(_, package)| package)
        .collect();
    assert_eq!(missing, ["everest-operator", "percona-postgresql-operator"]);
}

/// Two targets need `MultiNamespace`, which the bundle of the tests does not support.
#[test]
fn several_targets_need_another_mode() {
    let sources = Sources::default();
    let text = "namespaces: [{name: a, targets: [a, b], packages: [demo]}]\npackages: {demo: {channel: c, deployment: demo}}\n";
    let (mut report, file) = (Report::default(), sources.add("contract.yaml", text.into()));
    let contract = Contract::read(&sources, file, &mut report).unwrap();
    let bundle = load::bundle(&data("bundle"), &sources, &mut report).unwrap();
    let found = check_bundle(&bundle, &Context::with_contract(Some(&contract)));
    let found: Vec<_> = found
        .diagnostics()
        .iter()
        .filter(|finding| finding.code.id == "unsupported-install-mode")
        .map(|finding| finding.message.as_str())
        .collect();
    assert_eq!(found, ["install mode `MultiNamespace` is not supported"]);
}

#[test]
fn a_contract_that_contradicts_itself_is_a_finding_with_a_line() {
    let cases = [
        (
            "namespaces:\n- {name: a, packages: [demo, other]}\npackages: {demo: {channel: c, deployment: d}}\n",
            2,
            "names a package `other`",
        ),
        ("packages:\n  demo: {channel: c}\n", 2, "missing field `deployment`"),
        ("approval: Maybe\n", 1, "unknown variant `Maybe`"),
        ("installMode: OwnNamespace\n", 1, "unknown field `installMode`"),
    ];
    for (text, line, wanted) in cases {
        let (sources, mut report) = (Sources::default(), Report::default());
        let file = sources.add("contract.yaml", text.into());
        assert!(Contract::read(&sources, file, &mut report).is_none());
        let [finding] = report.diagnostics() else { panic!("{report:?}") };
        assert!(finding.message.contains(wanted), "{}", finding.message);
        let at = sources.get(file).line_column(locate(&finding.place, &sources).start);
        assert_eq!(at.0, line, "{text}");
    }
}

/// What OLM v1 refuses as it is set up by default: what cannot watch all namespaces.
#[test]
fn olm_v1_refuses_what_cannot_watch_all_namespaces() {
    let (sources, mut report) = (Sources::default(), Report::default());
    let catalog = load::catalog(&root().join("catalog"), &sources, &mut report).unwrap();
    let index = Index::new([&catalog]);
    let refused = |gates: v1::Gates| -> Vec<&str> {
        let bundles = index.bundles.iter().filter(|bundle| v1::refuses(bundle.blob, gates).is_some());
        let mut packages: Vec<&str> = bundles.map(|bundle| bundle.blob.package.as_ref()).collect();
        packages.sort_unstable();
        packages
    };
    let (psmdb, pxc) = ("percona-server-mongodb-operator", "percona-xtradb-cluster-operator");
    let all: Vec<&str> = [vec![psmdb; 5], vec![pxc; 4]].concat();
    assert_eq!(refused(v1::Gates::default()), all);
    assert_eq!(refused(v1::Gates { single_namespace: true, ..v1::Gates::default() }), Vec::<&str>::new());
}

/// What is known of versions that were published, and why the installer stumbles over them.
#[test]
fn known_defects_of_published_versions_come_out() {
    let sources = Sources::default();
    let contract = contract(&root().join("catalog/contract.yaml"), &sources);
    let wanted = [
        (
            "percona-server-mongodb-operator",
            "1.13.0",
            "nonstandard-bundle-name",
            "`percona-server-mongodb-operator.v1`",
        ),
        ("percona-server-mongodb-operator", "1.13.1", "mistagged-operator-image", ":1.13.0`"),
        ("victoriametrics-operator", "0.16.0", "unsupported-install-mode", "OwnNamespace"),
    ];
    let mut found = Vec::new();
    let folders = |path: &Path| {
        let mut paths: Vec<_> = fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        paths
    };
    for path in folders(&root().join("bundles")).iter().flat_map(|package| folders(package)) {
        let bundle = load::bundle(&path, &sources, &mut Report::default()).unwrap();
        let context = Context::with_contract(Some(&contract));
        for finding in check_bundle(&bundle, &context).diagnostics() {
            if wanted.iter().any(|(.., id, _)| *id == finding.code.id) {
                let subject = &finding.subject;
                found.push((
                    subject.package.clone(),
                    subject.version.clone(),
                    finding.code.id,
                    finding.message.clone(),
                ));
            }
        }
    }
    assert_eq!(found.len(), wanted.len(), "{found:#?}");
    for ((package, version, id, part), found) in wanted.iter().zip(&found) {
        assert_eq!((found.0.as_str(), found.1.as_str(), found.2), (*package, *version, *id));
        assert!(found.3.contains(part), "{found:?}");
    }
}

/// Every constraint that installers put on a catalog has a rule, or a reason why not; never both.
#[test]
fn the_table_of_installers_is_fresh() {
    let table = fs::read_to_string(root().join("src/rules/data/installer.csv")).unwrap();
    let mut text = String::from(
        "# What installers expect\n\nGenerated by `UPDATE=1 cargo test the_table_of_installers_is_fresh`. These are the \
         constraints that the installers of the database platform put on a catalog, and the rules that check them.\n\n\
         | | what holds | rule, or why not |\n| --- | --- | --- |\n",
    );
    for (number, line) in table.lines().skip(1).enumerate() {
        let [id, what, reason] = line.splitn(3, ',').collect::<Vec<_>>()[..] else { panic!("{line}") };
        assert_eq!(id, format!("IC{:02}", number + 1));
        let covers = |rule: &&&'static Rule| {
            let (_, covers) = rule.code.docs.split_once("Covers: ").unwrap();
            covers
                .split("\n\n")
                .next()
                .unwrap()
                .split(|letter: char| !letter.is_alphanumeric())
                .any(|word| word == id)
        };
        let rules: Vec<String> =
            olmcat::rules::all().iter().filter(covers).map(|rule| format!("`{}`", rule.code.id)).collect();
        assert_eq!(rules.is_empty(), !reason.is_empty(), "{id} has a rule or a reason: {rules:?}, {reason}");
        text += &format!("| {id} | {what} | {}{reason} |\n", rules.join(", "));
    }
    assert_eq!(table.lines().count(), 25);
    let path = root().join("src/rules/INSTALLER.md");
    if std::env::var_os("UPDATE").is_some_and(|update| update == "1") {
        fs::write(&path, &text).unwrap();
    }
    assert!(fs::read_to_string(path).unwrap_or_default() == text, "UPDATE=1 writes it anew");
}
