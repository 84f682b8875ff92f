//! Slips in the files that people write: none of them is passed over in silence.

use crate::project::{Project, SETTINGS, TEMPLATE};
use crate::support::Olmcat;

const CONTRACT: &str = "catalog/contract.yaml";
const GOOD_CONTRACT: &str = "namespaces:\n- {name: default, packages: [demo]}\npackages:\n  demo: {channel: stable-v0, deployment: demo}\n";

/// The findings of a project, a line each.
fn findings(project: &Project) -> Vec<String> {
    let run = project.olmcat(&["validate", "--format", "concise"]).run();
    run.stdout().lines().filter(|line| line.contains('[')).map(str::to_owned).collect()
}

/// The findings with a contract.
fn of_contract(contract: &str) -> Vec<String> {
    let project = Project::new();
    project.folder.write(CONTRACT, contract);
    findings(&project)
}

#[test]
fn what_stands_behind_the_first_document_is_told() {
    let project = Project::new();
    project.folder.write(CONTRACT, GOOD_CONTRACT);
    for (seat, marks) in
        [(SETTINGS, ["---", "..."]), (CONTRACT, ["---\n---", "---"]), (TEMPLATE, ["---", "..."])]
    {
        let good = project.read(seat);
        assert_eq!(findings(&project), [""; 0]);
        for mark in marks {
            project.folder.write(seat, format!("# why\n---\n{good}{mark}\n# and\nsuits: 5\n"));
            let line = 4 + good.lines().count() + mark.lines().count();
            let wanted = format!(
                "{seat}:{line}:1: error[unread-document]: only the first document of this file is read"
            );
            let found = findings(&project);
            assert!(found.len() == 1 && found[0].starts_with(&wanted), "{found:?}");
        }
        project.folder.write(seat, format!("---\n{good}---\n# the end\n"));
        assert_eq!(findings(&project), [""; 0]);
        project.folder.write(seat, good);
    }
}

/// opm reads the first document of a template, and says nothing of another.
#[test]
fn opm_passes_a_second_document_over() {
    let template =
        "schema: olm.template.basic\nentries:\n- {schema: olm.package, name: demo}\n---\nsuits: 5\n";
    let run = Olmcat::new(["opm", "alpha", "render-template", "-o", "yaml"]).input(template).run().exits(0);
    assert_eq!(run.stdout(), "---\ndefaultChannel: \"\"\nname: demo\nschema: olm.package\n");
}

#[test]
fn files_that_are_named_nearly_right_are_told() {
    let project = Project::new();
    for (path, should) in [
        ("catalog/contract.yml", "contract.yaml"),
        ("catalog/Contracts.yaml", "contract.yaml"),
        ("catalog/demo/deprecations.yml", "deprecations.yaml"),
        ("catalog/demo/deprecation.yaml", "deprecations.yaml"),
        ("catalog/demo/deprecations.json", "deprecations.yaml"),
    ] {
        project.folder.write(path, "garbage: [");
        let name = path.rsplit('/').next().unwrap();
        let run = project.olmcat(&["validate"]).run().exits(1);
        let wanted = format!(
            "error[misnamed-file]: nobody reads `{name}`\n--> {path}\n = help: rename it to `{should}`\n"
        );
        assert_eq!(run.stdout(), format!("{wanted}\n1 error\n"));
        std::fs::remove_file(project.path(path)).unwrap();
    }
    // Beside the right one there is nothing to rename.
    project.folder.write("catalog/olmcat.yml", "");
    project.folder.write("catalog/demo/template.json", "");
    let told = project.olmcat(&["validate"]).run().exits(1).stdout();
    for name in ["olmcat.yaml", "template.yaml"] {
        assert!(told.contains(&format!("remove it: `{name}` beside it is what is read")), "{told}");
    }
}

#[test]
fn a_template_or_settings_of_another_name_are_one_slip() {
    let project = Project::new();
    let template = project.path(TEMPLATE);
    std::fs::remove_file(project.path("catalog/demo/catalog.yaml")).unwrap();
    std::fs::rename(&template, template.with_extension("yml")).unwrap();
    let found = findings(&project);
    assert_eq!(found, ["catalog/demo/template.yml:1:1: error[misnamed-file]: nobody reads `template.yml`"]);
    let settings = project.path(SETTINGS);
    std::fs::rename(&settings, settings.with_extension("yml")).unwrap();
    let told = project.error(&["validate"], ":");
    assert!(told.contains("nobody reads catalog/olmcat.yml: rename it to `olmcat.yaml`"), "{told}");
}

#[test]
fn files_with_names_of_their_own_are_let_alone() {
    let project = Project::new();
    for name in [
        "notes.yaml",
        "demo/template-old.yaml",
        "demo/catalog.slim.yaml",
        "demo/channels.yml",
        "demo/template.md",
    ] {
        project.folder.write(&format!("catalog/{name}"), "garbage: [");
    }
    project.olmcat(&["schema", "--write"]).run().exits(0);
    assert_eq!(findings(&project), [""; 0]);
}

#[test]
fn an_image_of_the_settings_is_a_repository() {
    let project = Project::new();
    let good = project.read(SETTINGS);
    for (image, wanted) in [
        ("docker.io percona", "`docker.io percona` is not an image reference: it names no registry host"),
        ("quay.io/team/catalog:v1", "`quay.io/team/catalog:v1` is more than a repository"),
    ] {
        project.folder.write(SETTINGS, format!("image: {image}\n{good}"));
        let found = findings(&project);
        let wanted = format!("{SETTINGS}:1:8: error[invalid-settings]: {wanted}");
        assert!(found.len() == 1 && found[0].starts_with(&wanted), "{found:?}");
    }
}

#[test]
fn what_a_cluster_would_refuse_of_a_contract_is_told() {
    assert_eq!(of_contract(GOOD_CONTRACT), [""; 0]);
    for (begin, place, wanted) in [
        (
            "catalogSource: {name: Percona Catalog}",
            "1:23",
            "`Percona Catalog` cannot name anything in a cluster",
        ),
        ("catalogSource: {pollInterval: 45 min}", "1:31", "`45 min` is no duration"),
        ("bundleName: '{pakage}.v{version}'", "1:14", "`{pakage}` stands for nothing here"),
        ("imageTag: 'v{package}'", "1:13", "`{package}` stands for nothing here"),
    ] {
        let found = of_contract(&format!("{begin}\n{GOOD_CONTRACT}"));
        let wanted = format!("{CONTRACT}:{place}: error[invalid-settings]: {wanted}");
        assert!(found.len() == 1 && found[0].starts_with(&wanted), "{found:?}");
    }
    let found = of_contract(&format!("{GOOD_CONTRACT}  other: {{channel: c, deployment: d}}\n"));
    let wanted = format!("{CONTRACT}:5:3: error[invalid-settings]: package `other` is in no namespace");
    assert!(found.len() == 1 && found[0].starts_with(&wanted), "{found:?}");
}

#[test]
fn a_name_that_is_not_known_is_told_at_its_place() {
    let project = Project::new();
    let good = project.read(SETTINGS);
    for (text, wanted, remedy) in [
        (
            format!("{good}suits: [percona]\n"),
            ":4:1: error[invalid-settings]: unknown field `suits`, expected",
            "did you mean `suites`?",
        ),
        (
            format!("{good}suites: [percna]\n"),
            ":4:10: error[invalid-settings]: unknown variant `percna`, expected",
            "did you mean `percona`?",
        ),
        (
            good.replace("{version}", "{verison}"),
            ":3:47: error[invalid-settings]: `{verison}` stands for nothing here",
            "write `{version}`",
        ),
    ] {
        project.folder.write(SETTINGS, text);
        let found = findings(&project);
        assert!(found.len() == 1 && found[0].starts_with(&format!("{SETTINGS}{wanted}")), "{found:?}");
        let told = project.olmcat(&["validate"]).run().exits(1).stdout();
        assert!(told.contains(&format!("= help: {remedy}\n")), "{told}");
    }
}

#[test]
fn settings_of_bundles_that_are_not_there_are_told() {
    let project = Project::new();
    let good = project.read(SETTINGS);
    project.folder.write(
        SETTINGS,
        good + "    overrides: {0.1.1: registry.example/x}\n  demos:\n    image: x/y:{version}\n",
    );
    let told = project.olmcat(&["validate"]).run().exits(1).stdout();
    for wanted in [
        "no bundle of package `demo` has version `0.1.1`",
        "did you mean `0.1.0`?",
        "no bundle is of package `demos`",
        "did you mean `demo`?",
    ] {
        assert!(told.contains(wanted), "{wanted}: {told}");
    }
    assert!(told.ends_with("2 errors\n"), "{told}");
}
