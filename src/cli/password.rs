//! What a person types at the terminal: a name, and a password that nobody sees.

use std::io::{self, BufRead as _, IsTerminal as _, Read as _, Write as _};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

use crate::diag::Error;

/// More than any password or token has.
const LIMIT: u64 = 64 << 10;

/// How the terminal was, while it is otherwise.
static BEFORE: Mutex<Option<Termios>> = Mutex::new(None);

fn before() -> MutexGuard<'static, Option<Termios>> {
    BEFORE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Lets the terminal be as it was. A signal that ends the process calls this, too.
pub(super) fn restore() {
    if let Some(terminal) = before().take() {
        let _ = tcsetattr(io::stdin(), OptionalActions::Now, &terminal);
    }
}

/// Reads a password from standard input, as a whole but for the end of its line.
///
/// # Errors
/// When there is none, or it cannot be read.
pub(super) fn from_input() -> Result<String, Error> {
    let mut text = String::new();
    io::stdin().lock().take(LIMIT).read_to_string(&mut text).map_err(unread)?;
    Ok(line(&text).to_owned())
}

/// Asks at the terminal.
///
/// # Errors
/// When there is no terminal; the error says what to give instead.
pub(super) fn ask(question: &str, is_secret: bool, instead: &str) -> Result<String, Error> {
    let stdin = io::stdin();
    if !stdin.is_terminal() {
        return Err(Error::new(format!("there is no terminal to ask for the {question}")).hint(instead));
    }
    let mut out = io::stderr();
    let _ = write!(out, "{question}: ").and_then(|()| out.flush());
    if is_secret {
        let terminal = tcgetattr(&stdin).map_err(|cause| unread(cause.into()))?;
        let mut silent = terminal.clone();
        silent.local_modes.remove(LocalModes::ECHO);
        silent.local_modes.insert(LocalModes::ECHONL);
        *before() = Some(terminal);
        tcsetattr(&stdin, OptionalActions::Flush, &silent).map_err(|cause| unread(cause.into()))?;
    }
    let mut text = String::new();
    let read = stdin.lock().take(LIMIT).read_line(&mut text);
    restore();
    read.map_err(unread)?;
    Ok(line(&text).to_owned())
}

fn line(text: &str) -> &str {
    text.strip_suffix("\r\n").or_else(|| text.strip_suffix('\n')).unwrap_or(text)
}

fn unread(cause: io::Error) -> Error {
    Error::new(format!("cannot read from standard input: {cause}")).hint("give it as text of one line")
}
