//! `credreach sweep` and its first half, `credreach audit`.

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use credreach::config::Config;
use credreach::detect::engine::Engine;
use credreach::error::Error;
use credreach::model::rule_set::RuleSet;
use credreach::report::outcome::Outcome;
use credreach::sweep::{Watch, sweep};
use credreach::view::Report;

use crate::cli::args::{AuditArgs, ExplainArgs, SweepArgs};
use crate::cli::known::Known;
use crate::cli::output::Output;
use crate::cli::progress::Progress;
use crate::cli::{interrupt, print, question, remarks, resolve};

/// Sweeps and reports.
pub fn run(args: &SweepArgs) -> Result<u8, Error> {
    with_question(resolve::sweep(args)?, args)
}

/// Sweeps, and reports of one credential all that is known.
pub fn explain(args: &ExplainArgs) -> Result<u8, Error> {
    with_question(resolve::explain(args)?, &args.sweep)
}

fn with_question(mut config: Config, args: &SweepArgs) -> Result<u8, Error> {
    let rules = resolve::rules(&args.audit.rules)?;
    config.question = question::question(&args.question, &rules.advisories, config.now)?;
    let known = Known::read(&args.known, args.audit.scope.root.as_deref())?;
    known.check_key(&credreach::vet::key_id(&config.key))?;
    carry_out(&config, &rules, &args.audit, &known)
}

/// The same for infected installs alone.
pub fn audit(args: &AuditArgs) -> Result<u8, Error> {
    let config = resolve::audit(args)?;
    carry_out(&config, &resolve::rules(&args.rules)?, args, &Known::default())
}

fn carry_out(
    config: &Config,
    rules: &RuleSet,
    args: &AuditArgs,
    known: &Known,
) -> Result<u8, Error> {
    let output = Output::open(args.print.output.as_deref())?;
    if !args.print.quiet {
        remarks::tell(&rules.remarks);
    }
    let watch = Arc::new(Watch::default());
    interrupt::watch(&watch.interrupted);
    let start = Instant::now();
    let progress = Progress::start(&watch, args.print.quiet);
    let swept = sweep(config, &Engine::new(rules), &watch);
    drop(progress);
    let inventory = match swept {
        Ok(inventory) => inventory,
        Err(error) => {
            output.discard();
            return Err(error);
        }
    };
    let mut report = Report::new(&inventory, rules);
    credreach::suppress::allow(&mut report, &inventory.allowed);
    known.apply(&mut report);
    print::print(&report, &args.print, output)?;
    if !args.print.quiet {
        tell(&watch, start);
    }
    let exit_code = report.summary.exit_code;
    Ok(if args.exit_zero { Outcome::Clean.exit_code() } else { exit_code })
}

/// How long it took: on stderr, so that the report of one host stays the same.
fn tell(watch: &Watch, start: Instant) {
    let seconds = start.elapsed().as_secs_f64();
    let n_files = watch.n_files.load(Ordering::Relaxed);
    let mebibytes = watch.n_bytes.load(Ordering::Relaxed) as f64 / f64::from(1 << 20);
    let _ =
        writeln!(std::io::stderr(), "swept {n_files} files, {mebibytes:.0} MiB in {seconds:.1} s");
}
