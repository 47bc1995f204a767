//! Could the code have used what gives out credentials without a file? Who may ask it, since
//! when it is there, and whether it had anything to give. Does not know how any of it was found.

use crate::model::authority::{Authority, Reach};
use crate::model::broker::{Broker, BrokerKind, Serves};
use crate::model::clock::Clock;
use crate::model::component::Runner;
use crate::model::exposure::{Judgement, Proof, Truth, Verdict};
use crate::model::principal::Certainty;
use crate::model::reason::{BrokerReason, Counter, Reason};
use crate::model::time::{Bounds, Moment};

/// The verdict on one broker, for one occasion and one runner.
pub fn judge_broker(broker: &Broker, runner: &Runner, bounds: Bounds, clock: &Clock) -> Judgement {
    let asking = asking(broker.serves, runner);
    let (there, since) = there(broker.since, bounds, clock);
    let holding = holding(broker);
    let (verdict, proof, counter) = match (asking.truth, there, runner.certainty) {
        (Truth::No, ..) => (Verdict::NotExposed, Some(Proof::ByToday), Counter::RanAsItsUser),
        (Truth::Unknown | Truth::Likely, ..) => (Verdict::Unknown, None, Counter::TheMissingFact),
        (_, Truth::No, _) => (Verdict::Unknown, None, Counter::OneBeforeIt),
        (.., Certainty::Possible) => (Verdict::Unknown, None, Counter::ProofThatItRan),
        _ if broker.kind == BrokerKind::Reference => {
            (Verdict::Unknown, None, Counter::TheMissingFact)
        }
        (.., Certainty::Configured) => (Verdict::Likely, None, Counter::ProofThatItRan),
        _ if asking.is_at_will => (Verdict::Likely, None, Counter::ProofThatItRan),
        (_, Truth::Unknown | Truth::Likely, _) => (Verdict::Likely, None, Counter::OneBeforeIt),
        _ if holding.is_some() => (Verdict::Likely, None, Counter::ProofThatItHeld),
        (Truth::Yes, Truth::Yes, Certainty::Observed) => {
            (Verdict::Exposed, None, Counter::RootRewroteTimes)
        }
    };
    let mut reasons = asking.reasons;
    // Whom it does not answer, it does not answer whenever it was there.
    if asking.truth != Truth::No {
        reasons.insert(0, Reason::of_run(runner.certainty, &runner.evidence));
        reasons.extend([Some(since), holding].into_iter().flatten().map(Reason::OfBroker));
    }
    Judgement { verdict, proof, reasons, counter, flags: Vec::new() }
}

/// Whether the code may have been answered, for all that is known.
pub fn may_have_answered(broker: &Broker, runner: &Runner, bounds: Bounds, clock: &Clock) -> bool {
    let is_there = there(broker.since, bounds, clock).0 != Truth::No;
    is_there && asking(broker.serves, runner).truth != Truth::No
}

/// Whether the code could ask.
struct Asking {
    truth: Truth,
    reasons: Vec<Reason>,
    /// Only by becoming root first, which nobody saw.
    is_at_will: bool,
}

fn asking(serves: Serves, runner: &Runner) -> Asking {
    let by = |truth, reason| Asking { truth, reasons: vec![reason], is_at_will: false };
    let is_open = |reason| by(Truth::Yes, Reason::OfBroker(reason));
    let uid = match serves {
        Serves::Everybody => return is_open(BrokerReason::OpenToEverybody),
        Serves::User(uid) if uid == runner.uid => return is_open(BrokerReason::OpenToUser),
        Serves::User(_) if runner.uid == 0 => return is_open(BrokerReason::OpenToRoot),
        Serves::User(uid) => uid,
    };
    let others = Reason::OfBroker(BrokerReason::OpenToOthers { uid });
    let Some(Authority { reach, evidence, .. }) = runner.authority.first() else {
        return by(Truth::No, others);
    };
    let reason = Reason::Reaches { reach: *reach, evidence: evidence.clone() };
    match reach {
        // To read every file is not yet to be that user, but one step away.
        Reach::Everything | Reach::RootAtWill => {
            Asking { is_at_will: true, ..by(Truth::Yes, reason) }
        }
        Reach::Unknown => by(Truth::Unknown, reason),
        Reach::RootByPassword => {
            Asking { truth: Truth::No, reasons: vec![others, reason], is_at_will: false }
        }
        Reach::SomeFiles => by(Truth::No, others),
    }
}

/// Whether it was there while the code was. It is there now, so from then on it was. That it
/// was not there is never shown: there may have been one before it.
fn there(since: Option<Moment>, bounds: Bounds, clock: &Clock) -> (Truth, BrokerReason) {
    let Some(at) = since else { return (Truth::Unknown, BrokerReason::ThereUndated) };
    let Bounds { outer, certain } = bounds;
    // Without a certain window only what was there all along met the code for sure.
    let met_by = certain.map_or(outer.start, |certain| certain.end);
    if at.plus_seconds(clock.doubt_seconds) <= met_by {
        (Truth::Yes, BrokerReason::ThereSince { at })
    } else if at <= outer.end {
        (Truth::Unknown, BrokerReason::ThereSince { at })
    } else {
        (Truth::No, BrokerReason::ThereLater { at })
    }
}

/// What makes it doubtful that it had anything to give.
fn holding(broker: &Broker) -> Option<BrokerReason> {
    match (&broker.doubt, broker.kind) {
        (_, BrokerKind::Reference) => Some(BrokerReason::KeptElsewhere),
        (Some(doubt), _) => Some(BrokerReason::HoldsPerhaps { doubt: doubt.clone() }),
        (None, _) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::authority::AuthorityMeans;
    use crate::model::broker::Gives;
    use crate::model::time::Window;

    fn agent(since: i64) -> Broker {
        Broker {
            kind: BrokerKind::SshAgent,
            path: "/tmp/ssh-x/agent.1".into(),
            serves: Serves::User(1000),
            gives: Gives::Use,
            what: "SSH agent".into(),
            since: Some(Moment::new(since, 0)),
            doubt: None,
        }
    }

    fn runner(uid: u32) -> Runner {
        Runner::new(uid, Certainty::Observed, "seen".into())
    }

    fn verdict(broker: &Broker, runner: &Runner) -> Verdict {
        let window = Window { start: Moment::new(2000, 0), end: Moment::new(3000, 0) };
        let bounds = Bounds { outer: window, certain: Some(window) };
        judge_broker(broker, runner, bounds, &Clock::default()).verdict
    }

    #[test]
    fn an_agent_of_the_same_user_could_be_used_if_it_was_there() {
        assert_eq!(verdict(&agent(1000), &runner(1000)), Verdict::Exposed);
        assert_eq!(verdict(&agent(2500), &runner(1000)), Verdict::Exposed);
        assert_eq!(verdict(&agent(2999), &runner(1000)), Verdict::Likely, "within the doubt");
        assert_eq!(verdict(&agent(3001), &runner(1000)), Verdict::Unknown, "one before it");
        let undated = Broker { since: None, ..agent(0) };
        assert_eq!(verdict(&undated, &runner(1000)), Verdict::Likely);
    }

    #[test]
    fn without_a_certain_window_only_what_was_there_all_along_is_exposed() {
        let outer = Window { start: Moment::new(2000, 0), end: Moment::new(3000, 0) };
        let bounds = Bounds { outer, certain: None };
        let of =
            |since| judge_broker(&agent(since), &runner(1000), bounds, &Clock::default()).verdict;
        assert_eq!((of(1000), of(2500)), (Verdict::Exposed, Verdict::Likely));
    }

    #[test]
    fn it_answers_its_user_and_root_and_nobody_else() {
        assert_eq!(verdict(&agent(1000), &runner(0)), Verdict::Exposed);
        assert_eq!(verdict(&agent(1000), &runner(2000)), Verdict::NotExposed);
        let role = Broker { serves: Serves::Everybody, ..agent(1000) };
        assert_eq!(verdict(&role, &runner(2000)), Verdict::Exposed);
    }

    #[test]
    fn authority_reaches_it_in_grades() {
        let check = |reach, expected| {
            let means = AuthorityMeans::Group;
            let authority = vec![Authority { reach, means, evidence: String::new() }];
            let runner = Runner { authority, ..runner(2000) };
            assert_eq!(verdict(&agent(1000), &runner), expected);
        };
        check(Reach::Everything, Verdict::Likely);
        check(Reach::RootAtWill, Verdict::Likely);
        check(Reach::Unknown, Verdict::Unknown);
        check(Reach::RootByPassword, Verdict::NotExposed);
        check(Reach::SomeFiles, Verdict::NotExposed);
    }

    #[test]
    fn what_may_have_had_nothing_to_give_is_likely_at_most() {
        let doubtful = Broker { doubt: Some("nobody asked".into()), ..agent(1000) };
        assert_eq!(verdict(&doubtful, &runner(1000)), Verdict::Likely);
        let reference = Broker { kind: BrokerKind::Reference, ..agent(1000) };
        assert_eq!(verdict(&reference, &runner(1000)), Verdict::Unknown);
        let possible = Runner { certainty: Certainty::Possible, ..runner(1000) };
        assert_eq!(verdict(&agent(1000), &possible), Verdict::Unknown);
        let configured = Runner { certainty: Certainty::Configured, ..runner(1000) };
        assert_eq!(verdict(&agent(1000), &configured), Verdict::Likely);
    }
}
