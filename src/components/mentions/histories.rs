//! Commands that asked for a package, or took one away: lines of shell histories, with the time of each
//! where the shell keeps it. Understands no shell language: a variable in the place of a
//! version, or a script that was run, says nothing here.

use crate::components::mentions::naming::{at_version, requirement};
use crate::components::mentions::{Listener, Malformed, Named, Needs, Page, Witness};
use crate::model::advisory::Ecosystem;
use crate::model::component::MentionSource;
use crate::model::reach::EvidenceFamily;
use crate::model::time::Moment;

/// Words before the installer: `sudo -u ana env A=1 python3 -m pip install`.
const WORDS_BEFORE_MAX: usize = 8;

/// How to read a shell's history.
pub fn witness(name: &str) -> Option<Witness> {
    let names = [
        ".bash_history",
        ".zsh_history",
        ".zhistory",
        ".histfile",
        ".history",
        ".sh_history",
        ".ash_history",
        ".ksh_history",
        "fish_history",
        "ConsoleHost_history.txt",
    ];
    let source = MentionSource::History;
    let family = EvidenceFamily::ShellHistories;
    names.contains(&name).then_some(Witness { source, family, needs: Needs::Whole, read: history })
}

/// bash writes the time on a line before the command, zsh before it on the same line,
/// fish after it.
fn history(page: &Page<'_>, listener: &mut Listener<'_>) -> Result<(), Malformed> {
    let text = page.text();
    let is_fish = page.name() == "fish_history";
    let mut at = None;
    let mut pending = None;
    for line in text.lines() {
        if is_fish {
            if let Some(command) = line.strip_prefix("- cmd: ") {
                say(pending.replace(command), None, listener);
            } else if let Some(when) = line.trim_start().strip_prefix("when: ") {
                say(pending.take(), epoch(when), listener);
            }
        } else if let Some(when) = line.strip_prefix('#').and_then(epoch) {
            at = Some(when);
        } else {
            let (own, command) = zsh(line).unwrap_or((at, line));
            say(Some(command), own, listener);
        }
    }
    say(pending, None, listener);
    Ok(())
}

fn say(command: Option<&str>, at: Option<Moment>, listener: &mut Listener<'_>) {
    let at = at.map(|at| (at, "time in the shell's history"));
    listener(Named::moment(at));
    if let Some(command) = command {
        command_line(command, &mut |named| listener(Named { at, ..named }));
    }
}

/// `: 1774348740:0;command`
fn zsh(line: &str) -> Option<(Option<Moment>, &str)> {
    let (when, rest) = line.strip_prefix(": ")?.split_once(':')?;
    let (_, command) = rest.split_once(';')?;
    Some((epoch(when), command))
}

fn epoch(text: &str) -> Option<Moment> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    Moment::parse(text).filter(|_| is_number)
}

/// What a command line asks an installer for.
pub fn command_line(line: &str, listener: &mut Listener<'_>) {
    for command in line.split(['|', ';', '&', '\n']) {
        let words: Vec<&str> = command.split_whitespace().map(unquoted).collect();
        let installer = words.iter().take(WORDS_BEFORE_MAX).enumerate();
        let mut installers = installer.filter_map(|(at, word)| Some((at, Installer::of(word)?)));
        if let Some((at, installer)) = installers.next() {
            asked_for(installer, &words[at + 1..], listener);
        }
    }
}

fn unquoted(word: &str) -> &str {
    word.trim_matches(['"', '\'', '`', '(', ')', '$'])
}

#[derive(Clone, Copy)]
struct Installer {
    ecosystem: Ecosystem,
    /// Whether every call runs a package, without a verb.
    runs: bool,
}

impl Installer {
    fn of(word: &str) -> Option<Self> {
        let program = word.rsplit('/').next()?;
        let (ecosystem, runs) = match program {
            "npm" | "yarn" | "pnpm" | "bun" => (Ecosystem::Npm, false),
            "npx" | "bunx" | "pnpx" => (Ecosystem::Npm, true),
            "uv" | "pipx" | "poetry" | "pdm" | "pipenv" => (Ecosystem::PyPI, false),
            "conda" | "mamba" | "micromamba" | "pixi" => (Ecosystem::PyPI, false),
            "uvx" => (Ecosystem::PyPI, true),
            "cargo" => (Ecosystem::Crates, false),
            "go" => (Ecosystem::Go, false),
            "gem" => (Ecosystem::RubyGems, false),
            "composer" => (Ecosystem::Packagist, false),
            "code" | "code-insiders" | "code-server" | "codium" | "cursor" | "windsurf" => {
                (Ecosystem::VsCode, false)
            }
            _ if program
                .trim_end_matches(['.', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9'])
                == "pip" =>
            {
                (Ecosystem::PyPI, false)
            }
            _ => return None,
        };
        Some(Self { ecosystem, runs })
    }
}

/// Among so many words an installer has its verb: `uv tool install`, `yarn global add`.
const VERBS_MAX: usize = 3;

/// Words that get a package.
const GETTING: &[&str] = &[
    "install",
    "i",
    "in",
    "add",
    "ci",
    "run",
    "x",
    "exec",
    "dlx",
    "create",
    "inject",
    "download",
    "wheel",
    "upgrade",
    "update",
    "up",
    "get",
    "require",
    "create-project",
    "--install-extension",
];

/// Words that take one away.
const REMOVING: &[&str] =
    &["uninstall", "un", "remove", "rm", "unlink", "uninject", "--uninstall-extension"];

fn asked_for(installer: Installer, words: &[&str], listener: &mut Listener<'_>) {
    // Editors have options for verbs.
    let is_verb = |word: &str| !word.starts_with('-') || word.ends_with("install-extension");
    let numbered = words.iter().enumerate().filter(|(_, word)| is_verb(word));
    let mut verbs = numbered.take(VERBS_MAX);
    if let Some((at, _)) = verbs.clone().find(|(_, verb)| REMOVING.contains(verb)) {
        return taken_away(installer, &words[at + 1..], listener);
    }
    if !installer.runs && !verbs.any(|(_, verb)| GETTING.contains(verb)) {
        return;
    }
    for (name, version) in words.iter().filter_map(|word| exact(installer, word)) {
        let parents = name.match_indices('/').map(|(end, _)| &name[..end]);
        // Go is asked for a package; which folder above it is the module does not show.
        for module in parents.filter(|_| installer.ecosystem == Ecosystem::Go) {
            listener(Named::new(Ecosystem::Go, (module, version)));
        }
        listener(Named::new(installer.ecosystem, (name, version)));
    }
    if let Some(package) = with_version_apart(installer, words) {
        listener(Named::new(installer.ecosystem, package));
    }
}

/// A package in one version: `six==1.16.0`, `@s/is@4.0.0`, `'tool[extra]@1.2'`.
fn exact(installer: Installer, word: &str) -> Option<(&str, &str)> {
    let word = word.rsplit_once("--from=").map_or(word, |(_, spec)| spec);
    let (name, version) = match installer.ecosystem {
        Ecosystem::PyPI => requirement(word).or_else(|| at_version(word)),
        Ecosystem::RubyGems | Ecosystem::Packagist => word.split_once([':', '=']),
        _ => at_version(word),
    }?;
    Some((name.split('[').next()?, version))
}

/// Names behind a verb that takes away: `pip uninstall -y six`, `npm rm @s/is@4.0.0`.
fn taken_away(installer: Installer, words: &[&str], listener: &mut Listener<'_>) {
    for word in words.iter().filter(|word| !word.starts_with('-')) {
        let package = exact(installer, word).unwrap_or((word, ""));
        listener(Named::removed(installer.ecosystem, package));
    }
}

/// `gem install rake -v 13.0.6`, `cargo install ripgrep --version 14.1.0`: whichever comes first.
fn with_version_apart<'w>(installer: Installer, words: &[&'w str]) -> Option<(&'w str, &'w str)> {
    if !matches!(installer.ecosystem, Ecosystem::RubyGems | Ecosystem::Crates) {
        return None;
    }
    let option = words.iter().position(|word| ["-v", "--version", "--vers"].contains(word))?;
    let version = words.get(option + 1)?.trim_start_matches('=');
    let others = words[..option].iter().chain(&words[option + 2..]);
    let mut names = others.filter(|word| !word.starts_with('-') && !GETTING.contains(word));
    Some((names.next()?, version))
}
