//! Reports read back, record by record, whichever of the two formats that hold everything
//! they were saved in. Believes no file and judges nothing anew; no message quotes one.

pub mod compare;
mod digest;
mod document;
mod line;
pub mod merge;
mod mistake;
mod stream;
mod verify;

pub use digest::{Digesting, FileDigest};
pub use mistake::{Mistake, Notes};
pub use verify::{Verified, verify};

use std::io::{self, BufRead};

use crate::view::{Head, Record, Report, Tail};

/// Takes one record; what it returns as an error ends the reading.
pub type Sink<'s> = dyn FnMut(Record<'static>) -> Result<(), Mistake> + 's;

/// Hands over each record of a saved report, in the order of the file. Holds one at a time.
pub fn read_records(mut source: impl BufRead, sink: &mut Sink) -> Result<Notes, Mistake> {
    if begins_as_stream(&mut source)? {
        stream::read(source, sink)
    } else {
        document::read(source, sink)
    }
}

/// The whole of a saved report, which must be complete.
pub fn read_report(source: impl BufRead) -> Result<(Report, Notes), Mistake> {
    let mut collected = Collected::default();
    let notes = read_records(source, &mut |record| {
        collected.take(record);
        Ok(())
    })?;
    Ok((collected.report()?, notes))
}

/// A stream starts with the name of its first record, a document does not.
fn begins_as_stream(source: &mut impl BufRead) -> Result<bool, Mistake> {
    let begin = source.fill_buf().map_err(|error| Mistake::Unreadable(error.to_string()))?;
    let mut meant = begin.iter().copied().filter(|byte| !byte.is_ascii_whitespace());
    if meant.next() != Some(b'{') {
        return Err(Mistake::NoReport);
    }
    Ok(meant.take(9).eq(*b"\"record\":"))
}

/// What is wrong with JSON; says where, and never what stands there.
fn mistake_of(error: &serde_json::Error, line: Option<u64>) -> Mistake {
    use serde_json::error::Category;
    let line = line.unwrap_or(error.line() as u64);
    match error.classify() {
        Category::Eof => Mistake::CutOff { line },
        Category::Io => Mistake::Unreadable(io::Error::other(error.to_string()).to_string()),
        Category::Syntax | Category::Data => Mistake::Malformed { line, column: error.column() },
    }
}

/// The parts of a report, as far as they came.
#[derive(Default)]
pub struct Collected {
    head: Option<Head>,
    tail: Option<Tail>,
    plan: Option<crate::view::Plan>,
    lists: Lists,
}

/// The lists of a report.
#[derive(Default)]
struct Lists {
    advisories: Vec<crate::view::Advisory>,
    infected_installs: Vec<crate::view::InfectedInstall>,
    startup_code: Vec<crate::view::StartupCode>,
    credentials: Vec<crate::view::Credential>,
    brokers: Vec<crate::view::Broker>,
    authorized_keys: Vec<crate::view::AuthorizedKey>,
    environments: Vec<crate::view::Environment>,
    problems: Vec<crate::view::Problem>,
}

impl Collected {
    /// Takes the next record.
    pub fn take(&mut self, record: Record<'static>) {
        let lists = &mut self.lists;
        match record {
            Record::Run(head) => self.head = Some(head),
            Record::Advisory(one) => lists.advisories.push(one.into_owned()),
            Record::InfectedInstall(one) => lists.infected_installs.push(one.into_owned()),
            Record::Plan(plan) => self.plan = Some(plan.into_owned()),
            Record::StartupCode(one) => lists.startup_code.push(one.into_owned()),
            Record::Credential(one) => lists.credentials.push(one.into_owned()),
            Record::Broker(one) => lists.brokers.push(one.into_owned()),
            Record::AuthorizedKey(one) => lists.authorized_keys.push(one.into_owned()),
            Record::Environment(one) => lists.environments.push(one.into_owned()),
            Record::Problem(one) => lists.problems.push(one.into_owned()),
            Record::Summary(tail) => self.tail = Some(tail),
            Record::Unknown => {}
        }
    }

    /// All of them; an error where the head or the end is missing.
    pub fn report(self) -> Result<Report, Mistake> {
        let head = self.head.ok_or(Mistake::NoReport)?;
        let Tail { status, summary, mut coverage } = self.tail.ok_or(Mistake::NoEnd)?;
        let plan = self.plan.ok_or(Mistake::NoEnd)?;
        let lists = self.lists;
        check_count(&head, &summary, lists.credentials.len())?;
        coverage.problems.listed = lists.problems;
        Ok(Report {
            schema_version: head.schema_version,
            tool: head.tool,
            run: head.run,
            status,
            summary,
            what_if: head.what_if,
            clock: head.clock,
            advisories: lists.advisories,
            infected_installs: lists.infected_installs,
            plan,
            startup_code: lists.startup_code,
            credentials: lists.credentials,
            brokers: lists.brokers,
            authorized_keys: lists.authorized_keys,
            environments: lists.environments,
            coverage,
        })
    }
}

/// Whether as many credentials came as the summary counts. What was to be explained is listed
/// alone.
fn check_count(head: &Head, summary: &crate::view::Summary, n_read: usize) -> Result<(), Mistake> {
    let n_counted = summary.n_credentials;
    if head.run.explained.is_some() || n_counted == n_read {
        return Ok(());
    }
    Err(Mistake::Miscounted { n_counted, n_read })
}
