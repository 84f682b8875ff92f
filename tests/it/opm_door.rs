//! opm's command line, spelled as its users spell it, and the recorded outputs of opm.

use std::fs;

use crate::console::copy;
use crate::support::{Folder, Olmcat, data, shared};

fn opm(args: &[&str]) -> Olmcat {
    Olmcat::new([&["opm"], args].concat())
}

fn golden(path: &str) -> Option<(std::path::PathBuf, String)> {
    let path = shared(&format!("opm-golden/{path}"))?;
    let text = fs::read_to_string(&path).unwrap();
    Some((path, text))
}

#[test]
fn lists_are_as_recorded() {
    let (Some(lists), Some(inputs)) = (shared("opm-golden/list"), shared("opm-inputs")) else { return };
    let catalogs = [
        "alpha/action/testdata/index-declcfgs/latest",
        "alpha/action/testdata/index-declcfgs/old",
        "alpha/action/testdata/list-index",
        "fbc-dir/file-based-catalog",
    ];
    for catalog in catalogs {
        for what in ["packages", "channels", "bundles"] {
            let name = format!("{}.{what}.txt", catalog.replace('/', "_"));
            let wanted = fs::read_to_string(lists.join(&name)).unwrap();
            let path = inputs.join(catalog);
            let run = opm(&["alpha", "list", what, path.to_str().unwrap()]).run().exits(0);
            assert_eq!(run.stdout(), wanted, "{name}");
        }
    }
}

#[test]
fn packages_begin_as_recorded() {
    let Some(folder) = shared("opm-golden/init") else { return };
    for (output, extension) in [("json", "json"), ("yaml", "yaml")] {
        let wanted = fs::read_to_string(folder.join(format!("plain.{extension}"))).unwrap();
        assert_eq!(opm(&["init", "foo", "-o", output]).run().exits(0).stdout(), wanted);
        let wanted = fs::read_to_string(folder.join(format!("full.{extension}"))).unwrap();
        let args = ["init", "foo", "-c", "stable", "-d", "desc.txt", "-i", "i.svg", &format!("-o={output}")];
        assert_eq!(opm(&args).current_dir(&folder).run().exits(0).stdout(), wanted);
    }
    // A name is not judged, as it is not there.
    assert!(opm(&["init", "Bad Name"]).run().exits(0).stdout().contains("\"name\": \"Bad Name\""));
    assert!(opm(&["init", "foo", "-i", "desc.txt"]).current_dir(&folder).run().exits(1).stdout().is_empty());
}

#[test]
fn dockerfiles_are_as_recorded() {
    let Some((_, plain)) = golden("dockerfile/default.Dockerfile") else { return };
    let Some((_, scratch)) = golden("dockerfile/scratch-labels.Dockerfile") else { return };
    let folder = Folder::new();
    folder.write("catalog/x.yaml", "");
    let file = folder.path().join("catalog.Dockerfile");
    let run = |args: &[&str]| {
        let _ = fs::remove_file(&file);
        opm(&[&["generate", "dockerfile"], args].concat()).current_dir(folder.path()).run().exits(0);
        fs::read_to_string(&file).unwrap()
    };
    assert_eq!(run(&["catalog"]), plain);
    assert_eq!(run(&["./catalog/"]), plain);
    let args = ["catalog", "-i", "scratch", "-b", "quay.io/x/opm:1", "-l", "b=2,a=1", "-l", "c=x y"];
    assert_eq!(run(&args), scratch);
    // What is there is never overwritten, and a missing folder makes no file.
    opm(&["generate", "dockerfile", "catalog"]).current_dir(folder.path()).run().exits(1);
    opm(&["generate", "dockerfile", "absent"]).current_dir(folder.path()).run().exits(1);
    assert!(!folder.path().join("absent.Dockerfile").exists());
    opm(&["generate", "dockerfile", "catalog", "-b", "scratch"]).current_dir(folder.path()).run().exits(1);
}

#[test]
fn templates_come_from_files_and_from_standard_input() {
    let Some((convert, wanted)) = golden("probe/convert-basic.out.json") else { return };
    let input = convert.with_file_name("catalog.in.yaml");
    let run = opm(&["alpha", "convert-template", "basic", input.to_str().unwrap()]).run().exits(0);
    assert_eq!(run.stdout(), wanted);
    let text = fs::read_to_string(&input).unwrap();
    let run = opm(&["alpha", "convert-template", "basic", "-"]).input(&text).run().exits(0);
    assert_eq!(run.stdout(), wanted);
    // Without bundles a template needs no registry.
    let template = "schema: olm.template.basic\nentries:\n- {schema: olm.package, name: demo}\n";
    for args in [&["alpha", "render-template"][..], &["alpha", "render-template", "basic"]] {
        let run = opm(&[args, &["-o", "yaml"]].concat()).input(template).run().exits(0);
        assert_eq!(run.stdout(), "---\ndefaultChannel: \"\"\nname: demo\nschema: olm.package\n");
    }
    let run = opm(&["alpha", "render-template", "semver"]).input(template).run().exits(1);
    assert!(
        run.stderr().contains("is a template `olm.template.basic`, and not `semver`"),
        "{}",
        run.stderr()
    );
    let run = opm(&["alpha", "render-template", "raw", "x.yaml"]).run().exits(1);
    assert!(run.stderr().contains("invalid template type \"raw\""), "{}", run.stderr());
    let run = opm(&["alpha", "render-template", "-o", "toml"]).input(template).run().exits(1);
    assert!(run.stderr().contains("expected (json|yaml|mermaid)"), "{}", run.stderr());
}

#[test]
fn a_catalog_is_written_as_one_file_for_each_package() {
    let Some(inputs) = shared("opm-inputs/alpha/action/testdata/list-index") else { return };
    let folder = Folder::new();
    let out = folder.path().join("out");
    let args = ["migrate", inputs.to_str().unwrap(), out.to_str().unwrap(), "-o", "yaml"];
    opm(&args).run().exits(0);
    let mut whole = String::new();
    for package in ["bar", "foo"] {
        whole += &fs::read_to_string(out.join(package).join("catalog.yaml")).unwrap();
    }
    let rendered = opm(&["render", inputs.to_str().unwrap(), "-o", "yaml"]).run().exits(0).stdout();
    assert_eq!(whole, rendered);
    // A folder with something in it stays as it is.
    let run = opm(&args).run().exits(1);
    assert!(run.stderr().contains("must be empty"), "{}", run.stderr());
}

#[test]
fn bundles_are_generated_and_built() {
    let folder = Folder::new();
    copy(&data("project/bundles/demo/0.1.0/manifests"), &folder.path().join("manifests"));
    let run = opm(&["alpha", "bundle", "generate", "-d", "manifests", "-p", "demo", "-c", "a,b", "-e", "a"]);
    run.current_dir(folder.path()).run().exits(0);
    let annotations = "\
annotations:
  operators.operatorframework.io.bundle.channel.default.v1: a
  operators.operatorframework.io.bundle.channels.v1: a,b
  operators.operatorframework.io.bundle.manifests.v1: manifests/
  operators.operatorframework.io.bundle.mediatype.v1: registry+v1
  operators.operatorframework.io.bundle.metadata.v1: metadata/
  operators.operatorframework.io.bundle.package.v1: demo
";
    let read = |path: &str| fs::read_to_string(folder.path().join(path)).unwrap();
    assert_eq!(read("metadata/annotations.yaml"), annotations);
    let dockerfile = "\
FROM scratch

LABEL operators.operatorframework.io.bundle.mediatype.v1=registry+v1
LABEL operators.operatorframework.io.bundle.manifests.v1=manifests/
LABEL operators.operatorframework.io.bundle.metadata.v1=metadata/
LABEL operators.operatorframework.io.bundle.package.v1=demo
LABEL operators.operatorframework.io.bundle.channels.v1=a,b
LABEL operators.operatorframework.io.bundle.channel.default.v1=a

COPY manifests /manifests/
COPY metadata /metadata/
";
    assert_eq!(read("bundle.Dockerfile"), dockerfile);
    // Metadata that says something else is not overwritten unless asked.
    let build = |more: &[&str]| {
        let args =
            ["alpha", "bundle", "build", "-d", "manifests", "-p", "demo", "-c", "c", "-t", "oci:image:v1"];
        opm(&[&args, more].concat()).current_dir(folder.path()).run()
    };
    assert!(build(&[]).exits(1).stderr().contains("should be `c`"));
    let digest = build(&["--overwrite", "--image-builder", "none"]).exits(0).stdout();
    assert!(digest.starts_with("sha256:"));
    assert_eq!(digest, build(&[]).exits(0).stdout());
}

/// Package and channels come from a folder in the old layout when nobody names them.
#[test]
fn package_and_channels_are_inferred() {
    let folder = Folder::new();
    for version in ["0.1.0", "0.2.0"] {
        copy(
            &data(&format!("project/bundles/demo/{version}/manifests")),
            &folder.path().join("demo").join(version),
        );
    }
    let package = "packageName: demo\nchannels:\n- {name: b, currentCSV: demo.v0.2.0}\n\
                   - {name: a, currentCSV: demo.v0.2.0}\n- {name: old, currentCSV: demo.v0.1.0}\ndefaultChannel: b\n";
    folder.write("demo/demo.package.yaml", package);
    let run = opm(&["alpha", "bundle", "generate", "-d", "demo/0.2.0", "-u", "out"]);
    run.current_dir(folder.path()).run().exits(0);
    let annotations = fs::read_to_string(folder.path().join("out/metadata/annotations.yaml")).unwrap();
    assert!(
        annotations.contains("channels.v1: a,b\n") && annotations.contains("default.v1: b\n"),
        "{annotations}"
    );
    assert!(folder.path().join("out/manifests/demo.clusterserviceversion.yaml").is_file());
    fs::remove_file(folder.path().join("demo/demo.package.yaml")).unwrap();
    let run =
        opm(&["alpha", "bundle", "generate", "-d", "demo/0.2.0"]).current_dir(folder.path()).run().exits(1);
    assert!(run.stderr().contains("write `--package` and `--channels`"), "{}", run.stderr());
}

#[test]
fn the_command_tree_is_that_of_opm() {
    let silent = |args: &[&str]| {
        let run = opm(args).run().exits(0);
        assert_eq!((run.stdout(), run.stderr()), (String::new(), String::new()), "{args:?}");
    };
    silent(&[]);
    silent(&["alpha"]);
    for group in [&["generate"][..], &["alpha", "list"], &["alpha", "bundle"], &["alpha", "convert-template"]]
    {
        let help = opm(group).run().exits(0).stdout();
        assert!(help.contains("Usage: opm"), "{group:?}: {help}");
        assert_eq!(opm(&[group, &["frobnicate", "-x"]].concat()).run().exits(0).stdout(), help);
    }
    let unknown = opm(&["frobnicate"]).run().exits(1);
    assert!(unknown.stdout().is_empty() && unknown.stderr().contains("frobnicate"));
    let version = opm(&["version"]).run().exits(0).stdout();
    assert!(version.starts_with("Version: version.Version{OpmVersion:\""), "{version}");
    let help = opm(&["--help"]).run().exits(0).stdout();
    assert!(!help.contains("alpha"), "{help}");
    let help = opm(&["--help"]).env("HELP_ALPHA", "true").run().exits(0).stdout();
    assert!(help.contains("alpha"), "{help}");
    let run = opm(&["render"]).run().exits(1);
    assert!(run.stderr().contains("required"), "{}", run.stderr());
    for flags in [["--use-http", "--skip-tls"], ["--skip-tls-verify", "--use-http"]] {
        let run = opm(&[&flags[..], &["alpha", "list", "packages", "x"]].concat()).run().exits(1);
        assert!(run.stderr().contains("invalid flag combination"), "{}", run.stderr());
    }
}

/// What opm passes over, this door passes over: a key that is given twice, a manifest that is no YAML.
#[test]
fn it_passes_what_opm_passes() {
    let folder = Folder::new();
    copy(&data("project/catalog/demo"), &folder.path().join("demo"));
    fs::remove_file(folder.path().join("demo/template.yaml")).unwrap();
    let file = folder.path().join("demo/catalog.yaml");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replacen("name: demo\n", "name: other\nname: demo\n", 1)).unwrap();
    opm(&["validate", "demo"]).current_dir(folder.path()).run().exits(0);
    let rendered = opm(&["render", "demo", "-o", "yaml"]).current_dir(folder.path()).run().exits(0).stdout();
    assert_eq!(rendered, text);

    copy(&data("project/bundles/demo/0.1.0"), &folder.path().join("bundle"));
    let before = opm(&["render", "bundle"]).current_dir(folder.path()).run().exits(0).stdout();
    folder.write("bundle/manifests/broken.yaml", "a: [");
    assert_eq!(opm(&["render", "bundle"]).current_dir(folder.path()).run().exits(0).stdout(), before);
    // An empty catalog is valid, and a file is none.
    fs::create_dir(folder.path().join("empty")).unwrap();
    opm(&["validate", "empty"]).current_dir(folder.path()).run().exits(0);
    assert!(opm(&["render", "empty"]).current_dir(folder.path()).run().exits(0).stdout().is_empty());
    opm(&["validate", "demo/catalog.yaml"]).current_dir(folder.path()).run().exits(1);
    opm(&["render", "demo/catalog.yaml"]).current_dir(folder.path()).run().exits(1);
    let run = opm(&["validate", "absent", "-o", "json"]).current_dir(folder.path()).run().exits(1);
    assert!(run.stdout().is_empty());
}
