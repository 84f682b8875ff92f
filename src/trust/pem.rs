//! PEM (RFC 7468): the text form of keys. What stands around the blocks is left out.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use crate::diag::Error;

/// The largest key that is read, in bytes.
const LIMIT: usize = 64 << 10;

/// One block: what it says it is, and its bytes.
pub(super) struct Block {
    pub(super) label: String,
    pub(super) bytes: Vec<u8>,
}

/// Reads the blocks of a text. No error shows any of it.
pub(super) fn read(text: &[u8]) -> Result<Vec<Block>, Error> {
    let fault = |why: &str| {
        Error::new(format!("the key cannot be read: {why}"))
            .hint("give a key in PEM, as `openssl` and `cosign` write it: `-----BEGIN ...-----`")
    };
    if text.len() > LIMIT {
        return Err(fault(&format!("it has more than {LIMIT} bytes")));
    }
    let text = std::str::from_utf8(text).map_err(|_| fault("it is not PEM"))?;
    if text.contains("-----BEGIN ") && text.contains("-----\\n") {
        return Err(fault("its line ends are written as `\\n`")
            .hint("put real line ends into the file or variable: `printf '%b' \"$KEY\"` makes them"));
    }
    let mut blocks = Vec::new();
    let mut lines = text.lines().map(str::trim);
    while let Some(line) = lines.next() {
        let Some(label) = marked(line, "-----BEGIN ") else { continue };
        let mut body = String::new();
        loop {
            let line = lines.next().ok_or_else(|| fault("it ends within a block"))?;
            match marked(line, "-----END ") {
                Some(end) if end == label => break,
                Some(_) => return Err(fault("a block ends under another name than it began")),
                // RFC 1421, which `openssl` still writes: a header instead of another label.
                None if line.starts_with("Proc-Type:") && line.ends_with("ENCRYPTED") => {
                    return Err(Error::new(
                        "the key is encrypted as old programs do it, which is not read here",
                    )
                    .hint("write it without password: `openssl pkcs8 -topk8 -nocrypt -in FILE -out NEW`"));
                }
                None => body += line,
            }
        }
        let bytes = BASE64_STANDARD.decode(body).map_err(|_| fault("a block is not base64"))?;
        blocks.push(Block { label: label.to_owned(), bytes });
    }
    if blocks.is_empty() { Err(fault("it is not PEM")) } else { Ok(blocks) }
}

fn marked<'l>(line: &'l str, mark: &str) -> Option<&'l str> {
    line.strip_prefix(mark)?.strip_suffix("-----")
}
