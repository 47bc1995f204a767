//! bzip2: one thing, in one or several streams that are joined. The only door to the crate.

use std::io::{BufReader, Read};

use bzip2::bufread::MultiBzDecoder;

use crate::read::containers::{Source, Trouble, Unpacker};

/// Shows what a bzip2 file holds.
pub fn members(source: Source<'_>, unpacker: &mut Unpacker<'_>) -> Result<(), Trouble> {
    unpacker.only(&mut reader(source.stream()))
}

/// What comes out of bzip2.
pub fn reader(packed: impl Read) -> impl Read {
    MultiBzDecoder::new(BufReader::new(packed))
}
