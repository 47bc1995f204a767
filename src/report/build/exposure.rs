//! Verdicts, questions and brokers, from the inventory's nouns to the report's.

use crate::model::broker::{JudgedBroker, Serves};
use crate::model::clock::Clock;
use crate::model::exposure::{Aim, Exposure, Proof};
use crate::model::harvest::Grade;
use crate::model::reason::{Flag, Reason};
use crate::model::what_if::WhatIf;
use crate::report::build::Context;
use crate::view::{self, HostPath};

impl Context<'_> {
    /// The verdict on one place.
    pub fn exposure(&self, exposure: &Exposure) -> view::Exposure {
        let judgement = &exposure.judgement;
        view::Exposure {
            install: exposure.occasion.install_index(),
            user: self.user(exposure.uid),
            verdict: judgement.verdict.as_str().into(),
            grade: judgement.proof.map(Proof::as_str).map(Into::into),
            reasons: judgement.reasons.iter().map(|reason| self.step(reason)).collect(),
            counter: judgement.counter.to_string(),
            flags: judgement.flags.iter().map(flag).collect(),
            aim: aim(&exposure.aim),
        }
    }

    /// One step of a reasoning.
    pub fn step(&self, reason: &Reason) -> view::Step {
        view::Step { says: reason.sentence(self.principals), side: reason.side().as_str().into() }
    }

    /// What the user asked.
    pub fn what_if(&self, asked: &WhatIf) -> view::WhatIf {
        let advisory = asked.advisory.and_then(|index| self.advisories().nth(index.0));
        view::WhatIf {
            users: self.users(&asked.uids),
            start: asked.window.start.to_string(),
            end: asked.window.end.to_string(),
            campaign: advisory.map(|advisory| advisory.id.clone()),
        }
    }

    /// What gives out credentials.
    pub fn broker(&self, judged: &JudgedBroker) -> view::Broker {
        let broker = &judged.broker;
        view::Broker {
            host: None,
            kind: broker.kind.as_str().into(),
            path: HostPath(broker.path.clone()),
            what: match &broker.doubt {
                Some(doubt) => format!("{}: {doubt}", broker.what),
                None => broker.what.clone(),
            },
            serves: match broker.serves {
                Serves::User(uid) => Some(self.user(uid)),
                Serves::Everybody => None,
            },
            gives: broker.gives.as_str().into(),
            since: broker.since.map(|at| at.to_string()),
            exposures: judged.exposures.iter().map(|one| self.exposure(one)).collect(),
        }
    }
}

fn flag(flag: &Flag) -> view::Flag {
    view::Flag { flag: flag.as_str().into(), says: flag.to_string() }
}

fn aim(aim: &Aim) -> view::Aim {
    let (grade, what) = match aim {
        Aim::Targeted { grade, what } => (Some(*grade), Some(what.clone())),
        Aim::Everything { grade } => (Some(*grade), None),
        Aim::OffList | Aim::NoList => (None, None),
    };
    let word = |grade: Grade| Grade::ALL[grade as usize].0;
    view::Aim {
        aim: aim.as_str().into(),
        aim_grade: grade.map(word).map(Into::into),
        aim_what: what,
    }
}

/// How far the host's own time can be trusted.
pub fn clock(clock: &Clock) -> view::Clock {
    view::Clock { doubt_seconds: clock.doubt_seconds, doubts: clock.doubts.clone() }
}
