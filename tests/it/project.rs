//! A small project of its own for each test, and proof that a failure changed nothing in it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::support::{Folder, Olmcat, Run, data};

pub const SETTINGS: &str = "catalog/olmcat.yaml";
pub const TEMPLATE: &str = "catalog/demo/template.yaml";
pub const CATALOG: &str = "catalog/demo/catalog.yaml";
pub const BUNDLE: &str = "bundles/demo/0.1.0";
pub const IMAGE: &str = "registry.example/demo/demo-bundle:v0.1.0";

/// What stands at a path: bytes, or where a link leads.
pub type Content = BTreeMap<String, Vec<u8>>;

/// A project with the blessed bundle, rendered and built.
pub struct Project {
    pub folder: Folder,
}

impl Project {
    pub fn new() -> Self {
        let folder = Folder::new();
        let pattern = "registry.example/demo/demo-bundle:v{version}";
        folder.write(SETTINGS, format!("packages:\n  demo:\n    image: {pattern}\n"));
        folder.write(
            TEMPLATE,
            format!(
                "schema: olm.semver\ngenerateMajorChannels: true\nstable:\n  bundles:\n  - image: {IMAGE}\n"
            ),
        );
        let project = Project { folder };
        project.copy("bundle", BUNDLE);
        project.olmcat(&["render"]).run().exits(0);
        project.olmcat(&["build"]).run().exits(0);
        project
    }

    /// Copies a folder of our test data into it.
    pub fn copy(&self, from: &str, to: &str) {
        for (name, bytes) in content(&data(from)) {
            self.folder.write(&format!("{to}/{name}"), bytes);
        }
    }

    pub fn path(&self, path: &str) -> std::path::PathBuf {
        self.folder.path().join(path)
    }

    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap()
    }

    /// The binary, in the project.
    pub fn olmcat(&self, args: &[&str]) -> Olmcat {
        Olmcat::new(args).current_dir(self.folder.path())
    }

    /// Runs a command that must fail with this code, and makes sure that it says so as it should and
    /// leaves every file as it was.
    #[track_caller]
    pub fn fails(&self, args: &[&str], code: i32, behind: &str) -> Run {
        let before = content(self.folder.path());
        let run = self.olmcat(args).behind(behind).run().exits(code);
        let told = format!("{args:?}\n{}{}", run.stdout(), run.stderr());
        assert!(!told.contains("panicked") && !told.contains("RUST_BACKTRACE"), "{told}");
        let after = content(self.folder.path());
        let names = |content: &Content| content.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&before), names(&after), "{told}");
        assert!(before == after, "files changed: {told}");
        run
    }

    /// Runs a command that must fail with an error, which it returns with its hint.
    #[track_caller]
    pub fn error(&self, args: &[&str], behind: &str) -> String {
        error(&self.fails(args, 2, behind))
    }
}

/// Returns the one error of a run, with its hint; nothing else may have been printed.
#[track_caller]
pub fn error(run: &Run) -> String {
    let told = run.stderr();
    assert_eq!(run.stdout(), "", "{told}");
    assert!(told.starts_with("error: "), "{told}");
    assert_eq!((told.matches("error: ").count(), told.matches("hint: ").count()), (1, 1), "{told}");
    told
}

/// Returns all that is below a folder.
pub fn content(folder: &Path) -> Content {
    let mut found = Content::new();
    let mut open = vec![folder.to_owned()];
    while let Some(at) = open.pop() {
        for entry in fs::read_dir(&at).unwrap().map(|entry| entry.unwrap()) {
            let (path, kind) = (entry.path(), entry.file_type().unwrap());
            let name = path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
            if kind.is_dir() {
                open.push(path);
                found.insert(name + "/", Vec::new());
            } else if kind.is_symlink() {
                found.insert(name, fs::read_link(path).unwrap().into_os_string().into_encoded_bytes());
            } else if kind.is_file() && entry.metadata().unwrap().len() > 1 << 24 {
                found.insert(name, format!("{:?}", entry.metadata().unwrap().modified()).into_bytes());
            } else if kind.is_file() {
                found.insert(name, fs::read(path).unwrap());
            }
        }
    }
    found.retain(|name, _| {
        !name.ends_with('/') || fs::read_dir(folder.join(&**name)).is_ok_and(|mut all| all.next().is_none())
    });
    found
}
