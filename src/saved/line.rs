//! One line of a stream, of a length that is bounded.

use std::io::{BufRead, Read};

use crate::saved::Mistake;

/// A longer line is no record: a credential in 100,000 places has 100 MiB.
const LINE_BYTES_MAX: u64 = 256 << 20;

/// Reads a line with its newline; whether there was one.
pub fn next_line(
    source: &mut impl BufRead,
    line: &mut Vec<u8>,
    number: u64,
) -> Result<bool, Mistake> {
    line.clear();
    let read = source.by_ref().take(LINE_BYTES_MAX).read_until(b'\n', line);
    let n_bytes = read.map_err(|error| Mistake::Unreadable(error.to_string()))? as u64;
    if n_bytes == LINE_BYTES_MAX {
        return Err(Mistake::LineTooLong { line: number });
    }
    Ok(n_bytes > 0)
}
