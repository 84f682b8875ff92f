//! Trying again: how often, after which pauses, and what is said when it was in vain.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::fault::{Failure, Retry};
use super::{Patience, Progress};
use crate::oci::error::Error;

/// The longest pause that a server may ask for; one who asks for more is not waited for.
const LONGEST: Duration = Duration::from_secs(60);

/// How something is tried: with which patience, and who is told.
#[derive(Clone, Copy)]
pub(super) struct Trying<'a> {
    pub(super) patience: Patience,
    pub(super) progress: &'a (dyn Fn(Progress<'_>) + Sync),
    /// Set when another one failed, so that nobody waits in vain.
    pub(super) stop: &'a AtomicBool,
}

impl Trying<'_> {
    /// Tries until it works, will never work, or was tried often enough. `doing` begins the message:
    /// `cannot upload ... to ...`.
    pub(super) fn run<T>(
        &self,
        doing: &str,
        mut attempt: impl FnMut() -> Result<T, Failure>,
    ) -> Result<T, Error> {
        let mut tries = 1;
        loop {
            let failure = match attempt() {
                Ok(value) => return Ok(value),
                Err(failure) => failure,
            };
            // 1, 2, 4 times the pause, each between half and the whole, so that many clients spread out.
            let usual = self.patience.pause * (1 << (tries - 1).min(6)) * (50 + dice() % 51) / 100;
            let wait = match failure.retry {
                Retry::Never => None,
                Retry::Soon => Some(usual),
                Retry::Later => Some(usual.max(self.patience.pause * 5)),
                Retry::After(wait) => (wait <= LONGEST).then_some(wait),
            };
            let stopped = || self.stop.load(Ordering::Relaxed);
            let Some(wait) = wait.filter(|_| tries < self.patience.tries && !stopped()) else {
                return Err(give_up(failure, doing, tries));
            };
            (self.progress)(Progress::Retry { doing, why: &failure.error.message, wait });
            let until = Instant::now() + wait;
            while let Some(left) = until.checked_duration_since(Instant::now()).filter(|_| !stopped()) {
                thread::sleep(left.min(Duration::from_millis(50)));
            }
            tries += 1;
        }
    }
}

fn give_up(failure: Failure, doing: &str, tries: u32) -> Error {
    let Failure { mut error, retry } = failure;
    error.message = format!("{doing}: {}", error.message);
    if tries > 1 {
        error.message += &format!(" (tried {tries} times)");
    }
    if let Retry::After(wait) = retry {
        error.message += &format!("; it asks to wait {} s", wait.as_secs());
    }
    error
}

/// Some number: the seed that the standard library draws for every hash map.
pub(super) fn dice() -> u32 {
    RandomState::new().build_hasher().finish() as u32
}
