//! May a user read a file, by the modes of today? Decided as the kernel does: on every
//! component of the path, by the owner's bits for the owner, by the access list where there
//! is one, by the group's bits for a member, by the others' for everybody else.
//! `tests/kernel_agrees.rs` asks the kernel. Does not judge capabilities: `verdict` does.

use std::path::Path;

use crate::model::access::{AccessFacts, ListFacts, PathFacts, Ruler, Way};
use crate::model::access_list::{AccessList, Entry, Whose};
use crate::model::artifact::{ArtifactKind, Inode};
use crate::model::authority::Capabilities;
use crate::model::exposure::Truth;
use crate::model::reason::Reason;

/// Whose authority is asked about.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'p> {
    /// User id.
    pub uid: u32,
    /// Groups.
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
}

const READ: u32 = 4;
const SEARCH: u32 = 1;

/// Whether the reader may read a file today, by any known way, and what decides it. With `No`
/// the first reason names what denies.
pub fn may_read(reader: Reader<'_>, facts: &AccessFacts) -> (Truth, Vec<Reason>) {
    if facts.kind == ArtifactKind::Environment {
        return environment(reader, facts.target.inode.uid);
    }
    let ways = facts.ways.iter().map(|way| by_way(reader, way, &facts.target));
    // The first of equal ones, which is the one by which the file was found.
    let best = ways.reduce(|best, way| if way.0 > best.0 { way } else { best });
    let (truth, reasons) = best.unwrap_or((Truth::Unknown, Vec::new()));
    if truth == Truth::No && facts.n_unmet_names > 0 {
        let other_names = Reason::OtherNames { n_unmet: facts.n_unmet_names };
        return (Truth::Unknown, [vec![other_names], reasons].concat());
    }
    (truth, reasons)
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
        let (truth, reason) = match (&way.ruler, facts) {
            (Ruler::Other { who }, _) => {
                (Truth::Unknown, Reason::RuledElsewhere { who: who.clone() })
            }
            (Ruler::KernelForOne { uid }, _) if *uid != reader.uid => {
                (Truth::No, Reason::MountOf { uid: *uid })
            }
            (_, None) => (Truth::Unknown, Reason::FolderUnknown { path: path.to_owned() }),
            (_, Some(facts)) => component(reader, facts, path, wanted),
        };
        Step { path, facts, truth, reason }
    };
    let folders = way.folders.iter().map(|(path, facts)| step(path, facts.as_ref(), SEARCH));
    folders.chain([step(&way.path, Some(target), READ)]).collect()
}

/// The kernel gives an environment to processes of the same user.
fn environment(reader: Reader<'_>, uid: u32) -> (Truth, Vec<Reason>) {
    if reader.capabilities.read_everything() {
        (Truth::Yes, vec![Reason::IsRoot])
    } else if reader.uid == uid {
        (Truth::Yes, vec![Reason::ProcessOf { uid }])
    } else {
        (Truth::No, vec![Reason::ProcessOfOther { uid }])
    }
}

/// One component of the path; `wanted` is the bit of the right.
fn component(reader: Reader<'_>, facts: &PathFacts, path: &Path, wanted: u32) -> (Truth, Reason) {
    let inode = &facts.inode;
    let mode = inode.permissions();
    if reader.capabilities.read_everything() {
        return (Truth::Yes, Reason::IsRoot);
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
    let shift = if reader.gids.contains(&inode.gid) { 3 } else { 0 };
    if mode >> shift & wanted != 0 {
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
        check(&of(0, 4), 3000, &[], Truth::Yes);
    }

    #[test]
    fn one_group_that_grants_is_enough_and_one_that_refuses_keeps_from_the_others_bits() {
        let entries =
            [(Whose::OwningGroup, 0), (Whose::Group(200), 4), (Whose::Mask, 7), (Whose::Others, 4)];
        let chain = with_list(0o674, list(&entries));
        check(&chain, 2000, &[100], Truth::No);
        check(&chain, 2000, &[100, 200], Truth::Yes);
        check(&chain, 2000, &[], Truth::Yes);
    }

    #[test]
    fn the_kernel_passes_over_a_list_whose_mask_is_empty() {
        let entries = [(Whose::User(2000), 0), (Whose::Mask, 0), (Whose::Others, 4)];
        check(&with_list(0o604, list(&entries)), 2000, &[], Truth::Yes);
        check(&with_list(0o604, ListFacts::Unreadable), 2000, &[], Truth::Yes);
        check(&with_list(0o640, ListFacts::Unreadable), 2000, &[], Truth::Unknown);
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
        check(&facts, 1000, &[], Truth::Yes);
        check(&facts, 2000, &[], Truth::No);
    }
}
