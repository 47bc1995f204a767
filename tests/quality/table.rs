//! The figures as Markdown: what is printed, and the marked section of docs/quality.md. Shows families and forms, never a value.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::cases::Tier;
use crate::score::{Outcome, letter};

/// Counts of one row.
#[derive(Clone, Copy, Default)]
pub struct Tally {
    /// Secrets that were planted.
    pub n_planted: usize,
    /// Of these, the found ones.
    pub n_found: usize,
    /// Places that were reported where no secret is.
    pub n_false: usize,
    /// Files.
    pub n_files: usize,
    /// Files without any secret in which something was reported.
    pub n_flagged: usize,
}

impl Tally {
    /// Counts some outcomes.
    pub fn of<'o>(outcomes: impl Iterator<Item = &'o Outcome<'o>>) -> Self {
        outcomes.fold(Self::default(), |tally, outcome| Self {
            n_planted: tally.n_planted + outcome.case.expected.len(),
            n_found: tally.n_found + outcome.n_found,
            n_false: tally.n_false + outcome.false_alarms.len(),
            n_files: tally.n_files + 1,
            n_flagged: tally.n_flagged + usize::from(!outcome.false_alarms.is_empty()),
        })
    }

    /// Share of the planted secrets that was found.
    pub fn recall(&self) -> f64 {
        self.n_found as f64 / self.n_planted.max(1) as f64
    }

    /// Share of the reported places that are secrets; a secret counts once.
    pub fn precision(&self) -> f64 {
        self.n_found as f64 / (self.n_found + self.n_false).max(1) as f64
    }

    /// Share of the files in which something was reported that is no secret.
    pub fn flagged(&self) -> f64 {
        self.n_flagged as f64 / self.n_files.max(1) as f64
    }
}

/// The outcomes of a tier.
pub fn of_tier(outcomes: &[Outcome<'_>], tier: Tier) -> Tally {
    Tally::of(outcomes.iter().filter(|outcome| outcome.case.tier == tier))
}

const TIERS: [(Tier, &str); 5] = [
    (Tier::Shape, "a shape of its own"),
    (Tier::Vendor, "a vendor's word and something opaque"),
    (Tier::Generic, "a general word and something opaque"),
    (Tier::Store, "where a program keeps its credentials"),
    (Tier::Key, "key material of many lines"),
];

/// All tables.
pub fn tables(outcomes: &[Outcome<'_>], n_hosts: usize) -> String {
    let n_files = outcomes.len();
    let mut text = format!("{n_files} files on {n_hosts} hosts.\n\n");
    text +=
        "| tier | what tells | secrets | found | recall | precision |\n|---|---|--:|--:|--:|--:|\n";
    for (tier, what) in TIERS {
        let tally = of_tier(outcomes, tier);
        row(&mut text, &[letter(tier), what], &tally);
    }
    let planted = Tally::of(outcomes.iter().filter(|outcome| !outcome.case.expected.is_empty()));
    row(&mut text, &["all", ""], &planted);
    text += "\n| without a secret | files | flagged | share |\n|---|--:|--:|--:|\n";
    for ((tier, family), tally) in grouped(outcomes, |it| (it.case.tier, it.case.family.clone())) {
        if matches!(tier, Tier::Harmless | Tier::NearMiss) {
            let Tally { n_files, n_flagged, .. } = tally;
            let share = tally.flagged() * 100.0;
            let _ = writeln!(
                text,
                "| {}: {family} | {n_files} | {n_flagged} | {share:.1} % |",
                letter(tier)
            );
        }
    }
    text += &families(outcomes);
    text + &forms(outcomes)
}

fn row(text: &mut String, names: &[&str], tally: &Tally) {
    let Tally { n_planted, n_found, .. } = tally;
    let (recall, precision) = (tally.recall(), tally.precision());
    let names = names.join(" | ");
    let _ = writeln!(text, "| {names} | {n_planted} | {n_found} | {recall:.3} | {precision:.3} |");
}

fn grouped<'o, K: Ord>(
    outcomes: &'o [Outcome<'o>],
    key: impl Fn(&Outcome<'_>) -> K,
) -> BTreeMap<K, Tally> {
    let mut groups: BTreeMap<K, Vec<&Outcome<'_>>> = BTreeMap::new();
    for outcome in outcomes {
        groups.entry(key(outcome)).or_default().push(outcome);
    }
    groups.into_iter().map(|(key, group)| (key, Tally::of(group.into_iter()))).collect()
}

/// Families with a miss or a false alarm; the others are counted.
fn families(outcomes: &[Outcome<'_>]) -> String {
    let head =
        "| tier | family | secrets | found | recall | precision |\n|---|---|--:|--:|--:|--:|\n";
    let mut text = format!("\n### Families that are not whole\n\n{head}");
    let groups = grouped(outcomes, |it| (it.case.tier, it.case.family.clone()));
    let planted = groups.into_iter().filter(|(_, tally)| tally.n_planted > 0);
    let (whole, broken): (Vec<_>, Vec<_>) =
        planted.partition(|(_, tally)| tally.n_found == tally.n_planted && tally.n_false == 0);
    for ((tier, family), tally) in &broken {
        row(&mut text, &[letter(*tier), family], tally);
    }
    let _ = writeln!(text, "\nThe other {} families: all found, nothing beside them.", whole.len());
    text
}

/// Recall of each form, by tier: what is written in which way is missed.
fn forms(outcomes: &[Outcome<'_>]) -> String {
    let mut text =
        "\n### Forms\n\n| form | A | B | C | K | false |\n|---|--:|--:|--:|--:|--:|\n".to_owned();
    let groups = grouped(outcomes, |it| (it.case.form.clone(), it.case.tier));
    let is_form = |tier: Tier| !matches!(tier, Tier::Store | Tier::Harmless | Tier::NearMiss);
    let mut names: Vec<&String> =
        groups.keys().filter(|(_, tier)| is_form(*tier)).map(|(form, _)| form).collect();
    names.dedup();
    for name in names {
        let tally = |tier| groups.get(&(name.clone(), tier)).copied().unwrap_or_default();
        let tiers = [Tier::Shape, Tier::Vendor, Tier::Generic, Tier::Key];
        let share = |tier| match tally(tier) {
            Tally { n_planted: 0, .. } => String::new(),
            Tally { n_planted, n_found, .. } => format!("{n_found}/{n_planted}"),
        };
        let n_false: usize = tiers.iter().map(|tier| tally(*tier).n_false).sum();
        let shares = tiers.map(share).join(" | ");
        let _ = writeln!(text, "| {name} | {shares} | {n_false} |");
    }
    text
}
