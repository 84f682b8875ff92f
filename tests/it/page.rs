//! `olmcat report`: the page as text.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use olmcat::oci::Digest;
use serde_json::{Value, json};

use crate::support::{Folder, Olmcat, root, shared, tool};

/// Writes the report of a catalog, which ends with this exit code.
#[track_caller]
pub fn report(folder: &Folder, args: &[&str], code: i32) -> (PathBuf, String) {
    let file = folder.path().join("report.html");
    let mut all = vec!["report", "--output", file.to_str().unwrap()];
    all.extend(args);
    let run = Olmcat::new(all).run().exits(code);
    assert_eq!(run.stdout(), "");
    let text = fs::read_to_string(&file).unwrap();
    (file, text)
}

/// A catalog of one package, whose channel has entries that upgrade one another.
pub fn chain(entries: usize) -> String {
    let name = |number: usize| format!("demo.v1.{number}.0");
    let mut blobs = vec![json!({"schema": "olm.package", "name": "demo", "defaultChannel": "stable"})];
    let entry = |number: usize| match number {
        0 => json!({"name": name(0)}),
        _ => {
            json!({"name": name(number), "replaces": name(number - 1), "skipRange": format!("<1.{number}.0")})
        }
    };
    let list: Vec<Value> = (0..entries).map(entry).collect();
    blobs.push(json!({"schema": "olm.channel", "package": "demo", "name": "stable", "entries": list}));
    for number in 0..entries {
        let version = format!("1.{number}.0");
        let package = json!({"packageName": "demo", "version": version});
        blobs.push(json!({
            "schema": "olm.bundle", "package": "demo", "name": name(number), "image": format!("quay.io/demo/demo:v{version}"),
            "properties": [{"type": "olm.package", "value": package}],
        }));
    }
    blobs.iter().map(|blob| format!("{blob}\n")).collect()
}

/// Returns the part of a text between two others.
fn between<'t>(text: &'t str, start: &str, end: &str) -> &'t str {
    let from = text.find(start).unwrap_or_else(|| panic!("no {start:?}")) + start.len();
    &text[from..from + text[from..].find(end).unwrap_or_else(|| panic!("no {end:?}"))]
}

/// Returns the data that the script reads.
fn data(page: &str) -> Value {
    serde_json::from_str(between(page, "<script type=\"application/json\" id=\"data\">", "</script>"))
        .unwrap()
}

#[test]
fn only_our_own_style_and_script_count() {
    let folder = Folder::new();
    let (_, page) = report(&folder, &[], 0);
    let policy = between(&page, "http-equiv=\"Content-Security-Policy\" content=\"", "\"");
    let hash = |text: &str| format!("'sha256-{}'", STANDARD.encode(Digest::of(text.as_bytes()).bytes()));
    let (style, script) = (between(&page, "<style>", "</style>"), between(&page, "<script>", "</script>"));
    let wanted = [
        "default-src 'none'",
        "img-src data:",
        &format!("style-src {}", hash(style)),
        &format!("script-src {}", hash(script)),
        "base-uri 'none'",
        "form-action 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    ];
    assert_eq!(policy.split("; ").collect::<Vec<_>>(), wanted);
    assert_eq!(page.matches("<style").count(), 1);
    assert_eq!(page.matches("<script").count(), 2);
    assert!(!page.contains(" style=") && !page.contains(" onclick="));
    for reference in page.split(" src=\"").skip(1).chain(page.split(" href=\"").skip(1)) {
        assert!(reference.starts_with("data:image/") || reference.starts_with('#'), "{:.60}", reference);
    }
}

#[test]
fn it_is_small_and_always_the_same() {
    let folder = Folder::new();
    let catalogs = [None, shared("percona/catalog")];
    for catalog in [None].into_iter().chain(catalogs.into_iter().flatten().map(Some)) {
        let args: Vec<&str> = catalog.iter().map(|path: &PathBuf| path.to_str().unwrap()).collect();
        let run = Olmcat::new(["report"].into_iter().chain(args.iter().copied())).run();
        let text = run.stdout();
        println!("{args:?}: {} bytes", text.len());
        assert!(text.len() < 2_000_000 && text.ends_with("</html>\n"));
        let (_, again) = report(&folder, &args, run.code().unwrap());
        assert_eq!(text, again);
        assert!(!text.contains(&root().display().to_string()) || !args.is_empty());
    }
}

#[test]
fn an_independent_parser_reads_it() {
    let Some(xmllint) = tool("xmllint") else { return };
    let folder = Folder::new();
    let (file, _) = report(&folder, &[], 0);
    // It knows HTML 4: the elements that came later are no faults.
    let run = std::process::Command::new(xmllint).args(["--html", "--noout"]).arg(file).output().unwrap();
    let faults = String::from_utf8_lossy(&run.stderr).into_owned();
    let others: Vec<&str> = faults
        .lines()
        .filter(|line| line.contains(" error :") && !(line.contains("Tag ") && line.ends_with(" invalid")))
        .collect();
    assert!(others.is_empty(), "{}", others.join("\n"));
}

#[test]
fn errors_come_first_and_then_what_could_be_read() {
    let folder = Folder::new();
    let catalog = fs::read_to_string(root().join("catalog/dbaas-operator/catalog.yaml")).unwrap();
    let broken = catalog.replace("  - dbaas-operator.v0.1.7\n", "");
    let file = folder.write("broken/catalog.yaml", broken + "---\nschema: olm.channel\n\tname: x\n");
    let (_, page) = report(&folder, &[file.to_str().unwrap()], 1);
    let place = |text: &str| page.find(text).unwrap_or_else(|| panic!("no {text}"));
    assert!(place("id=\"errors\"") < place("id=\"packages\""));
    assert!(place("<mark>") < place("id=\"packages\""), "lines of the file are shown");
    assert!(page.contains("<bdi>dbaas-operator.v0.1.17</bdi>"), "the rest is there");
    // Without what cannot be read, the graph is judged.
    let broken = catalog.replace("  - dbaas-operator.v0.1.7\n", "");
    let file = folder.write("heads/catalog.yaml", broken);
    let (_, page) = report(&folder, &[file.to_str().unwrap()], 1);
    let first = between(&page, "<article class=\"finding error\"", "</article>");
    assert!(
        first.contains("multiple-channel-heads") && first.contains("nothing replaces or skips this entry")
    );
    assert!(page.contains("OLM v0 upgrades nothing here"));
    let data = data(&page);
    let entry = |name: &str| {
        let word = data["words"].as_array().unwrap().iter().position(|word| word == name).unwrap();
        data["bundles"].as_array().unwrap().iter().find(|bundle| bundle["name"] == word).unwrap().clone()
    };
    assert_eq!(entry("dbaas-operator.v0.1.17")["findings"], json!([0]));
    assert_eq!(entry("dbaas-operator.v0.1.15")["findings"], json!([]));
}

#[test]
fn a_package_without_channel_and_a_catalog_without_package() {
    let folder = Folder::new();
    let blob = json!({"schema": "olm.package", "name": "alone", "defaultChannel": "stable"});
    let file = folder.write("alone/catalog.json", blob.to_string());
    let (_, page) = report(&folder, &[file.to_str().unwrap()], 1);
    assert!(page.contains("No channel: nobody can install it."));
    let file = folder.write("other/catalog.json", json!({"schema": "custom", "name": "x"}).to_string());
    let (_, page) = report(&folder, &[file.to_str().unwrap()], 0);
    assert!(page.contains("The catalog has no package."));
    let blob = json!({"schema": "olm.channel", "name": "stable", "package": "demo", "entries": []});
    let file = folder.write("empty/catalog.json", blob.to_string());
    let (_, page) = report(&folder, &[file.to_str().unwrap()], 1);
    assert!(page.contains("the channel has no entries") && page.contains("no package of this name"));
}

#[test]
fn what_has_no_name_is_left_to_the_findings_and_all_bundles_count() {
    let folder = Folder::new();
    let property = json!({"type": "olm.package", "value": {"packageName": "demo", "version": "9.0.0"}});
    let loose = json!({"schema": "olm.bundle", "package": "demo", "name": "demo.v9.0.0", "image": "quay.io/demo/demo:9",
        "properties": [property]});
    let nameless = [
        json!({"schema": "olm.package", "name": "", "defaultChannel": "stable"}),
        json!({"schema": "olm.channel", "package": "", "name": "stable", "entries": [{"name": "a"}]}),
        json!({"schema": "olm.channel", "package": "demo", "name": "", "entries": [{"name": "demo.v1.0.0"}]}),
        json!({"schema": "olm.bundle", "package": "", "name": "b", "image": "quay.io/b/b:1"}),
    ];
    let more: String = nameless.iter().chain([&loose]).map(|blob| format!("{blob}\n")).collect();
    let file = folder.write("catalog.json", chain(2) + &more);
    let (_, page) = report(&folder, &[file.to_str().unwrap()], 1);
    assert!(!page.contains("<bdi></bdi>"), "nothing is nameless");
    assert!(between(&page, "<header class=\"top\">", "</p>").ends_with("1 package, 1 channel, 3 bundles"));
    let row = between(&page, "<tr><th scope=\"row\"><a href=\"#p0\">", "</tr>");
    assert!(row.contains("<td class=\"number\">3<"), "{row}");
    assert!(page.contains("1 bundle in no channel"));
}

#[test]
fn of_what_olm_does_not_take_only_some_is_told() {
    let folder = Folder::new();
    let name = |number: usize| format!("demo.v1.{number}.0");
    let mut blobs: Vec<Value> = chain(60).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let entry = |number: usize| {
        let replaced = number.checked_sub(1).map(name).unwrap_or_default();
        json!({"name": name(number), "replaces": replaced, "skips": (0..number).map(name).collect::<Vec<_>>()})
    };
    blobs[1]["entries"] = (0..60).map(entry).collect();
    let text: String = blobs.iter().map(|blob| format!("{blob}\n")).collect();
    let file = folder.write("catalog.json", text);
    let (_, page) = report(&folder, &[file.to_str().unwrap()], 0);
    let all = 60 * 59 / 2;
    assert!(page.contains(&format!("{all} upgrades: what each of them changes")));
    let table = between(&page, "<table class=\"upgrades\">", "</details>");
    assert_eq!(table.matches("<tr data-from").count() - table.matches("not taken by OLM v0").count(), 59);
    assert_eq!(table.matches("not taken by OLM v0").count(), 200);
    assert!(table.contains(&format!("and {} more that OLM v0 does not take", all - 59 - 200)));
    assert_eq!(data(&page)["upgrades"].as_array().unwrap().len(), 59 + 200);
}

#[test]
fn a_long_channel_stays_small() {
    let folder = Folder::new();
    let file = folder.write("long/catalog.json", chain(2000));
    let (_, page) = report(&folder, &[file.to_str().unwrap()], 0);
    println!("2000 entries: {} bytes", page.len());
    assert!(page.len() < 5_000_000);
    assert_eq!(page.matches("<g class=\"entry").count(), 2000);
    assert_eq!(page.matches("<tr data-row=").count(), 2000);
}

#[test]
fn what_differs_is_told_and_who_is_stranded_first() {
    let folder = Folder::new();
    let old = folder.write("old/catalog.json", chain(3));
    let new = folder.write(
        "new/catalog.json",
        chain(4).replace(",\"replaces\":\"demo.v1.2.0\"", "").replace("<1.3.0", "<1.0.0"),
    );
    let new_text = fs::read_to_string(&new).unwrap();
    assert!(!new_text.contains("\"replaces\":\"demo.v1.2.0\""));
    let args = [new.to_str().unwrap(), "--against", old.to_str().unwrap()];
    let (_, page) = report(&folder, &args, 1);
    let section = between(&page, "<section class=\"difference\"", "</section>");
    let headings: Vec<&str> =
        section.split("<h3>").skip(1).map(|part| part.split(" <span").next().unwrap()).collect();
    assert_eq!(headings.first(), Some(&"Stranded"), "{section}");
    assert!(headings.contains(&"Added") && headings.contains(&"Heads"));
    // The command `diff` says the same.
    let diff = Olmcat::new(["diff", "--markdown", args[2], args[0]]).run().stdout();
    let told: BTreeSet<&str> = diff.lines().filter_map(|line| line.strip_prefix("### ")).collect();
    assert_eq!(told, headings.iter().copied().collect());
    let (_, page) = report(&folder, &[args[2], "--against", args[2]], 0);
    assert!(between(&page, "<section class=\"difference\"", "</section>").contains("<p>None.</p>"));
    // What cannot be read of one would make all of the other new, or gone: the page is written without a comparison.
    let broken = folder.write("broken/catalog.json", "{\"schema\": ");
    let run = Olmcat::new(["report", args[0], "--against"]).run().exits(2);
    assert!(run.stderr().contains("--against"));
    let broken = broken.to_str().unwrap();
    for args in [[args[2], "--against", broken], [broken, "--against", args[2]]] {
        let (_, page) = report(&folder, &args, 1);
        assert!(page.contains("<main") && !page.contains("<section class=\"difference\""));
    }
}
