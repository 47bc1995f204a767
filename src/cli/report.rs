//! `credreach report`: a saved report in another format.

use credreach::error::Error;
use credreach::saved::read_report;

use crate::cli::args::ReportArgs;
use crate::cli::output::Output;
use crate::cli::print;
use crate::cli::saved::{Saved, tell};

/// Reads the report and writes it.
pub fn run(args: &ReportArgs) -> Result<u8, Error> {
    let saved = Saved::open(&args.file)?;
    let (report, notes) = read_report(saved.source).map_err(|mistake| saved.name.error(mistake))?;
    tell(&saved.name, notes);
    print::print(&report, &args.print, Output::open(args.print.output.as_deref())?)?;
    Ok(0)
}
