//! What a comparison keeps of a saved report: record by record, without what exposures were
//! reasoned from, so that a report of gigabytes fits.

use std::io::BufRead;
use std::path::Path;

use crate::saved::digest::{Digesting, FileDigest};
use crate::saved::{Mistake, Notes, read_records};
use crate::view::comparison::Side;
use crate::view::{Credential, Head, HostPath, InfectedInstall, Problem, Record, Tail};

/// One of two reports.
#[derive(Clone, Debug)]
pub struct Snapshot {
    pub(super) side: Side,
    pub(super) head: Head,
    pub(super) tail: Tail,
    pub(super) problems: Vec<Problem>,
    pub(super) credentials: Vec<Credential>,
    pub(super) installs: Vec<InfectedInstall>,
}

impl Snapshot {
    /// Reads a whole report; `name` is what the user called it.
    pub fn read(name: &Path, source: impl BufRead) -> Result<(Self, Notes), Mistake> {
        let mut source = Digesting::new(source);
        let mut parts = Parts::default();
        let notes = read_records(&mut source, &mut |record| parts.take(record))?;
        let digest = source.finish().map_err(|error| Mistake::Unreadable(error.to_string()))?;
        Ok((parts.snapshot(name, digest)?, notes))
    }

    /// Whether it was asked about credentials, and lists all of them.
    pub(super) fn lists_credentials(&self) -> bool {
        self.head.run.task == "sweep" && self.head.run.explained.is_none()
    }
}

/// A report, as far as it came.
#[derive(Default)]
struct Parts {
    head: Option<Head>,
    tail: Option<Tail>,
    problems: Vec<Problem>,
    credentials: Vec<Credential>,
    installs: Vec<InfectedInstall>,
}

impl Parts {
    fn take(&mut self, record: Record<'static>) -> Result<(), Mistake> {
        match record {
            Record::Run(_) if self.head.is_some() => return Err(Mistake::Several),
            Record::Run(head) => self.head = Some(head),
            Record::Credential(one) => self.credentials.push(slim(one.into_owned())),
            Record::InfectedInstall(one) => self.installs.push(one.into_owned()),
            Record::Problem(one) => self.problems.push(one.into_owned()),
            Record::Summary(tail) => self.tail = Some(tail),
            _ => {}
        }
        Ok(())
    }

    fn snapshot(self, name: &Path, digest: FileDigest) -> Result<Snapshot, Mistake> {
        let Self { head, tail, problems, credentials, installs } = self;
        let head = head.ok_or(Mistake::NoReport)?;
        let tail = tail.ok_or(Mistake::NoEnd)?;
        super::super::check_count(&head, &tail.summary, credentials.len())?;
        let side = side(name, digest, &head, &tail);
        Ok(Snapshot { side, head, tail, problems, credentials, installs })
    }
}

/// Without the reasoning, which is most of it.
fn slim(mut credential: Credential) -> Credential {
    for location in &mut credential.locations {
        location.exposures = Vec::new();
        location.explanation = None;
    }
    credential
}

fn side(name: &Path, digest: FileDigest, head: &Head, tail: &Tail) -> Side {
    let run = &head.run;
    Side {
        path: HostPath(name.to_owned()),
        n_bytes: digest.n_bytes,
        sha256: digest.sha256,
        tool: head.tool.clone(),
        task: run.task.clone(),
        started: run.started.clone(),
        host: run.host.clone(),
        uid: run.uid,
        image: run.image.clone(),
        key: run.key.clone(),
        rules_digest: run.rules_digest.clone(),
        status: tail.status,
        n_credentials: tail.summary.n_credentials,
        n_problems: tail.coverage.problems.counts.values().sum(),
    }
}
