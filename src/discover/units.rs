//! Services of systemd, from unit files and their drop-ins, by the precedence of systemd. Does
//! not ask systemd, and does not judge whether a unit is enabled.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::discover::invocations::{Start, invocation, search};
use crate::discover::settings::Settings;
use crate::discover::unit_hands::Hands;
use crate::model::authority::Capabilities;
use crate::model::launch::{Launch, LaunchMeans};

/// Folders of units of the system, the strongest first.
const SYSTEM: &[&str] = &[
    "/etc/systemd/system",
    "/run/systemd/system",
    "/usr/local/lib/systemd/system",
    "/usr/lib/systemd/system",
    "/lib/systemd/system",
];
/// Folders of units of every user, the strongest first.
const EVERY_USER: &[&str] = &[
    "/etc/systemd/user",
    "/run/systemd/user",
    "/usr/local/lib/systemd/user",
    "/usr/lib/systemd/user",
];
/// Folder of units of one user, below the home.
const ONE_USER: &str = ".config/systemd/user";
/// Who a user is that systemd makes for each run: it owns nothing, as nobody does.
const NOBODY: u32 = 65_534;

/// What all units start.
pub fn units(settings: &mut Settings<'_>) -> Vec<Launch> {
    let system = SYSTEM.iter().map(PathBuf::from).collect::<Vec<_>>();
    let mut launches = of_folders(settings, &system, &Manager::System);
    let everybody = settings.principals.users.iter().filter(|user| user.logs_in);
    let everybody = Manager::Users { uids: everybody.map(|user| user.uid).collect(), home: None };
    let shared = EVERY_USER.iter().map(PathBuf::from).collect::<Vec<_>>();
    launches.extend(of_folders(settings, &shared, &everybody));
    for user in settings.users_with_homes() {
        let own = Manager::Users { uids: vec![user.uid], home: Some(user.home.clone()) };
        launches.extend(of_folders(settings, &[user.home.join(ONE_USER)], &own));
    }
    launches
}

/// Whose systemd it is.
enum Manager {
    System,
    Users { uids: Vec<u32>, home: Option<PathBuf> },
}

fn of_folders(settings: &mut Settings<'_>, folders: &[PathBuf], manager: &Manager) -> Vec<Launch> {
    let mut units: BTreeMap<String, PathBuf> = BTreeMap::new();
    let mut drop_ins: BTreeMap<String, BTreeMap<PathBuf, PathBuf>> = BTreeMap::new();
    for path in settings.paths_of_all(folders) {
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
        if name.ends_with(".service") {
            units.entry(name.to_owned()).or_insert(path);
        } else if let Some(unit) = name.strip_suffix(".d").filter(|unit| unit.ends_with("service"))
        {
            let of_unit = drop_ins.entry(unit.to_owned()).or_default();
            for file in settings.paths(&path).into_iter().filter(|path| is_drop_in(path)) {
                let name = PathBuf::from(file.file_name().unwrap_or_default());
                of_unit.entry(name).or_insert(file);
            }
        }
    }
    let of_all = drop_ins.remove("service").unwrap_or_default();
    let mut launches = Vec::new();
    for (name, path) in units {
        let Some(text) = settings.text(&path) else { continue };
        let mut unit = Unit { hands: Hands::of_unit(&path), ..Unit::default() };
        unit.read(&path, &text);
        let own = drop_ins.remove(&name).unwrap_or_default();
        let files: BTreeMap<PathBuf, PathBuf> = of_all.clone().into_iter().chain(own).collect();
        for file in files.values() {
            if let Some(text) = settings.text(file) {
                unit.read(file, &text);
            }
        }
        launches.extend(unit.launches(settings, &path, manager));
    }
    launches
}

fn is_drop_in(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "conf")
}

/// What a unit and its drop-ins say of its service.
#[derive(Debug, Default)]
struct Unit {
    commands: Vec<String>,
    user: String,
    groups: Vec<String>,
    is_dynamic: bool,
    capabilities: String,
    bounding: Option<Capabilities>,
    folder: String,
    environment: Vec<(String, String)>,
    hands: Hands,
}

impl Unit {
    /// Later lines of a setting replace it; an empty one empties a list.
    fn read(&mut self, path: &Path, text: &str) {
        let text = text.replace("\\\n", " ");
        let mut is_service = false;
        for line in text.lines().map(str::trim) {
            if line.starts_with('[') {
                is_service = line == "[Service]";
            }
            let Some((key, value)) = line.split_once('=').filter(|_| is_service) else { continue };
            if !key.starts_with(['#', ';']) {
                let (key, value) = (key.trim_end(), value.trim_start());
                self.set(key, value);
                self.hands.set(path, key, value);
            }
        }
    }

    fn set(&mut self, key: &str, value: &str) {
        match key {
            "User" => value.clone_into(&mut self.user),
            "Group" | "SupplementaryGroups" => {
                self.groups.extend(value.split_ascii_whitespace().map(ToOwned::to_owned));
            }
            "DynamicUser" => self.is_dynamic = ["1", "yes", "true", "on"].contains(&value),
            "AmbientCapabilities" if value.is_empty() => self.capabilities.clear(),
            "AmbientCapabilities" => self.capabilities += &format!(" {value}"),
            "CapabilityBoundingSet" => self.bounding = Some(self.bounded(value)),
            "WorkingDirectory" => value.trim_start_matches('-').clone_into(&mut self.folder),
            "Environment" => self.environment.extend(assignments(value)),
            "ExecStart" if value.is_empty() => self.commands.clear(),
            _ if key.starts_with("Exec") => self.commands.push(value.to_owned()),
            _ => {}
        }
    }

    /// Several lines are taken together; one with a tilde takes away.
    fn bounded(&self, value: &str) -> Capabilities {
        let named = |text: &str| Capabilities::named(text).0;
        let all = Capabilities::ALL.0;
        Capabilities(match value.strip_prefix('~') {
            Some(taken) => self.bounding.map_or(all, |before| before.0) & !named(taken),
            None if value.is_empty() => 0,
            None => self.bounding.map_or(0, |before| before.0) | named(value),
        })
    }

    fn launches(&self, settings: &mut Settings<'_>, path: &Path, manager: &Manager) -> Vec<Launch> {
        let mut commands: BTreeMap<bool, String> = BTreeMap::new();
        for command in &self.commands {
            let program = command.trim_start_matches(['-', '@', ':', '+', '!', '|']);
            let prefix = &command[..command.len() - program.len()];
            let privileged = prefix.contains(['+', '!']) && matches!(manager, Manager::System);
            *commands.entry(privileged).or_default() += &format!("{program}\n");
        }
        let launch = |(privileged, commands): (bool, String)| {
            self.launch(settings, path, manager, &commands, privileged)
        };
        commands.into_iter().filter_map(launch).collect()
    }

    fn launch(
        &self,
        settings: &mut Settings<'_>,
        path: &Path,
        manager: &Manager,
        commands: &str,
        privileged: bool,
    ) -> Option<Launch> {
        let home_of = |uid: u32| settings.principals.user(uid).map(|user| user.home.clone());
        let (uids, home) = match manager {
            Manager::Users { uids, home } => (uids.clone(), home.clone()),
            Manager::System if privileged => (vec![0], home_of(0)),
            // Each instance of a template runs as the user that it is named for.
            Manager::System if self.user.contains('%') => {
                let users = settings.principals.users.iter().filter(|user| user.logs_in);
                (users.map(|user| user.uid).collect(), None)
            }
            Manager::System => {
                let uid = self.uid(settings);
                (uid.into_iter().collect(), uid.and_then(home_of))
            }
        };
        // The manager's own home, not that of User=, is what the specifier stands for.
        let of_manager = match manager {
            Manager::System => Some(PathBuf::from("/root")),
            Manager::Users { home, .. } => home.clone(),
        };
        let expanded = |text: &str| match &of_manager {
            Some(home) => text.replace("%h", &home.to_string_lossy()),
            None => text.to_owned(),
        };
        let folder = match self.folder.as_str() {
            "" => None,
            "~" => home.clone(),
            folder => Some(PathBuf::from(expanded(folder))),
        };
        let start = Start { folder, home };
        let mut invocation = invocation(settings.files, &expanded(commands), &start);
        for (name, value) in &self.environment {
            search(&mut invocation, name, &expanded(value));
        }
        if uids.is_empty() && !self.user.contains('%') && !invocation.programs.is_empty() {
            settings.unclear(path, "its user is not in passwd");
        }
        let gids = self.groups.iter().filter_map(|group| settings.principals.gid(group));
        Some(Launch {
            means: if self.is_dynamic { LaunchMeans::DynamicUserUnit } else { LaunchMeans::Unit },
            path: path.to_owned(),
            gids: gids.collect(),
            authority: Capabilities::named(&self.capabilities).authority().into_iter().collect(),
            // A + before a command lifts all of it.
            capabilities: self
                .bounding
                .filter(|_| !privileged)
                .and_then(Capabilities::limiting_root),
            uids,
            invocation,
            hands: self.hands.files(settings, of_manager.as_deref()),
        })
    }

    /// Root where a unit of the system names nobody.
    fn uid(&self, settings: &Settings<'_>) -> Option<u32> {
        let known = settings.principals.uid(&self.user);
        match self.user.as_str() {
            "" if self.is_dynamic => Some(NOBODY),
            "" => Some(0),
            _ if self.is_dynamic => known.or(Some(NOBODY)),
            _ => known,
        }
    }
}

/// `A=b "C=d e"`; a value with a blank is cut there, which no path of ours minds.
fn assignments(value: &str) -> impl Iterator<Item = (String, String)> {
    let words = value.split(|it: char| it.is_whitespace() || it == '"' || it == '\'');
    let pairs = words.filter_map(|word| word.split_once('='));
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit(texts: &[&str]) -> Unit {
        let mut unit = Unit::default();
        texts.iter().for_each(|text| unit.read(Path::new("/u.service"), text));
        unit
    }

    #[test]
    fn drop_ins_replace_and_empty_lines_empty() {
        let unit = unit(&[
            "[Unit]\nUser=nobody\n[Service]\nUser = ana\nExecStart=/a \\\n  b\n#User=x\n",
            "[Service]\nExecStart=\nExecStart=-/c\nUser=bob\nDynamicUser=yes\n\
             AmbientCapabilities=CAP_SETUID\nAmbientCapabilities=\n",
        ]);
        assert_eq!(
            (unit.user.as_str(), unit.commands.as_slice()),
            ("bob", &["-/c".to_owned()][..])
        );
        assert!(unit.is_dynamic && unit.capabilities.is_empty());
    }

    #[test]
    fn a_bounding_set_is_what_its_lines_leave() {
        let bounding = |lines: &str| {
            let unit = unit(&[&format!("[Service]\n{lines}")]);
            let mask = unit.bounding.map(|capabilities| capabilities.0);
            mask.map(|mask| (mask >> 1 & 1 == 1, mask >> 7 & 1 == 1))
        };
        assert_eq!(bounding(""), None);
        assert_eq!(bounding("CapabilityBoundingSet=\n"), Some((false, false)));
        assert_eq!(bounding("CapabilityBoundingSet=CAP_SETUID\n"), Some((false, true)));
        assert_eq!(bounding("CapabilityBoundingSet=~CAP_SETUID\n"), Some((true, false)));
        let two =
            "CapabilityBoundingSet=CAP_SETUID\nCapabilityBoundingSet=CAP_DAC_OVERRIDE CAP_X\n";
        assert_eq!(bounding(two), Some((true, true)));
    }

    #[test]
    fn bytes_without_sense_are_passed_over() {
        let unit = unit(&["[Service\n=\n[Service]\n=x\nUser\n\u{0}\u{1}=\u{2}\n", "[]=[]"]);
        assert!(unit.commands.is_empty() && unit.user.is_empty());
    }
}
