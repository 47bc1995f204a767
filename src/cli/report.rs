//! `credreach report`: a saved report in another format.

use credreach::error::Error;
use credreach::saved::read_report;

use crate::cli::args::ReportArgs;
use crate::cli::known::Known;
use crate::cli::output::Output;
use crate::cli::print;
use crate::cli::saved::{Saved, tell};

/// Reads the report and writes it.
pub fn run(args: &ReportArgs) -> Result<u8, Error> {
    let known = Known::read(&args.known, None)?;
    let saved = Saved::open(&args.file)?;
    let (mut report, notes) =
        read_report(saved.source).map_err(|mistake| saved.name.error(mistake))?;
    tell(&saved.name, notes);
    known.check_key(&report.run.key.id)?;
    known.apply(&mut report);
    print::print(&report, &args.print, Output::open(args.print.output.as_deref())?)?;
    Ok(0)
}
