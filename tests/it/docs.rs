//! What is generated is what it would be generated to. `make docs` writes it.

use std::fs;

use olmcat::cli;

use crate::support::root;

/// Compares a committed file with what it should be; with `UPDATE=1`, writes it.
fn assert_fresh(path: &str, content: &str) {
    let file = root().join(path);
    if std::env::var_os("UPDATE").is_some_and(|update| update == "1") {
        fs::write(&file, content).unwrap();
    }
    let found = fs::read_to_string(&file).unwrap_or_default();
    assert!(found == content, "{path} is stale: run `make docs` and commit it");
}

#[test]
fn the_reference_of_commands_is_fresh() {
    assert_fresh("src/cli/README.md", &cli::reference());
}

#[test]
fn the_schemas_of_what_people_write_are_fresh() {
    for (file, schema) in cli::schemas() {
        assert_fresh(&format!("catalog/{file}"), &schema);
    }
}
