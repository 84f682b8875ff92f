//! The flavour of a catalog that serves itself: what OLM v0 runs as a pod, besides all that a data-only image is.
//!
//! Three layers: the server, which stays the same from catalog to catalog; the catalog, which is the layer of the
//! data-only image; and the index. The server is `/bin/opm`, which OLM's and oc-mirror's commands call, and
//! `/bin/grpc_health_probe`, which OLM's probes call.

use super::program::{chosen, for_each};
use super::{CONFIGS_FOLDER, Options, Program, config, configs, labels};
use crate::oci::{Artifact, Entry, Error, File, Run, Source};

/// Where the index is: beside the catalog, since everything in the catalog's folder is read as a catalog.
pub const INDEX: &str = "configs.index";

/// Makes a catalog image that serves itself: of the files of a catalog, as [`catalog`](super::catalog()) takes
/// them, of their index, and of a server for each platform.
///
/// # Errors
/// As for an image of data; also without a server, with two for one platform, or without one for a platform that
/// is asked for.
pub fn serving(
    files: &[(String, Source<'_>)],
    index: &[u8],
    programs: &[Program],
    options: &Options,
) -> Result<Artifact, Error> {
    let wanted = chosen(programs, options)?;
    let catalog = configs(files, options)?;
    let index = options.layer(&[File::new(INDEX, index)])?;
    let run = Run {
        entrypoint: vec!["/bin/opm".to_owned()],
        command: vec!["serve".to_owned(), CONFIGS_FOLDER.to_owned()],
        environment: vec!["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin".to_owned()],
        ports: vec!["50051/tcp".to_owned()],
    };
    for_each(&wanted, options, |program| {
        let entries = [
            Entry::Program(File::new("bin/opm", program.bytes())),
            Entry::Link { path: "bin/grpc_health_probe", to: "opm" },
        ];
        let layers = vec![options.layer(&entries)?, catalog.clone(), index.clone()];
        Ok((layers, config(program.platform(), labels(&options.labels), run.clone(), options)))
    })
}
