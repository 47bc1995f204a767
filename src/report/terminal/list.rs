//! The credentials, in rotation order: what, where, why, and what to do. Identifies a
//! credential by vendor prefix, key id and account alone.

use std::io;

use crate::model::exposure::Verdict;
use crate::model::harvest::Grade;
use crate::model::plan::{self, Ground};
use crate::model::reason::{Counter, Side};
use crate::report::escape::{cut_middle, escape, escape_path, width};
use crate::report::terminal::opens::opens;
use crate::report::terminal::rotation::rotation;
use crate::report::terminal::row::{INDENT, LABEL_WIDTH, labelled};
use crate::report::terminal::screen::{Screen, Style};
use crate::report::terminal::standing::{Standing, is_only_supposed};
use crate::report::terminal::words::{counted, is_before, listed, minute, number};
use crate::view::{
    Aim, Credential, Expiry, Exposure, Location, Phase, Predecessors, Protection, ProtectionState,
    Report, Suppressed,
};

/// Most credentials listed unless everything is.
const CREDENTIALS_MAX: usize = 50;

/// Most places of one credential unless everything is told.
const PLACES_MAX: usize = 3;

/// Most readers named in a row.
const READERS_MAX: usize = 5;

/// The step of what is shown to be out of reach.
const NO_NEED: &str = plan::Phase::NoNeed.as_str();

/// The flag that the state of a credential tells already.
const PROTECTED: &str = "protected";

/// The list, step by step.
pub fn list(report: &Report, screen: &mut Screen) -> io::Result<()> {
    if report.credentials.is_empty() {
        return Ok(());
    }
    let has_order = Standing::count_to_rotate(report) > 0;
    screen.heading(match has_order {
        true if is_only_supposed(report) => "IF SUCH CODE RAN: ROTATE IN THIS ORDER",
        true => "ROTATE IN THIS ORDER",
        false => "CREDENTIALS, IN ROTATION ORDER",
    })?;
    legend(report, screen)?;
    let mut n_left = screen.n_shown(report.credentials.len(), CREDENTIALS_MAX);
    let mut n_hidden = 0;
    for phase in &report.plan.phases {
        let is_folded = phase.phase == NO_NEED && !screen.is_verbose();
        phase_heading(phase, is_folded, screen)?;
        if is_folded {
            continue;
        }
        let members: Vec<&Credential> =
            report.credentials.iter().filter(|one| one.phase == phase.phase).collect();
        let n_shown = members.len().min(n_left);
        n_left -= n_shown;
        n_hidden += members.len() - n_shown;
        members[..n_shown].iter().try_for_each(|one| row(one, report, screen))?;
    }
    if n_hidden == 0 {
        return Ok(());
    }
    screen.blank()?;
    let hidden = counted(n_hidden, "more credential");
    screen.prose(0, &format!("and {hidden}: -v or --format json lists them all."))
}

/// What the verdicts mean that rows have.
fn legend(report: &Report, screen: &mut Screen) -> io::Result<()> {
    for standing in Standing::TO_ROTATE {
        if standing.count(report) > 0 {
            let (lead, meaning) = standing.heading_in(report);
            screen.hang(0, &format!("{lead}: "), standing.style(), meaning)?;
        }
    }
    Ok(())
}

fn phase_heading(phase: &Phase, is_folded: bool, screen: &mut Screen) -> io::Result<()> {
    let Phase { title, why, n_credentials, .. } = phase;
    let lead = format!("{title} ({}): ", number(*n_credentials));
    let folded = if is_folded { " -v lists them." } else { "" };
    screen.blank()?;
    screen.hang(0, &lead, Style::Heading, &format!("{why}{folded}"))
}

fn row(credential: &Credential, report: &Report, screen: &mut Screen) -> io::Result<()> {
    let standing = Standing::of(credential);
    let verdict =
        credential.verdict.as_ref().map_or_else(String::new, |word| word.to_uppercase() + "  ");
    let lead = format!("{:>3}  {verdict}", credential.rank);
    screen.blank()?;
    screen.hang(0, &lead, standing.style(), &title(credential))?;
    if screen.is_verbose() {
        let Credential { secret_id, kind, issuer, impact, .. } = credential;
        labelled("id", secret_id, screen)?;
        let text = format!("{kind}, issued by {issuer}, impact {impact} of 5");
        labelled("is", &text, screen)?;
    }
    places(credential, screen)?;
    opens(credential, INDENT, screen)?;
    if let Some(suppressed) = &credential.suppressed {
        labelled("note", &set_aside(suppressed), screen)?;
    }
    let state = state(credential, report);
    match deciding(credential, credential.verdict.as_deref(), false) {
        Some(exposure) => {
            let lead = format!("{state}; as {}", exposure.user.user);
            labelled("why", &format!("{lead}: {}", decision(exposure)), screen)?;
            counter(exposure, screen)?;
        }
        None => labelled("is", &format!("{state}; {}", readers(credential)), screen)?,
    }
    if let Some(exposure) = deciding(credential, credential.asked.as_deref(), true) {
        let Exposure { user, .. } = exposure;
        let lead = format!("it ran as {}: {}", user.user, shouted(exposure));
        labelled("if", &format!("{lead}: {}", decision(exposure)), screen)?;
        counter(exposure, screen)?;
    }
    let because = because(credential, screen);
    if !because.is_empty() {
        labelled("here", &because.join("; "), screen)?;
    }
    credential.after.iter().try_for_each(|one| labelled("wait", &awaited(one), screen))?;
    rotation(credential, standing, screen)
}

/// `set aside by its secret id until 2027-01-01 00:00 UTC: test key`
pub fn set_aside(suppressed: &Suppressed) -> String {
    let Suppressed { reason, expires, by } = suppressed;
    let until = expires.as_ref().map_or_else(String::new, |at| format!(" until {}", minute(at)));
    let by = by.replace('-', " ");
    format!("set aside by its {by}{until}: {reason}")
}

/// Why it stands in its step, beyond what the heading of the step says.
fn because<'c>(credential: &'c Credential, screen: &Screen) -> Vec<&'c str> {
    let said = [Ground::Spreads, Ground::OpensAll].map(|ground| ground.to_string());
    let is_new = |ground: &&String| screen.is_verbose() || !said.contains(ground);
    credential.because.iter().filter(is_new).map(String::as_str).collect()
}

/// `for 1, 4 and 7: it renews this one`
fn awaited(predecessors: &Predecessors) -> String {
    let Predecessors { ranks, n_all, why } = predecessors;
    let ranks: Vec<String> = ranks.iter().map(ToString::to_string).collect();
    let more = match n_all.saturating_sub(ranks.len()) {
        0 => String::new(),
        n => format!(" and {} more", number(n)),
    };
    format!("for {}{more}: {why}", listed(&ranks, ranks.len()))
}

/// What decides a verdict, and what stands beside it.
pub fn decision(exposure: &Exposure) -> String {
    // That it is protected is told as its state.
    let flags = exposure.flags.iter().filter(|flag| flag.flag != PROTECTED);
    let flags = flags.map(|flag| flag.says.as_str());
    let aim = aim(exposure);
    strongest(exposure)
        .into_iter()
        .chain(flags)
        .chain(aim.as_deref())
        .collect::<Vec<_>>()
        .join("; ")
}

/// What would change a verdict, where nothing is decided yet and it says more than that.
fn counter(exposure: &Exposure, screen: &mut Screen) -> io::Result<()> {
    let is_open = exposure.verdict == Verdict::Unknown.as_str();
    if screen.is_verbose() || !is_open || exposure.counter == Counter::TheMissingFact.to_string() {
        return Ok(());
    }
    labelled("but", &exposure.counter, screen)
}

/// `NOT EXPOSED (grade B)`, `would be EXPOSED`
pub fn shouted(exposure: &Exposure) -> String {
    let verdict = exposure.verdict.to_uppercase().replace('-', " ");
    let would_be = if exposure.install.is_none() { "would be " } else { "" };
    let grade =
        exposure.grade.as_ref().map_or_else(String::new, |grade| format!(" (grade {grade})"));
    format!("{would_be}{verdict}{grade}")
}

/// `AWS secret access key  AKIA…  profile default`
pub fn title(credential: &Credential) -> String {
    let hint = match (&credential.key_id, credential.hint.as_str()) {
        (Some(key_id), _) => key_id.clone(),
        (None, "") => String::new(),
        (None, hint) => format!("{hint}…"),
    };
    let account = credential.account.clone().unwrap_or_default();
    let parts = [credential.title.clone(), hint, account];
    parts.iter().filter(|part| !part.is_empty()).cloned().collect::<Vec<_>>().join("  ")
}

fn places(credential: &Credential, screen: &mut Screen) -> io::Result<()> {
    let mut locations: Vec<&Location> = credential.locations.iter().collect();
    // The sort is stable: places of the same verdict stay in the order of their paths.
    locations.sort_by_key(|location| worst(location, credential.verdict.is_none()));
    let n_shown = screen.n_shown(locations.len(), PLACES_MAX);
    for (index, location) in locations[..n_shown].iter().enumerate() {
        place(if index == 0 { "in" } else { "" }, location, screen)?;
    }
    if locations.len() == n_shown {
        return Ok(());
    }
    let n_more = counted(locations.len() - n_shown, "more place");
    labelled("", &format!("and {n_more} (-v lists them)"), screen)
}

/// How bad the worst exposure of a place is, to infected installs or to what was supposed; 0 is
/// the worst.
fn worst(location: &Location, is_supposed: bool) -> usize {
    let verdicts = [Verdict::Exposed, Verdict::Likely, Verdict::Unknown, Verdict::NotExposed];
    let has = |verdict: &Verdict| {
        let mut exposures = location.exposures.iter();
        exposures.any(|one| one.install.is_none() == is_supposed && one.verdict == verdict.as_str())
    };
    verdicts.iter().position(has).unwrap_or(verdicts.len())
}

/// `/home/ana/.aws/credentials:3  (AWS CLI credentials)`, on one line.
fn place(label: &str, location: &Location, screen: &mut Screen) -> io::Result<()> {
    let inner: String =
        location.containers.iter().map(|name| format!(" > {}", escape(name))).collect();
    let host = location.host.as_ref().map_or_else(String::new, |host| escape(host) + ":");
    let path = host + &escape_path(&location.path.0) + &inner;
    let title = location.store_title.as_deref().map_or_else(String::new, |title| {
        format!("  ({})", cut_middle(&escape(title), screen.width() / 3))
    });
    let tail = format!(":{}{title}", location.line);
    let path = screen.fit(&path, INDENT + LABEL_WIDTH + width(&tail));
    screen.whole(INDENT, &format!("{label:<LABEL_WIDTH$}{path}{tail}"))?;
    if screen.is_verbose() { place_details(location, screen) } else { Ok(()) }
}

fn place_details(location: &Location, screen: &mut Screen) -> io::Result<()> {
    const DETAILS: usize = INDENT + LABEL_WIDTH + 2;
    let Location { mode, owner, group, times, other_names, .. } = location;
    let text =
        format!("mode {mode}, {}:{}, last changed {}", owner.user, group.name, times.changed);
    screen.prose(DETAILS, &text)?;
    for name in other_names {
        screen.whole(DETAILS, &format!("also named {}", escape_path(&name.0)))?;
    }
    for exposure in &location.exposures {
        let Exposure { install, user, reasons, flags, counter, .. } = exposure;
        let by = install.map_or("if it ran".into(), |n| format!("by install {}", n + 1));
        let lead = format!("{} to {}, {by}", shouted(exposure), user.user);
        let reasons = reasons.iter().map(|step| step.says.as_str());
        let flags = flags.iter().map(|flag| flag.says.as_str());
        let aim = aim(exposure);
        let says = reasons.chain(flags).chain(aim.as_deref()).collect::<Vec<_>>().join("; ");
        screen.prose(DETAILS, &format!("{lead}: {says}"))?;
        if let Some(what) = exposure.aim.aim_what.as_ref().filter(|_| aim.is_some()) {
            screen.prose(DETAILS + 2, &format!("the campaign looks for: {what}"))?;
        }
        screen.prose(DETAILS + 2, &format!("would change: {counter}"))?;
    }
    Ok(())
}

/// `plaintext, expires 2026-04-01 00:00 UTC`
pub fn state(credential: &Credential, report: &Report) -> String {
    let mut state = protection(&credential.protection);
    if credential.known == Some(false) {
        state += ", not in the baseline";
    }
    if let Some(expiry) = &credential.expiry {
        state += &format!(", {}", end(expiry, report));
    }
    state
}

/// `expired 2026-04-01 00:00 UTC; the refresh token beside it renews it`
fn end(expiry: &Expiry, report: &Report) -> String {
    let Some(at) = &expiry.at else { return "never expires".into() };
    let word = if is_before(at, &report.run.started) { "expired" } else { "expires" };
    let by_whom = if expiry.basis == "lifetime" { " by policy, at the latest" } else { "" };
    let renewal = if expiry.is_renewable { "; the refresh token beside it renews it" } else { "" };
    format!("{word}{by_whom} {}{renewal}", minute(at))
}

fn protection(protection: &Protection) -> String {
    let how = protection.how.as_ref().map_or_else(String::new, |how| format!(" ({how})"));
    match protection.state {
        ProtectionState::Plaintext => "plaintext".into(),
        ProtectionState::Weak => format!("encrypted so weakly that it counts as plaintext{how}"),
        ProtectionState::Encrypted => format!("encrypted{how}"),
        ProtectionState::Hardware => format!("the key itself lies in hardware{how}"),
        ProtectionState::Unknown => "perhaps encrypted, the format does not tell".into(),
    }
}

/// `code running as ana could read it today`
pub fn readers(credential: &Credential) -> String {
    let users: Vec<String> = credential.readers.iter().map(|one| one.user.clone()).collect();
    match users.as_slice() {
        [] => "only root could read it today".into(),
        users => format!("code running as {} could read it today", listed(users, READERS_MAX)),
    }
}

/// The first exposure, to infected installs or to what was supposed, with that verdict.
pub fn deciding<'c>(
    credential: &'c Credential,
    verdict: Option<&str>,
    is_supposed: bool,
) -> Option<&'c Exposure> {
    let mut exposures = credential.locations.iter().flat_map(|location| &location.exposures);
    exposures.find(|one| one.install.is_none() == is_supposed && Some(&*one.verdict) == verdict)
}

/// The reasons that decide: what speaks for an exposure, against one, or leaves it open.
/// All of them where none does.
fn strongest(exposure: &Exposure) -> Vec<&str> {
    let wanted = match &*exposure.verdict {
        verdict if verdict == Verdict::Exposed.as_str() => Side::For,
        verdict if verdict == Verdict::NotExposed.as_str() => Side::Against,
        _ => Side::Doubt,
    };
    let wanted = wanted.as_str();
    let is_none = exposure.reasons.iter().all(|step| step.side != wanted);
    let steps = exposure.reasons.iter().filter(|step| is_none || step.side == wanted);
    steps.map(|step| step.says.as_str()).collect()
}

/// Whether the campaign looks for it, as a clause; nothing where that does not matter or is not
/// known.
pub fn aim(exposure: &Exposure) -> Option<String> {
    let Aim { aim, aim_grade, .. } = &exposure.aim;
    let grade = Grade::ALL.iter().find(|(name, _)| Some(*name) == aim_grade.as_deref());
    let grade = grade.map_or("", |(_, grade)| grade.sentence());
    match &**aim {
        _ if exposure.verdict == Verdict::NotExposed.as_str() => None,
        "targeted" => Some(format!("targeted by the campaign ({grade})")),
        "everything" => Some(format!("the campaign gives remote access to all of it ({grade})")),
        "off-list" => Some("within reach, but not on the campaign's known list".to_owned()),
        _ => None,
    }
}
