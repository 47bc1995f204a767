//! The rules of sudo, read as an upper bound: hosts and command lines are not compared, and a
//! list of commands is never proven harmless. Included files count behind the whole file that
//! includes them. Runs nothing, also not to check a rule.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use crate::discover::settings::Settings;
use crate::model::authority::{Authorities, Authority, AuthorityMeans, Reach};
use crate::model::principal::Principals;

const PATH: &str = "/etc/sudoers";
/// More files or rules are not read, and that is told.
const FILES_MAX: usize = 200;
const RULES_MAX: usize = 2000;
/// More users of one list, with those of its aliases, are passed over: nobody wrote them.
const ITEMS_MAX: usize = 10_000;

/// Adds what each user may do by sudo.
pub fn sudo(settings: &mut Settings<'_>, found: &mut Authorities) {
    let path = Path::new(PATH);
    if settings.files.inode(path).is_err() {
        return;
    }
    let mut rules = Rules::default();
    let n_problems = settings.problems.len();
    rules.read(settings, path);
    if settings.problems.len() > n_problems {
        let users = settings.principals.users.iter().filter(|user| user.logs_in && user.uid != 0);
        for user in users {
            let evidence = "the rules of sudo could not all be read".to_owned();
            let means = AuthorityMeans::Sudo;
            found.add(user.uid, Authority { reach: Reach::Unknown, means, evidence });
        }
    }
    for (uid, grants) in rules.grants(settings.principals) {
        grants.authorities().for_each(|authority| found.add(uid, authority));
    }
}

/// Lines of all files, in their order.
#[derive(Default)]
struct Rules {
    files: BTreeSet<PathBuf>,
    aliases: HashMap<String, Vec<String>>,
    rules: Vec<Rule>,
    /// Lists of users who are not asked for a password.
    unasked: Vec<Vec<String>>,
}

/// `users hosts = commands`
struct Rule {
    users: Vec<String>,
    commands: Vec<Command>,
    file: PathBuf,
}

/// One of the commands of a rule.
#[derive(Debug, PartialEq, Eq)]
struct Command {
    /// Users it may be run as.
    targets: Vec<String>,
    asks: bool,
    name: String,
}

impl Rules {
    fn read(&mut self, settings: &mut Settings<'_>, path: &Path) {
        // A stack, not a recursion: files may include each other.
        let mut pending = vec![path.to_owned()];
        while let Some(path) = pending.pop() {
            if !self.files.insert(path.clone()) {
                continue;
            }
            if self.files.len() > FILES_MAX || self.rules.len() > RULES_MAX {
                return settings.unclear(&path, "there are too many rules");
            }
            let Some(text) = settings.text(&path) else { continue };
            let mut included = self.read_text(settings, &path, &text);
            included.reverse();
            pending.extend(included);
        }
    }

    /// Takes the lines of a file, and gives the files that it includes.
    fn read_text(&mut self, settings: &mut Settings<'_>, path: &Path, text: &str) -> Vec<PathBuf> {
        let mut included = Vec::new();
        for line in text.replace("\\\n", " ").lines().map(str::trim) {
            match inclusion(line) {
                Some((true, folder)) => included.extend(drop_ins(settings, &folder)),
                Some((false, file)) => included.push(file),
                None => self.line(without_comment(line), path),
            }
        }
        included
    }

    fn line(&mut self, line: &str, file: &Path) {
        let (first, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        if let Some(scope) = first.strip_prefix("Defaults") {
            let is_unasked = rest.split([',', ' ', '\t']).any(|word| word == "!authenticate");
            let users = if scope.is_empty() { Some("ALL") } else { scope.strip_prefix(':') };
            self.unasked.extend(users.filter(|_| is_unasked).map(list));
        } else if ["User_Alias", "Runas_Alias", "Cmnd_Alias", "Cmd_Alias"].contains(&first) {
            let pairs = rest.split(':').filter_map(|pair| pair.split_once('='));
            self.aliases.extend(pairs.map(|(name, items)| (name.trim().to_owned(), list(items))));
        } else if let Some((left, commands)) = line.split_once('=') {
            let users = list(&left.replace(", ", ",").replace(" ,", ","));
            // What is behind the first gap is hosts.
            let n_users = users.iter().position(|item| item.contains(char::is_whitespace));
            let last = n_users.unwrap_or(users.len().saturating_sub(1));
            let users = users.into_iter().take(last + 1);
            let users = users.filter_map(|item| Some(item.split_whitespace().next()?.to_owned()));
            let (users, commands) = (users.collect(), self::commands(commands));
            self.rules.push(Rule { users, commands, file: file.to_owned() });
        }
    }

    /// What each user is granted: the last rule that lets it do everything decides whether it
    /// is asked for a password.
    fn grants(&self, principals: &Principals) -> BTreeMap<u32, Grants> {
        let names = Names::of(principals);
        let unasked = self.unasked.iter().flat_map(|users| self.users(users, &names));
        let unasked: BTreeSet<u32> = unasked.collect();
        let everything = self.leading_to(&["ALL"]);
        let root = self.leading_to(&["ALL", "root", "#0"]);
        let mut grants: BTreeMap<u32, Grants> = BTreeMap::new();
        for rule in self.rules.iter().take(RULES_MAX) {
            let kinds = kinds(&rule.commands, &everything, &root);
            for uid in self.users(&rule.users, &names) {
                let of_user = grants.entry(uid).or_default();
                for (is_all, asks) in &kinds {
                    of_user.add(*is_all, *asks && !unasked.contains(&uid), &rule.file);
                }
            }
        }
        grants
    }

    fn users(&self, items: &[String], names: &Names) -> BTreeSet<u32> {
        let mut found = BTreeSet::new();
        let mut denied = BTreeSet::new();
        for (item, is_denied) in self.flat(items) {
            let uids = names.0.get(&item).into_iter().flatten();
            if is_denied { denied.extend(uids) } else { found.extend(uids) }
        }
        found.difference(&denied).copied().collect()
    }

    /// Some words and all aliases that lead to one of them. Found once from the words, since
    /// aliases may name each other in any order.
    fn leading_to(&self, words: &[&str]) -> BTreeSet<String> {
        let mut owners: HashMap<&str, Vec<&str>> = HashMap::new();
        for (alias, items) in &self.aliases {
            items.iter().for_each(|item| owners.entry(item).or_default().push(alias));
        }
        let mut found: BTreeSet<String> = words.iter().map(|word| (*word).to_owned()).collect();
        let mut pending: Vec<&str> = words.to_vec();
        while let Some(word) = pending.pop() {
            for alias in owners.get(word).into_iter().flatten() {
                if found.insert((*alias).to_owned()) {
                    pending.push(alias);
                }
            }
        }
        found
    }

    /// The items of a list with those of its aliases, each with whether it is negated.
    fn flat(&self, items: &[String]) -> Vec<(String, bool)> {
        let mut seen = BTreeSet::new();
        let mut found = Vec::new();
        let mut pending: Vec<(&str, bool)> = items.iter().map(|item| (&**item, false)).collect();
        for _ in 0..ITEMS_MAX {
            let Some((item, is_denied)) = pending.pop() else { break };
            let name = item.trim_start_matches('!');
            let is_denied = is_denied ^ ((item.len() - name.len()) % 2 == 1);
            match self.aliases.get(name) {
                Some(items) if seen.insert((name, is_denied)) => {
                    pending.extend(items.iter().map(|item| (&**item, is_denied)));
                }
                Some(_) => {}
                None => found.push((name.to_owned(), is_denied)),
            }
        }
        found
    }
}

/// Whether commands are everything as root, and ask for a password; each kind once, where it
/// comes last.
fn kinds(
    commands: &[Command],
    everything: &BTreeSet<String>,
    root: &BTreeSet<String>,
) -> Vec<(bool, bool)> {
    let mut kinds = Vec::new();
    for command in commands.iter().filter(|one| !one.name.starts_with('!')) {
        let is_root = command.targets.iter().any(|target| root.contains(target));
        let kind = (is_root && everything.contains(&command.name), command.asks);
        kinds.retain(|known| *known != kind);
        kinds.push(kind);
    }
    kinds
}

/// Users by every name that a rule may give them.
struct Names(HashMap<String, Vec<u32>>);

impl Names {
    fn of(principals: &Principals) -> Self {
        let mut names: HashMap<String, Vec<u32>> = HashMap::new();
        for user in principals.users.iter().filter(|user| user.uid != 0) {
            let mut add = |name: String| names.entry(name).or_default().push(user.uid);
            add("ALL".to_owned());
            add(user.name.clone());
            add(format!("#{}", user.uid));
            for gid in &user.gids {
                add(format!("%{}", principals.group_name(*gid)));
                add(format!("%#{gid}"));
            }
        }
        Self(names)
    }
}

/// What the rules let one user do.
#[derive(Default)]
struct Grants {
    /// Everything as root: whether it is asked for a password, and which file says so.
    all: Option<(bool, PathBuf)>,
    /// Some things, unasked, and by a password.
    some: [Option<PathBuf>; 2],
}

impl Grants {
    fn add(&mut self, is_all: bool, asks: bool, file: &Path) {
        if is_all {
            self.all = Some((asks, file.to_owned()));
        } else {
            self.some[usize::from(asks)].get_or_insert_with(|| file.to_owned());
        }
    }

    fn authorities(self) -> impl Iterator<Item = Authority> {
        let [unasked, asked] = self.some;
        let all = self.all.map(|(asks, file)| {
            let reach = if asks { Reach::RootByPassword } else { Reach::RootAtWill };
            (reach, format!("{} lets it run everything", file.display()))
        });
        let some = |file: PathBuf| format!("{} lets it run some commands", file.display());
        let unasked = unasked.map(|file| (Reach::Unknown, some(file)));
        let asked = asked.map(|file| (Reach::RootByPassword, some(file)));
        let all = all.into_iter().chain(unasked).chain(asked);
        all.map(|(reach, evidence)| Authority { reach, means: AuthorityMeans::Sudo, evidence })
    }
}

/// Whether a folder or a file is included, and which. The `#` of these is no comment.
fn inclusion(line: &str) -> Option<(bool, PathBuf)> {
    let (word, path) = line.split_once(char::is_whitespace)?;
    let is_folder = match word {
        "@includedir" | "#includedir" => true,
        "@include" | "#include" => false,
        _ => return None,
    };
    Some((is_folder, Path::new("/etc").join(path.trim().trim_matches('"'))))
}

/// Files of an included folder, but for those that sudo itself passes over.
fn drop_ins(settings: &mut Settings<'_>, folder: &Path) -> Vec<PathBuf> {
    let is_read = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        !name.contains('.') && !name.ends_with('~')
    };
    settings.paths(folder).into_iter().filter(is_read).collect()
}

/// A `#` with digits behind it is a user id.
fn without_comment(line: &str) -> &str {
    let starts = |(at, _): &(usize, &str)| {
        let is_id = line[at + 1..].starts_with(|it: char| it.is_ascii_digit());
        !is_id && !line[..*at].ends_with('\\')
    };
    line.match_indices('#').find(starts).map_or(line, |(at, _)| &line[..at]).trim_end()
}

fn list(text: &str) -> Vec<String> {
    let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
    items.map(ToOwned::to_owned).collect()
}

/// `(targets) TAG: command, command`; targets and tags hold on until they are changed.
fn commands(text: &str) -> Vec<Command> {
    let mut targets = vec!["root".to_owned()];
    let mut asks = true;
    let mut found = Vec::new();
    let mut rest = text;
    while !rest.trim_start().is_empty() {
        rest = rest.trim_start();
        if let Some((inner, behind)) = rest.strip_prefix('(').and_then(|it| it.split_once(')')) {
            targets = list(inner.split(':').next().unwrap_or_default());
            rest = behind.trim_start();
        }
        let end = rest.find(',').unwrap_or(rest.len());
        let mut name = rest[..end].trim();
        while let Some((tag, behind)) = tag(name) {
            asks = if tag.ends_with("PASSWD") { tag == "PASSWD" } else { asks };
            name = behind;
        }
        found.push(Command { targets: targets.clone(), asks, name: name.to_owned() });
        rest = rest.get(end + 1..).unwrap_or_default();
    }
    found
}

/// `NOPASSWD:` or `CWD=/srv ` before a command.
fn tag(text: &str) -> Option<(&str, &str)> {
    let end = text.find(|it: char| !it.is_ascii_uppercase() && it != '_').filter(|end| *end > 0)?;
    let (tag, behind) = text.split_at(end);
    let behind = match behind.as_bytes().first()? {
        b':' => &behind[1..],
        b'=' => behind.split_once(char::is_whitespace)?.1,
        _ => behind.trim_start().strip_prefix(':')?,
    };
    Some((tag, behind.trim_start()))
}

#[cfg(test)]
#[path = "sudoers/tests.rs"]
mod tests;
