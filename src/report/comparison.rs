//! Two reports side by side, for a person and as one JSON document. Compares nothing: that is
//! done by what is shown here.

use std::io;

use crate::report::Look;
use crate::report::escape::escape_path;
use crate::report::terminal::screen::{Screen, Style};
use crate::report::terminal::words::{counted, minute};
use crate::view::comparison::{
    Class, ComparedCredential, ComparedInstall, ComparedPlace, Comparison, CopyKind, Fate,
    InstallClass, Side,
};

/// Places of one credential that are listed, unless all are asked for.
const PLACES_MAX: usize = 8;
/// Credentials of one class that are listed, unless all are asked for.
const CREDENTIALS_MAX: usize = 50;

/// The order of the classes: what is left to do first.
pub const CLASSES: [Class; 8] = [
    Class::StillThere,
    Class::Partly,
    Class::CannotTell,
    Class::Unseen,
    Class::New,
    Class::Rotated,
    Class::Gone,
    Class::Expired,
];

/// Writes it as one JSON document, indented, with a newline at its end.
pub fn write_json(comparison: &Comparison, out: &mut dyn io::Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, comparison)?;
    out.write_all(b"\n")
}

/// Writes it for a person: the answer, what must be known, what is left to do, what is done.
pub fn write_terminal(
    comparison: &Comparison,
    look: &Look,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let screen = &mut Screen::new(look, out);
    let lead = if comparison.summary.exit_code == 0 { Style::Heading } else { Style::Alarm };
    screen.hang(0, &answer(comparison), lead, "")?;
    for (label, side) in [("before", &comparison.before), ("after", &comparison.after)] {
        screen.field(0, label, &side_line(side))?;
    }
    for warning in &comparison.warnings {
        screen.hang(0, "warning: ", Style::Caution, warning)?;
    }
    for class in CLASSES {
        section(comparison, class, screen)?;
    }
    out_of_reach(comparison, screen)?;
    installs(comparison, screen)?;
    screen.blank()?;
    screen.prose(0, LIMIT)
}

/// What no comparison of two sweeps can show.
pub const LIMIT: &str = "That a secret is no longer on this host does not show that its issuer \
                         revoked it, nor that no other host has it: check there.";

/// The whole in one sentence.
pub fn answer(comparison: &Comparison) -> String {
    let n = |class| comparison.summary.to_rotate_by_class.get(&class).copied().unwrap_or(0);
    let n_left = n(Class::StillThere) + n(Class::Partly);
    let n_open = n(Class::CannotTell) + n(Class::Unseen);
    let n_done = n(Class::Rotated) + n(Class::Gone) + n(Class::Expired);
    let n_installs = comparison.summary.installs_by_class.get(&InstallClass::StillThere);
    let infected = match n_installs {
        Some(n) => format!(" {} still there.", counted(*n, "infected install")),
        None => String::new(),
    };
    let of = counted(n_left + n_open + n_done, "credential");
    match (n_left, n_open) {
        (0, 0) if n_done == 0 => format!("NOTHING TO ROTATE stood in the first report.{infected}"),
        (0, 0) => format!("DONE: nothing is left on this host of {of} to rotate.{infected}"),
        (0, _) => format!(
            "CANNOT TELL: {n_open} of {of} to rotate cannot be judged, the others are done.{infected}"
        ),
        _ => format!(
            "STILL THERE: {n_left} of {of} to rotate ({n_done} done, {n_open} that cannot be \
             judged).{infected}"
        ),
    }
}

/// A heading and what it means.
pub const fn heading(class: Class) -> (&'static str, &'static str) {
    match class {
        Class::StillThere => ("STILL THERE", "the same secret is still on the host"),
        Class::Partly => ("PARTLY", "changed in one place, and the old secret is still in others"),
        Class::CannotTell => ("CANNOT TELL", "the reports do not show whether it is the same"),
        Class::Unseen => ("UNSEEN", "not every place of it was read again"),
        Class::New => ("NEW", "only the second report has it"),
        Class::Rotated => ("ROTATED", "another secret stands there, and the old one nowhere"),
        Class::Gone => ("GONE", "all its places were read again, and it was found nowhere"),
        Class::Expired => ("EXPIRED", "it has ended by itself"),
    }
}

/// What it is, in a few words.
pub fn name(credential: &ComparedCredential) -> String {
    let ComparedCredential { title, key_id, account, .. } = credential;
    let parts = [Some(title), key_id.as_ref(), account.as_ref()];
    parts.into_iter().flatten().cloned().collect::<Vec<_>>().join("  ")
}

fn side_line(side: &Side) -> String {
    let Side { path, started, host, n_credentials, sha256, .. } = side;
    let (file, n) = (escape_path(&path.0), counted(*n_credentials, "credential"));
    format!(
        "{file}: {host}, {}, {n}, SHA-256 {}…",
        minute(started),
        &sha256[..16.min(sha256.len())]
    )
}

fn section(comparison: &Comparison, class: Class, screen: &mut Screen) -> io::Result<()> {
    let of_class = comparison.credentials.iter().filter(|one| one.class == class);
    let listed: Vec<_> = of_class.filter(|one| one.to_rotate).collect();
    if listed.is_empty() {
        return Ok(());
    }
    let (title, meaning) = heading(class);
    screen.heading(&format!("{title} ({}): {meaning}.", listed.len()))?;
    let n_shown = screen.n_shown(listed.len(), CREDENTIALS_MAX);
    for credential in &listed[..n_shown] {
        self::credential(credential, screen)?;
    }
    match listed.len() - n_shown {
        0 => Ok(()),
        n => screen.prose(1, &format!("and {} (-v lists them)", counted(n, "more credential"))),
    }
}

fn credential(credential: &ComparedCredential, screen: &mut Screen) -> io::Result<()> {
    let style = match credential.class {
        Class::StillThere | Class::Partly => Style::Alarm,
        Class::CannotTell | Class::Unseen => Style::Caution,
        _ => Style::Plain,
    };
    screen.blank()?;
    screen.hang(1, &format!("{:>3}  ", credential.rank), style, &name(credential))?;
    screen.hang(6, "", Style::Plain, &credential.says)?;
    let n_shown = screen.n_shown(credential.places.len(), PLACES_MAX);
    for place in &credential.places[..n_shown] {
        self::place(place, screen)?;
    }
    if let n @ 1.. = credential.places.len() - n_shown {
        screen.prose(6, &format!("and {} (-v lists them)", counted(n, "more place")))?;
    }
    let (before, after) = (&credential.verdict_before, &credential.verdict_after);
    match (before, after) {
        (Some(before), Some(after)) if before != after => {
            screen.prose(6, &format!("its verdict was {before} and is {after}"))
        }
        _ => Ok(()),
    }
}

fn place(place: &ComparedPlace, screen: &mut Screen) -> io::Result<()> {
    let line = place.line_after.or(place.line_before).unwrap_or_default();
    let within: String = place.containers.iter().map(|one| format!("!{one}")).collect();
    let lead = format!("{:<12}", fate_word(place.fate));
    let tail = format!(":{line}{}", copy_note(place));
    let path = screen.fit(&format!("{}{within}", escape_path(&place.path.0)), 18 + tail.len());
    screen.whole(6, &format!("{lead}{path}{tail}"))?;
    match &place.why {
        Some(why) => screen.prose(18, why),
        None => Ok(()),
    }
}

/// What a place's fate is called.
pub const fn fate_word(fate: Fate) -> &'static str {
    match fate {
        Fate::StillThere => "still there",
        Fate::Replaced => "replaced",
        Fate::Gone => "gone",
        Fate::Unclear => "unclear",
        Fate::NotRead => "not read",
        Fate::New => "new place",
    }
}

/// That a place is a copy that is forgotten.
pub fn copy_note(place: &ComparedPlace) -> String {
    let kind = match place.copy {
        None => return String::new(),
        Some(CopyKind::Backup) => "backup",
        Some(CopyKind::Editor) => "left by an editor",
        Some(CopyKind::History) => "history",
        Some(CopyKind::RotatedLog) => "rotated log",
        Some(CopyKind::Repository) => "in a repository",
    };
    format!("  ({kind})")
}

/// What the first report showed to be out of reach is counted, not listed.
fn out_of_reach(comparison: &Comparison, screen: &mut Screen) -> io::Result<()> {
    let n = comparison.credentials.iter().filter(|one| !one.to_rotate).count();
    if n == 0 {
        return Ok(());
    }
    screen.blank()?;
    let n = counted(n, "more credential");
    screen.prose(
        0,
        &format!("{n} out of reach or suppressed: no cause to rotate; --format json lists them."),
    )
}

fn installs(comparison: &Comparison, screen: &mut Screen) -> io::Result<()> {
    if comparison.infected_installs.is_empty() {
        return Ok(());
    }
    screen.heading("INFECTED INSTALLS")?;
    comparison.infected_installs.iter().try_for_each(|one| install(one, screen))
}

fn install(install: &ComparedInstall, screen: &mut Screen) -> io::Result<()> {
    let style = match install.class {
        InstallClass::StillThere | InstallClass::New => Style::Alarm,
        InstallClass::Unseen => Style::Caution,
        _ => Style::Plain,
    };
    screen.hang(
        1,
        &format!("{:<12}", install_word(install.class)),
        style,
        &install_name(install),
    )?;
    for place in if install.after.is_empty() { &install.before } else { &install.after } {
        let path = screen.fit(&escape_path(&place.path.0), 15 + place.presence.len());
        screen.whole(13, &format!("{}  {path}", place.presence))?;
    }
    match &install.why {
        Some(why) => screen.prose(13, why),
        None => Ok(()),
    }
}

/// What an install's class is called.
pub const fn install_word(class: InstallClass) -> &'static str {
    match class {
        InstallClass::StillThere => "still there",
        InstallClass::Unseen => "unseen",
        InstallClass::Gone => "gone",
        InstallClass::Mentioned => "mentioned",
        InstallClass::New => "new",
    }
}

/// A package and its incident.
pub fn install_name(install: &ComparedInstall) -> String {
    let ComparedInstall { advisory, name, version, .. } = install;
    match (name, version) {
        (Some(name), Some(version)) => format!("{name} {version} ({advisory})"),
        _ => format!("files of {advisory}"),
    }
}
