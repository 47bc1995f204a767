//! The list of credentials to rotate, one row each, in order.

use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::model::advisory::Advisory;
use crate::model::broker::JudgedBroker;
use crate::model::clock::Clock;
use crate::model::component::{Component, InfectedInstall};
use crate::model::coverage::Coverage;
use crate::model::explanation::Explanation;
use crate::model::exposure::{Exposure, Verdict};
use crate::model::finding::{Identity, Location};
use crate::model::manifest::Manifest;
use crate::model::opening::{AuthorizedKey, Opening};
use crate::model::plan::{Measure, Placing};
use crate::model::principal::Principals;
use crate::model::secret::KeyOrigin;
use crate::model::startup::StartupSurvey;
use crate::model::time::Moment;
use crate::model::what_if::WhatIf;

/// All that a sweep found out.
#[derive(Clone, Debug)]
pub struct Inventory {
    /// How and when the sweep was run.
    pub run: Run,
    /// Users and groups of the host.
    pub principals: Principals,
    /// What the user asked about code that nothing says ran here.
    pub asked: Option<WhatIf>,
    /// Infected installs, the newest window first.
    pub installs: Vec<InfectedInstall>,
    /// Advisories of other catalogues that name a package of this host. Their indices
    /// follow those of the rule set.
    pub foreign_advisories: Vec<Advisory>,
    /// What to do before any rotation.
    pub containment: Vec<Measure>,
    /// Lines whose secrets a comment allows, if such comments are obeyed.
    pub allowed: BTreeSet<(PathBuf, u64)>,
    /// Credentials, in rotation order.
    pub credentials: Vec<Credential>,
    /// Public keys that accounts of the host let in, sorted.
    pub authorized_keys: Vec<AuthorizedKey>,
    /// Names in lists of known hosts that are hashed, and fit no name found elsewhere.
    pub n_unsolved_hosts: u64,
    /// What gives out credentials without a file, sorted.
    pub brokers: Vec<JudgedBroker>,
    /// How far the host's own time can be trusted.
    pub clock: Clock,
    /// Installed packages, sorted.
    pub components: Vec<Component>,
    /// Code that something starts unasked, and what speaks for a look at it.
    pub startup: StartupSurvey,
    /// What was read and what was not.
    pub coverage: Coverage,
}

/// What a run is to find out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    /// Infected installs, credentials, and which of these those could read.
    Sweep,
    /// Infected installs only.
    Audit,
}

impl Task {
    /// The word that reports use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sweep => "sweep",
            Self::Audit => "audit",
        }
    }
}

/// How and when a sweep was run.
#[derive(Clone, Debug)]
pub struct Run {
    /// What it was to find out.
    pub task: Task,
    /// When it started.
    pub started: Moment,
    /// Name of the swept host.
    pub host: String,
    /// Where discovery started, as the host sees it, with the reason.
    pub roots: Vec<(std::path::PathBuf, String)>,
    /// `--root`, unless it is `/`.
    pub image: Option<std::path::PathBuf>,
    /// Who ran it.
    pub uid: u32,
    /// Whether secret ids can be compared with other reports.
    pub key_origin: KeyOrigin,
    /// Public name of the key: reports with the same one can be compared.
    pub key_id: String,
    /// Hash of all rules in force.
    pub rules_digest: String,
    /// What was to be explained, if not all was to be listed.
    pub explained: Option<String>,
    /// Under which circumstances.
    pub manifest: Manifest,
}

/// One credential, however many places hold it.
#[derive(Clone, Debug)]
pub struct Credential {
    /// What it is.
    pub identity: Identity,
    /// The worst verdict of all its places for infected installs; `None` where none was found.
    pub verdict: Option<Verdict>,
    /// The same for the user's question: nothing says that it happened.
    pub asked: Option<Verdict>,
    /// Users other than root whose code could read one of its places today, sorted.
    pub reader_uids: Vec<u32>,
    /// What it opens, as far as the host says: the surest first.
    pub opens: Vec<Opening>,
    /// Its place in the rotation.
    pub placing: Placing,
    /// Every place, sorted by path and span.
    pub places: Vec<CredentialPlace>,
}

impl Credential {
    /// Whether it is to be explained.
    pub fn is_explained(&self) -> bool {
        self.places.iter().any(|place| place.explanation.is_some())
    }
}

/// One place of a credential.
#[derive(Clone, Debug)]
pub struct CredentialPlace {
    /// Where.
    pub location: Location,
    /// Verdict for each occasion and user.
    pub exposures: Vec<Exposure>,
    /// Users other than root whose code could read it today, sorted.
    pub reader_uids: Vec<u32>,
    /// What all that was judged by, where that is to be explained.
    pub explanation: Option<Explanation>,
}
