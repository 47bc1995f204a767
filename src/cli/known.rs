//! What the user says of credentials that are known: files of entries, and an earlier report.
//! Only files that are named here are ever read for it.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use credreach::error::Error;
use credreach::model::suppression::Suppression;
use credreach::saved::read_records;
use credreach::suppress::{self, Baseline, Mistake};
use credreach::view::{Record, Report, Run};

use crate::cli::args::KnownArgs;
use crate::cli::saved::{Saved, tell};

/// A bigger file is no list of entries.
const FILE_BYTES_MAX: u64 = 64 << 20;
/// Most mistakes of a file that are named.
const MISTAKES_MAX: usize = 10;

/// What is known, read before anything is swept, so that a mistake is told at once.
#[derive(Default)]
pub struct Known {
    entries: Vec<Suppression>,
    baseline: Option<(PathBuf, Run, Baseline)>,
}

impl Known {
    /// Reads all files. `root` is the image that is swept, if any.
    pub fn read(args: &KnownArgs, root: Option<&Path>) -> Result<Self, Error> {
        let mut entries = Vec::new();
        for file in &args.suppress {
            let read = suppress::entries(&text_of(file)?, file);
            entries.extend(read.map_err(|mistakes| unusable(file, &mistakes))?);
        }
        for file in &args.suppress_gitleaks {
            let base = folder_of(file, root)?;
            let read = suppress::positions(&text_of(file)?, file, &base);
            entries.extend(read.map_err(|mistakes| unusable(file, &mistakes))?);
        }
        let baseline = args.baseline.as_deref().map(baseline).transpose()?;
        Ok(Self { entries, baseline })
    }

    /// Whether the baseline was made with this key: else its secret ids mean nothing here.
    pub fn check_key(&self, key_id: &str) -> Result<(), Error> {
        match &self.baseline {
            Some((path, run, _)) if run.key.id != key_id => Err(Error::Suppress {
                path: path.clone(),
                why: "it was made with another key, and needs the same --key-file".into(),
            }),
            _ => Ok(()),
        }
    }

    /// Marks what is known in a report.
    pub fn apply(&self, report: &mut Report) {
        suppress::apply(report, &self.entries);
        if let Some((_, _, baseline)) = &self.baseline {
            suppress::mark_known(report, baseline);
        }
    }
}

fn text_of(path: &Path) -> Result<String, Error> {
    let wrong = |why: String| Error::Suppress { path: path.to_owned(), why };
    let file = File::open(path).map_err(|error| wrong(error.to_string()))?;
    let mut text = String::new();
    let read = file.take(FILE_BYTES_MAX + 1).read_to_string(&mut text);
    read.map_err(|error| wrong(error.to_string()))?;
    if text.len() as u64 > FILE_BYTES_MAX {
        return Err(wrong("it is bigger than 64 MiB".into()));
    }
    Ok(text)
}

/// The folder of a file as the swept host sees it: there the paths of gitleaks start.
fn folder_of(file: &Path, root: Option<&Path>) -> Result<PathBuf, Error> {
    let wrong =
        |error: std::io::Error| Error::Suppress { path: file.to_owned(), why: error.to_string() };
    let file = file.canonicalize().map_err(wrong)?;
    let folder = file.parent().unwrap_or(Path::new("/"));
    let root = root.map(|root| root.canonicalize().unwrap_or(root.to_owned()));
    let within = root.and_then(|root| folder.strip_prefix(root).ok());
    Ok(within.map_or(folder.to_owned(), |within| Path::new("/").join(within)))
}

fn unusable(path: &Path, mistakes: &[Mistake]) -> Error {
    let mut why: Vec<String> =
        mistakes.iter().take(MISTAKES_MAX).map(ToString::to_string).collect();
    if mistakes.len() > MISTAKES_MAX {
        why.push(format!("and {} more", mistakes.len() - MISTAKES_MAX));
    }
    Error::Suppress { path: path.to_owned(), why: why.join("; ") }
}

fn baseline(path: &Path) -> Result<(PathBuf, Run, Baseline), Error> {
    let saved = Saved::open(path)?;
    let mut run = None;
    let mut known = Baseline::default();
    let mut is_whole = false;
    let read = read_records(saved.source, &mut |record| {
        match record {
            Record::Run(head) => run = Some(head.run),
            Record::Credential(credential) => known.add(&credential),
            Record::Summary(_) => is_whole = true,
            _ => {}
        }
        Ok(())
    });
    let notes = read.map_err(|mistake| saved.name.error(mistake))?;
    tell(&saved.name, notes);
    let mistake = credreach::saved::Mistake::NoEnd;
    let run = run.filter(|_| is_whole).ok_or_else(|| saved.name.error(mistake))?;
    Ok((path.to_owned(), run, known))
}
