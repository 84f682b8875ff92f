//! What an image can be besides the usual: on a base, in docker's format, with other layers.

use std::fs;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use olmcat::image::{Base, Options};
use olmcat::oci::{Artifact, Compression, Digest, Format, Platform, Source, layout};

use crate::image::{build, catalog, output, single, tiny};
use crate::places::{olmcat, skopeo_agrees};
use crate::registry::Registry;
use crate::support::{Folder, Olmcat, skip, tool};

/// What users of several machines have in common is the digest.
#[test]
fn time_user_and_umask_leave_no_trace() {
    let project = Folder::new();
    for part in ["bundles", "catalog"] {
        crate::console::copy(&crate::support::data("project").join(part), &project.path().join(part));
    }
    let expected = olmcat(&project, &["build", "--compression", "zstd", "--output", "oci:first"]);
    let first = fs::read(project.path().join("first/index.json")).unwrap();
    let archive = olmcat(&project, &["build", "--output", "first.tar"]);
    let bytes = fs::read(project.path().join("first.tar")).unwrap();
    let touch = "find . -exec touch -d 2001-02-03 {} + ; umask 077";
    output(Command::new("sh").args(["-c", touch]).current_dir(project.path()));
    let _ = Command::new("chown").args(["-R", "1234:1234", "."]).current_dir(project.path()).status();
    let mut probe = Command::new(env!("CARGO_BIN_EXE_olmcat"));
    let can_be_another = probe.arg("--version").current_dir(project.path()).uid(1234).gid(1234).output();
    if can_be_another.is_err() {
        skip("only root can run the program as another user");
    }
    let again = |output: &str, args: &[&str]| {
        let run = Olmcat::new(["build", "--output", output].iter().chain(args))
            .current_dir(project.path())
            .env("TZ", "Pacific/Auckland")
            .env("LC_ALL", "tr_TR.UTF-8")
            .env("USER", "somebody")
            .behind("umask 077");
        let run = if can_be_another.is_ok() { run.user(1234) } else { run };
        run.run().exits(0).stdout().trim().to_owned()
    };
    assert_eq!(again("oci:second", &["--compression", "zstd"]), expected);
    assert_eq!(fs::read(project.path().join("second/index.json")).unwrap(), first);
    assert_eq!(again("second.tar", &[]), archive);
    assert!(fs::read(project.path().join("second.tar")).unwrap() == bytes);
}

/// A base that a registry could hold: two layers, entrypoint, user and labels of its own.
fn base(format: Format) -> Artifact {
    let of = |text: &[u8], platforms: Vec<Platform>| {
        let options = Options { platforms, format, ..Options::default() };
        let annotations = [("operators.operatorframework.io.bundle.package.v1".to_owned(), "x".to_owned())];
        let files = [("manifests/x".to_owned(), text.to_vec()), ("metadata/y".to_owned(), text.to_vec())];
        olmcat::image::bundle(&files, &annotations.into(), &options).unwrap()
    };
    of(b"base", vec![Platform::linux("amd64"), Platform::linux("arm64")])
}

#[test]
fn a_catalog_lies_on_a_base() {
    let (Some(registry), Some(umoci)) = (Registry::plain(), tool("umoci")) else { return };
    let folder = Folder::new();
    for (format, out) in
        [(Format::Oci, Format::Oci), (Format::Docker, Format::Oci), (Format::Oci, Format::Docker)]
    {
        let below = base(format);
        let options = Options {
            base: Some(Base { name: "quay.io/x/opm".to_owned(), artifact: below.clone() }),
            format: out,
            ..Options::default()
        };
        let artifact = build(&options);
        let images = artifact.platforms().unwrap();
        assert_eq!(images.len(), 2);
        for ((platform, image), (_, under)) in images.iter().zip(below.platforms().unwrap()) {
            let digests = |image: &olmcat::oci::Image| -> Vec<Digest> {
                image.layers().iter().map(|layer| layer.digest()).collect()
            };
            assert_eq!(digests(image)[..2], digests(under)[..], "byte for byte");
            assert_eq!(digests(image)[2], single(&build(&Options::default())).layers()[0].digest());
            let config: serde_json::Value = serde_json::from_slice(image.config().bytes()).unwrap();
            assert_eq!(config["config"]["Entrypoint"], serde_json::json!(["/bin/opm"]));
            assert_eq!(config["config"]["Cmd"], serde_json::json!(["serve", "/configs"]));
            assert_eq!(
                config["config"]["Labels"]["operators.operatorframework.io.index.configs.v1"],
                "/configs"
            );
            assert_eq!(config["config"]["Labels"]["operators.operatorframework.io.bundle.package.v1"], "x");
            assert_eq!(config["architecture"], platform.architecture);
            assert_eq!(config["rootfs"]["diff_ids"].as_array().unwrap().len(), 3);
            assert_eq!(config["history"].as_array().unwrap().len(), 3);
            if out == Format::Oci {
                let manifest: serde_json::Value = serde_json::from_slice(image.manifest().bytes()).unwrap();
                assert_eq!(
                    manifest["annotations"]["org.opencontainers.image.base.digest"],
                    under.manifest().digest().to_string()
                );
            }
        }
        let one = Artifact::Image(images[0].1.clone());
        if out == Format::Oci {
            let name = format!("{format:?}").to_lowercase();
            layout::write(&folder.path().join("on"), &one, &name).unwrap();
            let image = format!("{}:{name}", folder.path().join("on").display());
            let bundle = folder.path().join(&name);
            output(Command::new(&umoci).args(["unpack", "--rootless", "--image", &image]).arg(&bundle));
            assert_eq!(fs::read(bundle.join("rootfs/manifests/x")).unwrap(), b"base");
            assert!(bundle.join("rootfs/configs/demo/catalog.yaml").is_file());
        }
        let reference = registry.reference(&format!("demo/{format:?}{out:?}:v1").to_lowercase());
        layout::write(&folder.path().join("all"), &artifact, "all").unwrap();
        olmcat(&folder, &["copy", "all", &reference.to_string()]);
        skopeo_agrees(&format!("docker://{reference}"), artifact.digest());
    }
    let catalog_base = Base { name: "x".to_owned(), artifact: build(&Options::default()) };
    let error = catalog(&tiny(), &Options { base: Some(catalog_base), ..Options::default() }).unwrap_err();
    assert!(error.message.contains("it is a catalog image"), "{error}");
}

/// The layers of a base in the same registry are mounted; those of another are carried over.
#[test]
fn a_base_is_mounted() {
    let (Some(one), Some(two)) = (Registry::plain(), Registry::plain()) else { return };
    let folder = Folder::new();
    for part in ["bundles", "catalog"] {
        crate::console::copy(&crate::support::data("project").join(part), &folder.path().join(part));
    }
    let below = base(Format::Oci);
    let reference = one.reference("base/opm:v1");
    layout::write(&folder.path().join("base"), &below, "v1").unwrap();
    olmcat(&folder, &["copy", "base", &reference.to_string()]);
    let from = reference.pinned(below.digest()).to_string();
    let targets = [one.reference("demo/c:v1").to_string(), two.reference("demo/c:v1").to_string()];
    let digest = olmcat(&folder, &["push", &targets[0], &targets[1], "--tag", "v2,v3", "--from", &from]);
    for name in ["v1", "v2", "v3"] {
        for registry in [&one, &two] {
            skopeo_agrees(
                &format!("docker://{}", registry.reference(&format!("demo/c:{name}"))),
                digest.parse().unwrap(),
            );
        }
    }
    let run = Olmcat::new(["build", "--from", &reference.to_string(), "--output", "oci:x"])
        .current_dir(folder.path());
    let run = run.env("OLMCAT_CACHE", folder.path().join("cache")).run().exits(2);
    assert!(run.stderr().contains(&from), "{}", run.stderr());
}

/// As in `image::golden_digests`: think twice. That of zstd changes with the library.
#[test]
fn flavours_have_golden_digests() {
    let of = |compression, format, base| build(&Options { compression, format, base, ..Options::default() });
    let below = Base { name: "quay.io/x/opm".to_owned(), artifact: base(Format::Oci) };
    let found = [
        of(Compression::Zstd, Format::Oci, None),
        of(Compression::None, Format::Oci, None),
        of(Compression::Gzip, Format::Docker, None),
        of(Compression::Gzip, Format::Oci, Some(below)),
    ];
    let found = found.map(|artifact| artifact.digest().to_string());
    let expected = [
        "sha256:738eb2c504861915c0f505e05aee9909df5d0bef1d167a22bf8341cc3053597b",
        "sha256:ba48c070d9a9673215ac70eaea80077ca3e426e4be542ce348b0a7e142ea025b",
        "sha256:82eb0eccfa221c0a83d1876e0d61e863944404b099669a1a5aa0ab20969fdbfa",
        "sha256:39744dc457f0f399f05ae6cef763a7c144c09135999d7d3ae1480c96f373f32d",
    ];
    assert_eq!(found, expected);
}

/// A layer that is too large to be held is in a file without a name, and the bytes are the same.
#[test]
fn large_layers_are_not_held() {
    let noise: Vec<u8> = (0..20_000_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let folder = Folder::new();
    for compression in [Compression::Zstd, Compression::Gzip, Compression::None] {
        let of = |spool: Option<&Path>, step: usize| {
            let write = |sink: &mut dyn std::io::Write| {
                noise.chunks(step).for_each(|part| sink.write_all(part).unwrap());
                Ok(())
            };
            let files = [("noise".to_owned(), Source::Written(noise.len() as u64, &write))];
            let spool = spool.map(Path::to_owned);
            olmcat::image::catalog(&files, &Options { compression, spool, ..Options::default() }).unwrap()
        };
        let (held, kept) = (of(None, 1 << 20), of(Some(folder.path()), 4099));
        assert_eq!(held.digest(), kept.digest(), "{compression:?}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "the file has no name");
        single(&kept).layers()[0].verify().unwrap();
        assert_eq!(single(&kept).layers()[0].read().unwrap(), single(&held).layers()[0].read().unwrap());
    }
}

#[test]
fn docker_knows_less() {
    let options = Options { format: Format::Docker, compression: Compression::Zstd, ..Options::default() };
    assert!(catalog(&tiny(), &options).unwrap_err().message.contains("no layers of zstd"));
    let annotations = [("a.b".to_owned(), "c".to_owned())].into();
    let options = Options { format: Format::Docker, annotations, ..Options::default() };
    assert!(catalog(&tiny(), &options).unwrap_err().message.contains("no annotations"));
}
