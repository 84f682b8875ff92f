//! The wire format of protocol buffers: what the messages of the registry API need of it, and no more.
//!
//! Answers are stored encoded and sent as they are, and a message may be the concatenation of its parts, so
//! there are no types that mirror the messages. Facts: protobuf.dev, "Encoding".

/// Appends a number of variable length, seven bits to a byte.
pub fn varint(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// Appends the beginning of a field that is bytes, a string or a message of this length.
pub fn head(out: &mut Vec<u8>, field: u32, length: usize) {
    varint(out, u64::from(field) << 3 | 2);
    varint(out, length as u64);
}

/// Appends bytes, a message or an element of a list, even when it is empty.
pub fn bytes(out: &mut Vec<u8>, field: u32, bytes: &[u8]) {
    head(out, field, bytes.len());
    out.extend_from_slice(bytes);
}

/// Appends a string; one that is empty is not written.
pub fn string(out: &mut Vec<u8>, field: u32, text: &str) {
    if !text.is_empty() {
        bytes(out, field, text.as_bytes());
    }
}

/// Appends a message of strings, numbered from 1.
pub fn strings(out: &mut Vec<u8>, field: u32, texts: &[&str]) {
    let mut message = Vec::new();
    (1..).zip(texts).for_each(|(field, text)| string(&mut message, field, text));
    bytes(out, field, &message);
}

/// Appends a number; 0 is not written.
pub fn number(out: &mut Vec<u8>, field: u32, value: u64) {
    if value != 0 {
        varint(out, u64::from(field) << 3);
        varint(out, value);
    }
}

/// Appends a double, even when it is 0.
pub fn double(out: &mut Vec<u8>, field: u32, value: f64) {
    varint(out, u64::from(field) << 3 | 1);
    out.extend_from_slice(&value.to_le_bytes());
}

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value<'b> {
    /// A number, a boolean or a value of an enumeration; of fixed length: its bits.
    Number(u64),
    /// Bytes, a string or a message.
    Bytes(&'b [u8]),
}

/// The bytes are no message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Malformed;

/// Reads the fields of a message, one after the other; after a fault there is nothing more.
pub fn fields(bytes: &[u8]) -> impl Iterator<Item = Result<(u32, Value<'_>), Malformed>> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let field = field(&mut rest);
        if field.is_none() {
            rest = &[];
        }
        Some(field.ok_or(Malformed))
    })
}

fn field<'b>(rest: &mut &'b [u8]) -> Option<(u32, Value<'b>)> {
    let tag = read_varint(rest)?;
    let number = u32::try_from(tag >> 3).ok().filter(|number| (1..1 << 29).contains(number))?;
    let value = match tag & 7 {
        0 => Value::Number(read_varint(rest)?),
        1 => Value::Number(u64::from_le_bytes(take(rest, 8)?.try_into().ok()?)),
        2 => {
            let length = usize::try_from(read_varint(rest)?).ok()?;
            Value::Bytes(take(rest, length)?)
        }
        5 => Value::Number(u64::from(u32::from_le_bytes(take(rest, 4)?.try_into().ok()?))),
        // Groups were given up before this API was made.
        _ => return None,
    };
    Some((number, value))
}

fn take<'b>(rest: &mut &'b [u8], length: usize) -> Option<&'b [u8]> {
    let (taken, left) = rest.split_at_checked(length)?;
    *rest = left;
    Some(taken)
}

/// Takes a number of variable length from the front; none if there is none.
pub fn read_varint(rest: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let byte = take(rest, 1)?[0];
        let bits = u64::from(byte & 0x7f);
        if shift == 63 && bits > 1 {
            return None;
        }
        number |= bits << shift;
        if byte < 0x80 {
            return Some(number);
        }
    }
    None
}

/// Reads the string fields of a message that are numbered from 1; missing ones are empty, of a field that
/// comes twice the last counts, other fields are passed over.
///
/// # Errors
/// When the bytes are no message, or a string is not UTF-8.
pub fn texts<const N: usize>(bytes: &[u8]) -> Result<[&str; N], Malformed> {
    let mut texts = [""; N];
    for field in fields(bytes) {
        if let (number, Value::Bytes(bytes)) = field?
            && let Some(text) = texts.get_mut(number as usize - 1)
        {
            *text = std::str::from_utf8(bytes).map_err(|_| Malformed)?;
        }
    }
    Ok(texts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_the_specification() {
        let mut out = Vec::new();
        number(&mut out, 1, 150);
        string(&mut out, 2, "testing");
        string(&mut out, 3, "");
        number(&mut out, 4, 0);
        assert_eq!(out, [0x08, 0x96, 0x01, 0x12, 0x07, b't', b'e', b's', b't', b'i', b'n', b'g']);
        let read: Vec<_> = fields(&out).collect();
        assert_eq!(read, [Ok((1, Value::Number(150))), Ok((2, Value::Bytes(b"testing")))]);
        assert_eq!(texts::<2>(&out), Ok(["", "testing"]));
    }

    #[test]
    fn every_number_reads_back() {
        for value in [0, 1, 127, 128, 300, 1 << 62, u64::MAX] {
            let mut out = Vec::new();
            varint(&mut out, value);
            assert_eq!(read_varint(&mut out.as_slice()), Some(value));
        }
    }

    #[test]
    fn what_is_no_message_is_said() {
        let overlong = [0xff; 11];
        for wrong in
            [&[0x0a][..], &[0x0a, 5, 1], &[0x00, 1], &[0x0b], &[0x09, 1], &[0x0d, 1, 2, 3], &overlong]
        {
            assert!(fields(wrong).any(|field| field.is_err()), "{wrong:?}");
        }
        assert_eq!(texts::<1>(&[0x0a, 1, 0xff]), Err(Malformed));
    }
}
