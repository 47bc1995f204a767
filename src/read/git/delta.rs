//! Deltas: an object as copies out of another one and bytes of its own. Believes no length.

use crate::read::git::Trouble;

/// Applies a delta to its base.
pub fn apply(base: &[u8], delta: &[u8], size_bytes_max: u64) -> Result<Vec<u8>, Trouble> {
    let mut rest = delta;
    let base_size = size(&mut rest).ok_or(Trouble::Broken)?;
    let result_size = size(&mut rest).ok_or(Trouble::Broken)?;
    if base_size != base.len() as u64 {
        return Err(Trouble::Broken);
    }
    if result_size > size_bytes_max {
        return Err(Trouble::TooBig);
    }
    // Not reserved as claimed: what is claimed need not come.
    let mut result = Vec::new();
    while !rest.is_empty() {
        let piece = piece(base, &mut rest).ok_or(Trouble::Broken)?;
        if (result.len() + piece.len()) as u64 > result_size {
            return Err(Trouble::Broken);
        }
        result.extend_from_slice(piece);
    }
    result.shrink_to_fit();
    if result.len() as u64 == result_size { Ok(result) } else { Err(Trouble::Broken) }
}

/// The next piece: bytes of the delta, or a stretch of the base.
fn piece<'d>(base: &'d [u8], rest: &mut &'d [u8]) -> Option<&'d [u8]> {
    let (operation, after) = rest.split_first()?;
    *rest = after;
    if operation & 0x80 == 0 {
        let length = usize::from(*operation);
        let (piece, after) = rest.split_at_checked(length).filter(|_| length > 0)?;
        *rest = after;
        return Some(piece);
    }
    let mut number = |bits: std::ops::Range<u32>| -> Option<usize> {
        let mut number = 0;
        for (shift, bit) in bits.enumerate() {
            if operation >> bit & 1 == 1 {
                let (byte, after) = rest.split_first()?;
                *rest = after;
                number |= usize::from(*byte) << (8 * shift);
            }
        }
        Some(number)
    };
    let start = number(0..4)?;
    let length = match number(4..7)? {
        0 => 0x10000,
        length => length,
    };
    base.get(start..start.checked_add(length)?)
}

/// A length in groups of seven bits, the lowest first.
fn size(rest: &mut &[u8]) -> Option<u64> {
    let mut size = 0_u64;
    for shift in (0..63).step_by(7) {
        let (byte, after) = rest.split_first()?;
        *rest = after;
        size |= u64::from(byte & 0x7F) << shift;
        if byte & 0x80 == 0 {
            return Some(size);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_delta_is_copies_and_bytes_of_its_own() {
        // Of 11 bytes make 9: five from offset 6, four of its own.
        let delta = [11, 9, 0x91, 6, 5, 4, b'!', b'?', b'.', b'\n'];
        assert_eq!(apply(b"hello world", &delta, 9).unwrap(), b"world!?.\n");
        assert_eq!(apply(b"hello world", &delta, 8), Err(Trouble::TooBig));
        assert_eq!(apply(b"hello", &delta, 9), Err(Trouble::Broken));
        assert_eq!(apply(b"hello world", &delta[..9], 9), Err(Trouble::Broken));
        let beyond = [11, 9, 0x91, 8, 9];
        assert_eq!(apply(b"hello world", &beyond, 9), Err(Trouble::Broken));
    }

    proptest! {
        #[test]
        fn no_delta_panics_or_makes_more_than_allowed(base: Vec<u8>, delta: Vec<u8>) {
            let mut sized = vec![base.len() as u8 & 0x7F, 100];
            sized.extend(&delta);
            for delta in [&delta, &sized] {
                prop_assert!(apply(&base, delta, 100).map_or(0, |made| made.len()) <= 100);
            }
        }
    }
}
