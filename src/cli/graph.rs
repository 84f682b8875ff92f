//! `olmcat graph`: the upgrade graph of each channel as a drawing.

use std::ffi::OsString;
use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};

use super::files::stage;
use super::opened::{Opened, open_in_part};
use super::pull_args::PullArgs;
use super::{ExitStatus, Ui, list};
use crate::diag::Error;
use crate::drawing::{self, Look, Picture};
use crate::text::Sources;

/// Draw the upgrade graph of each channel: as text, SVG, dot or mermaid
///
/// PATH is a catalog folder, a file of FBC, an OCI layout or archive (`DIR` or `DIR:NAME`), or else the reference of a
/// catalog image; without it, the catalog of the project is drawn. The newest version is on top; lines lead from what
/// is upgraded to what it is upgraded to, and what OLM v0 does not follow is told apart. Of a catalog with faults,
/// what can be read is drawn, and the faults are printed beside it (exit code 1).
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The catalog; the project's if not given.
    path: Option<PathBuf>,
    /// Draw the channels of this package.
    #[arg(long, value_name = "NAME")]
    package: Option<String>,
    /// Draw the channels of this name.
    #[arg(long, value_name = "NAME")]
    channel: Option<String>,
    /// What to draw; if not given, what the name of the file says, and else text.
    #[arg(long, value_enum)]
    graph_format: Option<Format>,
    /// Where the drawing is written; standard output if not given, or `-`.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    pull: PullArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// A ladder for a terminal.
    Text,
    /// A picture for browsers, in light and dark.
    Svg,
    /// For Graphviz.
    Dot,
    /// For Markdown on code hosts.
    Mermaid,
}

/// The endings of pictures that we cannot draw: text in such a file would be an error wherever it is opened.
const FOREIGN: [&str; 14] =
    ["avif", "bmp", "eps", "gif", "ico", "jpeg", "jpg", "pdf", "png", "ps", "svgz", "tif", "tiff", "webp"];

impl Args {
    /// Returns the file that is written; none if it is standard output.
    fn file(&self) -> Option<&Path> {
        self.output.as_deref().filter(|path| *path != Path::new("-"))
    }

    fn format(&self) -> Result<Format, Error> {
        if let Some(format) = self.graph_format {
            return Ok(format);
        }
        let Some(path) = self.file() else { return Ok(Format::Text) };
        let ending = path.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
        match ending.as_str() {
            "svg" => Ok(Format::Svg),
            "dot" | "gv" => Ok(Format::Dot),
            "mmd" | "mermaid" => Ok(Format::Mermaid),
            foreign if FOREIGN.contains(&foreign) => {
                Err(Error::new(format!("cannot draw {}: a graph is no `.{foreign}`", path.display()))
                    .hint("write `.svg`, or `.dot`, of which Graphviz makes other pictures: `dot -Tpng`"))
            }
            _ => Ok(Format::Text),
        }
    }
}

pub(super) fn run(args: &Args, root: &Path, ui: &Ui) -> Result<ExitStatus, Error> {
    let (format, file) = (args.format()?, args.file());
    let sources = Sources::default();
    let Some(Opened { catalog, status, .. }) =
        open_in_part(args.path.as_deref(), &args.pull, root, &sources, ui)?
    else {
        return Ok(ExitStatus::Findings);
    };
    ui.step("drawing");
    let pictures = drawing::pictures(&catalog, args.package.as_deref(), args.channel.as_deref());
    if pictures.is_empty() {
        list::known(&catalog, args.package.as_deref(), args.channel.as_deref())?;
        ui.note("there is no channel to draw");
    }
    let text = match format {
        Format::Svg => drawing::svg(&pictures),
        Format::Dot => drawing::dot(&pictures),
        Format::Mermaid => drawing::mermaid(&pictures),
        Format::Text => drawing::text(&pictures, look(file.is_some())),
    };
    if matches!(format, Format::Dot | Format::Mermaid) {
        notes(&pictures, ui);
    }
    match file {
        Some(path) => stage(path, text.as_bytes())?.put()?,
        None => ui.print(&text)?,
    }
    Ok(status)
}

/// Says what only the text and the SVG have room for.
fn notes(pictures: &[Picture], ui: &Ui) {
    for picture in pictures {
        for note in &picture.notes {
            ui.note(&format!("{} / {}: {note}", picture.package, picture.channel));
        }
    }
}

/// Returns how text is to look: as the terminal can show it, and elsewhere at full width and without colours.
fn look(is_file: bool) -> Look {
    let out = std::io::stdout();
    let is_terminal = !is_file && out.is_terminal();
    let width = if is_terminal {
        rustix::termios::tcgetwinsize(&out)
            .ok()
            .map(|size| usize::from(size.ws_col))
            .filter(|width| *width > 0)
    } else {
        None
    };
    let is_coloured = !is_file && anstream::AutoStream::choice(&out) != anstream::ColorChoice::Never;
    Look { width, is_ascii: !is_utf8(|name| std::env::var_os(name)), is_coloured }
}

/// Returns whether the locale is one of UTF-8.
fn is_utf8(variable: impl Fn(&str) -> Option<OsString>) -> bool {
    let set = |name: &&str| variable(name).is_some_and(|value| !value.is_empty());
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find(set).and_then(variable);
    let locale = locale.unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    locale.contains("utf-8") || locale.contains("utf8")
}

#[cfg(test)]
mod tests {
    use super::is_utf8;

    #[test]
    fn the_first_variable_that_is_set_tells_the_locale() {
        let of = |pairs: &[(&str, &str)]| {
            is_utf8(|name| pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| value.into()))
        };
        assert!(of(&[("LANG", "en_GB.UTF-8")]) && of(&[("LC_ALL", ""), ("LC_CTYPE", "C.utf8")]));
        assert!(!of(&[]) && !of(&[("LC_ALL", "C"), ("LANG", "C.UTF-8")]));
    }
}
