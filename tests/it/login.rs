//! `olmcat login` and `logout`, against a real registry with TLS and passwords.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::image::build;
use crate::logins::helper;
use crate::registry::{AUTH, HTPASSWD, Registry, certificates};
use crate::server::{Server, reply};
use crate::support::{Folder, Olmcat, tool};

/// A registry with TLS that lets `alice` in with `s3cret`, and a home folder in which its authority is known.
fn guarded() -> Option<(Registry, Folder, String)> {
    tool("openssl")?;
    let tls = ", tls: {certificate: DIR/srv.crt, key: DIR/srv.key}";
    let registry = Registry::start(tls, AUTH, |dir| {
        certificates(dir);
        fs::write(dir.join("htpasswd"), HTPASSWD).unwrap();
    })?;
    let (home, host) = (Folder::new(), format!("127.0.0.1:{}", registry.port));
    let authority = fs::read(registry.folder.path().join("ca.crt")).unwrap();
    home.write(&format!(".config/containers/certs.d/{host}/ca.crt"), authority);
    Some((registry, home, host))
}

fn olmcat(home: &Folder, args: &[&str]) -> Olmcat {
    Olmcat::new(args.iter().chain(&["--retries=0"])).env("HOME", home.path())
}

fn login(home: &Folder, host: &str, user: &str, password: &str) -> Olmcat {
    olmcat(home, &["login", host, "--username", user, "--password-stdin"]).input(password)
}

fn logout(home: &Folder, host: &str) -> String {
    Olmcat::new(["logout", host]).env("HOME", home.path()).run().exits(0).stderr()
}

fn config(file: &Path) -> Value {
    serde_json::from_slice(&fs::read(file).unwrap()).unwrap()
}

#[test]
fn a_login_is_tried_kept_used_and_forgotten() {
    let Some((_registry, home, host)) = guarded() else { return };
    let file = home.path().join(".docker/config.json");
    let other = json!({ "auths": { "other.io": { "auth": "eDp5" } }, "proxies": { "x": [1, 2.5] } });
    home.write(".docker/config.json", other.to_string());
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();

    let error = login(&home, &host, "alice", "wr0ng\n").run().exits(2).stderr();
    assert!(error.contains("answered 401") && error.contains("check the user and the password"), "{error}");
    assert!(!error.contains("wr0ng"), "{error}");
    assert_eq!(config(&file), other);

    let said = login(&home, &host, "alice", "s3cret\n").run().exits(0);
    assert_eq!(said.stdout(), "");
    let expected = format!("logged in to {host} as alice; kept in {}\n", file.display());
    assert_eq!(said.stderr(), expected);
    let mut with = other.clone();
    with["auths"][&host] = json!({ "auth": "YWxpY2U6czNjcmV0" });
    assert_eq!(config(&file), with);
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(fs::read_dir(file.parent().unwrap()).unwrap().count(), 1, "nothing is left beside it");

    let layout = Folder::new();
    olmcat::oci::layout::write(&layout.path().join("l"), &build(&Default::default()), "v1").unwrap();
    let layout = layout.path().join("l").display().to_string();
    let push = || {
        let reference = format!("{host}/demo/catalog:v1");
        olmcat(&home, &["push", &reference, "--layout", &layout]).run()
    };
    assert!(push().exits(0).stdout().starts_with("sha256:"));

    assert_eq!(logout(&home, &host), format!("forgot the login for {host} in {}\n", file.display()));
    assert_eq!(config(&file), other);
    assert_eq!(logout(&home, &host), format!("there is no login for {host}\n"));
    let error = push().exits(2).stderr();
    assert!(error.contains(&format!("no credentials for {host} were found in ")), "{error}");
}

#[test]
fn a_login_is_kept_where_it_is_found_first() {
    let server = Server::start(|_| None);
    let host = server.host();
    let folder = Folder::new();
    let at = |below: &str| folder.path().join(below);
    let run = |args: &[&str], envs: &[(&str, &str)]| {
        let common = ["login", "--username=u", "--password-stdin"];
        let run = Olmcat::new(common.iter().chain(args)).env("HOME", at("home")).input("p");
        envs.iter().fold(run, |run, (name, below)| run.env(name, at(below))).run().exits(0).stderr()
    };
    // This registry lets everybody in, and that is said.
    let said = run(&[&host], &[]);
    assert!(said.starts_with(&format!("{host} lets everybody in: ")), "{said}");
    let auths = |file: &str| config(&at(file))["auths"].clone();
    assert_eq!(auths("home/.docker/config.json"), json!({ host.clone(): { "auth": "dTpw" } }));
    run(&[&host], &[("DOCKER_CONFIG", "docker")]);
    run(&[&host], &[("DOCKER_CONFIG", "docker"), ("REGISTRY_AUTH_FILE", "registry.json")]);
    let named = at("deep/er/named.json").display().to_string();
    run(&[&format!("{host}/team/"), "--authfile", &named], &[("REGISTRY_AUTH_FILE", "registry.json")]);
    for file in ["docker/config.json", "registry.json"] {
        assert_eq!(auths(file), auths("home/.docker/config.json"));
    }
    assert_eq!(auths("deep/er/named.json"), json!({ format!("{host}/team"): { "auth": "dTpw" } }));
    // A link stays one, and a second form of the same key goes.
    let link = at("link.json");
    let old = json!({ "auths": { format!("https://{host}/v2/"): { "auth": "eDp5" } } });
    folder.write("target.json", old.to_string());
    std::os::unix::fs::symlink(at("target.json"), &link).unwrap();
    run(&[&host, "--authfile", &link.display().to_string()], &[]);
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(auths("target.json"), json!({ host.clone(): { "auth": "dTpw" } }));
}

#[test]
fn helpers_keep_logins() {
    let server = Server::start(|_| None);
    let host = server.host();
    let home = Folder::new();
    // What it is told is in `store`.
    let script = format!(
        "store={}\ncase $1 in store) echo \"$server\" >$store;; erase) rm $store;;\n\
         get) if [ -f $store ]; then cat $store; else echo credentials not found in native keychain; exit 1; fi;; esac",
        home.path().join("store").display()
    );
    helper(&home, "test", &script);
    let path = format!("{}:/usr/bin:/bin", home.path().join("bin").display());
    let old = json!({ "credsStore": "test", "auths": { host.clone(): { "auth": "b2xkOm9sZA==" } } });
    let file = home.write(".docker/config.json", old.to_string());
    let said = login(&home, &host, "alice", "s3cret").env("PATH", &path).run().exits(0).stderr();
    assert!(
        said.ends_with(&format!("logged in to {host} as alice; kept in `docker-credential-test`\n")),
        "{said}"
    );
    let kept = config(&home.path().join("store"));
    assert_eq!(kept, json!({ "ServerURL": host, "Username": "alice", "Secret": "s3cret" }));
    assert_eq!(config(&file)["auths"], json!({ host.clone(): {} }), "no password stays in the file");
    let run = Olmcat::new(["logout", &host]).env("HOME", home.path()).env("PATH", &path).run().exits(0);
    let expected =
        format!("forgot the login for {host} in `docker-credential-test` and {}\n", file.display());
    assert_eq!(run.stderr(), expected);
    assert!(!home.path().join("store").exists());
    // A helper knows hosts only, and one that fails is told, without what it was given.
    let error =
        login(&home, &format!("{host}/team"), "a", "s3cret").env("PATH", &path).run().exits(2).stderr();
    assert!(error.contains("keeps no login for a part of a registry"), "{error}");
    helper(&home, "test", "echo \"$server\"; exit 3");
    let error = login(&home, &host, "a", "s3cret").env("PATH", &path).run().exits(2).stderr();
    assert!(error.contains("`docker-credential-test` failed") && !error.contains("s3cret"), "{error}");
}

#[test]
fn what_is_wrong_is_told_and_nothing_is_kept() {
    let server = Server::start(|_| None);
    let host = server.host();
    let home = Folder::new();
    for (args, input, words) in [
        (vec![host.as_str()], "", "there is no terminal to ask for the user"),
        (vec![&host, "--username=u"], "", "there is no terminal to ask for the password of u"),
        (vec![&host, "--password-stdin"], "p", "the user is not said"),
        (vec![&host, "--username=u", "--password-stdin"], "", "the password is empty"),
        (vec![&host, "--username=u", "--password-stdin"], "p\nq", "more than one line"),
        (vec![&host, "--username=u:v", "--password-stdin"], "p", "is not a user's name"),
        (vec!["quay", "--username=u", "--password-stdin"], "p", "is not the name of a registry"),
        (vec!["quay.io/a:v1", "--username=u", "--password-stdin"], "p", "is not the name of a registry"),
    ] {
        let error =
            olmcat(&home, &[&["login"], args.as_slice()].concat()).input(input).run().exits(2).stderr();
        assert!(error.contains(words) && error.contains("\nhint: "), "{error}");
    }
    assert!(!home.path().join(".docker").exists());
    for wrong in ["{", "[]", "{\"auths\":[]}"] {
        let file = home.write(".docker/config.json", wrong);
        let error = login(&home, &host, "u", "p").run().exits(2).stderr();
        assert!(error.contains("config.json holds no logins"), "{error}");
        assert_eq!(fs::read_to_string(file).unwrap(), wrong);
    }
    // A token service judges, and says what it was told.
    let server = Server::start(|asked| {
        let realm = format!("Bearer realm=\"http://{}/token\"", asked.headers["host"]);
        Some(match asked.path.starts_with("/token") {
            true => reply(401, &[], &format!("not {:?}", asked.authorization())),
            false => reply(401, &[("WWW-Authenticate", &realm)], ""),
        })
    });
    let error = login(&home, &server.host(), "alice", "s3cret").run().exits(2).stderr();
    assert!(error.contains("refused the login with 401") && !error.contains("YWxpY2U6"), "{error}");
    assert_eq!(server.log()[1].path, "/token");
}

#[test]
fn a_password_that_is_typed_is_not_seen() {
    let Some(script) = tool("script") else { return };
    let server = Server::start(|_| None);
    let home = Folder::new();
    let mut child = Command::new(script)
        .args(["-qec", &format!("{} login {}", env!("CARGO_BIN_EXE_olmcat"), server.host()), "/dev/null"])
        .env_clear()
        .envs([("PATH", "/usr/bin:/bin"), ("SHELL", "/bin/sh")])
        .env("HOME", home.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    for line in ["alice\n", "s3cret\n"] {
        std::thread::sleep(std::time::Duration::from_millis(700));
        std::io::Write::write_all(&mut input, line.as_bytes()).unwrap();
    }
    let output = String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap();
    assert!(output.contains("user: alice") && output.contains("password of alice: "), "{output}");
    assert!(output.contains("logged in to") && !output.contains("s3cret"), "{output}");
    let kept = config(&home.path().join(".docker/config.json"));
    assert_eq!(kept["auths"][server.host()]["auth"], "YWxpY2U6czNjcmV0");
}
