//! The rules against the rest of the field: what operator-framework/api and opm find in their own
//! fixtures we find, too; every rule that the field has is built or has a reason; and what was
//! published with defects is found out.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use olmcat::diag::{Level, Report, Suite};
use olmcat::load;
use olmcat::rules;
use olmcat::text::{Sources, Value as Node, locate, yaml};
use serde_json::{Map, Value};

use crate::support::{Folder, data, root, shared};

/// A finding: its level, rule, place as `file:line`, and message.
type Found = (Level, &'static str, String, String);

/// Checks the bundle in a folder by some suites.
fn check(path: &Path, suites: &[Suite]) -> Vec<Found> {
    let (sources, mut report) = (Sources::default(), Report::default());
    let bundle = load::bundle(path, &sources, &mut report).expect("it is a bundle");
    let context = rules::Context { suites: suites.to_vec(), ..rules::Context::default() };
    report.append(rules::check_bundle(&bundle, &context));
    report.sort(&sources);
    let one = |finding: &olmcat::diag::Diagnostic| {
        let source = sources.get(finding.place.file);
        let line = source.line_column(locate(&finding.place, &sources).start).0;
        let file = Path::new(source.name()).file_name().map(|name| name.to_string_lossy().into_owned());
        let place = format!("{}:{line}", file.unwrap_or_default());
        (finding.level, finding.code.id, place, finding.message.clone())
    };
    report.diagnostics().iter().map(one).collect()
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("it can be listed").path()).collect();
    paths.sort();
    paths
}

fn name(path: &Path) -> String {
    path.file_name().expect("it has a name").to_string_lossy().into_owned()
}

/// Copies files into a folder of a bundle. Folders are copied as such, since an empty one counts, too.
fn copy(from: &Path, to: &str, folder: &Folder) {
    for path in entries(from) {
        let to = format!("{to}/{}", name(&path));
        match path.is_dir() {
            true => drop(folder.write(&format!("{to}/empty"), "")),
            false => drop(folder.write(&to, fs::read(&path).expect("it can be read"))),
        }
    }
}

/// Makes a bundle of a fixture, which may be a folder of manifests without metadata, or one manifest.
fn fixture(path: &Path) -> Folder {
    let folder = Folder::new();
    let is_bundle = path.join("manifests").is_dir();
    if is_bundle && path.join("metadata").is_dir() {
        copy(&path.join("metadata"), "metadata", &folder);
    } else {
        let annotations = fs::read(data("bundle/metadata/annotations.yaml")).expect("it can be read");
        folder.write("metadata/annotations.yaml", annotations);
    }
    match (is_bundle, path.is_dir()) {
        (true, _) => copy(&path.join("manifests"), "manifests", &folder),
        (false, true) => copy(path, "manifests", &folder),
        (false, false) => {
            drop(folder.write(&format!("manifests/{}", name(path)), fs::read(path).expect("it can be read")))
        }
    }
    folder
}

/// Returns the folders that api takes for bundles: it goes down until it meets a ClusterServiceVersion.
fn bundles(path: &Path) -> Vec<PathBuf> {
    let is_csv = |file: &PathBuf| {
        file.is_file()
            && fs::read_to_string(file).is_ok_and(|text| text.contains("kind: ClusterServiceVersion"))
    };
    if path.join("manifests").is_dir() || entries(path).iter().any(is_csv) {
        return vec![path.to_owned()];
    }
    let below = entries(path).into_iter().filter(|path| path.is_dir());
    let found: Vec<_> = below.flat_map(|path| bundles(&path)).filter(|path| has_csv(path)).collect();
    if found.is_empty() { vec![path.to_owned()] } else { found }
}

fn has_csv(path: &Path) -> bool {
    path.join("manifests").is_dir()
        || entries(path).iter().any(|path| name(path).contains("clusterserviceversion"))
}

/// What api says, by a part of its message, and our rules for it. One of them must speak.
const OURS: &[(&str, &[&str])] = &[
    ("bundle manifests dir has hidden file", &["hidden-file"]),
    ("bundle manifests dir contains directory", &["subfolder-in-manifests"]),
    ("unable to find a csv", &["missing-csv", "manifest-without-kind"]),
    ("but not defined in CSV", &["unowned-crd"]),
    ("duplicate CRD", &["duplicate-object", "invalid-crd-version"]),
    ("invalid service account found in bundle", &["clashing-service-account"]),
    ("not found in bundle", &["owned-crd-not-found"]),
    ("is not a valid capabilities level", &["unknown-capability"]),
    ("is not in the set of standard categories", &["unknown-category"]),
    ("olm.maxOpenShiftVersion", &["missing-max-openshift-version"]),
    ("spec.names.singular: Invalid value", &["invalid-crd-names"]),
    ("must contain unique version names", &["invalid-crd-version"]),
    ("must have exactly one version marked as storage", &["ambiguous-storage-version"]),
    ("install modes not found", &["missing-install-modes"]),
    ("Spec.DisplayName: required field missing", &["missing-csv-field", "empty-display-name"]),
    ("Spec.InstallStrategy: required field missing", &["missing-deployment", "missing-csv-field"]),
    ("example must have a provided API", &["foreign-example"]),
    ("uses wrong case and should be", &["miscased-annotation"]),
    ("unable to find a deployment to install", &["missing-deployment"]),
    ("globalDefault field cannot be set to true", &["global-default-priority"]),
    ("maxUnavailable field cannot be set to 0", &["blocking-disruption-budget"]),
    ("Icon elements should contain both data and mediatype", &["incomplete-icon"]),
    ("Icon should only have one element", &["multiple-icons"]),
    ("Links elements should contain both name and url", &["incomplete-link"]),
    ("csv.Spec.Links url", &["invalid-link"]),
    ("Maintainers elements should contain both name and email", &["incomplete-maintainer"]),
    ("csv.Spec.Maintainers email", &["invalid-maintainer-email"]),
    ("csv.Spec.Provider.Name not specified", &["missing-provider"]),
    ("csv.Spec.Version must be set", &["missing-csv-version"]),
    ("csv.Spec.minKubeVersion is not informed", &["missing-minimum-kube-version"]),
    ("example annotations not found", &["missing-examples"]),
    ("provided API should have an example annotation", &["crd-without-example"]),
    ("found olm.properties annotation", &["properties-in-csv"]),
    (
        "this bundle is using APIs which were deprecated",
        &["expiring-api", "removed-api", "removed-api-permission", "removed-resource"],
    ),
    ("are not following the recommended naming convention", &["nonstandard-channel-name"]),
    ("is not following the versioning convention", &["nonstandard-csv-name"]),
    ("has an empty description", &["undescribed-crd"]),
    ("unable to find the resource requests", &["missing-resource-requests"]),
    ("csv.Spec.Icon not specified", &["missing-icon"]),
];

/// Where we disagree: a part of api's message, a part of the folders (empty for all), and why.
const DISAGREED: &[(&str, &str, &str)] = &[
    (
        "spec.preserveUnknownFields: Invalid value: true",
        "",
        "these CRDs are of v1beta1, where it is the default; api fills it in and then judges by v1",
    ),
    (
        "spec.versions: Invalid value: null",
        "",
        "these CRDs are of v1beta1 with `version` alone, which the API server turns into `versions`",
    ),
    ("please, inform the path of its index image file", "", "asks for an option of another tool"),
    (
        "removed in v1.22",
        "api-validation/valid_",
        "these bundles say by `olm.maxOpenShiftVersion` that they are for OpenShift up to 4.8",
    ),
    (
        "EtcdBackup\" not found in bundle",
        "api-manifests/valid_package",
        "api takes the CRDs of two versions of the package for those of one",
    ),
];

/// Returns what api says, each message with what it is about before it.
fn said(answer: &Value) -> Vec<String> {
    let mut said: Vec<String> = answer["loadError"].as_str().map(str::to_owned).into_iter().collect();
    for result in answer["results"].as_array().into_iter().flatten() {
        for of in ["errors", "warnings"] {
            for message in result[of].as_array().into_iter().flatten() {
                let text = |key| message[key].as_str().unwrap_or_default();
                said.push(format!("{}: {}", text("field"), text("detail")));
            }
        }
    }
    said
}

#[test]
fn what_others_find_we_find() {
    let mut failures = String::new();
    let (mut agreed, mut disagreed): (_, BTreeMap<&str, usize>) = (0, BTreeMap::new());
    for answers in ["fixtures/api-validate.jsonl", "percona/api-validate.jsonl"] {
        let Some(path) = shared(answers) else { return };
        for line in fs::read_to_string(path).expect("it can be read").lines() {
            let answer: Value = serde_json::from_str(line).expect("it is JSON");
            let dir = answer["dir"].as_str().expect("an answer is about a folder");
            let folders = bundles(&shared(dir).expect("its folder is there"));
            let found: BTreeSet<&str> = (folders.iter())
                .flat_map(|path| check(fixture(path).path(), &Suite::ALL))
                .map(|(_, id, ..)| id)
                .collect();
            for message in said(&answer) {
                let is_it = |(part, of, _): &&(&str, &str, &str)| message.contains(part) && dir.contains(of);
                if let Some((part, ..)) = DISAGREED.iter().find(is_it) {
                    *disagreed.entry(*part).or_insert(0) += 1;
                    continue;
                }
                let ours = OURS.iter().find(|(part, _)| message.contains(part));
                if ours.is_some_and(|(_, ids)| ids.iter().any(|id| found.contains(id))) {
                    agreed += 1;
                } else {
                    let _ = writeln!(failures, "{dir}: {message}");
                }
            }
        }
    }
    assert!(failures.is_empty(), "{failures}");
    assert!(agreed > 400, "{agreed}");
    for (part, _, why) in DISAGREED {
        assert!(disagreed.contains_key(part) && !why.is_empty(), "`{part}`: each disagreement is needed");
    }
}

/// Single manifests and bundles of api and opm: what is expected of us, or `-` for nothing of the kind that
/// the fixture is about.
const FIXTURES: &[(&str, &str)] = &[
    ("api-validation-internal/noInstallMode.csv.yaml", "missing-install-modes"),
    (
        "api-validation-internal/correct.csv.with.conversion.webhook.yaml",
        "-conversion-outside-all-namespaces",
    ),
    (
        "api-validation-internal/incorrect.csv.with.conversion.webhook.yaml",
        "conversion-outside-all-namespaces",
    ),
    ("api-validation-internal/badAnnotationNames.csv.yaml", "miscased-annotation"),
    ("api-validation-internal/badName.csv.yaml", "invalid-csv-name"),
    ("api-validation-internal/invalid.alm-examples.csv.yaml", "invalid-examples"),
    ("api-validation-internal/correct.csv.empty.example.yaml", "crd-without-example"),
    ("api-validation-internal/correct.csv.olm.properties.annotation.yaml", "properties-in-csv"),
    // The number 1.21, as which the type comes first.
    ("api-validation-internal/invalid_min_kube_version.csv.yaml", "wrong-csv-field-type"),
    ("api-validation-internal/dataTypeMismatch.csv.yaml", "wrong-csv-field-type"),
    ("api-validation-internal/v1beta1.crd.yaml", "expiring-api"),
    ("api-validation-internal/v1.crd.yaml", "-expiring-api"),
    ("api-validation-internal/duplicateVersions.crd.yaml", "invalid-crd-version"),
    ("api-validation-internal/deprecatedVersion.crd.yaml", "crd-without-versions"),
    ("api-validation-internal/noConversionReviewVersions.crd.yaml", "invalid-conversion"),
    ("api-validation-internal/correct.og.yaml", "-miscased-annotation"),
    ("api-validation-internal/badAnnotationNames.og.yaml", "miscased-annotation"),
    ("api-validation-internal/objects/valid_pdb.yaml", "-blocking-disruption-budget"),
    ("api-validation-internal/objects/invalid_pdb_minAvailable.yaml", "blocking-disruption-budget"),
    ("api-validation-internal/objects/invalid_pdb_maxUnavailable.yaml", "blocking-disruption-budget"),
    ("api-validation-internal/objects/valid_priorityclass.yaml", "-global-default-priority"),
    ("api-validation-internal/objects/invalid_priorityclass.yaml", "global-default-priority"),
    ("api-validation-internal/objects/valid_role_get_pdb.yaml", "-disruption-budget-permission"),
    ("api-validation-internal/objects/invalid_role_create_pdb.yaml", "disruption-budget-permission"),
    ("api-validation-internal/objects/valid_role_get_scc.yaml", "-security-constraint-change"),
    ("api-validation-internal/objects/invalid_role_modify_scc.yaml", "security-constraint-change"),
    ("opm-bundle/validate/invalid_annotations_bundle", "unsupported-media-type"),
    ("opm-bundle/validate/invalid_dependencies_bundle/invalid_gvk_dependency", "incomplete-dependency"),
    (
        "opm-bundle/validate/invalid_dependencies_bundle/invalid_package_dependency",
        "invalid-dependency-range",
    ),
    (
        "opm-bundle/validate/invalid_dependencies_bundle/invalid_dependency_type",
        "unsupported-dependency-type",
    ),
    ("opm-bundle/validate/invalid_dependencies_bundle/invalid_label_dependency", "incomplete-dependency"),
    ("opm-bundle/validate/invalid_manifests_bundle/invalid_csv", "missing-install-modes"),
    ("opm-bundle/validate/invalid_manifests_bundle/invalid_crd", "invalid-crd-version"),
    ("opm-bundle/validate/invalid_manifests_bundle/invalid_sa", "unquoted-object-annotation"),
    ("opm-bundle/validate/invalid_manifests_bundle/invalid_type", "unsupported-kind"),
    ("opm-bundle/validate/invalid_manifests_bundle/invalid_bundle", "owned-crd-not-found"),
    ("opm-bundle/validate/invalid_manifests_bundle/invalid_bundle_2", "unowned-crd"),
    ("opm-bundle/validate/invalid_manifests_bundle/invalid_annotation_name", "miscased-annotation"),
    ("opm-bundle/validate/invalid_manifests_bundle/invalid_v1_crd", "crd-without-schema"),
];

#[test]
fn fixtures_come_to_what_their_names_say() {
    let mut failures = String::new();
    for (path, expected) in FIXTURES {
        let Some(path) = shared(&format!("fixtures/{path}")) else { return };
        let found = check(fixture(&path).path(), &Suite::ALL);
        let id = expected.trim_start_matches('-');
        let is_wanted = id.len() == expected.len();
        if found.iter().any(|(_, found, ..)| *found == id) != is_wanted {
            let _ = writeln!(failures, "{}: {expected}\n  {found:?}", path.display());
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

/// The errors of the 19 published bundles: version and line, rule, and what is wrong in words.
const PUBLISHED: &[(&str, &str, &str)] = &[
    ("dbaas-operator/0.1.15:33", "incomplete-icon", ICON),
    ("dbaas-operator/0.1.17:38", "incomplete-icon", ICON),
    ("dbaas-operator/0.1.4:33", "incomplete-icon", ICON),
    ("dbaas-operator/0.1.6:33", "incomplete-icon", ICON),
    ("dbaas-operator/0.1.7:33", "incomplete-icon", ICON),
    ("dbaas-operator/0.1.9:33", "incomplete-icon", ICON),
    ("percona-server-mongodb-operator/1.13.1:12", "invalid-csv-skip-range", RANGE),
    ("percona-server-mongodb-operator/1.14.0:12", "invalid-csv-skip-range", RANGE),
    ("percona-xtradb-cluster-operator/1.12.0:12", "invalid-csv-skip-range", RANGE),
    ("percona-xtradb-cluster-operator/1.13.0:12", "invalid-csv-skip-range", RANGE),
    (
        "victoriametrics-operator/0.16.0:5",
        "clashing-service-account",
        "the bundle brings the ServiceAccount that OLM makes for the Deployment `vm-operator-vm-operator`",
    ),
];
const ICON: &str = "the icon is what the scaffolding left: an empty picture of no type";
const RANGE: &str = "the skip range `<v...` has a `v` before the version, so that OLM reads no range at all";

#[test]
fn what_was_published_with_defects_is_found_out() {
    let Some(all) = shared("percona/bundles") else { return };
    let suites = [&Suite::USUAL[..], &[Suite::OperatorHub]].concat();
    let mut found = Vec::new();
    for version in entries(&all).iter().flat_map(|package| entries(package)) {
        let bundle = format!("{}/{}", name(version.parent().expect("it is below")), name(&version));
        for (level, id, place, _) in check(&version, &suites) {
            let line = place.rsplit(':').next().unwrap_or_default();
            if level == Level::Error {
                found.push((format!("{bundle}:{line}"), id));
            }
        }
    }
    let wanted: Vec<_> = PUBLISHED.iter().map(|(place, id, _)| ((*place).to_owned(), *id)).collect();
    assert_eq!(found, wanted);
    assert!(PUBLISHED.iter().all(|(.., why)| why.split(' ').count() > 8));
}

#[test]
fn the_schema_of_csvs_is_fresh() {
    const KEPT: &[&str] = &[
        "additionalProperties",
        "enum",
        "items",
        "maximum",
        "minimum",
        "properties",
        "required",
        "type",
        "x-kubernetes-int-or-string",
        "x-kubernetes-preserve-unknown-fields",
    ];
    fn plain(value: Node<'_, '_>) -> Value {
        match value.str() {
            Some(text) => Value::String(text.to_owned()),
            None if value.items().next().is_some() => value.items().map(plain).collect(),
            None => serde_json::from_str(value.text()).expect("scalars are spelled as in JSON"),
        }
    }
    fn schema(value: Node<'_, '_>) -> Value {
        let mut kept = Map::new();
        for (key, value) in value.entries().filter(|(key, _)| KEPT.contains(&key.text())) {
            let value = match key.text() {
                "properties" => Value::Object(
                    value.entries().map(|(name, value)| (name.text().to_owned(), schema(value))).collect(),
                ),
                "items" | "additionalProperties" if value.entries().next().is_some() => schema(value),
                _ => plain(value),
            };
            kept.insert(key.text().to_owned(), value);
        }
        Value::Object(kept)
    }
    let Some(path) = shared("schemas/operators.coreos.com_clusterserviceversions.yaml") else { return };
    let text = fs::read_to_string(path).expect("it can be read");
    let tree = yaml::read(&text, 0..text.len()).expect("it is YAML");
    let versions = tree.root().and_then(|root| root.at(&["spec", "versions"])).expect("a CRD has versions");
    let version = versions.items().next().expect("there is one");
    let mut all = schema(version.at(&["schema", "openAPIV3Schema"]).expect("it has a schema"));
    all["properties"].as_object_mut().expect("it has fields").remove("status");
    let path = root().join("src/rules/data/csv_schema.json");
    let fresh = all.to_string() + "\n";
    if std::env::var_os("UPDATE").is_some_and(|update| update == "1") {
        fs::write(&path, &fresh).expect("it can be written");
    }
    assert!(fs::read_to_string(path).unwrap_or_default() == fresh, "UPDATE=1 writes it anew");
}

/// Every rule of the field is built, or has a reason why not; never both.
#[test]
fn the_table_of_the_field_is_fresh() {
    let mut covered: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for rule in rules::all() {
        let (_, covers) = rule.code.docs.split_once("Covers: ").expect("another test asks for it");
        let covers = covers.split("\n\n").next().unwrap_or_default();
        for id in covers.split('`').skip(1).step_by(2) {
            covered.entry(id).or_default().push(rule.code.id);
        }
    }
    let path = root().join("src/rules/data/field.csv");
    let table = fs::read_to_string(path).expect("the table can be read");
    let rows: Vec<Vec<&str>> = table.lines().skip(1).map(|line| line.splitn(3, ',').collect()).collect();
    assert_eq!(rows.len(), 481);
    let mut text = String::from(
        "# What the field checks\n\nGenerated by `UPDATE=1 cargo test the_table_of_the_field_is_fresh`. \
         These are the checks of a bundle or catalog that the tools of the field have, or should have, by \
         their usual names; and the rules here that do the same, or why there is none.\n\n\
         | check | rule, or why not |\n| --- | --- |\n",
    );
    for row in &rows {
        let (id, reason) = (row[1], row[2]);
        let ours = covered.remove(id).unwrap_or_default();
        assert_eq!(ours.is_empty(), !reason.is_empty(), "`{id}` has a rule or a reason: {ours:?}, {reason}");
        for rule in reason.split('`').skip(1).step_by(2).filter(|rule| rule.contains('-')) {
            let is_known = rules::all().iter().any(|known| *known.code.id == *rule)
                || rows.iter().any(|row| row[1] == rule);
            assert!(is_known || Suite::ALL.iter().any(|suite| suite.name() == rule), "`{id}` names `{rule}`");
        }
        let ours: Vec<_> = ours.iter().map(|rule| format!("`{rule}`")).collect();
        let _ = writeln!(text, "| {id} | {}{reason} |", ours.join(", "));
    }
    if let Some(reference) = shared("../reference/bundle-rules.md") {
        let reference = fs::read_to_string(reference).expect("it can be read");
        for row in &rows {
            let last = row[1].rsplit('-').next().unwrap_or_default();
            assert!(reference.contains(&format!("`{}`", row[1])) || reference.contains(&format!("-{last}`")));
        }
    }
    let path = root().join("src/rules/FIELD.md");
    if std::env::var_os("UPDATE").is_some_and(|update| update == "1") {
        fs::write(&path, &text).expect("the table can be written");
    }
    assert!(fs::read_to_string(path).unwrap_or_default() == text, "UPDATE=1 writes it anew");
}
