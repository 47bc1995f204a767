//! The bytes of a container, in the way in which they are at hand: all of them, a file, or a
//! stream that comes once. Does not say what they are.

use std::borrow::Cow;
use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::path::Path;

use crate::read::containers::budget::HELD_BYTES_MAX;
use crate::read::containers::kind::END_BYTES;
use crate::read::containers::{BEGINNING_BYTES, Bound, Kind, Trouble};

/// Something that can be read at any place.
pub trait ReadSeek: Read + Seek {}

impl<R: Read + Seek> ReadSeek for R {}

/// The bytes of a container.
pub enum Source<'b> {
    /// All of them.
    Bytes(&'b [u8]),
    /// A file, which stands at its beginning.
    File(&'b mut dyn ReadSeek),
    /// What comes out of another container, once.
    Stream(&'b mut dyn Read),
}

impl<'b> Source<'b> {
    /// Whether it packs other files.
    pub fn packs(&mut self, path: &Path) -> bool {
        let kind = self.recognise(path).ok().flatten();
        kind.is_some_and(|kind| !kind.is_looked_at_as_it_is())
    }

    /// What it packs, if anything, and back to its beginning. A zip may have something before
    /// it, and is told by its end then, if that is at hand.
    pub(super) fn recognise(&mut self, path: &Path) -> io::Result<Option<Kind>> {
        let file = match self {
            Self::Bytes(bytes) => {
                let beginning = &bytes[..bytes.len().min(BEGINNING_BYTES)];
                let kind = Kind::recognise(beginning, path);
                return Ok(kind.or_else(|| Kind::recognise_end(bytes)));
            }
            Self::File(file) => file,
            Self::Stream(_) => return Ok(None),
        };
        let mut piece = Vec::new();
        file.take(BEGINNING_BYTES as u64).read_to_end(&mut piece)?;
        let kind = Kind::recognise(&piece, path);
        piece.clear();
        let size = file.seek(SeekFrom::End(0))?;
        file.seek(SeekFrom::Start(size.saturating_sub(END_BYTES)))?;
        file.take(END_BYTES).read_to_end(&mut piece)?;
        file.rewind()?;
        Ok(kind.or_else(|| Kind::recognise_end(&piece)))
    }

    /// For formats that are read from the beginning to the end.
    pub fn stream(self) -> Box<dyn Read + 'b> {
        match self {
            Self::Bytes(bytes) => Box::new(bytes),
            Self::File(file) => Box::new(file),
            Self::Stream(stream) => Box::new(stream),
        }
    }

    /// For formats that are read here and there. What is neither in memory nor a file is held,
    /// if it is not too big.
    pub fn seekable(self) -> Result<Box<dyn ReadSeek + 'b>, Trouble> {
        Ok(match self {
            Self::Bytes(bytes) => Box::new(Cursor::new(bytes)),
            Self::File(file) => Box::new(file),
            Self::Stream(stream) => Box::new(Cursor::new(held(stream)?)),
        })
    }

    /// For formats that are read as a whole, if it is not too big.
    pub fn bytes(self) -> Result<Cow<'b, [u8]>, Trouble> {
        match self {
            Self::Bytes(bytes) => Ok(Cow::Borrowed(bytes)),
            Self::File(file) => Ok(Cow::Owned(held(file)?)),
            Self::Stream(stream) => Ok(Cow::Owned(held(stream)?)),
        }
    }
}

fn held(stream: &mut (impl Read + ?Sized)) -> Result<Vec<u8>, Trouble> {
    let mut bytes = Vec::new();
    let n_read = stream.take(HELD_BYTES_MAX + 1).read_to_end(&mut bytes)?;
    let is_too_big = n_read as u64 > HELD_BYTES_MAX;
    if is_too_big { Err(Trouble::OverBudget(Bound::Held)) } else { Ok(bytes) }
}
