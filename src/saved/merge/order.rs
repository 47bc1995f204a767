//! The rotation order of a merged inventory: the order of one report, by what its rows say of
//! themselves, and what is on many hosts before what is on one. Every part of it is one line of
//! [`key`].

use crate::model::exposure::Verdict;
use crate::model::plan::Phase;
use crate::model::rule::{Confidence, First};
use crate::view::{Credential, Location, ProtectionState, Word};

/// Bytes that sort as the order wants it: the smaller, the sooner.
pub fn key(credential: &Credential, now: &str) -> Vec<u8> {
    let n_hosts = credential.n_hosts.unwrap_or(1) as u64;
    let n_places = credential.locations.len() as u64;
    let mut key = vec![
        phase_rank(&credential.phase),
        verdict_rank(deciding(credential)),
        u8::from(is_off_list(credential)),
        usability(credential, now),
        u8::MAX - credential.impact,
    ];
    key.extend((u64::MAX - n_hosts).to_be_bytes());
    key.extend((u64::MAX - n_places).to_be_bytes());
    key.push(u8::from(credential.rotation.first == First::Create.as_str()));
    key.push(confidence_rank(&credential.confidence));
    key.extend(credential.kind.bytes().chain([0]));
    if let Some(Location { host, path, .. }) = credential.locations.first() {
        key.extend(host.iter().flat_map(|host| host.bytes()).chain([0]));
        key.extend(path.0.as_os_str().as_encoded_bytes().iter().chain(&[0]));
    }
    key.extend(credential.secret_id.bytes());
    key
}

/// The earlier step of two.
pub fn first_phase(one: Word, other: Word) -> Word {
    if phase_rank(&other) < phase_rank(&one) { other } else { one }
}

/// The worst verdict first, and last what has none.
pub fn verdict_rank(verdict: Option<&str>) -> u8 {
    let verdicts = [Verdict::Exposed, Verdict::Likely, Verdict::Unknown, Verdict::NotExposed];
    let rank = verdicts.iter().position(|one| Some(one.as_str()) == verdict);
    rank.unwrap_or(verdicts.len()) as u8
}

/// A step of a later version comes after all that are known.
pub fn phase_rank(word: &str) -> u8 {
    let rank = Phase::ALL.iter().position(|(name, ..)| *name == word);
    rank.unwrap_or(Phase::ALL.len()) as u8
}

fn confidence_rank(word: &str) -> u8 {
    let names = [Confidence::High, Confidence::Medium, Confidence::Low].map(Confidence::as_str);
    names.iter().position(|name| *name == word).unwrap_or(names.len()) as u8
}

/// A supposition counts only where nothing real does.
fn deciding(credential: &Credential) -> Option<&str> {
    credential.verdict.as_deref().or(credential.asked.as_deref())
}

/// Whether all that gives it its verdict is code that was written to look for other things.
fn is_off_list(credential: &Credential) -> bool {
    let is_supposed = credential.verdict.is_none();
    let exposures = credential.locations.iter().flat_map(|location| &location.exposures);
    let mut deciding = exposures
        .filter(|one| one.install.is_none() == is_supposed)
        .filter(|one| Some(&*one.verdict) == deciding(credential))
        .peekable();
    deciding.peek().is_some() && deciding.all(|one| one.aim.aim == "off-list")
}

/// How soon a thief could use it.
fn usability(credential: &Credential, now: &str) -> u8 {
    let has_ended = credential.expiry.as_ref().is_some_and(|expiry| {
        !expiry.is_renewable && expiry.at.as_deref().is_some_and(|at| at < now)
    });
    match credential.protection.state {
        _ if has_ended => 4,
        ProtectionState::Plaintext | ProtectionState::Unknown => 0,
        _ if is_usable_through_agent(credential) => 1,
        ProtectionState::Weak => 2,
        ProtectionState::Encrypted => 3,
        ProtectionState::Hardware => 4,
    }
}

fn is_usable_through_agent(credential: &Credential) -> bool {
    let exposures = credential.locations.iter().flat_map(|location| &location.exposures);
    let mut flags = exposures.flat_map(|exposure| &exposure.flags);
    flags.any(|flag| flag.flag == "usable-through-agent")
}
