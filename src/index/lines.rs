//! A catalog as OLM v1's catalogd keeps it: a blob a line, compact JSON, found by schema, package and name.

use std::io::{self, Write};

use super::Blobs;
use crate::catalog::CANONICAL;
use crate::text::{Fault, Value, json, yaml};

/// A blob of the catalog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its schema.
    pub schema: String,
    /// The package that it belongs to; empty if none. That of an `olm.package` is empty, too, as in catalogd.
    pub package: String,
    /// Its name; empty if none.
    pub name: String,
    start: u64,
    length: usize,
}

/// All blobs of a catalog.
#[derive(Debug)]
pub struct Lines {
    blobs: Blobs,
    lines: Vec<Line>,
}

impl Lines {
    /// Joins lines with the bytes that were written.
    pub fn new(lines: Vec<Line>, blobs: Blobs) -> Self {
        Lines { blobs, lines }
    }

    /// Returns the numbers of the blobs that have all of what is asked for; what is empty is not asked for.
    pub fn find(&self, schema: &str, package: &str, name: &str) -> Vec<usize> {
        let is = |wanted: &str, found: &str| wanted.is_empty() || wanted == found;
        let fits =
            |line: &Line| is(schema, &line.schema) && is(package, &line.package) && is(name, &line.name);
        (0..).zip(&self.lines).filter(|(_, line)| fits(line)).map(|(number, _)| number).collect()
    }

    /// Returns how many bytes a blob has, the newline included.
    pub fn size(&self, number: usize) -> usize {
        self.lines.get(number).map_or(0, |line| line.length)
    }

    /// Appends a blob, with its newline.
    ///
    /// # Errors
    /// What the system says.
    pub fn read(&self, number: usize, out: &mut Vec<u8>) -> io::Result<()> {
        let line = self.lines.get(number).ok_or(io::ErrorKind::NotFound)?;
        self.blobs.read(line.start, line.length, out)
    }
}

/// Lines in the making.
#[derive(Debug)]
pub struct LinesWriter<W> {
    sink: W,
    at: u64,
    lines: Vec<Line>,
}

impl<W: Write> LinesWriter<W> {
    /// Begins.
    pub fn new(sink: W) -> Self {
        LinesWriter { sink, at: 0, lines: Vec::new() }
    }

    /// Adds a blob that [`line()`] made.
    ///
    /// # Errors
    /// What the system says.
    pub fn add(&mut self, ([schema, package, name], json): ([String; 3], String)) -> io::Result<()> {
        self.sink.write_all(json.as_bytes())?;
        self.lines.push(Line { schema, package, name, start: self.at, length: json.len() });
        self.at += json.len() as u64;
        Ok(())
    }

    /// Returns the lines, and the sink.
    pub fn finish(self) -> (Vec<Line>, W) {
        (self.lines, self.sink)
    }
}

/// Makes a line of a document of FBC: schema, package and name, and the blob as JSON with a newline.
///
/// # Errors
/// When the text is neither YAML nor JSON.
pub fn line(document: &str) -> Result<([String; 3], String), Fault> {
    let tree = json::read(document).or_else(|_| yaml::read(document, 0..document.len()))?;
    let mut out = String::new();
    let Some(root) = tree.root() else { return Ok(Default::default()) };
    json::write(root, CANONICAL, &mut out);
    out.push('\n');
    let text = |name| root.get_folded(name).and_then(Value::str).unwrap_or_default().to_owned();
    Ok((["schema", "package", "name"].map(text), out))
}
