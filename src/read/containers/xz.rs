//! xz: one thing, in one or several streams that are joined. The only door to lzma-rust2.

use std::io::{BufReader, Read};

use lzma_rust2::XzReader;

use crate::read::containers::{Source, Trouble, Unpacker};

/// A file may ask for 4 GiB of memory to be read; `xz -9` asks for 64 MiB.
const MEMORY_KIB_MAX: u32 = 80 << 10;

/// Shows what an xz file holds.
pub fn members(source: Source<'_>, unpacker: &mut Unpacker<'_>) -> Result<(), Trouble> {
    unpacker.only(&mut reader(source.stream()))
}

/// What comes out of xz.
pub fn reader(packed: impl Read) -> impl Read {
    XzReader::new_mem_limit(BufReader::new(packed), true, MEMORY_KIB_MAX)
}
