//! A report that was saved as NDJSON.

use std::io::{BufRead, Read};

use crate::saved::mistake::later_minor;
use crate::saved::{Mistake, Notes, Sink, mistake_of};
use crate::view::Record;

/// A longer line is no record: a credential in 100,000 places has 100 MiB.
const LINE_BYTES_MAX: u64 = 256 << 20;

/// Hands over each record.
pub fn read(mut source: impl BufRead, sink: &mut Sink) -> Result<Notes, Mistake> {
    let mut notes = Notes::default();
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        let n_bytes = source
            .by_ref()
            .take(LINE_BYTES_MAX)
            .read_until(b'\n', &mut line)
            .map_err(|error| Mistake::Unreadable(error.to_string()))?;
        if n_bytes == 0 {
            break;
        }
        if n_bytes as u64 == LINE_BYTES_MAX {
            return Err(Mistake::LineTooLong { line: number });
        }
        let record: Record<'static> =
            serde_json::from_slice(&line).map_err(|error| mistake_of(&error, Some(number)))?;
        match &record {
            Record::Run(head) => notes.later_minor = later_minor(&head.schema_version)?,
            Record::Unknown => notes.n_unknown_records += 1,
            _ => {}
        }
        sink(record)?;
    }
    Ok(notes)
}
