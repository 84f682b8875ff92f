//! Challenges: how a registry wants us to log in (RFC 9110, 11.6.1; distribution, "Token Authentication").

/// What a `WWW-Authenticate` header asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Challenge {
    /// User and password with every request.
    Basic,
    /// A token from a service.
    Bearer {
        /// The service's address.
        realm: String,
        /// What the registry calls itself.
        service: Option<String>,
        /// What the token must allow.
        scope: Option<String>,
    },
}

/// Reads the headers of one answer and chooses: a token where that is offered, else a password.
pub(super) fn choose<'a>(headers: impl Iterator<Item = &'a str>) -> Option<Challenge> {
    let offers: Vec<Challenge> = headers.flat_map(parse).collect();
    let bearer = offers.iter().find(|offer| matches!(offer, Challenge::Bearer { .. }));
    bearer.or(offers.first()).cloned()
}

/// One header may hold several challenges, and commas part both them and their parameters.
fn parse(header: &str) -> Vec<Challenge> {
    let mut offers: Vec<(String, Vec<(String, String)>)> = Vec::new();
    let mut rest = header;
    loop {
        rest = rest.trim_start_matches([' ', '\t', ',']);
        if rest.is_empty() {
            break;
        }
        let end = rest.find(['=', ' ', '\t', ',']).unwrap_or(rest.len());
        let word = rest[..end].to_ascii_lowercase();
        rest = &rest[end..];
        let Some(value) = rest.trim_start().strip_prefix('=') else {
            offers.push((word, Vec::new()));
            continue;
        };
        let (value, after) = value_of(value.trim_start());
        rest = after;
        if let Some((_, parameters)) = offers.last_mut() {
            parameters.push((word, value));
        }
    }
    offers.into_iter().filter_map(|(scheme, parameters)| offer(&scheme, &parameters)).collect()
}

fn offer(scheme: &str, parameters: &[(String, String)]) -> Option<Challenge> {
    let find = |key: &str| parameters.iter().find(|(name, _)| name == key).map(|(_, value)| value.clone());
    match scheme {
        "basic" => Some(Challenge::Basic),
        "bearer" => {
            Some(Challenge::Bearer { realm: find("realm")?, service: find("service"), scope: find("scope") })
        }
        _ => None,
    }
}

/// A value, quoted or not, and what follows it.
fn value_of(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find([',', ' ', '\t']).unwrap_or(text.len());
        return (text[..end].to_owned(), &text[end..]);
    };
    let mut value = String::new();
    let mut letters = quoted.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return (value, &quoted[at + 1..]),
            '\\' => value.extend(letters.next().map(|(_, letter)| letter)),
            _ => value.push(letter),
        }
    }
    (value, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bearer(realm: &str, service: Option<&str>, scope: Option<&str>) -> Option<Challenge> {
        let (service, scope) = (service.map(str::to_owned), scope.map(str::to_owned));
        Some(Challenge::Bearer { realm: realm.to_owned(), service, scope })
    }

    #[test]
    fn challenges_of_the_field() {
        let choose = |headers: &[&str]| choose(headers.iter().copied());
        let hub = r#"Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:a/b:pull,push""#;
        let expected = bearer(
            "https://auth.docker.io/token",
            Some("registry.docker.io"),
            Some("repository:a/b:pull,push"),
        );
        assert_eq!(choose(&[hub]), expected);
        assert_eq!(choose(&["Basic realm=\"x\"", hub]), expected);
        assert_eq!(choose(&[&format!("basic realm=x, charset=\"UTF-8\", {hub}")]), expected);
        assert_eq!(
            choose(&["BEARER Realm = \"a\\\"b\" , error=insufficient_scope"]),
            bearer("a\"b", None, None)
        );
        assert_eq!(choose(&["Basic"]), Some(Challenge::Basic));
        for nonsense in ["", ",", "Negotiate abc==", "Bearer", "Bearer realm", "=", "\"", "realm=x"] {
            assert_eq!(choose(&[nonsense]), None, "{nonsense}");
        }
        assert_eq!(choose(&["Bearer realm=\"open"]), bearer("open", None, None));
    }

    proptest::proptest! {
        #[test]
        fn no_header_makes_it_panic(text in "(Bearer|basic|[ ,=\"\\\\a\u{e4}])*") {
            choose([text.as_str()].into_iter());
        }
    }
}
