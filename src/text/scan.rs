//! Looks for bytes. Most bytes of a catalog are base64 or prose in which nothing is found, and most
//! other searches end within a word: both are made cheap here, without a call or a branch per byte.

/// Returns the place of the first byte of a class. The test should be free of branches (`|`, not
/// `||`): whole blocks are tested at once, which compiles to vector instructions.
#[inline]
pub fn find(bytes: &[u8], is_wanted: impl Fn(u8) -> bool) -> Option<usize> {
    let start = blocks_without::<32>(bytes, &is_wanted);
    bytes[start..].iter().position(|&byte| is_wanted(byte)).map(|hit| start + hit)
}

/// How many bytes the blocks at the start have that hold no such byte.
#[inline]
pub(super) fn blocks_without<const SIZE: usize>(bytes: &[u8], is_wanted: impl Fn(u8) -> bool) -> usize {
    let (blocks, _) = bytes.as_chunks::<SIZE>();
    let has = |block: &[u8; SIZE]| block.iter().fold(false, |seen, &byte| seen | is_wanted(byte));
    blocks.iter().position(has).unwrap_or(blocks.len()) * SIZE
}

const ONES: u64 = u64::from_le_bytes([1; 8]);
const HIGH: u64 = u64::from_le_bytes([0x80; 8]);

/// Returns the place, at or behind `at`, of the first of some bytes, or the length of the text. Made
/// for what is probably near; what is far is left to vector instructions.
#[inline]
pub(super) fn near<const N: usize>(bytes: &[u8], mut at: usize, wanted: [u8; N]) -> usize {
    for _ in 0..4 {
        let Some(word) = bytes.get(at..).and_then(|rest| rest.first_chunk()) else { break };
        let word = u64::from_le_bytes(*word);
        // A byte that is zero borrows from its high bit; the lowest such bit is always a true one.
        let hits = wanted.iter().fold(0, |hits, &byte| {
            let differs = word ^ (ONES * u64::from(byte));
            hits | differs.wrapping_sub(ONES) & !differs & HIGH
        });
        if hits != 0 {
            return at + hits.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    let rest = bytes.get(at..).unwrap_or_default();
    let hit = match wanted.as_slice() {
        [a] => memchr::memchr(*a, rest),
        [a, b] => memchr::memchr2(*a, *b, rest),
        [a, b, c] => memchr::memchr3(*a, *b, *c, rest),
        _ => rest.iter().position(|byte| wanted.contains(byte)),
    };
    hit.map_or(bytes.len(), |hit| at + hit)
}

/// Returns the place, at or behind `at`, of the first byte that is no blank, or the length of the text.
#[inline]
pub(super) fn behind_blanks(bytes: &[u8], mut at: usize) -> usize {
    while let Some(word) = bytes.get(at..).and_then(|rest| rest.first_chunk()) {
        let differs = u64::from_le_bytes(*word) ^ (ONES * u64::from(b' '));
        if differs != 0 {
            return at + differs.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    while bytes.get(at) == Some(&b' ') {
        at += 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_is_found_and_no_other() {
        for length in 0..100 {
            for hit in 0..=length {
                let mut bytes = vec![b'x'; length];
                let mut blanks = vec![b' '; length];
                if hit < length {
                    // What follows a hit, and what differs from it in one bit, must not be taken for it.
                    (bytes[hit], blanks[hit]) = (b':', b'!');
                    bytes[..hit].fill(b';');
                    bytes[hit + 1..].fill(b':' + 0x80);
                }
                assert_eq!(near(&bytes, 0, [b':', b'\n']), hit);
                assert_eq!(near(&bytes, hit, [b'\n', b'#', b':']), hit);
                assert_eq!(find(&bytes, |byte| byte == b':'), (hit < length).then_some(hit));
                assert_eq!(behind_blanks(&blanks, 0), hit);
            }
        }
    }
}
