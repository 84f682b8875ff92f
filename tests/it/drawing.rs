//! Drawings against the catalogs that they are of: every entry and edge, nothing over anything else; and goldens of all
//! formats, for the eye.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use olmcat::catalog::version::{Range, Version};
use olmcat::catalog::{self, Catalog};
use olmcat::diag::Report;
use olmcat::drawing::{self, Kind, Look, Mark, Picture};
use olmcat::resolve::v0::{Outcome, resolve};
use olmcat::resolve::{Index, Namespace, Source, Subscription};
use olmcat::text::Sources;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::resolve::{Fbc, installed, namespace};
use crate::resolve_ladder::{fbc, seats};
use crate::support::{Folder, Olmcat, assert_linear, data, shared, tool, worked};

/// Runs with the catalog of some files.
fn with<T>(texts: impl IntoIterator<Item = Vec<u8>>, run: impl FnOnce(&Catalog<'_>) -> T) -> T {
    let (sources, mut report, mut whole) = (Sources::default(), Report::default(), Catalog::default());
    for text in texts {
        let file = sources.add("catalog.yaml", text);
        whole.append(catalog::read(&sources, file, &mut report));
    }
    run(&whole)
}

fn drawn(fbc: &Fbc) -> Vec<Picture> {
    with([fbc.text().into_bytes()], |catalog| drawing::pictures(catalog, None, None))
}

/// The catalog with everything that drawings know to say.
fn odd() -> Fbc {
    let hostile = "<script>alert(1)</script>\"'&\u{202e}live\u{200f}]]>\u{7}";
    let long = "long".repeat(1250);
    let chain = |last: &str| json!([{"name": "o.v1.0.0"}, {"name": last, "replaces": "o.v1.0.0"}]);
    let versions = ["1.0.0", "1.1.0", "1.2.0", "1.3.0", "1.4.0"];
    let bundle = |name: &str, version: &str| {
        let property = json!({"type": "olm.package", "value": {"packageName": "o", "version": version}});
        json!({"schema": "olm.bundle", "package": "o", "name": name, "image": "quay.io/o/o:1", "properties": [property]})
    };
    let fbc = Fbc::default()
        .package("o", "holes")
        .channel(
            "o",
            "holes",
            json!([
                {"name": "o.v1.4.0", "replaces": "o.v1.3.0", "skips": ["o.v1.2.0", "o.v0.9.0"], "skipRange": ">=1.0.0 <1.1.0"},
                {"name": "o.v1.3.0", "replaces": "o.v1.2.0", "skipRange": ">=1.0.0 nonsense"},
                {"name": "o.v1.2.0", "replaces": "o.v1.1.0"},
                {"name": "o.v1.1.0", "replaces": "o.v1.0.0"},
                {"name": "o.v1.0.0"},
                {"name": "odd"},
            ]),
        )
        .channel(
            "o",
            "circle",
            json!([
                {"name": "o.v1.2.0", "replaces": "o.v1.1.0"},
                {"name": "o.v1.1.0", "replaces": "o.v1.0.0", "skipRange": "<1.3.0"},
                {"name": "o.v1.0.0"},
            ]),
        )
        .channel("o", "cycle", json!([
            {"name": "o.v1.2.0", "replaces": "o.v1.1.0"}, {"name": "o.v1.1.0", "replaces": "o.v1.0.0"},
            {"name": "o.v1.0.0", "replaces": "o.v1.1.0"},
        ]))
        .channel("o", "heads", json!([
            {"name": "o.v1.0.0"}, {"name": "o.v1.1.0", "replaces": "o.v1.0.0"},
            {"name": "o.v1.2.0", "replaces": "o.v1.0.0"}, {"name": "o.v1.3.0"},
        ]))
        .channel("o", "no-head", json!([
            {"name": "o.v1.0.0", "replaces": "o.v1.1.0"}, {"name": "o.v1.1.0", "replaces": "o.v1.0.0"},
        ]))
        .channel("o", "empty", json!([]))
        .channel("o", "no-bundle", json!([{"name": "o.v7.0.0", "replaces": "o.v1.0.0"}, {"name": "o.v1.0.0"}]))
        .channel("o", "stranded", json!([
            {"name": "o.v1.2.0", "replaces": "o.v1.1.0"}, {"name": "o.v1.1.0", "skips": ["o.v1.0.0"], "replaces": "o.v0.9.0"},
            {"name": "o.v1.0.0"}, {"name": "o.v1.3.0", "skips": ["o.v1.2.0"]},
        ]))
        .channel("o", hostile, chain(hostile))
        .channel("o", "long", chain(&long))
        .blob(bundle("odd", "one.two"))
        .blob(bundle(hostile, "1.9.0"))
        .blob(bundle(&long, "2.0.0"))
        .blob(json!({"schema": "olm.deprecations", "package": "o", "entries": [
            {"reference": {"schema": "olm.bundle", "name": "o.v1.1.0"}, "message": "1.1 is <old>"},
            {"reference": {"schema": "olm.channel", "name": "heads"}, "message": "take `holes`"},
        ]}));
    versions.into_iter().fold(fbc, |fbc, version| fbc.bundle("o", version, json!([])))
}

/// A channel of so many versions, each with an edge that `edges` says.
fn long(count: usize, edges: impl Fn(usize) -> Value) -> Fbc {
    let version = |at: usize| format!("1.{}.{}", at / 10, at % 10);
    let entry = |at: usize| {
        let mut entry = edges(at);
        entry["name"] = json!(format!("big.v{}", version(at)));
        entry
    };
    let entries: Vec<Value> = (0..count).map(entry).collect();
    let fbc = Fbc::default().package("big", "stable").channel("big", "stable", json!(entries));
    (0..count).fold(fbc, |fbc, at| fbc.bundle("big", &version(at), json!([])))
}

/// A channel in which every entry replaces the one before and has a range over all before.
fn ranges(count: usize) -> Fbc {
    long(count, |at| {
        let before = at.saturating_sub(1);
        let replaces =
            if at == 0 { String::new() } else { format!("big.v1.{}.{}", before / 10, before % 10) };
        json!({"replaces": replaces, "skipRange": format!("<1.{}.{}", at / 10, at % 10)})
    })
}

fn golden(name: &str, found: &str) {
    let path = data("drawing").join(name);
    if std::env::var_os("UPDATE").is_some_and(|update| update == "1") {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, found).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    let at = expected.lines().zip(found.lines()).position(|(a, b)| a != b).unwrap_or(0);
    let line = |text: &str| text.lines().nth(at).unwrap_or_default().to_owned();
    assert!(
        expected == found,
        "{}:{}:\nexpected {}\nfound    {}\n`UPDATE=1` accepts what was found",
        path.display(),
        at + 1,
        line(&expected),
        line(found)
    );
}

fn goldens(name: &str, pictures: &[Picture]) {
    golden(&format!("{name}.txt"), &drawing::text(pictures, Look::default()));
    let ascii = Look { is_ascii: true, width: Some(60), is_coloured: false };
    golden(&format!("{name}.ascii.txt"), &drawing::text(pictures, ascii));
    golden(&format!("{name}.svg"), &drawing::svg(pictures));
    golden(&format!("{name}.dot"), &drawing::dot(pictures));
    golden(&format!("{name}.mmd"), &drawing::mermaid(pictures));
}

#[test]
fn a_small_catalog_in_every_format() {
    let file = fs::read(data("project/catalog/demo/catalog.yaml")).unwrap();
    with([file], |catalog| goldens("demo", &drawing::pictures(catalog, None, None)));
}

#[test]
fn an_odd_catalog_in_every_format() {
    goldens("odd", &drawn(&odd()));
}

fn percona() -> Option<Vec<Vec<u8>>> {
    let folder = shared("percona/catalog")?;
    let mut packages: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    packages.retain(|package| package.is_dir());
    packages.sort();
    Some(packages.iter().map(|package| fs::read(package.join("catalog.yaml")).unwrap()).collect())
}

#[test]
fn the_published_catalog_in_every_format() {
    let Some(files) = percona() else { return };
    with(files, |catalog| {
        let pictures = drawing::pictures(catalog, None, None);
        assert_eq!(pictures.len(), catalog.channels.len());
        goldens("percona", &pictures);
        pictures.iter().for_each(|picture| assert_whole(picture, catalog));
    });
}

/// Asserts that a picture has the entries and edges of its channel, by trying all pairs.
fn assert_whole(picture: &Picture, catalog: &Catalog<'_>) {
    let channel = catalog
        .channels
        .iter()
        .find(|channel| channel.package == picture.package && channel.name == picture.channel)
        .unwrap();
    let mut names = BTreeSet::new();
    let version = |name: &str| {
        let bundle = catalog.bundles.iter().find(|b| b.package == channel.package && b.name == name)?;
        Version::parse(&bundle.package_property().ok()?.version).ok()
    };
    for entry in channel.entries() {
        names.extend([&entry.name, &entry.replaces].into_iter().chain(&entry.skips).map(AsRef::as_ref));
    }
    names.remove("");
    let rows: BTreeSet<&str> = picture.entries.iter().map(|entry| entry.name.as_str()).collect();
    assert_eq!((rows.len(), rows), (picture.entries.len(), names.clone()));
    let mut expected = BTreeSet::new();
    for entry in channel.entries() {
        let range = Range::parse(&entry.skip_range).ok();
        for &name in names.iter().filter(|name| **name != entry.name) {
            let holds = || range.as_ref().zip(version(name)).is_some_and(|(range, v)| range.contains(&v));
            let kinds = [
                (Kind::Replaces, entry.replaces == name),
                (Kind::Skips, entry.skips.iter().any(|skip| skip == name)),
                (Kind::SkipRange, holds()),
            ];
            let kinds = kinds.into_iter().filter(|(_, is_so)| *is_so);
            expected.extend(kinds.map(|(kind, _)| (entry.name.to_string(), kind, name.to_owned())));
        }
    }
    let mut found = BTreeSet::new();
    let name = |row: usize| picture.entries[row].name.clone();
    for edge in &picture.edges {
        for from in edge.from.clone() {
            assert!(found.insert((name(edge.to), edge.kind, name(from))), "an edge is there once");
        }
    }
    assert_eq!(found, expected);
}

/// Asserts that what a picture says of OLM v0 is what the resolver answers for each entry that is installed.
fn assert_followed(picture: &Picture, sources: &[Source<'_>]) {
    for (row, entry) in picture.entries.iter().enumerate() {
        if entry.is(Mark::Absent) || entry.version.is_empty() {
            continue;
        }
        let mut namespace: Namespace = namespace(vec![Subscription::new("cat", "c", "stable")]);
        installed(&mut namespace, "c", &entry.name, &entry.version);
        let next = match resolve(sources, &namespace) {
            Ok(Outcome::Plan(plan)) => Some(plan.steps[0].name.clone()),
            _ => None,
        };
        assert_eq!(entry.next.map(|next| picture.entries[next].name.clone()), next);
        for edge in picture.edges.iter().filter(|edge| edge.from.contains(&row)) {
            assert_eq!(edge.is_ignored, Some(&picture.entries[edge.to].name) != next.as_ref());
        }
    }
}

/// The value of an attribute, in the order in which elements have it.
fn attributes<'t>(svg: &'t str, name: &str) -> Vec<&'t str> {
    let name = format!(" {name}=\"");
    svg.split(&name).skip(1).map(|rest| rest.split('"').next().unwrap()).collect()
}

/// The straight parts of a path, as left, top, right and bottom.
fn straights(d: &str) -> Vec<[i64; 4]> {
    let mut parts = Vec::new();
    let (mut x, mut y) = (0, 0);
    let mut rest = d;
    while let Some(command) = rest.chars().next() {
        let end = rest[1..].find(|c: char| c.is_ascii_alphabetic()).map_or(rest.len(), |end| end + 1);
        let numbers: Vec<i64> =
            rest[1..end].split_whitespace().map(|number| number.parse().unwrap()).collect();
        let (nx, ny) = match (command, numbers.as_slice()) {
            ('Z', []) => (x, y),
            ('H', [to]) => (*to, y),
            ('V', [to]) => (x, *to),
            ('M' | 'L' | 'Q' | 'C', [.., nx, ny]) => (*nx, *ny),
            other => panic!("what is {other:?} in {d}?"),
        };
        if matches!(command, 'H' | 'V') {
            parts.push([x.min(nx), y.min(ny), x.max(nx), y.max(ny)]);
        }
        (x, y) = (nx, ny);
        rest = &rest[end..];
    }
    parts
}

/// Asserts that nothing in a drawing lies over anything that it should not.
fn assert_tidy(picture: &Picture) {
    let svg = drawing::embedded(picture);
    let number = |name: &str| -> Vec<i64> {
        attributes(&svg, name).iter().map(|number| number.parse().unwrap()).collect()
    };
    let dots: BTreeSet<(i64, i64)> = number("cx").into_iter().zip(number("cy")).collect();
    assert_eq!(dots.len(), picture.entries.len());
    assert_eq!(dots.iter().map(|(_, y)| y).collect::<BTreeSet<_>>().len(), dots.len(), "a row each");
    let names: BTreeSet<&str> = attributes(&svg, "data-entry").into_iter().collect();
    assert_eq!(names.len(), picture.entries.len());
    assert_eq!(attributes(&svg, "data-from").len(), picture.edges.len());
    for end in ["data-from", "data-to", "data-through"].into_iter().flat_map(|name| attributes(&svg, name)) {
        assert!(names.contains(end), "an edge ends at an entry");
    }
    let label = svg.split("<text class=\"version\" x=\"").nth(1);
    let label: i64 = label.map_or(i64::MAX, |rest| rest.split('"').next().unwrap().parse().unwrap());
    for part in attributes(&svg, "d").into_iter().flat_map(straights) {
        let [left, top, right, bottom] = part;
        assert!(right < label, "no line runs through a label");
        for &(x, y) in &dots {
            let (dx, dy) = (x - x.clamp(left, right), y - y.clamp(top, bottom));
            assert!(dx * dx + dy * dy > 25, "{part:?} runs through the dot at {x} {y}:\n{svg}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn drawings_have_everything_and_are_tidy(seats in seats()) {
        let fbc = fbc(&seats);
        with([fbc.text().into_bytes()], |catalog| {
            let pictures = drawing::pictures(catalog, None, None);
            let (name, namespace) = ("cat".to_owned(), "olm".to_owned());
            let sources = [Source { name, namespace, priority: 0, index: Index::new([catalog]) }];
            for picture in &pictures {
                assert_whole(picture, catalog);
                assert_followed(picture, &sources);
                assert_tidy(picture);
            }
            assert_eq!(pictures, drawing::pictures(catalog, None, None));
            for width in [1, 20, 45, 80, 200] {
                assert_text(&pictures, width);
            }
        });
    }
}

/// Asserts what holds for a text of any width.
fn assert_text(pictures: &[Picture], width: usize) {
    let look = Look { width: Some(width), is_ascii: false, is_coloured: false };
    let plain = drawing::text(pictures, look);
    let notes: BTreeSet<&str> =
        pictures.iter().flat_map(|picture| &picture.notes).map(String::as_str).collect();
    for line in plain.lines().filter(|line| !notes.contains(line)) {
        assert!(line.chars().count() <= width && line.trim_end() == line, "{line:?} in {width}");
    }
    let coloured = drawing::text(pictures, Look { is_coloured: true, ..look });
    let mut stripped = String::new();
    for (at, part) in coloured.split('\u{1b}').enumerate() {
        stripped += if at == 0 { part } else { part.split_once('m').unwrap().1 };
    }
    let trimmed: String = stripped.lines().map(|line| line.trim_end().to_owned() + "\n").collect();
    assert_eq!(trimmed, plain);
    assert!(drawing::text(pictures, Look { is_ascii: true, ..look }).is_ascii());
}

#[test]
fn what_is_odd_is_tidy_too_and_does_nothing() {
    let pictures = drawn(&odd());
    pictures.iter().for_each(assert_tidy);
    let all = drawing::svg(&pictures);
    for text in pictures.iter().map(drawing::embedded).chain([all.clone()]) {
        let body = text.split("</style>").last().unwrap();
        for bad in ["<script", " style=", " on", "href", "\u{7}", "url(", "tabindex", "role=\"button\""] {
            assert!(!body.contains(bad), "{bad}");
        }
        // The true name is for programs; what is shown turns no text around.
        assert_eq!(
            body.replace("data-", "\ndata-").matches('\u{202e}').count(),
            body.matches("data-entry=\"&lt;").count() + body.matches("data-to=\"&lt;").count()
        );
        assert!(body.lines().all(|line| line.len() < 20_000));
    }
    if let Some(xmllint) = tool("xmllint") {
        let folder = Folder::new();
        let file = folder.write("odd.svg", &all);
        let run = std::process::Command::new(xmllint).arg("--noout").arg(file).output().unwrap();
        assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    }
    let of = |channel: &str, name: &str| {
        let picture = pictures.iter().find(|picture| picture.channel == channel).unwrap();
        picture.entries.iter().find(|entry| entry.name == name).unwrap().marks.clone()
    };
    assert_eq!(of("circle", "o.v1.1.0"), [Mark::Deprecated, Mark::Circle]);
    assert_eq!(of("no-bundle", "o.v7.0.0"), [Mark::NoBundle, Mark::Stranded]);
    assert_eq!(of("heads", "o.v1.3.0"), [Mark::Head]);
    assert_eq!(of("holes", "odd"), [Mark::Head, Mark::NoVersion]);
    assert_eq!(of("stranded", "o.v1.1.0"), [Mark::Deprecated, Mark::Stranded]);
}

#[test]
fn long_channels_are_drawn_in_one_go() {
    let work = |count: usize| {
        let pictures = drawn(&ranges(count));
        let sizes =
            [drawing::svg(&pictures), drawing::dot(&pictures), drawing::text(&pictures, Look::default())];
        assert!(sizes.iter().all(|text| text.len() < 1000 * count + 20_000));
    };
    assert_linear("drawing a channel", work, 100);
    let text = ranges(2000).text();
    let pictures = with([text.into_bytes()], |catalog| {
        let before = worked();
        let pictures = drawing::pictures(catalog, None, None);
        let drawn = worked();
        let size = drawing::svg(&pictures).len();
        println!("2,000 entries: {:?}, SVG {:?}, {size} bytes", drawn - before, worked() - drawn);
        pictures
    });
    // An edge for each `replaces`, and two for each range: what OLM takes of it, and the rest.
    assert!(pictures[0].edges.len() < 3 * 2000);
    assert_eq!(pictures[0].edges.iter().map(|edge| edge.from.len()).sum::<usize>(), 1999 + 1999 * 2000 / 2);
    let all: Vec<String> = (0..1999).map(|at| format!("big.v1.{}.{}", at / 10, at % 10)).collect();
    let skips = drawn(&long(2000, |at| if at == 1999 { json!({"skips": all}) } else { json!({}) }));
    assert_eq!(skips[0].edges.len(), 1);
    assert!(drawing::svg(&skips).len() < 700_000);
}

#[test]
fn the_command_writes_what_the_name_of_the_file_says() {
    let folder = Folder::new();
    let file = folder.write("c/catalog.json", odd().text());
    let run = |args: &[&str]| {
        let all =
            ["graph", file.to_str().unwrap()].into_iter().chain(args.iter().copied()).map(str::to_owned);
        Olmcat::new(all).current_dir(folder.path()).env("LC_ALL", "C.UTF-8").run()
    };
    for (name, begin) in [
        ("a.svg", "<svg"),
        ("A.SVG", "<svg"),
        ("a.dot", "digraph"),
        ("a.Gv", "digraph"),
        ("a.mmd", "graph BT"),
        ("a.txt", "o  "),
    ] {
        assert_eq!(run(&["-o", name]).exits(0).stdout(), "");
        assert!(fs::read_to_string(folder.path().join(name)).unwrap().starts_with(begin));
    }
    let text = run(&[]).exits(0).stdout();
    assert_eq!(text, fs::read_to_string(folder.path().join("a.txt")).unwrap());
    assert!(text.contains('●') && !text.contains('\u{1b}'));
    assert!(run(&["--channel", "circle"]).exits(0).stdout().starts_with("o  circle\n"));
    assert!(run(&["--package", "nobody"]).exits(2).stderr().contains("no package is called `nobody`"));
    assert!(run(&["--channel", "nothing"]).exits(2).stderr().contains("no channel is called `nothing`"));
    assert!(run(&["-o", "c"]).exits(2).stderr().contains("it is a folder"));
    assert_eq!(run(&["-o", "-"]).exits(0).stdout(), text);
    assert!(!folder.path().join("-").exists());
    for name in ["g.png", "g.PDF"] {
        assert!(run(&["-o", name]).exits(2).stderr().contains("hint: write `.svg`, or `.dot`"));
        assert!(!folder.path().join(name).exists());
    }
    // Who says what to draw is not asked again.
    assert_eq!(run(&["-o", "g.png", "--graph-format", "text"]).exits(0).stdout(), "");
    // A channel of that name that another package has is no help.
    let other = Fbc::default().package("p", "other").channel("p", "other", json!([{"name": "p.v1.0.0"}]));
    let both =
        folder.write("both/catalog.json", odd().text() + &other.bundle("p", "1.0.0", json!([])).text());
    let args = ["graph", both.to_str().unwrap(), "--package", "p", "--channel", "holes"];
    let run = Olmcat::new(args).run().exits(2);
    let expected = "error: package `p` has no channel `holes`\nhint: choose one of: other\n";
    assert_eq!(run.stderr(), expected);
    let ascii = Olmcat::new([Path::new("graph"), &file]).env("LC_ALL", "C").run().exits(0).stdout();
    assert!(ascii.is_ascii());
}

#[test]
fn what_can_be_read_is_drawn() {
    let folder = Folder::new();
    let bad = "{\"schema\": \"olm.channel\", \"package\": 5, \"name\": [1], \"entries\": 7}\n";
    let file = folder.write("catalog.json", ranges(3).text() + bad);
    let run = Olmcat::new([Path::new("graph"), &file]).run().exits(1);
    assert!(run.stdout().contains("1.0.2  head") && run.stderr().contains("error[wrong-field-type]"));
    let file = folder.write("catalog.json", Fbc::default().package("p", "c").text());
    let run = Olmcat::new([Path::new("graph"), &file]).run().exits(0);
    assert_eq!((run.stdout().as_str(), run.stderr().trim()), ("", "there is no channel to draw"));
}
