//! Settings of the ssh client (ssh_config(5)): for a host as one would type it, where that leads
//! and with which keys. Runs no `Match exec`: conditions that only the moment can decide count
//! as met, so that a key opens rather too much than too little.

use std::path::{Path, PathBuf};
use std::rc::Rc;

use crate::discover::openings::patterns::{matches, matches_any};
use crate::discover::settings::Settings;
use crate::model::destination::Destination;
use crate::model::destination::{is_host, is_user, jump, normal, port};
use crate::model::opening::{Clue, ClueKind};
use crate::model::principal::Principal;

/// ssh itself goes no deeper.
const DEPTH_MAX: usize = 16;
/// More files are not read for one user.
const FILES_MAX: usize = 200;
/// More settings, and more patterns of hosts, are not kept of one user.
const SETTINGS_MAX: usize = 10_000;
const PATTERNS_MAX: usize = 5_000;
/// Settings that are asked for; of all others nothing is kept.
const NAMES: [&str; 7] = [
    "certificatefile",
    "hostname",
    "identityfile",
    "port",
    "proxyjump",
    "user",
    "userknownhostsfile",
];

/// All settings of a user, in the order in which ssh takes them: the first one wins.
pub struct ClientConfig<'u> {
    user: &'u Principal,
    blocks: Vec<Block>,
    settings: Vec<Setting>,
    n_patterns: usize,
    n_files: usize,
}

/// What begins with `Host` or `Match`, or with the start of a file.
struct Block {
    /// The block in which the file is included.
    within: Option<usize>,
    condition: Condition,
    clue: Clue,
}

enum Condition {
    Always,
    Host(Vec<String>),
    Match(Vec<Criterion>),
}

/// One word of `Match` with its patterns.
struct Criterion {
    subject: Subject,
    is_negated: bool,
    patterns: Vec<String>,
}

#[derive(Clone, Copy, PartialEq)]
enum Subject {
    Host,
    OriginalHost,
    User,
    LocalUser,
    /// Only the moment can decide.
    Other,
}

struct Setting {
    block: usize,
    name: &'static str,
    words: Vec<String>,
    clue: Clue,
}

/// A host as it was typed, with what was said beside it.
pub struct Typed<'t> {
    /// Name, address or nickname.
    pub host: &'t str,
    /// The user that was said.
    pub user: Option<&'t str>,
    /// The port that was said.
    pub port: Option<u16>,
}

/// Where a host as typed leads.
#[derive(Debug)]
pub struct Route {
    /// The real one.
    pub destination: Destination,
    /// Keys that settings name for it.
    pub keys: Vec<NamedKey>,
    /// Whether settings say which keys to try, if only that there are none.
    pub has_own_keys: bool,
    /// Hosts on the way.
    pub jumps: Vec<(Destination, Clue)>,
}

/// A key that a setting names.
#[derive(Debug)]
pub struct NamedKey {
    /// Its file.
    pub path: PathBuf,
    /// Whether it is tried at every host.
    pub is_for_all: bool,
    /// The setting.
    pub clue: Clue,
}

impl<'u> ClientConfig<'u> {
    /// Reads the settings of a user, and those of all users behind them.
    pub fn read(settings: &mut Settings<'_>, user: &'u Principal) -> Self {
        let (blocks, kept) = (Vec::new(), Vec::new());
        let mut config = Self { user, blocks, settings: kept, n_patterns: 0, n_files: 0 };
        let own = user.home.join(".ssh");
        config.add_file(settings, &own.join("config"), &own, None, 0);
        config.add_file(settings, Path::new("/etc/ssh/ssh_config"), Path::new("/etc/ssh"), None, 0);
        config
    }

    /// Hosts that blocks are written for. A pattern stands for all that it fits, except one that
    /// fits everything.
    pub fn hosts(&self) -> impl Iterator<Item = (&str, &Clue)> {
        self.blocks.iter().flat_map(|block| {
            let hosts: Vec<&String> = match &block.condition {
                Condition::Always => Vec::new(),
                Condition::Host(patterns) => patterns.iter().collect(),
                Condition::Match(criteria) => {
                    let of_hosts = criteria.iter().filter(|one| {
                        matches!(one.subject, Subject::Host | Subject::OriginalHost)
                            && !one.is_negated
                    });
                    of_hosts.flat_map(|one| &one.patterns).collect()
                }
            };
            let hosts = hosts.into_iter().filter(|host| is_host(host));
            hosts.map(|host| (host.as_str(), &block.clue))
        })
    }

    /// Lists of known hosts that settings name.
    pub fn known_hosts_files(&self) -> Vec<PathBuf> {
        let named = self.settings.iter().filter(|one| one.name == "userknownhostsfile");
        let tokens = Tokens { user: self.user, typed: "", destination: None };
        named.flat_map(|one| &one.words).filter_map(|word| tokens.path(word)).collect()
    }

    /// Where a host leads, and with which keys.
    pub fn route(&self, typed: &Typed<'_>) -> Route {
        let mut first = Destination {
            host: String::new(),
            port: typed.port,
            user: typed.user.map(str::to_owned),
        };
        let mut is_met: Vec<bool> = Vec::with_capacity(self.blocks.len());
        let mut keys: Vec<&Setting> = Vec::new();
        let mut jumps: Option<&Setting> = None;
        let mut settings = self.settings.iter().peekable();
        for (number, block) in self.blocks.iter().enumerate() {
            let met = block.within.is_none_or(|outer| is_met[outer])
                && self.is_met(&block.condition, typed, &first);
            is_met.push(met);
            while let Some(setting) = settings.next_if(|one| one.block == number) {
                match setting.name {
                    _ if !met => {}
                    "hostname" => keep_host(&mut first, setting, typed.host),
                    "user" => {
                        let said = setting.words.first().filter(|user| is_user(user));
                        first.user = first.user.or_else(|| said.cloned());
                    }
                    "port" => first.port = first.port.or_else(|| port(setting.words.first()?)),
                    "proxyjump" => jumps = jumps.or(Some(setting)),
                    "identityfile" | "certificatefile" => keys.push(setting),
                    _ => {}
                }
            }
        }
        if first.host.is_empty() {
            first.host = typed.host.to_owned();
        }
        let tokens = Tokens { user: self.user, typed: typed.host, destination: Some(&first) };
        let named = |setting: &&Setting| self.named_key(setting, &tokens);
        Route {
            keys: keys.iter().filter_map(named).collect(),
            has_own_keys: keys.iter().any(|setting| setting.name == "identityfile"),
            jumps: jumps.map(hosts_to_jump).unwrap_or_default(),
            destination: normal(first),
        }
    }

    fn named_key(&self, setting: &Setting, tokens: &Tokens<'_>) -> Option<NamedKey> {
        let path = tokens.path(setting.words.first()?)?;
        let is_for_all = self.is_for_all(setting.block);
        Some(NamedKey { path: private_half(path), is_for_all, clue: setting.clue.clone() })
    }

    fn is_for_all(&self, block: usize) -> bool {
        let Block { within, condition, .. } = &self.blocks[block];
        let is_open = match condition {
            Condition::Always => true,
            Condition::Host(patterns) => patterns.iter().any(|one| one == "*"),
            Condition::Match(criteria) => criteria.is_empty(),
        };
        is_open && within.is_none_or(|outer| self.is_for_all(outer))
    }

    fn is_met(&self, condition: &Condition, typed: &Typed<'_>, so_far: &Destination) -> bool {
        match condition {
            Condition::Always => true,
            Condition::Host(patterns) => matches_any(patterns, typed.host),
            Condition::Match(criteria) => criteria.iter().all(|one| self.holds(one, typed, so_far)),
        }
    }

    fn holds(&self, criterion: &Criterion, typed: &Typed<'_>, so_far: &Destination) -> bool {
        let host = if so_far.host.is_empty() { typed.host } else { &so_far.host };
        let subject = match criterion.subject {
            Subject::Host => host,
            Subject::OriginalHost => typed.host,
            Subject::User => so_far.user.as_deref().unwrap_or(&self.user.name),
            Subject::LocalUser => &self.user.name,
            Subject::Other => return true,
        };
        matches_any(&criterion.patterns, subject) != criterion.is_negated
    }

    fn add_file(
        &mut self,
        settings: &mut Settings<'_>,
        path: &Path,
        folder: &Path,
        within: Option<usize>,
        depth: usize,
    ) {
        if depth > DEPTH_MAX || self.n_files >= FILES_MAX {
            return settings.unclear(path, "too many files are included, or one in itself");
        }
        self.n_files += 1;
        let Some(text) = settings.text(path) else { return };
        let path: Rc<Path> = path.into();
        self.begin(within, Condition::Always, &path, 1);
        for (line, text) in (1_u64..).zip(text.lines()) {
            let Some((name, words)) = setting(text) else { continue };
            if self.settings.len() >= SETTINGS_MAX || self.n_patterns >= PATTERNS_MAX {
                return settings.unclear(&path, "it has too many settings");
            }
            match name.as_str() {
                "host" => self.begin(within, Condition::Host(words), &path, line),
                "match" => self.begin(within, Condition::Match(criteria(&words)), &path, line),
                "include" => {
                    let outer = self.blocks.len() - 1;
                    for file in included(settings, &words, folder, self.user) {
                        self.add_file(settings, &file, folder, Some(outer), depth + 1);
                    }
                    self.resume(outer);
                }
                name => self.keep(name, words, &path, line),
            }
        }
    }

    fn begin(&mut self, within: Option<usize>, condition: Condition, path: &Rc<Path>, line: u64) {
        self.n_patterns += match &condition {
            Condition::Always => 0,
            Condition::Host(patterns) => patterns.len(),
            Condition::Match(criteria) => criteria.iter().map(|one| one.patterns.len()).sum(),
        };
        self.blocks.push(Block { within, condition, clue: clue(path, line) });
    }

    /// What follows behind an `Include` stands in the block around it again.
    fn resume(&mut self, outer: usize) {
        if outer + 1 < self.blocks.len() {
            let clue = self.blocks[outer].clue.clone();
            self.blocks.push(Block { within: Some(outer), condition: Condition::Always, clue });
        }
    }

    fn keep(&mut self, name: &str, words: Vec<String>, path: &Rc<Path>, line: u64) {
        let block = self.blocks.len() - 1;
        let known = NAMES.iter().find(|known| **known == name);
        let settings = known.map(|name| Setting { block, name, words, clue: clue(path, line) });
        self.settings.extend(settings);
    }
}

/// The first `HostName` that is one.
fn keep_host(first: &mut Destination, setting: &Setting, typed: &str) {
    let written = setting.words.first().map(|word| word.replace("%h", typed));
    if let Some(host) = written.filter(|host| first.host.is_empty() && is_host(host)) {
        first.host = host;
    }
}

/// What stands for what in a path.
struct Tokens<'t> {
    user: &'t Principal,
    typed: &'t str,
    destination: Option<&'t Destination>,
}

impl Tokens<'_> {
    /// A path with its home and its tokens put in; `None` where one of them is not known here.
    fn path(&self, word: &str) -> Option<PathBuf> {
        if word.eq_ignore_ascii_case("none") {
            return None;
        }
        let word = word.replace("${HOME}", "%d");
        let mut path = String::new();
        let mut rest = word.as_str();
        while let Some((before, behind)) = rest.split_once('%') {
            path += before;
            let token = behind.chars().next()?;
            path += &self.token(token)?;
            rest = &behind[token.len_utf8()..];
        }
        path += rest;
        absolute(&path, self.user)
    }

    fn token(&self, token: char) -> Option<String> {
        let Principal { uid, name, home, .. } = self.user;
        let destination = self.destination;
        Some(match token {
            '%' => "%".into(),
            'd' => home.to_str()?.into(),
            'h' => destination?.host.clone(),
            'i' => uid.to_string(),
            'n' => self.typed.into(),
            'p' => destination?.port.unwrap_or(22).to_string(),
            'r' => destination?.user.clone().unwrap_or_else(|| name.clone()),
            'u' => name.clone(),
            _ => return None,
        })
    }
}

/// A path as settings and commands of a user name it; a relative one starts at the home, where
/// a program that is started from nowhere else works.
pub fn absolute(path: &str, user: &Principal) -> Option<PathBuf> {
    let below = path.strip_prefix("~/").or_else(|| path.strip_prefix("$HOME/"));
    let path = below.map_or_else(|| PathBuf::from(path), |below| user.home.join(below));
    let is_named = !path.as_os_str().is_empty() && !path.to_string_lossy().contains(['$', '\0']);
    is_named.then(|| user.home.join(path))
}

/// The private key that belongs to a public half or to a certificate.
pub fn private_half(path: PathBuf) -> PathBuf {
    let Some(text) = path.to_str() else { return path };
    let private = text.strip_suffix("-cert.pub").or_else(|| text.strip_suffix(".pub"));
    private.map(PathBuf::from).unwrap_or(path)
}

fn clue(path: &Rc<Path>, line: u64) -> Clue {
    Clue { kind: ClueKind::ClientConfig, path: path.to_path_buf(), line }
}

/// `Name value ...` or `Name=value`, with quotes around values.
fn setting(line: &str) -> Option<(String, Vec<String>)> {
    let line = line.trim();
    let end = line.find([' ', '\t', '='])?;
    let (name, rest) = line.split_at(end);
    if name.starts_with('#') {
        return None;
    }
    let rest = rest.trim_start();
    let words = words(rest.strip_prefix('=').unwrap_or(rest));
    (!words.is_empty()).then(|| (name.to_ascii_lowercase(), words))
}

fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() && !rest.starts_with('#') {
        let (word, behind) = match rest.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
            None => rest.split_once([' ', '\t']).unwrap_or((rest, "")),
        };
        words.push(word.to_owned());
        rest = behind.trim_start();
    }
    words
}

/// The words behind `Match`.
fn criteria(words: &[String]) -> Vec<Criterion> {
    let mut words = words.iter();
    let mut criteria = Vec::new();
    while let Some(word) = words.next() {
        let (name, value) = word.split_once('=').map_or((&**word, None), |(n, v)| (n, Some(v)));
        let positive = name.trim_start_matches('!');
        let is_negated = positive.len() < name.len();
        let subject = match positive.to_ascii_lowercase().as_str() {
            "all" | "final" | "canonical" => continue,
            "host" => Subject::Host,
            "originalhost" => Subject::OriginalHost,
            "user" => Subject::User,
            "localuser" => Subject::LocalUser,
            _ => Subject::Other,
        };
        let value = value.or_else(|| words.next().map(String::as_str)).unwrap_or_default();
        // What is given to `exec` is a command, and not kept.
        let value = if subject == Subject::Other { "" } else { value };
        let patterns = value.split(',').filter(|one| !one.is_empty()).map(str::to_owned).collect();
        criteria.push(Criterion { subject, is_negated, patterns });
    }
    criteria
}

/// Files that patterns of `Include` fit, in the order of their names. Only the last part of a
/// path may be a pattern.
fn included(
    settings: &mut Settings<'_>,
    words: &[String],
    folder: &Path,
    user: &Principal,
) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for word in words {
        let path = match word.strip_prefix("~/") {
            Some(below) => user.home.join(below),
            None => folder.join(word),
        };
        let (Some(above), Some(name)) =
            (path.parent(), path.file_name().and_then(|it| it.to_str()))
        else {
            continue;
        };
        if !name.contains(['*', '?']) {
            found.push(path);
        } else {
            let fits = |path: &PathBuf| {
                let found = path.file_name().and_then(|it| it.to_str()).unwrap_or_default();
                !found.starts_with('.') && matches(name, found)
            };
            found.extend(settings.paths(above).into_iter().filter(fits));
        }
    }
    found
}

/// `[user@]host[:port],...`
fn hosts_to_jump(setting: &Setting) -> Vec<(Destination, Clue)> {
    let hosts = setting.words.first().into_iter().flat_map(|word| word.split(','));
    let hosts = hosts.filter(|word| !word.eq_ignore_ascii_case("none")).filter_map(jump);
    hosts.map(|host| (host, setting.clue.clone())).collect()
}
