//! The action of GitHub: its steps, run by a shell as the runner does it, against a registry and an API on loopback.

use std::collections::BTreeMap;
use std::fs;

use serde_json::{Value as Json, json};

use crate::pipeline::{Guarded, SECRETS, Watched, assert_sound, read, serve};
use crate::registry::Registry;
use crate::server::{Reply, Server, reply};
use crate::support::{Folder, Olmcat, data};

const ACTION: &str = ".github/actions/olmcat/action.yml";

/// A job with a checkout, and what the action was given.
struct Job<'a> {
    watched: &'a Watched,
    event: &'static str,
    port: u16,
    inputs: BTreeMap<&'static str, String>,
    folder: Folder,
}

/// What became of it.
struct Outcome {
    /// The step that failed.
    failed: Option<String>,
    log: String,
    summary: String,
    /// What steps put out, as `step.name`.
    outputs: BTreeMap<String, String>,
}

impl<'a> Job<'a> {
    fn new(watched: &'a Watched, server: &Server, event: &'static str) -> Self {
        let folder = Folder::new();
        crate::console::copy(&data("project"), &folder.path().join("work"));
        fs::create_dir(folder.path().join("temp")).unwrap();
        let program = watched.olmcat().display().to_string();
        Job { watched, event, port: server.port, inputs: [("program", program)].into(), folder }
    }

    fn with(mut self, input: &'static str, value: impl Into<String>) -> Self {
        self.inputs.insert(input, value.into());
        self
    }

    /// Changes a file of the checkout.
    fn change(self, path: &str, from: &str, to: &str) -> Self {
        let file = self.folder.path().join("work").join(path);
        let text = fs::read_to_string(&file).unwrap();
        assert!(text.contains(from));
        fs::write(file, text.replace(from, to)).unwrap();
        self
    }

    /// The value of an expression.
    fn value(&self, expression: &str, action: &Json, outputs: &BTreeMap<String, String>) -> String {
        match expression.split('.').collect::<Vec<_>>()[..] {
            ["inputs", name] => match self.inputs.get(name) {
                Some(given) => given.clone(),
                None => self.filled(action["inputs"][name]["default"].as_str().unwrap(), action, outputs),
            },
            ["steps", step, "outputs", name] => {
                outputs.get(&format!("{step}.{name}")).cloned().unwrap_or_default()
            }
            ["github", "token"] => "job-t0ken".to_owned(),
            ["github", "event_name"] => self.event.to_owned(),
            ["github", "event", "pull_request", "number"] => "7".to_owned(),
            _ => panic!("unknown expression {expression}"),
        }
    }

    /// A text with the values of its expressions.
    fn filled(&self, text: &str, action: &Json, outputs: &BTreeMap<String, String>) -> String {
        let mut parts = text.split("${{");
        let first = parts.next().unwrap().to_owned();
        parts.fold(first, |text, part| {
            let (expression, rest) = part.split_once("}}").unwrap();
            text + &self.value(expression.trim(), action, outputs) + rest
        })
    }

    fn holds(&self, condition: &str, action: &Json, outputs: &BTreeMap<String, String>) -> bool {
        condition.split(" && ").filter(|part| *part != "always()").all(|part| {
            let words: Vec<&str> = part.split(' ').collect();
            let [left, operator, right] = words[..] else { panic!("unknown condition {part}") };
            let is_equal = self.value(left, action, outputs) == right.trim_matches('\'');
            is_equal == (operator == "==")
        })
    }

    fn run(&self) -> Outcome {
        let action = read(ACTION);
        let (work, temp) = (self.folder.path().join("work"), self.folder.path().join("temp"));
        let file = |name: &str| self.folder.path().join(name).display().to_string();
        let mut outcome =
            Outcome { failed: None, log: String::new(), summary: String::new(), outputs: BTreeMap::new() };
        for step in action["runs"]["steps"].as_array().unwrap() {
            let condition = step["if"].as_str();
            let is_reached =
                outcome.failed.is_none() || condition.is_some_and(|condition| condition.contains("always()"));
            let holds = |condition| self.holds(condition, &action, &outcome.outputs);
            if !is_reached || !condition.is_none_or(holds) {
                continue;
            }
            let mut env: Vec<(String, String)> = [
                ("GITHUB_OUTPUT", file("output")),
                ("GITHUB_STEP_SUMMARY", file("summary")),
                ("GITHUB_PATH", file("path")),
                ("GITHUB_API_URL", format!("http://127.0.0.1:{}", self.port)),
                ("GITHUB_REPOSITORY", "demo/catalog".to_owned()),
                ("GITHUB_SHA", "c0ffee".to_owned()),
                ("GITHUB_REF", "refs/pull/7/merge".to_owned()),
                ("RUNNER_TEMP", temp.display().to_string()),
                ("RUNNER_OS", "Linux".to_owned()),
                ("RUNNER_ARCH", if cfg!(target_arch = "aarch64") { "ARM64" } else { "X64" }.to_owned()),
            ]
            .map(|(name, value)| (name.to_owned(), value))
            .into();
            for (name, value) in step["env"].as_object().unwrap() {
                env.push((name.clone(), self.filled(value.as_str().unwrap(), &action, &outcome.outputs)));
            }
            let script = self.folder.write("script.sh", step["run"].as_str().unwrap());
            fs::write(file("output"), "").unwrap();
            let shell = ["bash", "--noprofile", "--norc", "-eo", "pipefail"];
            let ran = self.watched.run(&shell, &script, &work, &env);
            outcome.log += &String::from_utf8_lossy(&[ran.stdout, ran.stderr].concat());
            let id = step["id"].as_str().unwrap_or_default();
            for line in fs::read_to_string(file("output")).unwrap().lines() {
                let (name, value) = line.split_once('=').unwrap();
                outcome.outputs.insert(format!("{id}.{name}"), value.to_owned());
            }
            if !ran.status.success() {
                assert_eq!(outcome.failed, None, "{}", outcome.log);
                outcome.failed = step["name"].as_str().map(str::to_owned);
            }
        }
        // The logins go, however the job ends.
        let left = fs::read_dir(temp).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        assert_eq!(left.filter(|name| name.contains("logins")).collect::<Vec<_>>(), Vec::<String>::new());
        outcome.summary = fs::read_to_string(file("summary")).unwrap_or_default();
        for secret in SECRETS {
            assert!(!(outcome.log.clone() + &outcome.summary).contains(secret), "{secret}: {}", outcome.log);
        }
        outcome
    }
}

#[test]
fn its_scripts_take_no_expressions() {
    let action = read(ACTION);
    for step in action["runs"]["steps"].as_array().unwrap() {
        let name = step["name"].as_str().unwrap();
        let script = step["run"].as_str().unwrap();
        assert!(!script.contains("${{"), "{name}: an expression in a script is run by it");
        assert_eq!((step["shell"].as_str(), &step["uses"]), (Some("bash"), &Json::Null), "{name}");
        assert_sound(name, "bash", &format!("set -eo pipefail\n{script}"));
    }
}

#[test]
fn it_comes_from_a_release_and_looks_at_it() {
    let Some(watched) = Watched::new() else { return };
    let (server, checksum) = serve(&watched.olmcat(), |_| None);
    let address = format!("http://{}/release/", server.host());
    let job = || Job::new(&watched, &server, "push").with("program", "").with("release", &address);
    let good = job().with("checksum", &checksum).run();
    assert_eq!(good.failed, None, "{}", good.log);
    assert!(good.outputs["build.digest"].starts_with("sha256:"), "{:?}", good.outputs);
    let why = |job: Job<'_>| {
        let outcome = job.run();
        assert_eq!(outcome.failed.as_deref(), Some("Get olmcat"), "{}", outcome.log);
        outcome.log
    };
    assert!(why(job()).contains("does not come by https"));
    assert!(why(job().with("checksum", "0".repeat(64))).contains("is not the one that `checksum` pins"));
    assert!(why(job().with("release", "")).contains("give the input `release` or `program`"));
    let nowhere = format!("http://{}/other", server.host());
    assert!(
        why(job().with("release", nowhere).with("checksum", &checksum)).contains("cannot get SHA256SUMS")
    );

    // An archive that is not the one of the checksums.
    let sums = format!(
        "{}  olmcat-0.1.0-linux-{}.tar.gz\n",
        "0".repeat(64),
        olmcat::oci::Platform::host().architecture
    );
    let checksum = olmcat::oci::Digest::of(sums.as_bytes()).to_string().replace("sha256:", "");
    let other = Server::start(move |asked| {
        Some(reply(200, &[], if asked.path.ends_with("SHA256SUMS") { &sums } else { "another archive" }))
    });
    let job = job().with("release", format!("http://{}", other.host())).with("checksum", checksum);
    assert!(why(job).contains("is not what SHA256SUMS says"));
}

#[test]
fn a_pull_request_is_compared_and_commented() {
    let (Some(watched), Some(registry)) = (Watched::new(), Registry::plain()) else { return };
    let published = format!("127.0.0.1:{}/demo/catalog:v1", registry.port);
    let _ = Olmcat::new(["push", &published]).current_dir(&data("project")).run().exits(0);
    // The API, with a comment of ours on its second page once one was written.
    let server = Server::start(|asked| {
        assert_eq!(asked.authorization(), Some("Bearer job-t0ken"));
        let others = vec![json!({"id": 1, "body": "see <!-- olmcat . -->"}); 100];
        Some(match (asked.method.as_str(), asked.path.as_str()) {
            ("GET", "/repos/demo/catalog/issues/7/comments?per_page=100&page=1") => {
                reply(200, &[], &Json::from(others).to_string())
            }
            ("GET", "/repos/demo/catalog/issues/7/comments?per_page=100&page=2") => {
                reply(200, &[], r#"[{"id":41,"body":null},{"id":42,"body":"<!-- olmcat again -->\nold"}]"#)
            }
            ("POST", "/repos/demo/catalog/issues/7/comments") => reply(201, &[], "{}"),
            ("PATCH", "/repos/demo/catalog/issues/comments/42") => reply(200, &[], "{}"),
            _ => reply(404, &[], ""),
        })
    });
    let written = |method: &str| -> Vec<String> {
        let log = server.log();
        let bodies = log.iter().filter(|asked| asked.method == method);
        let body =
            |body: &[u8]| serde_json::from_slice::<Json>(body).unwrap()["body"].as_str().unwrap().to_owned();
        bodies.map(|asked| body(&asked.body)).collect()
    };
    let job = || Job::new(&watched, &server, "pull_request").with("against", &published);
    let same = job().run();
    assert_eq!(same.failed, None, "{}", same.log);
    assert_eq!(written("POST"), ["<!-- olmcat . -->\n## Changes of the catalog\n\nNone.\n"]);
    assert!(same.summary.contains("## Changes of the catalog\n\nNone.\n"), "{}", same.summary);
    assert!(same.summary.contains(&same.outputs["build.digest"]));

    // The comment of a project in a folder is found again; what goes is told, and fails the job.
    let job = job().with("project", "again");
    crate::console::copy(&data("project"), &job.folder.path().join("work/again"));
    let last = "\n  - image: registry.example/demo/demo-bundle:v0.2.0";
    let gone = job.change("again/catalog/demo/template.yaml", last, "").run();
    assert_eq!(gone.failed.as_deref(), Some("Judge"), "{}", gone.log);
    assert!(gone.log.contains("the catalog differs in a way that fails: stranded,incompatible,removed"));
    let [comment] = &written("PATCH")[..] else { panic!("{:?}", written("PATCH")) };
    assert!(comment.starts_with("<!-- olmcat again -->\n## Changes of the catalog\n"), "{comment}");
    assert!(comment.contains("bundle `demo.v0.2.0`"), "{comment}");

    // What is lost by an error is not told as removed.
    let csv = "bundles/demo/0.2.0/manifests/demo.clusterserviceversion.yaml";
    let broken = Job::new(&watched, &server, "pull_request").with("against", &published);
    let broken = broken.change(csv, "version: 0.2.0", "version: 0.2").run();
    assert_eq!(broken.failed.as_deref(), Some("Judge"), "{}", broken.log);
    assert!(broken.log.contains("::error title=olmcat::the project has findings"), "{}", broken.log);
    assert!(
        broken.log.contains("::error title=olmcat::the catalogs could not be compared"),
        "{}",
        broken.log
    );
    assert!(!broken.log.contains("differs"), "{}", broken.log);
    let told = "## Changes of the catalog\n\nThey could not be compared: the project has findings.\n";
    assert_eq!(written("POST").last().unwrap(), &format!("<!-- olmcat . -->\n{told}"));
    assert!(broken.summary.contains(told), "{}", broken.summary);

    // Who may not comment is told, and goes on.
    let refused = Server::start(|_| Some(reply(403, &[], "{}")));
    let outcome = Job::new(&watched, &refused, "pull_request").with("against", &published).run();
    assert_eq!(outcome.failed, None, "{}", outcome.log);
    assert!(outcome.log.contains("::warning title=olmcat::no comment could be written"), "{}", outcome.log);
    watched.assert_discreet();
}

#[test]
fn what_is_private_is_compared_and_shown() {
    let (Some(watched), Some(registry)) = (Watched::new(), Guarded::start()) else { return };
    let published = format!("{}/demo/catalog:v1", registry.host);
    let _ = registry.olmcat(&["push", &published]).current_dir(&data("project")).run().exits(0);
    let server = Server::start(|_| None);
    let job = |password: &str| {
        let job = Job::new(&watched, &server, "push").with("username", "alice").with("password", password);
        job.with("against", &published).with("report", "report.html")
    };
    let known = job("s3cret");
    let outcome = known.run();
    assert_eq!(outcome.failed, None, "{}", outcome.log);
    assert!(outcome.summary.contains("## Changes of the catalog\n\nNone.\n"), "{}", outcome.summary);
    let page = fs::read_to_string(known.folder.path().join("work/report.html")).unwrap();
    assert!(page.contains(&format!("Changes against <bdi>{published}</bdi>")));
    // A fork has no password; another is nobody.
    for (password, told) in
        [("", "wants a user and a password"), ("wr0ng", "::warning title=olmcat::no login")]
    {
        let outcome = job(password).run();
        assert_eq!(outcome.failed.as_deref(), Some("Compare"), "{}", outcome.log);
        assert!(outcome.log.contains(told), "{}", outcome.log);
    }
    // What is on disk is asked for by nobody.
    for (place, is_there) in [("catalog", true), ("oci:image:latest", false), ("image:latest", false)] {
        let job = job("wr0ng").with("against", place);
        fs::create_dir(job.folder.path().join("work/image")).unwrap();
        let outcome = job.run();
        assert_eq!(outcome.failed.is_none(), is_there, "{}", outcome.log);
        assert!(!outcome.log.contains("no login"), "{}", outcome.log);
    }
    watched.assert_discreet();
}

/// A project is pushed to its code host before it has a bundle.
#[test]
fn what_was_just_begun_is_in_order() {
    let Some(watched) = Watched::new() else { return };
    let server = Server::start(|_| None);
    let job = Job::new(&watched, &server, "pull_request").with("report", "report.html");
    let nowhere = "127.0.0.1:1/demo/catalog:v1";
    let job = job.with("username", "alice").with("password", "s3cret").with("against", nowhere);
    let job = job.with("push", nowhere);
    let work = job.folder.path().join("work");
    fs::remove_dir_all(&work).unwrap();
    let _ = Olmcat::new(["init".as_ref(), work.as_os_str()]).run().exits(0);
    let outcome = job.run();
    assert_eq!(outcome.failed, None, "{}", outcome.log);
    assert!(outcome.log.contains("::notice title=olmcat::the project has no package yet"), "{}", outcome.log);
    assert_eq!(outcome.outputs.get("build.digest"), None);
    assert_eq!(server.log().len(), 0, "there is nothing to comment");
}

#[test]
fn findings_are_shown_in_all_places_and_stop_the_job() {
    let (Some(watched), Some(registry)) = (Watched::new(), Registry::plain()) else { return };
    let server = Server::start(|asked| {
        (asked.is("POST", "/repos/demo/catalog/code-scanning/sarifs")
            && asked.authorization() == Some("Bearer job-t0ken"))
        .then(|| reply(202, &[], "{}"))
    });
    let reference = format!("127.0.0.1:{}/demo/catalog:v1", registry.port);
    let job = Job::new(&watched, &server, "push").with("code-scanning", "true").with("push", &reference);
    let csv = "bundles/demo/0.2.0/manifests/demo.clusterserviceversion.yaml";
    let job = job.change(csv, "version: 0.2.0", "version: 0.2");
    let outcome = job.run();
    assert_eq!(outcome.failed.as_deref(), Some("Judge"), "{}", outcome.log);
    let annotation = format!("::error file={csv},line=");
    assert!(outcome.log.contains(&annotation), "{}", outcome.log);
    assert!(outcome.summary.contains("## Findings\n~~~~~~~~text\nerror["), "{}", outcome.summary);
    // What code scanning gets is the file that the job can keep.
    let request: Json = serde_json::from_slice(&server.log()[0].body).unwrap();
    assert_eq!((&request["commit_sha"], &request["ref"]), (&json!("c0ffee"), &json!("refs/pull/7/merge")));
    let folder = Folder::new();
    let file = folder.write("sarif", request["sarif"].as_str().unwrap());
    let unpack = "base64 -d \"$1\" | gzip -dc";
    let sarif = crate::image::output(std::process::Command::new("sh").args(["-c", unpack, "sh"]).arg(file));
    assert_eq!(sarif, fs::read_to_string(&outcome.outputs["validate.sarif"]).unwrap());
    let sarif: Json = serde_json::from_str(&sarif).unwrap();
    assert!(!sarif["runs"][0]["results"].as_array().unwrap().is_empty());
    let inspect = Olmcat::new(["inspect", &reference]).env("HOME", folder.path().display().to_string()).run();
    assert!(inspect.exits(2).stderr().contains("check the repository's name"), "nothing was pushed");

    // Where code scanning is off, that is said.
    let refused = Server::start(|_| Some(Reply::Answer(403, Vec::new(), Vec::new())));
    let outcome = Job::new(&watched, &refused, "push").with("code-scanning", "true").run();
    assert_eq!(outcome.failed, None, "{}", outcome.log);
    assert!(
        outcome.log.contains("::warning title=olmcat::code scanning took no findings"),
        "{}",
        outcome.log
    );
    watched.assert_discreet();
}

#[test]
fn the_default_branch_pushes_and_signs() {
    let (Some(watched), Some(registry)) = (Watched::new(), Guarded::start()) else { return };
    let server = Server::start(|_| None);
    let host = &registry.host;
    let job = || {
        let job = Job::new(&watched, &server, "push").with("username", "alice").with("password", "s3cret");
        // One reference a line, with blanks where people put them.
        job.with("push", format!("{host}/demo/catalog:v1\n  {host}/demo/other:v1\n\n"))
    };
    let pushing = job().with("sign-key", &registry.key).with("report", "report.html");
    let outcome = pushing.run();
    assert_eq!(outcome.failed, None, "{}", outcome.log);
    let digest = &outcome.outputs["build.digest"];
    for repository in ["catalog", "other"] {
        let reference = format!("{host}/demo/{repository}:v1");
        let shown = registry.olmcat(&["inspect", &reference]).run().exits(0).stdout();
        assert!(shown.contains(digest.as_str()), "{shown}");
        let signature = format!("{host}/demo/{repository}:{}.sig", digest.replace(':', "-"));
        let _ = registry.olmcat(&["inspect", &signature]).run().exits(0);
    }
    assert!(pushing.folder.path().join("work/report.html").is_file());
    watched.assert_discreet();

    // A wrong password stops it, and what looks like a command is a text.
    let wrong = job().with("password", "wr0ng").run();
    assert_eq!(wrong.failed.as_deref(), Some("Log in"), "{}", wrong.log);
    for input in ["project", "against", "fail-on", "flavour", "push", "username"] {
        let job = job()
            .with("against", "catalog")
            .with(input, "x$(touch owned)`touch owned`\"; touch owned; \"'; touch owned; '");
        assert!(job.run().failed.is_some(), "{input}");
        let owned = ["work", "temp", "."].map(|folder| job.folder.path().join(folder).join("owned"));
        assert!(!owned.iter().any(|file| file.exists()), "{input}");
    }
}
