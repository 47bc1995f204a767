//! The sentences of exposure: each step of a reasoning, what would change a verdict, and what
//! stands beside it. All of them are written here, and nowhere else.

mod brokers;
mod stamps;

use std::fmt;
use std::path::PathBuf;

use crate::model::authority::Reach;
use crate::model::expiry::Basis;
use crate::model::principal::{Certainty, Principals};
use crate::model::time::Moment;

pub use brokers::BrokerReason;
pub use stamps::Stamps;

/// One step of the reasoning. Its sentences stand in [`Reason::sentence`] and [`fmt::Display`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the sentences say it")]
pub enum Reason {
    Ran { evidence: String },
    MayHaveRun { evidence: String },
    IsRoot,
    Reaches { reach: Reach, evidence: String },
    OwnsFile,
    OwnsFolder { path: PathBuf },
    ModeAllows { mode: u32 },
    ModeDenies { path: PathBuf, mode: u32, uid: u32, gid: u32 },
    AccessListAllows { path: PathBuf },
    AccessListDenies { path: PathBuf },
    AccessListUnreadable { path: PathBuf },
    OtherNames { n_unmet: u64 },
    RuledElsewhere { who: String },
    Handed { evidence: String },
    MayBeHanded { evidence: String },
    FolderUnknown { path: PathBuf },
    MountOf { uid: u32 },
    MountOfWhomItBecomes { uid: u32 },
    NotShown,
    OtherMounts { why: String },
    GroupsUnknown { path: PathBuf },
    ProcessOf { uid: u32 },
    ProcessOfOther { uid: u32 },
    ProcessOfOtherGroup { uid: u32, gid: u32 },
    EntersProcesses,
    OfBroker(BrokerReason),
    Stamps(Stamps),
    CommandLineShown,
}

/// What a reason speaks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// That the code ran.
    Ran,
    /// That the code could read the secret.
    For,
    /// That nobody can say.
    Doubt,
    /// That the code could not.
    Against,
}

impl Side {
    /// The word that reports use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ran => "ran",
            Self::For => "for",
            Self::Doubt => "doubt",
            Self::Against => "against",
        }
    }
}

impl Reason {
    /// That the code ran, or may have.
    pub fn of_run(certainty: Certainty, evidence: &str) -> Self {
        let evidence = evidence.to_owned();
        match certainty {
            Certainty::Observed => Self::Ran { evidence },
            Certainty::Configured | Certainty::Possible => Self::MayHaveRun { evidence },
        }
    }

    /// What it speaks for.
    pub const fn side(&self) -> Side {
        match self {
            Self::Ran { .. } => Side::Ran,
            Self::IsRoot
            | Self::Reaches { reach: Reach::Everything, .. }
            | Self::OwnsFile
            | Self::OwnsFolder { .. }
            | Self::ModeAllows { .. }
            | Self::AccessListAllows { .. }
            | Self::Handed { .. }
            | Self::CommandLineShown
            | Self::ProcessOf { .. }
            | Self::EntersProcesses => Side::For,
            Self::MayHaveRun { .. }
            | Self::MayBeHanded { .. }
            | Self::Reaches { .. }
            | Self::AccessListUnreadable { .. }
            | Self::OtherNames { .. }
            | Self::FolderUnknown { .. }
            | Self::RuledElsewhere { .. }
            | Self::MountOfWhomItBecomes { .. }
            | Self::NotShown
            | Self::OtherMounts { .. }
            | Self::GroupsUnknown { .. } => Side::Doubt,
            Self::ModeDenies { .. }
            | Self::AccessListDenies { .. }
            | Self::MountOf { .. }
            | Self::ProcessOfOther { .. }
            | Self::ProcessOfOtherGroup { .. } => Side::Against,
            Self::OfBroker(reason) => reason.side(),
            Self::Stamps(stamps) => stamps.side(),
        }
    }

    /// Its sentence, with the names of users and groups for their ids.
    pub fn sentence(&self, names: &Principals) -> String {
        match self {
            Self::ModeDenies { path, mode, uid, gid } => {
                let (user, group) = (names.user_name(*uid), names.group_name(*gid));
                format!("{} is {mode:04o} {user}:{group}", path.display())
            }
            Self::MountOf { uid } => {
                let user = names.user_name(*uid);
                format!("its file system lets only {user} in, who mounted it")
            }
            Self::MountOfWhomItBecomes { uid } => {
                let user = names.user_name(*uid);
                format!("its file system lets only {user} in, and root can become that user")
            }
            Self::ProcessOf { uid } => {
                format!("a process of {}, the same user", names.user_name(*uid))
            }
            Self::ProcessOfOtherGroup { uid, gid } => {
                let (user, group) = (names.user_name(*uid), names.group_name(*gid));
                format!(
                    "a process of {user}, the same user, but of the group {group}, which the user \
                     is not in: the kernel wants both"
                )
            }
            Self::ProcessOfOther { uid } => {
                format!("a process of {}, closed to other users", names.user_name(*uid))
            }
            Self::OfBroker(BrokerReason::OpenToOthers { uid }) => {
                format!("it is open to {} and root only", names.user_name(*uid))
            }
            // No id stands in the others.
            _ => self.to_string(),
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ModeDenies { .. }
            | Self::MountOf { .. }
            | Self::MountOfWhomItBecomes { .. }
            | Self::ProcessOf { .. }
            | Self::ProcessOfOther { .. }
            | Self::ProcessOfOtherGroup { .. } => {
                f.write_str(&self.sentence(&Principals::default()))
            }
            Self::OtherMounts { why } => {
                write!(f, "another mount may lead to the file: {why}")
            }
            Self::GroupsUnknown { path } => write!(
                f,
                "the groups of the user are not known, and they decide about {}",
                path.display()
            ),
            Self::NotShown => f.write_str(
                "the code ran in a mount namespace of its own, which is not known to show this \
                 file",
            ),
            Self::Ran { evidence } => write!(f, "the code ran: {evidence}"),
            Self::MayHaveRun { evidence } => write!(f, "the code may have run: {evidence}"),
            Self::IsRoot => f.write_str("root reads everything"),
            Self::Reaches { reach, evidence } => {
                write!(f, "the user {}: {evidence}", reach.clause())
            }
            Self::OwnsFile => f.write_str("the user owns the file"),
            Self::OwnsFolder { path } => {
                write!(f, "the user owns the folder {} and can open it", path.display())
            }
            Self::ModeAllows { mode } => write!(f, "mode {mode:04o} allows it"),
            Self::AccessListAllows { path } => {
                write!(f, "the access list of {} lets the user in", path.display())
            }
            Self::AccessListDenies { path } => {
                write!(f, "the access list of {} keeps the user out", path.display())
            }
            Self::AccessListUnreadable { path } => {
                write!(f, "{} has an access list that cannot be read", path.display())
            }
            Self::OtherNames { n_unmet } => write!(
                f,
                "the file has {n_unmet} more {} (hard links) that the sweep did not meet, and \
                 another one may be readable",
                if *n_unmet == 1 { "name" } else { "names" }
            ),
            Self::RuledElsewhere { who } => write!(f, "who may read it is decided by {who}"),
            Self::Handed { evidence } => write!(f, "it was handed to the code: {evidence}"),
            Self::MayBeHanded { evidence } => {
                write!(f, "it is handed to the code, if it ran there: {evidence}")
            }
            Self::FolderUnknown { path } => {
                write!(f, "{} could not be looked at", path.display())
            }
            Self::EntersProcesses => f.write_str("it may look into every process"),
            Self::CommandLineShown => {
                f.write_str("this host shows the user the command lines of all processes")
            }
            Self::OfBroker(reason) => reason.fmt(f),
            Self::Stamps(stamps) => stamps.fmt(f),
        }
    }
}

/// What would change a verdict: the counter-scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the sentences say it")]
pub enum Counter {
    RootRewroteTimes,
    ProofThatItRan,
    ProofThatItWasThere,
    WiderModeThen { path: PathBuf },
    OtherWay,
    TheMissingFact,
    OlderCopy,
    IssuersClockWrong,
    PasswordTaken,
    RanAsItsUser,
    OneBeforeIt,
    ProofThatItHeld,
}

impl fmt::Display for Counter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RootRewroteTimes => f.write_str(
                "only somebody with root's rights could have made it look so: by setting the \
                 clock back or by writing to the disk",
            ),
            Self::ProofThatItRan => f.write_str(
                "it becomes EXPOSED if a log or an audit shows that the code ran as this user, \
                 and NOT EXPOSED if it is shown that it did not",
            ),
            Self::ProofThatItWasThere => f.write_str(
                "it becomes EXPOSED if a backup or a log shows that this secret was there \
                 before the code was gone",
            ),
            Self::WiderModeThen { path } => write!(
                f,
                "it becomes EXPOSED if {} let this user in at some time in the window: look for \
                 chmod, chown and setfacl in histories and audit logs",
                path.display()
            ),
            Self::OtherWay => f.write_str(
                "it becomes EXPOSED if another way led to the same file: a bind mount that is \
                 gone, a copy, a descriptor that was handed over",
            ),
            Self::TheMissingFact => f.write_str("it is decided by the fact that is missing"),
            Self::OlderCopy => f.write_str(
                "it becomes EXPOSED if a copy of this secret was on this host before: look in \
                 backups, mail and the clipboards of tools",
            ),
            Self::IssuersClockWrong => {
                f.write_str("only a wrong clock of its issuer could have made it look so")
            }
            Self::PasswordTaken => f.write_str(
                "it becomes EXPOSED if the code took the user's password and became root: look \
                 in the log of sudo",
            ),
            Self::RanAsItsUser => f.write_str(
                "it becomes EXPOSED if the code also ran as the user to whom it is open",
            ),
            Self::OneBeforeIt => f.write_str(
                "it becomes EXPOSED if its owner or a log says that it, or one before it, was \
                 there inside the window",
            ),
            Self::ProofThatItHeld => f.write_str(
                "it becomes EXPOSED if its owner or a log says that it had something to give \
                 inside the window",
            ),
        }
    }
}

/// What stands beside a verdict and does not change it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the sentences say it")]
pub enum Flag {
    ReadRecorded { at: Moment },
    ExpiredBefore { at: Moment, basis: Basis },
    Renewable { at: Moment },
    Protected { how: String },
    WeaklyProtected { how: String },
    InHardware { how: String },
    UsableThrough { evidence: String },
}

impl Flag {
    /// The word that reports use.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::ReadRecorded { .. } => "read-recorded",
            Self::ExpiredBefore { .. } => "expired-before",
            Self::Renewable { .. } => "renewable",
            Self::Protected { .. } => "protected",
            Self::WeaklyProtected { .. } => "weakly-protected",
            Self::InHardware { .. } => "hardware",
            Self::UsableThrough { .. } => "usable-through-agent",
        }
    }
}

impl fmt::Display for Flag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ReadRecorded { at } => write!(
                f,
                "something read it at {at}, inside the window (weak: it may have been a backup)"
            ),
            Self::ExpiredBefore { at, basis: Basis::Lifetime } => write!(
                f,
                "it had expired {at} at the latest, before the window: its issuer lets none live \
                 longer, and the file was written last so long before"
            ),
            Self::ExpiredBefore { at, .. } => {
                write!(f, "it had expired {at}, before the window")
            }
            Self::Renewable { at } => write!(
                f,
                "it had expired {at}, before the window, but the refresh token beside it renews it"
            ),
            Self::Protected { how } => write!(f, "what was read is protected: {how}"),
            Self::WeaklyProtected { how } => {
                write!(f, "what was read is protected so weakly that it counts as plaintext: {how}")
            }
            Self::InHardware { how } => {
                write!(f, "what was read only points at a key in hardware: {how}")
            }
            Self::UsableThrough { evidence } => {
                write!(f, "it could be used without its passphrase: {evidence}")
            }
        }
    }
}
