//! What a project writes for each of its targets: nothing of a package is lost on the way.

use crate::project::{CATALOG, IMAGE, Project, SETTINGS};

const TARGETS: &str = "targets:\n- name: latest\n  file: catalog.yaml\n- name: slim\n  file: catalog.slim.yaml\n  \
                       properties: olm.csv.metadata\n";

/// A project with a target whose bundles carry no manifests.
fn with_slim() -> Project {
    let project = Project::new();
    project.folder.write(SETTINGS, project.read(SETTINGS) + TARGETS);
    project
}

#[test]
fn only_the_manifests_are_missing_where_they_are_not_wanted() {
    let project = with_slim();
    project.folder.write(
        "catalog/demo/deprecations.yaml",
        "schema: olm.deprecations\npackage: demo\nentries:\n- reference:\n    schema: olm.channel\n    name: stable-v0\n  message: \
         take another\n",
    );
    project.olmcat(&["render"]).run().exits(0);
    let full = project.read(CATALOG);
    let slim = project.read("catalog/demo/catalog.slim.yaml");
    assert!(full.contains("olm.bundle.object") && !slim.contains("olm.bundle.object"));
    for schema in ["olm.package", "olm.channel", "olm.bundle", "olm.deprecations"] {
        let count = |text: &str| text.lines().filter(|line| *line == format!("schema: {schema}")).count();
        assert_eq!((count(&full), count(&slim)), (1, 1), "{schema}");
    }
}

#[test]
fn a_catalog_that_is_written_by_hand_stays_as_it_is() {
    let project = with_slim();
    project.olmcat(&["render"]).run().exits(0);
    // Nobody renders like this.
    let by_hand =
        "# What I wrote.\n".to_owned() + &project.read(CATALOG) + "---\nschema: acme.extra\nnote:   [ 1 ]\n";
    std::fs::remove_file(project.path("catalog/demo/template.yaml")).unwrap();
    std::fs::remove_dir_all(project.path("bundles/demo")).unwrap();
    project.folder.write(SETTINGS, TARGETS);
    project.folder.write(CATALOG, &by_hand);
    let stale = project.olmcat(&["render", "--check"]).run().exits(1).stderr();
    assert!(
        stale.contains("catalog.slim.yaml is stale") && !stale.contains("catalog.yaml is stale"),
        "{stale}"
    );
    project.olmcat(&["render"]).run().exits(0);
    assert_eq!(project.read(CATALOG), by_hand);
    let slim = project.read("catalog/demo/catalog.slim.yaml");
    assert!(
        slim.contains("schema: acme.extra") && slim.contains(IMAGE) && !slim.contains("olm.bundle.object")
    );
    project.olmcat(&["render", "--check"]).run().exits(0);
    // The image has the same bytes.
    project.olmcat(&["build", "--output", "image", "--target", "latest"]).run().exits(0);
    let unpacked = project.olmcat(&["render", "image"]).run().exits(0).stdout();
    assert!(unpacked.contains("acme.extra"), "{unpacked}");
}
