//! `olmcat tool-image`: the tool becomes a container image, without a container engine, as catalogs do.

use std::path::{Path, PathBuf};

use super::build::on_disk;
use super::flavour::programs;
use super::notation_args::NotationArgs;
use super::{ExitStatus, Ui};
use crate::diag::Error;
use crate::image::{self, Authorities};
use crate::load;

/// Where systems keep the authorities that they trust: Debian, Fedora, SUSE, Alpine.
const SYSTEMS: [&str; 4] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
];

/// Write a container image of olmcat itself
///
/// It holds a static olmcat and the certificates of the authorities that it trusts, and nothing else: no shell. Its
/// user is 1001, and a project is mounted at `/work`: `podman run --rm -v "$PWD:/work" IMAGE validate`. It is also called
/// `/bin/opm` and `/bin/grpc_health_probe`, so `olmcat build --from` takes it as a base. The digest is printed, and the
/// same for the same input on every machine.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The OCI layout to write, a folder or, if it ends with `.tar`, an archive; other images in it stay. The image is
    /// named after the version, or as it is said: `DIR:NAME`.
    #[arg(long, short, value_name = "PLACE")]
    output: String,
    /// A static olmcat; several for several platforms. If not given, this program, if it is static.
    #[arg(long, value_name = "FILE")]
    program: Vec<PathBuf>,
    /// The certificates of the authorities, PEM; if not given, those of SSL_CERT_FILE or of this system.
    #[arg(long, value_name = "FILE", env = "SSL_CERT_FILE", hide_env = true)]
    authorities: Option<PathBuf>,
    #[command(flatten)]
    notation: NotationArgs,
}

pub(super) fn run(args: &Args, ui: &Ui) -> Result<ExitStatus, Error> {
    let output = on_disk(&args.output, "tool-image", "write `olmcat copy PLACE REF` to publish the image")?;
    let programs = programs(&args.program, "--program")?;
    let authorities = authorities(args.authorities.as_deref())?;
    ui.step("building the image");
    let artifact = image::tool(&programs, &authorities, &args.notation.options())?;
    ui.step("writing the image");
    output.write(&artifact, env!("CARGO_PKG_VERSION"))?;
    ui.print(&format!("{}\n", artifact.digest()))?;
    Ok(ExitStatus::Clean)
}

/// Reads a file of authorities; that of this system, if none is named.
fn authorities(named: Option<&Path>) -> Result<Authorities, Error> {
    let system = || SYSTEMS.iter().map(Path::new).find(|file| file.is_file());
    let file = named.or_else(system).ok_or_else(|| {
        Error::new("this system has no file of certificates")
            .hint("install `ca-certificates`, or name a file with `--authorities FILE`")
    })?;
    Authorities::new(load::read_file(file, load::LIMIT)?).map_err(|why| {
        Error::new(format!("{} {why}", file.display()))
            .hint("name a file of certificates, which start with `-----BEGIN CERTIFICATE-----`")
    })
}
