//! Every document of a rule is run: each block of YAML against all rules, so that silence is
//! asserted as much as findings. `UPDATE=1` rewrites what is expected, to be read in the diff.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use olmcat::catalog;
use olmcat::diag::{Level, Report, Suite, mend};
use olmcat::load;
use olmcat::render;
use olmcat::rules::{self, Rule};
use olmcat::settings::Contract;
use olmcat::template::Template;
use olmcat::text::{Kind, Sources, Value, locate, yaml};
use serde_json::{Map, Value as Json};

use crate::support::{Folder, data, root, shared};

/// A block of YAML and what it comes to.
struct Case {
    /// What follows `yaml` on the fence.
    info: String,
    yaml: String,
    /// What the older of two bundles is changed by: a file and a patch.
    from: Option<(String, String)>,
    expected: Vec<String>,
    /// The lines of the document between the fences of `findings`.
    findings: Option<Range<usize>>,
    line: usize,
}

/// Returns the cases of a document.
fn cases(text: &str) -> Vec<Case> {
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
fn concise(report: &Report, sources: &Sources, folder: &str) -> Vec<String> {
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

/// Runs a case of a rule: what every project is checked for, and the suite of the rule.
fn run(case: &Case, suite: Suite) -> Vec<String> {
    let folder = Folder::new();
    prepare(case, &folder);
    let (sources, report) = check(case, suite, &folder);
    concise(&report, &sources, &folder.path().to_string_lossy())
}

/// Writes the files of a case.
fn prepare(case: &Case, folder: &Folder) {
    match case.info.split_once('=') {
        Some((word @ ("merge" | "file"), names)) => {
            changed_bundle(names, word == "merge", &case.yaml, folder)
        }
        Some(("from" | "to", _)) => prepare_upgrade(case, folder),
        _ => drop(folder.write(&case.info, with_manifests(&case.yaml))),
    }
}

/// Checks the files of a case.
fn check(case: &Case, suite: Suite, folder: &Folder) -> (Sources, Report) {
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
            assert_eq!(template.is_none(), report.has_errors());
        }
        (_, true) => {
            let mut bundle =
                load::bundle(folder.path(), &sources, &mut report).expect("the bundle can be read");
            bundle.image = "registry.example/demo/demo-bundle:v0.1.0".into();
            let contract = contract(&sources, &mut report);
            let mut context = rules::Context::with_contract(Some(&contract));
            context.suites = [&Suite::USUAL[..], &[suite]].concat();
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
fn with_manifests(yaml: &str) -> String {
    let mut parts = yaml.split("<manifest of ");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |all, part| {
        let (size, rest) = part.split_once(" bytes>").expect("a size is a number of bytes");
        let frame = "{\"kind\":\"ConfigMap\",\"data\":{\"a\":\"\"}}";
        let filling = "a".repeat(size.parse::<usize>().expect("it is a number") - frame.len());
        all + &STANDARD.encode(frame.replace(":\"\"", &format!(":\"{filling}\""))) + rest
    })
}

/// The contract that the blessed bundle fulfils.
fn contract(sources: &Sources, report: &mut Report) -> Contract {
    let contract = fs::read(data("contract.yaml")).expect("the blessed contract can be read");
    let contract = sources.add("contract.yaml", contract);
    Contract::read(sources, contract, report).expect("the blessed contract is right")
}

/// Writes the blessed bundle twice, as two versions: each may be changed.
fn prepare_upgrade(case: &Case, folder: &Folder) {
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
fn check_upgrade(folder: &Folder, sources: &Sources, report: &mut Report) {
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
fn changed_bundle(names: &str, is_merge: bool, yaml: &str, folder: &Folder) {
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

fn merge(target: &mut Json, patch: Json) {
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

fn json(text: &str) -> Json {
    fn convert(value: Value<'_, '_>) -> Json {
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
    let tree = yaml::read(text, 0..text.len()).expect("a patch is YAML");
    tree.root().map_or(Json::Null, convert)
}

/// Returns all files below a folder, sorted.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
        let path = entry.expect("the folder can be read").path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

/// Returns the path of every document of a rule, by file stem.
fn documents() -> BTreeMap<String, PathBuf> {
    let folders = [root().join("src/rules"), root().join("src/diag/codes")];
    let all = folders.iter().flat_map(|folder| files(folder));
    let markdown = all.filter(|path| path.extension().is_some_and(|extension| extension == "md"));
    let stem = |path: &Path| path.file_stem().expect("a file has a name").to_string_lossy().into_owned();
    markdown.map(|path| (stem(&path), path)).filter(|(stem, _)| stem != "README" && stem != "FIELD").collect()
}

fn is_update() -> bool {
    std::env::var_os("UPDATE").is_some_and(|update| update == "1")
}

#[test]
fn every_example_has_the_findings_that_its_document_says() {
    let documents = documents();
    let mut failures = String::new();
    for rule in rules::all() {
        let Some(path) = documents.get(&rule.code.id.replace('-', "_")) else { continue };
        let text = fs::read_to_string(path).expect("the document can be read");
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        for case in cases(&text).iter().rev() {
            let found = run(case, rule.code.suite);
            if found == case.expected {
                continue;
            }
            match &case.findings {
                Some(range) if is_update() => drop(lines.splice(range.clone(), found)),
                _ => {
                    let (expected, found) = (case.expected.join("\n  "), found.join("\n  "));
                    let place = format!("{}:{}", path.display(), case.line);
                    let _ = writeln!(failures, "{place}\n expected\n  {expected}\n found\n  {found}");
                }
            }
        }
        let updated = lines.join("\n") + "\n";
        if updated != text {
            fs::write(path, updated).expect("the document can be written");
        }
    }
    assert!(failures.is_empty(), "{failures}\nUPDATE=1 accepts what was found");
}

/// What can be mended is gone afterwards, and nothing else has come.
#[test]
fn every_fix_mends_what_it_is_for() {
    let mut fixes = 0;
    let cases = rules::all()
        .into_iter()
        .flat_map(|rule| cases(rule.code.docs).into_iter().map(|case| (rule.code.suite, case)));
    for (suite, case) in cases {
        let folder = Folder::new();
        prepare(&case, &folder);
        let (sources, report) = check(&case, suite, &folder);
        let mended = mend(&report, &sources, |_| true);
        let count: usize = mended.iter().map(|file| file.findings).sum();
        fixes += count;
        for file in &mended {
            fs::write(sources.get(file.file).name(), &file.text).expect("the file was written before");
        }
        let (_, left) = check(&case, suite, &folder);
        let known = |report: &Report| -> BTreeSet<(&str, String)> {
            report.diagnostics().iter().map(|finding| (finding.code.id, finding.message.clone())).collect()
        };
        let (before, after) = (known(&report), known(&left));
        assert!(after.is_subset(&before), "a fix has made new findings: {after:?} after {before:?}");
        let gone = report.diagnostics().len() - left.diagnostics().len();
        assert_eq!(gone, count, "{} {}: {count} fixes, but {gone} findings are gone", case.info, case.yaml);
    }
    assert!(fixes >= 3, "no example can be mended");
}

#[test]
fn every_rule_is_shown_by_its_own_example() {
    for rule in rules::all().into_iter().filter(|rule| !matches!(rule.check, rules::Check::Elsewhere)) {
        let cases = cases(rule.code.docs);
        let tag = format!("[{}]", rule.code.id);
        let example = cases.first().unwrap_or_else(|| panic!("`{}` has no example", rule.code.id));
        assert!(!example.expected.is_empty(), "the first example of `{}` is silent", rule.code.id);
        assert!(
            example.expected.iter().all(|line| line.contains(&tag)),
            "the first example of `{}` shows another rule, too",
            rule.code.id
        );
        assert!(cases[1].expected.is_empty(), "the remedy of `{}` is not silent", rule.code.id);
    }
}

#[test]
fn documents_have_their_sections_in_order() {
    for rule in rules::all() {
        let code = &rule.code;
        let mut fenced = false;
        let headings = code.docs.lines().filter(|line| {
            fenced ^= line.starts_with("```");
            !fenced && line.starts_with('#')
        });
        let headings: Vec<&str> = headings.collect();
        let title = format!("# {}", code.id);
        let wanted =
            [&title, "## What it checks", "## Why it matters", "## Example", "## Remedy", "## More cases"];
        let is_complete = headings == wanted || headings == wanted[..5];
        assert!(is_complete, "`{}` has the sections {headings:?}, wanted {wanted:?}", code.id);
        assert_eq!(code.docs.matches("Covers: ").count(), 1, "`{}` says once what it covers", code.id);
    }
}

#[test]
fn ids_and_summaries_are_well_formed() {
    let all = rules::all();
    assert!(all.is_sorted_by(|left, right| left.code.id < right.code.id), "ids are unique and sorted");
    for Rule { code, .. } in all {
        let is_kebab = code.id.split('-').all(|word| {
            !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
        });
        assert!(is_kebab, "`{}` is not kebab-case", code.id);
        assert!(!code.summary.ends_with('.') && !code.summary.starts_with(char::is_uppercase), "{}", code.id);
        assert_ne!(code.level, Level::Allow, "`{}` would never be heard", code.id);
    }
}

#[test]
fn every_rule_file_is_listed_with_its_document() {
    let ids: BTreeSet<String> = rules::all().iter().map(|rule| rule.code.id.replace('-', "_")).collect();
    let documents = documents();
    for stem in documents.keys() {
        assert!(ids.contains(stem), "{} belongs to no rule", documents[stem].display());
    }
    for id in &ids {
        assert!(documents.contains_key(id), "`{id}` has no document");
    }
    for folder in fs::read_dir(root().join("src/rules")).expect("the rules can be listed") {
        let folder = folder.expect("the rules can be listed").path();
        if !folder.is_dir() || folder.ends_with("data") {
            continue;
        }
        let door = fs::read_to_string(folder.join("mod.rs")).expect("a folder has a door");
        let modules = door.lines().filter_map(|line| line.strip_prefix("mod ")?.strip_suffix(';'));
        let modules: Vec<&str> = modules.collect();
        let listed = door.split('&').filter_map(|rest| Some(rest.split_once("::RULE")?.0));
        let listed: Vec<&str> = listed.filter(|name| !name.contains(' ')).collect();
        assert!(modules.is_sorted(), "{}: the modules are sorted", folder.display());
        assert_eq!(modules, listed, "{}: each module is listed", folder.display());
        let stems: Vec<String> = (files(&folder).iter())
            .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
            .map(|path| path.file_stem().expect("a file has a name").to_string_lossy().into_owned())
            .filter(|stem| stem != "mod")
            .collect();
        assert_eq!(modules, stems, "{}: each file is a module", folder.display());
        for stem in stems {
            let source = fs::read_to_string(folder.join(format!("{stem}.rs"))).expect("it was listed");
            let id = format!("id: \"{}\"", stem.replace('_', "-"));
            assert!(source.contains(&id), "{stem}.rs: the id is the name of the file");
            assert!(
                source.contains(&format!("include_str!(\"{stem}.md\")")),
                "{stem}.rs: so is the document"
            );
        }
    }
}

#[test]
fn the_index_is_fresh() {
    let documents = documents();
    let mut index = String::from(
        "# Rules\n\nGenerated by `UPDATE=1 cargo test the_index_is_fresh`. Each document is run as a test.\n\n\
         | rule | suite | level | what is wrong |\n| --- | --- | --- | --- |\n",
    );
    for Rule { code, .. } in rules::all() {
        let path =
            documents[&code.id.replace('-', "_")].strip_prefix(root().join("src")).expect("it is below");
        let link = match path.strip_prefix("rules") {
            Ok(path) => path.display().to_string(),
            Err(_) => format!("../{}", path.display()),
        };
        let (id, suite, level, summary) = (code.id, code.suite.name(), code.level, code.summary);
        let _ = writeln!(index, "| [{id}]({link}) | {suite} | {level} | {summary} |");
    }
    let path = root().join("src/rules/README.md");
    if is_update() {
        fs::write(&path, &index).expect("the index can be written");
    }
    assert_eq!(fs::read_to_string(path).unwrap_or_default(), index, "UPDATE=1 writes it anew");
}

#[test]
fn verdicts_are_those_of_opm() {
    let Some(path) = shared("opm-golden/validate-cases.json") else { return };
    let cases: Vec<Json> =
        serde_json::from_slice(&fs::read(path).expect("the cases can be read")).expect("the cases are JSON");
    let mut failures = String::new();
    for case in &cases {
        let objects = case["objects"].as_array().expect("a case has objects");
        let text = objects.iter().fold(String::new(), |all, object| all + &object.to_string() + "\n");
        let sources = Sources::default();
        let mut report = Report::default();
        let file = sources.add("case.json", text.into_bytes());
        let catalog = catalog::read(&sources, file, &mut report);
        report.append(rules::check_catalog(&catalog));
        let found = concise(&report, &sources, "");
        if report.has_errors() != (case["exit"] != 0) {
            let _ = writeln!(
                failures,
                "{}: opm says {}\n  {}",
                case["title"],
                case["messages_seen"],
                found.join("\n  ")
            );
        }
        if std::env::var_os("SHOW").is_some() {
            println!("{} {}\n  {}", case["exit"], case["title"], found.join("\n  "));
        }
    }
    assert!(failures.is_empty(), "{failures}");
    assert_eq!(cases.len(), 56);
}

#[test]
fn catalogs_that_opm_serves_have_no_faults() {
    let folders = ["percona/catalog", "opm-inputs/alpha/action/testdata/list-index"];
    for folder in folders {
        let Some(folder) = shared(folder) else { return };
        let sources = Sources::default();
        let mut report = Report::default();
        let mut whole = catalog::Catalog::default();
        for path in files(&folder) {
            let is_template = path.ends_with("veneer.yaml");
            if is_template || path.extension().is_none_or(|extension| extension != "yaml") {
                continue;
            }
            let file = sources.add(path.display().to_string(), fs::read(&path).expect("it can be read"));
            whole.append(catalog::read(&sources, file, &mut report));
        }
        report.append(rules::check_catalog(&whole));
        assert_eq!(concise(&report, &sources, ""), Vec::<String>::new(), "{}", folder.display());
    }
}
