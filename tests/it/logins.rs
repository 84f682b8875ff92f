//! Where logins are found: the files of docker and podman, and credential helpers.

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use olmcat::oci::Error;
use olmcat::oci::remote::{AuthFiles, Credentials, Found};

use crate::image::output;
use crate::support::Folder;

/// A file of logins: `user` has the password `user-pass`.
fn logins(entries: &[(&str, &str)]) -> String {
    let entry = |(key, user): &(&str, &str)| {
        let encoded =
            base64::Engine::encode(&base64::prelude::BASE64_STANDARD, format!("{user}:{user}-pass"));
        format!("{key:?}:{{\"auth\":{encoded:?}}}")
    };
    format!("{{\"auths\":{{{}}}}}", entries.iter().map(entry).collect::<Vec<_>>().join(","))
}

fn user(found: Result<Found, Error>) -> Option<String> {
    found.unwrap().credentials.map(|credentials| match credentials {
        Credentials::Basic { username, password } => {
            assert_eq!(password, format!("{username}-pass"));
            username
        }
        Credentials::Identity(token) => format!("identity {token}"),
    })
}

fn explicit(folder: &Folder, content: &str) -> AuthFiles {
    let explicit = Some(folder.write("auth.json", content));
    AuthFiles { explicit, ..AuthFiles::default() }
}

#[test]
fn files_are_asked_in_order() {
    let folder = Folder::new();
    let all = [
        ("explicit.json", "first"),
        ("registry.json", "second"),
        ("docker/config.json", "third"),
        ("home/.docker/config.json", "fourth"),
        ("run/containers/auth.json", "fifth"),
        ("config/containers/auth.json", "sixth"),
        ("home/.config/containers/auth.json", "seventh"),
    ];
    for (file, user) in all {
        folder.write(file, logins(&[("quay.io", user)]));
    }
    let at = |below: &str| Some(folder.path().join(below));
    let mut files = AuthFiles {
        explicit: at("explicit.json"),
        registry_auth_file: at("registry.json"),
        docker_config: at("docker"),
        home: at("home"),
        xdg_runtime_dir: at("run"),
        xdg_config_home: at("config"),
        path: None,
    };
    let find = |files: &AuthFiles| user(files.find("quay.io", "demo/catalog"));
    assert_eq!(find(&files).unwrap(), "first");
    files.explicit = None;
    assert_eq!(find(&files).unwrap(), "second");
    files.registry_auth_file = None;
    assert_eq!(find(&files).unwrap(), "third");
    files.docker_config = None;
    assert_eq!(find(&files).unwrap(), "fourth");
    // A file that does not know the registry, or is not there, leaves it to the next.
    folder.write("home/.docker/config.json", logins(&[("other.io", "nobody")]));
    assert_eq!(find(&files).unwrap(), "fifth");
    files.xdg_runtime_dir = at("nowhere");
    assert_eq!(find(&files).unwrap(), "sixth");
    files.xdg_config_home = None;
    assert_eq!(find(&files).unwrap(), "seventh");
    files.home = None;
    let found = files.find("quay.io", "demo/catalog").unwrap();
    assert_eq!(found.credentials, None);
    assert!(found.told.starts_with("no credentials for quay.io were found in "), "{}", found.told);
    assert!(files.find("quay.io", "x").unwrap().told.ends_with("nowhere/containers/auth.json"));
}

#[test]
fn the_nearest_key_wins() {
    let folder = Folder::new();
    let content = logins(&[
        ("quay.io", "host"),
        ("quay.io/org", "org"),
        ("quay.io/org/repo", "repo"),
        ("https://index.docker.io/v1/", "hub"),
        ("https://old.example/v2/", "old"),
        ("localhost:5000", "local"),
    ]);
    let files = explicit(&folder, &content);
    for (host, repository, expected) in [
        ("quay.io", "org/repo", Some("repo")),
        ("quay.io", "org/repo/deeper", Some("repo")),
        ("quay.io", "org/repository", Some("org")),
        ("quay.io", "organisation/x", Some("host")),
        ("docker.io", "x/y", Some("hub")),
        ("old.example", "x", Some("old")),
        ("localhost:5000", "x", Some("local")),
        ("localhost", "x", None),
        ("evil-quay.io", "org", None),
    ] {
        assert_eq!(user(files.find(host, repository)).as_deref(), expected, "{host}/{repository}");
    }
}

#[test]
fn every_form_of_entry_is_read() {
    let folder = Folder::new();
    let find = |entry: &str| {
        let content = format!("{{\"auths\":{{\"quay.io\":{entry}}},\"other\":[1]}}");
        explicit(&folder, &content).find("quay.io", "x")
    };
    assert_eq!(user(find(r#"{"username":"u","password":"u-pass","email":"x"}"#)).unwrap(), "u");
    assert_eq!(user(find(r#"{"auth":"dTp1LXBhc3M"}"#)).unwrap(), "u", "without padding");
    assert_eq!(user(find(r#"{"auth":"dTp1LXBhc3MAAA=="}"#)).unwrap(), "u", "with zeros");
    assert_eq!(user(find(r#"{"auth":"dTp1LXBhc3M=","identitytoken":"t"}"#)).unwrap(), "identity t");
    assert_eq!(user(find("{}")), None);
    for wrong in
        [r#"{"auth":"s3cret!"}"#, r#"{"auth":"czNjcmV0"}"#, r#"{"auth":["s3cret"]}"#, r#"{"auth":"s3cret"#]
    {
        let text = format!("{:?}", find(wrong).unwrap_err());
        assert!(text.contains("auth.json") && text.contains("log in again"), "{text}");
        assert!(!text.contains("s3cret") && !text.contains("czNj"), "{text}");
    }
    assert_eq!(user(explicit(&folder, "").find("quay.io", "x")), None);
    let missing = AuthFiles { explicit: Some(folder.path().join("missing")), ..AuthFiles::default() };
    assert!(missing.find("quay.io", "x").unwrap_err().message.contains("missing"));
}

/// A helper that knows one server. What it was asked is in `asked`.
pub fn helper(folder: &Folder, name: &str, script: &str) {
    let asked = folder.path().join("asked");
    let script = format!("#!/bin/sh\nread server\necho \"$1 $server\" >>{}\n{script}\n", asked.display());
    let draft = folder.write(&format!("bin/draft-{name}"), script);
    fs::set_permissions(&draft, fs::Permissions::from_mode(0o755)).unwrap();
    // Another test's fork may hold a file that we wrote, and such a file cannot be run; a copy can.
    let file = folder.path().join(format!("bin/docker-credential-{name}"));
    output(Command::new("cp").arg("-p").arg(draft).arg(file));
}

fn path(folder: &Path) -> Option<OsString> {
    Some(std::env::join_paths([Path::new("/nowhere"), &folder.join("bin")]).unwrap())
}

#[test]
fn helpers_are_asked() {
    let folder = Folder::new();
    let known = r#"echo '{"ServerURL":"x","Username":"helped","Secret":"helped-pass"}'"#;
    helper(&folder, "good", known);
    helper(&folder, "token", r#"echo '{"Username":"<token>","Secret":"refresh"}'"#);
    helper(&folder, "empty", "echo 'credentials not found in native keychain'; exit 1");
    helper(&folder, "bad", "echo 's3cret is locked'; exit 1");
    helper(&folder, "chatty", "echo 's3cret'");
    let content = r#"{
        "auths": {"quay.io": {"auth": "ZmlsZTpmaWxlLXBhc3M="}, "store.io": {}},
        "credHelpers": {"good.io": "good", "token.io": "token", "quay.io": "empty", "bad.io": "bad", "chatty.io": "chatty",
            "missing.io": "missing", "odd.io": "../odd", "https://index.docker.io/v1/": "good"},
        "credsStore": "good"
    }"#;
    let mut files = explicit(&folder, content);
    files.path = path(folder.path());
    let find = |host: &str| files.find(host, "x/y");
    assert_eq!(user(find("good.io")).unwrap(), "helped");
    assert_eq!(user(find("token.io")).unwrap(), "identity refresh");
    assert_eq!(user(find("quay.io")).unwrap(), "file", "a helper without a login leaves it to the file");
    assert_eq!(user(find("store.io")).unwrap(), "helped");
    assert_eq!(user(find("docker.io")).unwrap(), "helped");
    for (host, words) in [
        ("bad.io", "`docker-credential-bad` failed"),
        ("chatty.io", "printed something other than a login"),
        ("missing.io", "`docker-credential-missing` is not in PATH"),
        ("odd.io", "is not the name of a credential helper"),
    ] {
        let error = find(host).unwrap_err();
        assert!(error.message.contains(words), "{error}");
        assert!(!format!("{error:?}").contains("s3cret"), "{error:?}");
    }
    let asked = fs::read_to_string(folder.path().join("asked")).unwrap();
    assert!(asked.starts_with(
        "get good.io\nget token.io\nget quay.io\nget store.io\nget https://index.docker.io/v1/\n"
    ));
}
