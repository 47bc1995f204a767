//! Whether a saved report is still what was written: its chain, line by line. Believes no
//! report that has none, and cannot tell who made a chain.

use std::io::BufRead;

use crate::saved::line::next_line;
use crate::saved::{Mistake, begins_as_stream, check_count, document};
use crate::view::{Chain, Link, Record};

/// What following a chain showed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verified {
    /// Every line is as it was written, and the last one is there.
    Intact {
        /// Lines.
        n_lines: u64,
        /// The chain's last value.
        value: String,
    },
    /// The lines before this one are as they were written, and this one is not.
    Broken {
        /// From 1.
        line: u64,
    },
    /// Every line that is there is as it was written; the end is missing.
    CutOff {
        /// Lines.
        n_lines: u64,
        /// The chain's value so far.
        value: String,
    },
    /// It has no chain: a document, or a stream of an earlier version.
    Unchained,
}

/// The first line of a stream, and the last one.
const FIRST: &[u8] = b"{\"record\":\"run\",";
const LAST: &[u8] = b"{\"record\":\"summary\",";

/// Follows the chain of a saved report. A document has none: it is read to its end, for
/// whether it is whole.
pub fn verify(mut source: impl BufRead) -> Result<Verified, Mistake> {
    if !begins_as_stream(&mut source)? {
        return read_whole(source).map(|()| Verified::Unchained);
    }
    let (mut chain, mut line, mut n_lines, mut has_end) = (Chain::default(), Vec::new(), 0, false);
    while next_line(&mut source, &mut line, n_lines + 1)? {
        let object = line.strip_suffix(b"\n").unwrap_or(&line);
        let is_in_place = !has_end && object.starts_with(FIRST) == (n_lines == 0);
        match chain.follow(object) {
            Link::Fits if is_in_place => n_lines += 1,
            Link::Missing if n_lines == 0 => return Ok(Verified::Unchained),
            // The last line of a file may have been cut anywhere.
            _ if !line.ends_with(b"\n") && !has_end => break,
            _ => return Ok(Verified::Broken { line: n_lines + 1 }),
        }
        has_end = object.starts_with(LAST);
    }
    let value = chain.value();
    Ok(match has_end {
        true => Verified::Intact { n_lines, value },
        false => Verified::CutOff { n_lines, value },
    })
}

/// Reads a document to its end, and counts its credentials.
fn read_whole(source: impl BufRead) -> Result<(), Mistake> {
    let (mut head, mut n_read) = (None, 0);
    let count = &mut |record| {
        match record {
            Record::Run(one) => head = Some(one),
            Record::Credential(_) => n_read += 1,
            Record::Summary(tail) => {
                let head = head.as_ref().ok_or(Mistake::NoReport)?;
                check_count(head, &tail.summary, n_read)?;
            }
            _ => {}
        }
        Ok(())
    };
    document::read(source, count).map(|_| ())
}
