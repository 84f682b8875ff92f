//! Every document of a rule is run: each block of YAML against all rules, so that silence is
//! asserted as much as findings. `UPDATE=1` rewrites what is expected, to be read in the diff.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use olmcat::catalog;
use olmcat::diag::{Level, Report, Suite};
use olmcat::load;
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
            let (info, expected) = (info.to_owned(), Vec::new());
            cases.push(Case { info, yaml, expected, findings: None, line: at + 1 });
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
    let sources = Sources::default();
    let mut report = Report::default();
    let bundle = ["merge=", "file="].iter().find(|word| case.info.starts_with(*word));
    match (case.info.as_str(), bundle) {
        ("catalog.yaml", _) => {
            let file = sources.add("catalog.yaml", case.yaml.clone().into_bytes());
            let catalog = catalog::read(&sources, file, &mut report);
            report.append(rules::check_catalog(&catalog));
            concise(&report, &sources, "")
        }
        ("template.yaml", _) => {
            let file = sources.add("template.yaml", case.yaml.clone().into_bytes());
            let template = Template::read(&sources, file, &mut report);
            assert_eq!(template.is_none(), report.has_errors());
            concise(&report, &sources, "")
        }
        (info, Some(word)) => {
            let folder = Folder::new();
            changed_bundle(&info[word.len()..], *word == "merge=", &case.yaml, &folder);
            let mut bundle =
                load::bundle(folder.path(), &sources, &mut report).expect("the bundle can be read");
            bundle.image = "registry.example/demo/demo-bundle:v0.1.0".into();
            let contract = fs::read(data("contract.yaml")).expect("the blessed contract can be read");
            let contract = sources.add("contract.yaml", contract);
            let contract = Contract::read(&sources, contract, &mut report);
            let suites = [&Suite::DEFAULT[..], &[suite]].concat();
            report.append(rules::check_bundle_by(&suites, &bundle, contract.as_ref()));
            concise(&report, &sources, &folder.path().to_string_lossy())
        }
        (other, None) => panic!("line {}: nobody knows how to run `{other}`", case.line),
    }
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
