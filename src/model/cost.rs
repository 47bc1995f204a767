//! How often and how long rules were at work, counted over bytes. No finding is in it.

/// What rules cost on some bytes.
#[derive(Clone, Debug, Default)]
pub struct Cost {
    /// Bytes that were looked at.
    pub n_bytes: u64,
    /// Files among them.
    pub n_files: u64,
    /// Files and folders that could not be read, or were beyond a bound.
    pub n_unread: u64,
    /// Nanoseconds in which keywords were looked for, and patterns tried.
    pub nanoseconds: u64,
    /// By position of the rule.
    pub rules: Vec<RuleCost>,
    /// By keyword.
    pub keywords: Vec<KeywordCost>,
}

/// What one rule costs.
#[derive(Clone, Copy, Debug, Default)]
pub struct RuleCost {
    /// Windows in which its pattern was tried.
    pub n_windows: u64,
    /// Matches that would be vetted.
    pub n_candidates: u64,
    /// Nanoseconds in its pattern.
    pub nanoseconds: u64,
}

/// How often one keyword occurs.
#[derive(Clone, Debug, Default)]
pub struct KeywordCost {
    /// As the prefilter looks for it.
    pub text: String,
    /// How often it occurred.
    pub n_hits: u64,
}

/// A rule whose windows are more for each MB is greedy.
pub const WINDOWS_PER_MB_MAX: f64 = 250.0;

impl Cost {
    /// A count for each MB of what was looked at.
    pub fn per_mb(&self, n: u64) -> f64 {
        n as f64 / (self.n_bytes.max(1) as f64 / 1e6)
    }

    /// Whether a rule was tried too often.
    pub fn is_greedy(&self, rule: &RuleCost) -> bool {
        self.per_mb(rule.n_windows) > WINDOWS_PER_MB_MAX
    }
}
