use base64::alphabet::STANDARD;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use base64::{DecodeError, Engine as _};

use crate::catalog::{BUNDLE_OBJECT, Raw};
use crate::diag::{Code, Level, Suite};
use crate::rules::{BlobView, Check, Findings, Rule};
use crate::text::{Kind, json, scan, yaml};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "invalid-bundle-object",
        summary: "a manifest in the catalog is not base64 of YAML or JSON",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("invalid_bundle_object.md"),
    },
    check: Check::Blob(check),
};

/// `opm` decodes every object when it loads the catalog.
fn check(view: &BlobView<'_>, out: &mut Findings<'_>) {
    let mut bytes = Vec::new();
    for (index, property) in
        view.blob.properties.iter().enumerate().filter(|(_, property)| property.kind == BUNDLE_OBJECT)
    {
        let Some(value) = &property.value else { continue }; // `unparsable-property`
        let Err(reason) = check_object(value, &mut bytes) else { continue };
        let place = view.property_place(index).key("value").key("data");
        let message = format!("a manifest in {} cannot be read: {reason}", view.title());
        out.report(place, message).help("render the bundle anew");
    }
}

/// Checks one object; `bytes` is room for what its data decodes to, kept for the next one.
fn check_object(value: &Raw<'_>, bytes: &mut Vec<u8>) -> Result<(), String> {
    let tree;
    let data: &str = match value {
        Raw::Manifest(_) => return Ok(()), // it is encoded when it is written
        Raw::Data(data) => data,
        Raw::Json(_) | Raw::Source(_) => {
            tree = value.tree().map_err(|fault| fault.message)?;
            let Some(root) = tree.root().filter(|root| !root.is_null()) else { return Ok(()) };
            if root.kind() != Kind::Map {
                return Err("the value should be a mapping".to_owned());
            }
            match root.get_folded("data") {
                None => return Ok(()),
                Some(data) if data.is_null() => return Ok(()),
                Some(data) => data.str().ok_or("`data` should be a string")?,
            }
        }
    };
    bytes.clear();
    decode(data, bytes).map_err(|error| format!("`data` is not base64: {}", describe(&error)))?;
    if json::is_valid(bytes) {
        return Ok(());
    }
    let text = str::from_utf8(bytes).map_err(|_| "it is not UTF-8")?;
    yaml::read(text, 0..text.len()).map(|_| ()).map_err(|fault| fault.message)
}

/// Decodes base64 as Go does: line ends are skipped, padding is wanted, and the last bits may be any.
fn decode(data: &str, bytes: &mut Vec<u8>) -> Result<(), DecodeError> {
    const CONFIG: GeneralPurposeConfig = GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true);
    const GO: GeneralPurpose = GeneralPurpose::new(&STANDARD, CONFIG);
    if scan::find(data.as_bytes(), |byte| (byte == b'\r') | (byte == b'\n')).is_some() {
        return GO.decode_vec(data.replace(['\r', '\n'], ""), bytes);
    }
    GO.decode_vec(data, bytes)
}

fn describe(error: &DecodeError) -> String {
    match error {
        DecodeError::InvalidByte(offset, byte) => {
            format!("{:?} at {offset} is not in its alphabet", char::from(*byte))
        }
        DecodeError::InvalidLastSymbol(..) | DecodeError::InvalidLength(_) => "the end is cut off".to_owned(),
        DecodeError::InvalidPadding => "the padding is missing or wrong".to_owned(),
    }
}
