//! The table of faults: at every step of a push and of a pull, whatever a registry can do wrong. Every case
//! runs the program, and asserts how it exits, what it says, what the tag names then, that no secret is told and
//! that it ends.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use olmcat::image::Options;
use olmcat::oci::{Artifact, Digest, Platform, layout};

use crate::fault_list::{Expect, Fault, faults};
use crate::image::build;
use crate::pull::demo_bundle;
use crate::server::{Asked, Reply, Server, reply};
use crate::support::{Folder, Olmcat};

pub const PASSWORD: &str = "s3cret/passw0rd";
pub const TOKEN: &str = "t0ken-of-the-service";
/// What the tag names before.
const OLD: &str = "{\"an\":\"older manifest\"}";
/// More than any case needs: three tries of each of a few requests, each with its time-out.
const LONGEST: Duration = Duration::from_secs(12);

/// A step of a push or a pull: one request that is asked in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// The first request, which shows no token yet.
    Challenge,
    Token,
    /// What the tag names before.
    Tag,
    Look,
    Mount,
    Begin,
    Upload,
    Child,
    PutChild,
    Put,
    Verify,
    PullTag,
    PullManifest,
    PullConfig,
    PullLayer,
    /// A store of blobs on another host, to which the registry redirects.
    PullStored,
}

impl Step {
    pub const ALL: [Step; 16] = {
        use Step::*;
        [
            Challenge,
            Token,
            Tag,
            Look,
            Mount,
            Begin,
            Upload,
            Child,
            PutChild,
            Put,
            Verify,
            PullTag,
            PullManifest,
            PullConfig,
            PullLayer,
            PullStored,
        ]
    };

    pub fn is_pull(self) -> bool {
        self >= Step::PullTag
    }

    /// Whether the answer has a body that is read.
    pub fn has_body(self) -> bool {
        use Step::*;
        !matches!(self, Challenge | Tag | Look | Child | Verify | PullTag)
    }
}

/// What the servers of a case know.
pub struct Case {
    step: Step,
    fault: Fault,
    /// How often the fault strikes.
    times: usize,
    struck: Arc<AtomicUsize>,
    is_put: AtomicBool,
    /// What is pulled.
    blobs: Vec<(String, Vec<u8>)>,
    config: Digest,
    /// Another host: a store that takes and gives, and tells nobody who comes.
    pub other: String,
}

impl Case {
    fn step(&self, asked: &Asked) -> Option<Step> {
        use Step::*;
        let path = asked.path.trim_end_matches("?again");
        let tag = path.ends_with("/manifests/v1");
        let pull = self.step.is_pull();
        Some(match asked.method.as_str() {
            _ if path.starts_with("/token") => Token,
            _ if !asked.authorization().is_some_and(|shown| shown.starts_with("Bearer")) => Challenge,
            "HEAD" | "GET" if tag && pull => PullTag,
            "HEAD" | "GET" if tag && self.is_put.load(Ordering::SeqCst) => Verify,
            "HEAD" | "GET" if tag => Tag,
            "GET" if path.contains("/manifests/") && pull => PullManifest,
            "HEAD" | "GET" if path.contains("/manifests/") => Child,
            "GET" if path.ends_with(&self.config.to_string()) => PullConfig,
            "GET" => PullLayer,
            "HEAD" => Look,
            "POST" if path.contains("mount=") => Mount,
            "POST" => Begin,
            "PUT" if tag => Put,
            "PUT" if path.contains("/manifests/") => PutChild,
            "PUT" => Upload,
            _ => return None,
        })
    }

    /// What is asked for, and its digest.
    pub fn content(&self, asked: &Asked) -> Option<(&str, &[u8])> {
        let found = self.blobs.iter().find(|(digest, _)| asked.path.ends_with(digest))?;
        Some((&found.0, &found.1))
    }

    /// What the tag should name, and its digest.
    pub fn manifest(&self) -> (&str, &[u8]) {
        let (digest, bytes) = self.blobs.last().unwrap();
        (digest, bytes)
    }

    /// The fault, if it is its turn.
    fn strike(&self, asked: &Asked) -> Option<Reply> {
        let reply = (self.fault.reply)(self, asked)?;
        let before = self.struck.fetch_add(1, Ordering::SeqCst);
        (before < self.times).then_some(reply)
    }

    fn answer(&self, asked: &Asked) -> Option<Reply> {
        let step = self.step(asked)?;
        if step == Step::Put {
            self.is_put.store(true, Ordering::SeqCst);
        }
        if let Some(reply) = (step == self.step).then(|| self.strike(asked)).flatten() {
            return Some(reply);
        }
        let host = &asked.headers["host"];
        match step {
            Step::Token => {
                let known = format!("Basic {}", BASE64_STANDARD.encode(format!("alice:{PASSWORD}")));
                Some(match asked.authorization() == Some(&known) {
                    true => reply(200, &[], &format!("{{\"token\":\"{TOKEN}\"}}")),
                    false => reply(401, &[], ""),
                })
            }
            _ if asked.authorization() != Some(&format!("Bearer {TOKEN}")) => {
                let challenge = format!("Bearer realm=\"http://{host}/token\",service=\"test\"");
                Some(reply(401, &[("WWW-Authenticate", &challenge)], ""))
            }
            Step::Mount => Some(reply(202, &[("Location", "/v2/demo/catalog/blobs/uploads/session")], "")),
            Step::PullLayer if self.step == Step::PullStored => {
                let to = format!("http://{}/stored/{}", self.other, asked.path.rsplit('/').next()?);
                Some(reply(307, &[("Location", &to)], ""))
            }
            _ => None,
        }
    }
}

/// The images that are pushed and pulled, and what a pull prints.
struct Images {
    folder: Folder,
    pushed: Artifact,
    pulled: Artifact,
    rendered: String,
}

impl Images {
    fn new() -> Self {
        let folder = Folder::new();
        let platforms = ["amd64", "arm64"].map(Platform::linux).to_vec();
        let pushed = build(&Options { platforms, ..Options::default() });
        layout::write(&folder.path().join("layout"), &pushed, "v1").unwrap();
        let mut images = Images { folder, pushed, pulled: demo_bundle(), rendered: String::new() };
        // Without a fault.
        let none = Fault::new("none", Expect::Fine, |_, _| None);
        images.rendered = images.run(Step::PullTag, &none, 0).unwrap();
        assert!(images.rendered.contains("schema: olm.bundle"), "{}", images.rendered);
        images
    }

    /// Runs a case, and returns what it printed, or what is wrong with it.
    fn run(&self, step: Step, fault: &Fault, times: usize) -> Result<String, String> {
        let artifact = if step.is_pull() { &self.pulled } else { &self.pushed };
        let config = artifact.blobs().last().map(|blob| blob.digest()).unwrap();
        let struck = Arc::new(AtomicUsize::new(0));
        let case = |other: String| Case {
            step,
            fault: fault.clone(),
            times,
            struck: struck.clone(),
            is_put: AtomicBool::new(false),
            blobs: artifact
                .blobs()
                .into_iter()
                .map(|blob| (blob.digest().to_string(), blob.read().unwrap()))
                .chain(artifact.manifests().iter().map(|it| (it.digest().to_string(), it.bytes().to_vec())))
                .collect(),
            config,
            other,
        };
        // The other host keeps and gives what the registry has.
        let main: Arc<Mutex<Option<Arc<Server>>>> = Arc::default();
        let (registry, at_other) = (main.clone(), case(String::new()));
        let other = Server::start(move |asked| {
            if let Some(reply) = (step == Step::PullStored).then(|| at_other.strike(asked)).flatten() {
                return Some(reply);
            }
            let registry = registry.lock().unwrap().clone()?;
            let name = asked.path.rsplit(['/', '=']).next()?;
            if asked.method == "PUT" {
                registry.store(name, "application/octet-stream", &asked.body);
                return Some(reply(201, &[], ""));
            }
            let bytes = registry.has(name).then(|| registry.bytes(name))?;
            let length = bytes.len().to_string();
            Some(Reply::Answer(200, vec![("Content-Length".to_owned(), length)], bytes))
        });
        let case = case(other.host());
        let server = Arc::new(Server::start(move |asked| case.answer(asked)));
        *main.lock().unwrap() = Some(server.clone());
        if step.is_pull() {
            for blob in artifact.blobs() {
                server.store("blob", &blob.descriptor().media_type, &blob.read().unwrap());
            }
            server.store("v1", artifact.manifest().media_type(), artifact.manifest().bytes());
        } else {
            server.store("v1", "application/vnd.oci.image.manifest.v1+json", OLD.as_bytes());
        }
        if let Some((part, after)) = fault.cut {
            server.cut(part, after, times);
        }
        let folder = Folder::new();
        let auth = BASE64_STANDARD.encode(format!("alice:{PASSWORD}"));
        let logins = format!("{{\"auths\":{{\"{}\":{{\"auth\":\"{auth}\"}}}}}}", server.host());
        let authfile = folder.write("auth.json", logins).display().to_string();
        let reference = server.reference().to_string();
        let cache = folder.path().join("cache").display().to_string();
        let layout = self.folder.path().join("layout").display().to_string();
        let common = ["--authfile", &authfile, "--retries=2", "--retry-delay=0.01", "--timeout=0.4"];
        let pull = ["render", &reference, "--cache", &cache];
        let push = ["push", &reference, "--layout", &layout, "--progress=plain"];
        let mount = ["--mount-from=demo/base"].iter().filter(|_| step == Step::Mount);
        let own = if step.is_pull() { pull.as_slice() } else { &push };
        let begin = Instant::now();
        let run = Olmcat::new(own.iter().chain(&common).chain(mount)).run();
        let took = begin.elapsed();
        drop(main.lock().unwrap().take());

        let (stdout, stderr) = (run.stdout(), run.stderr());
        let code = run.code();
        let fail = |why: &str| {
            let asked = server
                .log()
                .iter()
                .fold(String::new(), |all, asked| all + &format!("  {} {}\n", asked.method, asked.path));
            Err(format!(
                "{step:?} {} {times}x: {why}\nexit {code:?} after {took:?}\n{stdout}{stderr}{asked}",
                fault.name
            ))
        };
        if took > LONGEST {
            return fail("it took too long");
        }
        for secret in [PASSWORD, &PASSWORD.replace('/', "%2F"), TOKEN, &auth] {
            if format!("{stdout}{stderr}").contains(secret) {
                return fail("it tells a secret");
            }
        }
        let is_ours = |shown: &str| shown.contains(&auth) || shown.contains(TOKEN);
        if other.log().iter().filter_map(Asked::authorization).any(is_ours) {
            return fail("the login went to another host");
        }
        let met = struck.load(Ordering::SeqCst) + server.cuts();
        if met == 0 && times > 0 {
            return fail("the fault was never met");
        }
        let tag = server.stored("v1");
        let is_complete = tag.as_bytes() == artifact.manifest().bytes()
            && artifact.blobs().iter().all(|blob| server.has(&blob.digest().to_string()))
            && artifact.manifests().iter().all(|manifest| server.has(&manifest.digest().to_string()));
        let expected = match (fault.expect, times) {
            (Expect::Passes(_), 1) | (Expect::Fine, _) => None,
            (Expect::Passes(words) | Expect::Fails(words), _) => Some(words),
        };
        match (expected, code) {
            (None, Some(0)) if step.is_pull() && stdout != self.rendered && times > 0 => {
                // The reference has the port of the server in it.
                let host = server.host();
                let strip = |text: &str| {
                    text.lines()
                        .filter(|line| !line.contains("127.0.0.1:"))
                        .map(str::to_owned)
                        .collect::<Vec<_>>()
                };
                if strip(&stdout) != strip(&self.rendered) || !stdout.contains(&host) {
                    return fail("it prints something else");
                }
            }
            (None, Some(0)) if !is_complete => return fail("the tag is not complete"),
            (None, Some(0)) => {}
            (None, _) => return fail("it should have passed"),
            (Some(words), Some(2)) => {
                if !stderr.contains("error: ") || !stderr.contains("\nhint: ") || !stderr.contains(words) {
                    return fail(&format!("it does not say `{words}`"));
                }
                if !stdout.is_empty() {
                    return fail("it prints a result");
                }
                let late = matches!(step, Step::Put | Step::Verify);
                if !(tag == OLD || is_complete && (late || step.is_pull())) {
                    return fail("the tag was touched");
                }
            }
            (Some(_), _) => return fail("it should have failed"),
        }
        Ok(stdout)
    }
}

#[test]
fn every_fault_at_every_step() {
    let images = Images::new();
    let mut cases = Vec::new();
    let mut pairs = BTreeMap::<Step, BTreeSet<String>>::new();
    for step in Step::ALL {
        for fault in faults(step) {
            let is_new = pairs.entry(step).or_default().insert(fault.name.clone());
            assert!(is_new, "{step:?} {} stands twice in the table", fault.name);
            if let Expect::Passes(_) = fault.expect {
                cases.push((step, fault.clone(), 1));
            }
            cases.push((step, fault, 1000));
        }
    }
    let begin = Instant::now();
    let next = AtomicUsize::new(0);
    let wrong = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..12 {
            scope.spawn(|| {
                while let Some((step, fault, times)) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Err(why) = images.run(*step, fault, *times) {
                        wrong.lock().unwrap().push(why);
                    }
                }
            });
        }
    });
    let count: usize = pairs.values().map(BTreeSet::len).sum();
    for (step, faults) in &pairs {
        println!("{:14} {:3} faults", format!("{step:?}"), faults.len());
    }
    println!("{count} pairs of step and fault in {} runs, {:.1?}", cases.len(), begin.elapsed());
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{} of {} cases are wrong:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
    assert!(count >= 200, "{count} pairs");
}
