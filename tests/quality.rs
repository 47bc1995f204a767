//! Quality as a number: synthetic hosts, planted from facts about formats and not from the rules, are swept, and what
//! is found is compared with what was planted. The floors are those that hold today: they may only rise.
//! docs/quality.md says how each part was made and holds the tables, which `CREDREACH_BLESS=1` renews.
//!
//! `CREDREACH_QUALITY_SEED` makes other hosts, `CREDREACH_QUALITY_HOSTS` names a folder in which they are kept, with
//! what was planted (truth.json) and what went wrong (faults.txt),
//! `CREDREACH_QUALITY_BINARY` another program to be measured.

#![allow(clippy::print_stdout, reason = "the tables are what is asked for")]

#[path = "quality/cases.rs"]
mod cases;
#[path = "quality/dice.rs"]
mod dice;
#[path = "quality/encoding.rs"]
mod encoding;
#[path = "quality/score.rs"]
mod score;
#[path = "quality/secrets.rs"]
mod secrets;
#[path = "quality/table.rs"]
mod table;
#[path = "quality/templates.rs"]
mod templates;

use std::path::{Path, PathBuf};

use cases::Tier;
use score::Outcome;
use table::Tally;

/// The seed of the tables in docs/quality.md.
const SEED: u64 = 6;
/// Of the places reported in files with a secret, at least this share is one.
const PRECISION_MIN: f64 = 0.99;
const BEGIN: &str = "<!-- figures: begin -->\n";
const END: &str = "<!-- figures: end -->";

fn setting(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

#[test]
fn what_is_planted_is_found_and_nothing_else() {
    let seed = setting("CREDREACH_QUALITY_SEED");
    let seed = seed.map_or(SEED, |seed| seed.parse().expect("a seed is a number"));
    let kept = setting("CREDREACH_QUALITY_HOSTS").map(PathBuf::from);
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let folder = kept.as_deref().unwrap_or(folder.path());
    let binary = setting("CREDREACH_QUALITY_BINARY");
    let binary = binary.unwrap_or_else(|| env!("CARGO_BIN_EXE_credreach").into());

    let hosts = cases::hosts(seed);
    score::write(&hosts, folder);
    let outcomes = score::sweep(&hosts, folder, Path::new(&binary));
    let tables = table::tables(&outcomes, hosts.len());
    println!("{tables}");
    if seed == SEED && setting("CREDREACH_BLESS").is_some() {
        bless(&tables);
    }
    std::fs::write(folder.join("faults.txt"), score::faults(&outcomes)).expect("it can be written");
    let broken = broken_floors(&outcomes);
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

/// What is worse than it was: recall of each tier, and how many files without a secret may be flagged.
fn broken_floors(outcomes: &[Outcome<'_>]) -> Vec<String> {
    let recalls = [
        (Tier::Shape, 0.96),
        (Tier::Vendor, 0.90),
        (Tier::Generic, 0.84),
        (Tier::Store, 0.94),
        (Tier::Key, 0.96),
    ];
    // No near miss should be flagged; today one of 156 is.
    let ceilings = [(Tier::Harmless, 0.06), (Tier::NearMiss, 0.007)];
    let tally = |tier| table::of_tier(outcomes, tier);
    let low = recalls.iter().map(|(tier, floor)| (tier, tally(*tier).recall(), floor));
    let low = low.filter(|(_, share, floor)| share < floor);
    let low = low.map(|(tier, share, floor)| {
        format!("recall of {}: {share:.3}, at least {floor}", score::letter(*tier))
    });
    let high = ceilings.iter().map(|(tier, ceiling)| (tier, tally(*tier).flagged(), ceiling));
    let high = high.filter(|(_, share, ceiling)| share > ceiling);
    let high = high.map(|(tier, share, ceiling)| {
        format!("{} flagged: {share:.3}, at most {ceiling}", score::letter(*tier))
    });
    let planted = Tally::of(outcomes.iter().filter(|it| !it.case.expected.is_empty())).precision();
    let noisy = format!("precision beside secrets: {planted:.3}, at least {PRECISION_MIN}");
    low.chain(high).chain((planted < PRECISION_MIN).then_some(noisy)).collect()
}

/// Writes the tables into docs/quality.md, between the marks.
fn bless(tables: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/quality.md");
    let text = std::fs::read_to_string(&path).expect("docs/quality.md is there");
    let (head, rest) = text.split_once(BEGIN).expect("docs/quality.md has a mark for the figures");
    let (_, tail) = rest.split_once(END).expect("docs/quality.md has a mark behind the figures");
    let text = format!("{head}{BEGIN}{tables}\n{END}{tail}");
    std::fs::write(&path, text).expect("docs/quality.md can be written to");
}
