//! `credreach rules`

use std::io::{self, Write};
use std::path::Path;
use std::time::Instant;

use credreach::detect::engine::Engine;
use credreach::error::Error;
use credreach::model::rule_set::RuleSet;
use credreach::proof::prove;
use credreach::report::outcome::Outcome;
use credreach::report::{costs, reference};

use crate::cli::args::{FurtherRules, ReferenceFormatArg, RulesArgs, RulesCommand};
use crate::cli::output::Output;
use crate::cli::{remarks, resolve};

/// Lists rules or checks them.
pub fn run(args: &RulesArgs) -> Result<u8, Error> {
    match &args.command {
        RulesCommand::List { format } => {
            let rules = resolve::rules(&args.rules)?;
            Output::Stdout.write(|out| match format {
                ReferenceFormatArg::Terminal => list(out, &rules),
                ReferenceFormatArg::Json => reference::write_json(&rules, out),
                ReferenceFormatArg::Markdown => reference::write_markdown(&rules, out),
            })?;
        }
        RulesCommand::Check { checked, cost } => {
            let paths = args.rules.paths.iter().chain(checked).cloned().collect();
            let rules = check(&FurtherRules { paths, ..args.rules })?;
            cost.as_deref().map_or(Ok(()), |folder| measure(&rules, folder))?;
        }
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

/// Says what is not obeyed also where mistakes keep the rules from being used.
fn check(further: &FurtherRules) -> Result<RuleSet, Error> {
    let layers = resolve::layers(further)?;
    let remarks = credreach::rules::remarks(&layers);
    Output::Stdout.write(|out| remarks::write_all(&remarks, out))?;
    let rules = credreach::rules::load(layers)?;
    let mistakes = prove(&rules);
    if !mistakes.is_empty() {
        return Err(Error::Rules { mistakes });
    }
    Output::Stdout.write(|out| counts(out, &rules))?;
    Ok(rules)
}

fn measure(rules: &RuleSet, folder: &Path) -> Result<(), Error> {
    let start = Instant::now();
    let clock = || u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX);
    let cost = credreach::cost::measure(&Engine::new(rules), folder, &clock)
        .map_err(|error| Error::PathMissing { path: folder.to_owned(), why: error.to_string() })?;
    Output::Stdout.write(|out| costs::write(&cost, rules, out))
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
