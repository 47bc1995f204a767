//! A report on its way out: in the format, the look and the place that were asked for.

use credreach::error::Error;
use credreach::report::{Format, Look, Verbosity};
use credreach::view::Report;

use crate::cli::args::{FormatArg, PrintArgs};
use crate::cli::look;
use crate::cli::output::Output;

/// Writes a report.
pub fn print(report: &Report, args: &PrintArgs, output: Output) -> Result<(), Error> {
    let look = look(args);
    output.write(|out| credreach::report::write(format(args.format), report, &look, out))
}

const fn format(format: FormatArg) -> Format {
    match format {
        FormatArg::Terminal => Format::Terminal,
        FormatArg::Json => Format::Json,
        FormatArg::Ndjson => Format::Ndjson,
        FormatArg::Sarif => Format::Sarif,
        FormatArg::Csv => Format::Csv,
        FormatArg::Markdown => Format::Markdown,
        FormatArg::Html => Format::Html,
    }
}

fn look(args: &PrintArgs) -> Look {
    let verbosity = match (args.quiet, args.verbose) {
        (true, _) => Verbosity::Quiet,
        (_, true) => Verbosity::Verbose,
        _ => Verbosity::Normal,
    };
    match args.output {
        None => look::of_stdout(args.color, verbosity),
        Some(_) => look::of_file(args.color, verbosity),
    }
}
