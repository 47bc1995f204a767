//! ar: packages of Debian and static libraries. Extended names of GNU and BSD are resolved.

use std::io::{self, BufReader, Read};

use crate::read::containers::{Source, Trouble, Unpacker};

/// The first bytes, before the first header.
pub const MAGIC: &[u8] = b"!<arch>\n";
const HEADER_BYTES: usize = 60;
/// The table of long names is read up to this size.
const TABLE_BYTES_MAX: u64 = 4 << 20;

/// Shows the members of an ar archive.
pub fn members(source: Source<'_>, unpacker: &mut Unpacker<'_>) -> Result<(), Trouble> {
    let mut stream = BufReader::new(source.stream());
    io::copy(&mut stream.by_ref().take(MAGIC.len() as u64), &mut io::sink())?;
    let mut long_names = Vec::new();
    let mut header = [0; HEADER_BYTES];
    while read_header(&mut stream, &mut header)? {
        let size = size(&header).ok_or(Trouble::Broken)?;
        let mut bytes = stream.by_ref().take(size);
        match header[..16].trim_ascii_end() {
            b"//" => {
                bytes.by_ref().take(TABLE_BYTES_MAX).read_to_end(&mut long_names)?;
            }
            // Tables of symbols.
            b"/" | b"/SYM64/" => unpacker.pass()?,
            short => {
                let name = name(short, &long_names, &mut bytes)?;
                unpacker.member(&name, &mut bytes)?;
            }
        }
        io::copy(&mut bytes, &mut io::sink())?;
        if bytes.limit() > 0 {
            return Err(Trouble::Broken);
        }
        // Members begin at even offsets.
        io::copy(&mut stream.by_ref().take(size & 1), &mut io::sink())?;
    }
    Ok(())
}

/// False at the end.
fn read_header(stream: &mut impl Read, header: &mut [u8; HEADER_BYTES]) -> Result<bool, Trouble> {
    let mut read = Vec::with_capacity(HEADER_BYTES);
    stream.take(HEADER_BYTES as u64).read_to_end(&mut read)?;
    if read.is_empty() {
        return Ok(false);
    }
    *header = read.try_into().map_err(|_| Trouble::Broken)?;
    if header.ends_with(b"`\n") { Ok(true) } else { Err(Trouble::Broken) }
}

fn size(header: &[u8; HEADER_BYTES]) -> Option<u64> {
    std::str::from_utf8(&header[48..58]).ok()?.trim_end().parse().ok()
}

/// GNU writes `short.o/` and `/18` for one in the table, BSD `#1/20` and the name before the bytes.
fn name(short: &[u8], long_names: &[u8], bytes: &mut impl Read) -> Result<Vec<u8>, Trouble> {
    let number = |digits: &[u8]| std::str::from_utf8(digits).ok()?.parse::<usize>().ok();
    if let Some(offset) = short.strip_prefix(b"/").and_then(number) {
        let rest = long_names.get(offset..).unwrap_or_default();
        let end = rest.iter().position(|byte| matches!(byte, b'/' | b'\n'));
        return Ok(rest[..end.unwrap_or(rest.len())].to_vec());
    }
    if let Some(length) = short.strip_prefix(b"#1/").and_then(number) {
        let mut name = Vec::new();
        bytes.take(length.min(4096) as u64).read_to_end(&mut name)?;
        return Ok(name.trim_ascii_end().to_vec());
    }
    Ok(short.strip_suffix(b"/").unwrap_or(short).to_vec())
}
