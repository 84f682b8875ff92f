//! JSON as a `google.protobuf.Struct`, for blobs of schemas that the API has no message for.

use super::wire;
use crate::text::{Kind, Value};

/// Appends the fields of a mapping, keys sorted; of a key given twice the last counts, as everywhere in JSON
/// that Go reads.
pub(super) fn write(map: Value<'_, '_>, out: &mut Vec<u8>) {
    let fields: std::collections::BTreeMap<_, _> =
        map.entries().map(|(key, value)| (key.text(), value)).collect();
    for (key, value) in fields {
        let (mut entry, mut inner) = (Vec::new(), Vec::new());
        wire::string(&mut entry, 1, key);
        element(value, &mut inner);
        wire::bytes(&mut entry, 2, &inner);
        wire::bytes(out, 1, &entry);
    }
}

/// Appends a `google.protobuf.Value`.
fn element(value: Value<'_, '_>, out: &mut Vec<u8>) {
    let mut inner = Vec::new();
    match value.kind() {
        Kind::Null | Kind::Json => {
            wire::varint(out, 1 << 3);
            wire::varint(out, 0);
        }
        Kind::Int | Kind::Float => wire::double(out, 2, value.text().parse().unwrap_or(f64::NAN)),
        Kind::Str => wire::bytes(out, 3, value.text().as_bytes()),
        Kind::Bool => {
            wire::varint(out, 4 << 3);
            wire::varint(out, (value.text() == "true").into());
        }
        Kind::Map => {
            write(value, &mut inner);
            wire::bytes(out, 5, &inner);
        }
        Kind::List => {
            for item in value.items() {
                let mut one = Vec::new();
                element(item, &mut one);
                wire::bytes(&mut inner, 1, &one);
            }
            wire::bytes(out, 6, &inner);
        }
    }
}
