//! The image of the tool itself: it, the authorities that it trusts, and nothing else.
//!
//! It has every name that it answers to, so that it is a base with opm, too, to put a catalog on. Authorities are a file and not part of the program: they change more often than it does, a company has its own, and whoever runs the
//! image may put another file in their place.

use super::program::{chosen, for_each};
use super::{Options, Program, config};
use crate::oci::{Artifact, Entry, Error, File, Run};

/// Where programs of Debian, and so of most images, look for authorities.
const AUTHORITIES: &str = "etc/ssl/certs/ca-certificates.crt";
/// Where a project is mounted.
const PROJECT: &str = "work";

/// The certificates of authorities, in PEM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authorities(Vec<u8>);

impl Authorities {
    /// Takes a file of certificates as it is.
    ///
    /// # Errors
    /// There is none in it, or there is a private key, which everybody could read. The phrase follows the name of
    /// the file.
    pub fn new(pem: Vec<u8>) -> Result<Self, String> {
        let has = |words: &[u8]| pem.windows(words.len()).any(|window| window == words);
        if has(b"PRIVATE KEY-----") {
            return Err("holds a private key, which everybody could read".to_owned());
        }
        if !has(b"-----BEGIN CERTIFICATE-----") {
            return Err("holds no certificate in PEM".to_owned());
        }
        Ok(Authorities(pem))
    }
}

/// Makes the image of the tool: of a static program for each platform, and of authorities.
///
/// # Errors
/// Without a program, with two for one platform, or without one for a platform that is asked for; an epoch after the
/// year 2242; what the format does not know.
pub fn tool(programs: &[Program], authorities: &Authorities, options: &Options) -> Result<Artifact, Error> {
    let wanted = chosen(programs, options)?;
    let root = options.layer(&[
        Entry::File(File::new(AUTHORITIES, &authorities.0)),
        Entry::Folder { path: "tmp", mode: 0o1777 },
        Entry::Folder { path: PROJECT, mode: 0o755 },
    ])?;
    let run = Run {
        entrypoint: vec!["/bin/olmcat".to_owned()],
        // What is pulled is kept below the home folder, and nobody says which that is.
        environment: vec![
            "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin".to_owned(),
            "HOME=/tmp".to_owned(),
        ],
        ..Run::default()
    };
    for_each(&wanted, options, |program| {
        let layer = options.layer(&[
            Entry::Program(File::new("bin/olmcat", program.bytes())),
            Entry::Link { path: "bin/opm", to: "olmcat" },
            Entry::Link { path: "bin/grpc_health_probe", to: "olmcat" },
        ])?;
        let mut config = config(program.platform(), options.labels.clone(), run.clone(), options);
        config.working_dir = format!("/{PROJECT}");
        Ok((vec![root.clone(), layer], config))
    })
}
