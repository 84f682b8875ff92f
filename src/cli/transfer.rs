//! How a transfer is shown while it happens: a bar on a terminal, lines for logs, events for programs.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use clap::ValueEnum;
use serde_json::json;

use super::Ui;
use crate::oci::Digest;
use crate::oci::remote::{Progress, Pushed, Uploaded};

/// Between two events about the bytes of one blob.
const PAUSE: Duration = Duration::from_millis(250);

/// How progress is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(super) enum How {
    /// A bar on a terminal, else nothing.
    #[default]
    Auto,
    /// A line for every blob, on standard error.
    Plain,
    /// A JSON object a line, on standard error.
    Json,
    /// Nothing.
    None,
}

/// The options of commands that transfer images.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct TransferArgs {
    /// How progress is shown.
    #[arg(long, value_enum, default_value = "auto", value_name = "HOW")]
    progress: How,
}

/// A transfer that is shown.
pub(super) struct Transfer<'u> {
    ui: &'u Ui,
    how: How,
    doing: String,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    blobs: usize,
    bytes: u64,
    done: usize,
    /// What has left of each blob, and when that was told.
    sent: HashMap<Digest, (u64, Option<Instant>)>,
}

impl TransferArgs {
    /// Begins to show a transfer; `doing` says what it is: `pushing to ...`.
    pub(super) fn show<'u>(&self, ui: &'u Ui, doing: String) -> Transfer<'u> {
        let how = if ui.is_quiet() { How::None } else { self.progress };
        if how == How::Auto {
            ui.step(doing.clone());
        }
        Transfer { ui, how, doing, state: Mutex::default() }
    }
}

impl Transfer<'_> {
    /// Shows what happens.
    pub(super) fn tell(&self, progress: Progress<'_>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        match progress {
            Progress::Begin { blobs, bytes } => {
                *state = State { blobs, bytes, ..State::default() };
                self.plain(|| format!("{}: {blobs} blobs, {bytes} bytes", self.doing));
                self.json(|| json!({ "event": "begin", "blobs": blobs, "bytes": bytes }));
            }
            Progress::Sent { blob, bytes, size } => {
                let (sent, told) = state.sent.entry(blob).or_default();
                *sent = bytes;
                if bytes == size || told.is_none_or(|told| told.elapsed() > PAUSE) {
                    *told = Some(Instant::now());
                    self.json(
                        || json!({ "event": "sent", "digest": blob.to_string(), "bytes": bytes, "size": size }),
                    );
                }
            }
            Progress::Done { digest, size, how } => {
                state.done += 1;
                state.sent.insert(digest, (size, None));
                let how = match how {
                    Uploaded::Sent => "uploaded",
                    Uploaded::Mounted => "mounted",
                    Uploaded::Existing => "existing",
                };
                self.plain(|| format!("{how} {digest}, {size} bytes"));
                self.json(
                    || json!({ "event": "done", "digest": digest.to_string(), "size": size, "how": how }),
                );
            }
            Progress::Retry { doing, why, wait } => {
                let seconds = wait.as_secs_f32();
                self.plain(|| format!("{doing}: {why}; trying again in {seconds:.1} s"));
                self.json(
                    || json!({ "event": "retry", "doing": doing, "why": why, "seconds": wait.as_secs_f64() }),
                );
                if self.how == How::Auto {
                    self.ui.step(format!("{doing}: {why}; trying again in {seconds:.1} s"));
                }
                return;
            }
        }
        if self.how == How::Auto {
            let sent = state.sent.values().map(|(bytes, _)| bytes).sum::<u64>();
            let message = format!("{}: {} of {} blobs", self.doing, state.done.min(state.blobs), state.blobs);
            self.ui.bytes(message, sent.min(state.bytes), state.bytes);
        }
    }

    /// Shows what a push came to.
    pub(super) fn end(&self, pushed: &Pushed) {
        let Pushed { digest, uploaded, bytes, mounted, existing, .. } = pushed;
        self.plain(|| {
            format!("pushed {digest}: {uploaded} uploaded with {bytes} bytes, {mounted} mounted, {existing} existing")
        });
        self.json(|| {
            json!({
                "event": "end", "digest": digest.to_string(), "uploaded": uploaded, "bytes": bytes,
                "mounted": mounted, "existing": existing,
            })
        });
    }

    fn plain(&self, line: impl FnOnce() -> String) {
        if self.how == How::Plain {
            self.ui.note(&line());
        }
    }

    fn json(&self, event: impl FnOnce() -> serde_json::Value) {
        if self.how == How::Json {
            self.ui.note(&event().to_string());
        }
    }
}
