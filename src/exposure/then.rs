//! Could the reader have read the file inside the window, and not only today? Modes of today are
//! those of the window only as far as nothing was changed since it began. Asks of no content.

use std::path::Path;

use crate::exposure::access::{Reader, Step, may_read, other_ways, steps};
use crate::model::access::{AccessFacts, PathFacts, Way};
use crate::model::artifact::ArtifactKind;
use crate::model::clock::Clock;
use crate::model::exposure::{Proof, Truth};
use crate::model::reason::{Counter, Reason, Stamps};
use crate::model::time::Bounds;

/// Folders of root that everybody may pass on every host: if they were closed, nothing worked.
const ALWAYS_OPEN: [&str; 8] = ["/", "/home", "/etc", "/usr", "/var", "/opt", "/srv", "/tmp"];

/// Whether it could be read then.
pub struct Reading {
    /// The answer.
    pub truth: Truth,
    /// How strongly, where it is no.
    pub proof: Option<Proof>,
    /// What decides it.
    pub reasons: Vec<Reason>,
    /// What would change it, where it is not yes.
    pub counter: Option<Counter>,
}

impl Reading {
    fn yes(reason: Reason) -> Self {
        Self { truth: Truth::Yes, proof: None, reasons: vec![reason], counter: None }
    }

    fn open(truth: Truth, reasons: Vec<Reason>, counter: Counter) -> Self {
        Self { truth, proof: None, reasons, counter: Some(counter) }
    }

    fn no(proof: Proof, reasons: Vec<Reason>, counter: Counter) -> Self {
        Self { truth: Truth::No, proof: Some(proof), reasons, counter: Some(counter) }
    }

    /// The smallest decides among the components of a way, the greatest among the ways.
    const fn rank(&self) -> (Truth, Option<Proof>) {
        (self.truth, self.proof)
    }
}

/// Whether the reader could read the file inside the window: a "no" holds for the outer one, a
/// "yes" for the certain one.
pub fn could_read(
    reader: Reader<'_>,
    facts: &AccessFacts,
    bounds: Bounds,
    clock: &Clock,
) -> Reading {
    if facts.kind != ArtifactKind::File {
        return today(reader, facts);
    }
    let past = Past { bounds, clock };
    let ways = facts.ways.iter().map(|way| past.by_way(reader, way, &facts.target));
    // The first of equal ones, which is the one by which the file was found.
    let best = ways.reduce(|best, way| if way.rank() > best.rank() { way } else { best });
    let Some(reading) = best else {
        return Reading::open(Truth::Unknown, vec![Reason::NotShown], Counter::TheMissingFact);
    };
    match other_ways(facts) {
        // Its own mode denies under every name.
        Some(doubt) if reading.truth == Truth::No && !past.is_closed(reader, facts) => {
            let reasons = [vec![doubt], reading.reasons].concat();
            Reading::open(Truth::Unknown, reasons, Counter::TheMissingFact)
        }
        _ => reading,
    }
}

/// What has no past: a process is what it is as long as it is there.
fn today(reader: Reader<'_>, facts: &AccessFacts) -> Reading {
    let (truth, reasons) = may_read(reader, facts);
    let (proof, counter) = match truth {
        Truth::Yes | Truth::Likely => (None, None),
        Truth::Unknown => (None, Some(Counter::TheMissingFact)),
        Truth::No => (Some(Proof::ByToday), Some(Counter::OtherWay)),
    };
    Reading { truth, proof, reasons, counter }
}

/// The window, and the clock that stamped what was there.
#[derive(Clone, Copy)]
struct Past<'c> {
    bounds: Bounds,
    clock: &'c Clock,
}

impl Past<'_> {
    fn by_way(self, reader: Reader<'_>, way: &Way, target: &PathFacts) -> Reading {
        let steps = steps(reader, way, target);
        let is_own = |step: &Step<'_>| {
            step.facts.is_some_and(|facts| facts.inode.uid == reader.uid)
                && step.truth == Truth::Yes
        };
        // Who owns something further down went in and out through what is above it.
        let n_passed = steps.iter().rposition(is_own).map_or(0, |index| index + 1);
        let today = steps.last().map(|step| step.reason.clone());
        let readings = steps.into_iter().enumerate().map(|(index, step)| match step.truth {
            Truth::Yes | Truth::Likely if index < n_passed => Reading::yes(step.reason),
            Truth::Yes | Truth::Likely => self.passed(step),
            Truth::Unknown => {
                Reading::open(Truth::Unknown, vec![step.reason], Counter::TheMissingFact)
            }
            Truth::No => self.denied(step, &way.path),
        });
        joined(readings.collect(), today)
    }

    /// It lets the reader pass today.
    fn passed(self, step: Step<'_>) -> Reading {
        let by_mode =
            matches!(step.reason, Reason::ModeAllows { .. } | Reason::AccessListAllows { .. });
        let (Some(facts), true) = (step.facts, by_mode) else {
            return Reading::yes(step.reason);
        };
        let inode = &facts.inode;
        let changed = inode.times.changed;
        let is_always_open = || {
            let is_of_root = inode.uid == 0 && inode.is_directory();
            is_of_root && ALWAYS_OPEN.iter().any(|folder| step.path.as_os_str() == *folder)
        };
        if self.clock.is_unchanged(changed, self.bounds.certain_start()) || is_always_open() {
            return Reading::yes(step.reason);
        }
        let path = step.path.to_owned();
        let doubt = if self.clock.is_odd(changed) {
            Reason::Stamps(Stamps::StampOdd { path: path.clone(), changed })
        } else {
            Reason::Stamps(Stamps::OpenSince { path: path.clone(), changed })
        };
        Reading::open(Truth::Likely, vec![doubt], Counter::WiderModeThen { path })
    }

    /// It denies today. A file whose mode may have been narrowed after the fact proves nothing,
    /// and neither does a folder of which something else than its entries was changed. Entries
    /// come and go in every folder, and hide what was before: there the denial stands, and the
    /// doubt is told.
    fn denied(self, step: Step<'_>, file: &Path) -> Reading {
        let by_mode =
            matches!(step.reason, Reason::ModeDenies { .. } | Reason::AccessListDenies { .. });
        let (Some(facts), true) = (step.facts, by_mode) else {
            return Reading::no(Proof::ByToday, vec![step.reason], Counter::OtherWay);
        };
        let times = &facts.inode.times;
        let (path, changed) = (step.path.to_owned(), times.changed);
        let counter = Counter::WiderModeThen { path: path.clone() };
        if self.clock.is_odd(changed) {
            let reasons = vec![step.reason, Reason::Stamps(Stamps::StampOdd { path, changed })];
            return Reading::open(Truth::Unknown, reasons, counter);
        }
        if self.clock.is_unchanged(changed, self.bounds.outer.start) {
            return Reading::no(Proof::Unchanged, vec![step.reason], Counter::RootRewroteTimes);
        }
        let closed_since = if changed > self.bounds.outer.end {
            Reason::Stamps(Stamps::ModeChangedAfter { path: path.clone(), changed })
        } else {
            Reason::Stamps(Stamps::ModeChangedInside { path: path.clone(), changed })
        };
        if step.path == file {
            let reasons = vec![step.reason, closed_since];
            return Reading::open(Truth::Unknown, reasons, counter);
        }
        // The kernel sets both stamps to the same moment when an entry comes or goes.
        if times.modified != changed {
            let reasons =
                vec![step.reason, Reason::Stamps(Stamps::OtherThanEntries { path, changed })];
            return Reading::open(Truth::Unknown, reasons, counter);
        }
        Reading::no(Proof::ByToday, vec![step.reason, closed_since], counter)
    }

    /// Whether the file's own mode denies it, whatever way led to it.
    fn is_closed(self, reader: Reader<'_>, facts: &AccessFacts) -> bool {
        let Some(way) = facts.ways.first() else { return false };
        let own = steps(reader, way, &facts.target).pop();
        let reading = own.filter(|step| step.truth == Truth::No);
        reading.is_some_and(|step| self.denied(step, &way.path).truth == Truth::No)
    }
}

/// What the components of a way amount to: all must let the reader pass.
fn joined(readings: Vec<Reading>, today: Option<Reason>) -> Reading {
    let least = readings.iter().map(Reading::rank).min();
    let Some((truth, proof)) = least else {
        return Reading::open(Truth::Unknown, Vec::new(), Counter::TheMissingFact);
    };
    let deciding = readings.into_iter().filter(|one| one.rank() == (truth, proof));
    let (mut reasons, mut counters) = (Vec::new(), Vec::new());
    for one in deciding {
        reasons.extend(one.reasons);
        counters.extend(one.counter);
    }
    match truth {
        Truth::Yes => reasons = today.into_iter().collect(),
        Truth::Likely => reasons.splice(0..0, today).for_each(drop),
        Truth::No | Truth::Unknown => {}
    }
    Reading { truth, proof, reasons, counter: counters.into_iter().next() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::exposure::verdict::tests::{facts, folder, inode};
    use crate::model::access::Ruler;
    use crate::model::artifact::Inode;
    use crate::model::time::{Moment, Window};

    const OTHER: u32 = 2000;

    fn window(start: i64, end: i64) -> Bounds {
        let outer = Window { start: Moment::new(start, 0), end: Moment::new(end, 0) };
        Bounds { outer, certain: None }
    }

    fn read(uid: u32, facts: &AccessFacts) -> Reading {
        let clock = Clock::at(Moment::new(9000, 0));
        could_read(Reader::user(uid, &[]), facts, window(2000, 3000), &clock)
    }

    fn check(folders: &[Inode], file: Inode, expected: (Truth, Option<Proof>)) {
        assert_eq!(read(OTHER, &facts(folders, file)).rank(), expected);
    }

    /// An entry came or went.
    fn busy(mut inode: Inode, seconds: i64) -> Inode {
        inode.times.changed = Moment::new(seconds, 0);
        inode.times.modified = inode.times.changed;
        inode
    }

    /// Something else was changed.
    fn touched(mut inode: Inode, seconds: i64) -> Inode {
        inode.times.changed = Moment::new(seconds, 0);
        inode
    }

    const A: (Truth, Option<Proof>) = (Truth::No, Some(Proof::Unchanged));
    const B: (Truth, Option<Proof>) = (Truth::No, Some(Proof::ByToday));
    const UNKNOWN: (Truth, Option<Proof>) = (Truth::Unknown, None);
    const LIKELY: (Truth, Option<Proof>) = (Truth::Likely, None);
    const YES: (Truth, Option<Proof>) = (Truth::Yes, None);

    #[test]
    fn a_denial_is_as_strong_as_its_stamp() {
        let (open, closed) = (folder(0o755, 0, 0), folder(0o700, 1000, 100));
        let (secret, public) = (inode(0o600, 1000, 100), inode(0o644, 1000, 100));
        check(&[closed], public, A);
        check(&[busy(closed, 2500)], public, B);
        check(&[busy(closed, 8000)], public, B);
        check(&[touched(closed, 2500)], public, UNKNOWN);
        check(&[touched(closed, 8000)], public, UNKNOWN);
        check(&[open], secret, A);
        check(&[open], touched(secret, 2500), UNKNOWN);
        check(&[open], busy(secret, 8000), UNKNOWN);
        check(&[busy(closed, 2500)], touched(secret, 2500), B);
        check(&[busy(closed, 2500)], secret, A);
    }

    #[test]
    fn a_mode_widened_since_is_no_certain_yes() {
        let (open, public) = (folder(0o755, 0, 0), inode(0o644, 1000, 100));
        check(&[open], public, YES);
        check(&[open], touched(public, 8000), LIKELY);
        check(&[touched(open, 8000)], public, LIKELY);
        check(&[busy(open, 2500)], public, LIKELY);
    }

    #[test]
    fn owners_come_and_go_as_they_like() {
        let folders = [busy(folder(0o755, 0, 0), 8000), busy(folder(0o700, 1000, 100), 8000)];
        let key = facts(&folders, touched(inode(0o000, 1000, 100), 8000));
        assert_eq!(read(1000, &key).rank(), YES);
        assert_eq!(read(0, &key).rank(), YES);
    }

    #[test]
    fn folders_that_are_open_on_every_host_are_not_doubted() {
        let mut key = facts(&[busy(folder(0o755, 0, 0), 2500)], inode(0o644, 1000, 100));
        key.ways[0].folders[0].0 = "/etc".into();
        assert_eq!(read(OTHER, &key).rank(), YES);
        key.ways[0].folders[0].1.as_mut().unwrap().inode.uid = 3000;
        assert_eq!(read(OTHER, &key).rank(), LIKELY);
    }

    #[test]
    fn one_open_way_is_enough_and_every_closed_one_is_needed() {
        let mut key = facts(&[folder(0o700, 1000, 100)], inode(0o644, 1000, 100));
        let mut other = key.ways[0].clone();
        other.folders[0].1.as_mut().unwrap().inode = busy(folder(0o700, 1000, 100), 2500);
        key.ways.push(other);
        assert_eq!(read(OTHER, &key).rank(), B);
        key.ways[1].folders.clear();
        assert_eq!(read(OTHER, &key).rank(), YES);
    }

    #[test]
    fn a_name_that_was_not_met_does_not_open_what_its_own_mode_closes() {
        let closed_folder = [folder(0o700, 1000, 100)];
        let mut key = facts(&closed_folder, inode(0o644, 1000, 100));
        key.n_unmet_names = 1;
        assert_eq!(read(OTHER, &key).rank(), UNKNOWN);
        let mut key = facts(&closed_folder, inode(0o600, 1000, 100));
        key.n_unmet_names = 1;
        assert_eq!(read(OTHER, &key).rank(), A);
    }

    #[test]
    fn stamps_that_cannot_be_show_nothing() {
        for seconds in [-5, i64::MIN, 9_000_000, i64::MAX] {
            check(&[], touched(inode(0o600, 1000, 100), seconds), UNKNOWN);
            check(&[busy(folder(0o700, 1000, 100), seconds)], inode(0o644, 1000, 100), UNKNOWN);
            check(&[], touched(inode(0o644, 1000, 100), seconds), LIKELY);
        }
    }

    #[test]
    fn the_mount_of_another_user_denies_today() {
        let mut key = facts(&[], inode(0o644, 1000, 100));
        key.ways[0].ruler = Ruler::Mount { point: "/".into(), only_uid: Some(1000), who: None };
        assert_eq!(read(OTHER, &key).rank(), B);
    }

    #[test]
    fn what_was_asked_of_it_is_told() {
        let told = |folders: &[Inode], file| {
            let reading = read(OTHER, &facts(folders, file));
            let reasons: Vec<String> = reading.reasons.iter().map(ToString::to_string).collect();
            reasons.join("; ")
        };
        assert_eq!(
            told(&[touched(folder(0o700, 1000, 100), 2500)], inode(0o644, 1000, 100)),
            "/f0 is 0700 uid 1000:gid 100; something other than the entries of /f0 \
             was changed 1970-01-01T00:41:40Z, after the window began: its mode may have been \
             wider"
        );
        assert_eq!(
            told(&[], touched(inode(0o644, 1000, 100), 8000)),
            "mode 0644 allows it; /f/file was last changed 1970-01-01T02:13:20Z: \
             before, it may have been closed to the user"
        );
    }

    /// A way of folders and a file whose stamps are those that a kernel could have left.
    fn any_inode(mode: u32) -> impl Strategy<Value = Inode> {
        let modes = prop::sample::select(vec![0o700_u32, 0o755, 0o711, 0o750, 0o000, 0o644, 0o600]);
        let uids = prop::sample::select(vec![0_u32, 1000, OTHER]);
        (modes, uids, 0_i64..6000, 0_i64..6000).prop_map(move |(bits, uid, one, other)| {
            let mut inode = inode(bits, uid, 100);
            inode.mode = mode | bits;
            inode.times.modified = Moment::new(one.min(other), 0);
            inode.times.changed = Moment::new(one.max(other), 0);
            inode
        })
    }

    fn any_facts() -> impl Strategy<Value = AccessFacts> {
        let folders = prop::collection::vec(any_inode(0o040_000), 0..4);
        (folders, any_inode(0o100_000)).prop_map(|(folders, file)| facts(&folders, file))
    }

    proptest! {
        #[test]
        fn a_later_change_never_makes_a_no(key in any_facts(), which in 0_usize..5, by in 1_i64..9000) {
            let before = read(OTHER, &key);
            let mut later = key;
            let folders = &mut later.ways[0].folders;
            let inode = match folders.get_mut(which) {
                Some((_, Some(facts))) => &mut facts.inode,
                _ => &mut later.target.inode,
            };
            inode.times.changed = inode.times.changed.plus_seconds(by);
            prop_assert!(before.truth == Truth::No || read(OTHER, &later).truth != Truth::No);
        }

        #[test]
        fn a_wider_window_never_makes_a_no(
            key in any_facts(),
            start in 0_i64..6000,
            length in 0_i64..6000,
            (earlier, later) in (0_i64..6000, 0_i64..6000),
        ) {
            let clock = Clock::default();
            let reader = Reader::user(OTHER, &[]);
            let of = |start, end| could_read(reader, &key, window(start, end), &clock);
            let narrow = of(start, start + length);
            let wide = of(start - earlier, start + length + later);
            prop_assert!(narrow.truth == Truth::No || wide.truth != Truth::No);
            prop_assert!(narrow.rank() != UNKNOWN || wide.rank() != A);
        }
    }
}
