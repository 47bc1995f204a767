//! gzip: one thing, in one or several parts that are joined.

use std::io::BufReader;

use crate::read::containers::{Source, Trouble, Unpacker};
use crate::read::inflate;

/// Shows what a gzip file holds.
pub fn members(source: Source<'_>, unpacker: &mut Unpacker<'_>) -> Result<(), Trouble> {
    unpacker.only(&mut inflate::gzip_reader(BufReader::new(source.stream())))
}
