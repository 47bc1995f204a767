//! What opening a folder runs: tasks of editors, hooks of coding agents, commands of
//! development containers. A clone brings these along. Does not say what they run.

use std::path::Path;

use crate::components::startup::json_keys::find;
use crate::components::startup::{Family, Hit, Page, folder_above};
use crate::model::startup::StartupKind;

/// Recognises the files by their names and folders.
pub fn family(path: &Path, name: &str) -> Option<Family> {
    let folder = folder_above(path, 1);
    let read = match (folder, name) {
        (".vscode", "tasks.json") => tasks,
        (_, name) if name.ends_with(".code-workspace") => tasks,
        (".claude", "settings.json" | "settings.local.json") => hooks,
        (".gemini", "settings.json") | (".cursor" | ".codex", "hooks.json") => hooks,
        (".idea", "startup.xml") => startup_tasks,
        (_, "devcontainer.json" | ".devcontainer.json") => container,
        _ => return None,
    };
    Some(Family::Contents(read))
}

fn tasks(page: &Page<'_>) -> Option<Hit> {
    let text = String::from_utf8_lossy(page.bytes);
    find(&text, |entry| {
        let is_on_open = entry.key == "runOn" && entry.text == Some("folderOpen");
        is_on_open.then(|| Hit::at(StartupKind::FolderTask, entry.line))
    })
}

/// Run configurations that a project of a JetBrains editor starts, and shares.
fn startup_tasks(page: &Page<'_>) -> Option<Hit> {
    let text = String::from_utf8_lossy(page.bytes);
    let mut lines = (1_u64..).zip(text.lines());
    let is_shared = |line: &str| line.contains("ProjectStartupSharedConfiguration");
    lines.find(|(_, line)| is_shared(line))?;
    let (number, _) = lines.find(|(_, line)| line.contains("<configuration "))?;
    Some(Hit::at(StartupKind::FolderTask, number))
}

/// A hook of the start of a session, else any.
fn hooks(page: &Page<'_>) -> Option<Hit> {
    let text = String::from_utf8_lossy(page.bytes);
    let hook = |starts_session: bool| {
        find(&text, |entry| {
            let is_event = entry.around.len() == 1 && entry.around[0] == "hooks";
            let is_it = is_event
                && entry.text.is_none()
                && entry.key.eq_ignore_ascii_case("SessionStart") == starts_session;
            is_it.then_some(entry.line)
        })
    };
    match hook(true) {
        Some(line) => Some(Hit::at(StartupKind::AgentStart, line)),
        None => hook(false).map(|line| Hit::at(StartupKind::AgentHook, line)),
    }
}

fn container(page: &Page<'_>) -> Option<Hit> {
    const COMMANDS: &[&str] = &[
        "initializeCommand",
        "onCreateCommand",
        "updateContentCommand",
        "postCreateCommand",
        "postStartCommand",
        "postAttachCommand",
    ];
    let text = String::from_utf8_lossy(page.bytes);
    find(&text, |entry| {
        let is_command = entry.around.is_empty() && COMMANDS.contains(&entry.key);
        is_command.then(|| Hit::at(StartupKind::Container, entry.line))
    })
}
