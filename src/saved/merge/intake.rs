//! Takes reports in, one record at a time, and leaves rows to be sorted. A report that breaks
//! gives what came before; none is dropped in silence.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::saved::merge::edges::Halves;
use crate::saved::merge::identity::{Identities, Secret, public_identity, secret};
use crate::saved::merge::row::Row;
use crate::saved::merge::sorter::Sorter;
use crate::saved::merge::totals::Totals;
use crate::saved::merge::{Opener, Side};
use crate::saved::{Mistake, Notes, check_count, read_records};
use crate::view::{
    Advisory, Credential, Exposure, Head, HostPath, MergedReport, Plan, Record, Tail,
};

/// All that was taken in.
pub struct Intake {
    /// By secret, then report.
    pub rows: Sorter,
    /// What else is listed, by list, report and place in it.
    pub sides: Sorter,
    pub identities: Identities,
    pub halves: Halves,
    pub totals: Totals,
    pub reports: Vec<MergedReport>,
    /// By the number of each report, what its infected installs are numbered from; `None` where
    /// it says what another one says.
    pub first_installs: Vec<Option<usize>>,
    /// Reports by a digest of all that they say.
    known: BTreeMap<[u8; 32], PathBuf>,
}

impl Intake {
    /// Before the first report; spills into a folder.
    pub fn new(folder: &Path) -> Self {
        Self {
            rows: Sorter::new(folder),
            sides: Sorter::new(folder),
            identities: Identities::new(folder),
            halves: Halves::new(folder),
            totals: Totals::default(),
            reports: Vec::new(),
            first_installs: Vec::new(),
            known: BTreeMap::new(),
        }
    }

    /// Takes in a report. An error is one of the disk that is spilled to.
    pub fn take(&mut self, path: &Path, open: Opener) -> io::Result<()> {
        let number = self.reports.len() as u32;
        let mut reading = Reading::new(self, number);
        let read = open().and_then(|source| read_records(source, &mut |one| reading.take(one)));
        let Share {
            head, tail, advisories, plan, n_credentials, digest, n_installs, spilled, ..
        } = reading.share;
        spilled?;
        let whole = read.and_then(|notes| is_whole(&head, &tail, n_credentials).map(|()| notes));
        let mut report = described(path, head.as_ref(), tail.as_ref(), n_credentials);
        let digest: [u8; 32] = digest.finalize().into();
        if let Some(other) = self.known.get(&digest).filter(|_| head.is_some()) {
            self.first_installs.push(None);
            report.read = "duplicate".into();
            report.why = Some(format!("it says just what {} says", other.to_string_lossy()));
            report.n_credentials = 0;
            self.reports.push(report);
            return Ok(());
        }
        self.first_installs.push(Some(self.totals.n_installs));
        (report.read, report.why) = read_as(&whole, head.is_some());
        if report.why.is_some() {
            self.totals.note_gap();
        }
        if let Some(head) = head {
            self.known.insert(digest, path.to_owned());
            self.totals.take_head(&head);
            self.totals.take_plan(advisories, plan);
            self.totals.take_tail(tail);
            self.totals.n_installs += n_installs;
        }
        self.reports.push(report);
        Ok(())
    }
}

/// How far a report was read, and why not as a whole.
fn read_as(whole: &Result<Notes, Mistake>, has_head: bool) -> (crate::view::Word, Option<String>) {
    match whole {
        Ok(Notes { changed_line: Some(line), .. }) => {
            let why = format!("line {line} is not what was written: it was edited");
            ("changed".into(), Some(why))
        }
        Ok(Notes { n_unknown_records: n @ 1.., .. }) => {
            ("in-part".into(), Some(format!("{n} records of unknown names are left out")))
        }
        Ok(_) => ("whole".into(), None),
        Err(mistake) if has_head => ("in-part".into(), Some(mistake.to_string())),
        Err(mistake) => ("not-read".into(), Some(mistake.to_string())),
    }
}

/// Whether its end is there, and as many credentials as it counts.
fn is_whole(head: &Option<Head>, tail: &Option<Tail>, n_read: usize) -> Result<(), Mistake> {
    let head = head.as_ref().ok_or(Mistake::NoReport)?;
    let tail = tail.as_ref().ok_or(Mistake::NoEnd)?;
    check_count(head, &tail.summary, n_read)
}

fn described(
    path: &Path,
    head: Option<&Head>,
    tail: Option<&Tail>,
    n_credentials: usize,
) -> MergedReport {
    let run = head.map(|head| &head.run);
    MergedReport {
        path: HostPath(path.to_owned()),
        read: "".into(),
        why: None,
        host: run.map(|run| run.host.clone()),
        started: run.map(|run| run.started.clone()),
        status: tail.map(|tail| tail.status),
        key_id: run.filter(|run| run.key.origin == "file").map(|run| run.key.id.clone()),
        n_credentials,
    }
}

/// What one report gives beside its rows.
struct Share {
    head: Option<Head>,
    tail: Option<Tail>,
    advisories: Vec<Advisory>,
    plan: Option<Plan>,
    n_installs: usize,
    n_credentials: usize,
    n_side: u32,
    /// Secret ids by rank.
    ids: Vec<String>,
    /// Of all that it says.
    digest: Sha256,
    /// Whether the disk took what was spilled.
    spilled: io::Result<()>,
}

/// A report while it is read.
struct Reading<'i> {
    intake: &'i mut Intake,
    number: u32,
    share: Share,
}

impl<'i> Reading<'i> {
    fn new(intake: &'i mut Intake, number: u32) -> Self {
        let share = Share {
            head: None,
            tail: None,
            advisories: Vec::new(),
            plan: None,
            n_installs: 0,
            n_credentials: 0,
            n_side: 0,
            ids: Vec::new(),
            digest: Sha256::new(),
            spilled: Ok(()),
        };
        Self { intake, number, share }
    }

    fn take(&mut self, record: Record<'static>) -> Result<(), Mistake> {
        let taken = self.sort_in(record);
        taken.map_err(|trouble| match trouble {
            Trouble::Report(mistake) => mistake,
            Trouble::Disk(error) => {
                let why = Mistake::Unreadable(error.to_string());
                self.share.spilled = Err(error);
                why
            }
        })
    }

    fn sort_in(&mut self, record: Record<'static>) -> Result<(), Trouble> {
        match record {
            Record::Run(head) => {
                self.note(&head)?;
                self.share.head = Some(head);
            }
            Record::Advisory(one) => self.share.advisories.push(one.into_owned()),
            Record::Plan(plan) => self.share.plan = Some(plan.into_owned()),
            Record::InfectedInstall(one) => {
                let mut one = one.into_owned();
                self.share.n_installs += 1;
                one.host = Some(one.host.map_or_else(|| self.host(), Ok)?);
                self.put(Side::InfectedInstall, &one)?;
            }
            Record::StartupCode(one) => {
                let mut one = one.into_owned();
                one.host = Some(one.host.map_or_else(|| self.host(), Ok)?);
                self.check(one.signs.iter().map(|sign| sign.install))?;
                // What is ordinary is only counted.
                if !one.signs.is_empty() {
                    self.put(Side::StartupCode, &one)?;
                }
            }
            Record::Credential(one) => self.credential(one.into_owned())?,
            Record::Broker(one) => {
                let mut one = one.into_owned();
                one.host = Some(one.host.map_or_else(|| self.host(), Ok)?);
                self.check(installs(&one.exposures))?;
                self.put(Side::Broker, &one)?;
            }
            Record::AuthorizedKey(one) => {
                let mut one = one.into_owned();
                one.host = Some(one.host.map_or_else(|| self.host(), Ok)?);
                let text = self.put(Side::AuthorizedKey, &one)?;
                self.intake.halves.note_public(&one, text)?;
            }
            Record::Problem(one) => {
                let mut one = one.into_owned();
                one.host = Some(one.host.map_or_else(|| self.host(), Ok)?);
                self.put(Side::Problem, &one)?;
            }
            Record::Summary(tail) => {
                self.note(&tail)?;
                self.share.tail = Some(tail);
            }
            Record::Environment(_) | Record::Unknown => {}
        }
        Ok(())
    }

    fn credential(&mut self, credential: Credential) -> Result<(), Trouble> {
        let Head { run, .. } = self.share.head.as_ref().ok_or(Mistake::NoReport)?;
        let (host, started) = (run.host.clone(), run.started.clone());
        let key = key_of(run);
        for location in &credential.locations {
            self.check(installs(&location.exposures))?;
        }
        let secret = secret(&credential.secret_id);
        if let Some(public) = public_identity(&credential) {
            self.intake.identities.note(public, key, secret)?;
        }
        self.intake.halves.note_private(&credential);
        self.share.ids.push(credential.secret_id.clone());
        self.share.n_credentials += 1;
        let row = Row::new(credential, &host, &started, &self.share.ids);
        let text = self.note(&row)?;
        let place = (self.share.n_credentials as u32).to_be_bytes();
        let key = [&secret[..], &self.number.to_be_bytes(), &place].concat();
        self.intake.rows.push(key, text)?;
        Ok(())
    }

    /// Whether the infected installs that are named are listed, as they are before all else.
    fn check(&self, mut indices: impl Iterator<Item = Option<usize>>) -> Result<(), Mistake> {
        let is_stray = indices.any(|index| index.is_some_and(|one| one >= self.share.n_installs));
        if is_stray { Err(Mistake::StrayInstall) } else { Ok(()) }
    }

    fn put(&mut self, list: Side, one: &impl serde::Serialize) -> Result<Vec<u8>, Trouble> {
        let text = self.note(one)?;
        self.share.n_side += 1;
        let key = [&[list as u8][..], &self.number.to_be_bytes(), &self.share.n_side.to_be_bytes()];
        self.intake.sides.push(key.concat(), text.clone())?;
        Ok(text)
    }

    /// Takes something into the digest; gives back how it is written.
    fn note(&mut self, one: &impl serde::Serialize) -> Result<Vec<u8>, Trouble> {
        let text = serde_json::to_vec(one).map_err(io::Error::from)?;
        self.share.digest.update((text.len() as u64).to_le_bytes());
        self.share.digest.update(&text);
        Ok(text)
    }

    fn host(&self) -> Result<String, Mistake> {
        self.share.head.as_ref().map(|head| head.run.host.clone()).ok_or(Mistake::NoReport)
    }
}

/// Under one of these, two secrets are two. A random key is that of one run.
fn key_of(run: &crate::view::Run) -> Secret {
    match &*run.key.origin {
        "file" => secret(&run.key.id),
        _ => secret(&[&*run.key.id, &run.host, &run.started].join("\0")),
    }
}

fn installs(exposures: &[Exposure]) -> impl Iterator<Item = Option<usize>> {
    exposures.iter().map(|exposure| exposure.install)
}

/// What ends the reading of a report.
enum Trouble {
    Report(Mistake),
    Disk(io::Error),
}

impl From<Mistake> for Trouble {
    fn from(mistake: Mistake) -> Self {
        Self::Report(mistake)
    }
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        Self::Disk(error)
    }
}
