//! The report as records, one a line: what a stream of them may hold. Lays out no field.

use std::borrow::Cow;

use crate::view::{
    Advisory, AuthorizedKey, Broker, Clock, Coverage, Credential, Environment, InfectedInstall,
    Plan, Problem, Report, Run, StartupCode, Status, Summary, Tool, WhatIf, Word,
};

/// One line of a stream: an object of the report with the name of its record before it.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
#[serde(tag = "record", rename_all = "snake_case")]
#[allow(missing_docs, reason = "each is the object of its name")]
#[allow(clippy::large_enum_variant, reason = "one is held at a time")]
pub enum Record<'r> {
    /// The first one.
    Run(Head),
    Advisory(Cow<'r, Advisory>),
    InfectedInstall(Cow<'r, InfectedInstall>),
    Plan(Cow<'r, Plan>),
    StartupCode(Cow<'r, StartupCode>),
    Credential(Cow<'r, Credential>),
    Broker(Cow<'r, Broker>),
    AuthorizedKey(Cow<'r, AuthorizedKey>),
    Environment(Cow<'r, Environment>),
    Problem(Cow<'r, Problem>),
    /// The last one; without it the stream was cut.
    Summary(Tail),
    /// A record of a later version.
    #[serde(other, skip_serializing)]
    Unknown,
}

/// How the sweep was run, and the layout of what follows.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
#[allow(missing_docs, reason = "each is the field of the report")]
pub struct Head {
    pub schema_version: Word,
    pub tool: Tool,
    pub run: Run,
    pub what_if: Option<WhatIf>,
    pub clock: Clock,
}

/// What the run amounts to. Its problems are counted: the listed ones are records before it.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
#[allow(missing_docs, reason = "each is the field of the report")]
pub struct Tail {
    pub status: Status,
    pub summary: Summary,
    pub coverage: Coverage,
}

/// All records of a report, in the order of a stream.
pub fn records(report: &Report) -> impl Iterator<Item = Record<'_>> {
    let advisories = report.advisories.iter().map(Cow::Borrowed);
    let installs = report.infected_installs.iter().map(Cow::Borrowed);
    let startup_code = report.startup_code.iter().map(Cow::Borrowed);
    let credentials = report.credentials.iter().map(Cow::Borrowed);
    let brokers = report.brokers.iter().map(Cow::Borrowed);
    let authorized_keys = report.authorized_keys.iter().map(Cow::Borrowed);
    let environments = report.environments.iter().map(Cow::Borrowed);
    let problems = report.coverage.problems.listed.iter().map(Cow::Borrowed);
    std::iter::once_with(|| Record::Run(head(report)))
        .chain(advisories.map(Record::Advisory))
        .chain(installs.map(Record::InfectedInstall))
        .chain(std::iter::once_with(|| Record::Plan(Cow::Borrowed(&report.plan))))
        .chain(startup_code.map(Record::StartupCode))
        .chain(credentials.map(Record::Credential))
        .chain(brokers.map(Record::Broker))
        .chain(authorized_keys.map(Record::AuthorizedKey))
        .chain(environments.map(Record::Environment))
        .chain(problems.map(Record::Problem))
        .chain(std::iter::once_with(|| Record::Summary(tail(report))))
}

fn head(report: &Report) -> Head {
    Head {
        schema_version: report.schema_version.clone(),
        tool: report.tool.clone(),
        run: report.run.clone(),
        what_if: report.what_if.clone(),
        clock: report.clock.clone(),
    }
}

fn tail(report: &Report) -> Tail {
    let mut coverage = report.coverage.clone();
    // They are records of their own.
    coverage.problems.listed.clear();
    Tail { status: report.status, summary: report.summary.clone(), coverage }
}
