//! How large a bundle and its objects are where clusters keep them.

use std::io::{self, Write};

use flate2::Compression;
use flate2::write::GzEncoder;

use super::{Bundle, Manifest};
use crate::text::json;

/// The most that OLM v0 unpacks of a bundle, in bytes: what fits into a ConfigMap (`maxDataSize` of
/// `opm alpha bundle extract`, which the unpacking job runs).
pub const UNPACKED_LIMIT: usize = 1 << 20;
/// From where on a bundle is worth a warning, in bytes: 85 hundredths, as in `bundle.go` of
/// operator-framework/api.
pub const UNPACKED_FLOOR: usize = UNPACKED_LIMIT / 100 * 85;
/// The most that etcd takes as one request (`--max-request-bytes`), in bytes.
pub const OBJECT_LIMIT: usize = 3 << 19;

/// What JSON is larger than YAML, in the worst case that somebody writes.
const JSON_GROWTH: usize = 2;

impl Bundle<'_> {
    /// Returns how many bytes OLM v0 needs to unpack the bundle, or any number below `floor` if it is less
    /// than that: every file of `manifests` and `metadata` but the annotations, compressed by itself and
    /// then written in base64. Compressors differ by a few in a hundred.
    pub fn unpacked_size(&self, floor: usize) -> usize {
        let annotations = self.annotations_file().map(|file| file.file);
        let files = self.manifests.iter().chain(&self.metadata);
        let files: Vec<_> = files.filter(|file| Some(file.file) != annotations).collect();
        // Most bundles are far from any limit, and this says so for a fraction of the work.
        let plain: usize = files.iter().map(|file| in_base64(file.content.len() + 64)).sum();
        if plain < floor {
            return plain;
        }
        let compressed = |level| files.iter().map(|file| in_base64(gzip(file.content, level))).sum::<usize>();
        let fast = compressed(Compression::fast());
        if fast < floor { fast } else { compressed(Compression::default()) }
    }
}

impl Manifest<'_> {
    /// Returns how many bytes the object is as JSON, which is how it is sent and kept; none if it is
    /// surely less than `floor`, or no object at all.
    pub fn json_size(&self, floor: usize) -> Option<usize> {
        if self.content.len() * JSON_GROWTH < floor {
            return None;
        }
        let style = json::Style { indent: 0, sort: false, escape_html: true, doubles: false };
        let mut text = String::with_capacity(self.content.len());
        json::write(self.root()?, style, &mut text);
        Some(text.len()).filter(|size| *size >= floor)
    }
}

fn in_base64(bytes: usize) -> usize {
    bytes.div_ceil(3) * 4
}

/// Returns how many bytes a text is when it is compressed.
fn gzip(text: &str, level: Compression) -> usize {
    let mut gzip = GzEncoder::new(Count(0), level);
    // A counter takes everything.
    let written = gzip.write_all(text.as_bytes()).and_then(|()| gzip.finish());
    written.map_or(text.len(), |Count(bytes)| bytes)
}

struct Count(usize);

impl Write for Count {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
