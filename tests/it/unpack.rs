//! Layers become files, whatever is in them: archives byte by byte, and random ones beside a real `tar`.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Cursor, Write};
use std::path::Path;
use std::process::Command;

use olmcat::oci::{Blob, Compression, Error, File, Kind, Layer, Limits, Packed, Unpacked, unpack};
use proptest::prelude::*;

use crate::image::output;
use crate::support::Folder;

/// An archive under construction. Nothing keeps it from being wrong.
#[derive(Default, Clone)]
pub struct Tar(Vec<u8>);

impl Tar {
    /// Adds an entry with a header as GNU tar writes it; `size` may be a lie.
    pub fn raw(mut self, path: &str, kind: u8, link: &str, size: u64, content: &[u8]) -> Self {
        let mut block = [0_u8; 512];
        let mut put = |at: usize, bytes: &[u8]| block[at..at + bytes.len()].copy_from_slice(bytes);
        put(0, path.as_bytes());
        put(100, b"0000644\x000000000\x000000000\0");
        put(124, format!("{size:011o}\0").as_bytes());
        put(136, b"00000000000\0        ");
        put(156, &[kind]);
        put(157, link.as_bytes());
        put(257, b"ustar  \0");
        let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
        block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        self.0.extend(block);
        self.0.extend(content);
        let length = self.0.len().next_multiple_of(512);
        self.0.resize(length, 0);
        self
    }

    pub fn file(self, path: &str, content: &str) -> Self {
        self.raw(path, b'0', "", content.len() as u64, content.as_bytes())
    }

    pub fn folder(self, path: &str) -> Self {
        self.raw(path, b'5', "", 0, b"")
    }

    pub fn link(self, path: &str, target: &str) -> Self {
        self.raw(path, b'2', target, 0, b"")
    }

    pub fn hard(self, path: &str, target: &str) -> Self {
        self.raw(path, b'1', target, 0, b"")
    }

    pub fn end(mut self) -> Vec<u8> {
        self.0.extend([0; 1024]);
        self.0
    }
}

fn tar() -> Tar {
    Tar::default()
}

const PLAIN: &str = "application/vnd.oci.image.layer.v1.tar";

fn packed(kind: &str, bytes: Vec<u8>) -> Packed<Cursor<Vec<u8>>> {
    let descriptor = Blob::new(kind, bytes.clone()).descriptor();
    Packed { descriptor, bytes: Cursor::new(bytes) }
}

fn lay(layers: Vec<Vec<u8>>, wanted: &str, limits: &Limits) -> Result<Unpacked, Error> {
    let mut layers: Vec<_> = layers.into_iter().map(|bytes| packed(PLAIN, bytes)).collect();
    unpack(&mut layers, &[wanted], limits).map(|mut found| found.remove(0))
}

type Texts = BTreeMap<String, String>;

fn texts(found: Unpacked) -> Texts {
    let Unpacked::Folder(files) = found else { panic!("{found:?}") };
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    files.iter().map(|(path, bytes)| (path.clone(), text(bytes))).collect()
}

#[track_caller]
fn check(layers: Vec<Tar>, wanted: &str, expected: &[(&str, &str)]) {
    let layers = layers.into_iter().map(Tar::end).collect();
    let found = texts(lay(layers, wanted, &Limits::default()).unwrap_or_else(|error| panic!("{error}")));
    let expected: Texts = expected.iter().map(|(path, text)| ((*path).into(), (*text).into())).collect();
    assert_eq!(found, expected);
}

#[track_caller]
fn refuse(layers: Vec<Tar>, wanted: &str, kind: Kind, words: &str) {
    let layers = layers.into_iter().map(Tar::end).collect();
    let error = lay(layers, wanted, &small()).unwrap_err();
    assert!(error.message.contains(words) && error.kind == kind, "{error:?}");
    assert!(error.hint.is_some(), "{error}");
}

/// Limits that a test can reach.
fn small() -> Limits {
    Limits { unpacked: 1 << 20, kept: 4000, file: 3000, entries: 50, path: 200 }
}

#[test]
fn later_layers_win_and_whiteouts_hide_what_is_below() {
    let base = || tar().folder("c/").file("c/a", "1").file("c/b/x", "2").file("c/b/y", "3").file("d/z", "4");
    check(vec![base()], "/c", &[("a", "1"), ("b/x", "2"), ("b/y", "3")]);
    check(vec![base(), tar().file("c/a", "new")], "c/", &[("a", "new"), ("b/x", "2"), ("b/y", "3")]);
    check(vec![base(), tar().file("c/.wh.a", "")], "c", &[("b/x", "2"), ("b/y", "3")]);
    check(vec![base(), tar().file("c/.wh.b", "")], "./c", &[("a", "1")]);
    // A whiteout hides nothing of its own layer, wherever it stands there.
    check(vec![base(), tar().file("c/b/n", "5").file("c/.wh.b", "")], "c", &[("a", "1"), ("b/n", "5")]);
    check(vec![base(), tar().file("c/.wh..wh..opq", "").file("c/n", "5")], "c", &[("n", "5")]);
    check(vec![base(), tar().file("c/n", "5").file("c/.wh..wh..opq", "")], "c", &[("n", "5")]);
    check(vec![base(), tar().file(".wh.c", ""), tar().file("c/n", "5")], "c", &[("n", "5")]);
    check(
        vec![base(), tar().file("c/.wh..wh.plnk", "").file("c/.wh.none", "")],
        "c/b",
        &[("x", "2"), ("y", "3")],
    );
    // A folder in the place of a file, and the other way round.
    check(
        vec![base(), tar().file("c/a/n", "5")].into_iter().rev().collect(),
        "c/b",
        &[("x", "2"), ("y", "3")],
    );
    check(vec![base(), tar().file("c/b", "5")], "c", &[("a", "1"), ("b", "5")]);
    check(vec![base(), tar().folder("c/a"), tar().file("c/a/n", "5")], "c/a", &[("n", "5")]);
    assert_eq!(lay(vec![base().file(".wh.x", "").end()], "nowhere", &small()).unwrap(), Unpacked::Missing);
    assert_eq!(lay(vec![base().end()], "c/a", &small()).unwrap(), Unpacked::NoFolder);
    assert_eq!(lay(vec![], "c", &small()).unwrap(), Unpacked::Missing);
    refuse(vec![base(), tar().file("c/.wh.", "")], "c", Kind::Corrupt, "a whiteout of nothing");
    refuse(vec![base(), tar().file("c/.wh...", "")], "c", Kind::Corrupt, "a whiteout of nothing");
}

#[test]
fn links_stay_inside() {
    // From elsewhere in the image, which the first reading did not hold.
    check(
        vec![tar().file("data/a", "1").file("data/b", "2").link("c/x", "../data/a").hard("c/y", "data/b")],
        "c",
        &[("x", "1"), ("y", "2")],
    );
    check(vec![tar().link("c", "/data"), tar().file("c/a", "1")], "c", &[("a", "1")]);
    check(vec![tar().link("c", "data/./e/.."), tar().file("data/a", "1")], "/c", &[("a", "1")]);
    check(vec![tar().folder("d").link("d/e", "..").file("d/e/c/a", "1")], "c", &[("a", "1")]);
    // The content that a hard link shares is that of its time.
    check(
        vec![tar().file("c/a", "old").hard("c/b", "c/a").file("c/a", "new")],
        "c",
        &[("a", "new"), ("b", "old")],
    );
    check(
        vec![tar().file("c/a", "1").link("c/l", "a").hard("c/m", "/c/l")],
        "c",
        &[("a", "1"), ("l", "1"), ("m", "1")],
    );
    for (layer, words) in [
        (tar().link("c/x", "../../etc/passwd"), "leads out of the image"),
        (tar().link("c/x", "/../x"), "leads out of the image"),
        (tar().link("d", "..").file("d/../../c/x", "1"), "leads out of the image"),
        (tar().link("c", "/../.."), "leads out of the image"),
        (tar().hard("c/x", "../../etc/passwd"), "leads out of the image"),
        (tar().hard("c/x", "nothing"), "which is no file there"),
        (tar().folder("d").hard("c/x", "d"), "which is no file there"),
        (tar().link("c/x", "y").link("c/y", "x"), "more than 40 links"),
        (tar().link("c/x", "nothing"), "where nothing is"),
        (tar().folder("d").link("c/x", "../d"), "which is a folder"),
        (tar().file("c/x", "1").file("c/x/y", "2"), "which is no folder"),
        (tar().raw("c/x", b'3', "", 0, b""), "is a device"),
        (tar().raw("c/x", b'6', "", 0, b""), "is a pipe"),
    ] {
        refuse(vec![layer], "c", Kind::Corrupt, words);
    }
    // Elsewhere, nobody cares.
    let layer = tar().raw("dev/x", b'4', "", 0, b"").link("etc/y", "../../z").link("l", "l").file("c/a", "1");
    check(vec![layer], "c", &[("a", "1")]);
}

#[test]
fn paths_are_cleaned_or_refused() {
    check(
        vec![tar().file("/c/a", "1").file("./c//b", "2").file("x/../c/d", "3")],
        "c",
        &[("a", "1"), ("b", "2"), ("d", "3")],
    );
    refuse(vec![tar().file("../c/a", "1")], "c", Kind::Corrupt, "`../c/a` leads out of the image");
    refuse(vec![tar().file("c/../../a", "1")], "c", Kind::Corrupt, "leads out of the image");
    refuse(vec![], "../c", Kind::Corrupt, "leads out of the image");
    let long = format!("c/{}", "d/".repeat(120));
    let name = format!("{long}\0");
    let extended = tar().raw("././@LongLink", b'L', "", name.len() as u64, name.as_bytes()).file("c", "1");
    refuse(vec![extended], "c", Kind::TooLarge, "is longer than 200 bytes");
}

#[test]
fn long_names_and_sizes_are_read_in_every_dialect() {
    let path = format!("c/{}/a", "long".repeat(30));
    let gnu = tar()
        .raw("././@LongLink", b'L', "", path.len() as u64 + 1, format!("{path}\0").as_bytes())
        .file(&path[..100], "gnu");
    check(vec![gnu], "c", &[(&path[2..], "gnu")]);
    let record = |key: &str, value: &str| {
        let rest = format!(" {key}={value}\n");
        let mut length = rest.len() + 2;
        while format!("{length}{rest}").len() != length {
            length += 1;
        }
        format!("{length}{rest}")
    };
    let pax = |records: String| tar().raw("pax", b'x', "", records.len() as u64, records.as_bytes());
    check(vec![pax(record("path", &path)).file("short", "pax")], "c", &[(&path[2..], "pax")]);
    // The size of the header is a lie, by which two readers would see two archives.
    let content = Tar::default().file("c/hidden", "x").0;
    let hidden =
        pax(record("size", &content.len().to_string())).raw("c/a", b'0', "", 0, &content).file("c/b", "2");
    let found = lay(vec![hidden.end()], "c", &small()).unwrap();
    assert_eq!(texts(found).keys().collect::<Vec<_>>(), ["a", "b"]);
    refuse(
        vec![pax("9 x=1\n".to_owned()).file("c/a", "1")],
        "c",
        Kind::Corrupt,
        "a PAX header that is not one",
    );
    let sparse = pax(record("GNU.sparse.major", "1")).file("c/a", "1");
    refuse(vec![sparse], "c", Kind::Corrupt, "is a sparse file");
    // What holds for the whole archive is a comment in practice.
    let comment = record("comment", "abc");
    check(
        vec![tar().raw("g", b'g', "", comment.len() as u64, comment.as_bytes()).file("c/a", "1")],
        "c",
        &[("a", "1")],
    );
}

#[test]
fn what_is_too_large_ends_early() {
    let refuse = |layer: Vec<u8>, words: &str| {
        let error = lay(vec![layer], "c", &small()).unwrap_err();
        assert!(error.message.contains(words) && error.kind == Kind::TooLarge, "{error:?}");
    };
    refuse(tar().file("c/a", &"x".repeat(3001)).end(), "has more than 3000 bytes");
    refuse(
        tar().file("c/a", &"x".repeat(2500)).file("c/b", &"x".repeat(2500)).end(),
        "more than 4000 bytes together",
    );
    // Links to one file count like files.
    let copies =
        (0..3).fold(tar().file("c/a", &"x".repeat(1500)), |tar, n| tar.hard(&format!("c/{n}"), "c/a"));
    refuse(copies.end(), "more than 4000 bytes together");
    // A size that nothing stands behind.
    refuse(tar().raw("c/a", b'0', "", 8 << 30, b"").end(), "has more than 3000 bytes");
    refuse(tar().raw("x", b'0', "", 1 << 21, &vec![0; 1 << 21]).end(), "unpacks to more than 1048576 bytes");
    refuse((0..51).fold(tar(), |tar, n| tar.file(&format!("x/{n}"), "")).end(), "more than 50 files");
    refuse((0..51).fold(tar(), |tar, _| tar.file("x", "")).end(), "more than 50 files");
    // One entry, and a folder for each of its 90 parts.
    refuse(
        tar().file(&format!("x{}", "/x".repeat(45)), "").file(&format!("y{}", "/y".repeat(45)), "").end(),
        "more than 50 files",
    );
    let through = format!("{}x", "l/".repeat(30));
    let deep = tar().folder("a").link("l", &"a/../".repeat(19));
    refuse((0..20).fold(deep, |tar, _| tar.file(&through, "")).end(), "too many steps");
    // 128 MiB of zeros in two members of gzip.
    let zeros = vec![0; 64 << 20];
    let layer = Layer::new(&[File::new("x", &zeros)], 0, Compression::Gzip, None).unwrap();
    let gzip = layer.content().read().unwrap();
    assert!(gzip.len() < 100_000);
    let before = std::time::Instant::now();
    refuse([gzip.clone(), gzip].concat(), "unpacks to more than 1048576 bytes");
    assert!(before.elapsed().as_secs() < 5);
}

#[test]
fn what_is_no_archive_is_refused() {
    let good = tar().file("c/a", &"x".repeat(1000)).end();
    for (layer, words) in [
        (good[..700].to_vec(), "ends in the middle"),
        (good[..100].to_vec(), "ends in the middle"),
        ([&[7; 512], &good[..]].concat(), "checksum is wrong"),
        ([&[0; 512], &good[..]].concat(), "something behind its end"),
        (b"BZh91AY&SY".to_vec(), "compressed with bzip2"),
        (b"\xfd7zXZ\0\0".to_vec(), "compressed with xz"),
        (b"\x1f\x8b\x08\x00truncated".to_vec(), "ends in the middle"),
        (b"\x28\xb5\x2f\xfdno frame at all".to_vec(), "cannot be decompressed"),
    ] {
        let error = lay(vec![layer], "c", &small()).unwrap_err();
        assert!(error.message.contains(words) && error.message.contains("layer sha256:"), "{error}");
    }
    let error =
        unpack(&mut [packed("application/vnd.in-toto+json", good.clone())], &["c"], &small()).unwrap_err();
    assert!(error.message.contains("no layer of files but `application/vnd.in-toto+json`"), "{error}");
    // An end without empty blocks is one.
    let end = good.len() - 1024;
    assert_eq!(texts(lay(vec![good[..end].to_vec()], "c", &small()).unwrap()).len(), 1);
}

#[test]
fn compressors_are_known_by_their_bytes() {
    let archive = tar().file("c/a", "1").file("c/b", &"2".repeat(2000)).end();
    let gzip = |bytes: &[u8]| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    };
    let zstd =
        |bytes: &[u8]| ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest);
    let (head, tail) = archive.split_at(700);
    let skipped = [0x5f, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3].to_vec();
    let variants = [
        gzip(&archive),
        // Several members and frames, as parallel compressors and chunked layers have them.
        [gzip(head), gzip(tail)].concat(),
        zstd(&archive),
        [skipped.clone(), zstd(head), skipped.clone(), zstd(tail), skipped].concat(),
    ];
    for bytes in variants {
        let found = texts(lay(vec![bytes], "c", &small()).unwrap());
        assert_eq!((found["a"].as_str(), found["b"].len()), ("1", 2000));
    }
}

/// What one entry of a random layer is.
#[derive(Debug, Clone)]
enum Random {
    File(u8),
    Folder,
    Link(&'static str),
    Hard,
    Whiteout,
    Opaque,
}

fn random_layer() -> impl Strategy<Value = Vec<(String, Random)>> {
    // Names that begin with `f` are never folders, and those with `d` always: tar(1) and engines differ
    // there.
    let folder = prop::collection::vec(prop::sample::select(vec!["d0", "d1"]), 0..3);
    let entry = (folder, 0..3_usize, 0..20_u8, any::<u8>()).prop_map(|(folder, name, what, byte)| {
        let below = |name: String| folder.iter().map(|part| format!("{part}/")).collect::<String>() + &name;
        match what {
            0..10 => (below(format!("f{name}")), Random::File(byte)),
            10..12 => (below(format!("d{}", name % 2)), Random::Folder),
            12..14 => (below(format!("f{name}")), Random::Link(["f0", "f1", "d0/f2"][name])),
            14..15 => (below(format!("f{name}")), Random::Hard),
            15..18 => (below(format!("{}{}", ["f", "d"][usize::from(byte % 2)], name % 2)), Random::Whiteout),
            _ => (below(String::new()), Random::Opaque),
        }
    });
    prop::collection::vec(entry, 0..12)
}

/// The files below a folder on disk, links followed; none if one leads to no file.
fn on_disk(root: &Path, below: &str, files: &mut BTreeMap<String, Vec<u8>>) -> Option<()> {
    for entry in fs::read_dir(root.join(below)).unwrap().map(Result::unwrap) {
        let path = format!("{below}{}", entry.file_name().to_string_lossy());
        if entry.file_type().unwrap().is_dir() {
            on_disk(root, &format!("{path}/"), files)?;
        } else {
            files.insert(path, fs::read(entry.path()).ok()?);
        }
    }
    Some(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_layers_unpack_as_tar_unpacks_them(layers in prop::collection::vec(random_layer(), 1..4)) {
        let folder = Folder::new();
        let root = folder.path().join("root");
        fs::create_dir(&root).unwrap();
        let mut archives = Vec::new();
        for layer in &layers {
            let mut archive = tar();
            let mut last = None;
            // What a layer takes away goes before anything of it comes.
            for (path, what) in layer {
                let gone = root.join(path);
                match what {
                    Random::Whiteout if gone.symlink_metadata().is_ok_and(|found| found.is_dir()) => {
                        fs::remove_dir_all(gone).unwrap();
                    }
                    Random::Whiteout => drop(fs::remove_file(gone)),
                    Random::Opaque => {
                        let mut inside = BTreeMap::new();
                        if gone.is_dir() {
                            on_disk(&root, path, &mut inside);
                            for entry in fs::read_dir(&gone).unwrap().map(Result::unwrap) {
                                let path = entry.path();
                                if entry.file_type().unwrap().is_dir() {
                                    fs::remove_dir_all(path).unwrap();
                                } else {
                                    fs::remove_file(path).unwrap();
                                }
                            }
                        }
                    }
                    _ => {}
                }
            }
            for (path, what) in layer {
                let (above, name) = path.rsplit_once('/').map_or(("", path.as_str()), |(above, _)| {
                    (&path[..=above.len()], &path[above.len() + 1..])
                });
                archive = match what {
                    Random::File(byte) => {
                        last = Some(path.clone());
                        archive.file(path, &format!("content {byte}"))
                    }
                    Random::Folder => archive.folder(path),
                    Random::Link(target) => archive.link(path, target),
                    Random::Hard => match &last {
                        Some(last) if last != path => archive.hard(path, last),
                        _ => archive,
                    },
                    Random::Whiteout => archive.file(&format!("{above}.wh.{name}"), ""),
                    Random::Opaque => archive.file(&format!("{above}.wh..wh..opq"), ""),
                };
                // A link in the place of the last file may not be what tar(1) links to.
                if matches!(what, Random::Link(_)) && last.as_ref() == Some(path) {
                    last = None;
                }
            }
            let file = folder.write("layer.tar", archive.clone().end());
            output(Command::new("tar").args(["-x", "--exclude=.wh.*", "-f"]).arg(&file).arg("-C").arg(&root));
            archives.push(archive.end());
        }
        let mut expected = BTreeMap::new();
        let is_whole = on_disk(&root, "", &mut expected).is_some();
        match lay(archives, "/", &Limits::default()) {
            Ok(Unpacked::Folder(found)) => {
                prop_assert!(is_whole);
                let found: BTreeMap<_, _> = found.iter().map(|(path, bytes)| (path.clone(), bytes.to_vec())).collect();
                prop_assert_eq!(found, expected);
            }
            Ok(other) => prop_assert!(false, "{:?}", other),
            Err(error) => prop_assert!(!is_whole, "{}", error),
        }
    }

    #[test]
    fn noise_is_refused_and_nothing_worse(mut noise in prop::collection::vec(any::<u8>(), 0..3000), at in 0..2000_usize) {
        let _ = lay(vec![noise.clone()], "c", &small());
        let mut archive = tar().file("c/a", "1").link("c/b", "a").hard("c/d", "c/a").file("c/.wh.a", "").end();
        noise.truncate(7);
        for (byte, noise) in archive.iter_mut().skip(at).zip(&noise) {
            *byte ^= noise;
        }
        let _ = lay(vec![archive.clone(), archive], "c", &small());
    }
}
