//! What a command leads to: the programs it names, what their links and first lines name,
//! and the folder it works in. Words that are neither are forgotten here: they may hold
//! secrets. Runs nothing and expands no variable of a shell.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use crate::model::advisory::Ecosystem;
use crate::model::host::HostFiles;
use crate::model::launch::{Invocation, is_node, is_python, is_python_project_tool};

/// Words of one command; what comes behind them is not looked at.
const WORDS_MAX: usize = 256;
/// A longer word is no path.
const WORD_BYTES_MAX: usize = 4096;
/// More programs are not kept of one command.
const PROGRAMS_MAX: usize = 64;
/// The kernel itself reads no more of a first line.
const FIRST_LINE_BYTES: u64 = 256;
/// Links from name to name that are followed.
const HOPS_MAX: usize = 8;

/// Where a command is started.
#[derive(Clone, Debug, Default)]
pub struct Start {
    /// The folder it works in.
    pub folder: Option<PathBuf>,
    /// The home of its user.
    pub home: Option<PathBuf>,
}

/// What a command leads to.
pub fn invocation(files: &dyn HostFiles, command: &str, start: &Start) -> Invocation {
    let mut invocation = Invocation { folder: start.folder.clone(), ..Invocation::default() };
    let mut words = words(command).peekable();
    while let Some(word) = words.next() {
        let tool = Path::new(word);
        if word == "cd" {
            invocation.folder = words.next().and_then(|to| absolute(to, &invocation, start));
        } else if let Some((name, value)) = assignment(word) {
            search(&mut invocation, name, value);
        } else if word.contains('/') {
            let path = absolute(word, &invocation, start);
            let reached = path.map(|path| leads_to(files, &path)).unwrap_or_default();
            invocation.programs.extend(reached);
        } else if is_tool(tool) {
            invocation.programs.push(tool.to_owned());
        }
        if let Some(ecosystem) = runner_of_packages(tool, words.peek().copied()) {
            invocation.packages.extend(packages(&mut words, ecosystem));
        }
    }
    invocation.programs.truncate(PROGRAMS_MAX);
    invocation
}

/// Quotes are taken as blanks: what a shell is given to run comes in them. A path with a
/// blank in it is missed.
fn words(command: &str) -> impl Iterator<Item = &str> {
    let is_gap = |it: char| it.is_whitespace() || "\"'`;&|()<>".contains(it);
    let words = command.split(is_gap).filter(|word| !word.is_empty());
    words.filter(|word| word.len() <= WORD_BYTES_MAX).take(WORDS_MAX)
}

/// `NAME=value`; an option is none.
fn assignment(word: &str) -> Option<(&str, &str)> {
    let (name, value) = word.split_once('=')?;
    let is_name = |it: char| it.is_ascii_alphanumeric() || it == '_';
    (!name.is_empty() && name.chars().all(is_name)).then_some((name, value))
}

/// Takes what a variable says of where programs and modules are looked for.
pub fn search(invocation: &mut Invocation, name: &str, value: &str) {
    if ["PATH", "PYTHONPATH", "VIRTUAL_ENV", "CONDA_PREFIX"].contains(&name) {
        let folders = value.split(':').map(PathBuf::from).filter(|path| path.is_absolute());
        invocation.searched.extend(folders.take(PROGRAMS_MAX));
    }
}

fn absolute(word: &str, so_far: &Invocation, start: &Start) -> Option<PathBuf> {
    if word.contains("://") {
        return None;
    }
    let of_home = ["~/", "$HOME/", "${HOME}/"].iter().find_map(|home| word.strip_prefix(home));
    match (of_home, word) {
        (Some(below), _) => Some(start.home.as_ref()?.join(below)),
        (None, "~" | "$HOME" | "${HOME}") => start.home.clone(),
        _ if word.starts_with('/') => Some(word.into()),
        _ => Some(so_far.folder.as_ref()?.join(word)),
    }
}

fn is_tool(program: &Path) -> bool {
    is_python(program) || is_node(program) || is_python_project_tool(program)
}

/// The kind of packages that a program fetches and runs.
fn runner_of_packages(program: &Path, next: Option<&str>) -> Option<Ecosystem> {
    let name = program.file_name()?.to_str()?;
    match (name, next) {
        ("uvx", _) | ("pipx", Some("run")) | ("uv", Some("tool")) => Some(Ecosystem::PyPI),
        ("npx" | "pnpx" | "bunx", _)
        | ("pnpm" | "yarn", Some("dlx"))
        | ("npm", Some("exec"))
        | ("bun", Some("x")) => Some(Ecosystem::Npm),
        _ => None,
    }
}

/// The packages that are named behind such a program: values of some options, and the first
/// word that is no option.
fn packages<'w>(
    words: &mut impl Iterator<Item = &'w str>,
    ecosystem: Ecosystem,
) -> Vec<(Ecosystem, String)> {
    let mut found = Vec::new();
    while let Some(word) = words.next() {
        match word {
            "--from" | "--with" | "--package" => found.extend(words.next().and_then(package)),
            "--python" | "-p" | "--index-url" | "--directory" | "-c" => drop(words.next()),
            "run" | "tool" | "dlx" | "exec" | "x" | "--" => {}
            _ if word.starts_with('-') => {}
            _ => {
                found.extend(package(word));
                break;
            }
        }
    }
    found.into_iter().map(|name| (ecosystem, name)).collect()
}

/// The name in `name`, `name==1.2`, `name[extra]`, `@scope/name@1.2`.
fn package(word: &str) -> Option<String> {
    const NAME_BYTES_MAX: usize = 214;
    let ends = |it: char| !(it.is_ascii_alphanumeric() || "._-/".contains(it));
    let scope = usize::from(word.starts_with('@'));
    let end = word[scope..].find(ends).map_or(word.len(), |at| at + scope);
    let name = &word[..end];
    (name.len() > scope && name.len() <= NAME_BYTES_MAX).then(|| name.to_owned())
}

/// A program that is there, what its links lead to, and the interpreter that its first line
/// names. Ends at a program of an environment: what its Python links to is everybody's.
pub fn leads_to(files: &dyn HostFiles, program: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = Vec::new();
    let mut next = Some(program.to_owned());
    while let Some(path) = next.take().filter(|_| found.len() < HOPS_MAX) {
        if !path.is_absolute() {
            // A bare name behind `env`: which program it is depends on who asks.
            found.extend(is_tool(&path).then_some(path));
            break;
        }
        let folder = path.parent().and_then(|folder| files.resolve(folder).ok());
        let Some(path) = folder.zip(path.file_name()).map(|(folder, name)| folder.join(name))
        else {
            break;
        };
        let Ok(inode) = files.inode_no_follow(&path) else { break };
        let is_known = found.contains(&path);
        found.push(path.clone());
        if is_known || lies_in_environment(files, &path) {
            break;
        }
        next = if inode.is_regular() {
            interpreter(files, &path)
        } else {
            files.link_target(&path).ok().map(|target| beside(&path, &target))
        };
    }
    found
}

fn beside(path: &Path, target: &Path) -> PathBuf {
    path.parent().unwrap_or(Path::new("/")).join(target)
}

fn lies_in_environment(files: &dyn HostFiles, program: &Path) -> bool {
    let prefix = program.parent().and_then(Path::parent);
    prefix.is_some_and(|prefix| files.inode_no_follow(&prefix.join("pyvenv.cfg")).is_ok())
}

/// The interpreter that the first line of a script names.
fn interpreter(files: &dyn HostFiles, script: &Path) -> Option<PathBuf> {
    named_in_first_line(&files.beginning(script, FIRST_LINE_BYTES).ok()?)
}

fn named_in_first_line(beginning: &[u8]) -> Option<PathBuf> {
    let mut lines = beginning.strip_prefix(b"#!")?.split(|byte| *byte == b'\n');
    let first = lines.next()?.trim_ascii();
    let mut words = first.split(|byte| byte.is_ascii_whitespace());
    let program = words.next().filter(|word| word.starts_with(b"/"))?;
    // Installers write this where the path is too long for the kernel, or has a blank.
    let second = lines.next().unwrap_or_default();
    if let Some(exec) = second.strip_prefix(b"'''exec' ") {
        let (quoted, gap) = exec.strip_prefix(b"\"").map_or((exec, b' '), |exec| (exec, b'"'));
        return quoted.split(|byte| *byte == gap).next().map(path);
    }
    if program.ends_with(b"/env") {
        return words.find(|word| !word.is_empty() && !word.starts_with(b"-")).map(path);
    }
    Some(path(program))
}

fn path(bytes: &[u8]) -> PathBuf {
    PathBuf::from(OsStr::from_bytes(bytes))
}

/// The script that a command line gives its interpreter; `None` for code that stands in the
/// command line itself.
pub fn script<'w>(words: &[&'w [u8]]) -> Option<&'w [u8]> {
    let program = path(words.first()?);
    let shells = ["sh", "bash", "dash", "ruby", "perl"];
    let is_shell = program.file_name().is_some_and(|name| shells.iter().any(|one| name == *one));
    if !is_python(&program) && !is_node(&program) && !is_shell {
        return None;
    }
    let mut words = words[1..].iter().copied().take(WORDS_MAX);
    while let Some(word) = words.next() {
        match word {
            b"-c" | b"-m" | b"-e" | b"-p" | b"--eval" | b"--print" => return None,
            b"-W" | b"-X" | b"-r" | b"--require" | b"--import" | b"--loader" => drop(words.next()),
            b"run" | b"" => {}
            _ if word.starts_with(b"-") => {}
            _ => return (word.len() <= WORD_BYTES_MAX).then_some(word),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_first_line(text: &str, expected: Option<&str>) {
        assert_eq!(named_in_first_line(text.as_bytes()).as_deref(), expected.map(Path::new));
    }

    #[test]
    fn first_lines_name_their_interpreter() {
        check_first_line("#!/v/bin/python -E\nimport a", Some("/v/bin/python"));
        check_first_line("#! /v/bin/python\r\n", Some("/v/bin/python"));
        check_first_line("#!/usr/bin/env python3\n", Some("python3"));
        check_first_line("#!/usr/bin/env -S /v/bin/python -u\n", Some("/v/bin/python"));
        let long = "#!/bin/sh\n'''exec' \"/v/a b/bin/python\" \"$0\" \"$@\"\n' '''\n";
        check_first_line(long, Some("/v/a b/bin/python"));
        check_first_line(
            "#!/bin/sh\n'''exec' /v/bin/python \"$0\" \"$@\"\n",
            Some("/v/bin/python"),
        );
        check_first_line("#!python\n", None);
        check_first_line("\u{7f}ELF", None);
        check_first_line("#!", None);
    }

    fn check_script(line: &str, expected: Option<&str>) {
        let words: Vec<&[u8]> = line.split(' ').map(str::as_bytes).collect();
        assert_eq!(script(&words), expected.map(str::as_bytes), "{line}");
    }

    #[test]
    fn a_script_is_told_from_options_and_code() {
        check_script("/v/bin/python -u /v/bin/gunicorn app:app", Some("/v/bin/gunicorn"));
        check_script("node --require x.js /srv/app/a.js --token b", Some("/srv/app/a.js"));
        check_script("python3 -m http.server 80", None);
        check_script("python3 -c /print/", None);
        check_script("psql postgres://a", None);
        check_script("", None);
    }

    fn check_packages(command: &str, expected: &[&str]) {
        let mut words = words(command);
        words.next();
        let found = packages(&mut words, Ecosystem::PyPI);
        assert_eq!(found.into_iter().map(|(_, name)| name).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn packages_are_named_by_the_first_word_and_by_options() {
        check_packages("uvx mcp-server --token s", &["mcp-server"]);
        check_packages("uvx --python 3.12 --from git-tool==1.2 git", &["git-tool", "git"]);
        check_packages("npx -y @a/server@1.0 /srv", &["@a/server"]);
        check_packages("pipx run black[d]", &["black"]);
        check_packages("uvx --", &[]);
        check_packages("npx @", &[]);
    }
}
