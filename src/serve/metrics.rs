//! What a server counts, as Prometheus reads it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::status::Code;
use crate::index::Index;

/// Upper bounds of the groups of durations, in seconds.
const BOUNDS: [f64; 6] = [0.001, 0.005, 0.025, 0.1, 0.5, 2.5];

/// Counts of one server.
#[derive(Debug, Default)]
pub(super) struct Metrics {
    calls: Mutex<BTreeMap<String, Calls>>,
    pub(super) connections: AtomicU64,
    pub(super) reloads: AtomicU64,
    pub(super) failed_reloads: AtomicU64,
}

#[derive(Debug, Default)]
struct Calls {
    codes: BTreeMap<Code, u64>,
    groups: [u64; BOUNDS.len()],
    count: u64,
    total: Duration,
}

impl Metrics {
    pub(super) fn called(&self, path: &str, code: Code, time: Duration) {
        let mut all = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        if !all.contains_key(path) {
            all.insert(path.to_owned(), Calls::default());
        }
        let Some(calls) = all.get_mut(path) else { return };
        *calls.codes.entry(code).or_default() += 1;
        for (group, bound) in calls.groups.iter_mut().zip(BOUNDS) {
            *group += u64::from(time.as_secs_f64() <= bound);
        }
        calls.count += 1;
        calls.total += time;
    }

    /// Writes all counts.
    pub(super) fn text(&self, index: &Index) -> String {
        let mut out = String::new();
        let head = |name: &str, kind: &str, help: &str| {
            format!("# HELP olmcat_{name} {help}\n# TYPE olmcat_{name} {kind}\n")
        };
        let calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        out += &head("calls_total", "counter", "Calls that are over, by method and status code.");
        for (path, one) in calls.iter() {
            for (code, count) in &one.codes {
                let _ =
                    writeln!(out, "olmcat_calls_total{{method=\"{path}\",code=\"{}\"}} {count}", code.name());
            }
        }
        out += &head("call_seconds", "histogram", "How long calls took.");
        for (path, one) in calls.iter() {
            let groups = one.groups.iter().zip(BOUNDS).map(|(count, bound)| (bound.to_string(), *count));
            for (bound, count) in groups.chain([("+Inf".to_owned(), one.count)]) {
                let _ =
                    writeln!(out, "olmcat_call_seconds_bucket{{method=\"{path}\",le=\"{bound}\"}} {count}");
            }
            let _ = writeln!(out, "olmcat_call_seconds_sum{{method=\"{path}\"}} {}", one.total.as_secs_f64());
            let _ = writeln!(out, "olmcat_call_seconds_count{{method=\"{path}\"}} {}", one.count);
        }
        let load = |number: &AtomicU64| number.load(Ordering::Relaxed);
        let [packages, channels, bundles] = index.counts().map(|count| count as u64);
        let rows = [
            ("connections", "gauge", "Open connections.", load(&self.connections)),
            ("catalog_packages", "gauge", "Packages of the catalog that is served.", packages),
            ("catalog_channels", "gauge", "Channels of the catalog that is served.", channels),
            ("catalog_bundles", "gauge", "Bundles of the catalog that is served.", bundles),
            (
                "catalog_reloads_total",
                "counter",
                "Times that a changed catalog took over.",
                load(&self.reloads),
            ),
            (
                "catalog_failed_reloads_total",
                "counter",
                "Times that a changed catalog was refused.",
                load(&self.failed_reloads),
            ),
        ];
        for (name, kind, help, value) in rows {
            out += &head(name, kind, help);
            let _ = writeln!(out, "olmcat_{name} {value}");
        }
        out
    }
}
