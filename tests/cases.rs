//! Stories of the command line, one a folder of `tests/cases/`: a planted host, the
//! arguments, the exit code and the screens. `CREDREACH_BLESS=1 cargo test --test cases`
//! writes the screens anew; read them before they are committed.

#![allow(clippy::unwrap_used, reason = "a test that cannot plant its host has failed")]

mod support;

use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};

use credreach::selftest::{FakeHost, is_root};
use regex::Regex;
use serde::Deserialize;

/// A user that no machine has, for when files can be given away.
const UID: u32 = 61_001;

/// `case.toml`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// What the case shows.
    #[serde(rename = "story")]
    _story: String,
    /// `{root}` is the host's folder; files of the case are named from its own folder.
    arguments: Vec<String>,
    exit: i32,
    /// Whether there is a host at all, and users on it.
    #[serde(default = "yes")]
    has_users: bool,
    /// Whether the story needs files of several users.
    #[serde(default)]
    needs_root: bool,
    #[serde(default)]
    user: Vec<PlantedUser>,
    #[serde(default)]
    file: Vec<PlantedFile>,
    #[serde(default)]
    link: Vec<PlantedLink>,
    #[serde(default)]
    install: Vec<PlantedInstall>,
    /// Paths of sockets on which nothing listens, all of them ana's.
    #[serde(default)]
    sockets: Vec<String>,
}

/// A user besides root and ana, with a closed home.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PlantedUser {
    name: String,
    uid: u32,
    home: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PlantedFile {
    path: String,
    /// `~` is a break mark, as in rules.
    text: String,
    mode: Option<u32>,
    /// Whose it and its folder are, if not ana's in her home and root's elsewhere.
    uid: Option<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PlantedLink {
    path: String,
    target: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PlantedInstall {
    site_packages: String,
    name: String,
    version: String,
}

fn yes() -> bool {
    true
}

/// The host of a case: ana and her files, all of them hers.
fn plant(case: &Case) -> FakeHost {
    let mut host = FakeHost::new().unwrap();
    host.mode("/", 0o755).unwrap();
    let uid = if is_root() { UID } else { rustix::process::geteuid().as_raw() };
    host.user("ana", uid, "/home/ana").unwrap();
    for user in &case.user {
        host.user(&user.name, user.uid, &user.home).unwrap();
    }
    for file in &case.file {
        host.file(&file.path, file.text.replace('~', "")).unwrap();
    }
    for link in &case.link {
        std::fs::create_dir_all(host.real(&link.path).parent().unwrap()).unwrap();
        host.link(&link.target, &link.path).unwrap();
    }
    for install in &case.install {
        host.install(&install.site_packages, &install.name, &install.version).unwrap();
    }
    for path in &case.sockets {
        let real = host.real(path);
        std::fs::create_dir_all(real.parent().unwrap()).unwrap();
        drop(UnixListener::bind(real).unwrap());
        host.own(path, uid).unwrap();
    }
    host.own("/home/ana", uid).unwrap();
    for (path, uid) in case.file.iter().filter_map(|file| Some((&file.path, file.uid?))) {
        host.own(&Path::new(path).parent().unwrap().to_string_lossy(), uid).unwrap();
    }
    for (path, mode) in case.file.iter().filter_map(|file| Some((&file.path, file.mode?))) {
        host.mode(path, mode).unwrap();
    }
    // The last change of a home is one of its entries, and not its new owner.
    host.use_folder("/home/ana").unwrap();
    if !case.has_users {
        std::fs::remove_file(host.real("/etc/passwd")).unwrap();
    }
    host
}

/// Takes out what is another one in every run: times, folders, sizes that hold them.
fn steady(screen: &[u8], host: &FakeHost) -> String {
    let text = String::from_utf8_lossy(screen);
    let text = text.replace(host.root().to_str().unwrap(), "{root}");
    let moment = r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\dZ| \d\d:\d\d UTC|\s+\d\d:\d\d\s+UTC)";
    let text = Regex::new(moment).unwrap().replace_all(&text, "{time}").into_owned();
    let text =
        Regex::new(r"in \d+\.\d s").unwrap().replace_all(&text, "in {seconds} s").into_owned();
    // Which of the files that an installer writes came first is a matter of clock ticks.
    let born = Regex::new(r"birth\s+of\s+[\w.~-]+").unwrap();
    let text = born.replace_all(&text, "birth of {file}").into_owned();
    let digest = Regex::new(r"(?m)^  rules       [0-9a-f]{32}$").unwrap();
    let text = digest.replace_all(&text, "  rules       {digest}").into_owned();
    // A key id of AWS names its account: no scanner should find one in a screen.
    let aws = Regex::new(r"\bAKIA[A-Z2-7]{16}\b").unwrap();
    let text = aws.replace_all(&text, "{AWS key id}").into_owned();
    let text = Regex::new(r"gid \d+").unwrap().replace_all(&text, "gid {gid}").into_owned();
    // Its length depends on the folder and the user, and with it where it is wrapped.
    let line = Regex::new(r"(?m)^  sweep       planted.*(\n {14}.*)*").unwrap();
    line.replace_all(&text, "  sweep       {run}").into_owned()
}

fn check(folder: &Path) -> Result<(), String> {
    let text = std::fs::read_to_string(folder.join("case.toml")).map_err(|e| e.to_string())?;
    let case: Case = toml::from_str(&text).map_err(|error| error.to_string())?;
    if case.needs_root && !is_root() {
        return Ok(());
    }
    let host = plant(&case);
    let root = host.root().to_str().unwrap();
    let arguments = case.arguments.iter().map(|argument| argument.replace("{root}", root));
    let output = support::credreach().args(arguments).current_dir(folder).output().unwrap();
    if output.status.code() != Some(case.exit) {
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        return Err(format!("exit {:?}, not {}\n{said}", output.status.code(), case.exit));
    }
    for (name, bytes) in [("stdout", &output.stdout), ("stderr", &output.stderr)] {
        let found = steady(bytes, &host);
        let expected = support::expected(&folder.join(name), &found);
        if found != expected {
            return Err(format!("{name} is\n{found}\nand should be\n{expected}"));
        }
    }
    Ok(())
}

#[test]
fn every_case_ends_as_its_story_says() {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let entries = cases.read_dir().unwrap().map(|entry| entry.unwrap().path());
    let mut folders: Vec<PathBuf> = entries.filter(|path| path.is_dir()).collect();
    folders.sort();
    assert!(folders.len() >= 15, "only {} cases", folders.len());
    let failures: Vec<String> = folders
        .iter()
        .filter_map(|folder| Some(format!("{}: {}", folder.display(), check(folder).err()?)))
        .collect();
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}
