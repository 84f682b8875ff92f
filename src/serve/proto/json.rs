//! Messages as JSON, with the names of the `.proto` files: what people see of an answer.

use super::{Files, Kind, files};
use crate::index::wire::{self, Malformed, Value};
use crate::text::{Builder, json};

const COMPACT: json::Style = json::Style { indent: 0, sort: false, escape_html: false, doubles: false };
/// How deep messages may lie in one another, as in other implementations.
const DEPTH: usize = 100;

/// Writes the answer of a method as JSON, compact. None if there is no such method, or the bytes are not its
/// answer.
pub fn to_json(path: &str, message: &[u8]) -> Option<String> {
    let files = files();
    let mut to = Builder::default();
    write(files, files.returned(path)?, message, DEPTH, &mut to).ok()?;
    let mut out = String::new();
    json::write(to.finish().root()?, COMPACT, &mut out);
    Some(out)
}

fn write(
    files: &Files,
    name: &str,
    bytes: &[u8],
    depth: usize,
    to: &mut Builder<'_>,
) -> Result<(), Malformed> {
    let depth = depth.checked_sub(1).ok_or(Malformed)?;
    let message = files.message(name).ok_or(Malformed)?;
    let found = wire::fields(bytes).collect::<Result<Vec<_>, _>>()?;
    // Any JSON is shown as itself, not as the message that carries it.
    match name {
        "google.protobuf.Struct" => return structure(files, &found, depth, to),
        "google.protobuf.Value" => return element(files, &found, depth, to),
        _ => {}
    }
    to.open_map();
    for field in &message.fields {
        let mut values = found.iter().filter(|(number, _)| *number == field.number).map(|(_, value)| *value);
        if !field.is_list {
            if let Some(value) = values.next_back() {
                to.str(field.name.clone());
                scalar(files, &field.kind, value, depth, to)?;
            }
            continue;
        }
        let mut values = values.peekable();
        if values.peek().is_some() {
            to.str(field.name.clone());
            to.open_list();
            values.try_for_each(|value| scalar(files, &field.kind, value, depth, to))?;
            to.close();
        }
    }
    to.close();
    Ok(())
}

fn scalar(
    files: &Files,
    kind: &Kind,
    value: Value<'_>,
    depth: usize,
    to: &mut Builder<'_>,
) -> Result<(), Malformed> {
    match (kind, value) {
        (Kind::String, Value::Bytes(bytes)) => {
            to.str(std::str::from_utf8(bytes).map_err(|_| Malformed)?.to_owned());
        }
        (Kind::Message(name), Value::Bytes(bytes)) => write(files, name, bytes, depth, to)?,
        (Kind::Double, Value::Number(bits)) => to.json(double(bits)),
        (Kind::Int32, Value::Number(number)) => to.int(i64::from(number as u32 as i32)),
        (Kind::Bool, Value::Number(number)) => to.bool(number != 0),
        (Kind::Enum(name), Value::Number(number)) => to.str(files.value(name, number).ok_or(Malformed)?),
        _ => return Err(Malformed),
    }
    Ok(())
}

fn double(bits: u64) -> String {
    let mut out = String::new();
    match f64::from_bits(bits) {
        number if number.is_finite() => crate::text::number::json_double(number, &mut out),
        _ => out.push_str("null"),
    }
    out
}

type Found<'b> = [(u32, Value<'b>)];

fn structure(files: &Files, found: &Found<'_>, depth: usize, to: &mut Builder<'_>) -> Result<(), Malformed> {
    to.open_map();
    for (_, value) in found {
        let Value::Bytes(entry) = value else { return Err(Malformed) };
        let (mut key, mut inner) = (String::new(), None);
        for field in wire::fields(entry) {
            match field? {
                (1, Value::Bytes(bytes)) => {
                    key = std::str::from_utf8(bytes).map_err(|_| Malformed)?.to_owned();
                }
                (2, Value::Bytes(bytes)) => inner = Some(bytes),
                _ => return Err(Malformed),
            }
        }
        to.str(key);
        write(files, "google.protobuf.Value", inner.ok_or(Malformed)?, depth, to)?;
    }
    to.close();
    Ok(())
}

fn element(files: &Files, found: &Found<'_>, depth: usize, to: &mut Builder<'_>) -> Result<(), Malformed> {
    match found.last() {
        Some((2, Value::Number(bits))) => to.json(double(*bits)),
        Some((3, Value::Bytes(bytes))) => {
            to.str(std::str::from_utf8(bytes).map_err(|_| Malformed)?.to_owned());
        }
        Some((4, Value::Number(number))) => to.bool(*number != 0),
        Some((5, Value::Bytes(bytes))) => write(files, "google.protobuf.Struct", bytes, depth, to)?,
        Some((6, Value::Bytes(bytes))) => {
            to.open_list();
            for item in wire::fields(bytes) {
                let (1, Value::Bytes(item)) = item? else { return Err(Malformed) };
                write(files, "google.protobuf.Value", item, depth, to)?;
            }
            to.close();
        }
        _ => to.null(),
    }
    Ok(())
}

impl Files {
    fn value(&self, full: &str, number: u64) -> Option<String> {
        let file = self.declaring(full)?;
        let name = full.rsplit('.').next()?;
        let mut enums = file.enums.iter().chain(file.messages.iter().flat_map(|message| &message.enums));
        let values = &enums.find(|one| one.name == name)?.values;
        values.iter().find(|(_, value)| u64::from(*value) == number).map(|(name, _)| name.clone())
    }
}
