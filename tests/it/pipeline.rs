//! What the tests of pipelines share: their files read, programs that are watched, a release to download, and a registry
//! with a password.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use olmcat::text::{Kind, Value, yaml};
use serde_json::Value as Json;

use crate::image::output;
use crate::registry::{AUTH, HTPASSWD, Registry};
use crate::server::{Asked, Reply, Server, reply};
use crate::support::{Folder, Olmcat, root, tool};

/// What must be seen nowhere.
pub const SECRETS: [&str; 3] = ["t0ken", "s3cret", "PRIVATE KEY"];

/// Reads a file of YAML.
pub fn read(path: &str) -> Json {
    let text = fs::read_to_string(root().join(path)).unwrap();
    json(yaml::read(&text, 0..text.len()).unwrap().root().unwrap())
}

fn json(value: Value<'_, '_>) -> Json {
    match value.kind() {
        Kind::Map => value.entries().map(|(key, value)| (key.text().to_owned(), json(value))).collect(),
        Kind::List => value.items().map(json).collect(),
        Kind::Null => Json::Null,
        _ => value.text().into(),
    }
}

/// Programs that note their arguments and go on as what they are called.
pub struct Watched(Folder);

impl Watched {
    /// Nothing without the programs that every runner has.
    pub fn new() -> Option<Self> {
        let (curl, _) = (tool("curl")?, tool("jq")?);
        let folder = Folder::new();
        for (name, program) in [("olmcat", Path::new(env!("CARGO_BIN_EXE_olmcat"))), ("curl", &curl)] {
            let (noted, program) = (folder.path().join("arguments"), program.display());
            let note = format!("printf '%s\\n' \"$0 $*\" >>'{}'", noted.display());
            let file = folder.write(name, format!("#!/bin/sh\n{note}\nexec '{program}' \"$@\"\n"));
            output(Command::new("chmod").arg("755").arg(file));
        }
        Some(Watched(folder))
    }

    pub fn olmcat(&self) -> PathBuf {
        self.0.path().join("olmcat")
    }

    /// Runs a script, with nothing of this machine in its environment.
    pub fn run(&self, shell: &[&str], script: &Path, folder: &Path, env: &[(String, String)]) -> Output {
        let tools = root().join("target/tools/usr/bin");
        let path = format!("{}:/usr/local/bin:/usr/bin:/bin:{}", self.0.path().display(), tools.display());
        let mut command = Command::new(shell[0]);
        command.args(&shell[1..]).arg(script).current_dir(folder).stdin(Stdio::null());
        command.env_clear().env("PATH", path).env("HOME", folder.parent().unwrap());
        command.envs(env.iter().map(|(name, value)| (name, value)));
        command.output().unwrap()
    }

    /// Asserts that no secret was an argument.
    pub fn assert_discreet(&self) {
        let noted = fs::read_to_string(self.0.path().join("arguments")).unwrap();
        assert!(noted.contains("olmcat"), "nothing was run");
        SECRETS.iter().for_each(|secret| assert!(!noted.contains(secret), "{secret}:\n{noted}"));
    }
}

/// A registry that asks for a password, and a key to sign with.
pub struct Guarded {
    registry: Registry,
    pub host: String,
    /// PEM.
    pub key: String,
    logins: PathBuf,
}

impl Guarded {
    pub fn start() -> Option<Self> {
        let registry = Registry::start("", AUTH, |dir| fs::write(dir.join("htpasswd"), HTPASSWD).unwrap())?;
        let host = format!("127.0.0.1:{}", registry.port);
        let key = registry.folder.path().join("key.pem");
        let generate = ["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out"];
        output(Command::new("openssl").args(generate).arg(&key));
        let logins = registry.folder.write("logins.json", "{}");
        let guarded = Guarded { registry, host, key: fs::read_to_string(key).unwrap(), logins };
        let login = ["login", &guarded.host, "--username", "alice", "--password-stdin"];
        let _ = guarded.olmcat(&login).input("s3cret").run().exits(0);
        Some(guarded)
    }

    /// The binary for one who is logged in.
    pub fn olmcat(&self, args: &[&str]) -> Olmcat {
        Olmcat::new(args).env("REGISTRY_AUTH_FILE", &self.logins).env("HOME", self.registry.folder.path())
    }
}

/// A server with a release below `/release`, as `make dist` makes it, and some other answers; and the checksum of its
/// checksums.
pub fn serve(
    program: &Path,
    more: impl Fn(&Asked) -> Option<Reply> + Send + Sync + 'static,
) -> (Server, String) {
    let folder = Folder::new();
    let name = format!("olmcat-0.1.0-linux-{}", olmcat::oci::Platform::host().architecture);
    folder.write(&format!("{name}/README.md"), "read me\n");
    fs::copy(program, folder.path().join(&name).join("olmcat")).unwrap();
    let archive = format!("{name}.tar.gz");
    output(Command::new("tar").args(["-czf", &archive, &name]).current_dir(folder.path()));
    let sums = output(Command::new("sha256sum").arg(&archive).current_dir(folder.path()));
    let bytes = fs::read(folder.path().join(&archive)).unwrap();
    let checksum = olmcat::oci::Digest::of(sums.as_bytes()).to_string().replace("sha256:", "");
    let server = Server::start(move |asked| match asked.path.strip_prefix("/release/") {
        Some("SHA256SUMS") => Some(reply(200, &[], &sums)),
        Some(name) if name == archive => Some(Reply::Answer(200, Vec::new(), bytes.clone())),
        Some(_) => Some(reply(404, &[], "")),
        None => more(asked),
    });
    (server, checksum)
}

/// Asserts that shellcheck finds nothing in a script.
pub fn assert_sound(name: &str, shell: &str, script: &str) {
    let Some(shellcheck) = tool("shellcheck") else { return };
    let folder = Folder::new();
    let file = folder.write("script.sh", script);
    let checked = Command::new(shellcheck).args(["--shell", shell]).arg(file).output().unwrap();
    assert!(checked.status.success(), "{name}: {}", String::from_utf8_lossy(&checked.stdout));
}
