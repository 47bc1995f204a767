//! Tool servers that editors and assistants start by themselves, and interpreters that editors
//! are told to use. Reads known places of homes and of projects; values of variables that a
//! server gets are not kept.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::discover::invocations::{Start, invocation, search};
use crate::discover::settings::Settings;
use crate::model::launch::{Launch, LaunchMeans};

/// Below a home.
const OF_HOME: &[&str] = &[
    ".claude.json",
    ".codeium/windsurf/mcp_config.json",
    ".config/Claude/claude_desktop_config.json",
    ".config/Code/User/mcp.json",
    ".config/Code/User/settings.json",
    ".config/zed/settings.json",
    ".cursor/mcp.json",
    ".gemini/settings.json",
    ".vscode-server/data/Machine/settings.json",
];
/// Below a project.
const OF_PROJECT: &[&str] =
    &[".cursor/mcp.json", ".mcp.json", ".vscode/mcp.json", ".vscode/settings.json"];
/// Maps of servers by name.
const SERVERS: &[&str] = &["mcpServers", "servers", "context_servers", "mcp.servers"];
/// Settings that name an interpreter.
const INTERPRETERS: &[&str] = &["python.defaultInterpreterPath", "python.pythonPath"];

/// What the editors of all users start, also by what the projects say.
pub fn tool_servers(settings: &mut Settings<'_>, projects: &[PathBuf]) -> Vec<Launch> {
    let mut launches = Vec::new();
    for user in settings.users_with_homes() {
        for path in OF_HOME.iter().map(|name| user.home.join(name)) {
            let start = Start { folder: None, home: Some(user.home.clone()) };
            launches.extend(servers_of(settings, &path, user.uid, &start));
        }
    }
    for project in projects {
        for path in OF_PROJECT.iter().map(|name| project.join(name)) {
            let Ok(inode) = settings.files.inode(&path) else { continue };
            let home = settings.principals.user(inode.uid).map(|user| user.home.clone());
            let start = Start { folder: Some(project.clone()), home };
            launches.extend(servers_of(settings, &path, inode.uid, &start));
        }
    }
    launches
}

fn servers_of(settings: &mut Settings<'_>, path: &Path, uid: u32, start: &Start) -> Vec<Launch> {
    let Some(text) = settings.text(path) else { return Vec::new() };
    let Ok(document) = serde_json::from_str::<Value>(&without_comments(&text)) else {
        settings.unclear(path, "it is no JSON");
        return Vec::new();
    };
    let mut servers = Vec::new();
    collect(&document, start, &mut servers);
    let launch = |server: Server| {
        let mut invocation = invocation(settings.files, &server.command, &server.start);
        for (name, value) in &server.variables {
            search(&mut invocation, name, value);
        }
        (!invocation.is_empty()).then(|| Launch {
            means: LaunchMeans::Editor,
            path: path.to_owned(),
            uids: vec![uid],
            gids: Vec::new(),
            authority: Vec::new(),
            capabilities: None,
            invocation,
            hands: Vec::new(),
        })
    };
    servers.into_iter().filter_map(launch).collect()
}

/// What one server is started by.
struct Server {
    command: String,
    start: Start,
    variables: Vec<(String, String)>,
}

/// Servers at any depth: some files keep them by project. The parser bounds the depth.
fn collect(value: &Value, start: &Start, found: &mut Vec<Server>) {
    let Some(fields) = value.as_object() else { return };
    for (name, value) in fields {
        if SERVERS.contains(&name.as_str()) {
            let servers = value.as_object().into_iter().flat_map(|servers| servers.values());
            found.extend(servers.filter_map(|one| server(one, start)));
        } else if let Some(program) = value.as_str().filter(|_| INTERPRETERS.contains(&&**name)) {
            let folder = start.folder.as_ref().map(|it| it.to_string_lossy().into_owned());
            let program = program.replace("${workspaceFolder}", &folder.unwrap_or_default());
            found.push(Server { command: program, start: start.clone(), variables: Vec::new() });
        } else {
            collect(value, start, found);
        }
    }
}

fn server(value: &Value, start: &Start) -> Option<Server> {
    let command = value.get("command")?;
    let program = command.as_str().or_else(|| command.get("path")?.as_str())?;
    let arguments = value.get("args").or_else(|| command.get("args")).and_then(Value::as_array);
    let arguments = arguments.into_iter().flatten().filter_map(Value::as_str);
    let command = std::iter::once(program).chain(arguments).collect::<Vec<_>>().join(" ");
    let folder = value.get("cwd").and_then(Value::as_str).map(PathBuf::from);
    let folder = folder.or_else(|| start.folder.clone());
    let variables = value.get("env").and_then(Value::as_object).into_iter().flatten();
    let variables =
        variables.filter_map(|(name, value)| Some((name.clone(), value.as_str()?.into())));
    let start = Start { folder, home: start.home.clone() };
    Some(Server { command, start, variables: variables.collect() })
}

/// Editors allow comments in their settings. A text ends where its line ends, so that a
/// broken one swallows no more.
fn without_comments(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['"', '/']) {
        let (before, behind) = rest.split_at(at);
        out += before;
        let end = match behind.as_bytes() {
            [b'"', ..] => text_end(behind),
            [b'/', b'/', ..] => {
                rest = &behind[behind.find('\n').unwrap_or(behind.len())..];
                continue;
            }
            [b'/', b'*', ..] => {
                rest = behind.find("*/").map_or("", |end| &behind[end + 2..]);
                continue;
            }
            _ => 1,
        };
        out += &behind[..end];
        rest = &behind[end..];
    }
    out + rest
}

/// Where a text in quotes ends, the quotes counted.
fn text_end(quoted: &str) -> usize {
    let mut is_escaped = false;
    for (at, byte) in quoted.bytes().enumerate().skip(1) {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'"' => return at + 1,
            b'\n' => return at,
            _ => {}
        }
    }
    quoted.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_go_and_texts_stay() {
        let text = "{ // a\n \"a//b\": \"/* \\\" */\", /* c */ \"d\": 1 / 2 } //";
        assert_eq!(without_comments(text), "{ \n \"a//b\": \"/* \\\" */\",  \"d\": 1 / 2 } ");
        assert_eq!(without_comments("/*"), "");
        assert_eq!(without_comments("\"a"), "\"a");
    }

    #[test]
    fn servers_are_found_at_any_depth() {
        let text = r#"{"projects": {"/srv/a": {"mcpServers": {
            "one": {"command": "uvx", "args": ["tool-server", "--token", "t"], "cwd": "/srv/a"},
            "two": {"url": "https://example.com"}}}},
            "context_servers": {"three": {"command": {"path": "npx", "args": ["-y", "b"]}}},
            "python.defaultInterpreterPath": "${workspaceFolder}/.venv/bin/python"}"#;
        let start = Start { folder: Some("/srv/b".into()), home: None };
        let mut found = Vec::new();
        collect(&serde_json::from_str(text).unwrap(), &start, &mut found);
        let mut commands: Vec<&str> = found.iter().map(|one| one.command.as_str()).collect();
        commands.sort_unstable();
        assert_eq!(commands, ["/srv/b/.venv/bin/python", "npx -y b", "uvx tool-server --token t"]);
    }
}
