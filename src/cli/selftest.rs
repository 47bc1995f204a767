//! `credreach selftest`

use std::io::{self, Write};

use credreach::error::Error;
use credreach::report::escape::escape_path;
use credreach::report::outcome::Outcome;
use credreach::selftest::{Check, CheckOutcome, selftest};

use crate::cli::args::{FurtherRules, SelftestArgs};
use crate::cli::output::Output;
use crate::cli::resolve;

/// Runs the self-test and prints every check.
pub fn run(args: &SelftestArgs) -> Result<u8, Error> {
    let rules = resolve::rules(&FurtherRules::default())?;
    let seed = resolve::random_key()?.bytes;
    let (checks, kept) = selftest(&rules, seed, resolve::now, args.keep)?;
    let n_failed = count(&checks, |outcome| matches!(outcome, CheckOutcome::Failed(_)));
    Output::Stdout.write(|out| {
        checks.iter().try_for_each(|check| line(out, check))?;
        if let Some(folder) = kept {
            writeln!(out, "kept    {}", escape_path(&folder))?;
        }
        verdict(out, &checks, n_failed)
    })?;
    let outcome = if n_failed == 0 { Outcome::Clean } else { Outcome::Failed };
    Ok(outcome.exit_code())
}

fn line(out: &mut dyn Write, check: &Check) -> io::Result<()> {
    match &check.outcome {
        CheckOutcome::Passed => writeln!(out, "ok      {}", check.what),
        CheckOutcome::Failed(why) => writeln!(out, "FAILED  {}: {why}", check.what),
        CheckOutcome::Skipped(why) => writeln!(out, "skipped {}: {why}", check.what),
    }
}

fn verdict(out: &mut dyn Write, checks: &[Check], n_failed: usize) -> io::Result<()> {
    let n_passed = count(checks, |outcome| *outcome == CheckOutcome::Passed);
    let n_skipped = checks.len() - n_passed - n_failed;
    writeln!(out, "{n_passed} passed, {n_failed} failed, {n_skipped} skipped")?;
    if n_failed > 0 {
        return writeln!(out, "Do not trust a sweep by this binary on this machine.");
    }
    writeln!(out, "This binary works here.")
}

fn count(checks: &[Check], is: impl Fn(&CheckOutcome) -> bool) -> usize {
    checks.iter().filter(|check| is(&check.outcome)).count()
}
