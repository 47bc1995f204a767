//! What the reports of a merged inventory come to: one head, one summary, one coverage. Counts
//! and adds up; takes no credential.

use std::collections::{BTreeMap, BTreeSet};

use crate::view::{
    Advisory, Clock, Coverage, Head, Key, Measure, MergedReport, Phase, Plan, Problems, Reach, Run,
    Status, Summary, Tail, Tool, WhatIf, Word,
};

/// Most sentences about the clocks of hosts, and files of a measure.
const LISTED_MAX: usize = 50;

/// What was taken from reports so far.
#[derive(Default)]
pub struct Totals {
    pub started: String,
    hosts: BTreeSet<String>,
    keys: BTreeSet<(Word, String)>,
    rules: BTreeSet<String>,
    what_ifs: Vec<Option<WhatIf>>,
    uid: u32,
    clock_doubt_seconds: i64,
    clock_doubts: BTreeSet<String>,
    pub advisories: BTreeMap<String, Advisory>,
    measures: BTreeMap<(usize, String), Measure>,
    headings: BTreeMap<Word, (String, String)>,
    coverage: Option<Coverage>,
    is_incomplete: bool,
    pub n_installs: usize,
}

impl Totals {
    /// Adds the head of a report.
    pub fn take_head(&mut self, head: &Head) {
        let Run { started, host, uid, key, rules_digest, .. } = &head.run;
        self.started = self.started.clone().max(started.clone());
        self.hosts.insert(host.clone());
        self.uid = self.uid.max(*uid);
        self.keys.insert((key.origin.clone(), key.id.clone()));
        self.rules.insert(rules_digest.clone());
        if !self
            .what_ifs
            .iter()
            .any(|one| one.as_ref().map(asked) == head.what_if.as_ref().map(asked))
        {
            self.what_ifs.push(head.what_if.clone());
        }
        self.clock_doubt_seconds = self.clock_doubt_seconds.max(head.clock.doubt_seconds);
        let doubts = head.clock.doubts.iter().map(|doubt| format!("{host}: {doubt}"));
        self.clock_doubts.extend(doubts);
    }

    /// Adds what a report says of incidents and of what to do first.
    pub fn take_plan(&mut self, advisories: Vec<Advisory>, plan: Option<Plan>) {
        for advisory in advisories {
            self.advisories.entry(advisory.id.clone()).or_insert(advisory);
        }
        let Some(plan) = plan else { return };
        for (place, measure) in plan.containment.into_iter().enumerate() {
            self.take_measure(place, measure);
        }
        for Phase { phase, title, why, .. } in plan.phases {
            self.headings.entry(phase).or_insert((title, why));
        }
    }

    /// The same measure on two hosts is one, for the files of both.
    fn take_measure(&mut self, place: usize, measure: Measure) {
        let is_same = |(_, mine): &(&(usize, String), &Measure)| {
            (&mine.kind, &mine.says, &mine.advisory)
                == (&measure.kind, &measure.says, &measure.advisory)
        };
        let known = self.measures.iter().find(is_same).map(|(key, _)| key.clone());
        let Some(key) = known else {
            self.measures.insert((place, measure.says.clone()), measure);
            return;
        };
        if let Some(mut mine) = self.measures.remove(&key) {
            mine.n_paths += measure.n_paths;
            mine.paths.extend(measure.paths);
            mine.paths.sort();
            mine.paths.dedup();
            mine.paths.truncate(LISTED_MAX);
            self.measures.insert((key.0.min(place), key.1), mine);
        }
    }

    /// Adds what a report came to; one without an end came to nothing that is known.
    pub fn take_tail(&mut self, tail: Option<Tail>) {
        let Some(Tail { status, coverage, .. }) = tail else {
            self.is_incomplete = true;
            return;
        };
        self.is_incomplete |= status != Status::Complete;
        self.coverage = Some(match self.coverage.take() {
            Some(mine) => added(mine, coverage),
            None => Coverage { catalogues: Vec::new(), ..coverage },
        });
    }

    /// Notes that a report is not in, or not as a whole.
    pub fn note_gap(&mut self) {
        self.is_incomplete = true;
    }

    /// How many keys made the ids.
    pub fn n_keys(&self) -> usize {
        self.keys.len()
    }

    /// How many hosts there are.
    pub fn n_hosts(&self) -> usize {
        self.hosts.len()
    }

    /// The head of the merged inventory.
    pub fn head(&self, reports: Vec<MergedReport>) -> Head {
        let what_if = match self.what_ifs.as_slice() {
            [one] => one.clone(),
            _ => None,
        };
        Head {
            schema_version: "1.0".into(),
            tool: Tool { name: "credreach".into(), version: env!("CARGO_PKG_VERSION").into() },
            run: self.run(reports),
            what_if,
            clock: Clock {
                doubt_seconds: self.clock_doubt_seconds,
                doubts: self.clock_doubts.iter().take(LISTED_MAX).cloned().collect(),
            },
        }
    }

    fn run(&self, reports: Vec<MergedReport>) -> Run {
        let only = |texts: &BTreeSet<String>| match texts.first() {
            Some(text) if texts.len() == 1 => text.clone(),
            _ => String::new(),
        };
        let key = match self.keys.first() {
            Some((origin, id)) if self.keys.len() == 1 => {
                Key { origin: origin.clone(), id: id.clone() }
            }
            _ => Key { origin: "several".into(), id: String::new() },
        };
        let host = match self.hosts.len() {
            1 => only(&self.hosts),
            n => format!("{n} hosts"),
        };
        Run {
            task: "merge".into(),
            started: self.started.clone(),
            host,
            uid: self.uid,
            image: None,
            roots: Vec::new(),
            key,
            rules_digest: only(&self.rules),
            explained: None,
            manifest: None,
            reports,
        }
    }

    /// What to do before any rotation, and the steps with as many credentials as were counted.
    pub fn plan(&self, n_in_phases: &[(Word, usize)]) -> Plan {
        let mut next_rank = 1;
        let phase = |(phase, n_credentials): &(Word, usize)| {
            let (title, why) = self.headings.get(phase).cloned().unwrap_or_default();
            let first_rank = next_rank;
            next_rank += n_credentials;
            Phase { phase: phase.clone(), title, why, first_rank, n_credentials: *n_credentials }
        };
        let phases = n_in_phases.iter().map(phase).collect();
        Plan { containment: self.measures.values().cloned().collect(), phases }
    }

    /// What the merged inventory came to.
    pub fn tail(self, summary: Summary) -> Tail {
        let mut coverage = self.coverage.unwrap_or_else(nothing_read);
        coverage.complete &= !self.is_incomplete;
        let status = if self.is_incomplete { Status::Incomplete } else { Status::Complete };
        Tail { status, summary, coverage }
    }
}

/// What makes two questions one.
fn asked(what_if: &WhatIf) -> (Vec<(u32, &str)>, &str, &str, Option<&str>) {
    let users = what_if.users.iter().map(|user| (user.uid, user.user.as_str())).collect();
    (users, &what_if.start, &what_if.end, what_if.campaign.as_deref())
}

fn added(mut mine: Coverage, other: Coverage) -> Coverage {
    mine.complete &= other.complete;
    mine.n_files_read += other.n_files_read;
    mine.n_bytes_read += other.n_bytes_read;
    mine.n_folders += other.n_folders;
    mine.n_process_environments += other.n_process_environments;
    mine.n_command_lines += other.n_command_lines;
    mine.access_times_touched += other.access_times_touched;
    mine.n_startup_unjudged += other.n_startup_unjudged;
    mine.n_unsolved_hosts += other.n_unsolved_hosts;
    add(&mut mine.skipped, other.skipped);
    add(&mut mine.rejected, other.rejected);
    add(&mut mine.startup_code, other.startup_code);
    add(&mut mine.problems.counts, other.problems.counts);
    mine.guards.extend(other.guards);
    mine.unused_suppressions.extend(other.unused_suppressions);
    mine.unused_suppressions.truncate(LISTED_MAX);
    mine.guards.sort();
    mine.guards.dedup();
    for reach in other.evidence {
        match mine.evidence.iter_mut().find(|one| one.family == reach.family) {
            Some(one) => reach_farther(one, reach),
            None => mine.evidence.push(reach),
        }
    }
    mine.evidence.sort_by(|one, other| one.family.cmp(&other.family));
    mine
}

fn add(mine: &mut BTreeMap<Word, u64>, other: BTreeMap<Word, u64>) {
    for (word, n) in other {
        *mine.entry(word).or_default() += n;
    }
}

fn reach_farther(mine: &mut Reach, other: Reach) {
    mine.n_files += other.n_files;
    mine.n_dated += other.n_dated;
    mine.earliest = mine.earliest.take().into_iter().chain(other.earliest).min();
    mine.latest = mine.latest.take().max(other.latest);
}

fn nothing_read() -> Coverage {
    Coverage {
        complete: false,
        n_files_read: 0,
        n_bytes_read: 0,
        n_folders: 0,
        n_process_environments: 0,
        n_command_lines: 0,
        skipped: BTreeMap::new(),
        rejected: BTreeMap::new(),
        access_times_touched: 0,
        catalogues: Vec::new(),
        evidence: Vec::new(),
        startup_code: BTreeMap::new(),
        n_startup_unjudged: 0,
        n_unsolved_hosts: 0,
        guards: Vec::new(),
        unused_suppressions: Vec::new(),
        problems: Problems { counts: BTreeMap::new(), listed: Vec::new(), unlisted: 0 },
    }
}
