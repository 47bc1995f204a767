//! Every finding against every occasion on which code ran, and every user as whom it did.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use crate::discover::chains::Chains;
use crate::discover::mounts::Mounts;
use crate::discover::namespaces::views;
use crate::exposure::{Case, Reader, SecretFacts, Targets, judge, judge_broker, may_read, passage};
use crate::inventory::{Circumstances, Judged, containment, credentials};
use crate::model::access::AccessFacts;
use crate::model::advisory::{Advisory, AdvisoryIndex};
use crate::model::authority::Authorities;
use crate::model::broker::{Broker, BrokerKind, JudgedBroker};
use crate::model::clock::Clock;
use crate::model::component::{InfectedInstall, Runner};
use crate::model::explanation::Explanation;
use crate::model::exposure::{Aim, Exposure, Occasion, Truth};
use crate::model::finding::Finding;
use crate::model::host::HostFiles;
use crate::model::inventory::{Credential, Run};
use crate::model::opening::Openings;
use crate::model::plan::Measure;
use crate::model::principal::{Certainty, Principals};
use crate::model::rule_set::RuleSet;
use crate::model::secret::SecretId;
use crate::model::time::Bounds;
use crate::model::what_if::WhatIf;
use crate::sweep::committed::Committed;
use crate::sweep::links::Links;
use crate::sweep::seen::Earlier;

/// More ways than these to one file explain nothing.
const WAYS_MAX: usize = 20;
/// Most users for whom every component of a way is told.
const READERS_MAX: usize = 32;

/// All that findings are judged against.
pub struct Exposing<'s> {
    pub installs: &'s [InfectedInstall],
    pub asked: Option<&'s WhatIf>,
    pub rules: &'s RuleSet,
    /// Those of other catalogues, whose indices follow those of the rules.
    pub foreign_advisories: &'s [Advisory],
    pub principals: &'s Principals,
    pub authorities: &'s Authorities,
    pub links: &'s Links,
    pub clock: &'s Clock,
    /// What repositories say of files with findings.
    pub committed: &'s [Committed],
    pub brokers: &'s [Broker],
    pub files: &'s dyn HostFiles,
    /// The secrets whose reasoning is kept whole.
    pub explained: &'s BTreeSet<SecretId>,
    /// Empty for a dead image.
    pub mounts: &'s Mounts,
}

/// One time that code ran, or is supposed to have.
struct Event {
    occasion: Occasion,
    bounds: Bounds,
    runners: Vec<(Runner, Vec<u32>)>,
    advisory: Option<AdvisoryIndex>,
}

impl Exposing<'_> {
    /// Credentials in rotation order, each with its verdicts.
    pub fn credentials(
        &self,
        findings: Vec<Finding>,
        openings: &Openings,
        run: &Run,
    ) -> Vec<Credential> {
        let Self { rules, installs, asked, .. } = *self;
        let (host, now) = (run.host.as_str(), run.started);
        let circumstances = Circumstances { rules, installs, asked, openings, host, now };
        credentials(self.judge_all(findings), &circumstances)
    }

    /// What to do before any rotation.
    pub fn containment(&self) -> Vec<Measure> {
        let supposed = self.asked.and_then(|asked| asked.advisory);
        containment(self.installs, supposed, |index| self.advisory(index))
    }

    /// Judges all findings.
    fn judge_all(&self, findings: Vec<Finding>) -> Vec<Judged> {
        let runners = self.installs.iter().flat_map(|install| &install.runners);
        let namespaces = runners.filter_map(|runner| runner.confined.namespace);
        let elsewhere = views(self.files, namespaces);
        let mut chains = Chains::new(self.files, self.mounts, &elsewhere);
        let (readers, events) = (self.readers(), self.events());
        let agents = self.agents();
        let earlier = Earlier::of(&findings, self.committed, self.clock);
        let homes = self.principals.homes();
        let targets = self.targets(&events, &homes);
        findings
            .into_iter()
            .map(|finding| {
                let n_unmet = self.links.n_unmet(&finding.location.inode);
                let facts = chains.of(&finding.location, n_unmet);
                let identity = &finding.identity;
                let secret = earlier.facts(&finding);
                let aims = targets.iter().map(|(index, one)| (*index, one.aim(&finding))).collect();
                let agents = BrokerKind::agent_of(&self.rules.kind(identity.kind).id)
                    .and_then(|kind| agents.get(&kind))
                    .map_or(&[][..], Vec::as_slice);
                let is_explained = self.explained.contains(&identity.secret_id);
                Judged {
                    explanation: is_explained.then(|| explanation(&events, &facts)),
                    exposures: self.exposures(&events, &facts, secret, agents, &aims),
                    reader_uids: self.may_read_today(&facts, &readers),
                    finding,
                }
            })
            .collect()
    }

    /// Judges what gives out credentials without a file.
    pub fn judge_brokers(&self) -> Vec<JudgedBroker> {
        let events = self.events();
        let judged = |broker: &Broker| {
            let exposures = events.iter().flat_map(|event| self.asked_of(broker, event));
            JudgedBroker { broker: broker.clone(), exposures: exposures.collect() }
        };
        self.brokers.iter().map(judged).collect()
    }

    fn asked_of(&self, broker: &Broker, event: &Event) -> Vec<Exposure> {
        let exposure = |(runner, _): &(Runner, Vec<u32>)| Exposure {
            occasion: event.occasion,
            uid: runner.uid,
            judgement: judge_broker(broker, runner, event.bounds, self.clock),
            aim: Aim::NoList,
        };
        event.runners.iter().map(exposure).collect()
    }

    /// The brokers by kind.
    fn agents(&self) -> BTreeMap<BrokerKind, Vec<Broker>> {
        let mut by_kind: BTreeMap<BrokerKind, Vec<Broker>> = BTreeMap::new();
        for broker in self.brokers {
            by_kind.entry(broker.kind).or_default().push(broker.clone());
        }
        by_kind
    }

    fn exposures(
        &self,
        events: &[Event],
        facts: &AccessFacts,
        secret: SecretFacts<'_>,
        brokers: &[Broker],
        aims: &BTreeMap<AdvisoryIndex, Aim>,
    ) -> Vec<Exposure> {
        let clock = self.clock;
        let mut exposures = Vec::new();
        for event in events {
            let aim = event.advisory.and_then(|index| aims.get(&index)).unwrap_or(&Aim::NoList);
            for (runner, gids) in &event.runners {
                let bounds = event.bounds;
                let case = Case { runner, gids, bounds, facts, secret, clock, brokers };
                let judgement = judge(&case);
                let (occasion, aim) = (event.occasion, aim.clone());
                exposures.push(Exposure { occasion, uid: runner.uid, judgement, aim });
            }
        }
        exposures
    }

    /// The list of each campaign that counts, made ready once for all findings.
    fn targets<'t>(
        &'t self,
        events: &[Event],
        homes: &'t [PathBuf],
    ) -> BTreeMap<AdvisoryIndex, Targets<'t>> {
        let indices: BTreeSet<_> = events.iter().filter_map(|event| event.advisory).collect();
        let of = |index: AdvisoryIndex| {
            let harvests = &self.advisory(index).harvests;
            (index, Targets::new(harvests, self.rules, homes))
        };
        indices.into_iter().map(of).collect()
    }

    fn advisory(&self, index: AdvisoryIndex) -> &Advisory {
        let mut all = self.rules.advisories.iter().chain(self.foreign_advisories);
        all.nth(index.0).expect("an install is made of an advisory")
    }

    fn events(&self) -> Vec<Event> {
        let installs = self.installs.iter().enumerate().map(|(index, install)| Event {
            occasion: Occasion::Install(index),
            bounds: install.bounds(),
            runners: install.runners.iter().map(|one| self.with_groups(one.clone())).collect(),
            advisory: Some(install.advisory),
        });
        installs.chain(self.asked.map(|asked| self.supposed(asked))).collect()
    }

    /// What the user asks about is taken for granted: that it ran, and when.
    fn supposed(&self, asked: &WhatIf) -> Event {
        let runner = |uid: &u32| {
            let evidence = "so you suppose".to_owned();
            let authority = self.authorities.of(*uid).to_vec();
            self.with_groups(Runner {
                authority,
                ..Runner::new(*uid, Certainty::Observed, evidence)
            })
        };
        Event {
            occasion: Occasion::Asked,
            bounds: Bounds { outer: asked.window, certain: Some(asked.window) },
            runners: asked.uids.iter().map(runner).collect(),
            advisory: asked.advisory,
        }
    }

    fn with_groups(&self, runner: Runner) -> (Runner, Vec<u32>) {
        // In a namespace of its own it is no session of the user: it has the groups it shows.
        let of_user = match runner.confined.namespace {
            Some(_) => &[],
            None => self.principals.gids(runner.uid),
        };
        let gids = [of_user, &runner.gids].concat();
        (runner, gids)
    }

    /// Whom it is worth asking about: everybody who logs in, and who ran bad code.
    fn readers(&self) -> BTreeSet<u32> {
        let users = self.principals.users.iter().filter(|user| user.logs_in);
        let runners = self.installs.iter().flat_map(|install| &install.runners);
        let uids = users.map(|user| user.uid).chain(runners.map(|runner| runner.uid));
        uids.filter(|uid| *uid != 0).collect()
    }

    fn may_read_today(&self, facts: &AccessFacts, readers: &BTreeSet<u32>) -> Vec<u32> {
        let may = |uid: &u32| {
            let reader = Reader::user(*uid, self.principals.gids(*uid));
            may_read(reader, facts).0 == Truth::Yes
        };
        readers.iter().copied().filter(may).collect()
    }
}

/// What a place is judged by, for each user of the events.
fn explanation(events: &[Event], facts: &AccessFacts) -> Explanation {
    let mut facts = facts.clone();
    let n_further_ways = facts.ways.len().saturating_sub(WAYS_MAX);
    facts.ways.truncate(WAYS_MAX);
    let runners = events.iter().flat_map(|event| &event.runners);
    let by_uid: BTreeMap<u32, &[u32]> =
        runners.map(|(runner, gids)| (runner.uid, gids.as_slice())).collect();
    let readers = by_uid.into_iter().take(READERS_MAX);
    let passages = readers.map(|(uid, gids)| passage(Reader::user(uid, gids), &facts)).collect();
    Explanation { facts, n_further_ways, passages }
}
