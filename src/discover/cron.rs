//! What cron and anacron start, from their tables and folders. Asks no daemon, and does not
//! tell when a line is due.

use std::path::{Path, PathBuf};

use crate::discover::invocations::{Start, invocation, search};
use crate::discover::settings::Settings;
use crate::model::launch::{Invocation, Launch, LaunchMeans};

/// Folders of scripts that run as root.
const PERIODIC: &[&str] =
    &["/etc/cron.hourly", "/etc/cron.daily", "/etc/cron.weekly", "/etc/cron.monthly"];
/// Folders of tables that are named for their users.
const SPOOLS: &[&str] = &["/var/spool/cron/crontabs", "/var/spool/cron"];

/// More lines of one table are not kept.
const LAUNCHES_MAX: usize = 1000;

/// What all tables and folders start.
pub fn cron(settings: &mut Settings<'_>) -> Vec<Launch> {
    let mut launches = table(settings, Path::new("/etc/crontab"), &Layout::Crontab);
    for path in settings.paths(Path::new("/etc/cron.d")) {
        launches.extend(table(settings, &path, &Layout::Crontab));
    }
    launches.extend(table(settings, Path::new("/etc/anacrontab"), &Layout::Anacrontab));
    for path in settings.paths_of_all(SPOOLS) {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if let Some(uid) = settings.principals.uid(name) {
            launches.extend(table(settings, &path, &Layout::OfUser(uid)));
        }
    }
    for path in settings.paths_of_all(PERIODIC) {
        let script = path.to_string_lossy();
        let start = Start { folder: None, home: None };
        let invocation = invocation(settings.files, &script, &start);
        launches.extend(launch(&path, 0, invocation, &[]));
    }
    launches
}

/// What stands in a line before the command.
enum Layout {
    /// The time, then the user.
    Crontab,
    /// The time; the file belongs to a user.
    OfUser(u32),
    /// Period, delay and name of the job.
    Anacrontab,
}

fn table(settings: &mut Settings<'_>, path: &Path, layout: &Layout) -> Vec<Launch> {
    let Some(text) = settings.text(path) else { return Vec::new() };
    let mut searched = Invocation::default();
    let mut hands: Vec<PathBuf> = Vec::new();
    let mut launches: Vec<Launch> = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.starts_with('#')) {
        if let Some((name, value)) = variable(line) {
            search(&mut searched, name, value);
            // Every job below has the table's variables.
            hands = vec![path.to_owned()];
            continue;
        }
        let Some((user, command)) = entry(line, layout) else { continue };
        let uid = match (layout, user) {
            (Layout::OfUser(uid), _) => Some(*uid),
            (_, Some(user)) => settings.principals.uid(user),
            (_, None) => Some(0),
        };
        let Some(uid) = uid else {
            settings.unclear(path, "a user of it is not in passwd");
            continue;
        };
        let home = settings.principals.user(uid).map(|user| user.home.clone());
        let mut invocation =
            invocation(settings.files, command, &Start { folder: home.clone(), home });
        invocation.searched.extend(searched.searched.iter().cloned());
        let launch = launch(path, uid, invocation, &hands);
        launches.extend(launch.filter(|one| launches.last() != Some(one)));
        if launches.len() >= LAUNCHES_MAX {
            settings.unclear(path, "it has too many lines");
            break;
        }
    }
    launches
}

fn launch(path: &Path, uid: u32, invocation: Invocation, hands: &[PathBuf]) -> Option<Launch> {
    (!invocation.is_empty()).then(|| Launch {
        means: LaunchMeans::Cron,
        path: path.to_owned(),
        uids: vec![uid],
        gids: Vec::new(),
        authority: Vec::new(),
        capabilities: None,
        invocation,
        hands: hands.to_vec(),
    })
}

/// `NAME = value`
fn variable(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.split_once('=')?;
    let name = name.trim_end();
    let is_name = |it: char| it.is_ascii_alphanumeric() || it == '_';
    let is_variable = name.starts_with(|it: char| it.is_ascii_alphabetic() || it == '_')
        && name.chars().all(is_name);
    is_variable.then(|| (name, value.trim().trim_matches(['"', '\''])))
}

/// The user, where the line has one, and the command up to what it gets as input.
fn entry<'l>(line: &'l str, layout: &Layout) -> Option<(Option<&'l str>, &'l str)> {
    let n_time = match layout {
        Layout::Anacrontab => 3,
        _ if line.starts_with('@') => 1,
        _ => 5,
    };
    let mut rest = line;
    for _ in 0..n_time {
        rest = word(rest)?.1;
    }
    let (user, command) = match layout {
        Layout::Crontab => word(rest).map(|(user, command)| (Some(user), command))?,
        _ => (None, rest),
    };
    let input = command.match_indices('%').find(|(at, _)| !command[..*at].ends_with('\\'));
    let command = input.map_or(command, |(at, _)| &command[..at]);
    (!command.is_empty()).then_some((user, command))
}

fn word(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_start();
    let end = text.find(char::is_whitespace)?;
    Some((&text[..end], text[end..].trim_start()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, layout: &Layout, expected: Option<(Option<&str>, &str)>) {
        assert_eq!(entry(line, layout), expected, "{line}");
    }

    #[test]
    fn the_command_stands_behind_time_and_user() {
        let of_ana = Layout::OfUser(1000);
        check("*/5 * * * * ana /a b", &Layout::Crontab, Some((Some("ana"), "/a b")));
        check("@reboot\tana\t/a", &Layout::Crontab, Some((Some("ana"), "/a")));
        check("0 4 * * 1 cd /a && b%input", &of_ana, Some((None, "cd /a && b")));
        check("0 4 * * 1 date +\\%F", &of_ana, Some((None, "date +\\%F")));
        check("1 5 cron.daily run-parts /etc/cron.daily", &Layout::Anacrontab, {
            Some((None, "run-parts /etc/cron.daily"))
        });
        check("* * * *", &of_ana, None);
        check("* * * * * ana", &Layout::Crontab, None);
        check("", &of_ana, None);
    }

    #[test]
    fn variables_are_told_from_lines() {
        assert_eq!(variable("PATH = \"/a:/b\""), Some(("PATH", "/a:/b")));
        assert_eq!(variable("* * * * * A=b c"), None);
        assert_eq!(variable("@daily a --b=c"), None);
    }
}
