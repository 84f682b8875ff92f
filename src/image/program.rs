//! Programs that an image runs: static ones, since it holds nothing else, and one for each platform.

use super::Options;
use crate::oci::{Artifact, Config, Error, Image, Index, Kind, Layer, Platform};

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

    /// Returns the program itself.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
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

/// Chooses the programs of the platforms that are asked for, or all.
pub(super) fn chosen<'p>(programs: &'p [Program], options: &Options) -> Result<Vec<&'p Program>, Error> {
    let mut wanted: Vec<&'p Program> = Vec::new();
    for program in programs {
        if wanted.iter().any(|other| other.platform == program.platform) {
            let why = format!("there are two programs for {}", program.platform);
            return Err(Error::new(Kind::Input, why).hint("name one for each platform"));
        }
        wanted.push(program);
    }
    if let Some(missing) =
        options.platforms.iter().find(|asked| wanted.iter().all(|program| program.platform != **asked))
    {
        let why = format!("there is no program for {missing}");
        return Err(Error::new(Kind::Input, why).hint("name a static one for each platform"));
    }
    wanted.retain(|program| options.platforms.is_empty() || options.platforms.contains(&program.platform));
    Ok(wanted)
}

/// Makes an image of each program, and an index of them if they are several.
pub(super) fn for_each(
    programs: &[&Program],
    options: &Options,
    make: impl Fn(&Program) -> Result<(Vec<Layer>, Config), Error>,
) -> Result<Artifact, Error> {
    let mut images = Vec::new();
    for program in programs {
        let (layers, config) = make(program)?;
        let image = Image::new(&config, &layers, &options.annotations, options.format)?;
        images.push((program.platform.clone(), image));
    }
    match images.len() {
        0 => Err(Error::new(Kind::Input, "an image that runs needs a program")),
        1 => Ok(Artifact::Image(images.swap_remove(0).1)),
        _ => Ok(Artifact::Index(Index::new(images, &options.annotations, options.format)?)),
    }
}
