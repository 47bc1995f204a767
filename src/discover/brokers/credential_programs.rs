//! Programs that settings name to get credentials from, and the socket of git's cache. Of a
//! command only the name of its program is told: arguments may hold secrets. None is run.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::discover::brokers::sockets::Sockets;
use crate::discover::settings::Settings;
use crate::model::broker::{Broker, BrokerKind, Gives, Serves};

/// Reads the names of programs out of settings.
type Reader = fn(&str) -> Vec<String>;

/// Below a home: settings, who reads them, and how.
const OF_HOME: &[(&str, &str, Reader)] = &[
    (".aws/config", "AWS", aws),
    (".aws/credentials", "AWS", aws),
    (".cargo/config.toml", "cargo", cargo),
    (".config/containers/auth.json", "Podman", docker),
    (".config/git/config", "git", git),
    (".config/pip/pip.conf", "pip", pip),
    (".docker/config.json", "Docker", docker),
    (".gitconfig", "git", git),
    (".kube/config", "kubectl", kubernetes),
    (".npmrc", "npm", npm),
    (".terraformrc", "Terraform", terraform),
];
/// Settings of all users.
const OF_HOST: &[(&str, &str, Reader)] =
    &[("/etc/gitconfig", "git", git), ("/etc/pip.conf", "pip", pip)];
/// Below a home: where git's own cache listens.
const GIT_CACHES: &[&str] = &[".cache/git/credential/socket", ".git-credential-cache/socket"];

/// More of one file are not told.
const PROGRAMS_MAX: usize = 20;
/// A longer word is no name of a program.
const NAME_BYTES_MAX: usize = 64;

const OF_PROGRAM: &str = "whether it gives them without asking its user is not known";
const OF_CACHE: &str = "whether it held any is not known";

/// All of them.
pub fn credential_programs(settings: &mut Settings<'_>, sockets: &Sockets<'_>) -> Vec<Broker> {
    let mut found = Vec::new();
    for user in settings.users_with_homes() {
        for (name, reader, programs) in OF_HOME {
            let path = user.home.join(name);
            found.extend(of_file(settings, &path, Serves::User(user.uid), reader, *programs));
        }
        let caches = GIT_CACHES.iter().map(|name| user.home.join(name));
        found.extend(caches.filter_map(|path| of_git_cache(sockets, &path)));
    }
    for (path, reader, programs) in OF_HOST {
        found.extend(of_file(settings, Path::new(path), Serves::Everybody, reader, *programs));
    }
    found
}

fn helper(path: PathBuf, serves: Serves, what: String, doubt: &str) -> Broker {
    Broker {
        kind: BrokerKind::Helper,
        path,
        serves,
        gives: Gives::Secret,
        what,
        since: None,
        doubt: Some(doubt.to_owned()),
    }
}

fn of_file(
    settings: &mut Settings<'_>,
    path: &Path,
    serves: Serves,
    reader: &str,
    programs: Reader,
) -> Vec<Broker> {
    let Some(text) = settings.text(path) else { return Vec::new() };
    let since = settings.files.inode(path).ok().map(|inode| inode.times.changed);
    let programs: BTreeSet<String> = programs(&text).into_iter().collect();
    let broker = |program: &String| Broker {
        since,
        ..helper(path.to_owned(), serves, format!("{reader} asks {program}"), OF_PROGRAM)
    };
    programs.iter().take(PROGRAMS_MAX).map(broker).collect()
}

fn of_git_cache(sockets: &Sockets<'_>, path: &Path) -> Option<Broker> {
    let socket = sockets.at(path)?;
    let doubt = socket.doubt.unwrap_or_else(|| OF_CACHE.to_owned());
    let what = "cache of git's credentials".to_owned();
    let broker = helper(socket.path, Serves::User(socket.uid), what, &doubt);
    Some(Broker { since: Some(socket.since), ..broker })
}

/// The program of a command, by the last part of its path; what does not look like a name may
/// be anything, and is not told.
fn program(command: &str) -> String {
    let first = command.trim().trim_start_matches('!').split_ascii_whitespace().next();
    let first = first.unwrap_or_default().trim_matches(['"', '\'']);
    let name = first.rsplit('/').next().unwrap_or_default();
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"._-+:".contains(&byte);
    let is_name = !name.is_empty() && name.len() <= NAME_BYTES_MAX && name.bytes().all(is_part);
    if is_name { name.to_owned() } else { "a command".to_owned() }
}

/// The lines that set something: its name and its value.
fn settings_of(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let lines = text.lines().map(str::trim).filter(|line| !line.starts_with(['#', ';']));
    lines.filter_map(|line| line.split_once('=')).map(|(name, value)| (name.trim(), value.trim()))
}

fn aws(text: &str) -> Vec<String> {
    let named = settings_of(text).filter(|(name, _)| *name == "credential_process");
    named.map(|(_, command)| program(command)).collect()
}

/// Helpers of sections `credential`; `store` is a file, and `cache` has its own socket.
fn git(text: &str) -> Vec<String> {
    let mut is_ours = false;
    let mut found = Vec::new();
    for line in text.lines().map(str::trim) {
        if let Some(section) = line.strip_prefix('[') {
            is_ours = section.to_ascii_lowercase().starts_with("credential");
        }
        let Some((name, value)) = line.rsplit(']').next().and_then(|it| it.split_once('=')) else {
            continue;
        };
        if is_ours && name.trim().eq_ignore_ascii_case("helper") {
            found.extend(git_helper(value.trim().trim_matches('"')));
        }
    }
    found
}

fn git_helper(value: &str) -> Option<String> {
    let first = value.split_ascii_whitespace().next()?;
    match first {
        "store" | "cache" => None,
        _ if first.starts_with(['!', '/']) => Some(program(value)),
        _ => Some(program(&format!("git-credential-{first}"))),
    }
}

fn docker(text: &str) -> Vec<String> {
    let Ok(document) = serde_json::from_str::<Value>(text) else { return Vec::new() };
    let of_servers = document.get("credHelpers").and_then(Value::as_object);
    let of_servers = of_servers.into_iter().flatten().map(|(_, value)| value);
    let named = document.get("credsStore").into_iter().chain(of_servers);
    let names = named.filter_map(Value::as_str).filter(|name| !name.is_empty());
    names.map(|name| program(&format!("docker-credential-{name}"))).collect()
}

/// The `command` of each `exec`, by indentation.
fn kubernetes(text: &str) -> Vec<String> {
    let mut exec: Option<usize> = None;
    let mut found = Vec::new();
    for line in text.lines() {
        let word = line.trim_start_matches([' ', '-']);
        let indent = line.len() - word.len();
        if word.is_empty() || word.starts_with('#') {
            continue;
        }
        if exec.is_some_and(|of_exec| indent <= of_exec) {
            exec = None;
        }
        match (exec, word.strip_prefix("command:")) {
            (Some(_), Some(command)) => found.push(program(command)),
            _ if word.trim_end() == "exec:" => exec = Some(indent),
            _ => {}
        }
    }
    found
}

/// `//registry.example/:tokenHelper=/usr/local/bin/token`
fn npm(text: &str) -> Vec<String> {
    let named = settings_of(text).filter(|(name, _)| name.ends_with("okenHelper"));
    named.map(|(_, command)| program(command)).collect()
}

fn pip(text: &str) -> Vec<String> {
    let named = settings_of(text).filter(|(name, _)| *name == "keyring-provider");
    let asks = named.filter(|(_, provider)| matches!(*provider, "auto" | "import" | "subprocess"));
    asks.map(|_| "keyring".to_owned()).collect()
}

/// `cargo:token` is a file.
fn cargo(text: &str) -> Vec<String> {
    let of_name = |(name, value): (&str, &str)| -> Vec<String> {
        let mut quoted = value.split('"').skip(1).step_by(2).map(program);
        match name {
            "global-credential-providers" => quoted.collect(),
            // Further words are arguments.
            "credential-provider" => quoted.next().into_iter().collect(),
            _ => Vec::new(),
        }
    };
    settings_of(text).flat_map(of_name).filter(|name| name != "cargo:token").collect()
}

/// `credentials_helper "corp" {`
fn terraform(text: &str) -> Vec<String> {
    let blocks = text.lines().filter_map(|line| line.trim().strip_prefix("credentials_helper"));
    let names = blocks.filter_map(|block| block.split('"').nth(1));
    names.map(|name| program(&format!("terraform-credentials-{name}"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(read: Reader, text: &str, expected: &[&str]) {
        assert_eq!(read(text), expected, "{text}");
    }

    #[test]
    fn each_kind_of_settings_names_its_programs() {
        check(aws, "[profile a]\ncredential_process = /opt/aws-vault exec a", &["aws-vault"]);
        check(
            docker,
            r#"{"credsStore": "pass", "credHelpers": {"a": "gcloud"}}"#,
            &["docker-credential-pass", "docker-credential-gcloud"],
        );
        check(npm, "//registry.example/:tokenHelper=/usr/bin/corp", &["corp"]);
        check(pip, "[global]\nkeyring-provider = subprocess", &["keyring"]);
        check(pip, "keyring-provider = disabled", &[]);
        check(
            cargo,
            r#"global-credential-providers = ["cargo:token", "cargo:libsecret"]"#,
            &["cargo:libsecret"],
        );
        check(cargo, r#"credential-provider = ["corp", "--secret"]"#, &["corp"]);
        check(
            terraform,
            "credentials_helper \"corp\" {\n  args = [\"x\"]\n}",
            &["terraform-credentials-corp"],
        );
    }

    #[test]
    fn git_is_asked_for_helpers_of_its_credential_sections_only() {
        let text = "[user]\nhelper = no\n[credential \"https://a.example\"]\n\
            helper =\n\thelper = !/usr/bin/gh auth git-credential\n\thelper = store\n\
            [Credential] helper = libsecret\n[alias]\n helper = no";
        check(git, text, &["gh", "git-credential-libsecret"]);
    }

    #[test]
    fn only_the_command_of_an_exec_is_a_plugin() {
        let text = "users:\n- name: a\n  user:\n    exec:\n      args:\n      - get-token\n\
            \x20     command: /usr/bin/aws\n    command: no\n- name: b\n  user:\n    token: x\n\
            command: no\n";
        check(kubernetes, text, &["aws"]);
    }

    #[test]
    fn what_does_not_look_like_a_program_is_not_told() {
        check(aws, "credential_process = \"TOKEN=abc\" run", &["a command"]);
        check(git, "[credential]\nhelper = \"!f() { echo password=x; }; f\"", &["a command"]);
        check(docker, "{\"credsStore\": 3, \"credHelpers\": []}", &[]);
        check(docker, "[", &[]);
        check(kubernetes, "exec:\n command:", &["a command"]);
        assert_eq!(program(&"x".repeat(65)), "a command");
    }
}
