//! Was the secret there, inside the window? Only the change time of a file is strong, for its
//! owner can set the others; what the secret says of itself is stronger still. Asks of no mode.

use crate::exposure::case::SecretFacts;
use crate::model::access::AccessFacts;
use crate::model::clock::Clock;
use crate::model::expiry::ISSUER_DOUBT_SECONDS;
use crate::model::exposure::Truth;
use crate::model::reason::{Reason, Stamps};
use crate::model::time::{Bounds, Dated, Moment};

/// Whether it was there while the code was, and what decides it.
pub fn existed(
    bounds: Bounds,
    facts: &AccessFacts,
    secret: SecretFacts<'_>,
    clock: &Clock,
) -> (Truth, Reason) {
    let (start, end) = (bounds.certain_start(), bounds.outer.end);
    let issuers_end = end.plus_seconds(ISSUER_DOUBT_SECONDS);
    if let Some(issued) = secret.identity.issued.as_ref()
        && clock.shows_order(issuers_end, issued.at)
    {
        let Dated { at, evidence } = issued.clone();
        return (Truth::No, Reason::Stamps(Stamps::IssuedAfter { issued: at, evidence }));
    }
    let changed = facts.target.inode.times.changed;
    if clock.is_odd(changed) {
        return (
            Truth::Unknown,
            Reason::Stamps(Stamps::StampOdd { path: facts.path().to_owned(), changed }),
        );
    }
    if clock.is_unchanged(changed, start) {
        return (Truth::Yes, Reason::Stamps(Stamps::UnchangedSince { changed }));
    }
    let born = facts.target.inode.times.born;
    if let Some(born) = born.filter(|born| clock.shows_order(end, *born)) {
        return made_after(born, bounds, facts, secret, clock);
    }
    or_earlier(changed_since(bounds, facts, clock), start, secret, clock)
}

/// This inode is younger than the window. That says nothing where it may have taken the place of
/// an older one, or came from elsewhere with its contents.
fn made_after(
    born: Moment,
    bounds: Bounds,
    facts: &AccessFacts,
    secret: SecretFacts<'_>,
    clock: &Clock,
) -> (Truth, Reason) {
    let modified = facts.target.inode.times.modified;
    if clock.shows_order(modified, born) {
        let copied = (Truth::Unknown, Reason::Stamps(Stamps::CopiedHere { modified, born }));
        return or_earlier(copied, bounds.certain_start(), secret, clock);
    }
    if is_in_young_folders(bounds.outer.end, facts, clock) {
        return (Truth::No, Reason::Stamps(Stamps::MadeAfter { born }));
    }
    let replaced = (Truth::Unknown, Reason::Stamps(Stamps::Replaced { born }));
    or_earlier(replaced, bounds.certain_start(), secret, clock)
}

/// Whether under none of its names there can have been an older file: every folder that holds it
/// was made after the window.
fn is_in_young_folders(end: Moment, facts: &AccessFacts, clock: &Clock) -> bool {
    let is_young = |born: Option<Moment>| born.is_some_and(|born| clock.shows_order(end, born));
    let mut folders = facts.ways.iter().map(|way| way.folders.last());
    !facts.ways.is_empty()
        && folders.all(|folder| {
            let facts = folder.and_then(|(_, facts)| facts.as_ref());
            is_young(facts.and_then(|facts| facts.inode.times.born))
        })
}

/// What stamps of the file say, unless the same secret was here before: proof of that is better
/// than any of them, a claim is better than nothing.
fn or_earlier(
    by_stamps: (Truth, Reason),
    start: Moment,
    secret: SecretFacts<'_>,
    clock: &Clock,
) -> (Truth, Reason) {
    let before =
        |dated: Option<&Dated>| dated.filter(|dated| clock.shows_order(dated.at, start)).cloned();
    if let Some(Dated { at, evidence }) = before(secret.seen) {
        return (Truth::Yes, Reason::Stamps(Stamps::SeenBefore { at, evidence }));
    }
    match before(secret.said) {
        Some(Dated { at, evidence }) if by_stamps.0 == Truth::Unknown => {
            (Truth::Likely, Reason::Stamps(Stamps::SaidBefore { at, evidence }))
        }
        _ => by_stamps,
    }
}

/// The file was there, or may have been; it was changed since the window began.
fn changed_since(bounds: Bounds, facts: &AccessFacts, clock: &Clock) -> (Truth, Reason) {
    let (start, end) = (bounds.certain_start(), bounds.outer.end);
    let times = &facts.target.inode.times;
    let (modified, changed) = (times.modified, times.changed);
    if let Some(born) = times.born.filter(|born| clock.shows_order(modified, *born)) {
        return (Truth::Likely, Reason::Stamps(Stamps::CopiedHere { modified, born }));
    }
    if clock.shows_order(modified, start) {
        return (Truth::Likely, Reason::Stamps(Stamps::UnwrittenSince { modified }));
    }
    if changed <= end.plus_seconds(clock.doubt_seconds) {
        return (Truth::Likely, Reason::Stamps(Stamps::ChangedInside { changed }));
    }
    // Without a birth time it may as well have been made then.
    let truth = if times.born.is_some() { Truth::Likely } else { Truth::Unknown };
    (truth, Reason::Stamps(Stamps::ChangedAfter { changed }))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::exposure::verdict::tests::{facts, folder, identity, inode};
    use crate::model::time::{FileTimes, Window};

    fn at(seconds: i64) -> Moment {
        Moment::new(seconds, 0)
    }

    /// A file with those stamps, in a folder that was born then.
    fn file(born: Option<i64>, modified: i64, changed: i64, folder_born: i64) -> AccessFacts {
        let mut of = folder(0o755, 0, 0);
        of.times.born = Some(at(folder_born));
        let mut key = inode(0o600, 1000, 100);
        let (modified, changed, born) = (at(modified), at(changed), born.map(at));
        key.times = FileTimes { accessed: modified, modified, changed, born };
        facts(&[of], key)
    }

    fn window(start: i64, end: i64) -> Bounds {
        Bounds { outer: Window { start: at(start), end: at(end) }, certain: None }
    }

    fn check(key: &AccessFacts, expected: Truth, sentence: &str) {
        let identity = identity();
        let secret = SecretFacts { identity: &identity, seen: None, said: None };
        let (truth, reason) = existed(window(2000, 3000), key, secret, &Clock::at(at(9000)));
        assert_eq!(truth, expected, "{reason}");
        assert!(reason.to_string().contains(sentence), "{reason}");
    }

    #[test]
    fn stamps_say_what_they_can() {
        check(&file(Some(1000), 1000, 1000, 0), Truth::Yes, "unchanged since");
        check(&file(None, 1000, 1997, 0), Truth::Yes, "unchanged since");
        check(&file(None, 1000, 1998, 0), Truth::Likely, "not written since");
        check(&file(Some(1000), 1000, 2500, 0), Truth::Likely, "not written since");
        check(&file(Some(1000), 2500, 2500, 0), Truth::Likely, "inside the window");
        check(&file(Some(1000), 2500, 8000, 0), Truth::Likely, "what it held before");
        check(&file(None, 2500, 8000, 0), Truth::Unknown, "what it held before");
        check(&file(Some(2500), 1000, 2500, 0), Truth::Likely, "copied, restored or unpacked");
    }

    #[test]
    fn a_younger_file_is_no_proof_unless_all_about_it_is_younger() {
        check(&file(Some(4000), 4000, 4000, 0), Truth::Unknown, "in place of an older file");
        check(&file(Some(4000), 4000, 4000, 4000), Truth::No, "a folder that is as young");
        check(&file(Some(4000), 500, 4000, 4000), Truth::Unknown, "copied, restored");
        check(&file(Some(3001), 3001, 3001, 3001), Truth::Likely, "inside the window");
        let mut linked = file(Some(4000), 4000, 4000, 4000);
        linked.ways.push(linked.ways[0].clone());
        linked.ways[1].folders[0].1 = None;
        check(&linked, Truth::Unknown, "in place of an older file");
    }

    #[test]
    fn a_stamp_that_cannot_be_is_told_and_believed_in_nothing() {
        for changed in [-1, i64::MIN, 9_000_000, i64::MAX] {
            check(&file(Some(1000), 1000, changed, 0), Truth::Unknown, "which cannot be");
        }
    }

    #[test]
    fn the_same_secret_elsewhere_before_the_window_stands_in_for_a_file_that_was_replaced() {
        let identity = identity();
        let existed_with = |seen: i64, key: &AccessFacts| {
            let seen = Dated { at: at(seen), evidence: "the change time of .env.bak".into() };
            let secret = SecretFacts { identity: &identity, seen: Some(&seen), said: None };
            existed(window(2000, 3000), key, secret, &Clock::at(at(9000))).0
        };
        let replaced = file(Some(4000), 4000, 4000, 0);
        assert_eq!(existed_with(1500, &replaced), Truth::Yes);
        assert_eq!(existed_with(2500, &replaced), Truth::Unknown);
        assert_eq!(existed_with(1500, &file(Some(1000), 2500, 2500, 0)), Truth::Yes);
        assert_eq!(existed_with(1500, &file(Some(4000), 4000, 4000, 4000)), Truth::No);
    }

    #[test]
    fn a_claim_that_it_was_here_makes_likely_what_stamps_leave_open_and_changes_nothing_else() {
        let identity = identity();
        let existed_with = |said: i64, key: &AccessFacts| {
            let said = Dated { at: at(said), evidence: "a commit".into() };
            let secret = SecretFacts { identity: &identity, seen: None, said: Some(&said) };
            existed(window(2000, 3000), key, secret, &Clock::at(at(9000)))
        };
        let replaced = file(Some(4000), 4000, 4000, 0);
        let (truth, reason) = existed_with(1500, &replaced);
        assert_eq!(truth, Truth::Likely);
        assert!(reason.to_string().ends_with("if one believes a commit"), "{reason}");
        assert_eq!(existed_with(1500, &file(None, 2500, 8000, 0)).0, Truth::Likely);
        assert_eq!(existed_with(2500, &replaced).0, Truth::Unknown);
        assert_eq!(existed_with(1500, &file(Some(1000), 1000, 1000, 0)).0, Truth::Yes);
        assert_eq!(existed_with(1500, &file(Some(4000), 4000, 4000, 4000)).0, Truth::No);
        let (_, reason) = existed_with(1500, &file(Some(1000), 2500, 2500, 0));
        assert!(reason.to_string().contains("inside the window"), "{reason}");
    }

    #[test]
    fn a_secret_issued_after_the_window_was_not_there_whatever_the_stamps_say() {
        let mut identity = identity();
        let mut truth = |issued: i64| {
            identity.issued = Some(Dated { at: at(issued), evidence: String::new() });
            let secret = SecretFacts { identity: &identity, seen: None, said: None };
            let key = file(Some(1000), 1000, 1000, 0);
            existed(window(2000, 3000), &key, secret, &Clock::default()).0
        };
        assert_eq!(truth(4000), Truth::No);
        assert_eq!(truth(3100), Truth::Yes, "clocks of issuers differ");
    }

    fn any_file() -> impl Strategy<Value = AccessFacts> {
        let stamp = 0_i64..6000;
        (prop::option::of(stamp.clone()), stamp.clone(), stamp.clone(), stamp).prop_map(
            |(born, modified, changed, of)| {
                // To be made is a change.
                file(born, modified, changed.max(born.unwrap_or(0)), of)
            },
        )
    }

    proptest! {
        #[test]
        fn neither_a_later_change_nor_a_wider_window_makes_a_no(
            key in any_file(),
            start in 0_i64..6000,
            length in 0_i64..6000,
            (by, earlier, later) in (0_i64..9000, 0_i64..6000, 0_i64..6000),
        ) {
            let identity = identity();
            let secret = SecretFacts { identity: &identity, seen: None, said: None };
            let clock = Clock::default();
            let of = |key: &AccessFacts, start, end| existed(window(start, end), key, secret, &clock).0;
            let before = of(&key, start, start + length);
            let wide = of(&key, start - earlier, start + length + later);
            let mut changed = key.clone();
            let times = &mut changed.target.inode.times;
            times.changed = times.changed.plus_seconds(by);
            let after = of(&changed, start, start + length);
            prop_assert!(before == Truth::No || (wide != Truth::No && after != Truth::No));
        }
    }
}
