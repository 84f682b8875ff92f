//! Pages of Markdown whose console blocks are run: README.md on a copy of this repository's project,
//! and `tests/cli/*.md` on a small project of our own. `UPDATE=1` rewrites what is expected.
//!
//! In a block of ```` ```console ```` a line that begins with `$` is run by a shell, the lines below it are
//! all that it prints, and `[exit 1]` is its exit code if that is not 0. A line `...` stands for
//! any lines. `cd` holds for what follows, and what ends with `&` runs until the page ends. A block of
//! ```` ```yaml some/path.yaml ```` is written to that file.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::registry::Registry;
use crate::support::{Folder, data, root, tool};

/// Copies a folder and what is in it.
pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

/// Where a reader of a page is, and what runs in the background.
pub struct Reader {
    folder: PathBuf,
    registry: u16,
    port: u16,
    background: Vec<Child>,
}

impl Reader {
    /// Somebody who begins in a folder; `$REGISTRY` is a registry on this machine, `$PORT` a port that is free.
    pub fn new(folder: &Path, registry: u16) -> Self {
        // Below those that the system gives to whoever asks for any.
        let first = 20_000 + (std::process::id() % 10_000) as u16;
        let is_free = |port: &u16| TcpListener::bind(("127.0.0.1", *port)).is_ok();
        let port = (first..32_000).find(is_free).unwrap();
        Reader { folder: folder.to_owned(), registry, port, background: Vec::new() }
    }

    fn shell(&self, line: &str) -> Command {
        let binary = Path::new(env!("CARGO_BIN_EXE_olmcat")).parent().unwrap();
        let tools = root().join("target/tools/usr/bin");
        let path = format!("{}:/usr/local/bin:/usr/bin:/bin:{}", binary.display(), tools.display());
        let mut command = Command::new("sh");
        command
            .args(["-c", line])
            .env_clear()
            .envs([
                ("PATH", path.as_str()),
                ("HOME", "/nonexistent"),
                ("REGISTRY", &format!("127.0.0.1:{}", self.registry)),
                ("PORT", &self.port.to_string()),
            ])
            .current_dir(&self.folder)
            .stdin(Stdio::null());
        command
    }

    /// Runs a command; returns what it prints and how it ends.
    pub fn run(&mut self, command: &str) -> Vec<String> {
        if let Some(to) = command.strip_prefix("cd ") {
            self.folder = self.folder.join(to).canonicalize().unwrap();
            return Vec::new();
        }
        if let Some(command) = command.strip_suffix(" &") {
            self.start(command);
            return Vec::new();
        }
        let output = self.shell(&format!("exec 2>&1\n{command}")).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let mut lines: Vec<String> = text.lines().map(|line| line.trim_end().to_owned()).collect();
        match output.status.code() {
            Some(0) => {}
            Some(code) => lines.push(format!("[exit {code}]")),
            None => lines.push("[exit by a signal]".to_owned()),
        }
        lines
    }

    /// Starts what runs in the background, and waits until it has something to say.
    pub fn start(&mut self, command: &str) {
        let log = Folder::new();
        let said = log.write("log", "");
        let out = fs::File::create(&said).unwrap();
        let mut shell = self.shell(&format!("exec {command}"));
        let child = shell.stdout(out.try_clone().unwrap()).stderr(out).spawn().unwrap();
        self.background.push(child);
        let until = Instant::now() + Duration::from_secs(60);
        while fs::metadata(&said).unwrap().len() == 0 {
            assert!(Instant::now() < until, "`{command}` says nothing");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Ends what runs in the background, as `kill` does, and returns the exit codes.
    pub fn stop(&mut self) -> Vec<Option<i32>> {
        let end = |mut child: Child| {
            let told = Command::new("kill").arg(child.id().to_string()).status().unwrap();
            assert!(told.success(), "it has ended by itself");
            child.wait().unwrap().code()
        };
        self.background.drain(..).map(end).collect()
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        for child in &mut self.background {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Whether lines are as expected, where `...` stands for any number of them.
fn matches(expected: &[&str], found: &[String]) -> bool {
    match expected.split_first() {
        None => found.is_empty(),
        Some((&"...", rest)) => (0..=found.len()).any(|skip| matches(rest, &found[skip..])),
        Some((first, rest)) => found.first().is_some_and(|line| line == first) && matches(rest, &found[1..]),
    }
}

/// Runs a page in a folder and returns it with the outputs that were found.
fn play(text: &str, folder: &Folder, registry: u16) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let mut reader = Reader::new(folder.path(), registry);
    let mut out: Vec<String> = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        let line = lines[at];
        out.push(line.to_owned());
        at += 1;
        let Some(info) = line.strip_prefix("```").filter(|info| !info.is_empty()) else { continue };
        let end = at + lines[at..].iter().position(|line| *line == "```").expect("a fence is closed");
        if let Some(file) = info.strip_prefix("yaml ") {
            folder.write(file, lines[at..end].join("\n") + "\n");
        }
        if info != "console" {
            out.extend(lines[at..=end].iter().map(|line| (*line).to_owned()));
            at = end + 1;
            continue;
        }
        while at < end {
            let command = lines[at].strip_prefix("$ ").expect("a block begins with a command");
            let next = (at + 1..end).find(|&line| lines[line].starts_with("$ ")).unwrap_or(end);
            let expected = &lines[at + 1..next];
            let found = reader.run(command);
            out.push(lines[at].to_owned());
            if matches(expected, &found) {
                out.extend(expected.iter().map(|line| (*line).to_owned()));
            } else {
                out.extend(found);
            }
            at = next;
        }
    }
    out.join("\n") + "\n"
}

/// Runs a page; it must say what happens.
fn check(page: &Path, project: &Path) {
    if tool("skopeo").is_none() {
        return;
    }
    let Some(registry) = Registry::plain() else { return };
    let folder = Folder::new();
    for part in ["bundles", "catalog"] {
        copy(&project.join(part), &folder.path().join(part));
    }
    let text = fs::read_to_string(page).unwrap();
    if text.contains("$ openssl ") && tool("openssl").is_none() {
        return;
    }
    let found = play(&text, &folder, registry.port);
    if found == text {
        return;
    }
    if std::env::var_os("UPDATE").is_some_and(|update| update == "1") {
        fs::write(page, found).unwrap();
        return;
    }
    let differs = |(expected, found): &(&str, &str)| expected != found;
    let at = text.lines().zip(found.lines()).position(|pair| differs(&pair)).unwrap_or(0);
    let around = |text: &str| text.lines().skip(at).take(12).collect::<Vec<_>>().join("\n");
    panic!(
        "{}:{}: expected\n{}\n\nfound\n{}\n\n`UPDATE=1` accepts what was found",
        page.display(),
        at + 1,
        around(&text),
        around(&found)
    );
}

#[test]
fn the_readme_says_what_happens() {
    check(&root().join("README.md"), root());
}

#[test]
fn the_pages_of_the_commands_say_what_happens() {
    let pages = fs::read_dir(root().join("tests/cli")).unwrap();
    let mut pages: Vec<PathBuf> = pages.map(|page| page.unwrap().path()).collect();
    pages.sort();
    let names: Vec<_> =
        pages.iter().map(|page| page.file_stem().unwrap().to_string_lossy().into_owned()).collect();
    let reference = olmcat::cli::reference();
    let commands = reference.lines().filter_map(|line| line.strip_prefix("## olmcat "));
    for command in commands.filter(|command| *command != "bundle") {
        // What a command can be asked for may stand on the command's own page.
        let first = command.split(' ').next().unwrap_or_default();
        let has_page = [command.replace(' ', "-"), first.to_owned()].iter().any(|name| names.contains(name));
        assert!(has_page, "tests/cli has no page for `{command}`");
    }
    std::thread::scope(|scope| {
        for page in &pages {
            scope.spawn(|| check(page, &data("project")));
        }
    });
}
