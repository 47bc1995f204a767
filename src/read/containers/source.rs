//! The bytes of a container, in the way in which they are at hand: all of them, a file, or a
//! stream that comes once. Does not say what they are.

use std::borrow::Cow;
use std::io::{Cursor, Read, Seek};

use crate::read::containers::budget::HELD_BYTES_MAX;
use crate::read::containers::{Bound, Trouble};

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
