//! The report as a table for spreadsheets and ticket systems: a row for each place of a
//! credential, and rows for what else was found and what could not be read, told apart by the
//! first column. RFC 4180, with a heading. The door to csv. Tells no reasoning: one clause a row.

mod cell;

use std::io;

use csv::{QuoteStyle, Terminator, WriterBuilder};
use serde::Serialize;

use crate::report::csv::cell::Cell;
use crate::report::escape::escape_path;
use crate::report::terminal::list::decision;
use crate::report::terminal::{brokers, installs, last_line, startup};
use crate::report::worst::worst;
use crate::view::{
    Broker, Credential, Exposure, HostPath, InfectedInstall, Location, Measure, Problem,
    ProtectionState, Report, StartupCode, User,
};

/// Between the parts of a cell that lists something.
const AND: &str = " | ";

/// A row. The names of its fields are the heading; new ones are only added at the end.
#[derive(Default, Serialize)]
struct Row {
    record: &'static str,
    host: Cell,
    rank: Option<usize>,
    phase: Cell,
    verdict: Cell,
    asked: Cell,
    kind: Cell,
    title: Cell,
    issuer: Cell,
    key_id: Cell,
    account: Cell,
    path: Cell,
    line: Option<u64>,
    containers: Cell,
    store: Cell,
    owner: Cell,
    mode: Cell,
    place_verdict: Cell,
    grade: Cell,
    r#as: Cell,
    why: Cell,
    readers: Cell,
    confidence: Cell,
    impact: Option<u8>,
    propagates: Option<bool>,
    protection: Option<ProtectionState>,
    expires: Cell,
    last_changed: Cell,
    against_window: Cell,
    mints: Option<bool>,
    after: Cell,
    rotate_first: Cell,
    rotate_where: Cell,
    first_step: Cell,
    breaks: Cell,
    opens: Cell,
    secret_id: Cell,
    suppressed: Cell,
}

/// Writes the table.
pub fn write(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    let mut table = WriterBuilder::new()
        .quote_style(QuoteStyle::Always)
        .terminator(Terminator::CRLF)
        .from_writer(out);
    let end = end(report, last_line(report)?);
    for row in rows(report).chain([end]) {
        // Of a merged report each place has its own.
        let host = if row.host.is_empty() { Cell::new(&report.run.host) } else { row.host };
        table.serialize(Row { host, ..row })?;
    }
    table.flush()
}

fn rows(report: &Report) -> impl Iterator<Item = Row> {
    let startup_code = report.startup_code.iter().filter(|code| !code.signs.is_empty());
    let within_reach = report.brokers.iter().filter(|broker| brokers::is_within_reach(broker));
    let problems = &report.coverage.problems;
    let measures = report.plan.containment.iter().map(measure);
    measures
        .chain(report.infected_installs.iter().map(infected_install))
        .chain(startup_code.map(startup_row))
        .chain(report.credentials.iter().flat_map(places))
        .chain(within_reach.map(broker_row))
        .chain(problems.listed.iter().map(problem_row))
        .chain((problems.unlisted > 0).then(|| unlisted(problems.unlisted)))
}

fn places(credential: &Credential) -> impl Iterator<Item = Row> {
    credential.locations.iter().map(|location| place(credential, location))
}

fn place(credential: &Credential, location: &Location) -> Row {
    let Credential { protection, expiry, rotation, last_changed, .. } = credential;
    let expires = expiry.as_ref().map(|expiry| expiry.at.as_deref().unwrap_or("never"));
    let suppressed = location.suppressed.as_ref().or(credential.suppressed.as_ref());
    Row {
        host: Cell::of(location.host.as_deref()),
        rank: Some(credential.rank),
        phase: Cell::new(&credential.phase),
        verdict: Cell::of(credential.verdict.as_deref()),
        asked: Cell::of(credential.asked.as_deref()),
        kind: Cell::new(&credential.kind),
        title: Cell::new(&credential.title),
        issuer: Cell::new(&credential.issuer),
        key_id: Cell::of(credential.key_id.as_deref()),
        account: Cell::of(credential.account.as_deref()),
        line: Some(location.line),
        containers: Cell::new(&location.containers.join(AND)),
        store: Cell::of(location.store_title.as_deref()),
        mode: Cell::new(&location.mode),
        readers: names(&location.readers),
        confidence: Cell::new(&credential.confidence),
        impact: Some(credential.impact),
        propagates: Some(credential.propagates),
        protection: Some(protection.state),
        expires: Cell::of(expires),
        last_changed: Cell::of(last_changed.as_ref().map(|changed| &*changed.at)),
        against_window: Cell::of(last_changed.as_ref().and_then(|it| it.against_window.as_deref())),
        mints: Some(credential.mints),
        after: after(credential),
        rotate_first: Cell::new(&rotation.first),
        rotate_where: Cell::new(&rotation.place),
        first_step: Cell::of(rotation.steps.first().map(String::as_str)),
        breaks: Cell::new(&rotation.breaks),
        opens: opens(credential),
        suppressed: Cell::of(suppressed.map(|one| &*one.reason)),
        secret_id: Cell::new(&credential.secret_id),
        ..judged(worst(&location.exposures), at("credential", &location.path, &location.owner))
    }
}

fn opens(credential: &Credential) -> Cell {
    let hosts: Vec<&str> = credential.opens.iter().map(|one| one.what.as_str()).collect();
    Cell::new(&hosts.join(AND))
}

/// The ranks of what is rotated before it.
fn after(credential: &Credential) -> Cell {
    let ranks = credential.after.iter().flat_map(|one| &one.ranks);
    Cell::new(&ranks.map(ToString::to_string).collect::<Vec<_>>().join(AND))
}

/// A row with what decides a verdict.
fn judged(exposure: Option<&Exposure>, row: Row) -> Row {
    let Some(exposure) = exposure else { return row };
    let supposed = if exposure.install.is_none() { "if it ran: " } else { "" };
    Row {
        place_verdict: Cell::new(&format!("{supposed}{}", exposure.verdict)),
        grade: Cell::of(exposure.grade.as_deref()),
        r#as: Cell::new(&exposure.user.user),
        why: Cell::new(&decision(exposure)),
        ..row
    }
}

fn at(record: &'static str, path: &HostPath, owner: &User) -> Row {
    let (path, owner) = (Cell::new(&escape_path(&path.0)), Cell::new(&owner.user));
    Row { record, path, owner, ..Row::default() }
}

fn measure(measure: &Measure) -> Row {
    Row {
        record: "containment",
        kind: Cell::new(&measure.kind),
        title: Cell::of(measure.advisory.as_deref()),
        path: Cell::of(measure.paths.first().map(|path| escape_path(&path.0)).as_deref()),
        why: Cell::of(measure.why.as_deref()),
        first_step: Cell::new(&measure.says),
        ..Row::default()
    }
}

fn infected_install(install: &InfectedInstall) -> Row {
    let of_package = install.package.as_ref().map(|package| &package.path);
    let mut others = install.mentions.iter().map(|one| &one.path);
    let mut sightings = install.sightings.iter().map(|one| &one.path);
    let path = of_package.or_else(|| others.next()).or_else(|| sightings.next());
    let users: Vec<User> = install.runners.iter().map(|runner| runner.user.clone()).collect();
    let move_to = installs::move_to(install).map(|versions| format!("Move to {versions}."));
    Row {
        record: "infected_install",
        kind: Cell::new(&install.advisory),
        title: Cell::new(&installs::title(install)),
        path: Cell::of(path.map(|path| escape_path(&path.0)).as_deref()),
        r#as: names(&users),
        why: Cell::new(&install.presence),
        first_step: Cell::of(move_to.as_deref()),
        ..Row::default()
    }
}

fn startup_row(code: &StartupCode) -> Row {
    Row {
        kind: Cell::new(&code.kind),
        title: Cell::new(&code.what),
        line: code.line,
        why: Cell::new(&startup::whys(code)),
        first_step: Cell::new("Look at it: nothing proves it bad."),
        ..at("startup_code", &code.path, &code.owner)
    }
}

fn broker_row(broker: &Broker) -> Row {
    let exposure = worst(&broker.exposures);
    let why = exposure.map(|exposure| brokers::why(broker, exposure));
    let row = Row {
        record: "broker",
        kind: Cell::new(&broker.kind),
        title: Cell::new(&brokers::title(broker)),
        path: Cell::new(&escape_path(&broker.path.0)),
        owner: Cell::of(broker.serves.as_ref().map(|user| &*user.user)),
        first_step: Cell::new(brokers::step(&broker.kind)),
        ..Row::default()
    };
    Row { why: Cell::of(why.as_deref()), ..judged(exposure, row) }
}

fn problem_row(problem: &Problem) -> Row {
    Row {
        record: "problem",
        kind: Cell::new(&problem.code),
        title: Cell::new("not looked into"),
        path: Cell::new(&escape_path(&problem.path.0)),
        why: Cell::new(&problem.why),
        ..Row::default()
    }
}

fn unlisted(n: u64) -> Row {
    let title = Cell::new(&format!("{n} more are counted and not listed"));
    Row { record: "problem", title, ..Row::default() }
}

/// The last row; without it the table was cut.
fn end(report: &Report, last_line: String) -> Row {
    Row {
        record: "summary",
        kind: Cell::new(report.status.as_str()),
        title: Cell::new(&last_line),
        ..Row::default()
    }
}

fn names(users: &[User]) -> Cell {
    let names: Vec<&str> = users.iter().map(|user| user.user.as_str()).collect();
    Cell::new(&names.join(AND))
}
