//! Any number of saved reports as one inventory: a credential on fourteen hosts is one row with
//! fourteen places. Holds neither a report nor the inventory: rows are spilled to the disk and
//! sorted there, by secret first and by the order of rotation then. Judges nothing anew.

mod edges;
mod identity;
mod intake;
mod order;
mod row;
mod sorter;
mod totals;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::io::{self, BufRead};
use std::iter::Peekable;
use std::path::{Path, PathBuf};

use crate::saved::Mistake;
use crate::saved::merge::edges::Edges;
use crate::saved::merge::identity::{Joined, Secret, secret};
use crate::saved::merge::intake::Intake;
use crate::saved::merge::row::{After, Row};
use crate::saved::merge::sorter::{Sorted, Sorter};
use crate::view::{
    Broker, Credential, Head, InfectedInstall, MergedReport, Plan, Predecessors, Problem, Record,
    StartupCode, Summary, Tail, Word,
};

/// Most problems of one code that are listed; the rest are counted.
const PROBLEMS_MAX: usize = 1000;
/// Most ranks named that come before a row.
const RANKS_MAX: usize = 20;
/// What the process exits with where a report is not in, or not as a whole.
pub const EXIT_IN_PART: u8 = 3;

/// Opens a saved report.
pub type Opener<'o> = Box<dyn FnOnce() -> Result<Box<dyn BufRead>, Mistake> + 'o>;

/// The lists beside the credentials, in the order of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Side {
    InfectedInstall,
    StartupCode,
    Broker,
    AuthorizedKey,
    Problem,
}

impl Side {
    const ALL: [Self; 5] = [
        Self::InfectedInstall,
        Self::StartupCode,
        Self::Broker,
        Self::AuthorizedKey,
        Self::Problem,
    ];
}

/// An inventory of several reports, ready to be written.
pub struct Merged {
    /// How it was made, and of what.
    pub head: Head,
    /// What it comes to.
    pub tail: Tail,
    /// By how many keys its ids were made.
    pub n_keys: usize,
    /// How many hosts it is about.
    pub n_hosts: usize,
    advisories: Vec<crate::view::Advisory>,
    plan: Plan,
    sides: Peekable<Sides>,
    credentials: Ranked,
}

/// Merges reports. The order in which they are given changes nothing: it is by path. Spills into a
/// folder; an error is one of that disk.
pub fn merge<'o>(mut reports: Vec<(PathBuf, Opener<'o>)>, folder: &Path) -> io::Result<Merged> {
    reports.sort_by(|(one, _), (other, _)| one.cmp(other));
    let mut intake = Intake::new(folder);
    for (path, open) in reports {
        intake.take(&path, open)?;
    }
    let Intake { rows, sides, identities, halves, mut totals, reports, first_installs, .. } =
        intake;
    let mut rank =
        Ranking::new(folder, identities.joined()?, halves.edges()?, totals.started.clone());
    rank.take_all(rows.sorted()?, &first_installs, folder)?;
    let mut sides =
        Sides { sorted: sides.sorted()?, first_installs, n_problems: BTreeMap::new() }.peekable();
    // An empty list is looked at once, so that an error is told at once.
    if let Some(Err(_)) = sides.peek() {
        return Err(sides
            .next()
            .and_then(Result::err)
            .unwrap_or_else(|| io::ErrorKind::Other.into()));
    }
    let is_in_part =
        reports.iter().any(|report| report.why.is_some() && report.read != "duplicate");
    let summary = rank.tally.summary(totals.n_installs, is_in_part);
    let plan = totals.plan(&rank.tally.phases());
    let advisories = std::mem::take(&mut totals.advisories).into_values().collect();
    let (head, n_keys, n_hosts) = (totals.head(reports), totals.n_keys(), totals.n_hosts());
    let tail = totals.tail(summary);
    let credentials = rank.ranked()?;
    Ok(Merged { head, tail, n_keys, n_hosts, advisories, plan, sides, credentials })
}

impl Merged {
    /// The reports that it was made of.
    pub fn reports(&self) -> &[MergedReport] {
        &self.head.run.reports
    }

    /// Hands over each record, in the order of a stream.
    pub fn write(self, sink: &mut dyn FnMut(Record<'static>) -> io::Result<()>) -> io::Result<()> {
        let Self { head, mut tail, advisories, plan, mut sides, credentials, .. } = self;
        sink(Record::Run(head))?;
        for advisory in advisories {
            sink(Record::Advisory(Cow::Owned(advisory)))?;
        }
        write_side(&mut sides, Side::InfectedInstall, sink)?;
        sink(Record::Plan(Cow::Owned(plan)))?;
        write_side(&mut sides, Side::StartupCode, sink)?;
        for credential in credentials {
            sink(Record::Credential(Cow::Owned(credential?)))?;
        }
        write_side(&mut sides, Side::Broker, sink)?;
        write_side(&mut sides, Side::AuthorizedKey, sink)?;
        let n_listed = write_side(&mut sides, Side::Problem, sink)?;
        let problems = &mut tail.coverage.problems;
        problems.unlisted = problems.counts.values().sum::<u64>().saturating_sub(n_listed);
        sink(Record::Summary(tail))
    }
}

/// Hands over one list; how many there were.
fn write_side(
    sides: &mut Peekable<Sides>,
    list: Side,
    sink: &mut dyn FnMut(Record<'static>) -> io::Result<()>,
) -> io::Result<u64> {
    let mut n_written = 0;
    let is_next = |one: &io::Result<(Side, Record)>| !matches!(one, Ok((side, _)) if *side != list);
    while let Some(one) = sides.next_if(is_next) {
        sink(one?.1)?;
        n_written += 1;
    }
    Ok(n_written)
}

/// Rows on their way from the order of their secrets to that of their rotation.
struct Ranking {
    joined: Joined,
    edges: Edges,
    now: String,
    by_rank: Sorter,
    tally: Tally,
    /// What some row waits for.
    awaited: HashSet<Secret>,
}

impl Ranking {
    fn new(folder: &Path, joined: Joined, edges: Edges, now: String) -> Self {
        let by_rank = Sorter::new(folder);
        Self { joined, edges, now, by_rank, tally: Tally::default(), awaited: HashSet::new() }
    }

    /// First what has one secret id; what has one public identity under several keys is put
    /// aside, and joined then.
    fn take_all(
        &mut self,
        rows: Sorted,
        first_installs: &[Option<usize>],
        folder: &Path,
    ) -> io::Result<()> {
        let mut aside = Sorter::new(folder);
        let first_install = |key: &[u8]| first_install(first_installs, &key[16..20]);
        each_group(rows, first_install, |secret, row| match self.joined.first(secret) {
            None => self.take(row),
            Some(first) => aside.push([first, secret].concat(), serde_json::to_vec(&row)?),
        })?;
        // These are numbered already.
        each_group(aside.sorted()?, |_| Some(0), |_, row| self.take(row))
    }

    fn take(&mut self, row: Row) -> io::Result<()> {
        let (mut credential, after) = row.settled();
        self.edges.add_to(&mut credential);
        self.tally.count(&credential);
        let ids = after.iter().flat_map(|after| &after.secret_ids);
        self.awaited.extend(ids.map(|id| first_of(&self.joined, id)));
        let key = order::key(&credential, &self.now);
        self.by_rank.push(key, serde_json::to_vec(&(credential, after))?)
    }

    fn ranked(self) -> io::Result<Ranked> {
        let Self { joined, by_rank, awaited, .. } = self;
        Ok(Ranked { sorted: by_rank.sorted()?, joined, awaited, ranks: HashMap::new(), n_given: 0 })
    }
}

/// Under which secret a row with this id stands.
fn first_of(joined: &Joined, id: &str) -> Secret {
    let secret = secret(id);
    joined.first(secret).unwrap_or(secret)
}

/// What the infected installs of a report are numbered from, by the bytes of its number; `None`
/// where it counts once already.
fn first_install(first_installs: &[Option<usize>], number: &[u8]) -> Option<usize> {
    let number = u32::from_be_bytes(number.try_into().ok()?);
    first_installs.get(number as usize).copied().flatten()
}

/// Rows whose keys begin with the same 16 bytes, as one row.
fn each_group(
    rows: Sorted,
    first_install: impl Fn(&[u8]) -> Option<usize>,
    mut give: impl FnMut(Secret, Row) -> io::Result<()>,
) -> io::Result<()> {
    let mut group: (Secret, Vec<Row>) = (Secret::default(), Vec::new());
    for pair in rows {
        let (key, text) = pair?;
        let Some(first_install) = first_install(&key) else { continue };
        let mut secret = Secret::default();
        secret.copy_from_slice(&key[..16]);
        if secret != group.0 {
            let (secret, rows) = std::mem::replace(&mut group, (secret, Vec::new()));
            Row::joined(rows).map_or(Ok(()), |row| give(secret, row))?;
        }
        let mut row: Row = serde_json::from_slice(&text)?;
        row.number_installs_from(first_install);
        group.1.push(row);
    }
    Row::joined(group.1).map_or(Ok(()), |row| give(group.0, row))
}

/// Credentials in rotation order.
struct Ranked {
    sorted: Sorted,
    joined: Joined,
    awaited: HashSet<Secret>,
    /// Of what is awaited.
    ranks: HashMap<Secret, usize>,
    n_given: usize,
}

impl Iterator for Ranked {
    type Item = io::Result<Credential>;

    fn next(&mut self) -> Option<Self::Item> {
        let pair = match self.sorted.next()? {
            Ok(pair) => pair,
            Err(error) => return Some(Err(error)),
        };
        let read = serde_json::from_slice::<(Credential, Vec<After>)>(&pair.1);
        Some(
            read.map_err(io::Error::from).map(|(credential, after)| self.ranked(credential, after)),
        )
    }
}

impl Ranked {
    fn ranked(&mut self, mut credential: Credential, after: Vec<After>) -> Credential {
        self.n_given += 1;
        credential.rank = self.n_given;
        let first = first_of(&self.joined, &credential.secret_id);
        if self.awaited.contains(&first) {
            self.ranks.insert(first, self.n_given);
        }
        let after = after.into_iter().filter_map(|after| self.predecessors(after));
        credential.after = after.collect();
        credential
    }

    /// What stands later after all is not named: the order of several reports is not that of one.
    fn predecessors(&self, after: After) -> Option<Predecessors> {
        let ranks = after.secret_ids.iter();
        let ranks = ranks.filter_map(|id| self.ranks.get(&first_of(&self.joined, id)).copied());
        let ranks: BTreeSet<usize> = ranks.filter(|rank| *rank < self.n_given).collect();
        let ranks: Vec<usize> = ranks.into_iter().take(RANKS_MAX).collect();
        let n_all = after.n_all.max(ranks.len());
        (!ranks.is_empty()).then_some(Predecessors { ranks, n_all, why: after.why })
    }
}

/// The figures.
#[derive(Default)]
struct Tally {
    n_credentials: usize,
    n_places: usize,
    by_verdict: BTreeMap<Word, usize>,
    by_asked: BTreeMap<Word, usize>,
    by_confidence: BTreeMap<Word, usize>,
    n_suppressed: usize,
    by_phase: BTreeMap<(u8, Word), usize>,
}

impl Tally {
    fn count(&mut self, credential: &Credential) {
        self.n_credentials += 1;
        self.n_places +=
            credential.locations.len() + credential.n_unlisted_locations.unwrap_or_default();
        let add = |counts: &mut BTreeMap<Word, usize>, word: &Option<Word>| {
            if let Some(word) = word {
                *counts.entry(word.clone()).or_default() += 1;
            }
        };
        add(&mut self.by_verdict, &credential.verdict);
        add(&mut self.by_asked, &credential.asked);
        add(&mut self.by_confidence, &Some(credential.confidence.clone()));
        self.n_suppressed += usize::from(credential.suppressed.is_some());
        let phase = credential.phase.clone();
        *self.by_phase.entry((order::phase_rank(&phase), phase)).or_default() += 1;
    }

    /// The steps that anything stands in, in order.
    fn phases(&self) -> Vec<(Word, usize)> {
        self.by_phase.iter().map(|((_, phase), n)| (phase.clone(), *n)).collect()
    }

    /// All words of a verdict and of a confidence are there, as in any report.
    fn summary(&self, n_infected_installs: usize, is_in_part: bool) -> Summary {
        let all = |words: &[&'static str], counts: &BTreeMap<Word, usize>| {
            let none = words.iter().map(|word| (Word::from(*word), 0));
            none.chain(counts.clone()).collect::<BTreeMap<Word, usize>>()
        };
        let verdicts = ["exposed", "likely", "unknown", "not-exposed"];
        Summary {
            n_credentials: self.n_credentials,
            n_places: self.n_places,
            n_infected_installs,
            by_verdict: all(&verdicts, &self.by_verdict),
            by_asked: all(&verdicts, &self.by_asked),
            by_confidence: all(&["high", "medium", "low"], &self.by_confidence),
            n_suppressed: self.n_suppressed,
            exit_code: if is_in_part { EXIT_IN_PART } else { 0 },
        }
    }
}

/// The lists beside the credentials, without those of reports that count once already.
struct Sides {
    sorted: Sorted,
    first_installs: Vec<Option<usize>>,
    n_problems: BTreeMap<Word, usize>,
}

impl Iterator for Sides {
    type Item = io::Result<(Side, Record<'static>)>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let (key, text) = match self.sorted.next()? {
                Ok(pair) => pair,
                Err(error) => return Some(Err(error)),
            };
            let Some(first) = first_install(&self.first_installs, &key[1..5]) else { continue };
            match self.record(key[0], first, &text) {
                Ok(None) => {}
                Ok(Some(record)) => return Some(Ok(record)),
                Err(error) => return Some(Err(error.into())),
            }
        }
    }
}

impl Sides {
    /// A record of a list; `None` for a problem of which there are too many.
    fn record(
        &mut self,
        list: u8,
        first_install: usize,
        text: &[u8],
    ) -> Result<Option<(Side, Record<'static>)>, serde_json::Error> {
        let side = Side::ALL[usize::from(list).min(Side::ALL.len() - 1)];
        let record = match side {
            Side::InfectedInstall => {
                let mut install: InfectedInstall = serde_json::from_slice(text)?;
                install.index += first_install;
                Record::InfectedInstall(Cow::Owned(install))
            }
            Side::StartupCode => {
                let mut startup: StartupCode = serde_json::from_slice(text)?;
                let named = startup.signs.iter_mut().filter_map(|sign| sign.install.as_mut());
                named.for_each(|index| *index += first_install);
                Record::StartupCode(Cow::Owned(startup))
            }
            Side::Broker => {
                let mut broker: Broker = serde_json::from_slice(text)?;
                row::number_installs_from(&mut broker.exposures, first_install);
                Record::Broker(Cow::Owned(broker))
            }
            Side::AuthorizedKey => Record::AuthorizedKey(Cow::Owned(serde_json::from_slice(text)?)),
            Side::Problem => {
                let problem: Problem = serde_json::from_slice(text)?;
                let n = self.n_problems.entry(problem.code.clone()).or_default();
                *n += 1;
                if *n > PROBLEMS_MAX {
                    return Ok(None);
                }
                Record::Problem(Cow::Owned(problem))
            }
        };
        Ok(Some((side, record)))
    }
}
