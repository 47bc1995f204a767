//! What to rotate first: a step for each credential, an order within the step, and what must
//! come before what. Every part of the order is one line of [`rank`], and equal credentials are
//! ordered by their place, never by chance. Pure.

use std::cmp::Reverse;
use std::path::PathBuf;

use crate::inventory::ties::Ties;
use crate::model::component::InfectedInstall;
use crate::model::exposure::{Aim, Exposure, Occasion, Verdict};
use crate::model::inventory::Credential;
use crate::model::location::Span;
use crate::model::opening::Openings;
use crate::model::plan::{Ground, LastChanged, Phase, Placing, WindowSide};
use crate::model::protection::Protection;
use crate::model::reason::Flag;
use crate::model::rule::{Confidence, First};
use crate::model::rule_set::RuleSet;
use crate::model::time::{Moment, Window};
use crate::model::what_if::WhatIf;

/// Impact of what opens everything.
const IMPACT_OF_ALL: u8 = 5;

/// What the order depends on beside the credentials themselves.
#[derive(Clone, Copy)]
pub struct Circumstances<'c> {
    /// Kinds and advisories.
    pub rules: &'c RuleSet,
    /// What was infected.
    pub installs: &'c [InfectedInstall],
    /// What was supposed.
    pub asked: Option<&'c WhatIf>,
    /// What keys open.
    pub openings: &'c Openings,
    /// Name of the host itself.
    pub host: &'c str,
    /// When the sweep started.
    pub now: Moment,
}

/// The credentials in rotation order, each with its place in it and the grounds.
pub fn placed(credentials: Vec<Credential>, circumstances: &Circumstances) -> Vec<Credential> {
    let rules = circumstances.rules;
    let mut phases: Vec<Phase> =
        credentials.iter().map(|credential| phase(credential, circumstances)).collect();
    let ties = Ties::between(&credentials, &phases, rules);
    let pulled = ties.pull(&mut phases);
    let mut wanted: Vec<usize> = (0..credentials.len()).collect();
    wanted.sort_by_cached_key(|index| rank(phases[*index], &credentials[*index], circumstances));
    let order = ties.schedule(&wanted);
    let mut after = ties.predecessors(&order);
    let mut credentials: Vec<Option<Credential>> = credentials.into_iter().map(Some).collect();
    let place = |index: usize| {
        let mut credential = credentials[index].take().expect("each stands in the order once");
        let mut grounds = grounds(&credential, ties.n_waiting(index), circumstances);
        if pulled.contains(&index) {
            grounds.push(Ground::WaitedFor);
        }
        let last_changed = last_changed(&credential, circumstances);
        let after = std::mem::take(&mut after[index]);
        credential.placing = Placing { phase: phases[index], grounds, after, last_changed };
        credential
    };
    order.into_iter().map(place).collect()
}

/// The step of a credential, as long as nothing waits for it.
fn phase(credential: &Credential, circumstances: &Circumstances) -> Phase {
    let kind = circumstances.rules.kind(credential.identity.kind);
    let verdict = credential.verdict.or(credential.asked);
    match credential {
        _ if verdict == Some(Verdict::NotExposed) => Phase::NoNeed,
        _ if credential.identity.confidence == Confidence::Low => Phase::LookFirst,
        // Nobody spreads or mints with it any more.
        _ if credential.identity.had_ended(circumstances.now) => Phase::Rest,
        _ if kind.propagates => Phase::StopSpread,
        _ if !kind.mints.is_empty() || kind.impact == IMPACT_OF_ALL => Phase::TakeBack,
        _ => Phase::Rest,
    }
}

/// The smaller, the sooner.
type Rank = (
    Phase,
    bool,
    Option<Verdict>,
    bool,
    Usability,
    Reverse<u8>,
    Reverse<usize>,
    bool,
    Confidence,
    String,
    Option<(PathBuf, Span)>,
);

fn rank(phase: Phase, credential: &Credential, circumstances: &Circumstances) -> Rank {
    let identity = &credential.identity;
    let kind = circumstances.rules.kind(identity.kind);
    let first = credential.places.first().map(|place| &place.location);
    (
        phase,
        // What thieves were seen to use is used by them first.
        used_by(credential, circumstances).is_none(),
        // A supposition counts only where nothing real does.
        credential.verdict.or(credential.asked),
        is_off_list(credential),
        usability(credential, circumstances.now),
        Reverse(kind.impact),
        Reverse(credential.places.len()),
        // What needs no new one first is quickly done.
        kind.rotation.first == First::Create,
        identity.confidence,
        kind.id.clone(),
        first.map(|location| (location.path.clone(), location.place.span)),
    )
}

/// Why it stands where it does, as far as it can be told from itself.
fn grounds(credential: &Credential, n_found: usize, circumstances: &Circumstances) -> Vec<Ground> {
    let kind = circumstances.rules.kind(credential.identity.kind);
    let has_ended = credential.identity.had_ended(circumstances.now);
    let n_places = credential.places.len();
    let is_changed_after = last_changed(credential, circumstances)
        .is_some_and(|changed| changed.side == Some(WindowSide::After));
    let used = used_by(credential, circumstances);
    [
        has_ended.then_some(Ground::Ended),
        (kind.propagates && !has_ended).then_some(Ground::Spreads),
        used.map(|campaign| Ground::Used { campaign: campaign.to_owned() }),
        (!kind.mints.is_empty() && !has_ended).then_some(Ground::Mints { n_found }),
        (kind.impact == IMPACT_OF_ALL && kind.mints.is_empty() && !kind.propagates)
            .then_some(Ground::OpensAll),
        (n_places > 1).then_some(Ground::Copies { n_places }),
        is_changed_after.then_some(Ground::ChangedAfter),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The campaign that could have it and was seen to use its kind.
fn used_by<'c>(credential: &Credential, circumstances: &Circumstances<'c>) -> Option<&'c str> {
    let Circumstances { rules, installs, asked, .. } = circumstances;
    let is_user = |exposure: &Exposure| {
        let index = match exposure.occasion {
            Occasion::Install(index) => installs.get(index).map(|install| install.advisory),
            Occasion::Asked => asked.and_then(|asked| asked.advisory),
        };
        let advisory = index.and_then(|index| rules.advisories.get(index.0))?;
        let has_it = exposure.judgement.verdict != Verdict::NotExposed;
        let is_used = has_it && advisory.uses.contains(&credential.identity.kind);
        is_used.then_some(advisory.id.as_str())
    };
    // A supposition counts only where nothing real does.
    let is_supposed = credential.verdict.is_none();
    let exposures = credential.places.iter().flat_map(|place| &place.exposures);
    exposures.filter(|one| (one.occasion == Occasion::Asked) == is_supposed).find_map(is_user)
}

/// From when the code certainly was here, where that is known, as the verdicts take it.
fn judged_window(install: &InfectedInstall) -> Window {
    let Window { start, end } = install.window.window;
    let certain = install.certain.as_ref().map(|certain| certain.window.start);
    Window { start: certain.unwrap_or(start), end }
}

/// When the newest of its places was last changed, against all windows together.
fn last_changed(credential: &Credential, circumstances: &Circumstances) -> Option<LastChanged> {
    let changed = credential.places.iter().map(|place| place.location.inode.times.changed);
    let at = changed.max()?;
    let windows = circumstances.installs.iter().map(judged_window);
    let windows = windows.chain(circumstances.asked.map(|asked| asked.window));
    let all = windows.reduce(|one, other| Window {
        start: one.start.min(other.start),
        end: one.end.max(other.end),
    });
    let side = all.map(|window| match at {
        _ if at < window.start => WindowSide::Before,
        _ if at > window.end => WindowSide::After,
        _ => WindowSide::During,
    });
    Some(LastChanged { at, side })
}

/// Whether all that gives it its verdict is code that was written to look for other things.
fn is_off_list(credential: &Credential) -> bool {
    let exposures = credential.places.iter().flat_map(|place| &place.exposures);
    let verdict = credential.verdict.or(credential.asked);
    let is_supposed = credential.verdict.is_none();
    let mut deciding = exposures
        .filter(|one| (one.occasion == Occasion::Asked) == is_supposed)
        .filter(|one| Some(one.judgement.verdict) == verdict)
        .peekable();
    deciding.peek().is_some() && deciding.all(|one| one.aim == Aim::OffList)
}

/// How soon a thief could use it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Usability {
    AtOnce,
    /// Its passphrase was not needed, if an agent held it.
    ThroughAgent,
    AfterGuessing,
    AfterDecrypting,
    Never,
}

fn usability(credential: &Credential, now: Moment) -> Usability {
    match &credential.identity.protection {
        _ if credential.identity.had_ended(now) => Usability::Never,
        Protection::Plaintext | Protection::Unknown => Usability::AtOnce,
        _ if is_usable_through_agent(credential) => Usability::ThroughAgent,
        Protection::Weak { .. } => Usability::AfterGuessing,
        Protection::Encrypted { .. } => Usability::AfterDecrypting,
        Protection::Hardware { .. } => Usability::Never,
    }
}

fn is_usable_through_agent(credential: &Credential) -> bool {
    let exposures = credential.places.iter().flat_map(|place| &place.exposures);
    let mut flags = exposures.flat_map(|exposure| &exposure.judgement.flags);
    flags.any(|flag| matches!(flag, Flag::UsableThrough { .. }))
}

#[cfg(test)]
mod tests;
