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
