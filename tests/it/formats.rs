//! Formats that others have written down are held to their schemas, and what programs read is read.

use std::fs;

use olmcat::diag::{Diagnostic, Report, codes, mend};
use olmcat::report::{Format, render};
use olmcat::text::{Edit, Place, Sources};
use serde_json::{Value, json};

use crate::report::findings;
use crate::support::{Folder, assert_linear, shared, tool};

/// Says where a document breaks a JSON Schema of draft 4. It knows the keywords that SARIF's schema
/// uses; one that it does not know is a panic, so that nothing is passed over.
fn check(value: &Value, schema: &Value, root: &Value, at: &str, wrong: &mut Vec<String>) {
    let Some(schema) = schema.as_object() else { panic!("{at}: a schema is an object") };
    for (keyword, wanted) in schema {
        let is_met = match keyword.as_str() {
            "$schema" | "id" | "title" | "description" | "default" | "definitions" => true,
            "$ref" => {
                let pointer =
                    wanted.as_str().and_then(|text| text.strip_prefix('#')).expect("a local reference");
                check(value, root.pointer(pointer).expect("the reference leads somewhere"), root, at, wrong);
                true
            }
            "type" => {
                let one = std::slice::from_ref(wanted);
                wanted.as_array().map_or(one, Vec::as_slice).iter().any(|kind| match kind.as_str() {
                    Some("object") => value.is_object(),
                    Some("array") => value.is_array(),
                    Some("string") => value.is_string(),
                    Some("integer") => value.is_i64(),
                    Some("number") => value.is_number(),
                    Some("boolean") => value.is_boolean(),
                    other => panic!("{at}: type {other:?}"),
                })
            }
            "properties" | "additionalProperties" => {
                let Some(object) = value.as_object() else { continue };
                let known = schema.get("properties");
                for (name, value) in object {
                    let at = format!("{at}/{name}");
                    match (known.and_then(|known| known.get(name)), keyword.as_str()) {
                        (Some(schema), "properties") => check(value, schema, root, &at, wrong),
                        (None, "additionalProperties") if wanted == false => {
                            wrong.push(format!("{at}: unknown"))
                        }
                        (None, "additionalProperties") if wanted.is_object() => {
                            check(value, wanted, root, &at, wrong)
                        }
                        _ => {}
                    }
                }
                true
            }
            "items" => {
                for (index, item) in value.as_array().into_iter().flatten().enumerate() {
                    check(item, wanted, root, &format!("{at}/{index}"), wrong);
                }
                true
            }
            "required" => wanted.as_array().expect("a list").iter().all(|name| {
                value.as_object().is_none_or(|object| object.contains_key(name.as_str().expect("a name")))
            }),
            "enum" => wanted.as_array().expect("a list").contains(value),
            "minimum" => value.as_f64().is_none_or(|number| number >= wanted.as_f64().expect("a number")),
            "maximum" => value.as_f64().is_none_or(|number| number <= wanted.as_f64().expect("a number")),
            "minItems" => {
                value.as_array().is_none_or(|list| list.len() as u64 >= wanted.as_u64().expect("a number"))
            }
            "uniqueItems" => value.as_array().is_none_or(|list| {
                list.iter().enumerate().all(|(index, item)| !list[..index].contains(item))
            }),
            "anyOf" | "oneOf" => {
                let fits = wanted.as_array().expect("a list").iter().filter(|schema| {
                    let mut wrong = Vec::new();
                    check(value, schema, root, at, &mut wrong);
                    wrong.is_empty()
                });
                let count = fits.count();
                count == 1 || count > 1 && keyword == "anyOf"
            }
            "format" => match wanted.as_str() {
                Some("uri" | "uri-reference") => {
                    value.as_str().is_some_and(|uri| uri.bytes().all(|byte| byte.is_ascii_graphic()))
                }
                other => panic!("{at}: format {other:?}"),
            },
            other => panic!("{at}: keyword {other}"),
        };
        if !is_met {
            wrong.push(format!("{at}: {keyword} {wanted}"));
        }
    }
}

fn schema() -> Option<Value> {
    let path = shared("schemas/sarif-schema-2.1.0.json")?;
    Some(serde_json::from_slice(&fs::read(path).unwrap()).unwrap())
}

fn sarif(report: &Report, sources: &Sources) -> Value {
    serde_json::from_str(&render(report, sources, Format::Sarif, false)).unwrap()
}

#[test]
fn sarif_is_what_its_schema_says() {
    let Some(schema) = schema() else { return };
    let (sources, report) = findings();
    for document in [sarif(&report, &sources), sarif(&Report::default(), &sources)] {
        let mut wrong = Vec::new();
        check(&document, &schema, &schema, "", &mut wrong);
        assert_eq!(wrong, Vec::<String>::new());
    }
    // The check itself can fail, at every depth.
    let good = sarif(&report, &sources);
    let broken: [(&str, Value); 5] = [
        ("/version", json!("2.0.0")),
        ("/runs/0/results/0/level", json!("fatal")),
        ("/runs/0/results/0/message", json!({"words": "x"})),
        ("/runs/0/results/0/locations/0/physicalLocation/region/startLine", json!(0)),
        ("/runs/0/results/0/locations/0/physicalLocation/artifactLocation/uri", json!("a b")),
    ];
    for (pointer, value) in broken {
        let (mut document, mut wrong) = (good.clone(), Vec::new());
        *document.pointer_mut(pointer).unwrap() = value;
        check(&document, &schema, &schema, "", &mut wrong);
        assert!(!wrong.is_empty(), "{pointer}");
    }
}

#[test]
fn sarif_names_each_rule_once_and_counts_columns_as_we_do() {
    let (sources, report) = findings();
    let document = sarif(&report, &sources);
    let run = &document["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), report.diagnostics().len());
    for result in results {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[index]["id"], result["ruleId"]);
    }
    let ids: Vec<_> = rules.iter().map(|rule| &rule["id"]).collect();
    assert!(ids.iter().enumerate().all(|(index, id)| !ids[..index].contains(id)), "{ids:?}");
    assert_eq!(run["columnKind"], "unicodeCodePoints");
}

/// What a code host would make of the fixes of a document is what `--fix` makes.
#[test]
fn the_fixes_of_sarif_are_those_that_are_made() {
    let text = "# the top\nnäme: [ä, 'b']\nlist:\n- one # first\n- two\n- three\nflag: true\n";
    let edits: [fn(&Place) -> Edit; 4] = [
        |root| Edit::Set(root.key("näme").index(1), "ß: 1".to_owned()),
        |root| Edit::Rename(root.key("list"), "other".to_owned()),
        |root| Edit::Remove(root.key("list").index(1)),
        |root| Edit::Quote(root.key("flag")),
    ];
    for edit in edits {
        let (sources, mut report) = (Sources::default(), Report::default());
        let file = sources.add("a b.yaml", text.as_bytes().to_vec());
        let root = Place::document(file, 0..text.len());
        let mut finding = Diagnostic::new(&codes::DUPLICATE_KEY, root.key("list"), "wrong");
        finding.fix(edit(&root));
        report.push(finding);

        let document = sarif(&report, &sources);
        if let Some(schema) = schema() {
            let mut wrong = Vec::new();
            check(&document, &schema, &schema, "", &mut wrong);
            assert_eq!(wrong, Vec::<String>::new());
        }
        let change = &document["runs"][0]["results"][0]["fixes"][0]["artifactChanges"][0];
        assert_eq!(change["artifactLocation"]["uri"], "a%20b.yaml");
        let mut made = text.to_owned();
        for replacement in change["replacements"].as_array().unwrap().iter().rev() {
            let offset = |line: &str, column: &str| {
                let region = &replacement["deletedRegion"];
                let number = |key: &str| usize::try_from(region[key].as_u64().unwrap()).unwrap() - 1;
                let before: usize = text.split_inclusive('\n').take(number(line)).map(str::len).sum();
                before + text[before..].chars().take(number(column)).map(char::len_utf8).sum::<usize>()
            };
            let bytes = offset("startLine", "startColumn")..offset("endLine", "endColumn");
            made.replace_range(bytes, replacement["insertedContent"]["text"].as_str().unwrap());
        }
        let mended = mend(&report, &sources, |_| true);
        assert_eq!(made, mended[0].text);
        assert_ne!(made, text);
    }
}

#[test]
fn junit_is_what_its_schema_says() {
    let Some(schema) = shared("schemas/JUnit.xsd") else { return };
    let Some(xmllint) = tool("xmllint") else { return };
    let (sources, report) = findings();
    let folder = Folder::new();
    for (name, report) in [("some.xml", &report), ("none.xml", &Report::default())] {
        let path = folder.write(name, render(report, &sources, Format::Junit, false));
        let check = |path: &std::path::Path| {
            let run = std::process::Command::new(&xmllint)
                .args(["--noout", "--nonet", "--schema"])
                .args([&schema, path])
                .output()
                .unwrap();
            (run.status.success(), String::from_utf8_lossy(&run.stderr).into_owned())
        };
        let (is_valid, why) = check(&path);
        assert!(is_valid, "{why}");
        let broken = fs::read_to_string(&path).unwrap().replace(" hostname=\"localhost\"", "");
        assert!(!check(&folder.write("broken.xml", broken)).0, "without a host it is invalid");
    }
}

#[test]
fn json_lines_are_the_findings_of_the_document() {
    let (sources, report) = findings();
    let document: Value = serde_json::from_str(&render(&report, &sources, Format::Json, false)).unwrap();
    let lines = render(&report, &sources, Format::JsonLines, false);
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), report.diagnostics().len());
    for (line, finding) in lines.iter().zip(document["findings"].as_array().unwrap()) {
        for (name, value) in finding.as_object().unwrap() {
            assert_eq!(&line[name], value, "{name}");
        }
    }
}

#[test]
fn workflow_commands_cannot_be_smuggled_in() {
    let sources = Sources::default();
    let file = sources.add("a,b:c%.yaml", b"x: 1\n".to_vec());
    let mut report = Report::default();
    let place = Place::document(file, 0..5).key("x");
    report.push(Diagnostic::new(&codes::DUPLICATE_KEY, place, "100%\n::error::x"));
    assert_eq!(
        render(&report, &sources, Format::Github, false),
        "::error file=a%2Cb%3Ac%25.yaml,line=1,endLine=1,col=4,endColumn=5,title=duplicate-key::100%25␊::error::x\n"
    );
}

#[test]
fn gitlab_tells_findings_apart() {
    let sources = Sources::default();
    let text = "- a\n".repeat(100);
    let file = sources.add("./a.yaml", text.clone().into_bytes());
    let mut report = Report::default();
    for index in 0..100 {
        let place = Place::document(file, 0..text.len()).index(index);
        report.push(Diagnostic::new(&codes::DUPLICATE_KEY, place, "again"));
    }
    let issues: Value = serde_json::from_str(&render(&report, &sources, Format::Gitlab, false)).unwrap();
    let issues = issues.as_array().unwrap();
    let fingerprints: std::collections::HashSet<_> =
        issues.iter().map(|issue| issue["fingerprint"].as_str().unwrap()).collect();
    assert_eq!(fingerprints.len(), 100);
    assert_eq!(issues[0]["location"]["path"], "a.yaml", "GitLab knows no path that begins with a dot");
}

#[test]
fn the_work_grows_with_the_findings() {
    for format in Format::ALL {
        let work = |count: usize| {
            let text = "- name: demo\n".repeat(count);
            let (sources, mut report) = (Sources::default(), Report::default());
            let file = sources.add("list.yaml", text.clone().into_bytes());
            for index in 0..count {
                let place = Place::document(file, 0..text.len()).index(index).key("name");
                report.push(Diagnostic::new(&codes::DUPLICATE_KEY, place, "again"));
            }
            assert!(render(&report, &sources, format, false).len() > count);
        };
        assert_linear(format.name(), work, 400);
    }
}
