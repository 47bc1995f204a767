//! Startup code for the tests of reports: every kind, and every sign.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use crate::model::startup::{JudgedStartup, StartupCode, StartupKind, StartupSign, StartupSurvey};
use crate::model::time::Moment;

/// A host without any.
pub fn none() -> StartupSurvey {
    StartupSurvey::default()
}

/// One piece of each kind; the signs in turn, and at the end none.
pub fn every_sign() -> StartupSurvey {
    let signs = [
        StartupSign::OfInfectedPackage(0),
        StartupSign::BesideInfected(0),
        StartupSign::ChangedInWindow(0),
        StartupSign::NoOwner,
        StartupSign::OwnerUnknown,
        StartupSign::Altered,
        StartupSign::NoSources,
        StartupSign::RunsOnOpen,
    ];
    let mut signs = signs.into_iter();
    let kinds = StartupKind::ALL.map(|(_, kind, _)| kind);
    let judged = kinds.into_iter().map(|kind| JudgedStartup {
        code: code(kind),
        package: kind.is_python().then(|| "tool\x1b[2J 1.0".to_owned()),
        signs: signs.next().into_iter().collect(),
    });
    StartupSurvey {
        judged: judged.collect(),
        counts: kinds.into_iter().map(|kind| (kind, 7)).collect(),
        n_unjudged: 3,
    }
}

fn code(kind: StartupKind) -> StartupCode {
    let name = Path::new(OsStr::from_bytes(b"/srv/\x1b[31m\xff"));
    StartupCode {
        path: name.join(kind.as_str()),
        kind,
        line: kind.is_python().then_some(2),
        runs: kind.is_node().then(|| "setup.mjs".into()),
        owner_uid: 1000,
        appeared: Moment::new(i64::MIN, 0),
        changed: Moment::new(1_774_348_740, 0),
        sha256: kind.is_python().then(|| "0".repeat(64)),
    }
}
