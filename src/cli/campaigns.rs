//! `credreach campaigns`

use credreach::error::Error;
use credreach::model::advisory::Advisory;
use credreach::report::outcome::Outcome;
use credreach::report::{Verbosity, briefing, campaigns};

use crate::cli::args::{CampaignsArgs, CampaignsCommand, ListFormatArg};
use crate::cli::output::Output;
use crate::cli::{look, resolve};

/// So many letters may be wrong in an id that was meant.
const TYPOS_MAX: usize = 3;
/// More ids than these are no help.
const NEAR_MAX: usize = 5;

/// Lists the catalogue, or briefs on one campaign.
pub fn run(args: &CampaignsArgs) -> Result<u8, Error> {
    let rules = resolve::rules(&args.rules)?;
    match &args.command {
        CampaignsCommand::List { format } => Output::Stdout.write(|out| match format {
            ListFormatArg::Terminal => campaigns::write_terminal(&rules.advisories, out),
            ListFormatArg::Json => campaigns::write_json(&rules.advisories, out),
        }),
        CampaignsCommand::Show { id, color } => {
            let campaign = &rules.advisories[find(id, &rules.advisories)?];
            let look = look::of_stdout(*color, Verbosity::Normal);
            Output::Stdout.write(|out| briefing::write(campaign, &rules, &look, out))
        }
    }?;
    Ok(Outcome::Clean.exit_code())
}

/// Position of the campaign with an id.
pub fn find(id: &str, campaigns: &[Advisory]) -> Result<usize, Error> {
    campaigns.iter().position(|one| one.id == id).ok_or_else(|| unknown(id, campaigns))
}

fn unknown(id: &str, campaigns: &[Advisory]) -> Error {
    let near = near(id, campaigns);
    let list = "`credreach campaigns list` shows every id";
    Error::Usage {
        what: format!("no campaign is called `{}`", id.escape_debug()),
        help: match near.as_slice() {
            [] => list.into(),
            near => format!("did you mean {}? {list}", near.join(" or ")),
        },
    }
}

/// Ids of campaigns that were perhaps meant: by a part of their id, one of their other ids, a
/// package, or a typing error.
fn near<'c>(typed: &str, campaigns: &'c [Advisory]) -> Vec<&'c str> {
    let typed = typed.to_lowercase();
    let is_near = |campaign: &&Advisory| {
        let mut ids = campaign.ids.iter();
        let mut packages = campaign.packages.iter();
        (!typed.is_empty() && campaign.id.contains(&typed))
            || ids.any(|id| id.eq_ignore_ascii_case(&typed))
            || packages.any(|package| package.name.eq_ignore_ascii_case(&typed))
            || is_misspelt(&typed, &campaign.id)
            || is_misspelt(&typed, name_of(&campaign.id))
    };
    let near = campaigns.iter().filter(is_near).map(|campaign| campaign.id.as_str());
    near.take(NEAR_MAX).collect()
}

/// An id without its year and month.
fn name_of(id: &str) -> &str {
    id.rsplitn(3, '-').last().unwrap_or(id)
}

/// A third of the letters at most, so that short names are not near to each other.
fn is_misspelt(typed: &str, meant: &str) -> bool {
    // A long text is no misspelt id, and shall cost no table.
    typed.len() <= meant.len() + TYPOS_MAX
        && n_typos(typed, meant) <= TYPOS_MAX.min(meant.len() / 3)
}

/// How many letters are missing, too many or others (Levenshtein's distance).
fn n_typos(typed: &str, meant: &str) -> usize {
    let mut row: Vec<usize> = (0..=meant.len()).collect();
    for (index, letter) in typed.bytes().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], index + 1);
        for (column, other) in meant.bytes().enumerate() {
            let cost = diagonal + usize::from(letter != other);
            diagonal = row[column + 1];
            row[column + 1] = cost.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[meant.len()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::args::FurtherRules;

    fn check(typed: &str, expected: &[&str]) {
        let rules = resolve::rules(&FurtherRules::default()).unwrap();
        assert_eq!(near(typed, &rules.advisories), expected, "{typed}");
    }

    #[test]
    fn what_was_meant_is_found_by_id_package_and_in_spite_of_typing_errors() {
        check("litellm", &["litellm-2026-03"]);
        check("litelm-2026-03", &["litellm-2026-03"]);
        check("mal-2026-2144", &["litellm-2026-03"]);
        check("plain-crypto-js", &["axios-2026-03"]);
    }

    #[test]
    fn far_from_everything_is_near_nothing() {
        check("", &[]);
        check("qq", &[]);
        check(&"x".repeat(100_000), &[]);
    }
}
