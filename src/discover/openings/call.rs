//! A line that names a destination to ssh. Says nothing of where that really leads.

use crate::model::destination::Destination;
use crate::model::opening::Clue;

/// A destination that somebody named, with the keys that were named beside it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Call {
    /// As typed: the host may be a nickname.
    pub destination: Destination,
    /// Paths of keys, as typed.
    pub keys: Vec<String>,
    /// Where it stands.
    pub clue: Clue,
}
