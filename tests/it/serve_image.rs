//! An image that serves itself: what it holds, and that it runs with nothing else, as OLM runs it.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;

use olmcat::image::{self, Options, Program};
use olmcat::oci::{Artifact, Platform, Source};
use serde_json::json;

use crate::image::{output, single, tiny};
use crate::serve::Served;
use crate::support::{Folder, Olmcat, data, root, skip, tool};

/// The static program, which `make dist` builds. In CI a missing one fails.
pub fn server() -> Option<PathBuf> {
    let folder = fs::read_dir(root().join("target/dist")).into_iter().flatten().flatten();
    let found = folder.map(|entry| entry.path()).find(|file| Program::new(fs::read(file).unwrap()).is_ok());
    if found.is_none() {
        assert!(std::env::var_os("CI").is_none_or(|ci| ci != "true"), "no static program: run `make dist`");
        skip("no static program; `make dist` builds it");
    }
    found
}

/// Builds the image of the small project into a layout.
fn build(server: &Path, layout: &Path, more: &[&str]) -> String {
    let server = server.display().to_string();
    let layout = layout.display().to_string();
    let args = ["build", "--flavour", "serve", "--server", &server, "--output", &layout];
    let run = Olmcat::new(args.iter().chain(more)).current_dir(&data("project")).run().exits(0);
    run.stdout().trim().to_owned()
}

#[test]
fn it_is_the_image_of_data_with_a_server_in_it() {
    let (Some(server), Some(skopeo)) = (server(), tool("skopeo")) else { return };
    let folder = Folder::new();
    let layout = folder.path().join("layout");
    let digest = build(&server, &layout, &[]);
    assert_eq!(build(&server, &layout, &[]), digest, "built twice, it is the same");
    let inspect = |more: &[&str]| -> serde_json::Value {
        let image = format!("oci:{}:latest", layout.display());
        let text = output(Command::new(&skopeo).arg("inspect").args(more).arg(&image));
        serde_json::from_str(&text).unwrap()
    };
    let config = inspect(&["--config"]);
    assert_eq!(config["architecture"], Platform::host().architecture.as_str());
    assert_eq!(
        config["config"],
        json!({
            "User": "1001",
            "ExposedPorts": {"50051/tcp": {}},
            "Env": ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
            "Entrypoint": ["/bin/opm"],
            "Cmd": ["serve", "/configs"],
            "WorkingDir": "/",
            "Labels": {"operators.operatorframework.io.index.configs.v1": "/configs"},
        })
    );
    // The layer with the catalog is that of the image of data.
    let data = folder.path().join("data");
    let args = ["build", "--output", data.to_str().unwrap()];
    let _ = Olmcat::new(args).current_dir(&crate::support::data("project")).run().exits(0);
    let image = format!("oci:{}:latest", data.display());
    let text = output(Command::new(&skopeo).arg("inspect").arg(&image));
    let plain: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(inspect(&[])["Layers"][1], plain["Layers"][0]);
    // Who reads a catalog from it finds the same.
    let list = |layout: &Path| {
        let args = ["list", "bundles", layout.to_str().unwrap()];
        Olmcat::new(args).current_dir(folder.path()).run().exits(0).stdout()
    };
    assert_eq!(list(&layout), list(&data));
    // Another server is another image.
    let other = folder.path().join("other");
    fs::write(&other, [fs::read(&server).unwrap(), b"x".to_vec()].concat()).unwrap();
    assert_ne!(build(&other, &layout, &[]), digest);
}

fn is_root() -> bool {
    output(Command::new("id").arg("-u")).trim() == "0"
}

/// How a process gets mounts of its own. Only root may become somebody else in a root of his own; others are root
/// there, and nobody outside.
fn namespace() -> &'static [&'static str] {
    if is_root() { &["-m"] } else { &["-rm"] }
}

/// Whether this machine lets us have them.
pub fn has_namespaces() -> bool {
    let has =
        Command::new("unshare").args(namespace()).arg("true").status().is_ok_and(|status| status.success());
    if !has {
        skip("no namespaces: `unshare` is not allowed");
    }
    has
}

/// A program of an unpacked image, in it as a read-only root but for `/tmp`, which is our own, and as a user whom it
/// does not know.
pub fn inside(rootfs: &Path, args: &[&str]) -> Command {
    let script = "mount --bind \"$1\" \"$1\" && mount -o remount,bind,ro \"$1\" && \
                  if test -d \"$1/tmp\"; then mount -t tmpfs -o mode=1777 tmpfs \"$1/tmp\"; fi && \
                  root=$1 && shift && ! touch \"$root/x\" 2>/dev/null && exec chroot \"$@\"";
    let mut command = Command::new("unshare");
    command.args(namespace()).args(["sh", "-ec", script, "sh"]).arg(rootfs);
    // `chroot` takes its options before the root, which the script has taken away.
    command.arg(if is_root() { "--userspec=12345:0" } else { "--userspec=0:0" });
    command.arg(rootfs).args(args).env_clear().env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
    command
}

#[test]
fn it_runs_with_nothing_else() {
    let (Some(server), Some(umoci)) = (server(), tool("umoci")) else { return };
    let is_root = is_root();
    if !has_namespaces() {
        return;
    }
    let folder = Folder::new();
    let layout = folder.path().join("layout");
    build(&server, &layout, &[]);
    let bundle = folder.path().join("bundle");
    let image = format!("{}:latest", layout.display());
    output(Command::new(umoci).args(["unpack", "--rootless", "--image", &image]).arg(&bundle));
    let rootfs = bundle.join("rootfs");
    let names: Vec<String> = fs::read_dir(&rootfs)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(names.len(), 3, "bin, configs and the index: {names:?}");
    let inside = |args: &[&str]| inside(&rootfs, args);
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port().to_string();
    let served = Served::run(inside(&["/bin/opm", "serve", "/configs", "-p", &free]));
    assert!(!served.log().contains("level=warn"), "the index fits:\n{}", served.log());
    let probe = inside(&["/bin/grpc_health_probe", &format!("-addr=:{free}")]).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&probe.stdout), "status: SERVING\n", "{probe:?}");
    let status = fs::read_to_string(format!("/proc/{}/status", served.child.id())).unwrap();
    assert!(!is_root || status.contains("Uid:\t12345\t12345\t12345\t12345"), "{status}");
    let address = format!("127.0.0.1:{free}");
    let mut client = olmcat::serve::Client::connect(&address, crate::serve::PATIENCE).unwrap();
    let mut ask = |method: &str, texts: &[&str]| {
        crate::serve::ask(&mut client, &format!("/api.Registry/{method}"), &[], texts).unwrap()
    };
    // What the image answers is what its catalog answers without the index.
    let plain = Served::start(&rootfs.join("configs"), &[]);
    for (method, texts) in [
        ("ListPackages", &[][..]),
        ("ListBundles", &[]),
        ("GetPackage", &["demo"]),
        ("GetBundleForChannel", &["demo", "stable-v0"]),
    ] {
        let found = ask(method, texts);
        assert!(!found.is_empty());
        assert_eq!(found, plain.ask(method, texts).unwrap(), "{method}");
    }
    drop(served);
    // oc-mirror puts a filtered catalog in the place of ours and knows nothing of the index.
    let catalog = rootfs.join("configs/demo/catalog.yaml");
    let text = fs::read_to_string(&catalog).unwrap();
    fs::write(&catalog, text + "---\nschema: more\n").unwrap();
    let served = Served::run(inside(&["/bin/opm", "serve", "/configs", "-p", "0"]));
    assert!(served.log().contains("the index does not fit and is made again"), "{}", served.log());
}

#[test]
fn a_server_must_need_nothing_else() {
    let folder = Folder::new();
    let layout = folder.path().join("layout");
    let args = |server: &[&str]| {
        let all = ["build", "--output", layout.to_str().unwrap()].into_iter().chain(server.iter().copied());
        Olmcat::new(all).current_dir(&data("project")).run().exits(2).stderr()
    };
    // This program is not static, and says what to do.
    let own = args(&["--flavour", "serve"]);
    assert!(own.contains("is not static: it needs a dynamic linker"), "{own}");
    assert!(
        own.contains("hint: `make dist` builds a static one in target/dist; name it with `--server FILE`")
    );
    let text = folder.write("text", "#!/bin/sh\n");
    let script = args(&["--flavour", "serve", "--server", text.to_str().unwrap()]);
    assert!(
        script.contains("text cannot be the program of an image: it is no program of a 64-bit Linux"),
        "{script}"
    );
    assert!(args(&["--server", text.to_str().unwrap()]).contains("add `--flavour serve`"));
    assert!(args(&["--flavour", "serve", "--server", "nowhere"]).contains("cannot read nowhere"));
}

/// The least head that a static program can have.
pub fn elf(machine: u8) -> Vec<u8> {
    let mut head = vec![0; 64];
    head[..6].copy_from_slice(b"\x7fELF\x02\x01");
    (head[16], head[18]) = (2, machine);
    head
}

#[test]
fn several_platforms_make_an_index() {
    let programs: Vec<Program> = [62, 183].map(|machine| Program::new(elf(machine)).unwrap()).to_vec();
    let make = |programs: &[Program], platforms: &[&str]| {
        let platforms = platforms.iter().map(|platform| platform.parse().unwrap()).collect();
        let files = tiny();
        let files: Vec<_> = files.iter().map(|(path, bytes)| (path.clone(), Source::Bytes(bytes))).collect();
        image::serving(&files, b"index", programs, &Options { platforms, ..Options::default() })
    };
    let Artifact::Index(index) = make(&programs, &[]).unwrap() else { panic!("not an index") };
    let layers =
        |child: &Artifact| single(child).layers().iter().map(|layer| layer.digest()).collect::<Vec<_>>();
    let children: Vec<_> = index.children().iter().map(layers).collect();
    assert_ne!(children[0][0], children[1][0]);
    assert_eq!(children[0][1..], children[1][1..], "catalog and index are shared");
    assert!(matches!(make(&programs, &["linux/arm64"]), Ok(Artifact::Image(_))));
    let why = |result: Result<Artifact, olmcat::oci::Error>| result.unwrap_err().message;
    assert_eq!(why(make(&programs[..1], &["linux/arm64"])), "there is no program for linux/arm64");
    assert_eq!(
        why(make(&[programs[0].clone(), programs[0].clone()], &[])),
        "there are two programs for linux/amd64"
    );
    assert_eq!(why(make(&[], &[])), "an image that runs needs a program");
    // A table of segments that leads out of the file, and other nonsense.
    let mut cut = elf(62);
    (cut[32], cut[54], cut[56]) = (64, 56, 1);
    for wrong in [cut, elf(3), b"\x7fELF".to_vec(), Vec::new()] {
        assert!(Program::new(wrong).is_err());
    }
}
