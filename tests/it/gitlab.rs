//! The template of GitLab: the scripts of its jobs, run by a shell, against a registry and an API on loopback.

use std::collections::BTreeMap;
use std::fs;

use serde_json::Value as Json;

use crate::pipeline::{Guarded, SECRETS, Watched, assert_sound, read, serve};
use crate::registry::Registry;
use crate::server::{Asked, Server, reply};
use crate::support::{Folder, Olmcat, data};

const TEMPLATE: &str = ".gitlab/olmcat.yml";

/// What a job runs: the lines that all share, and its own.
fn script(template: &Json, job: &str) -> String {
    let lines = [&template[".olmcat"]["before_script"], &template[job]["script"]];
    let lines = lines.iter().flat_map(|lines| lines.as_array().unwrap());
    lines.map(|line| format!("{}\n", line.as_str().unwrap().trim_end())).collect()
}

/// A checkout, and the variables of the project.
struct Project<'a> {
    watched: &'a Watched,
    folder: Folder,
    variables: BTreeMap<&'static str, String>,
}

impl<'a> Project<'a> {
    fn new(watched: &'a Watched) -> Self {
        let folder = Folder::new();
        crate::console::copy(&data("project"), &folder.path().join("work"));
        let program = watched.olmcat().display().to_string();
        Project { watched, folder, variables: [("OLMCAT_PROGRAM", program)].into() }
    }

    fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.variables.insert(name, value.into());
        self
    }

    /// Runs a job; says whether it went well, and what it logged.
    fn run(&self, job: &str) -> (bool, String) {
        let template = read(TEMPLATE);
        let mut env: BTreeMap<String, String> = template["variables"]
            .as_object()
            .unwrap()
            .iter()
            .map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned()))
            .collect();
        env.extend(self.variables.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        let file = self.folder.write("script.sh", script(&template, job));
        let env: Vec<_> = env.into_iter().collect();
        let temp = self.folder.path().join("temp");
        fs::create_dir_all(&temp).unwrap();
        let env = [vec![("TMPDIR".to_owned(), temp.display().to_string())], env].concat();
        let ran = self.watched.run(&["sh", "-e"], &file, &self.folder.path().join("work"), &env);
        // The logins go, however the job ends; what was downloaded goes with its folder.
        let left = fs::read_dir(temp).unwrap().map(|entry| entry.unwrap().path());
        assert_eq!(left.filter(|path| path.is_file()).count(), 0);
        let log = String::from_utf8_lossy(&[ran.stdout, ran.stderr].concat()).into_owned();
        SECRETS.iter().for_each(|secret| assert!(!log.contains(secret), "{secret}: {log}"));
        (ran.status.success(), log)
    }

    fn text(&self, file: &str) -> String {
        fs::read_to_string(self.folder.path().join("work").join(file)).unwrap()
    }
}

#[test]
fn its_scripts_are_sound() {
    let template = read(TEMPLATE);
    for job in ["olmcat-validate", "olmcat-diff", "olmcat-push"] {
        assert!(!script(&template, job).contains("$["), "{job}: an input in a script is run by it");
        assert_sound(job, "dash", &format!("set -e\n{}", script(&template, job)));
    }
}

#[test]
fn findings_become_reports() {
    let Some(watched) = Watched::new() else { return };
    let (server, checksum) = serve(&watched.olmcat(), |_| None);
    let release = format!("http://{}/release", server.host());
    let project = || Project::new(&watched).with("OLMCAT_PROGRAM", "").with("OLMCAT_RELEASE", &release);
    let good = project().with("OLMCAT_CHECKSUM", &checksum);
    let (is_good, log) = good.run("olmcat-validate");
    assert!(is_good, "{log}");
    assert_eq!(serde_json::from_str::<Json>(&good.text("olmcat.gitlab")).unwrap(), Json::Array(Vec::new()));
    let csv = good.folder.path().join("work/bundles/demo/0.2.0/manifests/demo.clusterserviceversion.yaml");
    fs::write(&csv, fs::read_to_string(&csv).unwrap().replace("version: 0.2.0", "version: 0.2")).unwrap();
    let (is_good, log) = good.run("olmcat-validate");
    assert!(!is_good && log.contains("error["), "{log}");
    let findings: Json = serde_json::from_str(&good.text("olmcat.gitlab")).unwrap();
    assert!(
        findings[0]["location"]["path"].as_str().unwrap().starts_with("bundles/demo/0.2.0"),
        "{findings}"
    );
    assert!(good.text("olmcat.junit").contains("<failure"));
    assert!(good.folder.path().join("work/olmcat.html").is_file());

    for (project, why) in [
        (project(), "does not come by https"),
        (project().with("OLMCAT_CHECKSUM", "0".repeat(64)), "is not the one that OLMCAT_CHECKSUM pins"),
        (project().with("OLMCAT_RELEASE", ""), "set OLMCAT_RELEASE or OLMCAT_PROGRAM"),
    ] {
        let (is_good, log) = project.run("olmcat-validate");
        assert!(!is_good && log.contains(why), "{log}");
    }
}

/// What is not rendered is told before the merge, after which nothing would be published.
#[test]
fn a_stale_catalog_is_a_finding() {
    let Some(watched) = Watched::new() else { return };
    let project = Project::new(&watched);
    fs::remove_file(project.folder.path().join("work/catalog/demo/catalog.yaml")).unwrap();
    let (is_good, log) = project.run("olmcat-validate");
    assert!(!is_good && log.contains("catalog/demo/catalog.yaml is stale: run `olmcat render`"), "{log}");
    assert!(project.text("olmcat.junit").contains("<testsuite"), "the reports are written all the same");
    assert!(!project.folder.path().join("work/catalog/demo/catalog.yaml").exists());
}

#[test]
fn a_merge_request_is_compared_and_noted() {
    let (Some(watched), Some(registry)) = (Watched::new(), Registry::plain()) else { return };
    let published = format!("127.0.0.1:{}/demo/catalog:v1", registry.port);
    let _ = Olmcat::new(["push", &published]).current_dir(&data("project")).run().exits(0);
    let notes = "/projects/3/merge_requests/7/notes";
    let api = |found: &'static str| {
        Server::start(move |asked: &Asked| {
            assert_eq!(asked.headers.get("private-token").map(String::as_str), Some("job-t0ken"));
            Some(match (asked.method.as_str(), asked.path.split('?').next().unwrap()) {
                ("GET", path) if path == notes => reply(200, &[], found),
                ("POST", path) if path == notes => reply(201, &[], "{}"),
                ("PUT", path) if path == format!("{notes}/42") => reply(200, &[], "{}"),
                _ => reply(404, &[], ""),
            })
        })
    };
    let project = |server: &Server| {
        Project::new(&watched)
            .with("OLMCAT_AGAINST", &published)
            .with("OLMCAT_TOKEN", "job-t0ken")
            .with("CI_API_V4_URL", format!("http://{}", server.host()))
            .with("CI_PROJECT_ID", "3")
            .with("CI_MERGE_REQUEST_IID", "7")
    };
    let body = |server: &Server, method: &str| {
        let log = server.log();
        let asked = log.iter().find(|asked| asked.method == method).unwrap_or_else(|| panic!("{log:?}"));
        String::from_utf8(asked.body.clone()).unwrap()
    };
    let first = api(r#"[{"id":41,"body":"see <!-- olmcat . -->"}]"#);
    let (is_good, log) = project(&first).run("olmcat-diff");
    assert!(is_good && log.contains("## Changes of the catalog\n\nNone."), "{log}");
    let sent = body(&first, "POST").replace('+', "%20");
    let start = "body=%3C%21--%20olmcat%20.%20--%3E%0A%23%23%20Changes%20of%20the%20catalog";
    assert!(sent.starts_with(start), "{sent}");

    let again = api(r#"[{"id":41,"body":"hello"},{"id":42,"body":"<!-- olmcat . -->\nold"}]"#);
    let gone = project(&again);
    let template = gone.folder.path().join("work/catalog/demo/template.yaml");
    let text = fs::read_to_string(&template).unwrap();
    fs::write(&template, text.replace("  - image: registry.example/demo/demo-bundle:v0.2.0\n", "")).unwrap();
    let (is_good, log) = gone.run("olmcat-diff");
    assert!(!is_good && log.contains("bundle `demo.v0.2.0`"), "{log}");
    assert!(body(&again, "PUT").contains("demo.v0.2.0"));

    // What is lost by an error is not told as removed.
    let again = api("[]");
    let broken = project(&again);
    let csv = broken.folder.path().join("work/bundles/demo/0.2.0/manifests/demo.clusterserviceversion.yaml");
    fs::write(&csv, fs::read_to_string(&csv).unwrap().replace("version: 0.2.0", "version: 0.2")).unwrap();
    let (is_good, log) = broken.run("olmcat-diff");
    assert!(!is_good && log.contains("They could not be compared: the project has findings."), "{log}");
    let note = body(&again, "POST").replace('+', "%20");
    assert!(note.contains("could%20not%20be%20compared") && !note.contains("Stranded"), "{note}");

    let refused = Server::start(|_| Some(reply(401, &[], "{}")));
    let (is_good, log) = project(&refused).run("olmcat-diff");
    assert!(is_good && log.contains("no note could be written"), "{log}");
    watched.assert_discreet();
}

/// A project is pushed to its code host before it has a bundle.
#[test]
fn what_was_just_begun_is_in_order() {
    let Some(watched) = Watched::new() else { return };
    let nowhere = "127.0.0.1:1/demo/catalog:v1";
    let project = Project::new(&watched).with("OLMCAT_AGAINST", nowhere).with("OLMCAT_PUSH", nowhere);
    let work = project.folder.path().join("work");
    fs::remove_dir_all(&work).unwrap();
    let _ = Olmcat::new(["init".as_ref(), work.as_os_str()]).run().exits(0);
    for job in ["olmcat-validate", "olmcat-diff", "olmcat-push"] {
        let (is_good, log) = project.run(job);
        assert!(is_good && log.contains("the project has no package yet"), "{job}: {log}");
    }
}

#[test]
fn what_is_private_is_compared_and_shown() {
    let (Some(watched), Some(registry)) = (Watched::new(), Guarded::start()) else { return };
    let published = format!("{}/demo/catalog:v1", registry.host);
    let _ = registry.olmcat(&["push", &published]).current_dir(&data("project")).run().exits(0);
    let project = || Project::new(&watched).with("OLMCAT_AGAINST", &published);
    let of_ours = || project().with("OLMCAT_USERNAME", "alice");
    let of_the_job = project()
        .with("CI_REGISTRY", &registry.host)
        .with("CI_REGISTRY_USER", "alice")
        .with("CI_REGISTRY_PASSWORD", "s3cret");
    for known in [of_ours().with("OLMCAT_PASSWORD", "s3cret"), of_the_job] {
        let (is_good, log) = known.run("olmcat-diff");
        assert!(is_good && log.contains("## Changes of the catalog\n\nNone."), "{log}");
        let (is_good, log) = known.run("olmcat-validate");
        assert!(is_good, "{log}");
        assert!(known.text("olmcat.html").contains(&format!("Changes against <bdi>{published}</bdi>")));
    }
    // Without the page the job is not green.
    for (unknown, told) in [
        (project(), "wants a user and a password"),
        (of_ours().with("OLMCAT_PASSWORD", "wr0ng"), "no login to the registry of OLMCAT_AGAINST"),
    ] {
        for job in ["olmcat-diff", "olmcat-validate"] {
            let (is_good, log) = unknown.run(job);
            assert!(!is_good && log.contains(told), "{job}: {log}");
        }
    }
    for on_disk in ["catalog", "oci:image", "image:latest"] {
        let project = of_ours().with("OLMCAT_PASSWORD", "wr0ng").with("OLMCAT_AGAINST", on_disk);
        fs::create_dir(project.folder.path().join("work/image")).unwrap();
        let (is_good, log) = project.run("olmcat-diff");
        assert!(is_good == (on_disk == "catalog") && !log.contains("no login"), "{log}");
    }
    watched.assert_discreet();
}

#[test]
fn the_default_branch_pushes_and_signs() {
    let (Some(watched), Some(registry)) = (Watched::new(), Guarded::start()) else { return };
    let host = &registry.host;
    let push = |project: Project<'_>| {
        let project = project.with("OLMCAT_PUSH", format!("{host}/demo/catalog:v1 {host}/demo/other:v1"));
        project.run("olmcat-push")
    };
    // GitLab's own registry is known by its job, others by variables.
    let own = Project::new(&watched)
        .with("CI_REGISTRY", host)
        .with("CI_REGISTRY_USER", "alice")
        .with("CI_REGISTRY_PASSWORD", "s3cret")
        .with("OLMCAT_SIGN_KEY", &registry.key);
    let (is_good, log) = push(own);
    assert!(is_good, "{log}");
    let digest = log.lines().find(|line| line.starts_with("sha256:")).unwrap();
    for repository in ["catalog", "other"] {
        let reference = format!("{host}/demo/{repository}:v1");
        let shown = registry.olmcat(&["inspect", &reference]).run().exits(0).stdout();
        assert!(shown.contains(digest), "{shown}");
    }
    let other = |password: &str| {
        let project = Project::new(&watched).with("OLMCAT_USERNAME", "alice");
        push(project.with("OLMCAT_PASSWORD", password))
    };
    assert!(other("s3cret").0);
    let (is_good, log) = other("wr0ng");
    assert!(!is_good && log.contains("cannot log in"), "{log}");
    watched.assert_discreet();
}
