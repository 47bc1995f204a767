//! May a user read a file, by the modes of today? Decided as the kernel does: on every
//! component of the path, by the owner's bits for the owner, by the group's for a member,
//! by the others' for everybody else. Access lists and capabilities are not judged yet:
//! where there is a list, the answer is unknown.

use crate::model::artifact::ArtifactKind;
use crate::model::exposure::{AccessChain, PathFacts, Reason, Truth};

/// Whose authority is asked about.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'p> {
    /// User id; 0 stands for all capabilities.
    pub uid: u32,
    /// Groups.
    pub gids: &'p [u32],
}

const READ: u32 = 4;
const SEARCH: u32 = 1;

/// Whether the reader may read the end of the chain, and what decides it. With `No`
/// the first reason names the component that denies.
pub fn may_read(reader: Reader<'_>, chain: &AccessChain) -> (Truth, Vec<Reason>) {
    let target = &chain.target;
    if reader.uid == 0 {
        return (Truth::Yes, vec![Reason::IsRoot]);
    }
    if chain.kind == ArtifactKind::Environment {
        return environment(reader, target.inode.uid);
    }
    let folders = chain.folders.iter().map(|(path, facts)| match facts {
        Some(facts) => component(reader, facts, path, SEARCH),
        None => (Truth::Unknown, Reason::FolderUnknown { path: path.clone() }),
    });
    let steps: Vec<(Truth, Reason)> =
        folders.chain([component(reader, target, &chain.path, READ)]).collect();
    let truth = steps.iter().map(|(truth, _)| *truth).min().unwrap_or(Truth::Unknown);
    let reasons: Vec<Reason> = match truth {
        Truth::Yes => steps.into_iter().next_back().map(|(_, reason)| reason).into_iter().collect(),
        _ => steps.into_iter().filter(|(one, _)| *one == truth).map(|(_, reason)| reason).collect(),
    };
    if truth == Truth::No && target.inode.n_links > 1 {
        let other_names = Reason::OtherNames { n_links: target.inode.n_links };
        return (Truth::Unknown, [vec![other_names], reasons].concat());
    }
    (truth, reasons)
}

/// The kernel gives an environment to processes of the same user.
fn environment(reader: Reader<'_>, uid: u32) -> (Truth, Vec<Reason>) {
    if reader.uid == uid {
        (Truth::Yes, vec![Reason::ProcessOf { uid }])
    } else {
        (Truth::No, vec![Reason::ProcessOfOther { uid }])
    }
}

/// One component of the path; `wanted` is the bit of the right.
fn component(
    reader: Reader<'_>,
    facts: &PathFacts,
    path: &std::path::Path,
    wanted: u32,
) -> (Truth, Reason) {
    let inode = &facts.inode;
    let mode = inode.permissions();
    if inode.uid == reader.uid {
        // Whatever the bits say: the owner can set them.
        let reason = match wanted {
            READ => Reason::OwnsFile,
            _ => Reason::OwnsFolder { path: path.to_owned() },
        };
        return (Truth::Yes, reason);
    }
    // The kernel looks at an access list only if the group bits are not all zero.
    if facts.has_access_list && mode & 0o070 != 0 {
        return (Truth::Unknown, Reason::AccessListPresent { path: path.to_owned() });
    }
    let shift = if reader.gids.contains(&inode.gid) { 3 } else { 0 };
    if mode >> shift & wanted != 0 {
        (Truth::Yes, Reason::ModeAllows { mode })
    } else {
        (Truth::No, Reason::ModeDenies { path: path.to_owned(), mode, uid: inode.uid })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exposure::verdict::tests::{chain, folder, inode};

    fn check(chain: &AccessChain, uid: u32, gids: &[u32], expected: Truth) {
        assert_eq!(may_read(Reader { uid, gids }, chain).0, expected, "uid {uid}, gids {gids:?}");
    }

    #[test]
    fn owner_group_and_others_are_judged_by_their_own_bits_only() {
        let file = |mode| chain(&[folder(0o755, 0, 0)], inode(mode, 1000, 100));
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
            chain(&[folder(0o755, 0, 0), folder(0o700, 1000, 100)], inode(0o644, 1000, 100));
        check(&closed, 2000, &[100], Truth::No);
        let searchable = chain(&[folder(0o711, 1000, 100)], inode(0o644, 1000, 100));
        check(&searchable, 2000, &[], Truth::Yes);
        let listable_only = chain(&[folder(0o744, 1000, 100)], inode(0o644, 1000, 100));
        check(&listable_only, 2000, &[], Truth::No);
    }

    #[test]
    fn an_access_list_makes_the_answer_unknown_unless_the_kernel_ignores_it() {
        let with_list = |mode| {
            let mut chain = chain(&[folder(0o755, 0, 0)], inode(mode, 1000, 100));
            chain.target.has_access_list = true;
            chain
        };
        check(&with_list(0o640), 2000, &[], Truth::Unknown);
        check(&with_list(0o604), 2000, &[], Truth::Yes);
    }

    #[test]
    fn another_name_of_the_file_may_be_readable() {
        let mut hidden = chain(&[folder(0o700, 1000, 100)], inode(0o644, 1000, 100));
        hidden.target.inode.n_links = 2;
        check(&hidden, 2000, &[], Truth::Unknown);
    }

    #[test]
    fn a_folder_that_could_not_be_looked_at_makes_the_answer_unknown() {
        let mut chain = chain(&[folder(0o755, 0, 0)], inode(0o644, 1000, 100));
        chain.folders.push(("/gone".into(), None));
        check(&chain, 2000, &[], Truth::Unknown);
    }

    #[test]
    fn an_environment_belongs_to_processes_of_the_same_user() {
        let mut chain = chain(&[], inode(0o400, 1000, 100));
        chain.kind = ArtifactKind::Environment;
        check(&chain, 1000, &[], Truth::Yes);
        check(&chain, 2000, &[], Truth::No);
    }
}
