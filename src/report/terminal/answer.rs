//! The first lines and the last: what happened here, and what to do now. Explains
//! nothing; the sections between them do.

use std::cmp::Reverse;
use std::io;

use crate::error::ProblemCode;
use crate::model::inventory::Task;
use crate::model::principal::Certainty;
use crate::report::terminal::brokers;
use crate::report::terminal::screen::{Screen, Style};
use crate::report::terminal::standing::Standing;
use crate::report::terminal::startup;
use crate::report::terminal::words::{counted, is_before, listed, minute, number};
use crate::report::terminal::{asked, past};
use crate::view::{InfectedInstall, Report, Runner, Status};

/// Most claims about installs on top; the rest stand in their own section.
const CLAIMS_MAX: usize = 3;

/// Most users named in a line.
const USERS_MAX: usize = 5;

/// The first lines.
pub fn answer(report: &Report, screen: &mut Screen) -> io::Result<()> {
    if report.infected_installs.is_empty() {
        clean_answer(report, screen)?;
    } else {
        infected_answer(report, screen)?;
    }
    if let Some(asked) = &report.what_if {
        screen.prose(0, &asked::answer(report, asked))?;
    }
    look_at_startup(report, screen)?;
    match unread(report, screen.is_quiet()) {
        Some(gaps) => screen.hang(0, "The look was incomplete: ", Style::Caution, &gaps),
        None => Ok(()),
    }
}

/// Said on top because nothing else points there: it is no infected install.
fn look_at_startup(report: &Report, screen: &mut Screen) -> io::Result<()> {
    match startup::n_to_look_at(report) {
        0 => Ok(()),
        n => {
            let files = counted(n, "file");
            screen.prose(0, &format!("{files} of startup code to look at; nothing proves it bad."))
        }
    }
}

fn infected_answer(report: &Report, screen: &mut Screen) -> io::Result<()> {
    let mut claims: Vec<(&str, Style, String)> = Vec::new();
    for install in &report.infected_installs {
        let claim = if past::is_here(install) {
            ("INFECTED: ", Style::Alarm, claim(report, install))
        } else {
            ("MENTIONED: ", Style::Caution, past_claim(report, install))
        };
        // Two environments with the same package make the same claim.
        if !claims.contains(&claim) {
            claims.push(claim);
        }
    }
    claims.sort_by_key(|(lead, ..)| *lead);
    for (lead, style, claim) in claims.iter().take(CLAIMS_MAX) {
        screen.hang(0, lead, *style, claim)?;
    }
    if claims.len() > CLAIMS_MAX {
        let n_more = counted(claims.len() - CLAIMS_MAX, "more infected install");
        let (lead, style, _) = &claims[CLAIMS_MAX];
        screen.hang(0, lead, *style, &format!("{n_more}, listed below."))?;
    }
    if past::is_all_past(report) && Standing::count_to_rotate(report) == 0 {
        screen.prose(0, "Nothing that was read shows that it ran here.")?;
        return readable_today(report).map_or(Ok(()), |text| screen.prose(0, &text));
    }
    if is_audit(report) {
        return Ok(());
    }
    screen.prose(0, &reach(report, screen.is_quiet()))
}

/// `litellm 1.82.8 on web-3: not installed now; a lock file would install it.`
fn past_claim(report: &Report, install: &InfectedInstall) -> String {
    let what = past::name(install).unwrap_or_else(|| install.advisory.clone());
    let clause = past::clause(&install.presence);
    let ran = surest(&install.runners).map_or_else(String::new, |(_, users)| {
        let since = minute(&install.window.window.start);
        format!("; it may have run as {users}, from {since} on")
    });
    format!("{what} on {}: {clause}{ran}.", host(report))
}

fn host(report: &Report) -> &str {
    if report.run.host.is_empty() { "this host" } else { &report.run.host }
}

/// `litellm 1.82.8 ran on web-3 as ana, since 2026-03-24 11:02 UTC.`
fn claim(report: &Report, install: &InfectedInstall) -> String {
    let installed =
        install.package.as_ref().map(|package| format!("{} {}", package.name, package.version));
    let what = installed
        .or_else(|| past::name(install))
        .unwrap_or_else(|| format!("{} (traces of it, no package)", install.advisory));
    let host = host(report);
    let window = &install.window.window;
    let (is, time) = if is_before(&window.end, &report.run.started) {
        ("was", format!("between {} and {}", minute(&window.start), minute(&window.end)))
    } else {
        ("is", since(install))
    };
    match surest(&install.runners) {
        Some((Certainty::Observed, users)) => format!("{what} ran on {host} as {users}, {time}."),
        Some((Certainty::Configured, users)) => {
            format!("{what} {is} on {host} and most likely ran as {users}, {time}.")
        }
        Some((Certainty::Possible, users)) => {
            format!("{what} {is} on {host} and may have run as {users}, {time}.")
        }
        None => format!("{what} {is} on {host}, {time}; as whom it ran is not known."),
    }
}

/// By the certain window, where there is one: the outer one only says how early at most.
fn since(install: &InfectedInstall) -> String {
    let earliest = &install.window.window.start;
    match install.certain.as_ref().map(|one| &one.window.start) {
        Some(certain) if certain == earliest => format!("since {}", minute(certain)),
        Some(certain) => format!("since {} at the latest", minute(certain)),
        None => format!("since {} at the earliest", minute(earliest)),
    }
}

/// The users of the greatest certainty that any has, and that certainty.
fn surest(runners: &[Runner]) -> Option<(Certainty, String)> {
    [Certainty::Observed, Certainty::Configured, Certainty::Possible].into_iter().find_map(
        |certainty| {
            let sure = runners.iter().filter(|runner| runner.certainty == certainty.as_str());
            let users: Vec<String> = sure.map(|runner| runner.user.user.clone()).collect();
            (!users.is_empty()).then(|| (certainty, listed(&users, USERS_MAX)))
        },
    )
}

/// `14 credentials to rotate, in the order below: 9 exposed, 3 likely, 2 unknown.`
fn reach(report: &Report, is_quiet: bool) -> String {
    let n_to_rotate = Standing::count_to_rotate(report);
    let mut sentences = if n_to_rotate == 0 {
        "No credential was found in its reach.".to_owned()
    } else {
        let counts = Standing::TO_ROTATE.map(|standing| (standing, standing.count(report)));
        let parts: Vec<String> = counts
            .iter()
            .filter(|(_, n)| *n > 0)
            .map(|(standing, n)| format!("{} {}", number(*n), standing.heading().0.to_lowercase()))
            .collect();
        let credentials = counted(n_to_rotate, "credential");
        let order = if is_quiet { "" } else { ", in the order below" };
        format!("{credentials} to rotate{order}: {}.", parts.join(", "))
    };
    let n_doubtful = Standing::Doubtful.count(report);
    if n_doubtful > 0 {
        sentences += &format!(" {} more with low confidence.", number(n_doubtful));
    }
    let n_out_of_reach = Standing::OutOfReach.count(report);
    if n_out_of_reach > 0 {
        sentences += &format!(" {} shown to be out of its reach.", number(n_out_of_reach));
    }
    sentences += &suppressed(report);
    let n_without_file = brokers::n_within_reach(report);
    if n_without_file > 0 {
        sentences += &format!(" {} more within reach without a file.", number(n_without_file));
    }
    sentences
}

fn clean_answer(report: &Report, screen: &mut Screen) -> io::Result<()> {
    let n_credentials = n_left(report);
    if n_credentials == 0 && !is_audit(report) {
        let beyond = suppressed(report);
        let text = format!("Nothing found: no infected install, and no credential.{beyond}");
        return screen.prose(0, &text);
    }
    let text = format!("No infected install found in what was read.{}", suppressed(report));
    screen.prose(0, &text)?;
    readable_today(report).map_or(Ok(()), |text| screen.prose(0, &text))
}

/// `What code running as a user could read today: ana 14, bob 3 (root reads everything).`
fn readable_today(report: &Report) -> Option<String> {
    // The question is a sharper one.
    if n_left(report) == 0 || report.what_if.is_some() {
        return None;
    }
    let left = report.credentials.iter().filter(|one| one.suppressed.is_none());
    let readers = left.flat_map(|credential| &credential.readers);
    let mut counts: Vec<(usize, &str)> = Vec::new();
    for reader in readers {
        match counts.iter_mut().find(|(_, user)| *user == reader.user) {
            Some((n, _)) => *n += 1,
            None => counts.push((1, &reader.user)),
        }
    }
    if counts.is_empty() {
        let credentials = counted(n_left(report), "credential");
        return Some(format!(
            "{credentials} found, which only code running as root could read today."
        ));
    }
    counts.sort_by_key(|(n, user)| (Reverse(*n), *user));
    let users: Vec<String> =
        counts.iter().map(|(n, user)| format!("{user} {}", number(*n))).collect();
    let users = listed(&users, USERS_MAX);
    Some(format!("What code running as a user could read today: {users} (root reads everything)."))
}

/// Credentials that nobody set aside.
fn n_left(report: &Report) -> usize {
    report.credentials.iter().filter(|one| one.suppressed.is_none()).count()
}

/// ` 2 more set aside.`
fn suppressed(report: &Report) -> String {
    match report.summary.n_suppressed {
        0 => String::new(),
        n => format!(" {} more set aside.", number(n)),
    }
}

/// What the look missed, if anything.
pub fn unread(report: &Report, is_quiet: bool) -> Option<String> {
    let counts = &report.coverage.problems.counts;
    let n_problems: u64 = counts.values().sum();
    // Apart, for they are many and would hide the one closed home.
    let n_unopened = *counts.get(ProblemCode::ContainerUnopened.code()).unwrap_or(&0);
    let stopped = "it was stopped before its end".to_owned();
    let unread = format!("{} could not be read", counted(n_problems - n_unopened, "place"));
    let unopened = match n_unopened {
        1 => "1 archive or database was not opened".to_owned(),
        n => format!("{} archives or databases were not opened", number(n)),
    };
    let gaps = [
        (report.status == Status::Interrupted, stopped),
        (n_problems > n_unopened, unread),
        (n_unopened > 0, unopened),
    ];
    let gaps: Vec<String> =
        gaps.into_iter().filter_map(|(is_so, gap)| is_so.then_some(gap)).collect();
    let where_listed = if is_quiet || n_problems == 0 { "" } else { ", see the end" };
    (!gaps.is_empty()).then(|| format!("{}{where_listed}.", listed(&gaps, gaps.len())))
}

/// The last line: what the run amounts to, and what to do now.
pub fn last_line(report: &Report, screen: &mut Screen) -> io::Result<()> {
    let amounts_to = match report.infected_installs.len() {
        0 => clean_end(report),
        n_installs => infected_end(report, n_installs),
    };
    screen.prose(0, &format!("{amounts_to}{}", next_look(report)))
}

fn clean_end(report: &Report) -> String {
    match n_left(report) {
        _ if is_audit(report) => "Nothing infected found in what was read.".to_owned(),
        1.. if report.what_if.is_some() => asked::end(report),
        0 if report.status == Status::Complete => "Nothing found: nothing to rotate.".to_owned(),
        0 => "Nothing found in what was read.".to_owned(),
        1 => {
            "No infected install found. If this host is suspect, rotate that credential.".to_owned()
        }
        n => {
            let n = number(n);
            format!(
                "No infected install found. If this host is suspect, rotate these {n} in order."
            )
        }
    }
}

fn infected_end(report: &Report, n_installs: usize) -> String {
    if past::is_all_past(report) {
        return past_end(report, n_installs);
    }
    let installs = counted(n_installs, "infected install");
    let has_steps = !report.plan.containment.is_empty();
    let first = if has_steps { "Contain it first" } else { "Remove it first" };
    if is_audit(report) {
        return format!("{installs}. {first}, then `credreach sweep` says what to rotate.");
    }
    let n_to_rotate = Standing::count_to_rotate(report);
    if n_to_rotate == 0 {
        return format!("{installs}, no credential to rotate. {first}.");
    }
    let credentials = counted(n_to_rotate, "credential");
    let start = rank_of_first(report);
    format!(
        "{installs}, {credentials} to rotate. {first}, then start with credential {start}, from \
         another machine."
    )
}

fn past_end(report: &Report, n_installs: usize) -> String {
    let packages = counted(n_installs, "bad package");
    let first = "Clear what would install it again, and find out if it ran";
    let rotate = match Standing::count_to_rotate(report) {
        0 => String::new(),
        n => format!(" Unless it is shown that it did not, rotate {}.", counted(n, "credential")),
    };
    format!("{packages} mentioned, none installed now. {first}.{rotate}")
}

/// Whether nothing was asked about credentials: then nothing is said of them.
pub fn is_audit(report: &Report) -> bool {
    report.run.task == Task::Audit.as_str()
}

fn rank_of_first(report: &Report) -> usize {
    let mut credentials = report.credentials.iter();
    let first = credentials.find(|one| Standing::TO_ROTATE.contains(&Standing::of(one)));
    first.map_or(1, |credential| credential.rank)
}

/// What a further look needs, where this one was not complete.
fn next_look(report: &Report) -> &'static str {
    let denied = ProblemCode::PermissionDenied.code();
    let root_would_see_more =
        report.run.uid != 0 && report.coverage.problems.counts.contains_key(denied);
    match report.status {
        Status::Complete => "",
        Status::Interrupted => " This was not the whole sweep: let it run to its end.",
        Status::Incomplete if root_would_see_more => {
            " Not everything could be read: run it again as root."
        }
        Status::Incomplete => " Not everything could be read.",
    }
}
