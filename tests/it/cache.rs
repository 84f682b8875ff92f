//! The cache of pulled images: what is asked for again, what goes first, and who may use it at once.

use std::fs;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant, SystemTime};

use olmcat::diag::Report;
use olmcat::image;
use olmcat::load::{self, Image};
use olmcat::oci::{Blob, Cache, Place, Puller, Reference, Unpacked};
use olmcat::text::Sources;

use crate::image::{build, output, single};
use crate::pull::{demo_bundle, leftovers, options, puller, puller_with, push};
use crate::server::{Reply, Server};
use crate::support::{Folder, Olmcat};

#[test]
fn a_tag_is_asked_for_once_and_a_digest_never() {
    let server = Server::start(|_| None);
    let reference = server.reference();
    push(&demo_bundle(), &reference);
    let asked = |method: &str, part: &str| server.count(method, part);
    let before = (asked("HEAD", "/manifests/"), asked("GET", "/manifests/"), asked("GET", "/blobs/"));
    let folder = Folder::new();
    let pull = |puller: &Puller, reference: &Reference| {
        let pulled = puller.pull(&reference.clone().into()).unwrap();
        assert_eq!(pulled.digest, demo_bundle().digest());
        let found = puller.unpack(&pulled, &["manifests", "metadata"]).unwrap();
        assert!(found.iter().all(|found| matches!(found, Unpacked::Folder(files) if !files.is_empty())));
    };
    let first = puller(&folder);
    let both = [reference.clone(), reference.clone(), reference.clone()];
    first.each(&both, |reference| pull(&first, reference));
    assert_eq!(
        (asked("HEAD", "/manifests/"), asked("GET", "/manifests/"), asked("GET", "/blobs/")),
        (before.0 + 1, before.1 + 1, before.2 + 3)
    );
    pull(&puller(&folder), &reference);
    assert_eq!(
        (asked("HEAD", "/manifests/"), asked("GET", "/manifests/"), asked("GET", "/blobs/")),
        (before.0 + 2, before.1 + 1, before.2 + 3)
    );
    let total = server.log().len();
    pull(&puller(&folder), &reference.pinned(demo_bundle().digest()));
    assert_eq!(server.log().len(), total);
    // A blob that was damaged on disk is as good as none.
    let layer = single(&demo_bundle()).layers()[0].digest();
    let file = folder.path().join("cache/blobs/sha256").join(layer.hex());
    let mut bytes = fs::read(&file).unwrap();
    bytes[40] ^= 1;
    fs::write(&file, bytes).unwrap();
    pull(&puller(&folder), &reference.pinned(demo_bundle().digest()));
    assert_eq!(server.log().len(), total + 1);
    // A tag that moved is seen.
    push(&build(&image::Options::default()), &reference);
    assert_ne!(puller(&folder).pull(&reference.clone().into()).unwrap().digest, demo_bundle().digest());
    assert_eq!(leftovers(&folder.path().join("cache")), 0);
}

#[test]
fn the_least_recently_used_goes_first() {
    let folder = Folder::new();
    let at = |seconds: u64| SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000 + seconds);
    let blob = |letter: u8| Blob::new("x", vec![letter; 1000]);
    let add = |cache: &Cache, letter: u8| {
        let write = |file: &mut fs::File| {
            std::io::Write::write_all(file, blob(letter).bytes()).unwrap();
            Ok(())
        };
        cache.add(&blob(letter).digest(), write).unwrap()
    };
    for (time, letter) in [(1, b'a'), (2, b'b'), (3, b'c')] {
        add(&Cache::new(folder.path(), 3500, at(time)), letter);
    }
    let cache = Cache::new(folder.path(), 3500, at(4));
    let has = |letter: u8| {
        Cache::new(folder.path(), 0, at(4)).read(&blob(letter).digest(), 2000).unwrap().is_some()
    };
    let open = cache.open(&blob(b'a').digest()).unwrap().unwrap();
    let mut fourth = add(&cache, b'd');
    assert_eq!(cache.usage().unwrap().bytes, 3000);
    assert_eq!(fs::read_dir(folder.path().join("blobs/sha256")).unwrap().count(), 3);
    assert!(has(b'a') && !has(b'b') && has(b'c') && has(b'd'));
    // What is open stays readable when it is taken away.
    cache.clear().unwrap();
    let mut bytes = Vec::new();
    for mut file in [open, fourth.try_clone().unwrap()] {
        std::io::Read::read_to_end(&mut file, &mut bytes).unwrap();
    }
    assert_eq!(bytes, [[b'a'; 1000], [b'd'; 1000]].concat());
    std::io::Seek::rewind(&mut fourth).unwrap();
    // A blob that alone is too large serves once.
    let small = Cache::new(folder.path(), 10, at(5));
    let mut file = add(&small, b'e');
    bytes.clear();
    std::io::Read::read_to_end(&mut file, &mut bytes).unwrap();
    assert_eq!((bytes.len(), small.usage().unwrap().blobs), (1000, 0));
    // What is not ours stays, and what a killed process left goes.
    let foreign = folder.write("blobs/sha256/README", "mine");
    let abandoned = folder.write("parts/0123.99999-0.tmp", "half");
    add(&Cache::new(folder.path(), 3500, at(6)), b'f');
    assert!(!abandoned.exists());
    cache.clear().unwrap();
    assert!(foreign.exists() && cache.usage().unwrap().blobs == 0);
}

#[test]
fn several_processes_share_a_cache() {
    let server = Server::start(|_| None);
    let mut names: Vec<String> = Vec::new();
    for number in 0..4 {
        let reference = Reference::parse(&format!("{}/demo/demo:v{number}", server.host())).unwrap();
        let options = image::Options { epoch: Some(number), ..image::Options::default() };
        push(&build(&options), &reference);
        names.push(reference.to_string());
    }
    let folder = Folder::new();
    let cache = folder.path().join("cache");
    let expected = std::sync::Mutex::new(None);
    // With hardly any room, each takes away what the others just pulled.
    for size in ["1k", "4G"] {
        std::thread::scope(|scope| {
            for shift in 0..6 {
                let (cache, expected) = (&cache, &expected);
                let mut names = names.clone();
                names.rotate_left(shift % 4);
                scope.spawn(move || {
                    let arguments = ["render", "--cache", cache.to_str().unwrap(), "--cache-size", size];
                    let run = Olmcat::new(arguments.into_iter().chain(names.iter().map(String::as_str)))
                        .run()
                        .exits(0);
                    let mut expected = expected.lock().unwrap();
                    assert_eq!(*expected.get_or_insert(run.stdout()), run.stdout());
                });
            }
        });
        assert_eq!(leftovers(&cache), 0);
    }
    assert!(server.count("GET", "/blobs/") >= 8);
}

#[test]
fn an_interrupted_pull_leaves_nothing() {
    let artifact = demo_bundle();
    let layer = single(&artifact).layers()[0].digest().to_string();
    let silenced = layer.clone();
    let server = Server::start(move |asked| asked.is("GET", &silenced).then_some(Reply::Silence));
    push(&artifact, &server.reference());
    let folder = Folder::new();
    let cache = folder.path().join("cache");
    for signal in ["INT", "TERM", "KILL"] {
        let before = server.count("GET", &layer);
        // Who runs the tests in the background may have Ctrl-C ignored, and that would be inherited.
        let mut child = Command::new("env")
            .args(["--default-signal=INT,TERM", env!("CARGO_BIN_EXE_olmcat")])
            .args(["render", &server.reference().to_string(), "--cache"])
            .arg(&cache)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let until = Instant::now() + Duration::from_secs(20);
        // What comes before the layer is there for a moment only.
        let asked = || server.count("GET", &layer) > before;
        while !(asked() && leftovers(&cache) > 0) && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(10));
        }
        assert_ne!(leftovers(&cache), 0);
        output(Command::new("sh").args(["-c", &format!("kill -{signal} {}", child.id())]));
        let status = child.wait().unwrap();
        match signal {
            // Nobody can clean up then; the next run does.
            "KILL" => assert_ne!(leftovers(&cache), 0),
            _ => assert_eq!((status.code(), leftovers(&cache)), (Some(130), 0)),
        }
    }
    let puller = puller_with(&cache, options());
    let other = build(&image::Options::default());
    let elsewhere = Server::start(|_| None);
    push(&other, &elsewhere.reference());
    puller.pull(&elsewhere.reference().into()).unwrap();
    assert_eq!(leftovers(&cache), 0);
}

#[test]
fn many_images_come_at_once() {
    // Every answer takes its time, so that one after the other would take 24 times as long.
    let server = Server::start(|asked| {
        if asked.is("HEAD", "/manifests/") {
            std::thread::sleep(Duration::from_millis(200));
        }
        None
    });
    let bundle = demo_bundle();
    let references: Vec<Reference> = (0..24)
        .map(|number| Reference::parse(&format!("{}/demo/d:v{number}", server.host())).unwrap())
        .collect();
    let manifest = bundle.manifest();
    push(&bundle, &references[0]);
    for number in 1..24 {
        server.store(&format!("v{number}"), manifest.media_type(), manifest.bytes());
    }
    let (folder, sources, mut report) = (Folder::new(), Sources::default(), Report::default());
    let before = Instant::now();
    let places: Vec<Place> = references.iter().cloned().map(Place::from).collect();
    let images = load::images(&places, &puller(&folder), &sources, &mut report);
    assert!(before.elapsed() < Duration::from_millis(24 * 200 / 2), "{:?}", before.elapsed());
    for (image, reference) in images.into_iter().zip(&references) {
        let Ok(Image::Bundle(bundle)) = image else { panic!("{reference}") };
        assert_eq!(bundle.image, reference.to_string());
        assert!(sources.get(bundle.manifests[0].file).name().starts_with(&format!("{reference}:manifests/")));
    }
    // Each blob came once.
    assert_eq!(server.count("GET", "/blobs/"), 3);
}
