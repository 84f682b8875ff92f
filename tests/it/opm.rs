//! What opm does, byte for byte: recorded outputs of the reference, compared whole.

use std::fs;
use std::path::Path;

use olmcat::catalog::{self, Drawing, Format};
use olmcat::diag::Report;
use olmcat::template::{Conversion, Template, convert};
use olmcat::text::{Sources, json, yaml};
use olmcat::{load, render};

use crate::support::{Folder, shared};

/// The 161 documents of the recorded run, and what Go makes of each.
#[test]
fn yaml_means_what_it_means_to_go() {
    /// Documents that we treat in another way on purpose, each with its reason.
    const DEVIATIONS: &[(&str, &str)] =
        &[("1: a\n'1': b", "the keys collide and Go loses the first value in silence; we say so")];
    let Some(folder) = shared("yaml-edge-go") else { return };
    let documents = fs::read_to_string(folder.join("documents.jsonl")).unwrap();
    let results = fs::read_to_string(folder.join("go-results.txt")).unwrap();
    let mut wrong = Vec::new();
    for (document, go) in documents.lines().zip(results.lines()) {
        let document: String = serde_json::from_str(document).unwrap();
        if DEVIATIONS.iter().any(|(deviation, _)| *deviation == document) {
            continue;
        }
        let ours = strict_json(&document);
        let same = match (&ours, go.strip_prefix("ERR ")) {
            (Err(_), Some(_)) => true,
            (Ok(ours), None) => ours == go,
            _ => false,
        };
        if !same {
            wrong.push(format!("{document:?}: Go {go}, we {ours:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}

/// The recorded run was strict, so that duplicate keys are errors.
fn strict_json(document: &str) -> Result<String, String> {
    let tree = yaml::read(document, 0..document.len()).map_err(|fault| fault.message)?;
    let Some(root) = tree.root() else { return Ok("null".to_owned()) };
    if !olmcat::text::duplicate_keys(root).is_empty() {
        return Err("duplicate key".to_owned());
    }
    let mut out = String::new();
    json::write(root, json::Style { indent: 0, sort: true, escape_html: true, doubles: false }, &mut out);
    Ok(out)
}

fn assert_same(what: &str, ours: &str, golden: &Path) {
    let golden_text = fs::read_to_string(golden).unwrap();
    if ours != golden_text {
        let line = ours.lines().zip(golden_text.lines()).position(|(a, b)| a != b);
        let line = line.unwrap_or_else(|| ours.lines().count().min(golden_text.lines().count()));
        let show =
            |text: &str| text.lines().nth(line).unwrap_or("<end>").chars().take(300).collect::<String>();
        panic!("{what}: line {}:\nours:   {}\ngolden: {}", line + 1, show(ours), show(&golden_text));
    }
}

/// Renders a bundle folder as `opm render DIR [--migrate] --alpha-image-ref-template PATTERN` does.
fn render_bundle(
    folder: &Path,
    pattern: Option<&str>,
    migrate: bool,
    format: Format,
) -> Result<String, String> {
    let (sources, mut report) = (Sources::default(), Report::default());
    let mut bundle = load::bundle(folder, &sources, &mut report).map_err(|error| error.message)?;
    if let Some(pattern) = pattern {
        let image = pattern
            .replace("{{.Package}}", &bundle.package())
            .replace("{{.Version}}", &bundle.version())
            .replace("{{.Name}}", &bundle.name());
        bundle.image = image.into();
    }
    let mut blob = render::bundle(&bundle)?;
    render::tidy(&mut blob);
    let mut catalog = catalog::Catalog { bundles: vec![blob], ..Default::default() };
    if migrate {
        render::migrate(&mut catalog);
    }
    Ok(catalog::write(&catalog, format))
}

const FORMATS: [(Format, &str); 2] = [(Format::Json, "json"), (Format::Yaml, "yaml")];

#[test]
fn the_published_bundles_render_as_opm_renders_them() {
    let Some(folder) = shared("percona") else { return };
    let mut count = 0;
    for package in fs::read_dir(folder.join("bundles")).unwrap().map(|entry| entry.unwrap()) {
        for version in fs::read_dir(package.path()).unwrap().map(|entry| entry.unwrap()) {
            let name = format!("{}-{}", package.file_name().display(), version.file_name().display());
            for (format, extension) in FORMATS {
                for (migrate, infix) in [(false, ""), (true, ".migrated")] {
                    let pattern = "quay.io/operatorhubio/{{.Package}}:v{{.Version}}";
                    let ours = render_bundle(&version.path(), Some(pattern), migrate, format).unwrap();
                    let golden = folder.join(format!("golden/{name}{infix}.{extension}"));
                    assert_same(&format!("{name}{infix}.{extension}"), &ours, &golden);
                    count += 1;
                }
            }
        }
    }
    assert_eq!(count, 19 * 4);
}

#[test]
fn the_bundles_of_opms_own_tests_render_as_opm_renders_them() {
    let Some(golden) = shared("opm-golden/bundles") else { return };
    let Some(inputs) = shared("opm-inputs") else { return };
    let mut folders = Vec::new();
    bundles_below(&inputs, &mut folders);
    let mut count = 0;
    for folder in folders {
        let name = folder.strip_prefix(&inputs).unwrap().display().to_string().replace('/', "_");
        for (format, extension) in FORMATS {
            for (migrate, infix) in [(false, "plain"), (true, "migrated")] {
                let file = golden.join(format!("{name}.{infix}.{extension}"));
                let pattern = migrate.then_some("registry.test/{{.Package}}/bundle:{{.Name}}");
                let ours = render_bundle(&folder, pattern, migrate, format);
                if !file.exists() {
                    assert!(
                        ours.is_err() || !golden.join(format!("{name}.err")).exists(),
                        "{name} should fail"
                    );
                    continue;
                }
                let ours = ours.unwrap_or_else(|why| panic!("{name}: {why}"));
                assert_same(&format!("{name}.{infix}.{extension}"), &ours, &file);
                count += 1;
            }
        }
    }
    assert!(count >= 37 * 4, "only {count}");
}

fn bundles_below(folder: &Path, found: &mut Vec<std::path::PathBuf>) {
    if load::is_bundle(folder) {
        found.push(folder.to_owned());
    }
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir())
    {
        bundles_below(&entry, found);
    }
}

/// The catalogs of opm's own tests, below `opm-inputs`.
const CATALOGS: [&str; 6] = [
    "alpha/action/testdata/foo-index-v0.2.0-declcfg",
    "alpha/action/testdata/index-declcfgs/latest",
    "alpha/action/testdata/index-declcfgs/old",
    "alpha/action/testdata/list-index",
    "fbc-dir/file-based-catalog",
    "test/e2e/testdata/test-configs",
];

/// Renders a catalog folder or file as `opm render` does.
fn render_catalog(path: &Path, migrate: bool, format: Format) -> String {
    let (sources, mut report) = (Sources::default(), Report::default());
    let mut catalog = load::catalog(path, &sources, &mut report).unwrap();
    assert!(!report.has_errors(), "{report:?}");
    catalog.bundles.iter_mut().for_each(render::tidy);
    if migrate {
        render::migrate(&mut catalog);
    }
    catalog::write(&catalog, format)
}

#[test]
fn catalogs_render_as_opm_renders_them() {
    let Some(golden) = shared("opm-golden/fbc") else { return };
    let Some(inputs) = shared("opm-inputs") else { return };
    for catalog in CATALOGS {
        for (format, extension) in FORMATS {
            for (migrate, infix) in [(false, ""), (true, ".migrated")] {
                let name = format!("{}{infix}.{extension}", catalog.replace('/', "_"));
                let ours = render_catalog(&inputs.join(catalog), migrate, format);
                assert_same(&name, &ours, &golden.join(&name));
            }
        }
    }
}

#[test]
fn the_probe_catalog_renders_as_opm_renders_it() {
    let Some(probe) = shared("opm-golden/probe") else { return };
    for (format, extension) in FORMATS {
        let ours = render_catalog(&probe.join("catalog.in.yaml"), false, format);
        assert_same("probe", &ours, &probe.join(format!("render.out.{extension}")));
    }
}

/// The only places where our bytes are not opm's: what opm writes, what we write, and why.
const WRITER_DEVIATIONS: &[(&str, &str, &str)] = &[
    (
        "  \"1\": 11\n  \"10\": 12\n  \"1e3\": 26\n  \"2\": 13\n",
        "  \"1\": 11\n  \"2\": 13\n  \"10\": 12\n  \"1e3\": 26\n",
        "go-yaml's key order runs in a circle here (10 < 1e3 < 2 < 10), so its result is one of several",
    ),
    (
        "- ' '\n- a b\n",
        "- \"\\N\"\n- \"a\\Nb\"\n",
        "opm reads U+0085 as a line break and so turns it into a blank: the text is lost",
    ),
    (
        "- '\u{2028}'\n- 'a\u{2028}  b'\n",
        "- \"\\L\"\n- \"a\\Lb\"\n",
        "opm writes U+2028 raw, which editors and other readers take for the end of the line",
    ),
];

#[test]
fn the_torture_test_of_the_writer_is_written_as_opm_writes_it() {
    let Some(edge) = shared("opm-golden/yaml-edge") else { return };
    assert_same(
        "yaml-edge",
        &render_catalog(&edge.join("in.json"), false, Format::Json),
        &edge.join("out.json"),
    );
    let mut golden = fs::read_to_string(edge.join("out.yaml")).unwrap();
    for (opm, ours, why) in WRITER_DEVIATIONS {
        assert_eq!(golden.matches(opm).count(), 1, "no such place any more: {why}\n{opm:?}");
        golden = golden.replace(opm, ours);
    }
    let patched = Folder::new();
    let file = patched.write("out.yaml", golden);
    assert_same("yaml-edge", &render_catalog(&edge.join("in.json"), false, Format::Yaml), &file);
}

/// Expands a template with the bundles of a catalog that opm made from it.
fn expand(template: &Path, rendered: &Path) -> String {
    let (sources, mut report) = (Sources::default(), Report::default());
    let file = sources.add("template.yaml", fs::read(template).unwrap());
    let template = Template::read(&sources, file, &mut report).unwrap_or_else(|| panic!("{report:?}"));
    let catalog = load::catalog(rendered, &sources, &mut report).unwrap();
    let bundles = catalog.bundles.into_iter().map(|blob| (blob.image.to_string(), blob)).collect();
    let expanded = template.expand(bundles, &mut report);
    assert!(!report.has_errors(), "{report:?}");
    catalog::write(&expanded, Format::Yaml)
}

#[test]
fn semver_templates_expand_as_opm_expands_them() {
    if let Some(golden) = shared("opm-golden/templates") {
        for name in ["s1", "s2", "s3"] {
            let out = golden.join(format!("{name}.out.yaml"));
            assert_same(name, &expand(&golden.join(format!("{name}.in.yaml")), &out), &out);
        }
    }
    if let Some(percona) = shared("percona") {
        for package in fs::read_dir(percona.join("catalog")).unwrap().map(|entry| entry.unwrap()) {
            if package.path().is_dir() {
                let name = package.file_name().display().to_string();
                let golden = percona.join(format!("golden-template/{name}.yaml"));
                assert_same(&name, &expand(&package.path().join("veneer.yaml"), &golden), &golden);
            }
        }
    }
}

/// The only places where a drawing is not opm's: the drawing, what opm draws, what we draw, and why.
const DRAWING_DEVIATIONS: &[(&str, &str, &str, &str)] = &[
    (
        "probe.mmd",
        "style o-b fill:#DCD0FF\n",
        "",
        "package `p` deprecates a channel `b`, not package `o` its own",
    ),
    (
        "probe.v0.mmd",
        "style o-b fill:#DCD0FF\n",
        "",
        "package `p` deprecates a channel `b`, not package `o` its own",
    ),
    ("probe.v0.mmd", "linkStyle 5 ", "linkStyle 6 ", "mermaid counts links as they stand in the text"),
    (
        "alpha_action_testdata_index-declcfgs_latest.v0.mmd",
        "linkStyle 6,14 ",
        "linkStyle 7,10 ",
        "mermaid counts links as they stand in the text",
    ),
];

#[test]
fn graphs_are_drawn_as_opm_draws_them() {
    let (Some(golden), Some(inputs)) = (shared("opm-golden/graph"), shared("opm-inputs")) else { return };
    let mut count = 0;
    for file in fs::read_dir(&golden).unwrap().map(|entry| entry.unwrap().path()) {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let Some(stem) = name.strip_suffix(".mmd") else { continue };
        let (stem, minimum) =
            stem.split_once(".min-").map_or((stem, None), |(stem, edge)| (stem, Some(edge)));
        let (stem, v0) = stem.strip_suffix(".v0").map_or((stem, false), |stem| (stem, true));
        let catalogs = CATALOGS.iter().find(|path| path.replace('/', "_") == stem);
        let input = catalogs.map_or(golden.join("probe.in.yaml"), |path| inputs.join(path));
        let (sources, mut report) = (Sources::default(), Report::default());
        let catalog = load::catalog(&input, &sources, &mut report).unwrap();
        let drawing = Drawing { package: None, minimum_edge: minimum, v0 };
        let (drawn, warnings) = catalog::mermaid(&catalog, drawing).unwrap();
        assert_eq!(warnings.len(), usize::from(stem == "probe" && minimum.is_none()), "{warnings:?}");
        let mut wanted = fs::read_to_string(&file).unwrap();
        for (_, opm, ours, why) in DRAWING_DEVIATIONS.iter().filter(|(of, ..)| *of == name) {
            assert_eq!(wanted.matches(opm).count(), 1, "no such place any more: {why}");
            wanted = wanted.replace(opm, ours);
        }
        assert_eq!(drawn, wanted, "{name}");
        count += 1;
    }
    assert_eq!(count, 15);
}

#[test]
fn catalogs_become_templates_as_opm_makes_them() {
    let Some(probe) = shared("opm-golden/probe") else { return };
    let (sources, mut report) = (Sources::default(), Report::default());
    let catalog = load::catalog(&probe.join("catalog.in.yaml"), &sources, &mut report).unwrap();
    for (format, extension) in FORMATS {
        let template = convert(&catalog, Conversion::Basic, format);
        assert_same("convert", &template, &probe.join(format!("convert-basic.out.{extension}")));
    }
}

#[test]
fn basic_templates_expand_as_opm_expands_them() {
    let Some(golden) = shared("opm-golden/templates") else { return };
    let out = golden.join("basic.out.yaml");
    assert_same("basic", &expand(&golden.join("basic.in.yaml"), &out), &out);
}

#[test]
fn templates_are_drawn_as_opm_draws_them() {
    let Some(golden) = shared("opm-golden/templates") else { return };
    for name in ["s1", "s2", "s3"] {
        let (sources, mut report) = (Sources::default(), Report::default());
        let catalog = load::catalog(&golden.join(format!("{name}.out.yaml")), &sources, &mut report).unwrap();
        let (drawn, _) = catalog::mermaid(&catalog, Drawing { v0: true, ..Drawing::default() }).unwrap();
        assert_same(name, &drawn, &golden.join(format!("{name}.out.mmd")));
    }
}
