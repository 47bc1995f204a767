//! The report as one JSON record a line, for streams and log stores. Does not lay out
//! fields: a line is a record of the view.

use std::io;

use crate::view::{Chain, Record, Report, records};

/// A stream that records are written to, one at a time.
pub struct Stream<'o> {
    out: &'o mut dyn io::Write,
    chain: Chain,
    line: Vec<u8>,
}

impl<'o> Stream<'o> {
    /// A stream without a line.
    pub fn new(out: &'o mut dyn io::Write) -> Self {
        Self { out, chain: Chain::default(), line: Vec::new() }
    }

    /// Writes the next line.
    pub fn write(&mut self, record: &Record) -> io::Result<()> {
        self.line.clear();
        serde_json::to_writer(&mut self.line, record)?;
        self.chain.seal(&mut self.line);
        self.line.push(b'\n');
        self.out.write_all(&self.line)
    }
}

/// Writes the report. The last record is `summary`; without it the stream was cut.
pub fn write(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    let mut stream = Stream::new(out);
    records(report).try_for_each(|record| stream.write(&record))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::inventories::{incomplete, infected, rules};
    use serde_json::Value;

    fn lines(report: &Report) -> Vec<Value> {
        let mut out = Vec::new();
        write(report, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    #[test]
    fn a_stream_starts_with_the_run_and_ends_with_the_summary() {
        let lines = lines(&Report::new(&infected(), &rules()));
        let (first, last) = (&lines[0], &lines[lines.len() - 1]);
        assert_eq!([&first["record"], &first["schema_version"]], ["run", "1.0"]);
        assert_eq!([&last["record"], &last["status"]], ["summary", "complete"]);
    }

    #[test]
    fn a_record_is_the_same_object_as_in_the_document() {
        let report = Report::new(&infected(), &rules());
        let document = serde_json::to_value(&report).unwrap();
        let mut credential =
            lines(&report).into_iter().find(|line| line["record"] == "credential").unwrap();
        for of_the_stream in ["record", "chain"] {
            credential.as_object_mut().unwrap().remove(of_the_stream).unwrap();
        }
        assert_eq!(credential, document["credentials"][0]);
    }

    #[test]
    fn every_problem_has_its_line_and_the_summary_only_counts_them() {
        let lines = lines(&Report::new(&incomplete(), &rules()));
        let n_problems = lines.iter().filter(|line| line["record"] == "problem").count();
        let problems = &lines[lines.len() - 1]["coverage"]["problems"];
        assert_eq!(n_problems, 5);
        assert_eq!(problems["counts"]["read/permission-denied"], 4);
        assert_eq!(problems["listed"], serde_json::json!([]));
    }
}
