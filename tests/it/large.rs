//! Large catalogs are read piece by piece, and come out as small ones do.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use olmcat::diag::Report;
use olmcat::index::{Stamp, Writer};
use olmcat::load;
use olmcat::text::Sources;

use crate::serve::Served;
use crate::serve_http::request;
use crate::support::{Folder, Olmcat};

/// Several files of more than 64 MiB in all, in which blobs stand in no order.
fn large(folder: &Folder) {
    let data = "QUJD".repeat(1 << 19);
    let bundle = |package: &str, version: usize| {
        format!(
            "schema: olm.bundle\npackage: {package}\nname: {package}.v{version}\nimage: quay.io/demo/{package}:v{version}\n\
             relatedImages:\n- {{image: quay.io/z}}\n- {{image: quay.io/a}}\nproperties:\n- type: olm.bundle.object\n  \
             value: {{data: {data}}}\n- type: olm.package\n  value:\n    packageName: {package}\n    version: {version}.0.0\n\
             - type: custom\n  value: {{b: 1.50, a: [x]}}\n"
        )
    };
    let mut text = String::from("# a comment above\n");
    for version in (0..17).rev() {
        let _ = writeln!(text, "{}---", bundle("two", version));
    }
    let mut channel =
        String::from("schema: olm.channel\npackage: two\nname: stable\nentries:\n- {name: two.v0}\n");
    for version in 1..17 {
        let _ = writeln!(channel, "- {{name: two.v{version}, replaces: two.v{}}}", version - 1);
    }
    let _ = writeln!(text, "{channel}---\nschema: custom\nz: 1\na: 2\n---");
    let _ = writeln!(text, "schema: olm.package\nname: two\ndefaultChannel: stable");
    folder.write("catalog/b.yaml", text);
    for version in 0..17 {
        folder.write(&format!("catalog/one/{version}.yaml"), bundle("one", version).replace('\n', "\r\n"));
    }
    folder.write(
        "catalog/a.json",
        format!(
            "{{\"schema\":\"olm.package\",\"name\":\"one\",\"defaultChannel\":\"stable\"}}\n{{\"schema\":\"olm.channel\",\
             \"package\":\"one\",\"name\":\"stable\",\"entries\":[{{\"name\":\"one.v16\",\"skips\":[{}]}}{}]}}\n",
            (0..16).map(|version| format!("\"one.v{version}\"")).collect::<Vec<_>>().join(","),
            (0..16).map(|version| format!(",{{\"name\":\"one.v{version}\"}}")).collect::<String>(),
        ),
    );
}

fn olmcat(folder: &Path, args: &[&str]) -> Olmcat {
    Olmcat::new(args).current_dir(folder)
}

#[test]
fn pieces_come_out_as_the_whole() {
    let folder = Folder::new();
    large(&folder);
    std::fs::create_dir(folder.path().join("empty")).unwrap();
    // Two references are read as usual, and the second adds nothing.
    for more in [&["-o", "yaml"][..], &["-o", "json", "--migrate"]] {
        let whole = olmcat(folder.path(), &[&["render", "catalog", "empty"], more].concat()).run().exits(0);
        let pieces = olmcat(folder.path(), &[&["render", "catalog"], more].concat()).run().exits(0);
        assert!(whole.stdout().len() > 64 << 20);
        assert!(whole.stdout() == pieces.stdout(), "{more:?}");
    }
}

/// The same with manifests that can be read, so that nothing is wrong.
fn clean(folder: &Folder) {
    large(folder);
    // An object, padded to the same size by blanks.
    let manifest = format!("{{\"kind\":\"A\"}}{}", " ".repeat((3 << 19) - 12));
    let data = base64(manifest.as_bytes());
    for file in
        ["b.yaml"].into_iter().map(str::to_owned).chain((0..17).map(|version| format!("one/{version}.yaml")))
    {
        let path = folder.path().join("catalog").join(file);
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(path, text.replace(&"QUJD".repeat(1 << 19), &data)).unwrap();
    }
}

#[test]
fn the_index_of_pieces_is_that_of_the_whole() {
    let folder = Folder::new();
    clean(&folder);
    let run = olmcat(folder.path(), &["opm", "serve", "catalog", "--cache-dir=cache", "--cache-only"]).run();
    assert_eq!(run.exits(0).stderr(), "");
    let (sources, mut report) = (Sources::default(), Report::default());
    let path = folder.path().join("catalog");
    let catalog = load::catalog(&path, &sources, &mut report).unwrap();
    let stamp = |file: PathBuf| {
        let name = file.strip_prefix(&path).unwrap().to_str().unwrap().to_owned();
        Stamp::of(&name, &std::fs::read(file).unwrap())
    };
    let stamps: Vec<Stamp> = load::catalog_files(&path).unwrap().into_iter().map(stamp).collect();
    let whole = Writer::whole(&catalog, &stamps, Vec::new()).unwrap();
    assert!(std::fs::read(folder.path().join("cache/olmcat.index")).unwrap() == whole);
    // It is served, and so are the lines for OLM v1.
    let served = Served::start(&path, &["--http", "0"]);
    assert_eq!(served.ask("ListBundles", &[]).unwrap().len(), 34);
    let lines = request(&served.told("http"), "GET /api/v1/metas?schema=custom", &[]).text();
    assert_eq!(lines, "{\"a\":2,\"schema\":\"custom\",\"z\":1}\n");
    let all = request(&served.told("http"), "GET /api/v1/all", &[]).text();
    assert_eq!(all.lines().count(), 39);
}

#[test]
fn a_large_catalog_is_checked() {
    let folder = Folder::new();
    clean(&folder);
    let run = olmcat(folder.path(), &["opm", "validate", "catalog"]).run().exits(0);
    assert_eq!(run.stderr(), "");
    let file = folder.path().join("catalog/a.json");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replace("\"one.v16\"", "\"one.v15\"")).unwrap();
    let run = olmcat(folder.path(), &["opm", "validate", "catalog"]).run().exits(1);
    assert!(run.stderr().contains("catalog/one/16.yaml:3:"), "{}", run.stderr());
}

fn base64(bytes: &[u8]) -> String {
    use ::base64::Engine as _;
    ::base64::engine::general_purpose::STANDARD.encode(bytes)
}
