//! Every document of a rule is run: each block of YAML against all rules, so that silence is
//! asserted as much as findings. `UPDATE=1` rewrites what is expected, to be read in the diff.

use crate::cases::{cases, check, concise, files, prepare, run};
use crate::support::{Folder, root, shared};
use olmcat::catalog;
use olmcat::diag::{Level, Report, mend};
use olmcat::rules::{self, Rule};
use olmcat::text::Sources;
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// Returns the path of every document of a rule, by file stem.
fn documents() -> BTreeMap<String, PathBuf> {
    let folders = [root().join("src/rules"), root().join("src/diag/codes")];
    let all = folders.iter().flat_map(|folder| files(folder));
    let markdown = all.filter(|path| path.extension().is_some_and(|extension| extension == "md"));
    let stem = |path: &Path| path.file_stem().expect("a file has a name").to_string_lossy().into_owned();
    markdown
        .map(|path| (stem(&path), path))
        .filter(|(stem, _)| !["README", "FIELD", "INSTALLER"].contains(&stem.as_str()))
        .collect()
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
            let found = run(case, rule);
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
        .flat_map(|rule| cases(rule.code.docs).into_iter().map(move |case| (rule, case)));
    for (rule, case) in cases {
        let folder = Folder::new();
        prepare(&case, &folder);
        let (sources, report) = check(&case, rule, &folder);
        let mended = mend(&report, &sources, |_| true);
        let count: usize = mended.iter().map(|file| file.findings).sum();
        fixes += count;
        for file in &mended {
            fs::write(sources.get(file.file).name(), &file.text).expect("the file was written before");
        }
        let (_, left) = check(&case, rule, &folder);
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
