//! `credreach rules`

use std::io::{self, Write};
use std::path::PathBuf;

use credreach::error::Error;
use credreach::model::rule_set::RuleSet;
use credreach::proof::prove;
use credreach::report::outcome::Outcome;

use crate::cli::args::{RulesArgs, RulesCommand};
use crate::cli::output::Output;
use crate::cli::resolve;

/// Lists rules or checks them.
pub fn run(args: &RulesArgs) -> Result<u8, Error> {
    match &args.command {
        RulesCommand::List => {
            let rules = resolve::rules(&[])?;
            Output::Stdout.write(|out| list(out, &rules))?;
        }
        RulesCommand::Check { folders } => check(folders)?,
    }
    Ok(Outcome::Clean.exit_code())
}

fn list(out: &mut dyn Write, rules: &RuleSet) -> io::Result<()> {
    for kind in &rules.kinds {
        writeln!(out, "kind      {:40} {} ({})", kind.id, kind.title, kind.issuer)?;
    }
    for store in &rules.stores {
        writeln!(out, "store     {:40} {}", store.id, store.title)?;
    }
    for harvest in &rules.harvests {
        writeln!(out, "harvest   {:40} {}", harvest.id, harvest.title)?;
    }
    for advisory in &rules.advisories {
        writeln!(out, "advisory  {:40} {}", advisory.id, advisory.title)?;
    }
    counts(out, rules)
}

fn check(folders: &[PathBuf]) -> Result<(), Error> {
    let rules = resolve::rules(folders)?;
    let mistakes = prove(&rules);
    if !mistakes.is_empty() {
        return Err(Error::Rules { mistakes });
    }
    Output::Stdout.write(|out| counts(out, &rules))
}

fn counts(out: &mut dyn Write, rules: &RuleSet) -> io::Result<()> {
    let issuers: std::collections::BTreeSet<&str> =
        rules.kinds.iter().map(|kind| kind.issuer.as_str()).collect();
    writeln!(
        out,
        "{} kinds of {} issuers by {} rules, {} stores, {} harvests, {} advisories",
        rules.kinds.len(),
        issuers.len(),
        rules.rules.len(),
        rules.stores.len(),
        rules.harvests.len(),
        rules.advisories.len(),
    )
}
