//! The same findings through each format, against goldens; and what must not happen on the way:
//! long lines, hostile characters, work that grows with the square of the findings.

use std::fmt::Write as _;
use std::fs;
use std::time::{Duration, Instant};

use olmcat::diag::{Code, Diagnostic, Level, Report, Subject, Suite};
use olmcat::report::{Format, render};
use olmcat::text::{FileId, Place, Sources};

use crate::support::data;

const fn code(id: &'static str, suite: Suite, level: Level) -> Code {
    Code { id, summary: "", suite, level, since: "0.1.0", docs: "" }
}

static HEADS: Code = code("multiple-channel-heads", Suite::Required, Level::Error);
static ICON: Code = code("missing-icon", Suite::GoodPractices, Level::Warn);
static OBJECT: Code = code("invalid-bundle-object", Suite::Required, Level::Error);
static DUPLICATE: Code = code("duplicate-bundle", Suite::Required, Level::Error);
static NAME: Code = code("nonstandard-bundle-name", Suite::Percona, Level::Warn);
static NOWHERE: Code = code("missing-csv", Suite::Required, Level::Error);

const CATALOG: &str = "\
schema: olm.package
name: demo
defaultChannel: stable
---
schema: olm.channel
name: stable
package: demo
entries:
- name: demo.v0.1.0
- name: demo.v0.2.0
- name: demo.v0.3.0
";

const CSV: &str = "\
kind: ClusterServiceVersion
metadata:
  name: demo.v0.1.0
  annotations:
    capabilities: Basic Install
spec:
  version: 0.1.0
  displayName: Demonstração
";

fn add(sources: &Sources, name: &str, text: impl Into<String>) -> (FileId, Place) {
    let text: String = text.into();
    let length = text.len();
    let file = sources.add(name, text.into_bytes());
    (file, Place::document(file, 0..length))
}

/// A finding of each awkward kind.
pub fn findings() -> (Sources, Report) {
    let (sources, mut report) = (Sources::default(), Report::default());

    // Two related places nearby, in the second document of its file.
    let (catalog, _) = add(&sources, "catalog/demo/catalog.yaml", CATALOG);
    let start = CATALOG.find("schema: olm.channel").unwrap();
    let entries = Place::document(catalog, start..CATALOG.len()).key("entries");
    let mut finding = Diagnostic::new(
        &HEADS,
        entries.clone(),
        "channel `stable` has 2 heads: `demo.v0.1.0`, `demo.v0.3.0`",
    );
    finding.subject = Subject { package: "demo".into(), version: String::new() };
    finding
        .label(entries.index(0), "nothing replaces or skips this entry")
        .label(entries.index(2).key("name"), "nor this one")
        .help("let the newest entry replace or skip the others");
    report.push(finding);

    // Related places in two other files.
    let (one, first) = add(&sources, "a/catalog.yaml", "schema: olm.bundle\nname: demo.v0.1.0\n");
    let (_, second) = add(&sources, "b/catalog.yaml", "# a copy\nschema: olm.bundle\nname: demo.v0.1.0\n");
    let third = Place::document(catalog, 0..start - 4);
    let mut finding = Diagnostic::new(&DUPLICATE, second.key("name"), "bundle `demo.v0.1.0` is there twice");
    finding.subject = Subject { package: "demo".into(), version: "0.1.0".into() };
    finding
        .label(first.key("name"), "first here")
        .label(third.key("name"), "in this package")
        .label(Place::file(one), "the file came with the last release")
        .help("remove one of the two");
    report.push(finding);

    // A field that is not there: its nearest ancestor is shown.
    let (_, csv) = add(&sources, "bundles/demo/0.1.0/manifests/demo.clusterserviceversion.yaml", CSV);
    let place = csv.key("spec").key("icon").index(0).key("base64data");
    let mut finding = Diagnostic::new(&ICON, place, "no `icon`; consoles will show a blank tile");
    finding.subject = Subject { package: "demo".into(), version: "0.1.0".into() };
    finding.help("add a square SVG or PNG to `spec.icon`");
    report.push(finding);
    let place = csv.key("spec").key("displayName");
    report.push(Diagnostic::new(&ICON, place, "a name with letters of more than one byte"));

    // One bad character in the middle of 300,000.
    let long = format!("data: \"{}*{}\"\n", "QUJD".repeat(37_500), "REVG".repeat(37_500));
    let (file, _) = add(&sources, "catalog/demo/long.yaml", &*long);
    let at = long.find('*').unwrap();
    let mut finding = Diagnostic::new(&OBJECT, Place::bytes(file, at..at + 1), "not base64 from here on");
    finding.label(Place::bytes(file, 6..long.len() - 1), "in this value").help("encode the object anew");
    report.push(finding);

    // A file that wants to command the terminal, in its name, its text and what we say of it.
    let (_, hostile) =
        add(&sources, "evil\u{1b}[2J.yaml", "name: \u{1b}[31mred\u{202e}\u{9b}0m\r\nnext: 1\r\n");
    let message = "name `\u{1b}[31mred\u{202e}\u{9b}0m`\nis not `<package>.v<version>`";
    report.push(Diagnostic::new(&NAME, hostile.key("name"), message));

    // A folder has no lines.
    let folder = Place::file(sources.add("bundles/demo/0.2.0", Vec::new()));
    let mut finding = Diagnostic::new(&NOWHERE, folder, "no ClusterServiceVersion");
    finding.help("add the CSV to the folder `manifests`");
    report.push(finding);
    (sources, report)
}

#[track_caller]
fn assert_golden(name: &str, found: &str) {
    let path = data("report").join(name);
    if std::env::var_os("UPDATE").is_some_and(|update| update == "1") {
        fs::create_dir_all(data("report")).unwrap();
        fs::write(&path, found).unwrap();
    }
    let golden = fs::read_to_string(&path).unwrap_or_default();
    assert!(found == golden, "{} differs:\n{found}\nUPDATE=1 accepts it", path.display());
}

#[test]
fn each_format_says_the_same_findings() {
    let (sources, report) = findings();
    for format in Format::ALL {
        let found = render(&report, &sources, format, false);
        assert_golden(&format!("{format}.txt"), &found);
        // JSON carries what is no control character as it is.
        let is_json = [Format::Json, Format::JsonLines, Format::Sarif, Format::Gitlab].contains(&format);
        let is_plain = |c: char| c == '\n' || !(c.is_control() || c == '\u{202e}' && !is_json);
        assert!(found.chars().all(is_plain), "{format} lets a control character through");
        if [Format::Human, Format::Concise].contains(&format) {
            assert!(found.lines().all(|line| line.chars().count() < 200), "{format} has an endless line");
        }
    }
}

#[test]
fn colour_adds_nothing_but_colour() {
    let (sources, report) = findings();
    for format in Format::ALL {
        let plain = render(&report, &sources, format, false);
        let coloured = render(&report, &sources, format, true);
        let mut pieces = coloured.split("\u{1b}[");
        let mut stripped = pieces.next().unwrap().to_owned();
        pieces.for_each(|piece| stripped += piece.split_once('m').unwrap().1);
        assert_eq!(stripped, plain);
        assert_eq!(coloured != plain, [Format::Human, Format::Concise].contains(&format), "{format}");
    }
}

#[test]
fn concise_has_a_line_for_every_finding() {
    let (sources, report) = findings();
    let text = render(&report, &sources, Format::Concise, false);
    assert_eq!(text.lines().count(), report.diagnostics().len());
}

#[test]
fn json_is_what_it_claims_to_be() {
    let (sources, report) = findings();
    let json: serde_json::Value =
        serde_json::from_str(&render(&report, &sources, Format::Json, false)).unwrap();
    assert_eq!(json["summary"]["errors"], report.count(Level::Error));
    assert_eq!(json["summary"]["warnings"], report.count(Level::Warn));
    for (finding, diagnostic) in json["findings"].as_array().unwrap().iter().zip(report.diagnostics()) {
        assert_eq!(finding["message"], *diagnostic.message, "programs get the text unchanged");
        assert_eq!(finding["file"], sources.get(diagnostic.place.file).name());
    }
}

#[test]
fn no_findings_are_no_text_for_people() {
    let (sources, report) = (Sources::default(), Report::default());
    assert_eq!(render(&report, &sources, Format::Human, true), "");
    assert_eq!(render(&report, &sources, Format::Concise, true), "");
    for format in [Format::JsonLines, Format::Github] {
        assert_eq!(render(&report, &sources, format, true), "", "{format}");
    }
    for format in [Format::Json, Format::Sarif, Format::Gitlab, Format::Junit] {
        assert_golden(&format!("none.{format}.txt"), &render(&report, &sources, format, true));
    }
}

#[test]
fn marks_at_the_edges_of_a_text_are_drawn() {
    let text = "a: 1\n\nß: \u{1b}ü\r\n\n  c: 3";
    let sources = Sources::default();
    let (file, _) = add(&sources, "edges.yaml", text);
    for start in 0..=text.len() + 1 {
        for end in start..=text.len() + 1 {
            let mut report = Report::default();
            let mut finding = Diagnostic::new(&ICON, Place::bytes(file, start..end), "here");
            finding
                .label(Place::bytes(file, end..text.len()), "there")
                .label(Place::bytes(file, 0..start), "and");
            report.push(finding);
            for format in Format::ALL {
                assert!(render(&report, &sources, format, false).contains("edges.yaml"), "{start}..{end}");
            }
        }
    }
}

#[test]
fn many_related_places_are_counted() {
    let (sources, mut report) = (Sources::default(), Report::default());
    let (_, list) = add(&sources, "list.yaml", "- x\n".repeat(1000));
    let mut finding = Diagnostic::new(&HEADS, list.clone(), "too many");
    for index in 0..1000 {
        finding.label(list.index(index), "this one");
    }
    report.push(finding);
    let text = render(&report, &sources, Format::Human, false);
    assert!(text.contains("= note: and 992 more places"), "{text}");
    assert!(text.lines().count() < 40, "{text}");
}

/// A thousand findings in 4 MB, in one document of many lines and in one line. Looking up or
/// counting from the start for each would be four gigabytes of work.
#[test]
fn many_findings_in_a_large_file_take_no_time() {
    let mut yaml = String::new();
    for index in 0..1000 {
        let _ = writeln!(yaml, "- name: demo.v0.{index}.0\n  data: {}", "QUJDRA==".repeat(500));
    }
    let json = format!(
        "{{\"list\": [{}]}}",
        vec![format!("{{\"name\": \"ß\", \"data\": {:?}}}", "Q".repeat(4000)); 1000].join(", ")
    );
    for (name, text, keys) in [("many.yaml", yaml, &[][..]), ("one.json", json, &["list"][..])] {
        let (sources, mut report) = (Sources::default(), Report::default());
        let (_, root) = add(&sources, name, text);
        let list = keys.iter().fold(root, |place, key| place.key(*key));
        for index in 0..1000 {
            let mut finding = Diagnostic::new(&DUPLICATE, list.index(index).key("name"), "again");
            finding.label(list.index(999 - index).key("data"), "its data");
            report.push(finding);
        }
        for format in Format::ALL {
            let start = Instant::now();
            let text = render(&report, &sources, format, false);
            let elapsed = start.elapsed();
            assert!(elapsed < Duration::from_secs(5), "{format} of {name} took {elapsed:?}");
            println!("{format} of {name}: {elapsed:?}, {} bytes", text.len());
        }
    }
}
