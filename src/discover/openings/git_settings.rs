//! Hosts that git reaches by ssh: remotes of repositories, addresses that settings put in the
//! place of others, and the key that `core.sshCommand` names. Follows no `include`; of an address
//! nothing is kept but user, host and port.

use std::path::{Path, PathBuf};

use crate::discover::openings::call::Call;
use crate::discover::openings::commands::keys_of;
use crate::discover::settings::Settings;
use crate::model::destination::remote;
use crate::model::opening::{Clue, ClueKind};
use crate::model::principal::Principal;

/// Below a home.
const OF_HOME: [&str; 2] = [".gitconfig", ".config/git/config"];
/// Of all users.
const OF_HOST: &str = "/etc/gitconfig";
/// A longer address leads nowhere.
const ADDRESS_BYTES_MAX: usize = 4096;

/// A repository of git.
pub struct OwnedRepository {
    /// The folder that holds its `config`.
    pub folder: PathBuf,
    /// Whose it is: who works in it takes their own keys.
    pub uid: u32,
}

/// What settings say of addresses and keys.
#[derive(Clone, Default)]
pub struct GitSettings {
    remotes: Vec<(String, Clue)>,
    /// What an address begins with, and what is put in its place.
    instead: Vec<(String, String)>,
    keys: Vec<String>,
}

impl GitSettings {
    /// Those of a user, which count in all repositories.
    pub fn of_user(settings: &mut Settings<'_>, user: &Principal) -> Self {
        let mut all = Self::default();
        all.add(settings, Path::new(OF_HOST));
        OF_HOME.iter().for_each(|name| all.add(settings, &user.home.join(name)));
        all
    }

    /// Those of a repository, to whose remotes the user's apply.
    pub fn of_repository(&self, settings: &mut Settings<'_>, folder: &Path) -> Self {
        let mut all = Self { remotes: Vec::new(), ..self.clone() };
        all.add(settings, &folder.join("config"));
        all
    }

    /// The destinations of all remotes, with the keys that are named for them.
    pub fn calls(&self) -> Vec<Call> {
        let call = |(address, clue): &(String, Clue)| {
            let destination = remote(&self.rewritten(address))?;
            Some(Call { destination, keys: self.keys.clone(), clue: clue.clone() })
        };
        self.remotes.iter().filter_map(call).collect()
    }

    /// The longest beginning counts, as in git.
    fn rewritten(&self, address: &str) -> String {
        let fitting = self.instead.iter().filter(|(start, _)| address.starts_with(start));
        match fitting.max_by_key(|(start, _)| start.len()) {
            Some((start, base)) => format!("{base}{}", &address[start.len()..]),
            None => address.to_owned(),
        }
    }

    fn add(&mut self, settings: &mut Settings<'_>, path: &Path) {
        let Some(text) = settings.text(path) else { return };
        self.take(&text, path);
    }

    fn take(&mut self, text: &str, path: &Path) {
        for Set { section, name, key, value, line } in set_in(text) {
            if value.len() > ADDRESS_BYTES_MAX {
                continue;
            }
            let clue = Clue { kind: ClueKind::GitRemote, path: path.to_owned(), line };
            match (section.as_str(), key.as_str()) {
                ("remote", "url" | "pushurl") => self.remotes.push((value, clue)),
                ("url", "insteadof" | "pushinsteadof") => {
                    let clue = Clue { kind: ClueKind::GitSetting, ..clue };
                    self.remotes.push((format!("{name}/"), clue));
                    self.instead.push((value, name));
                }
                ("core", "sshcommand") => self.keys = keys_of(&value),
                _ => {}
            }
        }
    }
}

/// `[section "name"] key = value`
struct Set {
    section: String,
    name: String,
    key: String,
    value: String,
    line: u64,
}

fn set_in(text: &str) -> Vec<Set> {
    let (mut section, mut name) = (String::new(), String::new());
    let mut found = Vec::new();
    for (line, text) in (1_u64..).zip(text.lines()) {
        let mut text = text.trim();
        if let Some((head, rest)) = text.strip_prefix('[').and_then(|it| it.rsplit_once(']')) {
            let (kind, quoted) = head.split_once('"').unwrap_or((head, ""));
            section = kind.trim().to_lowercase();
            name = quoted.trim_end().trim_end_matches('"').to_owned();
            text = rest.trim();
        }
        let Some((key, value)) = text.split_once('=').filter(|_| !text.starts_with(['#', ';']))
        else {
            continue;
        };
        found.push(Set {
            section: section.clone(),
            name: name.clone(),
            key: key.trim().to_lowercase(),
            value: unquoted(value.trim()),
            line,
        });
    }
    found
}

/// `"ssh -i \"a b\""` without the outer quotes.
fn unquoted(value: &str) -> String {
    match value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(inner) => inner.replace("\\\"", "\"").replace("\\\\", "\\"),
        None => value.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `LINE DESTINATION < KEY`
    fn check(text: &str, expected: &[&str]) {
        let mut settings = GitSettings::default();
        settings.take(text, Path::new("/r/.git/config"));
        let said = |call: Call| {
            let keys: String = call.keys.iter().map(|key| format!(" < {key}")).collect();
            format!("{} {}{keys}", call.clue.line, call.destination)
        };
        let said: Vec<String> = settings.calls().into_iter().map(said).collect();
        assert_eq!(said, expected, "{text}");
    }

    #[test]
    fn remotes_by_ssh_are_told_and_no_others() {
        let text = "[core]\n\tbare = false\n[remote \"origin\"]\n\turl = git@github.com:o/r.git\n\
                    \tpushurl = \"ssh://git@h.example:2222/o/r\"\n[remote \"b\"]\n\
                    url = https://token@h.example/x\n[remote \"c\"] url = /srv/git\n";
        check(text, &["4 git@github.com", "5 git@h.example:2222"]);
    }

    #[test]
    fn a_key_in_the_command_counts_for_all_remotes() {
        let text = "[core]\nsshCommand = \"ssh -i ~/.ssh/deploy -F /dev/null\"\n\
                    [remote \"origin\"]\nurl = git@h.example:o/r\n";
        check(text, &["4 git@h.example < ~/.ssh/deploy"]);
        check(
            "[core]\nsshCommand = /opt/wrap -i k\n[remote \"o\"]\nurl = git@h.example:r",
            &["4 git@h.example"],
        );
    }

    #[test]
    fn the_longest_beginning_is_put_in_place_of_an_address() {
        let text = "[url \"git@h.example:\"]\ninsteadOf = https://h.example/\n\
                    [url \"ssh://git@deep.example/\"]\ninsteadOf = https://h.example/deep/\n\
                    [remote \"o\"]\nurl = https://h.example/deep/r\n\
                    [remote \"p\"]\nurl = https://h.example/r\n";
        check(
            text,
            &["2 git@h.example", "4 git@deep.example", "6 git@deep.example", "8 git@h.example"],
        );
    }

    #[test]
    fn hostile_settings_name_no_host() {
        check(
            "[remote \"x\"]\nurl = -oProxyCommand=x:y\nurl\n= \n[]\n[\n]x=y\nurl = $(id):x\n",
            &[],
        );
        check(&format!("[remote \"x\"]\nurl = git@h:{}\n", "a".repeat(5000)), &[]);
    }
}
