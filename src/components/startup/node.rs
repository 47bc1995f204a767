//! What installing a Node.js package runs: its install scripts, and commands within a
//! `binding.gyp`, which npm builds unasked. `prepare` and its kin are left out: npm does not
//! run them for a package from the registry, and most packages have them.

use std::path::{Path, PathBuf};

use crate::components::node::environment;
use crate::components::startup::json_keys::find;
use crate::components::startup::{Family, Hit, Page};
use crate::model::startup::StartupKind;

/// Longest name of a script that is repeated.
const NAME_BYTES_MAX: usize = 80;

/// Recognises the two files at the top of an installed package.
pub fn family(path: &Path, name: &str) -> Option<Family> {
    let read = match name {
        "package.json" => manifest,
        "binding.gyp" => gyp,
        _ => return None,
    };
    environment(path.parent()?)?;
    Some(Family::Contents(read))
}

fn manifest(page: &Page<'_>) -> Option<Hit> {
    let text = String::from_utf8_lossy(page.bytes);
    find(&text, |entry| {
        let is_script = entry.around.len() == 1 && entry.around[0] == "scripts";
        let is_install = matches!(entry.key, "preinstall" | "install" | "postinstall");
        let command = entry.text.filter(|_| is_script && is_install)?;
        Some(Hit { runs: script(command), ..Hit::at(StartupKind::InstallScript, entry.line) })
    })
}

/// The file of the package that a command gives to an interpreter, if it does nothing else.
fn script(command: &str) -> Option<PathBuf> {
    let mut words = command.split_ascii_whitespace();
    let (program, file, rest) = (words.next()?, words.next()?, words.next());
    let is_interpreter =
        matches!(program, "node" | "bun" | "deno" | "sh" | "bash" | "python" | "python3");
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '/');
    let is_inside = !file.starts_with(['/', '-']) && !file.split('/').any(|part| part == "..");
    let is_name = file.len() <= NAME_BYTES_MAX && file.chars().all(is_plain) && is_inside;
    (is_interpreter && is_name && rest.is_none()).then(|| file.trim_start_matches("./").into())
}

/// gyp executes what stands in `<!(…)` and `<!@(…)`, in any text that is no comment.
fn gyp(page: &Page<'_>) -> Option<Hit> {
    let text = String::from_utf8_lossy(page.bytes);
    let is_command = |line: &str| {
        let code = if line.trim_start().starts_with('#') { "" } else { line };
        code.contains("<!(") || code.contains("<!@(")
    };
    let (number, _) = (1_u64..).zip(text.lines()).find(|(_, line)| is_command(line))?;
    Some(Hit::at(StartupKind::GypCommand, number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_plain_file_of_the_package_is_repeated() {
        let check = |command, expected: Option<&str>| {
            assert_eq!(script(command).as_deref(), expected.map(Path::new), "{command}");
        };
        check("node setup.mjs", Some("setup.mjs"));
        check("node ./scripts/install.js", Some("scripts/install.js"));
        check("bun run.ts --token=abc", None);
        check("node ../../outside.js", None);
        check("node /etc/passwd", None);
        check("node -e code", None);
        check("curl file.sh", None);
        check("node a.js; node b.js", None);
        check("node", None);
    }
}
