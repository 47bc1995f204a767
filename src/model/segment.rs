//! A piece of a file with enough around it: what reading hands to detection.

use std::ops::Range;
use std::path::Path;

/// How far around a keyword any rule may look; pieces of one file overlap by as much.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Margins {
    /// Bytes before.
    pub back_bytes: usize,
    /// Bytes after.
    pub forward_bytes: usize,
}

/// A piece of a file, margins included.
#[derive(Clone)]
pub struct Segment<'b> {
    /// The bytes.
    pub bytes: &'b [u8],
    /// Offset of `bytes` in the file.
    pub offset: u64,
    /// Which of `bytes` this piece answers for; each byte of a file has one owner.
    pub own: Range<usize>,
    /// Whether the file ends with `bytes`.
    pub is_end: bool,
    /// Path of the file; `None` where the bytes stand for no file, and rules for some files
    /// alone are not tried.
    pub path: Option<&'b Path>,
}

impl<'b> Segment<'b> {
    /// A whole file as one piece.
    pub fn whole(bytes: &'b [u8]) -> Self {
        Self { bytes, offset: 0, own: 0..bytes.len(), is_end: true, path: None }
    }

    /// The piece of a file, all of whose `bytes` are there, that answers for `own`.
    pub fn of(bytes: &'b [u8], own: Range<usize>, margins: Margins) -> Self {
        let from = own.start.saturating_sub(margins.back_bytes);
        let to = bytes.len().min(own.end + margins.forward_bytes);
        Self {
            bytes: &bytes[from..to],
            offset: from as u64,
            own: own.start - from..own.end - from,
            is_end: to == bytes.len(),
            path: None,
        }
    }

    /// The same piece, of the file at a path.
    pub fn at(self, path: &'b Path) -> Self {
        Self { path: Some(path), ..self }
    }

    /// Pieces that together answer for all of `bytes`.
    pub fn all(bytes: &'b [u8], own_bytes: usize, margins: Margins) -> Vec<Self> {
        let starts = (0..bytes.len()).step_by(own_bytes);
        starts
            .map(|start| Self::of(bytes, start..bytes.len().min(start + own_bytes), margins))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_own_every_byte_once() {
        let margins = Margins { back_bytes: 3, forward_bytes: 5 };
        for length in 0..40 {
            let bytes: Vec<u8> = (0..length).collect();
            let pieces = Segment::all(&bytes, 7, margins);
            let owned: Vec<u8> =
                pieces.iter().flat_map(|piece| piece.bytes[piece.own.clone()].to_vec()).collect();
            assert_eq!(owned, bytes);
            assert!(pieces.iter().all(|p| p.bytes == &bytes[p.offset as usize..][..p.bytes.len()]));
            assert!(pieces.last().is_none_or(|piece| piece.is_end));
        }
    }
}
