//! The host's users and groups, from its own passwd and group files. Users of a
//! directory service are not in them, and no service is asked.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::path::{Path, PathBuf};

use crate::model::host::HostFiles;
use crate::model::principal::{Principal, Principals};

/// More than this is no user database.
const DATABASE_BYTES_MAX: u64 = 64 << 20;

/// Reads `/etc/passwd` and `/etc/group`. Lines that make no sense are passed over, as
/// the C library does. An error where there is no passwd.
pub fn principals(files: &dyn HostFiles) -> std::io::Result<Principals> {
    let passwd = files.read(Path::new("/etc/passwd"), DATABASE_BYTES_MAX)?;
    let group = files.read(Path::new("/etc/group"), DATABASE_BYTES_MAX).unwrap_or_default();
    Ok(parse(&String::from_utf8_lossy(&passwd), &String::from_utf8_lossy(&group)))
}

fn parse(passwd: &str, group: &str) -> Principals {
    let mut groups: BTreeMap<u32, String> = BTreeMap::new();
    let mut memberships: Vec<(&str, u32)> = Vec::new();
    for line in group.lines() {
        let Some((name, gid, members)) = group_of(line) else { continue };
        groups.entry(gid).or_insert_with(|| name.to_owned());
        memberships.extend(members.split(',').filter(|m| !m.is_empty()).map(|m| (m, gid)));
    }
    let mut users: BTreeMap<u32, Principal> = BTreeMap::new();
    let mut further_names = Vec::new();
    for mut user in passwd.lines().filter_map(user_of) {
        let mine = memberships.iter().filter(|(name, _)| *name == user.name);
        user.gids.extend(mine.map(|(_, gid)| *gid));
        user.gids.sort_unstable();
        user.gids.dedup();
        match users.entry(user.uid) {
            Entry::Vacant(free) => drop(free.insert(user)),
            Entry::Occupied(_) => further_names.push((user.name, user.uid)),
        }
    }
    Principals {
        users: users.into_values().collect(),
        further_names,
        groups: groups.into_iter().collect(),
    }
}

/// `name:x:uid:gid:comment:home:shell`
fn user_of(line: &str) -> Option<Principal> {
    let mut words = line.split(':');
    let name = words.next().filter(|name| !name.is_empty() && !name.starts_with('#'))?;
    let uid = words.nth(1)?.parse().ok()?;
    let gid = words.next()?.parse().ok()?;
    let home = PathBuf::from(words.nth(1)?);
    let shell = words.next().unwrap_or_default().trim();
    let refuses = ["nologin", "false", "sync", "shutdown", "halt"];
    let program = shell.rsplit('/').next().unwrap_or_default();
    let logs_in = !refuses.contains(&program);
    Some(Principal { uid, name: name.to_owned(), home, gids: vec![gid], logs_in })
}

/// `name:x:gid:member,member`
fn group_of(line: &str) -> Option<(&str, u32, &str)> {
    let mut words = line.split(':');
    let name = words.next().filter(|name| !name.is_empty())?;
    let gid = words.nth(1)?.parse().ok()?;
    Some((name, gid, words.next().unwrap_or_default().trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_have_their_primary_and_further_groups() {
        let principals = parse(
            "root:x:0:0:root:/root:/bin/bash\nana:x:1000:1000::/home/ana:/bin/zsh\n\
             www:x:33:33::/var/www:/usr/sbin/nologin\n# no user\nbroken:x:y\nana2:x:1000:5::/x:\n",
            "root:x:0:\nana:x:1000:\ndocker:x:998:ana,bob\nadm:x:4:ana\nbad:x:\n",
        );
        assert_eq!(principals.users.len(), 3);
        assert_eq!(principals.gids(1000), [4, 998, 1000]);
        assert_eq!(principals.user_name(1000), "ana");
        assert_eq!(principals.user_name(1234), "uid 1234");
        assert_eq!(principals.group_name(998), "docker");
        assert_eq!((principals.uid("ana2"), principals.uid("7")), (Some(1000), Some(7)));
        assert!(!principals.user(33).unwrap().logs_in);
    }
}
