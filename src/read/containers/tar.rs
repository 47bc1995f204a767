//! tar: the old format, ustar, pax and GNU's long names. Links are not followed, and files
//! with holes are refused, because what lies where in them is not what their bytes say.

use std::io::{self, BufReader, Read, Take};

use crate::read::containers::{Source, Trouble, Unpacker};

const BLOCK_BYTES: usize = 512;
/// Names and attributes of one entry are read up to this size.
const EXTENSION_BYTES_MAX: u64 = 1 << 20;

type Block = [u8; BLOCK_BYTES];

/// Shows the files of a tar archive. One that goes on behind its end is read on: archives are
/// joined like that.
pub fn members(source: Source<'_>, unpacker: &mut Unpacker<'_>) -> Result<(), Trouble> {
    let mut stream = BufReader::new(source.stream());
    let mut said = Said::default();
    let mut is_behind_end = false;
    while let Some(block) = next_block(&mut stream)? {
        if block.iter().all(|byte| *byte == 0) {
            is_behind_end = true;
            continue;
        }
        if !is_header(&block) {
            return if is_behind_end { Ok(()) } else { Err(Trouble::Broken) };
        }
        is_behind_end = false;
        entry(&block, &mut said, &mut stream, unpacker)?;
    }
    // Two blocks of zeros end an archive; the size of each entry was checked without them.
    Ok(())
}

/// Whether a file begins with the header of an entry.
pub fn is_tar(beginning: &[u8]) -> bool {
    beginning.first_chunk().is_some_and(|block| block[0] != 0 && is_header(block))
}

/// By the checksum, which counts its own field as spaces. Old programs counted signed bytes.
fn is_header(block: &Block) -> bool {
    let bytes = || block[..148].iter().chain(b"        ").chain(&block[156..]);
    let unsigned: i64 = bytes().map(|byte| i64::from(*byte)).sum();
    let signed: i64 = bytes().map(|byte| i64::from(byte.cast_signed())).sum();
    let said = number(&block[148..156]).and_then(|said| i64::try_from(said).ok());
    said.is_some_and(|said| said == unsigned || said == signed)
}

/// What extension headers say of the entry that follows.
#[derive(Default)]
struct Said {
    name: Option<Vec<u8>>,
    size: Option<u64>,
    is_sparse: bool,
}

/// One entry, with all its bytes and what fills its last block.
fn entry(
    block: &Block,
    said: &mut Said,
    stream: &mut impl Read,
    unpacker: &mut Unpacker<'_>,
) -> Result<(), Trouble> {
    let kind = block[156];
    let is_link = matches!(kind, b'1' | b'2');
    let own_size = number(&block[124..136]).ok_or(Trouble::Broken)?;
    // Of links the size is that of the file they lead to, and no bytes follow.
    let size = if is_link { 0 } else { said.size.unwrap_or(own_size) };
    if kind == b'S' {
        skip_maps(block, stream)?;
    }
    let mut bytes = stream.by_ref().take(size);
    match kind {
        b'x' => said.note_attributes(&extension(&mut bytes)?),
        b'L' => {
            let name = extension(&mut bytes)?;
            said.name = Some(name.split(|byte| *byte == 0).next().unwrap_or_default().to_vec());
        }
        // Attributes of all entries, and the targets of links.
        b'g' | b'K' => {}
        _ => {
            let said = std::mem::take(said);
            let name = said.name.unwrap_or_else(|| own_name(block));
            let is_file = matches!(kind, b'0' | 0 | b'7') && !name.ends_with(b"/");
            match (is_file && size > 0, said.is_sparse || kind == b'S') {
                (_, true) => unpacker.refuse(&name, Trouble::Unopened("tar, a file with holes"))?,
                (true, false) => unpacker.member(&name, &mut bytes)?,
                (false, false) => unpacker.pass()?,
            }
        }
    }
    skip_rest(bytes, size)
}

/// The map of the holes of a file goes on in blocks of its own.
fn skip_maps(block: &Block, stream: &mut impl Read) -> Result<(), Trouble> {
    let mut has_more = block[482] != 0;
    while has_more {
        has_more = next_block(stream)?.ok_or(Trouble::Broken)?[504] != 0;
    }
    Ok(())
}

/// What was not read of an entry, and what fills its last block.
fn skip_rest(mut bytes: Take<&mut impl Read>, size: u64) -> Result<(), Trouble> {
    io::copy(&mut bytes, &mut io::sink())?;
    if bytes.limit() > 0 {
        return Err(Trouble::Broken);
    }
    let fill = size.next_multiple_of(BLOCK_BYTES as u64) - size;
    io::copy(&mut bytes.into_inner().take(fill), &mut io::sink())?;
    Ok(())
}

/// The next block; `None` at the end. A piece of one is the end too, if it is a cut one.
fn next_block(stream: &mut impl Read) -> Result<Option<Block>, Trouble> {
    let mut block = [0; BLOCK_BYTES];
    let mut n_read = 0;
    while n_read < BLOCK_BYTES {
        match stream.read(&mut block[n_read..])? {
            0 if n_read == 0 => return Ok(None),
            0 => return Err(Trouble::Broken),
            n => n_read += n,
        }
    }
    Ok(Some(block))
}

fn extension(bytes: &mut impl Read) -> Result<Vec<u8>, Trouble> {
    let mut text = Vec::new();
    bytes.take(EXTENSION_BYTES_MAX).read_to_end(&mut text)?;
    Ok(text)
}

impl Said {
    /// Records of pax: `LENGTH KEY=VALUE\n`, the length counting all of the record.
    fn note_attributes(&mut self, mut text: &[u8]) {
        while let Some((record, rest)) = record(text) {
            text = rest;
            let Some(equals) = record.iter().position(|byte| *byte == b'=') else { continue };
            let (key, value) = (&record[..equals], &record[equals + 1..]);
            match key {
                b"path" => self.name = Some(value.to_vec()),
                b"size" => self.size = std::str::from_utf8(value).ok().and_then(|n| n.parse().ok()),
                _ if key.starts_with(b"GNU.sparse.") => self.is_sparse = true,
                _ => {}
            }
        }
    }
}

fn record(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let space = text.iter().take(20).position(|byte| *byte == b' ')?;
    let length: usize = std::str::from_utf8(&text[..space]).ok()?.parse().ok()?;
    let (record, rest) = text.split_at_checked(length)?;
    Some((record.get(space + 1..)?.strip_suffix(b"\n")?, rest))
}

/// The name in the header itself, with the prefix that ustar has for long ones.
fn own_name(block: &Block) -> Vec<u8> {
    let field = |range: std::ops::Range<usize>| {
        block[range].split(|byte| *byte == 0).next().unwrap_or_default()
    };
    let (name, prefix) = (field(0..100), field(345..500));
    let has_prefix = &block[257..263] == b"ustar\0" && !prefix.is_empty();
    if has_prefix { [prefix, b"/", name].concat() } else { name.to_vec() }
}

/// Octal digits, or GNU's big numbers in binary.
fn number(field: &[u8]) -> Option<u64> {
    if let [0x80, big @ ..] = field {
        let byte = |number: u64, byte: &u8| number.checked_mul(256)?.checked_add((*byte).into());
        return big.iter().try_fold(0, byte);
    }
    let digits = field.split(|byte| *byte == 0).next().unwrap_or_default().trim_ascii();
    let digit = |number: u64, byte: &u8| {
        let digit = (b'0'..=b'7').contains(byte).then(|| u64::from(byte - b'0'))?;
        number.checked_mul(8)?.checked_add(digit)
    };
    digits.iter().try_fold(0, digit)
}
