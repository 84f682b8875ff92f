//! Standard output and error: results on the one, everything else on the other; progress and colour
//! on terminals only.

use std::io::{self, IsTerminal, Write as _};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use super::ExitStatus;
use crate::diag::{Error, Report};
use crate::report::{self, Format};
use crate::text::{Sources, clean};

/// What commands print with.
pub(super) struct Ui {
    format: Format,
    quiet: bool,
    progress: Option<ProgressBar>,
}

impl Ui {
    pub(super) fn new(format: Format, quiet: bool) -> Self {
        let progress = (!quiet && is_screen(&io::stderr())).then(|| {
            let bar = ProgressBar::new_spinner();
            let style = ProgressStyle::with_template("{spinner} {msg}")
                .unwrap_or_else(|_| ProgressStyle::default_spinner());
            bar.set_style(style);
            bar
        });
        Ui { format, quiet, progress }
    }

    /// Whether nobody wants to see progress.
    pub(super) fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// Returns how findings and lists are to be printed.
    pub(super) fn format(&self) -> Format {
        self.format
    }

    /// Refuses a format that a result which is no list of findings does not have. Findings beside it may be concise.
    ///
    /// # Errors
    /// When another one is asked for, or JSON and Markdown at once.
    pub(super) fn can_print(&self, is_markdown: bool) -> Result<(), Error> {
        let format = self.format;
        match format {
            Format::Json if is_markdown => {
                Err(Error::new("`--format json` and `--markdown` exclude each other")
                    .hint("leave out one of them"))
            }
            Format::Human | Format::Concise | Format::Json => Ok(()),
            _ => Err(Error::new(format!("only findings can be printed with `--format {format}`"))
                .hint("leave it out, or use `--format json`")),
        }
    }

    /// Says what is being done; seen on a terminal only.
    pub(super) fn step(&self, message: impl Into<String>) {
        if let Some(bar) = &self.progress {
            bar.enable_steady_tick(Duration::from_millis(120));
            bar.set_message(message.into());
        }
    }

    /// Says how many bytes of something have been moved; seen on a terminal only.
    pub(super) fn bytes(&self, message: String, done: u64, all: u64) {
        if let Some(bar) = &self.progress {
            if bar.length() != Some(all) {
                let template = "{spinner} {msg}, {bytes} of {total_bytes}, {bytes_per_sec}";
                if let Ok(style) = ProgressStyle::with_template(template) {
                    bar.set_style(style);
                }
                bar.set_length(all);
                bar.reset_eta();
            }
            bar.enable_steady_tick(Duration::from_millis(120));
            bar.set_position(done);
            bar.set_message(message);
        }
    }

    fn clear(&self) {
        if let Some(bar) = &self.progress {
            bar.disable_steady_tick();
            bar.finish_and_clear();
        }
    }

    /// Prints a result on standard output.
    ///
    /// # Errors
    /// When standard output cannot be written. A reader that went away (`| head`) is no error.
    pub(super) fn print(&self, text: &str) -> Result<(), Error> {
        self.print_parts(|take| take(text))
    }

    /// Prints a result that comes in parts, as [`Ui::print`] does; `write` hands them over.
    ///
    /// # Errors
    /// As [`Ui::print`].
    pub(super) fn print_parts(
        &self,
        write: impl FnOnce(&mut dyn FnMut(&str) -> io::Result<()>) -> io::Result<()>,
    ) -> Result<(), Error> {
        self.clear();
        let mut out = io::stdout().lock();
        match write(&mut |part| out.write_all(part.as_bytes())).and_then(|()| out.flush()) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(unwritten(&error)),
            _ => Ok(()),
        }
    }

    /// Prints a note on standard error.
    pub(super) fn note(&self, text: &str) {
        self.clear();
        let _ = writeln!(anstream::stderr(), "{text}");
    }

    /// Prints an error with its remedy.
    pub(super) fn error(&self, error: &Error) {
        self.clear();
        let (red, bold, plain) = ("\x1b[1;31m", "\x1b[1m", "\x1b[0m");
        // Names of the user's files are in it, and what others answered.
        let clean = |text: &str| text.lines().map(clean).collect::<Vec<_>>().join("\n");
        let mut out = anstream::stderr();
        let _ = writeln!(out, "{red}error{plain}{bold}: {}{plain}", clean(&error.message));
        if let Some(hint) = &error.hint {
            let _ = writeln!(out, "{bold}hint{plain}: {}", clean(hint));
        }
    }

    /// Prints findings as the result of a command: on standard output.
    pub(super) fn report(&self, report: &mut Report, sources: &Sources) -> Result<ExitStatus, Error> {
        report.sort(sources);
        let colour = anstream::AutoStream::choice(&io::stdout()) != anstream::ColorChoice::Never;
        self.print(&report::render(report, sources, self.format, colour))?;
        Ok(status(report))
    }

    /// Shows findings and a verdict on standard output: on a terminal in the place of all that is seen there, elsewhere
    /// as lines. Returns whether anybody reads them.
    ///
    /// # Errors
    /// When standard output cannot be written.
    pub(super) fn show(
        &self,
        report: &mut Report,
        sources: &Sources,
        verdict: &str,
        is_good: bool,
    ) -> Result<bool, Error> {
        report.sort(sources);
        let is_screen = is_screen(&io::stdout());
        let colour = anstream::AutoStream::choice(&io::stdout()) != anstream::ColorChoice::Never;
        let format = match self.format {
            Format::Human if !is_screen => Format::Concise,
            format => format,
        };
        let mut text = report::render(report, sources, format, colour);
        if format == Format::Human {
            // The verdict counts them, too.
            text.truncate(text.trim_end().rfind("\n\n").map_or(0, |end| end + 2));
        }
        if matches!(format, Format::Human | Format::Concise) {
            let style = if is_good { "\x1b[1;32m" } else { "\x1b[1;31m" };
            let (on, off) = if colour { (style, "\x1b[0m") } else { ("", "") };
            text += &format!("{on}{verdict}{off}\n");
        } else {
            let _ = writeln!(anstream::stderr(), "{verdict}");
        }
        // The cursor goes home, and what is behind it goes away.
        let text = if is_screen { format!("\x1b[H\x1b[2J{text}") } else { text };
        let mut out = io::stdout().lock();
        match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
            Err(error) => Err(unwritten(&error)),
        }
    }

    /// Prints findings beside the result of a command: on standard error, and only if there are any.
    pub(super) fn report_aside(&self, report: &mut Report, sources: &Sources) -> ExitStatus {
        report.sort(sources);
        self.clear();
        if !report.diagnostics().is_empty() {
            let colour = anstream::AutoStream::choice(&io::stderr()) != anstream::ColorChoice::Never;
            let _ = io::stderr().write_all(report::render(report, sources, self.format, colour).as_bytes());
        }
        status(report)
    }
}

/// Whether something can be drawn upon.
fn is_screen(stream: &impl IsTerminal) -> bool {
    stream.is_terminal() && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
}

fn unwritten(error: &io::Error) -> Error {
    Error::new(format!("cannot write to standard output: {error}"))
        .hint("see where it goes: what was printed so far is not whole")
}

fn status(report: &Report) -> ExitStatus {
    if report.has_errors() { ExitStatus::Findings } else { ExitStatus::Clean }
}
