//! `credreach diff` and `credreach receipt`: two saved reports of one host side by side.

use std::path::Path;

use credreach::error::Error;
use credreach::report::{Verbosity, comparison, receipt};
use credreach::saved::compare::{Hosts, Mismatch, Snapshot, compare};
use credreach::view::comparison::Comparison;

use crate::cli::args::{DiffArgs, ListFormatArg, PairArgs, ReceiptArgs, ReceiptFormatArg};
use crate::cli::look;
use crate::cli::output::Output;
use crate::cli::saved::{Saved, tell};

/// Says what was rotated, what is still there and what is new.
pub fn diff(args: &DiffArgs) -> Result<u8, Error> {
    let comparison = compared(&args.pair)?;
    let verbosity = if args.verbose { Verbosity::Verbose } else { Verbosity::Normal };
    let look = match args.pair.output {
        None => look::of_stdout(args.color, verbosity),
        Some(_) => look::of_file(args.color, verbosity),
    };
    Output::open(args.pair.output.as_deref())?.write(|out| match args.format {
        ListFormatArg::Terminal => comparison::write_terminal(&comparison, &look, out),
        ListFormatArg::Json => comparison::write_json(&comparison, out),
    })?;
    Ok(comparison.summary.exit_code)
}

/// Writes the same as evidence.
pub fn receipt(args: &ReceiptArgs) -> Result<u8, Error> {
    let comparison = compared(&args.pair)?;
    Output::open(args.pair.output.as_deref())?.write(|out| match args.format {
        ReceiptFormatArg::Markdown => receipt::write(&comparison, out),
        ReceiptFormatArg::Json => comparison::write_json(&comparison, out),
    })?;
    Ok(comparison.summary.exit_code)
}

fn compared(args: &PairArgs) -> Result<Comparison, Error> {
    let stdin = Path::new("-");
    if args.before == stdin && args.after == stdin {
        return Err(Error::Compare {
            what: "standard input holds one report, and two are needed".into(),
            help: "name a file for one of them".into(),
        });
    }
    let before = snapshot(&args.before)?;
    let after = snapshot(&args.after)?;
    let hosts = if args.renamed_host { Hosts::Renamed } else { Hosts::Same };
    compare(&before, &after, hosts).map_err(|mismatch| Error::Compare {
        what: mismatch.to_string(),
        help: help(&mismatch).into(),
    })
}

fn snapshot(path: &Path) -> Result<Snapshot, Error> {
    let saved = Saved::open(path)?;
    let (snapshot, notes) =
        Snapshot::read(path, saved.source).map_err(|mistake| saved.name.error(mistake))?;
    tell(&saved.name, notes);
    Ok(snapshot)
}

const fn help(mismatch: &Mismatch) -> &'static str {
    match mismatch {
        Mismatch::SameReport => "name the report from before the rotation, then one from after it",
        Mismatch::WrongOrder { .. } => "the earlier report comes first",
        Mismatch::OtherHost { .. } => {
            "compare reports of one host; if it got a new name, pass --renamed-host"
        }
    }
}
