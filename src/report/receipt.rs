//! What became of each credential, in Markdown, as evidence that can be signed and filed.
//! Claims no more than the two reports show, and says what they cannot show.

use std::io;

use crate::report::comparison::{
    CLASSES, LIMIT, answer, copy_note, fate_word, heading, install_name, install_word,
};
use crate::report::escape::{escape, escape_path};
use crate::view::comparison::{
    Basis, Class, ComparedCredential, ComparedPlace, Comparison, Side, Successor,
};

/// Writes the receipt.
pub fn write(comparison: &Comparison, out: &mut dyn io::Write) -> io::Result<()> {
    writeln!(
        out,
        "# Rotation receipt: {}\n\n{}\n",
        code(&comparison.after.host),
        answer(comparison)
    )?;
    writeln!(out, "## The two sweeps\n")?;
    side("Before", &comparison.before, out)?;
    side("After", &comparison.after, out)?;
    writeln!(out, "- Compared by {}\n", basis_of(comparison))?;
    if !comparison.warnings.is_empty() {
        writeln!(out, "## To be known before the rest is believed\n")?;
        comparison.warnings.iter().try_for_each(|one| writeln!(out, "- {}", prose(one)))?;
        writeln!(out)?;
    }
    writeln!(
        out,
        "## Figures\n\n| class | meaning | credentials | of them to rotate |\n|---|---|---|---|"
    )?;
    CLASSES.iter().try_for_each(|class| figures(comparison, *class, out))?;
    writeln!(out)?;
    CLASSES.iter().try_for_each(|class| section(comparison, *class, out))?;
    installs(comparison, out)?;
    ending(comparison, out)
}

fn side(name: &str, side: &Side, out: &mut dyn io::Write) -> io::Result<()> {
    let Side { path, n_bytes, sha256, tool, started, host, uid, key, rules_digest, .. } = side;
    writeln!(out, "- {name}: {}, {n_bytes} bytes", code(&escape_path(&path.0)))?;
    writeln!(out, "  - SHA-256 {}", code(sha256))?;
    writeln!(out, "  - host {}, started {}, run as uid {uid}", code(host), code(started))?;
    if let Some(image) = &side.image {
        writeln!(out, "  - image {}", code(image))?;
    }
    let version = format!("{} {}", tool.name, tool.version);
    writeln!(out, "  - {}, rules {}", code(&version), code(rules_digest))?;
    writeln!(out, "  - key {} ({})", code(&key.id), code(&key.origin))?;
    let status = serde_json::to_value(side.status)?;
    let status = status.as_str().unwrap_or_default();
    let (n_credentials, n_problems) = (side.n_credentials, side.n_problems);
    writeln!(out, "  - {status}: {n_credentials} credentials, {n_problems} places not read")
}

fn basis_of(comparison: &Comparison) -> &'static str {
    if comparison.common_key {
        "the keyed hash of each secret: both sweeps had the same key"
    } else {
        "public name and place: the sweeps had no common key"
    }
}

fn figures(comparison: &Comparison, class: Class, out: &mut dyn io::Write) -> io::Result<()> {
    let summary = &comparison.summary;
    let n = summary.by_class.get(&class).copied().unwrap_or(0);
    let n_to_rotate = summary.to_rotate_by_class.get(&class).copied().unwrap_or(0);
    let (title, meaning) = heading(class);
    writeln!(out, "| {} | {meaning} | {n} | {n_to_rotate} |", title.to_lowercase())
}

fn section(comparison: &Comparison, class: Class, out: &mut dyn io::Write) -> io::Result<()> {
    let mut listed = comparison.credentials.iter().filter(|one| one.class == class).peekable();
    if listed.peek().is_none() {
        return Ok(());
    }
    let (title, meaning) = heading(class);
    let title = format!("{}{}", &title[..1], title[1..].to_lowercase());
    writeln!(out, "## {title}: {meaning}\n")?;
    listed.try_for_each(|one| credential(one, out))?;
    writeln!(out)
}

fn credential(credential: &ComparedCredential, out: &mut dyn io::Write) -> io::Result<()> {
    let ComparedCredential { rank, title, kind, key_id, account, secret_id, .. } = credential;
    writeln!(out, "- **{rank}. {}** ({})", prose(title), code(kind))?;
    for (label, value) in [("public name", key_id), ("account", account)] {
        if let Some(value) = value {
            writeln!(out, "  - {label} {}", code(value))?;
        }
    }
    writeln!(out, "  - secret id {}", code(secret_id))?;
    for Successor { secret_id, key_id } in &credential.replaced_by {
        let named = key_id.as_ref().map(|one| format!(", public name {}", code(one)));
        writeln!(out, "  - now secret id {}{}", code(secret_id), named.unwrap_or_default())?;
    }
    writeln!(out, "  - {}; {}", prose(&credential.says), by(credential.basis))?;
    let verdict = |verdict: &Option<_>| verdict.as_deref().unwrap_or("none").to_owned();
    let (before, after) = (verdict(&credential.verdict_before), verdict(&credential.verdict_after));
    writeln!(out, "  - exposure verdict before {}, after {}", code(&before), code(&after))?;
    if !credential.to_rotate {
        writeln!(out, "  - no cause to rotate it")?;
    }
    if let Some(at) = credential.expiry.as_ref().and_then(|expiry| expiry.at.as_ref()) {
        writeln!(out, "  - ends {}", code(at))?;
    }
    credential.places.iter().try_for_each(|one| place(one, out))
}

const fn by(basis: Basis) -> &'static str {
    match basis {
        Basis::SecretId => "known by its secret id",
        Basis::KeyId => "known by its public name: likely, not certain",
        Basis::Place => "known by its place alone: likely, not certain",
    }
}

fn place(place: &ComparedPlace, out: &mut dyn io::Write) -> io::Result<()> {
    let within: String = place.containers.iter().map(|one| format!("!{}", escape(one))).collect();
    let path = code(&format!("{}{within}", escape_path(&place.path.0)));
    write!(out, "  - {}: {path}{}", fate_word(place.fate), copy_note(place))?;
    let stamps = [
        ("before", place.line_before, &place.changed_before),
        ("after", place.line_after, &place.changed_after),
    ];
    for (when, line, changed) in stamps {
        if let (Some(line), Some(changed)) = (line, changed) {
            write!(out, "; {when} line {line}, file changed {}", code(changed))?;
        }
    }
    match &place.why {
        Some(why) => writeln!(out, "; {}", prose(why)),
        None => writeln!(out),
    }
}

fn installs(comparison: &Comparison, out: &mut dyn io::Write) -> io::Result<()> {
    if comparison.infected_installs.is_empty() {
        return Ok(());
    }
    writeln!(out, "## Infected installs\n")?;
    for install in &comparison.infected_installs {
        writeln!(out, "- {}: {}", install_word(install.class), code(&install_name(install)))?;
        for (when, places) in [("before", &install.before), ("after", &install.after)] {
            for place in places {
                let path = code(&escape_path(&place.path.0));
                writeln!(out, "  - {when} {}: {path}", code(&place.presence))?;
            }
        }
        if let Some(why) = &install.why {
            writeln!(out, "  - {}", prose(why))?;
        }
    }
    writeln!(out)
}

fn ending(comparison: &Comparison, out: &mut dyn io::Write) -> io::Result<()> {
    let version = format!("{} {}", comparison.tool.name, comparison.tool.version);
    writeln!(
        out,
        "## What this does not show\n\n- {LIMIT}\n- Places that neither sweep looked into are not \
         in here.\n- A file that became a link to somewhere outside of the sweep counts as \
         gone.\n\n## To keep it\n\nKeep both reports with this receipt: `sha256sum` of each \
         must give the digest above. Sign all three with stock tools (`ssh-keygen -Y sign`, \
         minisign).\n\nMade by {}.",
        code(&version)
    )
}

/// Text in a code span that it cannot end: the fence is longer than any run of backticks in it.
/// Pipes and line breaks mean nothing there, outside of tables.
fn code(text: &str) -> String {
    let text = escape(text);
    let runs = text.split(|sign| sign != '`').map(str::len);
    let fence = "`".repeat(runs.max().unwrap_or(0) + 1);
    let pad =
        if text.starts_with('`') || text.ends_with('`') || text.is_empty() { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// Text outside of a code span, with every sign escaped that Markdown or HTML could read.
fn prose(text: &str) -> String {
    let mut escaped = String::new();
    for sign in escape(text).chars() {
        match sign {
            '<' => escaped.push_str("&lt;"),
            '&' => escaped.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '#' | '|' | '!' | '~' | '>' => {
                escaped.push('\\');
                escaped.push(sign);
            }
            _ => escaped.push(sign),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_ends_its_code_span_or_brings_markup() {
        assert_eq!(code("a"), "`a`");
        assert_eq!(code("a``b"), "```a``b```");
        assert_eq!(code("`"), "`` ` ``");
        assert_eq!(code("a\nb\u{202e}"), r"`a\nb\u{202e}`");
        assert_eq!(prose("<b>*a*[x](y)"), r"&lt;b\>\*a\*\[x\](y)");
    }
}
