//! What was typed, and one file for each sub-command. The library does not see this room.

mod args;
mod campaigns;
mod compare;
mod harden;
mod interrupt;
mod known;
mod look;
mod merge;
mod output;
mod print;
mod process;
mod progress;
mod question;
mod remarks;
mod report;
mod resolve;
mod roots;
mod rules;
mod saved;
mod selftest;
mod sweep;
mod verify;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;

use credreach::error::Error;
use credreach::report::outcome::Outcome;

use crate::cli::args::{Args, Command};

/// Runs the sub-command that was typed; the exit code says how it went.
pub fn run() -> ExitCode {
    harden::harden();
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => return usage(&error),
    };
    let done = match args.command {
        Command::Sweep(args) => sweep::run(&args),
        Command::Audit(args) => sweep::audit(&args),
        Command::Explain(args) => sweep::explain(&args),
        Command::Report(args) => report::run(&args),
        Command::Diff(args) => compare::diff(&args),
        Command::Receipt(args) => compare::receipt(&args),
        Command::Merge(args) => merge::run(&args),
        Command::Verify(args) => verify::run(&args),
        Command::Roots(args) => roots::run(&args),
        Command::Campaigns(args) => campaigns::run(&args),
        Command::Rules(args) => rules::run(&args),
        Command::Selftest(args) => selftest::run(&args),
    };
    match done {
        Ok(code) => ExitCode::from(code),
        Err(error) => fail(&error),
    }
}

/// Help and version go to stdout; a mistake goes to stderr, with exit code 2.
fn usage(error: &clap::Error) -> ExitCode {
    // A closed pipe is no error.
    let _ = error.print();
    if error.use_stderr() { ExitCode::from(Outcome::Failed.exit_code()) } else { ExitCode::SUCCESS }
}

fn fail(error: &Error) -> ExitCode {
    let _ = writeln!(io::stderr(), "error: {error}\n  help: {}", error.help());
    ExitCode::from(Outcome::Failed.exit_code())
}
