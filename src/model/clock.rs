//! How far this host's own time can be trusted.

/// File systems stamp in ticks of up to 10 ms, and clocks step; so much is no proof.
const DOUBT_SECONDS_MIN: i64 = 2;

/// What is known of the host's clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clock {
    /// Stamps that lie closer together than this prove no order.
    pub doubt_seconds: i64,
    /// What speaks against it, as sentences.
    pub doubts: Vec<String>,
}

impl Default for Clock {
    /// A clock against which nothing speaks.
    fn default() -> Self {
        Self { doubt_seconds: DOUBT_SECONDS_MIN, doubts: Vec::new() }
    }
}
