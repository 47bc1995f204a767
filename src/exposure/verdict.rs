//! From access, time and certainty to a verdict with its reasons.

use crate::exposure::access::{Reader, may_read};
use crate::model::authority::{Authority, Reach};
use crate::model::component::Runner;
use crate::model::exposure::{AccessChain, Reason, Truth, Verdict};
use crate::model::principal::Certainty;
use crate::model::time::{Bounds, Window};

/// File systems stamp in ticks of up to 10 ms, and clocks step; so much is no proof.
const CLOCK_DOUBT_SECONDS: i64 = 2;

/// The verdict on one place, for one infected install's window and one runner.
pub fn judge(
    runner: &Runner,
    gids: &[u32],
    bounds: Bounds,
    chain: &AccessChain,
) -> (Verdict, Vec<Reason>) {
    let by_modes = may_read(Reader { uid: runner.uid, gids }, chain);
    let (access, mut reasons, reach) = by_authority(runner, by_modes);
    if access == Truth::No {
        return denied(reasons, bounds.outer, chain);
    }
    let (existed, when) = existed(bounds, chain);
    let verdict = match (access, existed, runner.certainty) {
        // That the user could become root does not show that the code did.
        (Truth::Yes, Truth::Yes, Certainty::Observed) if reach == Some(Reach::RootAtWill) => {
            Verdict::Likely
        }
        (_, Truth::No, _) => Verdict::NotExposed,
        (Truth::Unknown, ..) | (_, _, Certainty::Possible) => Verdict::Unknown,
        (Truth::Yes, Truth::Yes, Certainty::Observed) => Verdict::Exposed,
        _ => Verdict::Likely,
    };
    reasons.insert(0, ran(runner));
    reasons.push(when);
    (verdict, reasons)
}

/// What the modes do not give, the user's authority may: surely, at will or perhaps. What
/// takes a password changes no answer and is told.
fn by_authority(
    runner: &Runner,
    (access, mut reasons): (Truth, Vec<Reason>),
) -> (Truth, Vec<Reason>, Option<Reach>) {
    let Some(Authority { reach, evidence, .. }) = runner.authority.first() else {
        return (access, reasons, None);
    };
    let reason = Reason::Reaches { reach: *reach, evidence: evidence.clone() };
    match (access, reach) {
        (Truth::Yes, _) | (_, Reach::SomeFiles) => (access, reasons, None),
        (_, Reach::Everything | Reach::RootAtWill) => (Truth::Yes, vec![reason], Some(*reach)),
        (_, Reach::Unknown) => {
            reasons.push(reason);
            (Truth::Unknown, reasons, Some(*reach))
        }
        (_, Reach::RootByPassword) => {
            reasons.push(reason);
            (access, reasons, Some(*reach))
        }
    }
}

fn ran(runner: &Runner) -> Reason {
    let evidence = runner.evidence.clone();
    match runner.certainty {
        Certainty::Observed => Reason::Ran { evidence },
        Certainty::Configured | Certainty::Possible => Reason::MayHaveRun { evidence },
    }
}

/// Today's modes deny. A file whose mode may have been narrowed after the fact proves
/// nothing; a folder's change time moves with every new entry, so there the denial stands
/// and the doubt is told.
fn denied(mut reasons: Vec<Reason>, window: Window, chain: &AccessChain) -> (Verdict, Vec<Reason>) {
    let denying = reasons.iter().find_map(|reason| match reason {
        Reason::ModeDenies { path, .. } | Reason::AccessListDenies { path } => Some(path.clone()),
        _ => None,
    });
    let Some(path) = denying else { return (Verdict::NotExposed, reasons) };
    let is_file = path == chain.path;
    let folder = chain.folders.iter().find(|(folder, _)| *folder == path);
    let facts = if is_file { Some(&chain.target) } else { folder.and_then(|(_, f)| f.as_ref()) };
    let changed = facts.map(|facts| facts.inode.times.changed);
    let Some(changed) = changed.filter(|changed| *changed > window.start) else {
        return (Verdict::NotExposed, reasons);
    };
    reasons.push(Reason::ModeChangedInside { path, changed });
    (if is_file { Verdict::Unknown } else { Verdict::NotExposed }, reasons)
}

/// Was it there, with this content, while the code was? Only the change time is strong: the
/// owner can set the others.
fn existed(bounds: Bounds, chain: &AccessChain) -> (Truth, Reason) {
    let Bounds { outer, certain } = bounds;
    let times = &chain.target.inode.times;
    if let Some(born) =
        times.born.filter(|born| *born > outer.end.plus_seconds(CLOCK_DOUBT_SECONDS))
    {
        return (Truth::No, Reason::MadeAfter { born });
    }
    let changed = times.changed;
    let start = certain.map_or(outer.start, |certain| certain.start.max(outer.start));
    if changed.plus_seconds(CLOCK_DOUBT_SECONDS) <= start {
        return (Truth::Yes, Reason::UnchangedSince { changed });
    }
    (Truth::Unknown, Reason::ChangedInside { changed })
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use crate::model::artifact::{ArtifactKind, Inode};
    use crate::model::authority::AuthorityMeans;
    use crate::model::exposure::{ListFacts, PathFacts};
    use crate::model::time::{FileTimes, Moment};

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
    pub fn chain(folders: &[Inode], target: Inode) -> AccessChain {
        let facts = |inode: Inode| PathFacts { inode, access_list: ListFacts::Absent };
        let folders = folders.iter().enumerate();
        AccessChain {
            path: "/f/file".into(),
            folders: folders
                .map(|(n, inode)| (format!("/f{n}").into(), Some(facts(*inode))))
                .collect(),
            target: facts(target),
            kind: ArtifactKind::File,
        }
    }

    fn verdict(chain: &AccessChain, uid: u32, certainty: Certainty) -> Verdict {
        let outer = Window { start: Moment::new(2000, 0), end: Moment::new(3000, 0) };
        let runner = Runner::new(uid, certainty, String::new());
        judge(&runner, &[], Bounds { outer, certain: None }, chain).0
    }

    #[test]
    fn authority_reaches_what_the_modes_deny_in_grades() {
        let key = chain(&[folder(0o700, 0, 0)], inode(0o600, 0, 0));
        let window = Window { start: Moment::new(2000, 0), end: Moment::new(3000, 0) };
        let check = |reach: Reach, certainty: Certainty, expected: Verdict| {
            let evidence = String::new();
            let authority = vec![Authority { reach, means: AuthorityMeans::Group, evidence }];
            let runner = Runner { authority, ..Runner::new(1000, certainty, String::new()) };
            assert_eq!(
                judge(&runner, &[], Bounds { outer: window, certain: None }, &key).0,
                expected
            );
        };
        check(Reach::Everything, Certainty::Observed, Verdict::Exposed);
        check(Reach::Everything, Certainty::Configured, Verdict::Likely);
        check(Reach::RootAtWill, Certainty::Observed, Verdict::Likely);
        check(Reach::RootAtWill, Certainty::Possible, Verdict::Unknown);
        check(Reach::Unknown, Certainty::Observed, Verdict::Unknown);
        check(Reach::RootByPassword, Certainty::Observed, Verdict::NotExposed);
        check(Reach::SomeFiles, Certainty::Observed, Verdict::NotExposed);
    }

    fn changed(mut inode: Inode, seconds: i64) -> Inode {
        inode.times.changed = Moment::new(seconds, 0);
        inode
    }

    #[test]
    fn what_the_runner_owned_all_along_is_exposed_if_it_ran() {
        let key = chain(&[folder(0o755, 0, 0)], inode(0o600, 1000, 100));
        assert_eq!(verdict(&key, 1000, Certainty::Observed), Verdict::Exposed);
        assert_eq!(verdict(&key, 1000, Certainty::Configured), Verdict::Likely);
        assert_eq!(verdict(&key, 1000, Certainty::Possible), Verdict::Unknown);
        assert_eq!(verdict(&key, 2000, Certainty::Observed), Verdict::NotExposed);
    }

    #[test]
    fn a_file_changed_inside_the_window_is_likely_at_most() {
        let key = chain(&[], changed(inode(0o600, 1000, 100), 2500));
        assert_eq!(verdict(&key, 1000, Certainty::Observed), Verdict::Likely);
    }

    #[test]
    fn a_yes_needs_the_certain_window_and_a_no_the_outer_one() {
        let outer = Window { start: Moment::new(2000, 0), end: Moment::new(3000, 0) };
        let certain = Some(Window { start: Moment::new(2600, 0), ..outer });
        let runner = |uid| Runner::new(uid, Certainty::Observed, String::new());
        let key = chain(&[], changed(inode(0o600, 1000, 100), 2500));
        let judged = |uid, certain| judge(&runner(uid), &[], Bounds { outer, certain }, &key).0;
        assert_eq!(judged(1000, certain), Verdict::Exposed, "it was there before the code was");
        assert_eq!(judged(1000, None), Verdict::Likely);
        assert_eq!(judged(2000, certain), Verdict::Unknown, "its mode may have been wider");
    }

    #[test]
    fn a_mode_narrowed_after_the_fact_hides_nothing() {
        let key = chain(&[], changed(inode(0o600, 1000, 100), 2500));
        assert_eq!(verdict(&key, 2000, Certainty::Observed), Verdict::Unknown);
    }

    #[test]
    fn a_closed_home_stays_closed_although_its_change_time_is_fresh() {
        let home = changed(folder(0o700, 1000, 100), 2500);
        let key = chain(&[home], inode(0o644, 1000, 100));
        assert_eq!(verdict(&key, 2000, Certainty::Observed), Verdict::NotExposed);
    }

    #[test]
    fn what_was_made_after_the_window_is_not_exposed() {
        let mut key = chain(&[], changed(inode(0o600, 1000, 100), 4000));
        key.target.inode.times.born = Some(Moment::new(4000, 0));
        assert_eq!(verdict(&key, 1000, Certainty::Observed), Verdict::NotExposed);
    }
}
