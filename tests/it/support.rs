//! What tests share: where data is, what is skipped, and how the binary is run.

use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// The root of the project.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A file or folder of our own test data.
pub fn data(path: &str) -> PathBuf {
    root().join("tests/data").join(path)
}

/// A file or folder of the shared reference data, which stands beside the project where it is
/// developed. Elsewhere the test says "skipped" and `make test` counts it.
pub fn shared(path: &str) -> Option<PathBuf> {
    let found = root().join("../shared/data").join(path);
    if found.exists() {
        return Some(found);
    }
    skip(&format!("no reference data `{path}`"));
    None
}

/// A program that tests need, from `PATH` or below `target/tools`, where `make tools` unpacks it.
/// In CI a missing one fails.
pub fn tool(name: &str) -> Option<PathBuf> {
    let unpacked = root().join("target/tools/usr/bin").join(name);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file());
    match found.or_else(|| unpacked.is_file().then_some(unpacked)) {
        Some(file) => Some(file),
        None if std::env::var_os("CI").is_some_and(|ci| ci == "true") => {
            panic!("`{name}` is missing: run `make tools`")
        }
        None => {
            skip(&format!("no `{name}`; `make tools` fetches it"));
            None
        }
    }
}

/// Notes that the running test did not run, for the count that `make test` prints.
pub fn skip(reason: &str) {
    let name = std::thread::current().name().unwrap_or("?").to_owned();
    println!("skipped {name}: {reason}");
    let log = root().join("target/skipped");
    let mut file = fs::OpenOptions::new().create(true).append(true).open(log).expect("target can be written");
    writeln!(file, "{name}: {reason}").expect("target can be written");
}

/// Returns how much time this thread has worked, which does not count what it has waited for others.
/// Where the system does not say, it is the time on the clock.
pub fn worked() -> Duration {
    static START: OnceLock<Instant> = OnceLock::new();
    let start = START.get_or_init(Instant::now);
    let statistics = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = statistics.split(' ').next().and_then(|number| number.parse().ok());
    nanoseconds.map_or_else(|| start.elapsed(), Duration::from_nanos)
}

/// Asserts that ten times the size takes about ten times the work, and far from a hundred times.
#[track_caller]
pub fn assert_linear(what: &str, mut work: impl FnMut(usize), size: usize) {
    // The system counts in steps of some milliseconds.
    let mut measure = |size, runs: u32| {
        let before = worked();
        (0..runs).for_each(|_| work(size));
        (worked() - before) / runs
    };
    let (few, many) = (measure(size, 30), measure(10 * size, 3));
    println!("{what}: {few:?}, {many:?}");
    assert!(many < 40 * few.max(Duration::from_micros(500)), "{what}: {few:?}, then {many:?}");
}

/// An empty folder that is removed with the value.
pub struct Folder(PathBuf);

impl Folder {
    /// Makes one.
    pub fn new() -> Self {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{}-{number}", std::process::id()));
        fs::create_dir_all(&folder).expect("the target folder can be written");
        Folder(folder)
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Writes a file in it, with the folders on the way.
    pub fn write(&self, path: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let file = self.0.join(path);
        fs::create_dir_all(file.parent().expect("a file has a folder")).expect("the folder can be made");
        fs::write(&file, content).expect("the file can be written");
        file
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The binary, with an environment that holds nothing of this machine.
#[must_use]
pub struct Olmcat(Command, Vec<u8>);

impl Olmcat {
    /// The binary with some arguments, run in the project.
    pub fn new<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_olmcat"));
        command.args(args).env_clear().env("PATH", "/usr/bin:/bin").env("HOME", "/nonexistent");
        command.current_dir(root()).stdin(Stdio::null());
        Olmcat(command, Vec::new())
    }

    /// Runs it elsewhere.
    pub fn current_dir(mut self, folder: &Path) -> Self {
        self.0.current_dir(folder);
        self
    }

    /// Sets a variable.
    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.0.env(name, value);
        self
    }

    /// Runs it behind a line of shell, for limits; `timeout` ends what does not end by itself.
    pub fn behind(self, shell: &str) -> Self {
        let script = format!("{shell}; exec timeout 30 \"$0\" \"$@\"");
        let mut command = Command::new("sh");
        command.arg("-c").arg(script).arg(self.0.get_program()).args(self.0.get_args());
        command.env_clear().stdin(Stdio::null());
        command.envs(self.0.get_envs().filter_map(|(name, value)| Some((name, value?))));
        command.current_dir(self.0.get_current_dir().expect("the binary runs somewhere"));
        Olmcat(command, Vec::new())
    }

    /// Runs it as another user, who has nothing of ours but what all may read; only root can.
    pub fn user(mut self, id: u32) -> Self {
        self.0.uid(id).gid(id);
        self
    }

    /// Gives it something to read on standard input.
    pub fn input(mut self, text: &str) -> Self {
        self.1 = text.into();
        self
    }

    /// Runs it.
    pub fn run(mut self) -> Run {
        if self.1.is_empty() {
            return Run(self.0.output().expect("the binary runs"));
        }
        self.0.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = self.0.spawn().expect("the binary runs");
        // What is given is smaller than a pipe holds, and who does not want it may close it.
        let _ = child.stdin.take().expect("it is piped").write_all(&self.1);
        Run(child.wait_with_output().expect("the binary ends"))
    }
}

/// What a run came to.
pub struct Run(Output);

impl Run {
    /// Standard output.
    pub fn stdout(&self) -> String {
        String::from_utf8_lossy(&self.0.stdout).into_owned()
    }

    /// Standard error.
    pub fn stderr(&self) -> String {
        String::from_utf8_lossy(&self.0.stderr).into_owned()
    }

    /// The exit code; none if a signal ended it. A panic is 101.
    pub fn code(&self) -> Option<i32> {
        self.0.status.code()
    }

    /// Asserts the exit code: 0 clean, 1 findings, 2 could not work.
    #[track_caller]
    pub fn exits(self, code: i32) -> Self {
        let (stdout, stderr) = (self.stdout(), self.stderr());
        assert_eq!(self.0.status.code(), Some(code), "stdout:\n{stdout}\nstderr:\n{stderr}");
        self
    }
}
