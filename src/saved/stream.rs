//! A report that was saved as NDJSON.

use std::io::BufRead;

use crate::saved::line::next_line;
use crate::saved::mistake::later_minor;
use crate::saved::{Mistake, Notes, Sink, mistake_of};
use crate::view::{Chain, Link, Record};

/// Hands over each record.
pub fn read(mut source: impl BufRead, sink: &mut Sink) -> Result<Notes, Mistake> {
    let mut notes = Notes::default();
    let mut line = Vec::new();
    let (mut chain, mut is_chained) = (Chain::default(), true);
    for number in 1.. {
        if !next_line(&mut source, &mut line, number)? {
            break;
        }
        if is_chained {
            let link = chain.follow(line.strip_suffix(b"\n").unwrap_or(&line));
            is_chained = link == Link::Fits;
            // Without a chain at its first line, it is a stream of an earlier version.
            let is_earlier = number == 1 && link == Link::Missing;
            notes.changed_line = (!is_chained && !is_earlier).then_some(number);
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
