//! The image of the tool: what it holds, and that it works with nothing else.

use std::fs;
use std::path::Path;
use std::process::Command;

use olmcat::image::{self, Authorities, Options, Program};
use olmcat::oci::{Artifact, Platform};
use serde_json::json;

use crate::image::{output, single};
use crate::registry::{Registry, certificates};
use crate::serve_image::{elf, has_namespaces, inside, server};
use crate::support::{Folder, Olmcat, data, tool};

/// Makes the image of the static program, with the authority of a folder of certificates.
fn build(program: &Path, folder: &Folder, more: &[&str]) -> String {
    let place = folder.path().join("tool.tar").display().to_string();
    let program = program.display().to_string();
    let args = ["tool-image", "--output", &place, "--program", &program, "--authorities", "ca.crt"];
    let run = Olmcat::new(args.iter().chain(more)).current_dir(folder.path()).run().exits(0);
    run.stdout().trim().to_owned()
}

#[test]
fn it_holds_the_tool_and_its_authorities() {
    let (Some(program), Some(skopeo), Some(_)) = (server(), tool("skopeo"), tool("openssl")) else { return };
    let folder = Folder::new();
    certificates(folder.path());
    let more =
        ["--label", "maintainer=us", "--annotation", "version=0.1.0", "--source-date-epoch", "1700000000"];
    let digest = build(&program, &folder, &more);
    assert_eq!(build(&program, &folder, &more), digest, "built twice, it is the same");
    let image =
        format!("oci-archive:{}:{}", folder.path().join("tool.tar").display(), env!("CARGO_PKG_VERSION"));
    let inspect = |more: &str| -> serde_json::Value {
        serde_json::from_str(&output(Command::new(&skopeo).args(["inspect", more, &image]))).unwrap()
    };
    let config = inspect("--config");
    assert_eq!(config["architecture"], Platform::host().architecture.as_str());
    assert_eq!(
        config["config"],
        json!({
            "User": "1001",
            "Env": ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/tmp"],
            "Entrypoint": ["/bin/olmcat"],
            "WorkingDir": "/work",
            "Labels": {"maintainer": "us"},
        })
    );
    let annotations = &inspect("--raw")["annotations"];
    assert_eq!(annotations["org.opencontainers.image.version"], "0.1.0");
    assert_eq!(annotations["org.opencontainers.image.created"], "2023-11-14T22:13:20Z");
}

#[test]
fn it_talks_to_registries_with_nothing_else() {
    let (Some(program), Some(umoci), Some(_)) = (server(), tool("umoci"), tool("openssl")) else { return };
    let tls = ", tls: {certificate: DIR/srv.crt, key: DIR/srv.key}";
    let Some(registry) = Registry::start(tls, "", certificates) else { return };
    if !has_namespaces() {
        return;
    }
    build(&program, &registry.folder, &[]);
    // umoci knows no archives.
    let layout = registry.folder.path().join("layout");
    let (archive, copy) = (registry.folder.path().join("tool.tar"), format!("oci:{}:tool", layout.display()));
    let _ = Olmcat::new(["copy", archive.to_str().unwrap(), &copy]).run().exits(0);
    let bundle = registry.folder.path().join("bundle");
    let image = format!("{}:tool", layout.display());
    output(Command::new(umoci).args(["unpack", "--rootless", "--image", &image]).arg(&bundle));
    let rootfs = bundle.join("rootfs");
    // As a runtime mounts them: a project, and the names of hosts.
    crate::console::copy(&data("project"), &rootfs.join("work"));
    fs::write(rootfs.join("etc/hosts"), "127.0.0.1 registry.example\n").unwrap();
    let run = |args: &[&str]| inside(&rootfs, args).env("HOME", "/tmp").output().unwrap();
    let reference = format!("registry.example:{}/demo/catalog:v1", registry.port);
    let push = run(&["/bin/olmcat", "--project", "/work", "push", &reference]);
    assert!(push.status.success(), "{push:?}");
    let inspect = run(&["/bin/olmcat", "inspect", &reference]);
    let (digest, shown) =
        (String::from_utf8(push.stdout).unwrap(), String::from_utf8(inspect.stdout).unwrap());
    assert!(digest.starts_with("sha256:") && shown.contains(digest.trim()), "{digest}{shown}");
    // What was pulled is kept in the home folder, and opm is another name.
    let list = run(&["/bin/opm", "alpha", "list", "channels", &reference]);
    assert!(String::from_utf8_lossy(&list.stdout).contains("stable-v0"), "{list:?}");
    // A catalog can be put on it, and it serves it as opm does.
    let based = registry.folder.path().join("based").display().to_string();
    let from = ["build", "--from", archive.to_str().unwrap(), "--output", &based];
    let _ = Olmcat::new(from).current_dir(&data("project")).run().exits(0);
    let shown = Olmcat::new(["inspect", &based]).env("HOME", registry.folder.path()).run().exits(0).stdout();
    assert!(shown.contains("entrypoint   [\"/bin/opm\"]"), "{shown}");
    // Who trusts nobody is told what to do.
    fs::remove_dir_all(rootfs.join("etc/ssl")).unwrap();
    let alone = run(&["/bin/olmcat", "inspect", "--retries", "0", &reference]);
    let error = String::from_utf8_lossy(&alone.stderr);
    assert!(alone.status.code() == Some(2) && error.contains("set SSL_CERT_FILE"), "{error}");
}

#[test]
fn it_is_made_for_several_platforms_and_of_nothing_else() {
    let programs: Vec<Program> = [62, 183].map(|machine| Program::new(elf(machine)).unwrap()).to_vec();
    let pem = b"-----BEGIN CERTIFICATE-----\n";
    let authorities = Authorities::new(pem.to_vec()).unwrap();
    let Artifact::Index(index) = image::tool(&programs, &authorities, &Options::default()).unwrap() else {
        panic!("not an index")
    };
    let layers =
        |child: &Artifact| -> Vec<_> { single(child).layers().iter().map(|layer| layer.digest()).collect() };
    let children: Vec<_> = index.children().iter().map(layers).collect();
    assert_eq!(children[0][0], children[1][0], "the authorities are shared");
    assert_ne!(children[0][1], children[1][1]);
    assert!(image::tool(&[], &authorities, &Options::default()).is_err());
    let why = |pem: &[u8]| Authorities::new(pem.to_vec()).unwrap_err();
    assert_eq!(why(b"text"), "holds no certificate in PEM");
    let both = [pem.as_slice(), b"-----BEGIN RSA PRIVATE KEY-----\n"].concat();
    assert_eq!(why(&both), "holds a private key, which everybody could read");
}
