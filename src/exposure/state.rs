//! What stands beside a verdict: what a thief who read the secret got by it.

use crate::exposure::broker::may_have_answered;
use crate::exposure::case::Case;
use crate::exposure::reads::read_recorded;
use crate::model::broker::Broker;
use crate::model::expiry::Expiry;
use crate::model::finding::Identity;
use crate::model::protection::Protection;
use crate::model::reason::Flag;
use crate::model::time::Moment;

/// The flags of a case.
pub fn flags(case: &Case<'_>) -> Vec<Flag> {
    let identity = case.secret.identity;
    let start = case.bounds.outer.start.plus_seconds(-case.clock.doubt_seconds);
    let read = read_recorded(case).into_iter();
    let ended = read.chain(ended(identity, start));
    ended.chain(kept(&identity.protection)).chain(usable_through(case)).collect()
}

/// Whether it had ended when the window began.
fn ended(identity: &Identity, start: Moment) -> Option<Flag> {
    match identity.expiry {
        Expiry::At { moment, .. } if identity.is_renewed(start) && moment < start => {
            Some(Flag::Renewable { at: moment })
        }
        Expiry::At { moment, basis } if identity.had_ended(start) => {
            Some(Flag::ExpiredBefore { at: moment, basis })
        }
        _ => None,
    }
}

/// What stands between the bytes and their use.
fn kept(protection: &Protection) -> Option<Flag> {
    match protection {
        Protection::Encrypted { how } => Some(Flag::Protected { how: how.clone() }),
        Protection::Weak { how } => Some(Flag::WeaklyProtected { how: how.clone() }),
        Protection::Hardware { how } => Some(Flag::InHardware { how: how.clone() }),
        Protection::Plaintext | Protection::Unknown => None,
    }
}

/// A key with a passphrase, and an agent that may have held it unlocked.
fn usable_through(case: &Case<'_>) -> Option<Flag> {
    let (Protection::Weak { .. } | Protection::Encrypted { .. }) = case.secret.identity.protection
    else {
        return None;
    };
    let may_have_answered =
        |one: &&Broker| may_have_answered(one, case.runner, case.bounds, case.clock);
    let agent = case.brokers.iter().find(may_have_answered)?;
    let (what, path) = (&agent.what, agent.path.display());
    let since = agent.since.map_or_else(String::new, |at| format!(" since {at}"));
    let evidence = format!("{what} at {path}{since}; nobody asked it whether it holds this key");
    Some(Flag::UsableThrough { evidence })
}
