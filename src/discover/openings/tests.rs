//! Hosts of a few files, and what their keys open.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use super::{Ground, OwnedRepository, openings};
use crate::error::Problem;
use crate::model::artifact::Inode;
use crate::model::host::HostFiles;
use crate::model::opening::{KeyName, Openings};
use crate::model::principal::{Principal, Principals};
use crate::model::time::{FileTimes, Moment};

/// Files by their paths; no links.
#[derive(Default)]
struct Shelf(BTreeMap<PathBuf, String>);

impl Shelf {
    fn has(&self, path: &Path) -> io::Result<&String> {
        self.0.get(path).ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

impl HostFiles for Shelf {
    fn resolve(&self, path: &Path) -> io::Result<PathBuf> {
        Ok(path.to_owned())
    }
    fn inode(&self, path: &Path) -> io::Result<Inode> {
        let at = Moment::new(0, 0);
        self.has(path).map(|text| Inode {
            device: 1,
            number: 1,
            mode: 0o100_600,
            uid: 1000,
            gid: 1000,
            n_links: 1,
            size_bytes: text.len() as u64,
            times: FileTimes { accessed: at, modified: at, changed: at, born: None },
        })
    }
    fn inode_no_follow(&self, path: &Path) -> io::Result<Inode> {
        self.inode(path)
    }
    fn read(&self, path: &Path, _: u64) -> io::Result<Vec<u8>> {
        Ok(self.has(path)?.clone().into_bytes())
    }
    fn beginning(&self, path: &Path, _: u64) -> io::Result<Vec<u8>> {
        self.read(path, 0)
    }
    fn names(&self, folder: &Path) -> io::Result<Vec<OsString>> {
        let inside = self.0.keys().filter(|path| path.parent() == Some(folder));
        Ok(inside.filter_map(|path| Some(path.file_name()?.to_owned())).collect())
    }
    fn link_target(&self, _: &Path) -> io::Result<PathBuf> {
        Err(io::ErrorKind::InvalidInput.into())
    }
    fn access_list(&self, _: &Path) -> io::Result<Option<Vec<u8>>> {
        Ok(None)
    }
    fn may_enter(&self, _: &Path) -> bool {
        true
    }
}

fn swept(files: &[(&str, &str)]) -> (Openings, Vec<Problem>) {
    let home = |(path, text): &(&str, &str)| {
        (PathBuf::from(path.replacen('~', "/home/ana", 1)), (*text).to_owned())
    };
    let ana = Principal {
        uid: 1000,
        name: "ana".into(),
        home: "/home/ana".into(),
        gids: vec![1000],
        logs_in: true,
    };
    let principals = Principals { users: vec![ana], ..Principals::default() };
    let ground = Ground {
        files: &Shelf(files.iter().map(home).collect()),
        principals: &principals,
        scope: &[],
        repositories: &[OwnedRepository { folder: "/srv/app/.git".into(), uid: 1000 }],
        fingerprint: |blob| String::from_utf8_lossy(blob).into_owned(),
    };
    openings(&ground)
}

/// Each line: `KEY DESTINATION HOW FILE:LINE ...`
fn check(files: &[(&str, &str)], expected: &[&str]) {
    let (openings, problems) = swept(files);
    assert_eq!(problems, []);
    let said: Vec<String> = openings
        .of_keys
        .iter()
        .map(|(key, opening)| {
            let key = match key {
                KeyName::Path(path) => path.display().to_string(),
                KeyName::Ending { ending, .. } => format!("**/{}", ending.display()),
            };
            let clues = opening.clues.iter();
            let clues = clues.map(|clue| format!(" {}:{}", clue.path.display(), clue.line));
            let clues: String = clues.collect();
            let line = format!("{key} {} {}{clues}", opening.destination, opening.how.as_str());
            line.replace("/home/ana", "~")
        })
        .collect();
    assert_eq!(said, expected);
}

#[test]
fn a_key_named_in_a_block_opens_its_hosts() {
    let config = "Host web1 web2\n  HostName %h.example.org\n  User deploy\n  Port 2222\n  \
                  IdentityFile ~/.ssh/id_web\n\nHost *\n  User nobody\n";
    check(
        &[("~/.ssh/config", config)],
        &[
            "~/.ssh/id_web deploy@web1.example.org:2222 named ~/.ssh/config:1",
            "~/.ssh/id_web deploy@web2.example.org:2222 named ~/.ssh/config:1",
        ],
    );
}

#[test]
fn default_keys_are_tried_where_no_key_is_named() {
    check(
        &[
            ("~/.ssh/id_ed25519", ""),
            ("~/.ssh/config", "Host plain.example\n"),
            ("~/.ssh/known_hosts", "met.example ssh-ed25519 A\nplain.example ssh-rsa A\n"),
        ],
        &[
            "~/.ssh/id_ed25519 met.example met ~/.ssh/known_hosts:1",
            "~/.ssh/id_ed25519 plain.example default ~/.ssh/config:1 ~/.ssh/known_hosts:2",
        ],
    );
}

#[test]
fn a_key_for_all_hosts_takes_the_place_of_the_default_ones() {
    check(
        &[
            ("~/.ssh/id_rsa", ""),
            ("/etc/ssh/ssh_config", "IdentityFile %d/.ssh/all_%u\nHost *.example\n User x"),
            ("~/.ssh/known_hosts", "met.example ssh-ed25519 A\n"),
        ],
        &["~/.ssh/all_ana x@met.example met /etc/ssh/ssh_config:1 ~/.ssh/known_hosts:1"],
    );
}

#[test]
fn hosts_on_the_way_are_opened_too() {
    check(
        &[
            ("~/.ssh/id_rsa", ""),
            ("~/.ssh/config", "Host in\n ProxyJump ana@hop.example:2200,none\n"),
        ],
        &[
            "~/.ssh/id_rsa ana@hop.example:2200 default ~/.ssh/config:2",
            "~/.ssh/id_rsa in default ~/.ssh/config:1",
        ],
    );
}

#[test]
fn included_files_count_within_their_block_and_loops_end() {
    let files = [
        ("~/.ssh/config", "Host a b\nInclude d/*\nIdentityFile k\n"),
        ("~/.ssh/d/one", "User first\nHost b\nUser second\nIdentityFile ~/.ssh/b\n"),
        ("~/.ssh/d/.hidden", "User hidden\n"),
    ];
    check(
        &files,
        &[
            "~/.ssh/b first@b named ~/.ssh/config:1 ~/.ssh/d/one:2",
            "~/k first@a named ~/.ssh/config:1",
            "~/k first@b named ~/.ssh/config:1 ~/.ssh/d/one:2",
        ],
    );
    let (_, problems) = swept(&[("~/.ssh/config", "Include config\nInclude config\n")]);
    assert!(problems.iter().any(|one| one.why.contains("one in itself")));
}

#[test]
fn conditions_are_read_and_none_is_run() {
    let config = "Match originalhost db exec \"touch /tmp/x\"\n IdentityFile ~/a\n\
                  Match host db.example user root,!ana\n IdentityFile ~/b\n\
                  Match !host db\n IdentityFile ~/c\n";
    check(
        &[("~/.ssh/config", config)],
        &["~/a db named ~/.ssh/config:1", "~/c db.example named ~/.ssh/config:3"],
    );
}

#[test]
fn a_hashed_host_is_solved_by_a_name_of_another_file() {
    let hashed = "|1|hBt5lkgcBzwEWII3FYG48Ok8+LU=|w7RIaH5bRZyo/620K5y8PeHFzhQ= ssh-ed25519 A\n\
                  |1|AAAAAAAAAAAAAAAAAAAAAAAAAAA=|AAAAAAAAAAAAAAAAAAAAAAAAAAA= ssh-ed25519 A\n";
    let files = [
        ("~/.ssh/id_rsa", ""),
        ("~/.ssh/config", "Host w\nHostName web1.example\nPort 2222\n"),
        ("~/.ssh/known_hosts", hashed),
    ];
    check(
        &files,
        &["~/.ssh/id_rsa web1.example:2222 default ~/.ssh/config:1 ~/.ssh/known_hosts:1"],
    );
    assert_eq!(swept(&files).0.n_unsolved, 1);
}

#[test]
fn hostile_settings_open_nothing() {
    let config = "Host \u{1b}[31m a;b -x\n  IdentityFile ~/k\nHost c\n IdentityFile %Z %\n \
                  IdentityFile $SECRET/k\n HostName $(id)\nHost\n=\nMatch\nInclude\nInclude /\n\
                  Port 99999\nUser -oProxyCommand=x\n";
    check(&[("~/.ssh/config", config), ("~/.ssh/id_rsa", "")], &[]);
}

#[test]
fn histories_and_remotes_name_hosts_and_keys() {
    let files = [
        ("~/.ssh/id_ed25519", ""),
        ("~/.ssh/config", "Host *.corp.example\nUser ops\n"),
        ("~/.bash_history", "ssh -i aws.pem ubuntu@10.0.0.7\nssh web1.corp.example\nssh nobody\n"),
        ("~/.zsh_history", ": 1774348740:0;ssh -J hop.example web1.corp.example\n"),
        ("~/.gitconfig", "[core]\nsshCommand = ssh -i ~/.ssh/id_git\n"),
        ("/srv/app/.git/config", "[remote \"origin\"]\nurl = git@github.com:o/r.git\n"),
    ];
    check(
        &files,
        &[
            "~/.ssh/id_ed25519 hop.example default ~/.zsh_history:1",
            "~/.ssh/id_ed25519 ops@web1.corp.example default ~/.bash_history:2 ~/.zsh_history:1",
            "~/.ssh/id_git git@github.com named /srv/app/.git/config:2",
            "**/aws.pem ubuntu@10.0.0.7 named ~/.bash_history:1",
        ],
    );
}

#[test]
fn a_nickname_of_a_history_is_believed_once_another_file_knows_it() {
    let files = [("~/.ssh/id_rsa", ""), ("~/.bash_history", "ssh hunter2\nssh build7\n")];
    check(&files, &[]);
    let known = ("/etc/hosts", "127.0.0.1 localhost\n10.0.0.7 build7 # hunter2\n");
    check(&[files[0], files[1], known], &["~/.ssh/id_rsa build7 default ~/.bash_history:2"]);
}

#[test]
fn accounts_say_whom_they_let_in() {
    let (openings, _) = swept(&[
        ("~/.ssh/authorized_keys", "# YWJj\nfrom=\"10.0.0.1\" ssh-rsa YWJj ana@build\n"),
        ("/etc/ssh/sshd_config", "AuthorizedKeysFile=/etc/ssh/keys/%u none\n"),
        ("/etc/ssh/keys/ana", "ssh-rsa ZGVm\n"),
    ]);
    let said: Vec<String> = openings
        .authorized
        .iter()
        .map(|key| {
            let place = format!("{}:{}", key.path.display(), key.line);
            format!("{} {} {} {place}", key.user, key.fingerprint, key.limits.join("; "))
        })
        .collect();
    assert_eq!(
        said,
        ["ana abc from 10.0.0.1 /home/ana/.ssh/authorized_keys:2", "ana def  /etc/ssh/keys/ana:1",]
    );
}

#[test]
fn a_flood_of_one_source_hides_no_other() {
    let blocks: String = (0..2100).map(|number| format!("Host h{number}.example\n")).collect();
    let (openings, problems) = swept(&[
        ("~/.ssh/id_rsa", ""),
        ("~/.ssh/config", &blocks),
        ("~/.bash_history", "ssh web1.example\n"),
    ]);
    let hosts = openings.of_keys.iter().map(|(_, opening)| opening.destination.host.as_str());
    assert!(hosts.clone().any(|host| host == "web1.example"));
    assert_eq!(hosts.count(), 2001);
    assert_eq!(problems.len(), 1, "what was cut off is said");
}
