//! Startup code: what is worth a look and why, and with `-v` the ordinary rest. Calls
//! nothing bad: a sign is a reason to look.

use std::collections::HashMap;
use std::io;

use crate::report::escape::escape_path;
use crate::report::terminal::screen::Screen;
use crate::report::terminal::words::{counted, listed, minute};
use crate::view::{Report, StartupCode, StartupSign};

/// Most files told of unless everything is.
const FILES_MAX: usize = 20;

/// Most places of one and the same file told of unless all are.
const PLACES_MAX: usize = 3;

/// Indent of what is said of one file.
const INDENT: usize = 4;

/// How many files are worth a look; several copies of one file are one.
pub fn n_to_look_at(report: &Report) -> usize {
    groups(report).len()
}

/// The files that are worth a look, then the ordinary ones.
pub fn startup(report: &Report, screen: &mut Screen) -> io::Result<()> {
    let groups = groups(report);
    if !groups.is_empty() {
        screen.heading("STARTUP CODE TO LOOK AT")?;
        screen
            .prose(0, "It runs unasked and stands out. It may be yours: nothing proves it bad.")?;
    }
    let n_shown = screen.n_shown(groups.len(), FILES_MAX);
    for (index, group) in groups.iter().take(n_shown).enumerate() {
        one_group(index + 1, group, screen)?;
    }
    if groups.len() > n_shown {
        let n_more = counted(groups.len() - n_shown, "more file");
        screen.prose(0, &format!("and {n_more} (-v lists them)"))?;
    }
    if screen.is_verbose() { ordinary(report, screen) } else { Ok(()) }
}

/// Files with signs; those with the same contents, kind and signs together.
pub fn groups(report: &Report) -> Vec<Vec<&StartupCode>> {
    let mut groups: Vec<Vec<&StartupCode>> = Vec::new();
    let mut known = HashMap::new();
    for code in report.startup_code.iter().filter(|code| !code.signs.is_empty()) {
        let Some(sha256) = &code.sha256 else {
            groups.push(vec![code]);
            continue;
        };
        let group = *known.entry((&code.kind, sha256, &code.signs)).or_insert(groups.len());
        match groups.get_mut(group) {
            Some(group) => group.push(code),
            None => groups.push(vec![code]),
        }
    }
    groups
}

fn one_group(number: usize, group: &[&StartupCode], screen: &mut Screen) -> io::Result<()> {
    let first = group[0];
    let lead = format!("{number:>2}. ");
    let place = screen.fit(&place(first), lead.len());
    screen.whole(0, &format!("{lead}{place}"))?;
    let n_shown = screen.n_shown(group.len(), PLACES_MAX);
    for code in group.iter().take(n_shown).skip(1) {
        screen.path_field(INDENT, "also at", &escape_path(&code.path.0))?;
    }
    if group.len() > n_shown {
        let n_more = counted(group.len() - n_shown, "more place");
        screen.field(INDENT, "", &format!("and {n_more} (-v lists them)"))?;
    }
    screen.field(INDENT, "is", &what(first))?;
    screen.field(INDENT, "why", &whys(first))
}

/// `/etc/x.pth:3`
pub fn place(code: &StartupCode) -> String {
    let path = escape_path(&code.path.0);
    code.line.map_or_else(|| path.clone(), |line| format!("{path}:{line}"))
}

/// What it is, of whom, since when.
pub fn what(code: &StartupCode) -> String {
    let runs = code.runs.as_ref().map_or_else(String::new, |file| format!(", which runs {file}"));
    let package = code.package.as_ref().map_or_else(String::new, |name| format!(", of {name}"));
    let (owner, appeared) = (&code.owner.user, minute(&code.appeared));
    format!("{}{runs}{package}; owned by {owner}, since {appeared}", code.what)
}

/// Why it is worth a look.
pub fn whys(code: &StartupCode) -> String {
    code.signs.iter().map(|sign| why(sign, code)).collect::<Vec<_>>().join("; ")
}

fn why(sign: &StartupSign, code: &StartupCode) -> String {
    let install = sign.install.map_or_else(String::new, |index| (index + 1).to_string());
    match &*sign.sign {
        "of-infected-package" => format!("it belongs to infected install {install}"),
        "beside-infected" => format!("it lies in the environment of infected install {install}"),
        "changed-in-window" => {
            let changed = minute(&code.changed);
            format!("changed {changed}, inside the window of infected install {install}")
        }
        "no-owner" => "no installed package lists it".to_owned(),
        "owner-unknown" => "which package lists it could not be read".to_owned(),
        "altered" => "its package lists it with other contents".to_owned(),
        "no-sources" => "the package holds no native source to build".to_owned(),
        _ => "to open the folder is enough".to_owned(),
    }
}

fn ordinary(report: &Report, screen: &mut Screen) -> io::Result<()> {
    let is_ordinary = |code: &&StartupCode| code.signs.is_empty();
    let ordinary: Vec<&StartupCode> = report.startup_code.iter().filter(is_ordinary).collect();
    let counts = &report.coverage.startup_code;
    if counts.is_empty() {
        return Ok(());
    }
    screen.heading("STARTUP CODE IN ALL")?;
    let counts: Vec<String> = counts.iter().map(|(kind, n)| format!("{n} {kind}")).collect();
    screen.prose(0, &format!("{}.", listed(&counts, counts.len())))?;
    for code in ordinary {
        screen.path_field(0, &code.kind, &place(code))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::inventories::{every_state, rules};
    use crate::report::{Look, Verbosity};

    /// One file with a sign, at so many places.
    fn shown(n_places: usize, verbosity: Verbosity) -> String {
        let mut report = Report::new(&every_state(), &rules());
        let one = report.startup_code.remove(0);
        report.startup_code = vec![one; n_places];
        let mut out = Vec::new();
        let look = Look { colour: false, width: 80, verbosity };
        startup(&report, &mut Screen::new(&look, &mut out)).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn copies_of_one_file_are_one_entry() {
        let text = shown(12, Verbosity::Normal);
        assert_eq!(text.matches("why ").count(), 1, "{text}");
        assert_eq!(text.matches("also at").count(), 2, "{text}");
        assert!(text.contains("and 9 more places (-v lists them)"), "{text}");
        assert_eq!(shown(12, Verbosity::Verbose).matches("also at").count(), 11);
    }

    #[test]
    fn a_host_without_startup_code_gets_no_heading() {
        assert_eq!(shown(0, Verbosity::Normal), "");
    }
}
