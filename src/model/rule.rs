//! Rules and kinds as they are after checking. Patterns are text here; `detect`
//! compiles them.

use crate::model::exception::ExceptionIndex;

/// Position of a [`Kind`] in [`RuleSet::kinds`](crate::model::rule_set::RuleSet::kinds).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KindIndex(pub usize);

/// Position of a [`Rule`] in [`RuleSet::rules`](crate::model::rule_set::RuleSet::rules).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleIndex(pub usize);

/// Where a rule, store or advisory is written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// File, as given.
    pub file: String,
    /// Line, counted from 1.
    pub line: usize,
}

/// What a credential is, what it opens and how it is rotated.
#[derive(Clone, Debug)]
pub struct Kind {
    /// Kebab-case name.
    pub id: String,
    /// What a report calls it.
    pub title: String,
    /// Who issues it.
    pub issuer: String,
    /// 1 nuisance to 5 opens everything.
    pub impact: u8,
    /// Is it only the public half of another kind? Beside that one it is no row of its own.
    pub is_public: bool,
    /// Can it publish or push code?
    pub propagates: bool,
    /// The longest life the issuer gives it; `None` where that is not known.
    pub lifetime: Option<Lifetime>,
    /// Does it get new tokens for those beside it?
    pub renews: bool,
    /// Kinds of which whoever holds it can make new ones, or reset old ones, sorted.
    pub mints: Vec<KindIndex>,
    /// How it is rotated.
    pub rotation: Rotation,
    /// Is it a rule of another program, so that nobody said what it opens? Such a one yields to
    /// ours.
    pub is_foreign: bool,
}

impl Kind {
    /// One of which no more is known than its name: a nuisance at most.
    pub fn new(id: impl Into<String>) -> Self {
        let id = id.into();
        Self {
            title: id.clone(),
            id,
            issuer: String::new(),
            impact: 1,
            is_public: false,
            propagates: false,
            lifetime: None,
            renews: false,
            mints: Vec::new(),
            rotation: Rotation::default(),
            is_foreign: false,
        }
    }
}

/// How a kind is rotated, for a tired person. Texts may hold the names of [`Blank`]s in braces.
#[derive(Clone, Debug, Default)]
pub struct Rotation {
    /// What comes first.
    pub first: First,
    /// The page or program in which it is done.
    pub place: String,
    /// What to do, in order.
    pub steps: Vec<String>,
    /// Commands that do it, to be run on another machine.
    pub commands: Vec<String>,
    /// Which log shows misuse, and what to look for in it.
    pub checks: Vec<String>,
    /// What stops working.
    pub breaks: String,
}

/// Whether the old credential goes before the new one comes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum First {
    /// Each minute counts, and little breaks.
    #[default]
    Revoke,
    /// Something must go on running: make and deploy the new one, then revoke.
    Create,
}

impl First {
    /// Each with the name rules use for it.
    pub const ALL: [(&'static str, Self); 2] = [("revoke", Self::Revoke), ("create", Self::Create)];

    /// The word that rules and reports use.
    pub const fn as_str(self) -> &'static str {
        Self::ALL[self as usize].0
    }
}

/// What is filled in where a text about rotation names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blank {
    /// The public name of the credential.
    KeyId,
    /// Whose it is, or what it opens.
    Account,
    /// From when on it may have been read.
    From,
    /// Until when misuse is to be looked for: the moment of the sweep.
    Until,
}

impl Blank {
    /// Each with the name rules use for it.
    pub const ALL: [(&'static str, Self); 4] = [
        ("key-id", Self::KeyId),
        ("account", Self::Account),
        ("from", Self::From),
        ("until", Self::Until),
    ];
}

/// How long a credential lives at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lifetime {
    /// So many seconds from when it was issued.
    Seconds(i64),
    /// Until somebody revokes it.
    Unlimited,
}

/// How a rule recognises a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// By a shape of its own: the pattern is of the secret and what stands around it.
    Shape,
    /// By the name it is given to: the keywords are words of that name, and the pattern is of
    /// the whole value.
    Named,
    /// The same for names that any issuer's secrets have, so that only a plain assignment counts
    /// and the name must be one of a secret.
    Assigned,
}

impl Form {
    /// The word that the reference uses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Shape => "shape",
            Self::Named => "named",
            Self::Assigned => "assigned",
        }
    }
}

/// One shape of one kind.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Where it is written.
    pub origin: Origin,
    /// What a match would be.
    pub kind: KindIndex,
    /// What the keywords and the pattern are of.
    pub form: Form,
    /// At least one must occur before the pattern is tried.
    pub keywords: Vec<String>,
    /// Whether letter case is ignored in keywords, and in the pattern of a shape.
    pub ignore_case: bool,
    /// `regex` syntax, bytes, no Unicode; that of a shape with a group `secret`.
    pub pattern: String,
    /// The vendor's fixed prefix: all that a hint may show.
    pub prefix: Option<String>,
    /// Bytes before a keyword that the pattern may see.
    pub back_bytes: usize,
    /// Bytes after a keyword that the pattern may see.
    pub forward_bytes: usize,
    /// Least entropy of the secret in bits per byte.
    pub entropy_min: Option<f64>,
    /// How much a match is believed.
    pub confidence: Confidence,
    /// Offline checks; all must pass.
    pub checks: Vec<Check>,
    /// Texts and what must be captured in them.
    pub examples: Vec<Example>,
    /// Texts in which nothing may be found.
    pub counter_examples: Vec<Example>,
    /// Texts that should match and do not yet.
    pub gaps: Vec<Example>,
    /// A pattern of the paths of files in which alone it is tried; `None` for all.
    pub path: Option<String>,
    /// What is no secret although it matches.
    pub exceptions: Vec<ExceptionIndex>,
}

/// A text that tests a rule, its break marks taken out.
#[derive(Clone, Debug)]
pub struct Example {
    /// What is searched.
    pub text: String,
    /// What must be captured; the whole text for a counter-example.
    pub secret: String,
    /// Why nothing may be found, for a counter-example or a gap.
    pub why: String,
}

/// How much a finding is believed, the strongest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// A shape of its own, or a store's own field.
    High,
    /// A shape and a context that go together.
    Medium,
    /// Context only.
    Low,
}

impl Confidence {
    /// The word that rules and reports use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
        }
    }
}

/// An offline check, by the name rules use for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "docs/rules.md has the table")]
pub enum Check {
    Crc32Base62,
    GitlabRoutable,
    GrafanaCrc32,
    ConfluentCrc32,
    AtlassianCrc32,
    AwsKeyId,
    Jwt,
    Base64,
    PypiMacaroon,
    Uuid,
    BasicAuth,
    Base58Check,
    Bech32,
    OpensshKey,
    PemKey,
    PuttyKey,
    PgpKey,
    Curve25519Key,
    HexMixed,
    MixedClasses,
    Unpublished,
    LetterDigit,
    Password,
    Opaque,
    Chosen,
    PasswordHash,
}

impl Check {
    /// Every check with the name rules use for it.
    pub const ALL: [(&'static str, Self); 26] = [
        ("crc32-base62", Self::Crc32Base62),
        ("gitlab-routable", Self::GitlabRoutable),
        ("grafana-crc32", Self::GrafanaCrc32),
        ("confluent-crc32", Self::ConfluentCrc32),
        ("atlassian-crc32", Self::AtlassianCrc32),
        ("aws-key-id", Self::AwsKeyId),
        ("jwt", Self::Jwt),
        ("base64", Self::Base64),
        ("pypi-macaroon", Self::PypiMacaroon),
        ("uuid", Self::Uuid),
        ("basic-auth", Self::BasicAuth),
        ("base58check", Self::Base58Check),
        ("bech32", Self::Bech32),
        ("openssh-key", Self::OpensshKey),
        ("pem-key", Self::PemKey),
        ("putty-key", Self::PuttyKey),
        ("pgp-key", Self::PgpKey),
        ("curve25519-key", Self::Curve25519Key),
        ("hex-mixed", Self::HexMixed),
        ("mixed-classes", Self::MixedClasses),
        ("unpublished", Self::Unpublished),
        ("letter-digit", Self::LetterDigit),
        ("password", Self::Password),
        ("opaque", Self::Opaque),
        ("chosen", Self::Chosen),
        ("password-hash", Self::PasswordHash),
    ];
}
