//! A push to a real registry, Debian's `docker-registry`, with skopeo as a second opinion.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use olmcat::image::Options as ImageOptions;
use olmcat::oci::remote::{AuthFiles, Credentials, Login, Options, Patience, Progress, Remote, Uploaded};
use olmcat::oci::{Artifact, Content, Digest, Kind, Platform, Reference};

use crate::image::{build, output, single};
use crate::support::{Folder, tool};

/// A registry that ends with the value.
pub struct Registry {
    child: Child,
    pub port: u16,
    pub folder: Folder,
}

impl Registry {
    /// Starts one on a free port; `more` is added to its settings, with `DIR` for its folder.
    pub fn start(http: &str, more: &str, prepare: impl Fn(&Path)) -> Option<Self> {
        let program = tool("docker-registry")?;
        let folder = Folder::new();
        prepare(folder.path());
        let dir = folder.path().to_str().unwrap().to_owned();
        // Between choosing a port and using it, another process may take it.
        for _ in 0..5 {
            let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
            let settings = format!(
                "version: 0.1\nlog: {{level: error}}\nstorage: {{filesystem: {{rootdirectory: DIR/data}}}}\n\
                 http: {{addr: 127.0.0.1:{port}{http}}}\n{more}\n"
            );
            let settings = folder.write("registry.yml", settings.replace("DIR", &dir));
            let log = fs::File::create(folder.path().join("log")).unwrap();
            let mut command = Command::new(&program);
            command.arg("serve").arg(settings).stdout(Stdio::null()).stderr(log).stdin(Stdio::null());
            let mut child = command.spawn().unwrap();
            let until = Instant::now() + Duration::from_secs(10);
            while Instant::now() < until && child.try_wait().unwrap().is_none() {
                if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                    return Some(Registry { child, port, folder });
                }
                std::thread::sleep(Duration::from_millis(20));
            }
            let _ = child.kill();
            let _ = child.wait();
        }
        panic!("docker-registry does not start: {}", fs::read_to_string(folder.path().join("log")).unwrap());
    }

    pub fn plain() -> Option<Self> {
        Registry::start("", "", |_| {})
    }

    pub fn reference(&self, name: &str) -> Reference {
        Reference::parse(&format!("127.0.0.1:{}/{name}", self.port)).unwrap()
    }

    /// Ends it before the value does.
    pub fn stop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn quick() -> Patience {
    let (connect, idle) = (Duration::from_secs(5), Duration::from_secs(20));
    Patience { connect, idle, tries: 3, pause: Duration::from_millis(20) }
}

pub fn connect(reference: &Reference, login: Login) -> Remote {
    Remote::new(reference, Options { login, patience: quick(), ..Options::default() }).unwrap()
}

fn alice(password: &str) -> Credentials {
    Credentials::Basic { username: "alice".to_owned(), password: password.to_owned() }
}

pub fn platforms() -> ImageOptions {
    let platforms = ["amd64", "arm64", "ppc64le", "s390x"].map(Platform::linux).to_vec();
    ImageOptions { platforms, ..ImageOptions::default() }
}

fn skopeo_agrees(reference: &Reference, artifact: &Artifact) {
    let Some(skopeo) = tool("skopeo") else { return };
    let skopeo = |args: &[&str]| {
        let output = Command::new(&skopeo).arg("--insecure-policy").args(args).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    };
    let name = format!("docker://{reference}");
    assert_eq!(Digest::of(&skopeo(&["inspect", "--raw", "--tls-verify=false", &name])), artifact.digest());
    let folder = Folder::new();
    let target = format!("dir:{}", folder.path().join("copy").display());
    skopeo(&["copy", "-q", "--all", "--src-tls-verify=false", &name, &target]);
    let manifest = fs::read(folder.path().join("copy/manifest.json")).unwrap();
    assert_eq!(Digest::of(&manifest), artifact.digest());
}

#[test]
fn pushed_once_and_never_again() {
    let Some(registry) = Registry::plain() else { return };
    let reference = registry.reference("demo/catalog:v1");
    for (options, contents) in [(ImageOptions::default(), 3), (platforms(), 10)] {
        let artifact = build(&options);
        let told = Mutex::new(Vec::new());
        let note = |progress: Progress<'_>| told.lock().unwrap().push(format!("{progress:?}"));
        let pushed = connect(&reference, Login::Anonymous).push(&artifact, &reference, &note).unwrap();
        // The layer of the first round serves the second, and so does one of the children.
        let before = if contents == 3 { 0 } else { 3 };
        assert_eq!(pushed.digest, artifact.digest());
        assert_eq!((pushed.uploaded, pushed.existing, pushed.mounted), (contents - before, before, 0));
        let told = told.into_inner().unwrap();
        assert!(told[0].starts_with("Begin"), "{told:?}");
        assert_eq!(told.iter().filter(|line| line.starts_with("Done")).count(), contents);

        let again = connect(&reference, Login::Anonymous).push(&artifact, &reference, &|_| {}).unwrap();
        assert_eq!((again.digest, again.uploaded, again.bytes), (artifact.digest(), 0, 0));
        assert_eq!(again.existing, contents);
        skopeo_agrees(&reference, &artifact);
    }
}

#[test]
fn pulled_by_digest_and_by_tag() {
    let Some(registry) = Registry::plain() else { return };
    let reference = registry.reference("demo:v1");
    let artifact = build(&ImageOptions::default());
    let remote = connect(&reference, Login::Anonymous);
    assert_eq!(remote.head_manifest(&reference).unwrap(), None);
    let missing = remote.get_manifest(&reference).unwrap_err();
    assert_eq!(missing.kind, Kind::NotFound);
    assert!(missing.message.contains("answered 404: MANIFEST_UNKNOWN"), "{missing}");
    assert!(missing.hint.unwrap().contains("check the repository's name"));

    remote.push(&artifact, &reference, &|_| {}).unwrap();
    let pinned = reference.pinned(artifact.digest());
    assert_eq!(remote.get_manifest(&pinned).unwrap(), *artifact.manifest());
    assert_eq!(remote.get_manifest(&reference).unwrap(), *artifact.manifest());
    assert_eq!(remote.head_manifest(&reference).unwrap(), Some(artifact.manifest().descriptor()));
    let layer = &single(&artifact).layers()[0];
    assert_eq!(Content::from(&remote.get_blob(layer.descriptor()).unwrap()), *layer);
    let mut small = layer.descriptor().clone();
    small.size -= 1;
    assert!(remote.get_blob(&small).unwrap_err().message.contains("more than"));

    // Pushed by digest alone, and refused under a digest that is another's.
    let other = build(&ImageOptions { epoch: Some(1), ..ImageOptions::default() });
    assert_eq!(remote.push(&other, &pinned, &|_| {}).unwrap_err().kind, Kind::Input);
    remote.push(&other, &reference.pinned(other.digest()), &|_| {}).unwrap();
    assert_eq!(remote.head_manifest(&reference).unwrap().unwrap().digest, artifact.digest());
    // A tag moves.
    remote.push(&other, &reference, &|_| {}).unwrap();
    assert_eq!(remote.head_manifest(&reference).unwrap().unwrap().digest, other.digest());
    let untagged = registry.reference("demo");
    assert!(remote.push(&other, &untagged, &|_| {}).unwrap_err().message.contains("has no tag"));
    let elsewhere = registry.reference("other:v1");
    assert_eq!(remote.push(&other, &elsewhere, &|_| {}).unwrap_err().kind, Kind::Input);
}

#[test]
fn blobs_are_mounted() {
    let Some(registry) = Registry::plain() else { return };
    let artifact = build(&ImageOptions::default());
    let first = registry.reference("first:v1");
    connect(&first, Login::Anonymous).push(&artifact, &first, &|_| {}).unwrap();
    let second = registry.reference("second:v1");
    let mount_from = vec!["nowhere".to_owned(), "first".to_owned()];
    let options = Options { mount_from, patience: quick(), ..Options::default() };
    let mounted = Mutex::new(0);
    let count = |progress: Progress<'_>| {
        if let Progress::Done { how: Uploaded::Mounted, .. } = progress {
            *mounted.lock().unwrap() += 1;
        }
    };
    let pushed = Remote::new(&second, options).unwrap().push(&artifact, &second, &count).unwrap();
    // This registry answers 202 for a repository that lacks the blob, and the upload goes on from there.
    assert_eq!(pushed.mounted, *mounted.lock().unwrap());
    assert_eq!(pushed.mounted + pushed.uploaded, 3);
    let third = registry.reference("third:v1");
    let options = Options { mount_from: vec!["first".to_owned()], patience: quick(), ..Options::default() };
    let pushed = Remote::new(&third, options).unwrap().push(&artifact, &third, &|_| {}).unwrap();
    assert_eq!((pushed.mounted, pushed.uploaded), (2, 1));
}

/// The line that `htpasswd -Bbn alice s3cret` prints.
pub const HTPASSWD: &str = "alice:$2y$05$abcdefghijklmnopqrstuuLK7U1u6pVRmL7L1BBM2aS35PSZnDXlK\n";
pub const AUTH: &str = "auth: {htpasswd: {realm: test, path: DIR/htpasswd}}";

#[test]
fn a_password_is_asked_for() {
    let Some(registry) = Registry::start("", AUTH, |dir| fs::write(dir.join("htpasswd"), HTPASSWD).unwrap())
    else {
        return;
    };
    let reference = registry.reference("demo/catalog:v1");
    let artifact = build(&ImageOptions::default());
    let push = |login| connect(&reference, login).push(&artifact, &reference, &|_| {});

    let error = push(Login::Anonymous).unwrap_err();
    assert_eq!(error.kind, Kind::Unauthorized);
    assert!(
        error
            .hint
            .unwrap()
            .contains("log in with olmcat, docker, podman or skopeo; the request was anonymous")
    );

    let error = push(Login::Given(alice("wr0ng"))).unwrap_err();
    assert_eq!(error.kind, Kind::Unauthorized);
    let text = format!("{error:?}");
    assert!(text.contains("401") && text.contains("user `alice`") && !text.contains("wr0ng"), "{text}");

    // As `docker login` writes it: base64 of `alice:s3cret`.
    let login = format!(r#"{{"auths":{{"127.0.0.1:{}":{{"auth":"YWxpY2U6czNjcmV0"}}}}}}"#, registry.port);
    let file = registry.folder.write("docker/config.json", login);
    let docker_config = Some(file.parent().unwrap().to_owned());
    let files = AuthFiles { docker_config, ..AuthFiles::default() };
    assert_eq!(push(Login::Files(files)).unwrap().digest, artifact.digest());

    let empty = registry.folder.write("empty.json", "{}");
    let files = AuthFiles { explicit: Some(empty), ..AuthFiles::default() };
    let hint = push(Login::Files(files)).unwrap_err().hint.unwrap();
    assert!(hint.contains("no credentials for 127.0.0.1") && hint.contains("empty.json"), "{hint}");
}

/// A certificate authority and a certificate for this machine, as `openssl` makes them.
pub fn certificates(dir: &Path) {
    let openssl = |args: &[&str]| output(Command::new("openssl").args(args).current_dir(dir));
    let ca = [
        "-subj",
        "/CN=ca",
        "-addext",
        "basicConstraints=critical,CA:TRUE",
        "-addext",
        "keyUsage=critical,keyCertSign",
    ];
    let new = ["-newkey", "rsa:2048", "-nodes"];
    openssl(
        &[&["req", "-x509", "-keyout", "ca.key", "-out", "ca.crt", "-days", "30"][..], &new, &ca].concat(),
    );
    openssl(
        &[&["req", "-keyout", "srv.key", "-out", "srv.csr", "-subj", "/CN=localhost"][..], &new].concat(),
    );
    fs::write(
        dir.join("ext"),
        "subjectAltName=IP:127.0.0.1,DNS:registry.example\nbasicConstraints=CA:FALSE\n\
         extendedKeyUsage=serverAuth,clientAuth\n",
    )
    .unwrap();
    let ca = ["-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-days", "30", "-extfile", "ext"];
    openssl(&[&["x509", "-req", "-in", "srv.csr", "-out", "srv.crt"][..], &ca].concat());
}

#[test]
fn tls_needs_a_trusted_authority() {
    if tool("openssl").is_none() {
        return;
    }
    let tls = ", tls: {certificate: DIR/srv.crt, key: DIR/srv.key}";
    let Some(registry) = Registry::start(tls, "", certificates) else { return };
    let reference = registry.reference("demo:v1");
    let artifact = build(&ImageOptions::default());
    let error = connect(&reference, Login::Anonymous).push(&artifact, &reference, &|_| {}).unwrap_err();
    assert_eq!(error.kind, Kind::Unreachable);
    assert!(error.message.contains("UnknownIssuer"), "{error}");
    assert!(error.hint.unwrap().contains("CA file"));

    let with_name = |reference: &Reference, file: &str| {
        let ca_file: Option<PathBuf> = Some(registry.folder.path().join(file));
        Remote::new(reference, Options { ca_file, patience: quick(), ..Options::default() })
    };
    let with = |file: &str| with_name(&reference, file);
    let pushed = with("ca.crt").unwrap().push(&artifact, &reference, &|_| {}).unwrap();
    assert_eq!(pushed.digest, artifact.digest());
    // `insecure` in `registries.conf`.
    let insecure = Options { insecure: true, patience: quick(), ..Options::default() };
    let found = Remote::new(&reference, insecure).unwrap().head_manifest(&reference).unwrap();
    assert_eq!(found.unwrap().digest, artifact.digest());
    assert!(with("srv.key").unwrap_err().message.contains("holds no certificate"));
    assert_eq!(with("missing").unwrap_err().kind, Kind::File);
    // The certificate names the address only.
    let named = Reference::parse(&format!("localhost:{}/demo:v1", registry.port)).unwrap();
    let error = with_name(&named, "ca.crt").unwrap().push(&artifact, &named, &|_| {}).unwrap_err();
    assert!(error.hint.unwrap().contains("use the host name"), "{}", error.message);
}
