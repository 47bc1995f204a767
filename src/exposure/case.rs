//! What is judged: one code, one user, one secret, one place.

use std::borrow::Cow;

use crate::model::access::AccessFacts;
use crate::model::broker::Broker;
use crate::model::clock::Clock;
use crate::model::component::Runner;
use crate::model::finding::Identity;
use crate::model::time::{Bounds, Dated};

/// One question: could this code, as this user, have read this secret here?
pub struct Case<'c> {
    /// As whom the code ran.
    pub runner: &'c Runner,
    /// All groups of that user.
    pub gids: &'c [u32],
    /// When it can have run.
    pub bounds: Bounds,
    /// Who may read the place.
    pub facts: &'c AccessFacts,
    /// The secret.
    pub secret: SecretFacts<'c>,
    /// How far the stamps can be trusted.
    pub clock: &'c Clock,
    /// The agents that may have held the secret, so that its passphrase was not needed.
    pub brokers: &'c [Broker],
}

impl Case<'_> {
    /// The file as the runner meets it: by other paths, in a mount namespace of its own.
    pub fn facts_of_runner(&self) -> Cow<'_, AccessFacts> {
        match self.runner.confined.namespace {
            None => Cow::Borrowed(self.facts),
            Some(namespace) => Cow::Owned(self.facts.seen_from(namespace.id)),
        }
    }
}

/// What is known of a secret beyond one place.
#[derive(Clone, Copy, Debug)]
pub struct SecretFacts<'s> {
    /// What it says of itself.
    pub identity: &'s Identity,
    /// The earliest proof that it was in a file of the same owner.
    pub seen: Option<&'s Dated>,
    /// The earliest claim that it was, by a clock that anybody could set.
    pub said: Option<&'s Dated>,
}
