//! The flavour of a catalog that serves itself: what OLM v0 runs as a pod, besides all that a data-only image is.
//!
//! Three layers: the server, which stays the same from catalog to catalog; the catalog, which is the layer of the
//! data-only image; and the index. The server is `/bin/opm`, which OLM's and oc-mirror's commands call, and
//! `/bin/grpc_health_probe`, which OLM's probes call.

use super::{CONFIGS_FOLDER, Options, config, configs, labels};
use crate::oci::{Artifact, Entry, Error, File, Image, Index, Kind, Platform, Run, Source};

/// Where the index is: beside the catalog, since everything in the catalog's folder is read as a catalog.
pub const INDEX: &str = "configs.index";

/// A static program, and where it runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    bytes: Vec<u8>,
    platform: Platform,
}

impl Program {
    /// Takes a program of Linux that needs nothing but the kernel.
    ///
    /// # Errors
    /// When the bytes are no program, or one that needs a dynamic linker, which the image does not have. The
    /// phrase follows the name of the file.
    pub fn new(bytes: Vec<u8>) -> Result<Self, String> {
        let elf = Elf::read(&bytes).ok_or("is no program of a 64-bit Linux")?;
        let architecture = match elf.machine {
            62 => "amd64",
            183 => "arm64",
            22 => "s390x",
            21 => "ppc64le",
            other => {
                return Err(format!(
                    "is a program for a processor that no image names (ELF machine {other})"
                ));
            }
        };
        if elf.has_interpreter {
            return Err("is not static: it needs a dynamic linker, which the image does not have".to_owned());
        }
        Ok(Program { bytes, platform: Platform::linux(architecture) })
    }

    /// Returns where the program runs.
    pub fn platform(&self) -> &Platform {
        &self.platform
    }
}

/// What counts of the head of a program (System V ABI, ELF-64).
struct Elf {
    machine: u64,
    has_interpreter: bool,
}

impl Elf {
    fn read(bytes: &[u8]) -> Option<Self> {
        let number = |at: usize, size: usize| {
            let field = bytes.get(at..at.checked_add(size)?)?;
            let fold = |number: u64, byte: &u8| number << 8 | u64::from(*byte);
            match bytes.get(5)? {
                1 => Some(field.iter().rev().fold(0, fold)),
                2 => Some(field.iter().fold(0, fold)),
                _ => None,
            }
        };
        const EXECUTABLE: [u64; 2] = [2, 3];
        const INTERPRETER: u64 = 3;
        if !bytes.starts_with(b"\x7fELF\x02") || !EXECUTABLE.contains(&number(16, 2)?) {
            return None;
        }
        let (table, size, count) = (number(32, 8)?, number(54, 2)?, number(56, 2)?);
        let mut has_interpreter = false;
        for index in 0..count {
            let at = usize::try_from(table.checked_add(index * size)?).ok()?;
            has_interpreter |= number(at, 4)? == INTERPRETER;
        }
        Some(Elf { machine: number(18, 2)?, has_interpreter })
    }
}

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
    let mut wanted: Vec<&Program> = Vec::new();
    for program in programs {
        if wanted.iter().any(|other| other.platform == program.platform) {
            let why = format!("there are two servers for {}", program.platform);
            return Err(Error::new(Kind::Input, why).hint("name one with `--server` for each platform"));
        }
        wanted.push(program);
    }
    if let Some(missing) =
        options.platforms.iter().find(|asked| wanted.iter().all(|program| program.platform != **asked))
    {
        let why = format!("there is no server for {missing}");
        return Err(Error::new(Kind::Input, why).hint("name a static one with `--server`, for each platform"));
    }
    wanted.retain(|program| options.platforms.is_empty() || options.platforms.contains(&program.platform));
    let catalog = configs(files, options)?;
    let index = options.layer(&[File::new(INDEX, index)])?;
    let run = Run {
        entrypoint: vec!["/bin/opm".to_owned()],
        command: vec!["serve".to_owned(), CONFIGS_FOLDER.to_owned()],
        environment: vec!["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin".to_owned()],
        ports: vec!["50051/tcp".to_owned()],
    };
    let mut images = Vec::new();
    for program in wanted {
        let entries = [
            Entry::Program(File::new("bin/opm", &program.bytes)),
            Entry::Link { path: "bin/grpc_health_probe", to: "opm" },
        ];
        let layers = [options.layer(&entries)?, catalog.clone(), index.clone()];
        let config = config(&program.platform, labels(&options.labels), run.clone(), options);
        images.push((
            program.platform.clone(),
            Image::new(&config, &layers, &options.annotations, options.format)?,
        ));
    }
    match images.len() {
        0 => Err(Error::new(Kind::Input, "an image that serves itself needs a server")),
        1 => Ok(Artifact::Image(images.swap_remove(0).1)),
        _ => Ok(Artifact::Index(Index::new(images, &options.annotations, options.format)?)),
    }
}
