//! When a credential ends by itself, and how that is known. Does not know whether anybody
//! revoked it: that only its issuer knows.

use crate::model::time::Moment;

/// Clocks of issuers and of hosts differ; so much between two of them proves no order.
pub const ISSUER_DOUBT_SECONDS: i64 = 300;

/// When a credential ends by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expiry {
    /// Then, or before, where only its longest life is known.
    At {
        /// When.
        moment: Moment,
        /// How that is known.
        basis: Basis,
    },
    /// It has no end.
    Never {
        /// How that is known.
        basis: Basis,
    },
    /// Nothing on this host says.
    Unknown,
}

/// How an end is known, the surest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// Its own bytes say it.
    Own,
    /// The fields beside it say it.
    Beside,
    /// The longest life that its issuer gives to such a credential says it, counted from the
    /// last change of the file that holds it.
    Lifetime,
}

impl Basis {
    /// The word that reports use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::Beside => "beside",
            Self::Lifetime => "lifetime",
        }
    }
}

impl Expiry {
    /// The end that stands somewhere; else the earlier of two that follow from a lifetime.
    pub fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Unknown, _) => other,
            (
                Self::At { moment: mine, basis: Basis::Lifetime },
                Self::At { moment, basis: Basis::Lifetime },
            ) => Self::At { moment: mine.min(moment), basis: Basis::Lifetime },
            (
                Self::At { basis: Basis::Lifetime, .. } | Self::Never { .. },
                Self::At { basis: Basis::Own | Basis::Beside, .. },
            ) => other,
            _ => self,
        }
    }

    /// Whether it had surely ended: a moment that stands so close to another clock's
    /// proves nothing.
    pub fn had_passed(self, at: Moment) -> bool {
        matches!(self, Self::At { moment, .. } if moment.plus_seconds(ISSUER_DOUBT_SECONDS) < at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64, basis: Basis) -> Expiry {
        Expiry::At { moment: Moment::new(seconds, 0), basis }
    }

    #[test]
    fn an_end_that_stands_somewhere_is_believed_before_a_lifetime() {
        let never = Expiry::Never { basis: Basis::Lifetime };
        let by_life = at(100, Basis::Lifetime);
        assert_eq!(by_life.or(at(900, Basis::Beside)), at(900, Basis::Beside));
        assert_eq!(never.or(at(900, Basis::Own)), at(900, Basis::Own));
        assert_eq!(at(900, Basis::Own).or(by_life), at(900, Basis::Own));
        assert_eq!(by_life.or(at(50, Basis::Lifetime)), at(50, Basis::Lifetime));
        assert_eq!(Expiry::Unknown.or(never), never);
    }

    #[test]
    fn a_few_minutes_between_two_clocks_prove_nothing() {
        let end = at(1000, Basis::Own);
        assert!(!end.had_passed(Moment::new(1300, 0)));
        assert!(end.had_passed(Moment::new(1301, 0)));
        assert!(!Expiry::Unknown.had_passed(Moment::new(i64::MAX, 0)));
    }
}
