//! What a registry can ask for before it lets anybody in, and what a token service can answer.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use crate::fault_list::Expect::{Fails, Fine, Passes};
use crate::fault_list::Fault;
use crate::fault_table::{PASSWORD, TOKEN};
use crate::server::reply;

/// Challenges, which come with status 401.
pub fn challenges() -> Vec<Fault> {
    let asks = |name: &str, expect, header: &str| {
        Fault::says(name, expect, reply(401, &[("WWW-Authenticate", header)], ""))
    };
    let realm = |name: &str, expect, text: &'static str| {
        Fault::new(name, expect, move |_, asked| {
            let text = text.replace("HOST", &asked.headers["host"]);
            Some(reply(401, &[("WWW-Authenticate", &text)], ""))
        })
    };
    vec![
        asks("nothing that we know", Fails("answered 401"), "Negotiate"),
        asks("nonsense", Fails("answered 401"), "=,\",\\"),
        asks("no realm", Fails("answered 401"), "Bearer service=\"x\""),
        asks("an empty realm", Fails("has an address that is not one"), "Bearer realm=\"\""),
        asks(
            "a realm in a file",
            Fails("has an address that is not one"),
            "Bearer realm=\"file:///etc/passwd\"",
        ),
        asks(
            "a realm that is no address",
            Fails("has an address that is not one"),
            "Bearer realm=\"http://[\"",
        ),
        asks(
            "a realm far away in plain http",
            Fails("to which no password is sent"),
            "Bearer realm=\"http://token.example/\"",
        ),
        asks(
            "a realm where nobody is",
            Passes("refused the connection"),
            "Bearer realm=\"http://127.0.0.1:1/token\"",
        ),
        // It is asked for a password and does not like it.
        asks("a password", Fails("answered 401"), "Basic realm=\"x\""),
        realm(
            "many scopes",
            Fine,
            "Bearer realm=\"http://HOST/token\",service=\"x\",scope=\"a:b:c d:e:f g:h:i j:k:l m:n:o p:q:r\"",
        ),
        realm("without quotes", Fine, "bearer realm=http://HOST/token, service=x"),
        realm(
            "a long header",
            Fine,
            &*format!("Bearer realm=\"http://HOST/token\",x=\"{}\"", "x".repeat(5000)).leak(),
        ),
        Fault::new("two challenges", Fine, |_, asked| {
            let bearer = format!("Bearer realm=\"http://{}/token\"", asked.headers["host"]);
            let headers = [("WWW-Authenticate", "Basic realm=\"x\""), ("WWW-Authenticate", &bearer)];
            Some(reply(401, &headers, ""))
        }),
        Fault::new("what was shown comes back", Fails("not ***"), |_, _| {
            let said = format!("not {PASSWORD}");
            Some(reply(403, &[], &said))
        }),
    ]
}

/// Answers of a token service.
pub fn tokens() -> Vec<Fault> {
    let no_token = "answered something other than a token";
    let without = "answered without a token";
    let mut faults: Vec<Fault> = [
        ("nothing", Fails(no_token), "".to_owned()),
        ("a page", Fails(no_token), "<html>".to_owned()),
        ("a list", Fails(no_token), "[]".to_owned()),
        ("half of it", Fails(no_token), format!("{{\"token\":\"{TOKEN}")),
        ("a number", Fails(no_token), "{\"token\":1}".to_owned()),
        ("no token", Fails(without), "{}".to_owned()),
        ("an empty token", Fails(without), "{\"token\":\"\"}".to_owned()),
        ("null", Fails(without), "{\"token\":null}".to_owned()),
        ("a token of two lines", Fails("cannot be written in HTTP"), "{\"token\":\"a\\nb\"}".to_owned()),
        ("a wrong token", Fails("answered 401"), "{\"token\":\"wrong\"}".to_owned()),
        (
            "more than a token",
            Fails("more than 1048576 bytes"),
            format!("{{\"token\":\"{}\"}}", "x".repeat(1 << 20)),
        ),
        ("it ends at once", Fine, format!("{{\"token\":\"{TOKEN}\",\"expires_in\":0}}")),
        ("it ended before", Fine, format!("{{\"token\":\"{TOKEN}\",\"expires_in\":-1}}")),
        ("it ends in words", Fine, format!("{{\"token\":\"{TOKEN}\",\"expires_in\":\"soon\"}}")),
        ("it never ends", Fine, format!("{{\"token\":\"{TOKEN}\",\"expires_in\":18446744073709551615}}")),
        ("null beside a token", Fine, format!("{{\"token\":null,\"access_token\":\"{TOKEN}\"}}")),
    ]
    .into_iter()
    .map(|(name, expect, body)| Fault::says(name, expect, reply(200, &[], &body)))
    .collect();
    let echo =
        |name: &str, text: String| Fault::says(name, Fails("refused the login"), reply(401, &[], &text));
    let shown = BASE64_STANDARD.encode(format!("alice:{PASSWORD}"));
    faults.extend([
        echo("the password comes back", format!("no such password: {PASSWORD}")),
        echo("what was shown comes back", format!("not Basic {shown}")),
        echo("the password comes back where the line is cut", format!("{}{PASSWORD}", "x".repeat(295))),
        echo(
            "the password comes back in an error",
            format!("{{\"errors\":[{{\"code\":\"{PASSWORD}\",\"message\":\"{PASSWORD}\"}}]}}"),
        ),
        Fault::new("a token that ends with every request", Passes("answered 401"), |_, _| {
            Some(reply(200, &[], "{\"token\":\"ended\",\"expires_in\":1}"))
        }),
    ]);
    faults
}
