//! From certainty, access and time to a verdict, with its reasons and what would change it.

use crate::exposure::access::Reader;
use crate::exposure::case::Case;
use crate::exposure::content::existed;
use crate::exposure::state::flags;
use crate::exposure::then::{Reading, could_read};
use crate::model::access::AccessFacts;
use crate::model::authority::{Authority, Reach};
use crate::model::component::Handed;
use crate::model::exposure::{Judgement, Proof, Truth, Verdict};
use crate::model::principal::Certainty;
use crate::model::reason::{Counter, Reason, Stamps};

/// The verdict on one place, for one occasion and one runner.
pub fn judge(case: &Case<'_>) -> Judgement {
    let (reading, reach, certainty) = reading(case);
    let (existed, when) = existed(case.bounds, case.facts, case.secret, case.clock);
    let is_at_will = reach == Some(Reach::RootAtWill);
    let mut reasons = reading.reasons;
    let (verdict, proof, counter) = match (reading.truth, existed, certainty) {
        (Truth::No, ..) => (Verdict::NotExposed, reading.proof, reading.counter),
        (_, Truth::No, _) => {
            (Verdict::NotExposed, Some(Proof::Unchanged), Some(of_younger_secret(&when)))
        }
        (Truth::Unknown, ..) => (Verdict::Unknown, None, reading.counter),
        (_, Truth::Unknown, _) => (Verdict::Unknown, None, Some(Counter::ProofThatItWasThere)),
        (_, _, Certainty::Possible) => (Verdict::Unknown, None, Some(Counter::ProofThatItRan)),
        // That the user could become root does not show that the code did.
        (_, _, Certainty::Configured) => (Verdict::Likely, None, Some(Counter::ProofThatItRan)),
        _ if is_at_will => (Verdict::Likely, None, Some(Counter::ProofThatItRan)),
        (Truth::Likely, ..) => (Verdict::Likely, None, reading.counter),
        (_, Truth::Likely, _) => (Verdict::Likely, None, Some(Counter::ProofThatItWasThere)),
        (Truth::Yes, Truth::Yes, Certainty::Observed) => (Verdict::Exposed, None, None),
    };
    // What denies it denies it whoever ran it, and whenever it was there.
    if reading.truth != Truth::No {
        reasons.insert(0, Reason::of_run(case.runner.certainty, &case.runner.evidence));
        reasons.push(when);
    }
    let counter = counter.unwrap_or(Counter::RootRewroteTimes);
    Judgement { verdict, proof, reasons, counter, flags: flags(case) }
}

/// What would show that a secret is older than it seems.
const fn of_younger_secret(when: &Reason) -> Counter {
    match when {
        Reason::Stamps(Stamps::IssuedAfter { .. }) => Counter::IssuersClockWrong,
        _ => Counter::OlderCopy,
    }
}

/// Whether the runner could read it by the modes, by what it was handed, or by its authority,
/// the authority that decided, and how sure it is that who could read it ran the code.
fn reading(case: &Case<'_>) -> (Reading, Option<Reach>, Certainty) {
    let Case { runner, facts, .. } = case;
    let reader = Reader::of(runner, case.gids);
    let access = case.facts_of_runner();
    let reading = could_read(reader, &access, case.bounds, case.clock);
    let handed = runner.handed.iter().find(|handed| handed.path == facts.path());
    let is_closed = reading.truth < Truth::Likely;
    if let Some(Handed { certainty, evidence, .. }) = handed.filter(|_| is_closed) {
        let (certainty, evidence) = (runner.certainty.max(*certainty), evidence.clone());
        let reason = match certainty {
            Certainty::Observed => Reason::Handed { evidence },
            Certainty::Configured | Certainty::Possible => Reason::MayBeHanded { evidence },
        };
        return (yes(reason), None, certainty);
    }
    let (reading, reach) = by_authority(case, reader, &access, reading);
    (reading, reach, runner.certainty)
}

fn by_authority(
    case: &Case<'_>,
    reader: Reader<'_>,
    facts: &AccessFacts,
    mut reading: Reading,
) -> (Reading, Option<Reach>) {
    // Not even root is let in everywhere: by a server, or where nothing shows the file.
    let counts = |authority: &&Authority| {
        let further = reader.reaching(authority.reach);
        let read = |reader| could_read(reader, facts, case.bounds, case.clock).truth;
        further.is_none_or(|reader| read(reader) == Truth::Yes)
    };
    let Some(Authority { reach, evidence, .. }) = case.runner.authority.iter().find(counts) else {
        return (reading, None);
    };
    let reason = Reason::Reaches { reach: *reach, evidence: evidence.clone() };
    match (reading.truth, reach) {
        (Truth::Yes, _) | (_, Reach::SomeFiles) | (Truth::Likely, Reach::Unknown) => {
            (reading, None)
        }
        (_, Reach::Everything | Reach::RootAtWill) => (yes(reason), Some(*reach)),
        (_, Reach::Unknown) => {
            reading.reasons.push(reason);
            let (truth, counter) = (Truth::Unknown, Some(Counter::TheMissingFact));
            (Reading { truth, proof: None, counter, ..reading }, Some(*reach))
        }
        (_, Reach::RootByPassword) => {
            reading.reasons.push(reason);
            let is_denied = reading.truth == Truth::No;
            let counter = if is_denied { Some(Counter::PasswordTaken) } else { reading.counter };
            (Reading { counter, ..reading }, Some(*reach))
        }
    }
}

fn yes(reason: Reason) -> Reading {
    Reading { truth: Truth::Yes, proof: None, reasons: vec![reason], counter: None }
}

#[cfg(test)]
pub mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::exposure::case::SecretFacts;
    use crate::model::access::{ListFacts, NamespaceId, PathFacts, Ruler, Way};
    use crate::model::artifact::{ArtifactKind, Inode};
    use crate::model::authority::AuthorityMeans;
    use crate::model::clock::Clock;
    use crate::model::component::Runner;
    use crate::model::finding::Identity;
    use crate::model::rule::KindIndex;
    use crate::model::secret::SecretId;
    use crate::model::time::Bounds;
    use crate::model::time::{FileTimes, Moment, Window};

    /// A file of mode, owner and group, unchanged since 1970-01-01 00:16:40.
    pub fn inode(mode: u32, uid: u32, gid: u32) -> Inode {
        let at = Moment::new(1000, 0);
        let times = FileTimes { accessed: at, modified: at, changed: at, born: Some(at) };
        Inode {
            device: 1,
            number: 1,
            mode: 0o100_000 | mode,
            uid,
            gid,
            n_links: 1,
            size_bytes: 1,
            times,
        }
    }

    /// The same as a folder.
    pub fn folder(mode: u32, uid: u32, gid: u32) -> Inode {
        Inode { mode: 0o040_000 | mode, ..inode(mode, uid, gid) }
    }

    /// A path through folders to a file.
    pub fn facts(folders: &[Inode], target: Inode) -> AccessFacts {
        let of = |inode: Inode| PathFacts { inode, access_list: ListFacts::Absent };
        let folders = folders.iter().enumerate();
        let folders = folders.map(|(n, inode)| (format!("/f{n}").into(), Some(of(*inode))));
        let way = Way {
            path: "/f/file".into(),
            folders: folders.collect(),
            target: None,
            ruler: Ruler::Kernel,
        };
        AccessFacts {
            kind: ArtifactKind::File,
            target: of(target),
            ways: vec![way],
            elsewhere: BTreeMap::new(),
            n_unmet_names: 0,
            unlisted_mounts: None,
        }
    }

    /// An identity of which nothing is known.
    pub fn identity() -> Identity {
        Identity::of(KindIndex(0), SecretId([0; 16]))
    }

    fn judged(runner: &Runner, bounds: Bounds, facts: &AccessFacts) -> Verdict {
        let (identity, clock) = (identity(), Clock::default());
        let secret = SecretFacts { identity: &identity, seen: None, said: None };
        let case = Case { runner, gids: &[], bounds, facts, secret, clock: &clock, brokers: &[] };
        judge(&case).verdict
    }

    fn verdict(facts: &AccessFacts, uid: u32, certainty: Certainty) -> Verdict {
        let outer = Window { start: Moment::new(2000, 0), end: Moment::new(3000, 0) };
        let runner = Runner::new(uid, certainty, String::new());
        judged(&runner, Bounds { outer, certain: None }, facts)
    }

    #[test]
    fn authority_reaches_what_the_modes_deny_in_grades() {
        let key = facts(&[folder(0o700, 0, 0)], inode(0o600, 0, 0));
        let window = Window { start: Moment::new(2000, 0), end: Moment::new(3000, 0) };
        let check = |reach: Reach, certainty: Certainty, expected: Verdict| {
            let evidence = String::new();
            let authority = vec![Authority { reach, means: AuthorityMeans::Group, evidence }];
            let runner = Runner { authority, ..Runner::new(1000, certainty, String::new()) };
            assert_eq!(judged(&runner, Bounds { outer: window, certain: None }, &key), expected);
        };
        check(Reach::Everything, Certainty::Observed, Verdict::Exposed);
        check(Reach::Everything, Certainty::Configured, Verdict::Likely);
        check(Reach::RootAtWill, Certainty::Observed, Verdict::Likely);
        check(Reach::RootAtWill, Certainty::Possible, Verdict::Unknown);
        check(Reach::Unknown, Certainty::Observed, Verdict::Unknown);
        check(Reach::RootByPassword, Certainty::Observed, Verdict::NotExposed);
        check(Reach::SomeFiles, Certainty::Observed, Verdict::NotExposed);
    }

    #[test]
    fn no_authority_reaches_what_no_path_leads_to_or_what_a_server_guards() {
        let window = Window { start: Moment::new(2000, 0), end: Moment::new(3000, 0) };
        let bounds = Bounds { outer: window, certain: Some(window) };
        let check = |key: &AccessFacts, reach, expected: Verdict| {
            let evidence = String::new();
            let authority = vec![Authority { reach, means: AuthorityMeans::Group, evidence }];
            let runner = Runner::new(1000, Certainty::Observed, String::new());
            assert_eq!(judged(&Runner { authority, ..runner }, bounds, key), expected);
        };
        let closed = facts(&[folder(0o700, 2000, 200)], inode(0o600, 2000, 200));
        check(&closed, Reach::Everything, Verdict::Exposed);
        let hidden = closed.seen_from(NamespaceId(7));
        check(&hidden, Reach::Everything, Verdict::Unknown);
        check(&hidden, Reach::RootAtWill, Verdict::Unknown);
        let mut served = closed.clone();
        let who = Some("the server".to_owned());
        served.ways[0].ruler = Ruler::Mount { point: "/".into(), only_uid: None, who };
        check(&served, Reach::Everything, Verdict::Unknown);
        let mut environment = closed;
        environment.kind = ArtifactKind::Environment;
        check(&environment, Reach::Everything, Verdict::NotExposed);
        check(&environment, Reach::RootAtWill, Verdict::Likely);
    }

    fn changed(mut inode: Inode, seconds: i64) -> Inode {
        inode.times.changed = Moment::new(seconds, 0);
        inode
    }

    #[test]
    fn what_the_runner_owned_all_along_is_exposed_if_it_ran() {
        let key = facts(&[folder(0o755, 0, 0)], inode(0o600, 1000, 100));
        assert_eq!(verdict(&key, 1000, Certainty::Observed), Verdict::Exposed);
        assert_eq!(verdict(&key, 1000, Certainty::Configured), Verdict::Likely);
        assert_eq!(verdict(&key, 1000, Certainty::Possible), Verdict::Unknown);
        assert_eq!(verdict(&key, 2000, Certainty::Observed), Verdict::NotExposed);
    }

    #[test]
    fn a_file_changed_inside_the_window_is_likely_at_most() {
        let key = facts(&[], changed(inode(0o600, 1000, 100), 2500));
        assert_eq!(verdict(&key, 1000, Certainty::Observed), Verdict::Likely);
    }

    #[test]
    fn a_yes_needs_the_certain_window_and_a_no_the_outer_one() {
        let outer = Window { start: Moment::new(2000, 0), end: Moment::new(3000, 0) };
        let certain = Some(Window { start: Moment::new(2600, 0), ..outer });
        let runner = |uid| Runner::new(uid, Certainty::Observed, String::new());
        let key = facts(&[], changed(inode(0o600, 1000, 100), 2500));
        let of = |uid, certain| judged(&runner(uid), Bounds { outer, certain }, &key);
        assert_eq!(of(1000, certain), Verdict::Exposed, "it was there before the code was");
        assert_eq!(of(1000, None), Verdict::Likely);
        assert_eq!(of(2000, certain), Verdict::Unknown, "its mode may have been wider");
    }

    #[test]
    fn a_mode_narrowed_after_the_fact_hides_nothing() {
        let key = facts(&[], changed(inode(0o600, 1000, 100), 2500));
        assert_eq!(verdict(&key, 2000, Certainty::Observed), Verdict::Unknown);
    }

    #[test]
    fn what_was_handed_over_is_exposed_as_surely_as_the_code_ran_there() {
        let key = facts(&[folder(0o755, 0, 0)], inode(0o600, 0, 0));
        let outer = Window { start: Moment::new(2000, 0), end: Moment::new(3000, 0) };
        let check = |ran: Certainty, given: Certainty, path: &str, expected: Verdict| {
            let handed = Handed { path: path.into(), certainty: given, evidence: String::new() };
            let runner = Runner { handed: vec![handed], ..Runner::new(1000, ran, String::new()) };
            assert_eq!(judged(&runner, Bounds { outer, certain: None }, &key), expected);
        };
        let (observed, configured) = (Certainty::Observed, Certainty::Configured);
        check(observed, observed, "/f/file", Verdict::Exposed);
        check(observed, configured, "/f/file", Verdict::Likely);
        check(configured, observed, "/f/file", Verdict::Likely);
        check(observed, observed, "/f/other", Verdict::NotExposed);
    }

    #[test]
    fn a_closed_home_stays_closed_although_its_change_time_is_fresh() {
        let mut home = changed(folder(0o700, 1000, 100), 2500);
        home.times.modified = home.times.changed;
        let key = facts(&[home], inode(0o644, 1000, 100));
        assert_eq!(verdict(&key, 2000, Certainty::Observed), Verdict::NotExposed);
    }

    #[test]
    fn what_was_made_after_the_window_is_not_exposed_unless_it_may_have_replaced_something() {
        let young = |mut inode: Inode| {
            inode.times = FileTimes { born: Some(Moment::new(4000, 0)), ..inode.times };
            inode.times.modified = Moment::new(4000, 0);
            changed(inode, 4000)
        };
        let key = young(inode(0o600, 1000, 100));
        let in_young_folder = facts(&[young(folder(0o755, 1000, 100))], key);
        assert_eq!(verdict(&in_young_folder, 1000, Certainty::Observed), Verdict::NotExposed);
        let in_old_folder = facts(&[folder(0o755, 1000, 100)], key);
        assert_eq!(verdict(&in_old_folder, 1000, Certainty::Observed), Verdict::Unknown);
    }
}
