//! Disks and registries that do not take what they are given: an error, exit code 2, and what was
//! there before is there still.

use std::net::TcpListener;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::project::{BUNDLE, CATALOG, Project, TEMPLATE, error};
use crate::server::{Asked, Reply, Server, reply};
use crate::support::{Folder, Run, skip};

/// Files end after 512 bytes; the signal that would end us instead is ignored, as on a full disk.
const SMALL_FILES: &str = "trap '' XFSZ; ulimit -f 1";

/// A project of which everything is out of date.
fn stale() -> Project {
    let project = Project::new();
    project.folder.write(TEMPLATE, project.read(TEMPLATE).replace("Major", "Minor"));
    project
}

/// The commands that write.
const WRITERS: [&[&str]; 5] = [
    &["render"],
    &["build"],
    &["build", "--output", "new/folder/of/mine"],
    &["bundle", "add", BUNDLE, "--force", "--channel", "fast"],
    &["bundle", "add", "other", "--channel", "fast"],
];

/// Adds a further version to the folder `other`.
fn other(project: &Project) {
    project.copy("bundle", "other");
    let csv = "other/manifests/demo.clusterserviceversion.yaml";
    project.folder.write(csv, project.read(csv).replace("0.1.0", "0.2.0"));
}

#[test]
fn files_that_must_stay_small() {
    let project = stale();
    other(&project);
    for args in WRITERS {
        let told = project.error(args, SMALL_FILES);
        assert!(told.contains("cannot write ") && told.contains("File too large"), "{args:?}: {told}");
        assert!(told.contains("nothing was replaced"), "{told}");
    }
}

/// Whether we may mount what only we see.
fn may_mount() -> bool {
    let mut unshare = Command::new("unshare");
    let may = unshare.args(["-m", "mount", "-t", "tmpfs", "none", "/mnt"]).output();
    let may = may.is_ok_and(|output| output.status.success());
    if !may {
        skip("nothing can be mounted here; `ulimit -f` stands in for a full disk");
    }
    may
}

#[test]
fn a_full_disk() {
    if !may_mount() {
        return;
    }
    let project = stale();
    other(&project);
    let root = project.folder.path().display();
    let folder = Folder::new();
    let disk = folder.path().display();
    // The project moves to a disk that has room for it, and not for one more file.
    let script = format!(
        "set -e; mount -t tmpfs none {disk}; cp -a {root}/. {disk}; \
         used=$(du -sk {disk} | cut -f1); mount -o remount,size=$((used + 12))k {disk}; cd {disk}; \
         while dd if=/dev/zero of=fill bs=1k count=1 oflag=append conv=notrunc 2>/dev/null; do :; done; \
         find . -type f | sort | xargs sha256sum > /dev/shm/before-$$; set +e; \
         \"$0\" \"$@\"; code=$?; find . -type f | sort | xargs sha256sum | cmp - /dev/shm/before-$$; \
         same=$?; rm -f /dev/shm/before-$$; exit $((code + 100 * same))"
    );
    for args in WRITERS {
        let mut unshare = Command::new("unshare");
        unshare.args(["-m", "sh", "-c", &script, env!("CARGO_BIN_EXE_olmcat")]).args(args);
        let output = unshare.output().unwrap();
        let (out, told) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert_eq!((output.status.code(), out.as_ref()), (Some(2), ""), "{args:?}: {told}");
        assert!(told.contains("No space left on device"), "{args:?}: {told}");
        assert!(told.contains("hint: free some space; nothing was replaced"), "{told}");
    }
}

#[test]
fn a_disk_that_is_read_only() {
    if !may_mount() {
        return;
    }
    let project = stale();
    other(&project);
    let root = project.folder.path().display();
    for args in WRITERS {
        let mut unshare = Command::new("unshare");
        let script = format!(
            "mount --bind {root} {root} && mount -o remount,bind,ro {root} && cd {root} && exec \"$0\" \"$@\""
        );
        unshare.args(["-m", "sh", "-c", &script, env!("CARGO_BIN_EXE_olmcat")]).args(args);
        let output = unshare.output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{args:?}: {told}");
        assert!(
            told.contains("Read-only file system") && told.contains("hint: choose a"),
            "{args:?}: {told}"
        );
    }
}

#[test]
fn places_that_take_nothing() {
    let project = Project::new();
    for (place, words) in [
        ("catalog/olmcat.yaml", "is a file, not an OCI layout"),
        ("catalog/olmcat.yaml/x", "a file"),
        ("catalog", "is not empty and not an OCI layout"),
        ("/dev/full", "is a file, not an OCI layout"),
        ("/proc/olmcat", "cannot create /proc/olmcat"),
        ("/proc/olmcat/x", "cannot create /proc/olmcat"),
        ("..", "not an OCI layout"),
    ] {
        let told = project.error(&["build", "--output", place], "true");
        assert!(told.contains(words), "{place}: {told}");
    }
    // A layout whose index somebody else wrote.
    let index = project.read("target/image/index.json");
    for bad in ["", "[]", "{\"manifests\": 1}", "{\"manifests\": [{}]}", "\u{feff}{}"] {
        project.folder.write("target/image/index.json", bad);
        let told = project.error(&["build"], "true");
        assert!(told.contains("target/image/index.json is not the index of a layout"), "{told}");
        let told = project.error(&["push", "localhost:1/demo:v1", "--layout", "target/image"], "true");
        assert!(told.contains("target/image/index.json is not"), "{told}");
    }
    project.folder.write("target/image/index.json", index);
    // A folder where the rendered catalog should be.
    std::fs::remove_file(project.path(CATALOG)).unwrap();
    project.folder.write(&format!("{CATALOG}/inside"), "");
    let told = project.error(&["render"], "true");
    assert!(told.contains("cannot write catalog/demo/catalog.yaml: it is a folder"), "{told}");
}

#[test]
fn standard_output_that_is_full() {
    let project = Project::new();
    for args in [&["list", "bundles"][..], &["render", CATALOG], &["build"], &["validate", "catalog/demo/x"]]
    {
        project.folder.write("catalog/demo/x", "no blob");
        let told = project.error(args, "exec > /dev/full");
        assert!(told.contains("cannot write to standard output: No space left on device"), "{told}");
    }
}

/// Pushes what the project was built to, with little patience.
fn push(project: &Project, host: &str) -> Run {
    let reference = format!("{host}/demo/catalog:v1");
    let layout = ["push", &reference, "--layout", "target/image"];
    let before = Instant::now();
    let run = project.fails(&[&layout[..], &["--retries", "1", "--timeout", "1"]].concat(), 2, "true");
    assert!(before.elapsed() < Duration::from_secs(20), "it takes {:?}", before.elapsed());
    run
}

#[test]
fn a_registry_that_misbehaves() {
    let project = Project::new();
    type Fault = fn(&Asked) -> Option<Reply>;
    let faults: [(Fault, &str, &str); 9] = [
        (|_| Some(reply(401, &[], "")), "answered 401", "log in with olmcat, docker, podman or skopeo"),
        (
            |asked| asked.is("PUT", "manifests").then(|| reply(403, &[], "")),
            "answered 403",
            "the right to push",
        ),
        (
            |asked| asked.is("POST", "").then(|| reply(404, &[], "")),
            "answered 404",
            "check the host and the repository's name",
        ),
        (|_| Some(reply(404, &[], "")), "answered 404", "no registry answers there"),
        (
            |asked| asked.is("PUT", "").then(|| reply(429, &[("Retry-After", "1000")], "")),
            "answered 429; it asks to wait 1000 s",
            "wait some minutes",
        ),
        (
            |asked| asked.is("PUT", "").then(|| reply(500, &[], "")),
            "answered 500 (tried 2 times)",
            "try again later",
        ),
        (|asked| asked.is("HEAD", "").then(|| reply(503, &[], "<html>")), "answered 503", "try again later"),
        (|asked| asked.is("PUT", "").then_some(Reply::Broken(10)), "(tried 2 times)", "try again"),
        (
            |asked| asked.is("PUT", "").then_some(Reply::Silence),
            "did not answer within 1 s",
            "try again later",
        ),
    ];
    for (fault, words, hint) in faults {
        let server = Server::start(fault);
        server.store("v1", "application/vnd.oci.image.manifest.v1+json", b"what was there before");
        let told = error(&push(&project, &server.host()));
        assert!(told.contains("error: cannot ") && told.contains(&server.host()), "{told}");
        assert!(told.contains(words), "{words}: {told}");
        assert!(told.split("hint: ").nth(1).unwrap().contains(hint), "{hint}: {told}");
        assert_eq!(server.stored("v1"), "what was there before");
    }
}

#[test]
fn a_registry_that_is_down() {
    let project = Project::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let host = listener.local_addr().unwrap().to_string();
    drop(listener);
    let told = error(&push(&project, &host));
    assert!(told.contains(&format!("{host} refused the connection (tried 2 times)")), "{told}");
    assert!(told.contains("hint: check that the registry runs"), "{told}");
    let told = error(&push(&project, "registry.invalid"));
    assert!(told.contains("registry.invalid"), "{told}");
    assert!(told.contains("is not known") || told.contains("did not accept a connection"), "{told}");

    // One that takes the connection and says nothing, and one that says what is not HTTP.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let told = error(&push(&project, &silent.local_addr().unwrap().to_string()));
    assert!(told.contains("did not answer within 1 s (tried 2 times)"), "{told}");
    let rude = TcpListener::bind("127.0.0.1:0").unwrap();
    let host = rude.local_addr().unwrap().to_string();
    std::thread::spawn(move || {
        rude.incoming().flatten().for_each(|mut stream| {
            let _ = std::io::Write::write_all(&mut stream, b"220 mail.example ESMTP\r\n");
        })
    });
    let told = error(&push(&project, &host));
    assert!(told.contains(&host) && told.contains("hint: "), "{told}");
}

#[test]
fn a_push_that_broke_off_goes_on() {
    let project = Project::new();
    let server = Server::start(|_| None);
    server.cut("session", 100, 1);
    let reference = format!("{}/demo/catalog:v1", server.host());
    let args = ["push", &reference, "--layout", "target/image"];
    project.fails(&[&args[..], &["--retries", "0"]].concat(), 2, "true");
    let digest = project.olmcat(&args).run().exits(0).stdout();
    assert_eq!(digest, project.olmcat(&["build"]).run().exits(0).stdout());
    assert!(server.stored("v1").contains("mediaType"));
}
