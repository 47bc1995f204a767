//! What is recognised as startup code, whose it is, and what speaks for a look at it.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::io;

use data_encoding::BASE64URL_NOPAD;
use sha2::{Digest, Sha256};

use super::*;
use crate::model::advisory::{AdvisoryIndex, Ecosystem, Role, Weight};
use crate::model::artifact::{ArtifactKind, Inode};
use crate::model::component::{Component, InfectedInstall, Runner, Sighting};
use crate::model::principal::{Certainty, Principal, Principals};
use crate::model::startup::{JudgedStartup, StartupSign};
use crate::model::time::{DatedWindow, FileTimes, Moment, Window};

const ANA: u32 = 1000;
const SITE: &str = "/home/ana/.venv/lib/python3.12/site-packages";
const IMPORT: &str = "import os\n";

/// Files of a host in memory, with the second of their last change.
#[derive(Default)]
struct Shelf(BTreeMap<PathBuf, (String, i64)>);

impl Shelf {
    fn put(mut self, path: impl Into<PathBuf>, text: impl Into<String>) -> Self {
        self.0.insert(path.into(), (text.into(), 0));
        self
    }

    fn changed(mut self, seconds: i64) -> Self {
        self.0.values_mut().for_each(|(_, changed)| *changed = seconds);
        self
    }

    fn artifact(&self, path: &Path) -> Artifact {
        Artifact {
            path: path.to_owned(),
            inode: self.inode(path).unwrap(),
            kind: ArtifactKind::File,
        }
    }

    /// All that is on it, as a walk would note it.
    fn list(&self) -> StartupList {
        let mut list = StartupList::default();
        for (path, (text, _)) in &self.0 {
            note(&self.artifact(path), Some(text.as_bytes()), self, &mut list);
        }
        list
    }

    fn survey(&self, installs: &[InfectedInstall]) -> Vec<JudgedStartup> {
        let home = |name: &str, uid| Principal {
            uid,
            gids: vec![uid],
            name: name.into(),
            home: format!("/home/{name}").into(),
            logs_in: true,
        };
        let principals = Principals { users: vec![home("ana", ANA)], ..Principals::default() };
        let scene = Scene { installs, principals: &principals, files: self };
        survey(self.list(), &scene).judged
    }
}

impl HostFiles for Shelf {
    fn resolve(&self, path: &Path) -> io::Result<PathBuf> {
        Ok(path.to_owned())
    }

    fn inode(&self, path: &Path) -> io::Result<Inode> {
        let file = self.0.get(path);
        let is_folder = self.0.keys().any(|one| one.starts_with(path) && one != path);
        if file.is_none() && !is_folder {
            return Err(io::ErrorKind::NotFound.into());
        }
        let at = Moment::new(file.map_or(0, |(_, changed)| *changed), 0);
        Ok(Inode {
            device: 1,
            number: 1,
            mode: if is_folder { 0o040_755 } else { 0o100_755 },
            uid: ANA,
            gid: ANA,
            n_links: 1,
            size_bytes: file.map_or(0, |(text, _)| text.len() as u64),
            times: FileTimes { accessed: at, modified: at, changed: at, born: None },
        })
    }

    fn inode_no_follow(&self, path: &Path) -> io::Result<Inode> {
        self.inode(path)
    }

    fn read(&self, path: &Path, size_bytes_max: u64) -> io::Result<Vec<u8>> {
        let (text, _) = self.0.get(path).ok_or(io::ErrorKind::NotFound)?;
        if text.len() as u64 > size_bytes_max || text == "unreadable" {
            return Err(io::ErrorKind::PermissionDenied.into());
        }
        Ok(text.clone().into_bytes())
    }

    fn beginning(&self, path: &Path, _n_bytes: u64) -> io::Result<Vec<u8>> {
        self.read(path, u64::MAX)
    }

    fn names(&self, path: &Path) -> io::Result<Vec<OsString>> {
        let below = self.0.keys().filter_map(|one| one.strip_prefix(path).ok());
        let names: BTreeSet<OsString> =
            below.filter_map(|rest| Some(rest.iter().next()?.to_owned())).collect();
        if names.is_empty() {
            Err(io::ErrorKind::NotFound.into())
        } else {
            Ok(names.into_iter().collect())
        }
    }

    fn link_target(&self, _path: &Path) -> io::Result<PathBuf> {
        Err(io::ErrorKind::NotFound.into())
    }

    fn access_list(&self, _path: &Path) -> io::Result<Option<Vec<u8>>> {
        Ok(None)
    }

    fn may_enter(&self, _path: &Path) -> bool {
        true
    }
}

/// What one file is noted as: kind and line, `common` if it is counted only.
fn noted(path: &str, text: &str) -> String {
    let list = Shelf::default().put(path, text).list();
    let n_counted: u64 = list.counts.values().sum();
    let kept = list.into_kept().next().map(|code| {
        let line = code.line.map_or_else(String::new, |line| format!(":{line}"));
        format!("{}{line}", code.kind.as_str())
    });
    kept.unwrap_or_else(|| if n_counted > 0 { "common".into() } else { String::new() })
}

fn check(path: &str, text: &str, expected: &str) {
    assert_eq!(noted(path, text), expected, "{path}: {text}");
}

#[test]
fn a_line_of_a_path_file_runs_if_it_begins_with_import_and_a_blank() {
    let path = format!("{SITE}/a.pth");
    check(&path, "./lib\nimport os; os.getpid()\n", "python-pth:2");
    check(&path, "import\tos", "python-pth:1");
    check(&path, "\u{feff}import os", "python-pth:1");
    check(&path, "./lib\r./lib\u{b}import os", "python-pth:1");
    check(&path, "# import os\nimportant\n import os\n./import os\n", "");
    check("/srv/models/import.pth", IMPORT, "");
    check("/home/ana/.cache/uv/archive-v0/aB3/a.pth", IMPORT, "");
    check(&format!("{SITE}/torch/a.pth"), IMPORT, "");
    check(&format!("{SITE}/a.start"), "# name\na.b:main\n", "python-start:2");
}

#[test]
fn common_lines_are_known_by_the_whole_line_and_not_by_the_name() {
    let path = format!("{SITE}/distutils-precedence.pth");
    let line = "import os; var = 'SETUPTOOLS_USE_DISTUTILS'; enabled = os.environ.get(var, \
                'local') == 'local'; enabled and __import__('_distutils_hack').add_shim();";
    check(&path, line, "common");
    check(&path, &format!("{line}\n{line} import evil\n"), "python-pth:2");
    check(&path, IMPORT, "python-pth:1");
}

#[test]
fn the_hook_of_virtualenv_is_common_only_beside_a_module_that_reaches_nowhere() {
    let with = |name: &str, module: &str| {
        let shelf = Shelf::default().put(format!("{SITE}/{name}"), "import _virtualenv");
        shelf.put(format!("{SITE}/_virtualenv.py"), module).list().into_kept().count()
    };
    let module = "import os\nfrom importlib.util import find_spec\nP = os.path.abspath(__file__)\n";
    assert_eq!(with("_virtualenv.pth", module), 0);
    assert_eq!(with("other.pth", module), 1);
    for line in ["import subprocess", "  import os, socket", "os.system(x)", "exec(x)", "f(os)"] {
        assert_eq!(with("_virtualenv.pth", &format!("{module}{line}\n")), 1, "{line}");
    }
}

#[test]
fn a_site_module_counts_where_python_imports_it_and_if_it_does_anything() {
    check(&format!("{SITE}/sitecustomize.py"), IMPORT, "python-site:1");
    check("/usr/lib/python3.11/usercustomize.py", "\n# one\nprint()\n", "python-site:3");
    check("/etc/python3.11/sitecustomize.py", "# install the hook\n", "");
    check("/srv/app/sitecustomize.py", IMPORT, "");
}

#[test]
fn install_scripts_and_commands_of_the_build_are_those_of_installed_packages() {
    let manifest = "{\n\"scripts\": {\"test\": \"a\",\n\"postinstall\": \"node x.js\"}}";
    check("/srv/node_modules/a/package.json", manifest, "install-script:3");
    check("/srv/node_modules/@s/a/package.json", manifest, "install-script:3");
    check("/srv/app/package.json", manifest, "");
    check("/srv/node_modules/a/test/package.json", manifest, "");
    check("/srv/node_modules/a/package.json", "{\"scripts\": {\"prepare\": \"x\"}}", "");
    check("/srv/node_modules/a/package.json", "{\"x\": {\"install\": \"x\"}}", "");
    let gyp = "{\n# '<!(none)'\n'sources': ['<!@(node x.js)']}";
    check("/srv/node_modules/a/binding.gyp", gyp, "gyp-command:3");
    check("/srv/node_modules/a/binding.gyp", "{'sources': ['a.c']}", "");
}

#[test]
fn what_opening_a_folder_runs_is_found_whatever_surrounds_it() {
    let task = "{ // mine\n\"tasks\": [{\"runOptions\": {\"runOn\": \"folderOpen\"},}]}";
    check("/srv/app/.vscode/tasks.json", task, "folder-task:2");
    check("/srv/app/a.code-workspace", task, "folder-task:2");
    check("/srv/app/.vscode/tasks.json", "{\"runOn\": \"default\"}", "");
    let deep = format!("{{\"a\": {}, \"runOn\": \"folderOpen\"}}", "[".repeat(200_000));
    check("/srv/app/.vscode/tasks.json", &deep, "folder-task:1");
    let hook = |event: &str| format!("{{\"hooks\": {{\n\"{event}\": [{{\"command\": \"x\"}}]}}}}");
    check("/srv/app/.claude/settings.json", &hook("SessionStart"), "agent-start:2");
    check("/srv/app/.cursor/hooks.json", &hook("sessionStart"), "agent-start:2");
    check("/srv/app/.codex/hooks.json", &hook("SessionStart"), "agent-start:2");
    let shared = "<component name=\"ProjectStartupSharedConfiguration\">\n<configurations>\n";
    let one = format!("{shared}<configuration name=\"x\" id=\"y\" />\n");
    check("/srv/app/.idea/startup.xml", &one, "folder-task:3");
    check("/srv/app/.idea/startup.xml", shared, "");
    check("/srv/app/.claude/settings.local.json", &hook("PreToolUse"), "agent-hook:2");
    check("/srv/app/.claude/settings.json", "{\"SessionStart\": []}", "");
    let container = "{\"name\": \"x\", \"postCreateCommand\": [\"x\"]}";
    check("/srv/app/.devcontainer/devcontainer.json", container, "container:1");
}

#[test]
fn hooks_and_settings_of_git_are_those_that_run_unasked() {
    check("/srv/app/.git/hooks/pre-commit", "x", "git-hook");
    check("/srv/app/.git/modules/a/hooks/post-merge", "x", "git-hook");
    check("/srv/app.git/hooks/update", "x", "git-hook");
    check("/srv/app/.git/hooks/pre-commit.sample", "x", "");
    check("/srv/app/hooks/pre-commit", "x", "");
    check(
        "/srv/app/.git/config",
        "[core]\n\tfsmonitor = true\n\thooksPath = .h\n",
        "git-setting:3",
    );
    check("/srv/app/.git/config", "[core] fsmonitor = ./run\n", "git-setting:1");
    check("/home/ana/.gitconfig", "[filter \"x\"]\nclean = y\n", "git-setting:2");
    check("/home/ana/.gitconfig", "[filter \"lfs\"]\nclean = git-lfs clean -- %f\n", "");
    check("/home/ana/.gitconfig", "[user]\nname = x\n[alias]\nhooksPath = x\n", "");
    check("/home/ana/.kube/config", "[core]\nfsmonitor = ./run\n", "");
}

#[test]
fn a_hook_that_nobody_may_execute_is_none() {
    let shelf = Shelf::default().put("/srv/app/.git/hooks/pre-commit", "x");
    let mut artifact = shelf.artifact(Path::new("/srv/app/.git/hooks/pre-commit"));
    artifact.inode.mode = 0o100_644;
    let mut list = StartupList::default();
    note(&artifact, Some(b"x"), &shelf, &mut list);
    assert_eq!(list, StartupList::default());
}

#[test]
fn files_of_logins_shells_and_clocks_are_known_by_their_place() {
    for (path, expected) in [
        ("/home/ana/.bashrc", "shell"),
        ("/etc/profile.d/x.sh", "shell"),
        ("/home/ana/.ssh/rc", "shell"),
        ("/home/ana/.ssh/authorized_keys", "authorized-keys"),
        ("/home/ana/.config/systemd/user/x.service", "unit"),
        ("/etc/systemd/system/x.service.d/y.conf", "unit"),
        ("/home/ana/.config/autostart/x.desktop", "autostart"),
        ("/var/spool/cron/crontabs/ana", "cron"),
        ("/etc/cron.d/x", "cron"),
        ("/etc/crontab", "cron"),
        ("/Users/ana/Library/LaunchAgents/x.plist", "launch-agent"),
        ("/srv/x.service", ""),
        ("/srv/authorized_keys", ""),
        ("/srv/autostart/x.txt", ""),
    ] {
        check(path, "x", expected);
    }
}

#[test]
fn hostile_bytes_are_read_to_their_end_and_say_nothing() {
    let noise: String = (0..4096_u32).filter_map(|n| char::from_u32(n % 256)).collect();
    let places = ["a.pth", "a.start", "sitecustomize.py"].map(|name| format!("{SITE}/{name}"));
    let others = [
        "/srv/.vscode/tasks.json",
        "/srv/.claude/settings.json",
        "/srv/.git/config",
        "/srv/node_modules/a/package.json",
        "/srv/node_modules/a/binding.gyp",
    ];
    for path in places.iter().map(String::as_str).chain(others) {
        for text in [noise.as_str(), "\"", "{\"a\":", "[", "\0", "\\"] {
            let _no_panic = noted(path, text);
        }
    }
}

#[test]
fn what_is_too_large_to_be_read_is_known_by_its_place_only() {
    let shelf = Shelf::default().put("/home/ana/.bashrc", "x").put(format!("{SITE}/a.pth"), IMPORT);
    let mut list = StartupList::default();
    for path in shelf.0.keys() {
        note(&shelf.artifact(path), None, &shelf, &mut list);
    }
    assert_eq!(list.counts, [(StartupKind::Shell, 1)].into());
    assert!(is_parsed(Path::new(&format!("{SITE}/a.pth"))));
    assert!(!is_parsed(Path::new("/home/ana/.bashrc")));
}

/// The bad package in [`SITE`], which ran as ana from second 1000 to 2000.
fn install() -> InfectedInstall {
    InfectedInstall {
        component: Some(Component {
            environment: SITE.into(),
            name: "example".into(),
            version: "1.2.3".into(),
            ecosystem: Ecosystem::PyPI,
            path: format!("{SITE}/example-1.2.3.dist-info").into(),
            installer: None,
            owner_uid: ANA,
            installed: None,
            copied: None,
        }),
        runners: vec![Runner::new(ANA, Certainty::Observed, String::new())],
        window: DatedWindow {
            window: Window { start: Moment::new(1000, 0), end: Moment::new(2000, 0) },
            evidence: String::new(),
        },
        ..InfectedInstall::new(AdvisoryIndex(0))
    }
}

fn signs(shelf: &Shelf, installs: &[InfectedInstall]) -> Vec<(String, Vec<StartupSign>)> {
    let name = |one: &JudgedStartup| name_of(&one.code.path).to_owned();
    shelf.survey(installs).into_iter().map(|one| (name(&one), one.signs)).collect()
}

fn record(name: &str, text: &str) -> String {
    let digest = BASE64URL_NOPAD.encode(&Sha256::digest(text));
    format!("example/__init__.py,,\r\n{name},sha256={digest},{}\r\n", text.len())
}

#[test]
fn a_path_file_is_ordinary_while_its_package_lists_it_as_it_is() {
    let with = |record: String| {
        let shelf = Shelf::default().put(format!("{SITE}/a,b.pth"), IMPORT);
        signs(&shelf.put(format!("{SITE}/tool-1.dist-info/RECORD"), record), &[])
    };
    let one = |signs: &[StartupSign]| vec![("a,b.pth".to_owned(), signs.to_vec())];
    assert_eq!(with(record("\"a,b.pth\"", IMPORT)), one(&[]));
    assert_eq!(with("\"a,b.pth\",,\n".into()), one(&[]));
    assert_eq!(with(record("\"a,b.pth\"", "other")), one(&[StartupSign::Altered]));
    assert_eq!(with("lib/a,b.pth,,\n".into()), one(&[StartupSign::NoOwner]));
    assert_eq!(with("unreadable".into()), one(&[StartupSign::OwnerUnknown]));
}

#[test]
fn many_files_and_a_long_record_take_no_long_time() {
    let mut shelf = Shelf::default();
    let mut record = String::new();
    for number in 0..500 {
        let name = format!("{number}.pth");
        record += &format!("{name},,\n").repeat(100);
        shelf = shelf.put(format!("{SITE}/{name}"), IMPORT);
    }
    shelf = shelf.put(format!("{SITE}/tool-1.dist-info/RECORD"), record);
    assert!(shelf.survey(&[]).iter().all(|one| one.package.as_deref() == Some("tool 1")));
}

#[test]
fn dpkg_and_the_interpreter_own_what_they_brought() {
    let path = "/usr/lib/python3/dist-packages/zope.pth";
    let list = "/var/lib/dpkg/info/python3-zope:amd64.list";
    let owned = Shelf::default().put(path, IMPORT).put(list, format!("/.\n{path}\n"));
    let package = |shelf: &Shelf| shelf.survey(&[]).remove(0).package;
    assert_eq!(package(&owned).as_deref(), Some("python3-zope"));
    let library = "/opt/python/lib/python3.12";
    let brought = Shelf::default()
        .put(format!("{library}/sitecustomize.py"), IMPORT)
        .put(format!("{library}/site.py"), "");
    assert_eq!(package(&brought).as_deref(), Some("its interpreter"));
    let mut later = brought;
    later.0.get_mut(Path::new(&format!("{library}/site.py"))).unwrap().1 = -86_400;
    assert_eq!(package(&later), None);
    let forged = Shelf::default().put(format!("{SITE}/a.pth"), IMPORT);
    assert_eq!(package(&forged.put(format!("{SITE}/site.py"), "")), None);
}

#[test]
fn in_an_infected_environment_the_bad_package_and_orphans_stand_out() {
    let shelf = Shelf::default()
        .put(format!("{SITE}/example.pth"), IMPORT)
        .put(format!("{SITE}/example-1.2.3.dist-info/RECORD"), record("example.pth", IMPORT))
        .put(format!("{SITE}/tool.pth"), IMPORT)
        .put(format!("{SITE}/tool-1.dist-info/RECORD"), record("tool.pth", IMPORT))
        .put(format!("{SITE}/orphan.pth"), IMPORT)
        .changed(1500);
    let expected = [
        ("example.pth".to_owned(), vec![StartupSign::OfInfectedPackage(0)]),
        (
            "orphan.pth".to_owned(),
            vec![
                StartupSign::BesideInfected(0),
                StartupSign::ChangedInWindow(0),
                StartupSign::NoOwner,
            ],
        ),
        ("tool.pth".to_owned(), vec![]),
    ];
    assert_eq!(signs(&shelf, &[install()]), expected);
}

#[test]
fn a_file_of_the_incident_is_left_to_its_install() {
    let path = format!("{SITE}/example.pth");
    let mut infected = install();
    infected.sightings.push(Sighting {
        advisory: AdvisoryIndex(0),
        path: path.clone().into(),
        role: Role::Payload,
        weight: Weight::Strong,
        hash_is_known: None,
        note: String::new(),
        owner_uid: ANA,
        appeared: Moment::new(0, 0),
    });
    assert_eq!(signs(&Shelf::default().put(path, IMPORT), &[infected]), []);
}

#[test]
fn what_changed_inside_the_window_is_told_and_what_changed_outside_is_not() {
    let at = |seconds| {
        let shelf = Shelf::default()
            .put("/home/ana/.bashrc", "x")
            .put("/srv/node_modules/a/package.json", "{\"scripts\": {\"install\": \"x\"}}");
        signs(&shelf.changed(seconds), &[install()])
    };
    let told = vec![(".bashrc".to_owned(), vec![StartupSign::ChangedInWindow(0)])];
    assert_eq!(at(1500), told);
    let before_its_hook = 999 - 3600;
    assert_eq!((at(before_its_hook), at(2001)), (vec![], vec![]));
}

#[test]
fn only_those_as_whom_the_code_ran_can_have_changed_a_file() {
    let shelf = Shelf::default().put("/home/ana/.bashrc", "x").changed(1500);
    let ran_as = |uids: &[u32]| {
        let mut install = install();
        let runner = install.runners.remove(0);
        install.runners.extend(uids.iter().map(|uid| Runner { uid: *uid, ..runner.clone() }));
        signs(&shelf, &[install]).len()
    };
    assert_eq!((ran_as(&[ANA]), ran_as(&[0]), ran_as(&[1001]), ran_as(&[])), (1, 1, 0, 0));
}

#[test]
fn a_build_without_a_source_stands_out_and_one_with_a_source_is_not_told_of() {
    let gyp = "{'sources': ['<!(node x.js && echo stub.c)']}";
    let bare = Shelf::default().put("/srv/node_modules/a/binding.gyp", gyp);
    assert_eq!(signs(&bare, &[]), [("binding.gyp".to_owned(), vec![StartupSign::NoSources])]);
    assert_eq!(signs(&bare.put("/srv/node_modules/a/src/a.cc", "x"), &[]), []);
}

#[test]
fn a_hook_that_comes_with_a_clone_stands_out_and_one_of_the_user_does_not() {
    let hook = "{\"hooks\": {\"SessionStart\": []}}";
    let clone = Shelf::default().put("/home/ana/shop/.claude/settings.json", hook);
    let own = Shelf::default().put("/home/ana/.claude/settings.json", hook);
    assert_eq!(signs(&clone, &[])[0].1, [StartupSign::RunsOnOpen]);
    assert_eq!(signs(&own, &[])[0].1, []);
}

#[test]
fn the_script_of_a_bad_package_is_named_if_it_is_a_file() {
    let folder = "/srv/node_modules/example";
    let mut infected = install();
    infected.component.as_mut().unwrap().path = folder.into();
    let shelf = Shelf::default()
        .put(format!("{folder}/package.json"), "{\"scripts\": {\"preinstall\": \"node a.mjs\"}}");
    let runs = |shelf: &Shelf| shelf.survey(std::slice::from_ref(&infected)).remove(0).code.runs;
    assert_eq!(runs(&shelf), None);
    assert_eq!(runs(&shelf.put(format!("{folder}/a.mjs"), "x")), Some("a.mjs".into()));
}
