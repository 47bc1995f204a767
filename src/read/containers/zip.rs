//! zip and all that is one inside: jars, wheels, office documents, apps. Goes by the central
//! list at the end, as other programs do, and believes no length in it; members that share
//! bytes are refused, which is how a small file pretends to be endless.

mod list;

use std::collections::BTreeMap;
use std::io::{self, BufReader, Read, SeekFrom};

use crate::read::containers::zip::list::{Entry, List};
use crate::read::containers::{ReadSeek, Source, Trouble, Unpacker};
use crate::read::inflate;

const LOCAL_HEADER: &[u8; 4] = b"PK\x03\x04";
const LOCAL_HEADER_BYTES: u64 = 30;

/// Shows the members of a zip, in the order of their bytes.
pub fn members(source: Source<'_>, unpacker: &mut Unpacker<'_>) -> Result<(), Trouble> {
    let mut zip = source.seekable()?;
    let List { mut entries, names, first_byte } = List::read(&mut *zip)?;
    entries.sort_by_key(|entry| (entry.offset, entry.name.start));
    if first_byte > 0 {
        // What runs or shows the archive, before its first byte.
        zip.seek(SeekFrom::Start(0))?;
        unpacker.member(b"(before the archive)", &mut zip.by_ref().take(first_byte))?;
    }
    let mut taken = Taken::default();
    for entry in &entries {
        member(entry, &names[entry.name.clone()], &mut *zip, &mut taken, unpacker)?;
    }
    Ok(())
}

/// Shows one member, or tells why not. An error ends all.
fn member(
    entry: &Entry,
    name: &[u8],
    zip: &mut dyn ReadSeek,
    taken: &mut Taken,
    unpacker: &mut Unpacker<'_>,
) -> Result<(), Trouble> {
    if name.ends_with(b"/") && entry.packed_bytes == 0 {
        return unpacker.pass();
    }
    if entry.is_encrypted {
        return unpacker.refuse(name, Trouble::Encrypted);
    }
    let Ok(start) = data_start(entry, zip) else {
        return unpacker.refuse(name, Trouble::Broken);
    };
    if !taken.take(entry.offset, start.saturating_add(entry.packed_bytes)) {
        return unpacker.refuse(name, Trouble::Broken);
    }
    zip.seek(SeekFrom::Start(start))?;
    let packed = zip.take(entry.packed_bytes);
    match entry.method {
        0 => unpacker.member(name, &mut Sized::new(packed, entry)),
        8 => {
            let inflated = inflate::deflate_reader(BufReader::new(packed));
            unpacker.inflated(name, &mut Sized::new(inflated, entry))
        }
        12 => {
            let inflated = super::bzip2::reader(packed);
            unpacker.inflated(name, &mut Sized::new(inflated, entry))
        }
        93 => {
            let inflated = super::zstd::reader(packed);
            unpacker.inflated(name, &mut Sized::new(inflated, entry))
        }
        95 => {
            let inflated = super::xz::reader(packed);
            unpacker.inflated(name, &mut Sized::new(inflated, entry))
        }
        _ => unpacker.refuse(name, Trouble::Unopened("zip, a member packed by a rare method")),
    }
}

/// Where the bytes of a member begin: behind its own header, whose names have lengths of
/// their own.
fn data_start(entry: &Entry, zip: &mut dyn ReadSeek) -> io::Result<u64> {
    let mut header = [0; LOCAL_HEADER_BYTES as usize];
    zip.seek(SeekFrom::Start(entry.offset))?;
    zip.read_exact(&mut header)?;
    if !header.starts_with(LOCAL_HEADER) {
        return Err(io::Error::from(io::ErrorKind::InvalidData));
    }
    let length = |at: usize| u64::from(u16::from_le_bytes([header[at], header[at + 1]]));
    Ok(entry.offset + LOCAL_HEADER_BYTES + length(26) + length(28))
}

/// Which bytes belong to a member already: their starts, and their ends.
#[derive(Default)]
struct Taken {
    ranges: BTreeMap<u64, u64>,
}

impl Taken {
    /// False if somebody else has some of these bytes.
    fn take(&mut self, start: u64, end: u64) -> bool {
        let before = self.ranges.range(..end).next_back();
        let is_free = before.is_none_or(|(_, before_end)| *before_end <= start);
        if is_free {
            self.ranges.insert(start, end);
        }
        is_free
    }
}

/// A member that must be as long as the list says: one that is shorter was damaged, and what
/// comes beyond is seen too, before that is told.
struct Sized<R> {
    bytes: R,
    left: i128,
}

impl<R: Read> Sized<R> {
    fn new(bytes: R, entry: &Entry) -> Self {
        Self { bytes, left: entry.size_bytes.into() }
    }
}

impl<R: Read> Read for Sized<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n_bytes = self.bytes.read(buffer)?;
        self.left -= n_bytes as i128;
        let is_wrong = n_bytes == 0 && self.left != 0 && !buffer.is_empty();
        if is_wrong { Err(io::Error::from(io::ErrorKind::InvalidData)) } else { Ok(n_bytes) }
    }
}
