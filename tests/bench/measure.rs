//! Runs a command many times and says what it took.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use olmcat::oci::Digest;

/// How long a row may take, and how often it runs at least and at most.
const BUDGET: Duration = Duration::from_secs(4);
const RUNS: std::ops::RangeInclusive<usize> = 3..=25;

/// A command, and the bytes that it is about.
pub(super) struct Row {
    pub(super) name: String,
    command: Command,
    files: Vec<PathBuf>,
}

impl Row {
    /// Makes a row; `paths` are the files and folders that the command reads.
    pub(super) fn new(name: &str, paths: &[PathBuf], args: impl Fn(&mut Command) -> &mut Command) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_olmcat"));
        args(&mut command);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        Row { name: name.to_owned(), command, files: paths.iter().flat_map(|path| files(path)).collect() }
    }

    /// Measures the command in the folder of the project and prints its line.
    pub(super) fn run(mut self, root: &Path) {
        self.command.current_dir(root);
        self.once(); // the files are in memory, from here on
        let (start, processor) = (Instant::now(), processor_time());
        let mut walls = Vec::new();
        let mut code = None;
        while walls.len() < *RUNS.start() || start.elapsed() < BUDGET && walls.len() < *RUNS.end() {
            let start = Instant::now();
            code = self.once();
            walls.push(start.elapsed());
        }
        let processor = processor_time().saturating_sub(processor) / walls.len() as u32;
        walls.sort();
        let wall = walls[walls.len() / 2];
        let peak = (0..3).filter_map(|_| self.peak()).max();
        let (bytes, hashed) = hash(&self.files);
        println!(
            "{:44} {:>8} {:>8} {:>8} {:>8} {:>8.0} {:>9} {:>6.1}{}",
            self.name,
            mebi(bytes),
            milli(wall),
            milli(processor),
            peak.map_or("?".to_owned(), mebi),
            bytes as f64 / 1e6 / wall.as_secs_f64(),
            milli(hashed),
            wall.as_secs_f64() / hashed.as_secs_f64(),
            if code == Some(0) { String::new() } else { format!("  exit code {code:?}") },
        );
    }

    fn once(&mut self) -> Option<i32> {
        self.command.status().unwrap().code()
    }

    /// The most memory that one run held at a time. The system keeps the mark, so that looking every
    /// now and then misses nothing but growth just before the end; runs that are timed are not looked at.
    fn peak(&mut self) -> Option<u64> {
        let mut child = self.command.spawn().unwrap();
        let status = format!("/proc/{}/status", child.id());
        let mut peak = None;
        while child.try_wait().unwrap().is_none() {
            let text = fs::read_to_string(&status).unwrap_or_default();
            let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
            let kibi = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<u64>().ok());
            peak = peak.max(kibi.map(|kibi| kibi << 10));
            thread::sleep(Duration::from_micros(300));
        }
        peak
    }
}

pub(super) fn print_header() {
    println!(
        "{:44} {:>8} {:>8} {:>8} {:>8} {:>8} {:>9} {:>6}",
        "", "MiB", "wall ms", "cpu ms", "peak MiB", "MB/s", "SHA-256", "ratio"
    );
}

/// User and system time of all children so far, in the system's ticks of 10 ms; the difference over
/// many runs is as exact as their number.
fn processor_time() -> Duration {
    let text = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The name of the program, in brackets, may hold blanks; times of children are 14 and 15 behind it.
    let fields = text.rsplit(')').next().unwrap_or_default().split_whitespace().skip(13).take(2);
    Duration::from_millis(fields.filter_map(|field| field.parse::<u64>().ok()).sum::<u64>() * 10)
}

/// Reads and hashes files, and returns how many bytes they have and how long it took at best.
fn hash(files: &[PathBuf]) -> (u64, Duration) {
    let run = || {
        let start = Instant::now();
        let mut bytes = 0;
        for file in files {
            let text = fs::read(file).unwrap();
            bytes += text.len() as u64;
            std::hint::black_box(Digest::of(&text));
        }
        (bytes, start.elapsed())
    };
    [run(), run(), run()].into_iter().min_by_key(|(_, time)| *time).unwrap()
}

fn files(path: &Path) -> Vec<PathBuf> {
    if !path.is_dir() {
        return vec![path.to_owned()];
    }
    fs::read_dir(path).unwrap().flat_map(|entry| files(&entry.unwrap().path())).collect()
}

fn milli(time: Duration) -> String {
    format!("{:.1}", time.as_secs_f64() * 1e3)
}

fn mebi(bytes: u64) -> String {
    format!("{:.1}", bytes as f64 / f64::from(1 << 20))
}
