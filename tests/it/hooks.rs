//! The hooks of pre-commit: each entry, run as pre-commit runs it.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value as Json;

use crate::pipeline::read;
use crate::support::{Folder, data};

/// Runs the entry of a hook in a repository, with the words that follow; no file is passed to any.
fn run(hook: &Json, repository: &Path) -> Output {
    assert_eq!(hook["pass_filenames"], "false");
    let mut words = hook["entry"].as_str().unwrap().split(' ');
    let mut command = Command::new(words.next().unwrap());
    let binary = Path::new(env!("CARGO_BIN_EXE_olmcat")).parent().unwrap();
    command.args(words).current_dir(repository).env_clear();
    // Found by its name, as a hook finds it.
    command.env("PATH", format!("{}:/usr/bin:/bin", binary.display())).env("HOME", "/nonexistent");
    command.output().unwrap()
}

const CSV: &str = "bundles/demo/0.2.0/manifests/demo.clusterserviceversion.yaml";
const CATALOG: &str = "catalog/demo/catalog.yaml";

/// What a hook makes of a repository in which a file was changed: how it ended, and the files that it may have changed
/// again. pre-commit refuses a commit if the hook fails, or if it changes a file.
fn tried(hook: &Json, file: &str, change: (&str, &str)) -> (bool, [String; 2]) {
    let folder = Folder::new();
    crate::console::copy(&data("project"), folder.path());
    let read = |file: &str| fs::read_to_string(folder.path().join(file)).unwrap();
    assert!(read(file).contains(change.0), "{file}");
    folder.write(file, read(file).replacen(change.0, change.1, 1));
    let before = [CSV, CATALOG].map(read);
    let ran = run(hook, folder.path());
    let after = [CSV, CATALOG].map(read);
    (ran.status.success() && before == after, after)
}

#[test]
fn each_does_what_it_says() {
    let hooks = read(".pre-commit-hooks.yaml");
    let hooks = hooks.as_array().unwrap();
    let ids: Vec<&str> = hooks.iter().map(|hook| hook["id"].as_str().unwrap()).collect();
    let expected = ["olmcat-validate", "olmcat-fix", "olmcat-render"];
    assert_eq!(ids[..3], expected);
    assert_eq!(ids[3..], expected.map(|id| format!("{id}-system")));
    let good = [CSV, CATALOG].map(|file| fs::read_to_string(data("project").join(file)).unwrap());
    for hook in hooks {
        let id = hook["id"].as_str().unwrap();
        let language = if id.ends_with("-system") { "system" } else { "rust" };
        assert_eq!(hook["language"], language, "{id}");
        // pre-commit runs it when such files change, and they are all that it reads.
        assert_eq!(hook["files"], "^(bundles|catalog)/", "{id}");
        assert!(tried(hook, CSV, ("metadata:", "metadata:")).0, "{id} lets pass what is good");
        let wrong = tried(hook, CSV, ("version: 0.2.0", "version: 0.2")).0;
        let (_, mended) =
            tried(hook, CSV, ("metadata:\n", "# olmcat: allow[unlisted-bundle] it was so\nmetadata:\n"));
        let (passes, rendered) = tried(hook, CATALOG, ("description: Runs demos.", "description: Else."));
        assert!(!wrong, "{id}");
        match id.trim_end_matches("-system") {
            "olmcat-validate" => assert_ne!((&mended[0], &rendered[1]), (&good[0], &good[1])),
            "olmcat-fix" => assert_eq!(mended, good),
            _ => {
                assert_eq!((passes, rendered), (false, good.clone()));
                // pre-commit sees no change in a file that git does not know yet: the hook itself must fail.
                let folder = Folder::new();
                crate::console::copy(&data("project"), folder.path());
                fs::remove_file(folder.path().join(CATALOG)).unwrap();
                assert_eq!(run(hook, folder.path()).status.code(), Some(1), "{id}");
                assert_eq!(fs::read_to_string(folder.path().join(CATALOG)).unwrap(), good[1]);
                assert_eq!(run(hook, folder.path()).status.code(), Some(0), "{id}");
            }
        }
    }
}
