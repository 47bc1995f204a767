//! All objects of a repository, also those that no branch leads to any more: a secret that was
//! taken out of the work tree is still here. In the order in which they lie on the disk, so
//! that what one is a delta of is at hand.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::PathBuf;

use crate::model::artifact::Inode;
use crate::read::git::object::{self, Kind, Object, ObjectId, loose_name};
use crate::read::git::{Repository, Trouble};

/// Objects of one repository that are looked at.
const OBJECTS_MAX: usize = 2_000_000;

/// A file of a repository that holds objects.
pub struct Holder {
    /// Path as the swept host sees it.
    pub path: PathBuf,
    /// Owner, mode and times.
    pub inode: Inode,
}

impl Repository<'_> {
    /// Shows every object of up to so many bytes with the file that holds it, until `visit` says
    /// that it is enough. Gives what could not be shown, and how many were too big.
    pub fn each_object(
        &mut self,
        size_bytes_max: u64,
        visit: &mut dyn FnMut(&Holder, ObjectId, &Object) -> bool,
    ) -> (BTreeSet<Trouble>, u64) {
        let mut seen = Seen { troubles: BTreeSet::new(), n_too_big: 0, n_objects: 0 };
        let is_to_go_on = self.each_packed(size_bytes_max, &mut seen, visit);
        if is_to_go_on {
            self.each_loose(size_bytes_max, &mut seen, visit);
        }
        (seen.troubles, seen.n_too_big)
    }

    fn each_packed(
        &mut self,
        size_bytes_max: u64,
        seen: &mut Seen,
        visit: &mut dyn FnMut(&Holder, ObjectId, &Object) -> bool,
    ) -> bool {
        for index in 0..self.packs.len() {
            let Some(holder) = self.holder(&self.packs[index].name.clone()) else { continue };
            let ids = match self.packs[index].ids() {
                Ok(ids) => ids,
                Err(trouble) => {
                    seen.troubles.insert(trouble);
                    continue;
                }
            };
            for (offset, id) in ids {
                let pack = &mut self.packs[index];
                let object = pack.object(offset, size_bytes_max, &mut self.budget);
                if !seen.take(object, |object| visit(&holder, id, object)) {
                    return false;
                }
            }
        }
        true
    }

    fn each_loose(
        &mut self,
        size_bytes_max: u64,
        seen: &mut Seen,
        visit: &mut dyn FnMut(&Holder, ObjectId, &Object) -> bool,
    ) {
        // Trees first: they name the files.
        for comes_first in [true, false] {
            for id in self.loose_ids() {
                let Some(holder) = self.holder(&loose_name(id)) else { continue };
                let object = object::loose(&self.files, id, size_bytes_max, &mut self.budget);
                if comes_first && matches!(object, Err(Trouble::TooBig)) {
                    continue;
                }
                let is_to_go_on = seen.take(object, |object| {
                    (object.kind == Kind::Tree) != comes_first || visit(&holder, id, object)
                });
                if !is_to_go_on {
                    return;
                }
            }
        }
    }

    /// Names of the objects that have files of their own, in order.
    fn loose_ids(&self) -> Vec<ObjectId> {
        let folders = self.files.names("objects").unwrap_or_default();
        let folders = folders.iter().filter_map(|name| name.to_str()).filter(|it| it.len() == 2);
        let ids = folders.flat_map(|folder| {
            let names = self.files.names(&format!("objects/{folder}")).unwrap_or_default();
            let id = |name: &OsString| ObjectId::parse(&format!("{folder}{}", name.to_str()?));
            names.iter().filter_map(id).collect::<Vec<_>>()
        });
        ids.collect()
    }

    fn holder(&self, name: &str) -> Option<Holder> {
        Some(Holder { path: self.files.path(name), inode: self.files.inode(name).ok()? })
    }
}

struct Seen {
    troubles: BTreeSet<Trouble>,
    n_too_big: u64,
    n_objects: usize,
}

impl Seen {
    /// Whether to go on behind an object.
    fn take(
        &mut self,
        object: Result<Object, Trouble>,
        visit: impl FnOnce(&Object) -> bool,
    ) -> bool {
        self.n_objects += 1;
        if self.n_objects > OBJECTS_MAX {
            self.troubles.insert(Trouble::TooMany);
            return false;
        }
        match object {
            Ok(object) => visit(&object),
            Err(Trouble::TooBig) => {
                self.n_too_big += 1;
                true
            }
            Err(trouble) => {
                self.troubles.insert(trouble);
                trouble != Trouble::Exhausted
            }
        }
    }
}
