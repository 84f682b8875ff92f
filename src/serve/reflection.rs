//! Server reflection: clients such as grpcurl ask what there is, and need no `.proto` files.

use super::proto::{File, files};
use super::status::Code;
use crate::index::wire::{self, Malformed, Value};

/// Answers one request of the stream.
///
/// # Errors
/// When the bytes are no request.
pub(super) fn answer(request: &[u8]) -> Result<Vec<u8>, Malformed> {
    let (mut out, mut asked) = (Vec::new(), None);
    for field in wire::fields(request) {
        match field? {
            (1, Value::Bytes(host)) => wire::bytes(&mut out, 1, host),
            (number @ (3..=4 | 6..=7), Value::Bytes(text)) => {
                asked = Some((number, std::str::from_utf8(text).map_err(|_| Malformed)?));
            }
            (5, Value::Bytes(_)) => asked = Some((5, "")),
            _ => {}
        }
    }
    wire::bytes(&mut out, 2, request);
    let all = files();
    let by_name = |name: &str| all.files.iter().find(|file| file.name == name);
    match asked {
        Some((3, name)) => file(by_name(name), name, &mut out),
        Some((4, symbol)) => file(all.declaring(symbol), symbol, &mut out),
        Some((7, _)) => {
            let mut list = Vec::new();
            all.services().iter().for_each(|name| wire::strings(&mut list, 1, &[name]));
            wire::bytes(&mut out, 6, &list);
        }
        // Extensions are of the second version of the language.
        Some((5, _)) => fault(Code::NOT_FOUND, "there are no extensions", &mut out),
        Some((_, name)) => fault(Code::NOT_FOUND, &format!("{name:?} has no extensions"), &mut out),
        None => fault(Code::INVALID_ARGUMENT, "nothing is asked for", &mut out),
    }
    Ok(out)
}

/// Answers with a file and those that it needs.
fn file(found: Option<&File>, name: &str, out: &mut Vec<u8>) {
    let Some(found) = found else {
        return fault(Code::NOT_FOUND, &format!("nothing is called {name:?}"), out);
    };
    let mut list = Vec::new();
    wire::bytes(&mut list, 1, &found.descriptor());
    for import in files().files.iter().filter(|file| found.imports().contains(&file.name)) {
        wire::bytes(&mut list, 1, &import.descriptor());
    }
    wire::bytes(out, 4, &list);
}

fn fault(code: Code, message: &str, out: &mut Vec<u8>) {
    let mut one = Vec::new();
    wire::number(&mut one, 1, code.0.into());
    wire::string(&mut one, 2, message);
    wire::bytes(out, 7, &one);
}
