//! How a call ends: gRPC's status codes, and the words of a fault.

/// A status code of gRPC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Code(pub u32);

impl Code {
    /// It worked.
    pub const OK: Code = Code(0);
    /// opm says so of everything that is not there.
    pub const UNKNOWN: Code = Code(2);
    /// The request makes no sense.
    pub const INVALID_ARGUMENT: Code = Code(3);
    /// There is no such thing.
    pub const NOT_FOUND: Code = Code(5);
    /// A limit was met.
    pub const RESOURCE_EXHAUSTED: Code = Code(8);
    /// There is no such method.
    pub const UNIMPLEMENTED: Code = Code(12);
    /// The server cannot do what it should.
    pub const INTERNAL: Code = Code(13);
    /// The server cannot be reached.
    pub const UNAVAILABLE: Code = Code(14);

    /// Returns the code's name.
    pub fn name(self) -> &'static str {
        const NAMES: [&str; 17] = [
            "OK",
            "CANCELLED",
            "UNKNOWN",
            "INVALID_ARGUMENT",
            "DEADLINE_EXCEEDED",
            "NOT_FOUND",
            "ALREADY_EXISTS",
            "PERMISSION_DENIED",
            "RESOURCE_EXHAUSTED",
            "FAILED_PRECONDITION",
            "ABORTED",
            "OUT_OF_RANGE",
            "UNIMPLEMENTED",
            "INTERNAL",
            "UNAVAILABLE",
            "DATA_LOSS",
            "UNAUTHENTICATED",
        ];
        NAMES.get(self.0 as usize).copied().unwrap_or("UNKNOWN")
    }
}

/// Why a call failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// The code.
    pub code: Code,
    /// The reason, for people.
    pub message: String,
}

impl Status {
    /// Makes a status.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Status { code, message: message.into() }
    }

    /// What is said when the catalog cannot be read; the reason is for the log.
    pub(super) fn internal() -> Self {
        Status::new(Code::INTERNAL, "the catalog cannot be read")
    }

    /// Encodes the message for a header: printable ASCII but `%` as it is, every other byte as `%XX`.
    pub(super) fn header(&self) -> String {
        let mut out = String::with_capacity(self.message.len());
        for byte in self.message.bytes() {
            match byte {
                b' '..=b'~' if byte != b'%' => out.push(char::from(byte)),
                _ => out.push_str(&format!("%{byte:02X}")),
            }
        }
        out
    }

    /// Reads what [`Status::header`] wrote.
    pub(super) fn decode(header: &str) -> String {
        let mut out = Vec::with_capacity(header.len());
        let mut rest = header;
        while let Some((before, after)) = rest.split_once('%') {
            out.extend_from_slice(before.as_bytes());
            let decoded = after.get(..2).and_then(|hex| u8::from_str_radix(hex, 16).ok());
            out.push(decoded.unwrap_or(b'%'));
            rest = if decoded.is_some() { &after[2..] } else { after };
        }
        out.extend_from_slice(rest.as_bytes());
        String::from_utf8_lossy(&out).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_reads_back() {
        for message in ["", "package \"zz\" not found", "100 %", "grün\n", "%41", "%zz", "%"] {
            let status = Status::new(Code::UNKNOWN, message);
            assert!(status.header().bytes().all(|byte| (b' '..=b'~').contains(&byte)));
            assert_eq!(Status::decode(&status.header()), message);
        }
        assert_eq!(Status::decode("50%"), "50%");
        assert_eq!(Code(99).name(), "UNKNOWN");
    }
}
