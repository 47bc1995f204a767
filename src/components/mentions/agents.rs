//! Sessions of AI agents: the commands that an agent ran or asked to run, with the time of
//! each. Only what is a command is looked at: prose and output that merely speak of one
//! ask for nothing. Keeps and quotes no line: sessions hold secrets.

use std::path::Path;

use memchr::memmem;
use serde_json::Value;

use crate::components::mentions::histories::command_line;
use crate::components::mentions::{Listener, Malformed, Named, Needs, Page, Witness, lies_in};
use crate::model::component::MentionSource;
use crate::model::reach::EvidenceFamily;
use crate::model::time::Moment;

/// Longer lines hold pictures or files, and a command among them is not looked for.
const LINE_BYTES_MAX: usize = 4 << 20;

/// So many lines are tried for a time at either end of a session.
const LINES_TRIED_MAX: usize = 100;

/// `~/.claude/projects/PROJECT/SESSION.jsonl`, `~/.codex/sessions/2026/03/24/rollout-*.jsonl`
pub fn witness(path: &Path, name: &str) -> Option<Witness> {
    let is_session = name.ends_with(".jsonl")
        && (lies_in(path, &[".claude"]) && lies_in(path, &["projects"])
            || lies_in(path, &[".codex"]) && lies_in(path, &["sessions"]));
    is_session.then_some(Witness {
        source: MentionSource::History,
        family: EvidenceFamily::AgentSessions,
        needs: Needs::Whole,
        read: session,
    })
}

/// A line is an object with a `timestamp`; a command stands somewhere below it.
fn session(page: &Page<'_>, listener: &mut Listener<'_>) -> Result<(), Malformed> {
    let lines =
        || page.bytes.split(|byte| *byte == b'\n').filter(|line| line.len() <= LINE_BYTES_MAX);
    let dated = |line: &[u8]| parsed(line).as_ref().and_then(time);
    let first = lines().take(LINES_TRIED_MAX).find_map(dated);
    let last = lines().rev().take(LINES_TRIED_MAX).find_map(dated);
    first.into_iter().chain(last).for_each(|at| listener(Named::moment(Some(at))));
    let names_command = memmem::Finder::new(b"command");
    let names_cmd = memmem::Finder::new(b"cmd");
    let may_call =
        |line: &&[u8]| names_command.find(line).or_else(|| names_cmd.find(line)).is_some();
    let with_command = lines().filter(may_call);
    for line in with_command.filter_map(parsed) {
        let at = time(&line);
        say(&line, &mut |command| {
            command_line(command, &mut |named| listener(Named { at, ..named }));
        });
    }
    Ok(())
}

/// A line that was cut off, or nests deeper than the parser goes, says nothing.
fn parsed(line: &[u8]) -> Option<Value> {
    serde_json::from_slice(line).ok()
}

fn time(line: &Value) -> Option<(Moment, &'static str)> {
    let at = Moment::parse(line.get("timestamp")?.as_str()?)?;
    Some((at, "time in the session of an AI agent"))
}

/// Finds commands: `{"type": "tool_use", "input": {"command": "..."}}`, and
/// `{"type": "function_call", "arguments": "{\"command\": [\"bash\", \"-lc\", \"...\"]}"}`.
/// The parser's own bound of depth ends the descent.
fn say(value: &Value, listener: &mut dyn FnMut(&str)) {
    match value {
        Value::Array(values) => values.iter().for_each(|value| say(value, listener)),
        Value::Object(fields) => {
            let is_call = fields.get("type").and_then(Value::as_str).is_some_and(|kind| {
                matches!(kind, "tool_use" | "function_call" | "local_shell_call")
            });
            if is_call {
                let places = ["input", "arguments", "action"];
                let called = places.iter().filter_map(|place| fields.get(*place));
                called.for_each(|call| commands(call, listener));
            } else {
                fields.values().for_each(|value| say(value, listener));
            }
        }
        _ => {}
    }
}

fn commands(call: &Value, listener: &mut dyn FnMut(&str)) {
    let unfolded = call.as_str().and_then(|text| parsed(text.as_bytes()));
    let call = unfolded.as_ref().unwrap_or(call);
    let called = ["command", "cmd"].iter().filter_map(|name| call.get(*name));
    for command in called {
        match command {
            Value::String(text) => listener(text),
            Value::Array(words) => {
                let words: Vec<&str> = words.iter().filter_map(Value::as_str).collect();
                // `bash -lc 'TEXT'` holds a command line in one word.
                listener(&words.join(" "));
            }
            _ => {}
        }
    }
}
