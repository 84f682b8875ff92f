//! `olmcat watch`: the project is checked and built again whenever it changes.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::build::on_disk;
use super::changes::{Changes, Seen, look};
use super::image_args::ImageArgs;
use super::project::{self, SETTINGS, below, no_project};
use super::registry_args::RegistryArgs;
use super::{ExitStatus, Ui};
use crate::diag::{Error, Level, Report};
use crate::load;
use crate::oci::Place;
use crate::text::Sources;

/// Check the project, and build its image, whenever a file of it changes
///
/// On a terminal the findings take the place of those before; in a pipe they are lines, with a line for the verdict.
/// What breaks off half-way, such as a file that is being written, is looked at again. Ctrl-C ends it, with exit
/// code 0.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The OCI layout to write, as for `olmcat build`.
    #[arg(long, short, default_value = "target/image", value_name = "PLACE")]
    output: String,
    /// Check only, and write no image.
    #[arg(long)]
    no_build: bool,
    #[command(flatten)]
    image: ImageArgs,
    #[command(flatten)]
    registry: RegistryArgs,
}

/// The pause between two looks. Of a project so large that looking takes long, it is longer.
const PAUSE: Duration = Duration::from_millis(30);
/// How often a verdict is dropped because something changed meanwhile.
const DROPPED: usize = 3;

/// What a run came to.
struct Verdict {
    report: Report,
    sources: Sources,
    line: String,
    is_good: bool,
}

pub(super) fn run(args: &Args, root: &Path, ui: &Ui) -> Result<ExitStatus, Error> {
    if !load::exists(&below(root, SETTINGS)) {
        return Err(no_project(root));
    }
    if args.image.catalog.is_some() {
        return Err(Error::new("`watch` looks after a project, and no other catalog")
            .hint("leave `--catalog` out; `olmcat serve PATH --watch` serves a catalog that changes"));
    }
    let watched = ["catalog", "bundles"].map(|part| below(root, part));
    let place = on_disk(&args.output, "watch", "write `olmcat push REF` to publish the image")?;
    if !args.no_build {
        refuse_inside(&place, &watched)?;
    }
    let mut changes = Changes::since(look(&watched));
    let mut dropped = 0;
    loop {
        let verdict = args.judge(root, &place, ui);
        if dropped < DROPPED && changes.has_more(&look(&watched)) {
            dropped += 1;
            std::thread::sleep(PAUSE);
            changes = Changes::since(look(&watched));
            continue;
        }
        dropped = 0;
        let Verdict { mut report, sources, line, is_good } = verdict;
        if !ui.show(&mut report, &sources, &line, is_good)? {
            return Ok(ExitStatus::Clean);
        }
        wait(&mut changes, || look(&watched));
    }
}

/// Waits until a change is over.
fn wait(changes: &mut Changes, look: impl Fn() -> Seen) {
    let mut pause = PAUSE;
    loop {
        std::thread::sleep(pause);
        let before = Instant::now();
        if changes.are_over(look()) {
            return;
        }
        pause = PAUSE.max(10 * before.elapsed());
    }
}

/// An image that is written into what is watched would be a change, without end.
fn refuse_inside(place: &Place, watched: &[PathBuf]) -> Result<(), Error> {
    let (Place::Layout(path, _) | Place::Archive(path, _)) = place else { return Ok(()) };
    let whole = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    // The image may not be there yet; the folder above it shall be.
    let real = |path: &Path| {
        let above = path.ancestors().find_map(|above| Some((above, above.canonicalize().ok()?)));
        above.map_or(path.to_owned(), |(above, real)| real.join(path.strip_prefix(above).unwrap_or(path)))
    };
    let target = real(&whole(path));
    match watched.iter().find(|folder| target.starts_with(real(&whole(folder)))) {
        Some(folder) => {
            Err(Error::new(format!("the image would be written into {}, which is watched", folder.display()))
                .hint("choose another place with `--output`"))
        }
        None => Ok(()),
    }
}

impl Args {
    /// Checks and builds once. What cannot be done is a verdict, too: the next change may mend it.
    fn judge(&self, root: &Path, place: &Place, ui: &Ui) -> Verdict {
        let start = Instant::now();
        let (sources, mut report) = (Sources::default(), Report::default());
        // Progress would blink.
        let quiet = Ui::new(ui.format(), true);
        let result = self.work(root, place, &sources, &mut report, &quiet);
        let is_good = result.is_ok() && !report.has_errors();
        let line = match result {
            Ok(line) => format!("{line} ({:.2} s)", start.elapsed().as_secs_f64()),
            Err(Error { message, hint }) => {
                format!("error: {message}{}", hint.map(|hint| format!("\nhint: {hint}")).unwrap_or_default())
            }
        };
        Verdict { report, sources, line, is_good }
    }

    fn work(
        &self,
        root: &Path,
        place: &Place,
        sources: &Sources,
        report: &mut Report,
        ui: &Ui,
    ) -> Result<String, Error> {
        let project = project::check(root, sources, report, ui)?;
        let count = |level| report.diagnostics().iter().filter(|finding| finding.level == level).count();
        let (errors, warnings) = (count(Level::Error), count(Level::Warn));
        let warned = if warnings > 0 { format!(", {}", counted(warnings, "warning")) } else { String::new() };
        if errors > 0 {
            return Ok(format!("{}{warned}", counted(errors, "error")));
        }
        let bundles = project.packages.iter().map(|(_, catalog)| catalog.bundles.len()).sum();
        let packages = counted(project.packages.len(), "package");
        let clean = format!("clean: {packages}, {}{warned}", counted(bundles, "bundle"));
        if self.no_build {
            return Ok(clean);
        }
        let target = project.target(self.image.target.as_deref())?;
        let Some(artifact) = self.image.make(root, &project, &self.registry, ui)? else {
            return Ok("nothing was built".to_owned());
        };
        place.write(&artifact, &target.name)?;
        Ok(format!("{clean}, {}", artifact.digest()))
    }
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
