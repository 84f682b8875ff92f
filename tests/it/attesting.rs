//! `olmcat attest`, and what `olmcat push` publishes beside an image: bills of materials and provenance.

use std::fs;
use std::path::Path;
use std::process::Command;

use olmcat::image::Options;
use olmcat::oci::Reference;
use olmcat::oci::remote::Login;
use serde_json::{Value, json};

use crate::console::copy;
use crate::image::build;
use crate::registry::{Registry, connect};
use crate::signing::Scene;
use crate::support::{Folder, Olmcat, data};
use crate::trust::{keys, message_of, openssl_verifies};

/// The statement of an attestation, which `openssl` has verified.
fn statement(scene: &Scene, envelope: &[u8]) -> Value {
    let (message, signature) = message_of(&serde_json::from_slice(envelope).unwrap());
    assert!(openssl_verifies(&scene.public, &message, &signature));
    let start = message.iter().position(|byte| *byte == b'{').unwrap();
    serde_json::from_slice(&message[start..]).unwrap()
}

fn project() -> Folder {
    let folder = Folder::new();
    for part in ["bundles", "catalog"] {
        copy(&data("project").join(part), &folder.path().join(part));
    }
    folder
}

#[test]
fn one_command_publishes_everything() {
    let Some(registry) = Registry::plain() else { return };
    let Some(scene) = Scene::new(build(&Options::default())) else { return };
    let project = project();
    let root = project.path().display().to_string();
    let reference = registry.reference("demo/catalog:v1");
    let (place, key) = (reference.to_string(), scene.private.display().to_string());
    let push = ["push", &place, "--project", &root, "--sign-key", &key, "--sbom", "--provenance"];
    let plan = scene.run(&[&push[..], &["--dry-run"]].concat()).exits(0).stdout();
    assert_eq!(plan.lines().filter(|line| line.starts_with("attach  ")).count(), 3, "{plan}");
    assert!(plan.contains("attach  a signature to ") && plan.contains(".sig\n") && plan.contains(".att\n"));
    let elsewhere = registry.reference("demo/copy:v1").to_string();
    let more = [&elsewhere, "--tag", "v2,v3", "--dry-run"];
    let plan = scene.run(&[&push[..], &more].concat()).exits(0).stdout();
    let planned = plan.lines().filter(|line| line.starts_with("attach  ")).count();
    assert_eq!(planned, 6, "once in each repository: {plan}");
    assert!(scene.verify(&place, &[]).exits(2).stderr().contains("there is no"));

    let digest = scene.run(&push).exits(0).stdout().trim().to_owned();
    let artifact = |digest: &str| {
        let pinned = Reference::parse(&format!("{}@{digest}", place.strip_suffix(":v1").unwrap())).unwrap();
        connect(&pinned, Login::Anonymous).get_manifest(&pinned).unwrap()
    };
    assert_eq!(artifact(&digest).digest().to_string(), digest);
    let wanted = ["--attestation", "sbom,slsaprovenance,cyclonedx"];
    assert_eq!(scene.verify(&place, &wanted).exits(0).stdout().trim(), digest);
    let run = scene.verify(&place, &["--attestation", "spdx"]).exits(1);
    assert!(run.stdout().contains("no attestation `spdx` of this key"), "{}", run.stdout());

    let list = || scene.run(&["referrers", &place]).exits(0).stdout();
    let listed = list();
    assert_eq!(listed.lines().count(), 4, "{listed}");
    // Once more changes nothing, and `attest` says the same.
    scene.run(&push).exits(0);
    for kind in ["sbom", "slsaprovenance"] {
        let args = ["attest", &place, "--type", kind, "--key", &key, "--project", &root];
        assert_eq!(scene.run(&args).exits(0).stdout().trim(), digest);
    }
    assert_eq!(list(), listed);

    let att = listed.lines().filter(|line| line.contains("dsse"));
    let mut kinds = Vec::new();
    for line in att {
        let text = scene.run(&["referrers", &place, "--print", &line[..71]]).exits(0).stdout();
        let statement = statement(&scene, text.as_bytes());
        assert_eq!(statement["subject"][0]["digest"]["sha256"], digest.strip_prefix("sha256:").unwrap());
        kinds.push(statement["predicateType"].as_str().unwrap().to_owned());
        if statement["predicateType"] == "https://slsa.dev/provenance/v1" {
            check_provenance(&statement["predicate"], project.path());
        }
    }
    kinds.sort();
    assert_eq!(kinds, ["https://cyclonedx.org/bom", "https://slsa.dev/provenance/v1"]);

    // Whose project builds something else does not know how it was built.
    let run = scene.run(&[
        "attest",
        &place,
        "--type",
        "slsaprovenance",
        "--key",
        &key,
        "--project",
        &root,
        "--label",
        "a=b",
    ]);
    assert!(run.exits(2).stderr().contains("the project builds sha256:"));
    // A bundle instead, of whatever a file says.
    let said = "{\"tested\": 123456789012345678901234567890, \"by\": 1, \"by\": 2}";
    fs::write(scene.folder.path().join("said.json"), said).unwrap();
    let own =
        ["--type", "https://example.com/tested", "--predicate", "said.json", "--signature-format", "bundle"];
    scene.run(&[&["attest", &place, "--key", &key][..], &own].concat()).exits(0);
    scene.verify(&place, &["--attestation", "https://example.com/tested"]).exits(0);
    let found = list().lines().find(|line| line.contains("example.com/tested")).unwrap()[..71].to_owned();
    let bundle = scene.run(&["referrers", &place, "--print", &found]).exits(0).stdout();
    let bundle: Value = serde_json::from_str(&bundle).unwrap();
    let message = String::from_utf8(message_of(&bundle["dsseEnvelope"]).0).unwrap();
    assert!(message.contains(said), "{message}");
    // What says how an image is built says nothing where none is.
    for (option, value) in [
        ("target", "nosuch"),
        ("onto", "nonsense:x"),
        ("server", "x"),
        ("image-format", "docker"),
        ("builder-id", "urn:x"),
    ] {
        for kind in [&["--type", "sbom"][..], &own[..4]] {
            let option = format!("--{option}");
            let args = [&["attest", &place, "--key", &key][..], kind, &[&option, value]].concat();
            let run = scene.run(&args).exits(2);
            assert!(
                run.stderr().contains(&format!("`{option}` says how an image is built")),
                "{}",
                run.stderr()
            );
        }
    }
    let run = scene.run(&["attest", &place, "--key", &key, "--type", "nonsense"]).exits(2);
    assert!(run.stderr().contains("`nonsense` is not a type of attestation"), "{}", run.stderr());
}

/// What SLSA's provenance must have, and digests as other programs compute them.
fn check_provenance(predicate: &Value, project: &Path) {
    let build = &predicate["buildDefinition"];
    assert!(build["buildType"].as_str().unwrap().contains(':'));
    assert_eq!(build["externalParameters"]["compression"], "gzip");
    assert!(predicate["runDetails"]["builder"]["id"].as_str().unwrap().contains(':'));
    let inputs = build["resolvedDependencies"].as_array().unwrap();
    let names: Vec<&str> = inputs.iter().map(|input| input["name"].as_str().unwrap()).collect();
    assert!(
        names.contains(&"catalog/olmcat.yaml") && names.contains(&"catalog/demo/template.yaml"),
        "{names:?}"
    );
    let mut bundles = 0;
    for input in inputs {
        let path = project.join(input["name"].as_str().unwrap());
        let (script, digest) = match path.is_dir() {
            // The recipe of in-toto's specification for `dirHash`.
            true => (
                "find . -type f | cut -c3- | LC_ALL=C sort | xargs -r sha256sum | sha256sum",
                &input["digest"]["dirHash"],
            ),
            false => ("sha256sum < \"$0\"", &input["digest"]["sha256"]),
        };
        bundles += usize::from(path.is_dir());
        let folder = if path.is_dir() { path.clone() } else { project.to_owned() };
        let output = Command::new("sh").args(["-c", script]).arg(&path).current_dir(folder).output().unwrap();
        let sum = String::from_utf8(output.stdout).unwrap();
        assert_eq!(digest.as_str().unwrap(), &sum[..64], "{input}");
    }
    assert!(bundles >= 2, "{names:?}");
}

#[test]
fn without_a_key_documents_are_attached_as_they_are() {
    let Some(registry) = Registry::plain() else { return };
    let project = project();
    let (root, place) =
        (project.path().display().to_string(), registry.reference("demo/catalog:v1").to_string());
    let run = |args: &[&str]| Olmcat::new(args).env("OLMCAT_CACHE", project.path().join("cache")).run();
    for _ in 0..2 {
        run(&[
            "push",
            &place,
            "--project",
            &root,
            "--sbom=spdx",
            "--provenance",
            "--builder-id",
            "https://ci.example/x",
        ])
        .exits(0);
    }
    let list = run(&["referrers", &place, "--format", "json"]).exits(0).stdout();
    let list: Value = serde_json::from_str(&list).unwrap();
    let kinds: Vec<&str> = list.as_array().unwrap().iter().map(|row| row["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["application/spdx+json", "application/vnd.in-toto+json"]);
    let print = |row: usize| -> Value {
        let digest = list[row]["digest"].as_str().unwrap();
        serde_json::from_str(&run(&["referrers", &place, "--print", digest]).exits(0).stdout()).unwrap()
    };
    let printed = run(&["sbom", &place, "--sbom-format", "spdx"]).exits(0).stdout();
    assert_eq!(print(0), serde_json::from_str::<Value>(&printed).unwrap());
    // Another tag of the same image has the same bill.
    let dated = registry.reference("demo/catalog:2026-01-02").to_string();
    run(&["push", &dated, "--project", &root, "--sbom=spdx"]).exits(0);
    let again = run(&["referrers", &place, "--format", "json"]).exits(0).stdout();
    assert_eq!(serde_json::from_str::<Value>(&again).unwrap(), list);
    assert_eq!(print(1)["predicate"]["runDetails"]["builder"]["id"], "https://ci.example/x");

    // What is added to a published catalog is made of that, too: by its digest.
    let digest = run(&["inspect", &place, "--format", "json"]).exits(0).stdout();
    let digest: Value = serde_json::from_str(&digest).unwrap();
    let digest = digest["digest"].as_str().unwrap().strip_prefix("sha256:").unwrap().to_owned();
    let more = registry.reference("demo/more:v1").to_string();
    run(&["push", &more, "--project", &root, "--onto", &place, "--provenance"]).exits(0);
    let list = run(&["referrers", &more]).exits(0).stdout();
    let found = list.lines().last().unwrap()[..71].to_owned();
    let statement = run(&["referrers", &more, "--print", &found]).exits(0).stdout();
    let statement: Value = serde_json::from_str(&statement).unwrap();
    let build = &statement["predicate"]["buildDefinition"];
    assert_eq!(build["externalParameters"]["onto"], place);
    let base = json!({ "uri": place, "digest": { "sha256": digest } });
    assert!(build["resolvedDependencies"].as_array().unwrap().contains(&base), "{build:#}");
}

/// The tag that is built upon names the image itself as soon as that is pushed.
#[test]
fn no_image_is_built_from_itself() {
    let Some(registry) = Registry::plain() else { return };
    let (folder, project) = (Folder::new(), project());
    let Some((key, _)) = keys(&folder, "ours") else { return };
    let (root, key) = (project.path().display().to_string(), key.display().to_string());
    let place = registry.reference("demo/catalog:latest").to_string();
    let run = |args: &[&str]| {
        let args = [args, &["--project", &root]].concat();
        Olmcat::new(args).env("OLMCAT_CACHE", folder.path().join("cache")).run()
    };
    let old = run(&["push", &place]).exits(0).stdout().trim().to_owned();
    let more = ["--onto", &place, "--label", "a=b"];
    let new = run(&[&["push", &place, "--provenance"], &more[..]].concat()).exits(0).stdout();
    let new = new.trim();
    assert_ne!(old, new);
    let list = run(&["referrers", &place]).exits(0).stdout();
    let statement = run(&["referrers", &place, "--print", &list.lines().last().unwrap()[..71]]).exits(0);
    let statement: Value = serde_json::from_str(&statement.stdout()).unwrap();
    assert_eq!(statement["subject"][0]["digest"]["sha256"], new["sha256:".len()..]);
    let inputs = statement["predicate"]["buildDefinition"]["resolvedDependencies"].as_array().unwrap();
    let images: Vec<&Value> = inputs.iter().filter(|input| input.get("uri").is_some()).collect();
    assert_eq!(images, [&json!({ "uri": place, "digest": { "sha256": old["sha256:".len()..] } })]);

    let attest = ["attest", &place, "--type", "slsaprovenance", "--key", &key];
    let run_again = run(&[&attest[..], &more].concat()).exits(2);
    assert!(run_again.stderr().contains("is the image itself"), "{}", run_again.stderr());
    let pinned = format!("{}@{old}", place.strip_suffix(":latest").unwrap());
    run(&[&attest[..], &["--onto", &pinned, "--label", "a=b"]].concat()).exits(0);
}
