//! How far this host's own time can be trusted.

use crate::model::time::Moment;

/// File systems stamp in ticks of up to 10 ms, and clocks step; so much is no proof.
const DOUBT_SECONDS_MIN: i64 = 2;

/// What changes while a sweep runs is later than its beginning; no sweep takes a day.
const SWEEP_SECONDS_MAX: i64 = 86_400;

/// What is known of the host's clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clock {
    /// Stamps that lie closer together than this prove no order.
    pub doubt_seconds: i64,
    /// What speaks against it, as sentences.
    pub doubts: Vec<String>,
    /// No stamp can be earlier.
    pub earliest: Moment,
    /// When the sweep began.
    pub now: Moment,
}

impl Clock {
    /// A clock against which nothing speaks.
    pub const fn at(now: Moment) -> Self {
        let (doubt_seconds, earliest) = (DOUBT_SECONDS_MIN, Moment::new(0, 0));
        Self { doubt_seconds, doubts: Vec::new(), earliest, now }
    }

    /// Whether one stamp surely lies before another.
    pub fn shows_order(&self, earlier: Moment, later: Moment) -> bool {
        earlier.plus_seconds(self.doubt_seconds) < later
    }

    /// Whether a change time cannot be: before there were stamps, or after the sweep.
    pub fn is_odd(&self, changed: Moment) -> bool {
        changed < self.earliest || changed > self.now.plus_seconds(SWEEP_SECONDS_MAX)
    }

    /// Whether what has such a change time is unchanged since a moment.
    pub fn is_unchanged(&self, changed: Moment, since: Moment) -> bool {
        !self.is_odd(changed) && self.shows_order(changed, since)
    }
}

impl Default for Clock {
    /// A clock against which nothing speaks, and of which nothing is known.
    fn default() -> Self {
        Self::at(Moment::new(i64::MAX, 0))
    }
}
