//! Turns an inventory into what leaves the process, in the format that was asked for.
//! Decides nothing about a credential, and opens no file: it is handed a writer.

pub mod briefing;
mod build;
pub mod campaigns;
pub mod comparison;
pub mod costs;
mod csv;
pub mod escape;
mod html;
mod json;
mod markdown;
pub mod ndjson;
pub mod outcome;
pub mod receipt;
pub mod reference;
mod sarif;
mod terminal;
mod worst;

#[cfg(test)]
#[path = "../../tests/support/inventories.rs"]
mod inventories;

use std::io;

use crate::view::Report;

/// How a report is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For a person.
    Terminal,
    /// One JSON document.
    Json,
    /// One JSON record a line.
    Ndjson,
    /// SARIF 2.1.0, for pipelines.
    Sarif,
    /// A table for spreadsheets.
    Csv,
    /// A checklist for an issue or a ticket.
    Markdown,
    /// One page for a browser, with everything in it.
    Html,
}

impl Format {
    /// Every format with the name the command line uses for it.
    pub const ALL: [(&'static str, Self); 7] = [
        ("terminal", Self::Terminal),
        ("json", Self::Json),
        ("ndjson", Self::Ndjson),
        ("sarif", Self::Sarif),
        ("csv", Self::Csv),
        ("markdown", Self::Markdown),
        ("html", Self::Html),
    ];

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        Self::ALL[self as usize].0
    }
}

/// How the terminal report looks. The other formats look the same everywhere.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    /// Whether colour may be used; no meaning hangs on it alone.
    pub colour: bool,
    /// Columns of the screen; less than 60 counts as 60.
    pub width: usize,
    /// How much is told.
    pub verbosity: Verbosity,
}

/// How much the terminal report tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verbosity {
    /// The answer and the last line.
    Quiet,
    /// What is needed to act; what is left out is counted.
    Normal,
    /// Everything, with no path cut.
    Verbose,
}

/// Writes a report. A closed pipe is an error of the writer, for the caller to judge.
pub fn write(
    format: Format,
    report: &Report,
    look: &Look,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    match format {
        Format::Terminal => terminal::write(report, look, out),
        Format::Json => json::write(report, out),
        Format::Ndjson => ndjson::write(report, out),
        Format::Sarif => sarif::write(report, out),
        Format::Csv => csv::write(report, out),
        Format::Markdown => markdown::write(report, out),
        Format::Html => html::write(report, out),
    }?;
    out.flush()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::inventories::{infected, rules};

    /// A pipe whose reader has gone after some bytes.
    struct ClosedPipe {
        n_bytes_left: usize,
    }

    impl io::Write for ClosedPipe {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let n_bytes = bytes.len().min(self.n_bytes_left);
            self.n_bytes_left -= n_bytes;
            if n_bytes == 0 { Err(io::ErrorKind::BrokenPipe.into()) } else { Ok(n_bytes) }
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_format_is_found_by_its_name() {
        for (name, format) in Format::ALL {
            assert_eq!(format.as_str(), name);
        }
    }

    #[test]
    fn a_closed_pipe_is_an_error_and_no_panic() {
        let report = Report::new(&infected(), &rules());
        let look = Look { colour: true, width: 80, verbosity: Verbosity::Verbose };
        for (_, format) in Format::ALL {
            for n_bytes_left in [0, 1, 500] {
                let error = write(format, &report, &look, &mut ClosedPipe { n_bytes_left });
                assert_eq!(error.unwrap_err().kind(), io::ErrorKind::BrokenPipe);
            }
        }
    }
}
