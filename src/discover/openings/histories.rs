//! Calls of ssh in the histories of shells. Of a line nothing is kept but what `commands` knows
//! as a destination or the path of a key.

use std::path::Path;

use crate::discover::openings::call::Call;
use crate::discover::openings::commands::{Called, called};
use crate::discover::settings::Settings;
use crate::model::opening::{Clue, ClueKind};
use crate::model::principal::Principal;

/// Below a home.
const HISTORIES: [&str; 8] = [
    ".ash_history",
    ".bash_history",
    ".histfile",
    ".history",
    ".ksh_history",
    ".local/share/fish/fish_history",
    ".sh_history",
    ".zsh_history",
];

/// What a user called.
pub fn of_histories(settings: &mut Settings<'_>, user: &Principal) -> Vec<Call> {
    let mut calls = Vec::new();
    for path in HISTORIES.iter().map(|name| user.home.join(name)) {
        let text = settings.text(&path).unwrap_or_default();
        let numbered = (1_u64..).zip(text.lines());
        let of_lines = numbered.flat_map(|(line, text)| of_line(text, &path, line));
        calls.extend(of_lines);
    }
    calls
}

fn of_line(text: &str, path: &Path, line: u64) -> Vec<Call> {
    let call = |destination, keys| Call {
        destination,
        keys,
        clue: Clue { kind: ClueKind::History, path: path.to_owned(), line },
    };
    let calls = |Called { destinations, keys, jumps }: Called| -> Vec<Call> {
        let named = destinations.into_iter().map(|one| call(one, keys.clone()));
        named.chain(jumps.into_iter().map(|one| call(one, Vec::new()))).collect()
    };
    called(command_of(text)).into_iter().flat_map(calls).collect()
}

/// A command without what zsh (`: 1774348740:0;ssh web1`) and fish (`- cmd: ssh web1`) write
/// before it.
fn command_of(line: &str) -> &str {
    let of_zsh = line.strip_prefix(": ").and_then(|rest| rest.split_once(';'));
    let of_zsh =
        of_zsh.filter(|(stamp, _)| stamp.bytes().all(|byte| byte.is_ascii_digit() || byte == b':'));
    of_zsh.map_or_else(|| line.strip_prefix("- cmd: ").unwrap_or(line), |(_, command)| command)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shells_write_different_things_before_a_command() {
        for line in [": 1774348740:0;ssh web1", "- cmd: ssh web1", "ssh web1"] {
            assert_eq!(command_of(line), "ssh web1");
        }
        assert_eq!(command_of(": x;ssh web1"), ": x;ssh web1");
    }
}
