//! Actions that a GitHub runner has fetched: `_actions/owner/repository/ref`. The ref is told
//! as it is written; a tag may be moved, so what it stood for is known by the time alone.

use std::path::{Path, PathBuf};

use crate::components::dated;
use crate::components::version::normal_name;
use crate::model::advisory::Ecosystem;
use crate::model::artifact::Artifact;
use crate::model::component::Component;
use crate::model::host::HostFiles;
use crate::model::time::{Dated, Moment};

/// What the runner puts beside an action when it is whole.
const MARK: &str = ".completed";

/// Whether a path is the runner's mark of an action, or an action's own description.
pub fn is_action(path: &Path) -> bool {
    place(path).is_some()
}

/// The action that an artifact tells of. A description counts only where no mark does.
pub fn action(artifact: &Artifact, text: &[u8], files: &dyn HostFiles) -> Option<Component> {
    let (folder, repository, version) = place(&artifact.path)?;
    let is_mark = artifact.path.parent() != Some(&folder);
    let is_there = |path: &Path| files.inode_no_follow(path).is_ok();
    let counts = if is_mark { is_there(&folder) } else { !is_there(&mark_of(&folder)) };
    if !counts {
        return None;
    }
    let written = if is_mark { time(&String::from_utf8_lossy(text)) } else { None };
    let evidence = "time in the runner's mark".to_owned();
    let written = written.map(|at| Dated { at, evidence });
    Some(Component {
        environment: folder.ancestors().find(|path| path.ends_with("_actions"))?.to_owned(),
        name: normal_name(Ecosystem::GithubActions, &repository),
        version,
        ecosystem: Ecosystem::GithubActions,
        installer: Some("the runner".into()),
        owner_uid: artifact.inode.uid,
        copied: None,
        // The runner unpacks into a new folder at each job that lacks the action.
        installed: written.into_iter().chain(dated(files, &folder)).min(),
        path: folder,
    })
}

/// The folder of an action, its repository and its ref: of
/// `_actions/owner/repository/releases/v1.completed`, or of
/// `_actions/owner/repository/v1/action.yml`, where a ref is taken for one folder.
fn place(path: &Path) -> Option<(PathBuf, String, String)> {
    let name = path.file_name()?.to_str()?;
    let folder = match name.strip_suffix(MARK) {
        Some(stem) => path.with_file_name(stem),
        None if name == "action.yml" || name == "action.yaml" => path.parent()?.to_owned(),
        None => return None,
    };
    let is_description = !name.ends_with(MARK);
    let actions = folder.ancestors().find(|path| path.ends_with("_actions"))?;
    let names: Option<Vec<&str>> =
        folder.strip_prefix(actions).ok()?.iter().map(|name| name.to_str()).collect();
    match names?.as_slice() {
        [owner, repository, rest @ ..]
            if rest.len() == 1 || !is_description && !rest.is_empty() =>
        {
            Some((folder.clone(), format!("{owner}/{repository}"), rest.join("/")))
        }
        _ => None,
    }
}

fn mark_of(folder: &Path) -> PathBuf {
    let mut name = folder.as_os_str().to_owned();
    name.push(MARK);
    name.into()
}

/// `03/14/2025 17:04:05`, or `3/14/2025 5:04:05 PM`: as .NET prints UTC for no country, or
/// for America.
fn time(text: &str) -> Option<Moment> {
    let mut words = text.trim().split(' ');
    let mut day = words.next()?.split('/').map(|part| part.parse::<u32>().ok());
    let (month, day, year) = (day.next()??, day.next()??, day.next()??);
    let mut clock = words.next()?.split(':').map(|part| part.parse::<u32>().ok());
    let (hour, minute, second) = (clock.next()??, clock.next()??, clock.next()??);
    let hour = match words.next() {
        Some("AM") => hour % 12,
        Some("PM") => hour % 12 + 12,
        _ => hour,
    };
    Moment::parse(&format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, expected: Option<(&str, &str)>) {
        let found = place(Path::new(path)).map(|(_, name, version)| (name, version));
        let expected = expected.map(|(name, version)| (name.to_owned(), version.to_owned()));
        assert_eq!(found, expected, "{path}");
    }

    #[test]
    fn the_ref_of_an_action_is_the_rest_of_its_path() {
        let v4 = Some(("actions/checkout", "v4"));
        check("/r/_work/_actions/actions/checkout/v4.completed", v4);
        check("/r/_work/_actions/actions/checkout/v4/action.yml", v4);
        check("/r/_work/_actions/a/b/releases/v1.completed", Some(("a/b", "releases/v1")));
        check("/r/_work/_actions/a/b/v3/init/action.yml", None);
        check("/r/_work/_actions/a/action.yml", None);
        check("/srv/app/action.yml", None);
    }

    #[test]
    fn the_time_in_a_mark_is_read_as_the_runner_writes_it() {
        let at = Moment::parse("2025-03-14T17:04:05Z");
        assert_eq!(time("03/14/2025 17:04:05"), at);
        assert_eq!(time("3/14/2025 5:04:05 PM\n"), at);
        assert_eq!(time("14.03.2025 17:04:05"), None);
        assert_eq!(time("99/99/9999 99:99:99"), None);
    }
}
