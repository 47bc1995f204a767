//! What a rule file from elsewhere says is no secret although a rule matches. Text only: `detect`
//! compiles it.

/// Position of an [`Exception`] in
/// [`RuleSet::exceptions`](crate::model::rule_set::RuleSet::exceptions).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExceptionIndex(pub usize);

/// Marks by which a match is no secret. A list that is empty says nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exception {
    /// Whether one of the lists is enough.
    pub joined: Joined,
    /// What the patterns are compared with.
    pub target: Target,
    /// `regex` syntax, bytes, no Unicode.
    pub patterns: Vec<String>,
    /// Parts of the secret, in lower case; its letter case does not count.
    pub words: Vec<String>,
    /// Patterns of the file's path.
    pub paths: Vec<String>,
}

/// How the lists of an [`Exception`] go together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Joined {
    /// One that agrees is enough.
    Any,
    /// All that are there must agree.
    All,
}

/// What the patterns of an [`Exception`] are compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// The bytes that would be the secret.
    Secret,
    /// All that the pattern of the rule matched.
    Match,
    /// The lines of the match, as far as the window of the rule shows them.
    Line,
}
