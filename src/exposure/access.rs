//! May a user read a file, by the modes of today? Decided as the kernel does: on every
//! component of the path, by the owner's bits for the owner, by the access list where there
//! is one, by the group's bits for a member, by the others' for everybody else.
//! `tests/kernel_agrees.rs` asks the kernel. What counts of root is its capabilities. Does not
//! judge what a user could make of its authority: `verdict` does.

use std::path::Path;

use crate::model::access::{AccessFacts, ListFacts, PathFacts, Ruler, Way};
use crate::model::access_list::{AccessList, Entry, Whose};
use crate::model::artifact::{ArtifactKind, Inode, Visibility};
use crate::model::authority::{Capabilities, Reach};
use crate::model::component::Runner;
use crate::model::exposure::Truth;
use crate::model::reason::Reason;

/// Whose authority is asked about.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'p> {
    /// User id.
    pub uid: u32,
    /// Groups; none where they are not known, for every process has one.
    pub gids: &'p [u32],
    /// Capabilities in the user namespace of the host.
    pub capabilities: Capabilities,
}

impl<'p> Reader<'p> {
    /// A user without further rights; root has all of them.
    pub fn user(uid: u32, gids: &'p [u32]) -> Self {
        let capabilities = if uid == 0 { Capabilities::ALL } else { Capabilities::default() };
        Self { uid, gids, capabilities }
    }

    /// Somebody as whom code ran, with all the groups of that user.
    pub fn of(runner: &Runner, gids: &'p [u32]) -> Self {
        let user = Self::user(runner.uid, gids);
        Self { capabilities: runner.confined.capabilities.unwrap_or(user.capabilities), ..user }
    }

    /// The same with what an authority adds; `None` where that is more than may be told.
    pub fn reaching(self, reach: Reach) -> Option<Self> {
        match reach {
            Reach::Everything => Some(Self { capabilities: Capabilities::READING, ..self }),
            Reach::RootAtWill => Some(Self::user(0, self.gids)),
            Reach::Unknown | Reach::RootByPassword | Reach::SomeFiles => None,
        }
    }

    /// Why the kernel asks for no mode.
    fn reads_everything(self) -> Option<Reason> {
        let authority = self.capabilities.authority()?;
        self.capabilities.read_everything().then(|| {
            let reaches = Reason::Reaches { reach: authority.reach, evidence: authority.evidence };
            if self.is_root() { Reason::IsRoot } else { reaches }
        })
    }

    /// With all that root may do, and not by its number alone.
    fn is_root(self) -> bool {
        self.uid == 0 && self.capabilities == Capabilities::ALL
    }
}

const READ: u32 = 4;
const SEARCH: u32 = 1;

/// Whether the reader may read a file today, by any known way, and what decides it. With `No`
/// the first reason names what denies.
pub fn may_read(reader: Reader<'_>, facts: &AccessFacts) -> (Truth, Vec<Reason>) {
    match facts.kind {
        ArtifactKind::Environment => return environment(reader, facts),
        ArtifactKind::CommandLine(shown) => return command_line(reader, facts, shown),
        ArtifactKind::File => {}
    }
    let ways = facts.ways.iter().map(|way| by_way(reader, way, &facts.target));
    // The first of equal ones, which is the one by which the file was found.
    let best = ways.reduce(|best, way| if way.0 > best.0 { way } else { best });
    let (truth, reasons) = best.unwrap_or((Truth::Unknown, vec![Reason::NotShown]));
    match other_ways(facts) {
        Some(doubt) if truth == Truth::No => (Truth::Unknown, [vec![doubt], reasons].concat()),
        _ => (truth, reasons),
    }
}

/// Why a denial on all known ways may be worth nothing.
pub fn other_ways(facts: &AccessFacts) -> Option<Reason> {
    let names =
        (facts.n_unmet_names > 0).then_some(Reason::OtherNames { n_unmet: facts.n_unmet_names });
    let mounts = || facts.unlisted_mounts.clone().map(|why| Reason::OtherMounts { why });
    names.or_else(mounts)
}

fn by_way(reader: Reader<'_>, way: &Way, target: &PathFacts) -> (Truth, Vec<Reason>) {
    let steps = steps(reader, way, target);
    let truth = steps.iter().map(|step| step.truth).min().unwrap_or(Truth::Unknown);
    let reasons: Vec<Reason> = match truth {
        Truth::Yes => steps.into_iter().next_back().map(|step| step.reason).into_iter().collect(),
        _ => steps.into_iter().filter(|one| one.truth == truth).map(|one| one.reason).collect(),
    };
    (truth, reasons)
}

/// What one component of a way says.
pub struct Step<'f> {
    /// The component.
    pub path: &'f Path,
    /// What is known of it.
    pub facts: Option<&'f PathFacts>,
    /// Whether it lets the reader pass.
    pub truth: Truth,
    /// Why.
    pub reason: Reason,
}

/// What every component of a way says to a reader, the file itself last.
pub fn steps<'f>(reader: Reader<'_>, way: &'f Way, target: &'f PathFacts) -> Vec<Step<'f>> {
    let step = |path: &'f Path, facts: Option<&'f PathFacts>, wanted: u32| {
        let (truth, reason) = match (by_mount(reader, &way.ruler, path), facts) {
            (Some(decided), _) => decided,
            (None, None) => (Truth::Unknown, Reason::FolderUnknown { path: path.to_owned() }),
            (None, Some(facts)) => component(reader, facts, path, wanted),
        };
        Step { path, facts, truth, reason }
    };
    let target = way.target.as_ref().unwrap_or(target);
    let folders = way.folders.iter().map(|(path, facts)| step(path, facts.as_ref(), SEARCH));
    folders.chain([step(&way.path, Some(target), READ)]).collect()
}

/// What a mount decides before any mode is asked; `None` if it leaves that to the kernel.
fn by_mount(reader: Reader<'_>, ruler: &Ruler, path: &Path) -> Option<(Truth, Reason)> {
    let Ruler::Mount { point, only_uid, who } = ruler else { return None };
    if !path.starts_with(point) {
        return None;
    }
    match *only_uid {
        // Not even root is let in, but it need not stay root.
        Some(uid) if uid != reader.uid && reader.capabilities.become_anybody() => {
            return Some((Truth::Unknown, Reason::MountOfWhomItBecomes { uid }));
        }
        Some(uid) if uid != reader.uid => return Some((Truth::No, Reason::MountOf { uid })),
        _ => {}
    }
    let who = who.clone()?;
    Some((Truth::Unknown, Reason::RuledElsewhere { who }))
}

/// The kernel gives an environment to processes of the same user and the same group, unless
/// the process closed itself: then it seems to belong to root. A user may take on any of its
/// groups (newgrp), so to be a member is enough.
fn environment(reader: Reader<'_>, facts: &AccessFacts) -> (Truth, Vec<Reason>) {
    let Inode { uid, gid, .. } = facts.target.inode;
    let (truth, reason) = match reader {
        _ if facts.ways.is_empty() => (Truth::Unknown, Reason::NotShown),
        _ if reader.is_root() => (Truth::Yes, Reason::IsRoot),
        _ if reader.capabilities.enter_processes() => (Truth::Yes, Reason::EntersProcesses),
        _ if reader.uid != uid => (Truth::No, Reason::ProcessOfOther { uid }),
        _ if reader.gids.is_empty() => {
            (Truth::Unknown, Reason::GroupsUnknown { path: facts.path().to_owned() })
        }
        _ if reader.gids.contains(&gid) => (Truth::Yes, Reason::ProcessOf { uid }),
        _ => (Truth::No, Reason::ProcessOfOtherGroup { uid, gid }),
    };
    (truth, vec![reason])
}

/// Arguments are open to all, unless the host hides processes of other users.
fn command_line(
    reader: Reader<'_>,
    facts: &AccessFacts,
    shown: Visibility,
) -> (Truth, Vec<Reason>) {
    match shown {
        Visibility::Everybody => (Truth::Yes, vec![Reason::CommandLineShown]),
        Visibility::SameUser { gid: Some(gid) } if reader.gids.contains(&gid) => {
            (Truth::Yes, vec![Reason::CommandLineShown])
        }
        Visibility::SameUser { .. } => environment(reader, facts),
    }
}

/// One component of the path; `wanted` is the bit of the right.
fn component(reader: Reader<'_>, facts: &PathFacts, path: &Path, wanted: u32) -> (Truth, Reason) {
    let inode = &facts.inode;
    let mode = inode.permissions();
    if let Some(reason) = reader.reads_everything() {
        return (Truth::Yes, reason);
    }
    if inode.uid == reader.uid {
        // Whatever the bits say: the owner can set them.
        let reason = match wanted {
            READ => Reason::OwnsFile,
            _ => Reason::OwnsFolder { path: path.to_owned() },
        };
        return (Truth::Yes, reason);
    }
    // The kernel looks at an access list only if the group bits, which are the list's mask, are
    // not all zero.
    match &facts.access_list {
        ListFacts::Present(list) if mode & 0o070 != 0 => {
            return by_list(reader, list, inode.gid, wanted, path);
        }
        ListFacts::Unreadable if mode & 0o070 != 0 => {
            return (Truth::Unknown, Reason::AccessListUnreadable { path: path.to_owned() });
        }
        _ => {}
    }
    let (as_member, as_other) = (mode >> 3 & wanted, mode & wanted);
    if reader.gids.is_empty() && as_member != as_other {
        return (Truth::Unknown, Reason::GroupsUnknown { path: path.to_owned() });
    }
    let rights = if reader.gids.contains(&inode.gid) { as_member } else { as_other };
    if rights != 0 {
        (Truth::Yes, Reason::ModeAllows { mode })
    } else {
        let Inode { uid, gid, .. } = *inode;
        (Truth::No, Reason::ModeDenies { path: path.to_owned(), mode, uid, gid })
    }
}

fn by_list(
    reader: Reader<'_>,
    list: &AccessList,
    owning_gid: u32,
    wanted: u32,
    path: &Path,
) -> (Truth, Reason) {
    let path = path.to_owned();
    let names_reader = list.entries.iter().any(|entry| entry.of == Whose::User(reader.uid));
    if reader.gids.is_empty() && !names_reader {
        return (Truth::Unknown, Reason::GroupsUnknown { path });
    }
    if grants(reader, list, owning_gid, wanted) {
        (Truth::Yes, Reason::AccessListAllows { path })
    } else {
        (Truth::No, Reason::AccessListDenies { path })
    }
}

/// What a list says to somebody who is not the owner. A named user is judged by that entry
/// alone; a member by any one of the groups' entries, and by none further if all refuse.
fn grants(reader: Reader<'_>, list: &AccessList, owning_gid: u32, wanted: u32) -> bool {
    let rights = |whose: Whose| {
        list.entries.iter().find(|entry| entry.of == whose).map(|entry| entry.rights)
    };
    let mask = rights(Whose::Mask).unwrap_or(7);
    if let Some(rights) = rights(Whose::User(reader.uid)) {
        return rights & mask & wanted != 0;
    }
    let is_member = |entry: &&Entry| match entry.of {
        Whose::OwningGroup => reader.gids.contains(&owning_gid),
        Whose::Group(gid) => reader.gids.contains(&gid),
        _ => false,
    };
    let mut of_groups = list.entries.iter().filter(is_member).peekable();
    if of_groups.peek().is_some() {
        return of_groups.any(|entry| entry.rights & mask & wanted != 0);
    }
    rights(Whose::Others).is_some_and(|rights| rights & wanted != 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exposure::verdict::tests::{facts, folder, inode};

    fn check(facts: &AccessFacts, uid: u32, gids: &[u32], expected: Truth) {
        assert_eq!(
            may_read(Reader::user(uid, gids), facts).0,
            expected,
            "uid {uid}, gids {gids:?}"
        );
    }

    #[test]
    fn owner_group_and_others_are_judged_by_their_own_bits_only() {
        let file = |mode| facts(&[folder(0o755, 0, 0)], inode(mode, 1000, 100));
        check(&file(0o604), 2000, &[100], Truth::No);
        check(&file(0o604), 2000, &[200], Truth::Yes);
        check(&file(0o640), 2000, &[100], Truth::Yes);
        check(&file(0o600), 2000, &[100], Truth::No);
        check(&file(0o000), 1000, &[], Truth::Yes);
        check(&file(0o000), 0, &[], Truth::Yes);
    }

    #[test]
    fn every_folder_on_the_way_must_let_the_user_through() {
        let closed =
            facts(&[folder(0o755, 0, 0), folder(0o700, 1000, 100)], inode(0o644, 1000, 100));
        check(&closed, 2000, &[100], Truth::No);
        let searchable = facts(&[folder(0o711, 1000, 100)], inode(0o644, 1000, 100));
        check(&searchable, 2000, &[], Truth::Yes);
        let listable_only = facts(&[folder(0o744, 1000, 100)], inode(0o644, 1000, 100));
        check(&listable_only, 2000, &[], Truth::No);
    }

    fn with_list(mode: u32, list: ListFacts) -> AccessFacts {
        let mut facts = facts(&[folder(0o755, 0, 0)], inode(mode, 1000, 100));
        facts.target.access_list = list;
        facts
    }

    fn list(entries: &[(Whose, u32)]) -> ListFacts {
        let entries = entries.iter().map(|(of, rights)| Entry { of: *of, rights: *rights });
        ListFacts::Present(AccessList { entries: entries.collect() }.into())
    }

    #[test]
    fn a_named_user_is_judged_by_that_entry_and_the_mask() {
        let of = |rights, mask| {
            let entries = [(Whose::User(2000), rights), (Whose::Mask, mask), (Whose::Others, 4)];
            with_list(0o644, list(&entries))
        };
        check(&of(4, 4), 2000, &[], Truth::Yes);
        check(&of(4, 2), 2000, &[], Truth::No);
        check(&of(0, 4), 2000, &[], Truth::No);
        check(&of(0, 4), 3000, &[300], Truth::Yes);
    }

    #[test]
    fn one_group_that_grants_is_enough_and_one_that_refuses_keeps_from_the_others_bits() {
        let entries =
            [(Whose::OwningGroup, 0), (Whose::Group(200), 4), (Whose::Mask, 7), (Whose::Others, 4)];
        let chain = with_list(0o674, list(&entries));
        check(&chain, 2000, &[100], Truth::No);
        check(&chain, 2000, &[100, 200], Truth::Yes);
        check(&chain, 2000, &[300], Truth::Yes);
        check(&chain, 2000, &[], Truth::Unknown);
    }

    #[test]
    fn the_kernel_passes_over_a_list_whose_mask_is_empty() {
        let entries = [(Whose::User(2000), 0), (Whose::Mask, 0), (Whose::Others, 4)];
        check(&with_list(0o604, list(&entries)), 2000, &[300], Truth::Yes);
        check(&with_list(0o604, ListFacts::Unreadable), 2000, &[300], Truth::Yes);
        check(&with_list(0o640, ListFacts::Unreadable), 2000, &[300], Truth::Unknown);
    }

    #[test]
    fn another_name_of_the_file_may_be_readable() {
        let mut hidden = facts(&[folder(0o700, 1000, 100)], inode(0o644, 1000, 100));
        hidden.n_unmet_names = 1;
        check(&hidden, 2000, &[], Truth::Unknown);
    }

    #[test]
    fn a_folder_that_could_not_be_looked_at_makes_the_answer_unknown() {
        let mut facts = facts(&[folder(0o755, 0, 0)], inode(0o644, 1000, 100));
        facts.ways[0].folders.push(("/gone".into(), None));
        check(&facts, 2000, &[], Truth::Unknown);
    }

    #[test]
    fn an_environment_belongs_to_processes_of_the_same_user() {
        let mut facts = facts(&[], inode(0o400, 1000, 100));
        facts.kind = ArtifactKind::Environment;
        check(&facts, 1000, &[100, 200], Truth::Yes);
        check(&facts, 1000, &[200], Truth::No);
        check(&facts, 1000, &[], Truth::Unknown);
        check(&facts, 2000, &[100], Truth::No);
        check(&facts, 0, &[0], Truth::Yes);
        let reads =
            |names| Reader { capabilities: Capabilities::named(names), ..Reader::user(2000, &[2]) };
        assert_eq!(may_read(reads("CAP_DAC_OVERRIDE"), &facts).0, Truth::No);
        assert_eq!(may_read(reads("CAP_SYS_PTRACE"), &facts).0, Truth::Yes);
        facts.ways.clear();
        check(&facts, 0, &[0], Truth::Unknown);
    }

    #[test]
    fn groups_that_nobody_knows_are_no_reason_to_say_no() {
        let file = |mode| facts(&[folder(0o755, 0, 0)], inode(mode, 1000, 100));
        check(&file(0o640), 2000, &[], Truth::Unknown);
        check(&file(0o604), 2000, &[], Truth::Unknown);
        check(&file(0o600), 2000, &[], Truth::No);
        check(&file(0o644), 2000, &[], Truth::Yes);
    }

    #[test]
    fn what_counts_of_root_is_its_capabilities() {
        let file = facts(&[folder(0o700, 1000, 100)], inode(0o600, 1000, 100));
        let why = |capabilities: Capabilities| {
            let reader = Reader { capabilities, ..Reader::user(0, &[0]) };
            let (truth, reasons) = may_read(reader, &file);
            (truth, reasons[0].to_string())
        };
        assert_eq!(why(Capabilities::ALL), (Truth::Yes, "root reads everything".to_owned()));
        let some = Capabilities::named("CAP_DAC_READ_SEARCH");
        let told = "the user reads everything: holds CAP_DAC_READ_SEARCH".to_owned();
        assert_eq!(why(some), (Truth::Yes, told));
        assert_eq!(why(Capabilities::named("CAP_SETUID")).0, Truth::No);
    }

    #[test]
    fn a_mount_that_is_not_the_kernels_decides_from_its_point_on() {
        let check = |only_uid, who: Option<&str>, uid, expected| {
            let mut facts = facts(&[folder(0o755, 0, 0)], inode(0o644, 1000, 100));
            let who = who.map(ToOwned::to_owned);
            facts.ways[0].ruler = Ruler::Mount { point: "/f".into(), only_uid, who };
            check(&facts, uid, &[100], expected);
        };
        check(Some(1000), None, 1000, Truth::Yes);
        check(Some(1000), None, 2000, Truth::No);
        check(Some(1000), None, 0, Truth::Unknown);
        check(Some(1000), Some("the program"), 1000, Truth::Unknown);
        check(None, Some("the server"), 2000, Truth::Unknown);
        let mut closed = facts(&[folder(0o700, 0, 0)], inode(0o644, 1000, 100));
        let who = Some("the server".to_owned());
        closed.ways[0].ruler = Ruler::Mount { point: "/f".into(), only_uid: None, who };
        closed.ways[0].folders[0].0 = "/g".into();
        super::tests::check(&closed, 2000, &[2], Truth::No);
    }

    #[test]
    fn another_way_may_be_open_and_a_table_that_is_not_whole_shuts_none() {
        let mut closed = facts(&[folder(0o700, 1000, 100)], inode(0o644, 1000, 100));
        let mut bound = closed.ways[0].clone();
        bound.folders[0].1 = facts(&[], folder(0o755, 0, 0)).target.into();
        closed.ways.push(bound);
        check(&closed, 2000, &[2], Truth::Yes);
        closed.ways[1].target = Some(facts(&[], inode(0o640, 65_534, 65_534)).target);
        check(&closed, 2000, &[2], Truth::No);
        closed.unlisted_mounts = Some("the table of mounts cannot be read".to_owned());
        check(&closed, 2000, &[2], Truth::Unknown);
    }

    #[test]
    fn a_command_line_is_open_to_all_unless_the_host_hides_processes() {
        let shown = |shown: Visibility| {
            let mut facts = facts(&[], inode(0o444, 1000, 100));
            facts.kind = ArtifactKind::CommandLine(shown);
            facts
        };
        check(&shown(Visibility::Everybody), 2000, &[], Truth::Yes);
        check(&shown(Visibility::SameUser { gid: None }), 2000, &[100], Truth::No);
        check(&shown(Visibility::SameUser { gid: None }), 1000, &[100], Truth::Yes);
        check(&shown(Visibility::SameUser { gid: Some(7) }), 2000, &[7], Truth::Yes);
    }
}
