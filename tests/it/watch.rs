//! `olmcat watch`: a verdict for each change, whatever happens to the files.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use crate::console::copy;
use crate::support::{Folder, Olmcat, data, tool};

/// Much longer than it takes, on a machine that does much else.
const LONG: Duration = Duration::from_secs(60);

/// A run, whose lines come as they are printed.
struct Watch {
    child: Child,
    lines: Receiver<String>,
}

impl Watch {
    fn start(folder: &Path, args: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_olmcat"));
        command.arg("watch").args(args).env_clear().current_dir(folder);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        let (send, lines) = channel();
        std::thread::spawn(move || out.lines().map_while(Result::ok).try_for_each(|line| send.send(line)));
        Watch { child, lines }
    }

    /// Waits for a line that holds a text; what comes before may be of a state on the way.
    #[track_caller]
    fn until(&self, text: &str) -> String {
        let mut before = Vec::new();
        loop {
            match self.lines.recv_timeout(LONG) {
                Ok(line) if line.contains(text) => return line,
                Ok(line) => before.push(line),
                Err(cause) => panic!("no `{text}` ({cause}), but\n{}", before.join("\n")),
            }
        }
    }

    fn signal(mut self, signal: &str) -> Option<i32> {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
        self.child.wait().unwrap().code()
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn project() -> Folder {
    let folder = Folder::new();
    copy(&data("project"), folder.path());
    folder
}

#[test]
fn every_change_has_its_verdict() {
    let folder = project();
    let here = folder.path();
    let template = here.join("catalog/demo/template.yaml");
    let good = fs::read_to_string(&template).unwrap();
    let watch = Watch::start(here, &[]);
    let clean = "clean: 1 package, 2 bundles, sha256:";
    let first = watch.until(clean);
    let digest = Olmcat::new(["build", "--check"]).current_dir(here).run().exits(0).stdout();
    assert!(first.contains(digest.trim()), "{first} {digest}");

    // Half-written, and then whole.
    fs::write(&template, &good[..good.len() - 20]).unwrap();
    watch.until("catalog/demo/template.yaml:");
    watch.until("2 errors (");
    fs::write(&template, &good).unwrap();
    watch.until(clean);
    // No YAML, and no text.
    fs::write(&template, "schema: [").unwrap();
    watch.until("error[invalid-yaml]");
    fs::write(&template, b"schema: \xff").unwrap();
    watch.until("error[invalid-utf8]");
    // A file that vanishes, and one that is another at once.
    fs::remove_file(&template).unwrap();
    watch.until("error[unlisted-bundle]");
    let beside = folder.write("catalog/demo/.template.yaml.swp", &good);
    fs::rename(beside, &template).unwrap();
    watch.until(clean);
    // Folders that go away and come back: bundles, then everything.
    fs::rename(here.join("bundles"), here.join("elsewhere")).unwrap();
    watch.until("error[unknown-bundle]");
    fs::rename(here.join("elsewhere"), here.join("bundles")).unwrap();
    watch.until(clean);
    fs::rename(here.join("catalog"), here.join("elsewhere")).unwrap();
    watch.until("error: no project here: catalog/olmcat.yaml is missing");
    watch.until("hint: ");
    fs::rename(here.join("elsewhere"), here.join("catalog")).unwrap();
    watch.until(clean);
    assert_eq!(watch.signal("-INT"), Some(0));
    let layout = here.join("target/image");
    let built = Olmcat::new(["inspect", layout.to_str().unwrap()]).run().exits(0).stdout();
    assert!(built.contains(digest.trim()), "{built}");
}

/// A new version of the whole project comes file by file, and its verdict is that of the whole.
#[test]
fn a_change_of_many_files_ends_in_one_verdict() {
    let folder = project();
    let watch = Watch::start(folder.path(), &["--no-build"]);
    watch.until("clean: 1 package, 2 bundles (");
    let next = folder.path().join("next");
    copy(&folder.path().join("bundles/demo/0.2.0"), &next);
    let csv = next.join("manifests/demo.clusterserviceversion.yaml");
    fs::write(&csv, fs::read_to_string(&csv).unwrap().replace("0.2.0", "0.3.0")).unwrap();
    Olmcat::new(["bundle", "add", "next"]).current_dir(folder.path()).run().exits(0);
    watch.until("clean: 1 package, 3 bundles (");
    assert!(!folder.path().join("target").exists(), "no image is written");
    assert_eq!(watch.signal("-TERM"), Some(0));
}

#[test]
fn who_goes_away_ends_it() {
    let folder = project();
    let mut watch = Watch::start(folder.path(), &["--no-build"]);
    watch.until("clean");
    // The thread that reads ends with the receiver, at the next line.
    let (_, closed) = channel();
    watch.lines = closed;
    for round in 0..100 {
        folder.write("catalog/demo/note", format!("{round}"));
        std::thread::sleep(Duration::from_millis(200));
        if let Some(status) = watch.child.try_wait().unwrap() {
            assert_eq!(status.code(), Some(0));
            return;
        }
    }
    panic!("nobody reads, and it goes on");
}

#[test]
fn other_formats_stay_whole() {
    let folder = project();
    folder.write("catalog/demo/template.yaml", "schema: [");
    let watch = Watch::start(folder.path(), &["--no-build", "--format", "json-lines"]);
    let line = watch.until("invalid-yaml");
    assert!(serde_json::from_str::<serde_json::Value>(&line).is_ok(), "{line}");
}

/// On a terminal, findings are drawn over those before, as they look elsewhere.
#[test]
fn a_terminal_is_drawn_anew() {
    let Some(script) = tool("script") else { return };
    let folder = project();
    folder.write("catalog/demo/template.yaml", "schema: [");
    let command = format!("exec {} watch --no-build", env!("CARGO_BIN_EXE_olmcat"));
    let mut child = Command::new(script)
        .args(["-qefc", &command, "/dev/null"])
        .env_clear()
        .env("TERM", "xterm")
        .env("SHELL", "/bin/sh")
        .env("PATH", "/usr/bin:/bin")
        .current_dir(folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut screen = child.stdout.take().unwrap();
    let mut seen = String::new();
    let mut until = |text: &str| {
        let mut buffer = [0; 4096];
        while !seen.contains(text) {
            let count = screen.read(&mut buffer).unwrap();
            assert!(count > 0, "no `{text}`, but\n{seen}");
            seen += &String::from_utf8_lossy(&buffer[..count]);
        }
        std::mem::take(&mut seen)
    };
    let first = until("1 error (");
    assert!(first.starts_with("\x1b[H\x1b[2J") && first.contains("\x1b[1m"), "{first:?}");
    assert!(first.contains("schema: ["), "the guilty line is shown: {first}");
    copy(&data("project/catalog"), &folder.path().join("catalog"));
    let second = until("clean: 1 package, 2 bundles");
    assert!(second.contains("\x1b[H\x1b[2J"), "{second:?}");
    // Ctrl-C is typed.
    use std::io::Write as _;
    child.stdin.as_mut().unwrap().write_all(b"\x03").unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn what_cannot_be_watched_is_told() {
    let folder = project();
    for (args, told) in [
        (&["watch", "--output", "catalog/image"][..], "which is watched"),
        (&["watch", "--output", "bundles/../bundles/image.tar"], "which is watched"),
        (&["watch", "--output", "docker://quay.io/team/catalog"], "olmcat push"),
        (&["watch", "--catalog", "catalog"], "leave `--catalog` out"),
        (&["watch", "--project", "bundles"], "no project here"),
    ] {
        let run = Olmcat::new(args).current_dir(folder.path()).run().exits(2);
        assert!(run.stderr().contains(told), "{args:?}: {}", run.stderr());
    }
}
