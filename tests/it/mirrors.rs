//! `registries.conf`: who is asked for an image, in which order, and with whose login.

use olmcat::oci::{PullOptions, Reference, Registries};

use crate::pull::{demo_bundle, options, puller_with, push};
use crate::server::{Reply, Server};
use crate::support::{Folder, Olmcat};

fn registries(folder: &Folder, text: &str) -> Registries {
    Registries::read(&[folder.write("registries.conf", text)]).unwrap()
}

#[test]
fn mirrors_are_asked_first() {
    let (mirror, home) = (Server::start(|_| None), Server::start(|_| None));
    let artifact = demo_bundle();
    let at = |server: &Server, name: &str| Reference::parse(&format!("{}/{name}:v1", server.host())).unwrap();
    push(&artifact, &at(&mirror, "m/demo"));
    push(&artifact, &at(&home, "h/demo"));
    let (asked, told) = (mirror.log().len(), home.log().len());
    let reference = Reference::parse("quay.example/x/demo:v1").unwrap();
    let pull = |text: &str| {
        let folder = Folder::new();
        let puller = puller_with(
            &folder.path().join("cache"),
            PullOptions { registries: registries(&folder, text), ..options() },
        );
        let pulled = puller.pull(&reference.clone().into())?;
        puller.unpack(&pulled, &["manifests"]).map(|_| pulled)
    };
    let text = |mirrors: &[&str]| {
        let mirrors: String =
            mirrors.iter().map(|mirror| format!("[[registry.mirror]]\nlocation = '{mirror}'\n")).collect();
        format!("[[registry]]\nprefix = 'quay.example/x'\nlocation = '{}/h'\n{mirrors}", home.host())
    };
    let good = format!("{}/m", mirror.host());
    let pulled = pull(&text(&[&good])).unwrap();
    assert_eq!((pulled.name, pulled.digest), (reference.to_string(), artifact.digest()));
    assert!(mirror.log().len() > asked && home.log().len() == told);
    // One that does not answer, one that has nothing, and then the registry itself.
    let empty = Server::start(|_| None);
    pull(&text(&["127.0.0.1:1/m", &format!("{}/m", empty.host())])).unwrap();
    assert!(home.log().len() > told);
    let broken = format!(
        "[[registry]]\nlocation = 'quay.example'\n[[registry.mirror]]\nlocation = '127.0.0.1:1'\n{}",
        "[[registry.mirror]]\nlocation = '127.0.0.1:2'\n"
    );
    let error =
        pull(&broken.replace("'quay.example'\n", "'127.0.0.1:3'\nprefix = 'quay.example'\n")).unwrap_err();
    for part in ["no registry gave quay.example/x/demo:v1", "127.0.0.1:1", "127.0.0.1:2", "127.0.0.1:3"] {
        assert!(error.message.contains(part), "{error}");
    }
    // A drop-in file stands for what was said before.
    let folder = Folder::new();
    let files = [("a.conf", "blocked = true"), ("b.conf", "location = 'b.example'")]
        .map(|(name, line)| folder.write(name, format!("[[registry]]\nprefix = 'quay.example'\n{line}\n")));
    let found = Registries::read(&files).unwrap().endpoints(&reference).unwrap();
    assert_eq!(found[0].reference.to_string(), "b.example/x/demo:v1");
    for (text, words) in
        [("[[registry]\n", "c.conf:1: "), ("[registries.search]\nregistries = []\n", "version 1")]
    {
        let error = Registries::read(&[folder.write("c.conf", text)]).unwrap_err();
        assert!(error.message.contains(words), "{error}");
    }
    let error = pull("[[registry]]\nprefix = 'quay.example'\nblocked = true\n").unwrap_err();
    assert!(error.message.contains("is blocked by `quay.example`"), "{error}");
}

#[test]
fn logins_are_those_of_the_host_that_is_asked() {
    // base64 of `mirror-user:secret`.
    let login = "Basic bWlycm9yLXVzZXI6c2VjcmV0";
    let mirror = Server::start(move |asked| {
        let challenge = [("WWW-Authenticate".to_owned(), "Basic realm=\"mirror\"".to_owned())];
        let is_known =
            asked.authorization() == Some(login) || asked.method == "PUT" || asked.method == "POST";
        (!is_known).then(|| Reply::Answer(401, challenge.to_vec(), Vec::new()))
    });
    let digest = {
        let (artifact, home) = (demo_bundle(), Server::start(|_| None));
        push(&artifact, &home.reference());
        for asked in home.log().iter().filter(|asked| asked.method == "PUT") {
            let name = asked.path.rsplit(['/', '=']).next().unwrap();
            mirror.store(name, asked.headers.get("content-type").map_or("", String::as_str), &asked.body);
        }
        artifact.digest()
    };
    let folder = Folder::new();
    let auth = login.trim_start_matches("Basic ");
    let logins = format!("{{\"auths\": {{\"{}\": {{\"auth\": \"{auth}\"}}}}}}", mirror.host());
    let text = format!("[[registry]]\nprefix = 'quay.example'\nlocation = '{}'\n", mirror.host());
    let arguments = [
        "render".to_owned(),
        "quay.example/demo/catalog:v1".to_owned(),
        format!("--cache={}", folder.path().join("cache").display()),
        format!("--authfile={}", folder.write("auth.json", logins).display()),
        format!("--registries-conf={}", folder.write("registries.conf", text).display()),
    ];
    let rendered = Olmcat::new(&arguments).run().exits(0).stdout();
    assert!(rendered.contains("image: quay.example/demo/catalog:v1\n"), "{rendered}");
    assert_eq!(mirror.log().iter().filter(|asked| asked.is("GET", &digest.to_string())).count(), 1);
    let error = Olmcat::new(&arguments[..3]).env("CONTAINERS_REGISTRIES_CONF", "/nonexistent/r.conf").run();
    assert!(error.exits(2).stderr().contains("cannot read /nonexistent/r.conf"));
    let anonymous = arguments.iter().filter(|argument| !argument.starts_with("--authfile"));
    let fresh = anonymous.map(|argument| argument.replace("/cache", "/fresh")).collect::<Vec<_>>();
    let error = Olmcat::new(fresh).run().exits(2).stderr();
    assert!(error.contains(&mirror.host()) && error.contains("no credentials"), "{error}");
    // A cache that cannot be written.
    let error = Olmcat::new(arguments[..2].iter().map(String::as_str).chain(["--cache=/proc/olmcat"]))
        .env("CONTAINERS_REGISTRIES_CONF", folder.path().join("registries.conf"))
        .env("REGISTRY_AUTH_FILE", folder.path().join("auth.json"))
        .run()
        .exits(2)
        .stderr();
    assert!(error.contains("cannot write to the cache /proc/olmcat") && error.contains("--cache"), "{error}");
}
