//! The sentences about what gives out credentials without a file.

use std::fmt;

use crate::model::reason::Side;
use crate::model::time::Moment;

/// One step of the reasoning about what gives out credentials without a file.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the sentences say it")]
pub enum BrokerReason {
    OpenToUser,
    OpenToEverybody,
    OpenToRoot,
    OpenToOthers { uid: u32 },
    ThereSince { at: Moment },
    ThereLater { at: Moment },
    ThereUndated,
    HoldsPerhaps { doubt: String },
    KeptElsewhere,
}

impl BrokerReason {
    /// What it speaks for.
    pub const fn side(&self) -> Side {
        match self {
            Self::OpenToUser
            | Self::OpenToEverybody
            | Self::OpenToRoot
            | Self::ThereSince { .. } => Side::For,
            Self::ThereLater { .. }
            | Self::ThereUndated
            | Self::HoldsPerhaps { .. }
            | Self::KeptElsewhere => Side::Doubt,
            Self::OpenToOthers { .. } => Side::Against,
        }
    }
}

impl fmt::Display for BrokerReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OpenToUser => f.write_str("it is open to any process of this user"),
            Self::OpenToEverybody => f.write_str("it is open to any process of this host"),
            Self::OpenToRoot => f.write_str("it is open to root as to its user"),
            Self::OpenToOthers { uid } => write!(f, "it is open to uid {uid} and root only"),
            Self::ThereSince { at } => write!(f, "it is there since {at}"),
            Self::ThereLater { at } => write!(
                f,
                "it is there since {at}, after the window; an earlier one may have been there"
            ),
            Self::ThereUndated => f.write_str("since when it is there is not known"),
            Self::HoldsPerhaps { doubt } => f.write_str(doubt),
            Self::KeptElsewhere => f.write_str(
                "the secret is kept elsewhere; whether the code could fetch it there is not known",
            ),
        }
    }
}
