//! The examples in the documents of rules: blocks of YAML, and what they come to.

use crate::support::{Folder, data};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use olmcat::catalog;
use olmcat::diag::{Platform, Report, Suite};
use olmcat::load;
use olmcat::render;
use olmcat::rules::{self, Rule};
use olmcat::settings::Contract;
use olmcat::template::Template;
use olmcat::text::{Kind, Sources, Value, locate, yaml};
use serde_json::{Map, Value as Json};
use std::collections::BTreeSet;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// A block of YAML and what it comes to.
pub struct Case {
    /// What follows `yaml` on the fence.
    pub info: String,
    pub yaml: String,
    /// What the older of two bundles is changed by: a file and a patch.
    pub from: Option<(String, String)>,
    pub expected: Vec<String>,
    /// The lines of the document between the fences of `findings`.
    pub findings: Option<Range<usize>>,
    pub line: usize,
}

/// Returns the cases of a document.
pub fn cases(text: &str) -> Vec<Case> {
    let lines: Vec<&str> = text.lines().collect();
    let mut cases: Vec<Case> = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        let Some(info) = lines[at].strip_prefix("```").filter(|info| !info.is_empty()) else {
            at += 1;
            continue;
        };
        let length = lines[at + 1..].iter().position(|line| *line == "```").expect("a fence is closed");
        let body = at + 1..at + 1 + length;
        if let Some(info) = info.strip_prefix("yaml ") {
            let yaml = lines[body.clone()].iter().fold(String::new(), |all, line| all + line + "\n");
            let mut case = Case {
                info: info.to_owned(),
                yaml,
                from: None,
                expected: Vec::new(),
                findings: None,
                line: at + 1,
            };
            // The older bundle is told before the newer one.
            let is_older = |last: &mut Case| info.starts_with("to=") && last.info.starts_with("from=");
            if let Some(older) = cases.pop_if(is_older) {
                case.from = Some((older.info.trim_start_matches("from=").to_owned(), older.yaml));
            }
            cases.push(case);
        } else if info == "findings" {
            let case = cases.last_mut().expect("findings follow a block of YAML");
            assert!(case.findings.is_none(), "findings follow findings");
            case.expected = lines[body.clone()].iter().map(|line| (*line).to_owned()).collect();
            case.findings = Some(body.clone());
        }
        at = body.end + 1;
    }
    cases
}

/// Returns the findings as `level[id] file:line:column: message`, in the order of places.
pub fn concise(report: &Report, sources: &Sources, folder: &str) -> Vec<String> {
    let mut lines = BTreeSet::new();
    for finding in report.diagnostics() {
        let source = sources.get(finding.place.file);
        let start = locate(&finding.place, sources).start;
        let (line, column) = source.line_column(start);
        let name = source.name().strip_prefix(folder).unwrap_or(source.name()).trim_start_matches('/');
        let text =
            format!("{}[{}] {name}:{line}:{column}: {}", finding.level, finding.code.id, finding.message);
        lines.insert((name.to_owned(), start, text));
        for label in &finding.labels {
            locate(&label.place, sources);
        }
    }
    lines.into_iter().map(|(_, _, text)| text).collect()
}

/// Runs a case of a rule: what every project is checked for, the suite of the rule, and its platforms.
pub fn run(case: &Case, rule: &Rule) -> Vec<String> {
    let folder = Folder::new();
    prepare(case, &folder);
    let (sources, report) = check(case, rule, &folder);
    concise(&report, &sources, &folder.path().to_string_lossy())
}

/// Writes the files of a case.
pub fn prepare(case: &Case, folder: &Folder) {
    match case.info.split_once('=') {
        Some((word @ ("merge" | "file"), names)) => {
            changed_bundle(names, word == "merge", &with_filling(&case.yaml), folder)
        }
        Some(("from" | "to", _)) => prepare_upgrade(case, folder),
        _ => drop(folder.write(&case.info, with_manifests(&case.yaml))),
    }
}

/// Checks the files of a case.
pub fn check(case: &Case, rule: &Rule, folder: &Folder) -> (Sources, Report) {
    let sources = Sources::default();
    let mut report = Report::default();
    let path = folder.path().join(&case.info);
    let add = || sources.add(path.display().to_string(), fs::read(&path).expect("it was written"));
    let is_bundle = ["merge=", "file="].iter().any(|word| case.info.starts_with(word));
    match (case.info.as_str(), is_bundle) {
        ("catalog.yaml", _) => {
            let catalog = catalog::read(&sources, add(), &mut report);
            report.append(rules::check_catalog(&catalog));
            if !report.has_errors() {
                report.append(rules::check_upgrades(&[&catalog], &[], None));
            }
        }
        // The first document is the contract, the others are the catalog.
        ("contract.yaml", _) => {
            let (contract, catalog) = case.yaml.split_once("---\n").expect("a catalog follows the contract");
            let named = |name: &str| folder.path().join(name).display().to_string();
            let file = sources.add(named("contract.yaml"), contract.as_bytes().to_vec());
            let contract = Contract::read(&sources, file, &mut report);
            let file = sources.add(named("catalog.yaml"), catalog.as_bytes().to_vec());
            let catalog = catalog::read(&sources, file, &mut report);
            report.append(rules::check_catalog(&catalog));
            if let Some(contract) = contract {
                report.append(rules::check_contract(&[&catalog], &contract, true));
            }
        }
        ("installed.yaml", _) => {
            let catalog = catalog::read(&sources, add(), &mut report);
            report.append(rules::check_catalog(&catalog));
            let contract = contract(&sources, &mut report);
            report.append(rules::check_upgrades(&[&catalog], &[], Some(&contract)));
        }
        ("template.yaml", _) => {
            let template = Template::read(&sources, add(), &mut report);
            assert!(template.is_some() || report.has_errors());
        }
        (_, true) => {
            let mut bundle =
                load::bundle(folder.path(), &sources, &mut report).expect("the bundle can be read");
            bundle.image = "registry.example/demo/demo-bundle:v0.1.0".into();
            let contract = contract(&sources, &mut report);
            let mut context = rules::Context::with_contract(Some(&contract));
            context.suites = [&Suite::USUAL[..], &[rule.code.suite]].concat();
            if !rule.check.applies().is_usual {
                context.platforms = vec![Platform::OlmV0, Platform::OlmV1];
            }
            report.append(rules::check_bundle(&bundle, &context));
        }
        (info, false) if info.starts_with("from=") || info.starts_with("to=") => {
            check_upgrade(folder, &sources, &mut report);
        }
        (other, false) => panic!("line {}: nobody knows how to run `{other}`", case.line),
    }
    (sources, report)
}

/// Puts base64 of a manifest where one of some size is asked for: no document is as large.
pub fn with_manifests(yaml: &str) -> String {
    let mut parts = yaml.split("<manifest of ");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |all, part| {
        let (size, rest) = part.split_once(" bytes>").expect("a size is a number of bytes");
        let frame = "{\"kind\":\"ConfigMap\",\"data\":{\"a\":\"\"}}";
        let filling = "a".repeat(size.parse::<usize>().expect("it is a number") - frame.len());
        all + &STANDARD.encode(frame.replace(":\"\"", &format!(":\"{filling}\""))) + rest
    })
}

/// Puts text where some of a size is asked for: `filling`, which compresses to nothing, or `noise`, of
/// which three quarters stay.
pub fn with_filling(yaml: &str) -> String {
    let mut state = 1u64;
    let mut noise = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        char::from(
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"[(state >> 58) as usize],
        )
    };
    let mut parts = yaml.split('<');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |all, part| {
        let asked = part.split_once(" bytes of ").and_then(|(size, rest)| {
            let size: usize = size.parse().ok()?;
            let (word, rest) = rest.split_once('>')?;
            let text = match word {
                "filling" => "A".repeat(size),
                "noise" => (0..size).map(|_| noise()).collect(),
                _ => return None,
            };
            Some(text + rest)
        });
        all + &asked.unwrap_or_else(|| format!("<{part}"))
    })
}

/// The contract that the blessed bundle fulfils.
pub fn contract(sources: &Sources, report: &mut Report) -> Contract {
    let contract = fs::read(data("contract.yaml")).expect("the blessed contract can be read");
    let contract = sources.add("contract.yaml", contract);
    Contract::read(sources, contract, report).expect("the blessed contract is right")
}

/// Writes the blessed bundle twice, as two versions: each may be changed.
pub fn prepare_upgrade(case: &Case, folder: &Folder) {
    let newer = case.info.strip_prefix("to=").map(|file| (file, case.yaml.as_str()));
    let older = match case.info.strip_prefix("from=") {
        Some(file) => Some((file, case.yaml.as_str())),
        None => case.from.as_ref().map(|(file, patch)| (file.as_str(), patch.as_str())),
    };
    for (name, version, patch) in [("from", "0.1.0", older), ("to", "0.2.0", newer)] {
        let (file, patch) = patch.unwrap_or(("manifests/demo.clusterserviceversion.yaml", "{}"));
        let patched = Folder::new();
        changed_bundle(file, true, patch, &patched);
        for path in files(patched.path()) {
            let below =
                path.strip_prefix(patched.path()).expect("it is below").to_string_lossy().into_owned();
            let content = fs::read_to_string(&path).expect("the bundle can be read");
            folder.write(&format!("{name}/{below}"), content.replace("0.1.0", version));
        }
    }
}

/// Checks the upgrade from one of the two to the other; what either has wrong by itself is not asked.
pub fn check_upgrade(folder: &Folder, sources: &Sources, report: &mut Report) {
    let contract = contract(sources, report);
    let mut bundles = Vec::new();
    for (name, version) in [("from", "0.1.0"), ("to", "0.2.0")] {
        let mut bundle =
            load::bundle(&folder.path().join(name), sources, report).expect("the bundle can be read");
        bundle.image = format!("registry.example/demo/demo-bundle:v{version}").into();
        bundles.push(bundle);
    }
    let channel = "{schema: olm.package, name: demo, defaultChannel: stable-v0}\n---\n\
                   {schema: olm.channel, package: demo, name: stable-v0, entries: [{name: demo.v0.1.0}, \
                   {name: demo.v0.2.0, replaces: demo.v0.1.0}]}\n";
    let file = sources.add("catalog.yaml", channel.as_bytes().to_vec());
    let mut catalog = catalog::read(sources, file, report);
    catalog.bundles =
        bundles.iter().map(|bundle| render::bundle(bundle).expect("it can be rendered")).collect();
    report.append(rules::check_catalog(&catalog));
    report.append(rules::check_upgrades(&[&catalog], &bundles, Some(&contract)));
}

/// Copies the blessed bundle, some of its files changed by merge patches (RFC 7386). Several files are
/// patched by the documents of the block, in this order. A file that the blessed bundle does not have,
/// or that is not to be merged, is written as it stands.
pub fn changed_bundle(names: &str, is_merge: bool, yaml: &str, folder: &Folder) {
    let blessed = data("bundle");
    for path in files(&blessed) {
        let name = path.strip_prefix(&blessed).expect("it is below").to_string_lossy().into_owned();
        folder.write(&name, fs::read(&path).expect("the blessed bundle can be read"));
    }
    let names: Vec<&str> = names.split(',').collect();
    let parts: Vec<&str> = if names.len() == 1 { vec![yaml] } else { yaml.split("---\n").collect() };
    assert_eq!(parts.len(), names.len(), "a document for each file");
    for (name, part) in names.into_iter().zip(parts) {
        let Some(old) = fs::read_to_string(blessed.join(name)).ok().filter(|_| is_merge) else {
            folder.write(name, part);
            continue;
        };
        let mut value = json(&old);
        merge(&mut value, json(part));
        let (text, mut content) = (value.to_string(), String::new());
        let tree = yaml::read(&text, 0..text.len()).expect("JSON is YAML");
        yaml::write(tree.root().expect("it is a mapping"), &mut content);
        folder.write(name, content);
    }
}

pub fn merge(target: &mut Json, patch: Json) {
    let Json::Object(patch) = patch else {
        *target = patch;
        return;
    };
    if !target.is_object() {
        *target = Json::Object(Map::new());
    }
    let target = target.as_object_mut().expect("it was just made one");
    for (key, value) in patch {
        if value.is_null() {
            target.remove(&key);
        } else {
            merge(target.entry(key).or_insert(Json::Null), value);
        }
    }
}

/// Returns a value as JSON.
pub fn convert(value: Value<'_, '_>) -> Json {
    match value.kind() {
        Kind::List => value.items().map(convert).collect(),
        Kind::Map => Json::Object(
            value.entries().map(|(key, value)| (key.text().to_owned(), convert(value))).collect(),
        ),
        Kind::Str => Json::String(value.text().to_owned()),
        Kind::Null | Kind::Bool | Kind::Int | Kind::Float | Kind::Json => {
            serde_json::from_str(value.text()).expect("scalars are spelled as in JSON")
        }
    }
}

pub fn json(text: &str) -> Json {
    let tree = yaml::read(text, 0..text.len()).expect("a patch is YAML");
    tree.root().map_or(Json::Null, convert)
}

/// Returns all files below a folder, sorted.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
        let path = entry.expect("the folder can be read").path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}
