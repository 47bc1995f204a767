//! Calls of ssh in command lines that people typed. Understands as much of a shell as quotes and
//! the ends of commands; keeps users, hosts, ports and paths of keys, and forgets the rest. What
//! runs as another user (`sudo ssh`) takes other keys, and is passed over.

use crate::model::destination::Destination;
use crate::model::destination::{destination, is_dubious, is_user, jump, port, remote};

/// A longer line is no command that a person typed.
const LINE_BYTES_MAX: usize = 4096;
/// More words of one command are not looked at.
const WORDS_MAX: usize = 64;
/// What may stand before a program without changing who runs it.
const WRAPPERS: [&str; 6] = ["builtin", "command", "env", "exec", "nohup", "time"];
/// Verbs of git behind which a repository stands.
const GIT_VERBS: [&str; 8] =
    ["clone", "fetch", "ls-remote", "pull", "push", "remote", "set-url", "submodule"];

/// What a command says of one destination.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Called {
    /// Where it leads; several for a copy between hosts.
    pub destinations: Vec<Destination>,
    /// Paths of keys, as typed.
    pub keys: Vec<String>,
    /// Hosts on the way: for them no key is named.
    pub jumps: Vec<Destination>,
}

/// Options of a program: which take a value, and which letter is the port.
struct Options {
    with_value: &'static str,
    port: char,
}

const SSH: Options = Options { with_value: "BbcDEeFIiJLlmOoPpQRSWw", port: 'p' };
const SCP: Options = Options { with_value: "cDFiJloPSX", port: 'P' };
const SFTP: Options = Options { with_value: "BbcDFiJloPRSsX", port: 'P' };
const SSH_COPY_ID: Options = Options { with_value: "iopFt", port: 'p' };
const SSHFS: Options = Options { with_value: "opF", port: 'p' };

/// All calls in a line.
pub fn called(line: &str) -> Vec<Called> {
    let commands = if line.len() > LINE_BYTES_MAX { Vec::new() } else { commands(line) };
    let calls = commands.iter().filter_map(|words| of_command(words));
    calls
        .filter_map(|mut call| {
            call.destinations.retain(|one| !is_dubious(one));
            call.jumps.retain(|one| !is_dubious(one));
            (!call.destinations.is_empty()).then_some(call)
        })
        .collect()
}

/// The keys that a command names with which git or rsync are told to call ssh.
pub fn keys_of(command: &str) -> Vec<String> {
    let commands = commands(command);
    let words = commands.first().map(Vec::as_slice).unwrap_or_default();
    match words.split_first() {
        Some((program, words)) if name_of(program) == "ssh" => Given::read(words, &SSH).keys,
        _ => Vec::new(),
    }
}

fn of_command(words: &[String]) -> Option<Called> {
    let mut keys = Vec::new();
    let mut words = words;
    while let Some((first, rest)) = words.split_first() {
        match first.split_once('=') {
            Some(("GIT_SSH_COMMAND" | "RSYNC_RSH", command)) => keys.extend(keys_of(command)),
            Some((name, _)) if is_variable(name) => {}
            _ if WRAPPERS.contains(&first.as_str()) => {}
            _ => break,
        }
        words = rest;
    }
    let (program, words) = words.split_first()?;
    let mut called = match name_of(program) {
        "ssh" => one(words, &SSH),
        "sftp" => one_or_copy(words, &SFTP),
        "ssh-copy-id" => one(words, &SSH_COPY_ID),
        "scp" => copy(words, &SCP),
        "sshfs" => copy(words, &SSHFS),
        "rsync" => rsync(words),
        "git" => git(words)?,
        _ => return None,
    };
    called.keys.extend(keys);
    Some(called)
}

fn name_of(program: &str) -> &str {
    program.rsplit('/').next().unwrap_or_default()
}

fn is_variable(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// `ssh [options] destination [command]`
fn one(words: &[String], options: &Options) -> Called {
    let given = Given::read(words, options);
    let first = given.operands.first().and_then(|word| destination(word));
    given.called(first.into_iter().collect())
}

/// `sftp [options] destination[:path]`
fn one_or_copy(words: &[String], options: &Options) -> Called {
    let given = Given::read(words, options);
    let first = given.operands.first();
    let first = first.and_then(|word| remote(word).or_else(|| destination(word)));
    given.called(first.into_iter().collect())
}

/// `scp [options] from ... to`
fn copy(words: &[String], options: &Options) -> Called {
    let given = Given::read_all(words, options);
    let remotes = given.operands.iter().filter_map(|word| remote(word)).collect();
    given.called(remotes)
}

/// `rsync -avze 'ssh -i key -p 2222' from ... to`
fn rsync(words: &[String]) -> Called {
    let mut given = Given::default();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let is_cluster = word.starts_with('-') && !word.starts_with("--");
        let shell = match word.strip_prefix("--rsh=") {
            None if word == "--rsh" || is_cluster && word.ends_with('e') => {
                words.next().map(String::as_str)
            }
            shell => shell,
        };
        match shell {
            Some(shell) => given.take_shell(shell),
            None if !word.starts_with('-') => given.operands.push(word.clone()),
            None => {}
        }
    }
    let remotes = given.operands.iter().filter_map(|word| remote(word)).collect();
    given.called(remotes)
}

/// `git [-c core.sshCommand='ssh -i key'] clone git@host:path`
fn git(words: &[String]) -> Option<Called> {
    let verb = words.iter().position(|word| GIT_VERBS.contains(&word.as_str()))?;
    let command = words.iter().filter_map(|word| word.strip_prefix("core.sshCommand="));
    let destinations = words[verb + 1..].iter().filter_map(|word| remote(word)).collect();
    Some(Called { destinations, keys: command.flat_map(keys_of).collect(), jumps: Vec::new() })
}

/// What options and operands of ssh say.
#[derive(Default)]
struct Given {
    user: Option<String>,
    port: Option<u16>,
    keys: Vec<String>,
    jumps: Vec<Destination>,
    operands: Vec<String>,
}

impl Given {
    /// Options before and behind the first operand; the second one begins a command that runs
    /// elsewhere.
    fn read(words: &[String], options: &Options) -> Self {
        Self::read_up_to(words, options, 1)
    }

    fn read_all(words: &[String], options: &Options) -> Self {
        Self::read_up_to(words, options, WORDS_MAX)
    }

    fn read_up_to(words: &[String], options: &Options, n_operands: usize) -> Self {
        let mut given = Self::default();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            match word.strip_prefix('-').filter(|letters| !letters.is_empty()) {
                None if given.operands.len() == n_operands => break,
                None => given.operands.push(word.clone()),
                Some(letters) => {
                    let found = letters.find(|letter| options.with_value.contains(letter));
                    let Some(at) = found else { continue };
                    let letter = char::from(letters.as_bytes()[at]);
                    let value = match &letters[at + 1..] {
                        "" => words.next().map_or("", String::as_str),
                        value => value,
                    };
                    given.take(letter, value, options);
                }
            }
        }
        given
    }

    fn take(&mut self, letter: char, value: &str, options: &Options) {
        match letter {
            'i' => self.keys.push(value.to_owned()),
            'J' => self.jumps.extend(value.split(',').filter_map(jump)),
            'l' if options.port == 'p' => self.user = Some(value.to_owned()),
            'o' => self.take_setting(value),
            _ if letter == options.port => self.port = port(value),
            _ => {}
        }
    }

    /// `IdentityFile=key`, also with a blank, and several of them with commas for sshfs.
    fn take_setting(&mut self, text: &str) {
        for setting in text.split(',') {
            let Some((name, value)) = setting.split_once(['=', ' ']) else { continue };
            match name.to_ascii_lowercase().as_str() {
                "identityfile" => self.keys.push(value.to_owned()),
                "user" => self.user = Some(value.to_owned()),
                "port" => self.port = port(value),
                "proxyjump" => self.jumps.extend(jump(value)),
                _ => {}
            }
        }
    }

    /// What rsync is told to call ssh with.
    fn take_shell(&mut self, command: &str) {
        let commands = commands(command);
        let Some((_, options)) = commands.first().and_then(|words| words.split_first()) else {
            return;
        };
        let Self { keys, user, port, .. } = Self::read(options, &SSH);
        self.keys.extend(keys);
        self.user = user.or(self.user.take());
        self.port = port.or(self.port);
    }

    fn called(self, destinations: Vec<Destination>) -> Called {
        let Self { user, port, keys, jumps, .. } = self;
        let user = user.filter(|user| is_user(user));
        let with_options = |one: Destination| Destination {
            user: one.user.or_else(|| user.clone()),
            port: one.port.or(port),
            ..one
        };
        Called { destinations: destinations.into_iter().map(with_options).collect(), keys, jumps }
    }
}

/// Commands of a line, as words without their quotes; none where a quote stays open.
fn commands(line: &str) -> Vec<Vec<String>> {
    let mut commands = vec![Vec::new()];
    let mut word: Option<String> = None;
    let mut quote = None;
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        match (quote, letter) {
            (Some(open), _) if letter == open => quote = None,
            (Some('"') | None, '\\') => word.get_or_insert_default().extend(letters.next()),
            (Some(_), _) => word.get_or_insert_default().push(letter),
            (None, '\'' | '"') => {
                word.get_or_insert_default();
                quote = Some(letter);
            }
            (None, '#') if word.is_none() => break,
            (None, ' ' | '\t') => end(&mut word, &mut commands),
            (None, '|' | ';' | '&' | '\n' | '(' | ')' | '`' | '{' | '}') => {
                end(&mut word, &mut commands);
                commands.push(Vec::new());
            }
            (None, _) => word.get_or_insert_default().push(letter),
        }
    }
    end(&mut word, &mut commands);
    if quote.is_some() { Vec::new() } else { commands }
}

fn end(word: &mut Option<String>, commands: &mut [Vec<String>]) {
    let command = commands.last_mut().filter(|words| words.len() < WORDS_MAX);
    if let (Some(command), Some(word)) = (command, word.take()) {
        command.push(word);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `DESTINATION DESTINATION < KEY < KEY by JUMP`
    fn check(line: &str, expected: &[&str]) {
        let said = |call: Called| {
            let to: Vec<String> = call.destinations.iter().map(ToString::to_string).collect();
            let keys: String = call.keys.iter().map(|key| format!(" < {key}")).collect();
            let jumps: String = call.jumps.iter().map(|jump| format!(" by {jump}")).collect();
            to.join(" ") + &keys + &jumps
        };
        assert_eq!(called(line).into_iter().map(said).collect::<Vec<_>>(), expected, "{line}");
    }

    #[test]
    fn ssh_is_read_with_its_options() {
        check("ssh web1", &["web1"]);
        check(
            "ssh -i ~/.ssh/k -p 2222 -l deploy web1.example ls -i x",
            &["deploy@web1.example:2222 < ~/.ssh/k"],
        );
        check("/usr/bin/ssh -tAp2222 ana@10.0.0.7 -i k", &["ana@10.0.0.7:2222 < k"]);
        check("ssh -J ana@hop:22,hop2 in", &["in by ana@hop:22 by hop2"]);
        check("ssh -o IdentityFile=k -o 'User root' in", &["root@in < k"]);
        check("A=b time ssh in && cd x; (ssh out)", &["in", "out"]);
    }

    #[test]
    fn copies_name_hosts_before_their_paths() {
        check("scp -P 2222 -i k a.txt ana@web1:/srv web2:b", &["ana@web1:2222 web2:2222 < k"]);
        check("sftp -i k ana@web1:/srv", &["ana@web1 < k"]);
        check("rsync -avze 'ssh -i k -p 22' a/ ana@web1:b", &["ana@web1:22 < k"]);
        check("rsync --rsh='ssh -i k' --delete web1:b a", &["web1 < k"]);
        check("rsync -a a b", &[]);
        check("ssh-copy-id -i k.pub ana@web1", &["ana@web1 < k.pub"]);
        check("sshfs -o IdentityFile=k,port=2222 ana@web1: /mnt", &["ana@web1:2222 < k"]);
    }

    #[test]
    fn git_is_read_with_the_command_it_calls() {
        check("git clone git@github.com:org/repo.git", &["git@github.com"]);
        check(
            "GIT_SSH_COMMAND=\"ssh -i ~/deploy -o A=b\" git push ssh://git@h.example:22/x main",
            &["git@h.example:22 < ~/deploy"],
        );
        check("git -c core.sshCommand='ssh -i k' clone git@h:x", &["git@h < k"]);
        check("git commit -m 'fix: all'", &[]);
        check("git clone https://token@h.example/x", &[]);
    }

    #[test]
    fn what_is_no_call_of_this_user_is_passed_over() {
        for line in [
            "sudo ssh web1",
            "sshpass -p hunter2 ssh web1",
            "echo ssh web1",
            "# ssh web1",
            "ssh 'open",
            "ssh $HOST",
            "ssh -p hunter2",
            "ssh hunter2!",
            "ssh Passw0rdX",
            "ssh user:hunter2@web1",
            "man ssh",
            "",
        ] {
            check(line, &[]);
        }
        check(&format!("ssh {}", "a".repeat(5000)), &[]);
        check("ssh web1 sshpass -p hunter2 ssh in", &["web1"]);
        check("ssh -p hunter2 web1", &["web1"]);
    }
}
