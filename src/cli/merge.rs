//! `credreach merge`: the reports of any number of hosts as one inventory.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};

use credreach::error::Error;
use credreach::report::escape::escape_path;
use credreach::report::ndjson::Stream;
use credreach::saved::merge::{Merged, Opener, merge};
use credreach::saved::{Collected, Mistake};
use credreach::view::MergedReport;

use crate::cli::args::{FormatArg, MergeArgs};
use crate::cli::output::Output;
use crate::cli::print;
use crate::cli::saved::Saved;

/// Ends of names that a folder is searched for.
const EXTENSIONS: [&str; 3] = ["json", "ndjson", "jsonl"];
/// Most credentials of a format that is made as a whole.
const CREDENTIALS_MAX: usize = 200_000;
/// Most reports named on stderr one by one.
const TOLD_MAX: usize = 20;

/// Merges the reports that were named, and says on stderr which are not in as a whole.
pub fn run(args: &MergeArgs) -> Result<u8, Error> {
    let paths = paths(args)?;
    let output = Output::open(args.print.output.as_deref())?;
    let folder = folder(args.print.output.as_deref());
    let failed = |error: io::Error| Error::Merge { folder: folder.clone(), why: error.to_string() };
    let opened = paths.iter().map(|path| (path.clone(), opener(path))).collect();
    let merged = match merge(opened, &folder) {
        Ok(merged) => merged,
        Err(error) => {
            output.discard();
            return Err(failed(error));
        }
    };
    tell(&merged);
    let code = merged.tail.summary.exit_code;
    match args.print.format {
        FormatArg::Ndjson => output.write(|out| {
            let mut stream = Stream::new(out);
            merged.write(&mut |record| stream.write(&record))
        })?,
        _ if merged.tail.summary.n_credentials > CREDENTIALS_MAX => {
            output.discard();
            return Err(too_many(merged.tail.summary.n_credentials));
        }
        _ => {
            let mut collected = Collected::default();
            let written = merged.write(&mut |record| {
                collected.take(record);
                Ok(())
            });
            match written.and_then(|()| collected.report().map_err(io::Error::other)) {
                Ok(report) => print::print(&report, &args.print, output)?,
                Err(error) => {
                    output.discard();
                    return Err(failed(error));
                }
            }
        }
    }
    Ok(code)
}

fn too_many(n_credentials: usize) -> Error {
    Error::Usage {
        what: format!("{n_credentials} credentials are too many for a format that is made whole"),
        help: "take --format ndjson, which holds any number".into(),
    }
}

/// Beside the output, where there is room for the inventory and so for its rows.
fn folder(output: Option<&Path>) -> PathBuf {
    match output.and_then(Path::parent) {
        None => std::env::temp_dir(),
        Some(parent) if parent.as_os_str().is_empty() => PathBuf::from("."),
        Some(parent) => parent.to_owned(),
    }
}

fn opener(path: &Path) -> Opener<'_> {
    Box::new(move || Saved::open_source(path).map_err(|why| Mistake::Unreadable(why.to_string())))
}

/// The reports that were named: files, those of folders, and those of a list.
fn paths(args: &MergeArgs) -> Result<Vec<PathBuf>, Error> {
    let mut named = args.reports.clone();
    if let Some(list) = &args.from_list {
        named.extend(listed(list)?);
    }
    let mut paths = Vec::new();
    for path in named {
        if path.is_dir() { paths.extend(of_folder(&path)?) } else { paths.push(path) }
    }
    match paths.is_empty() {
        false => Ok(paths),
        true => Err(Error::Usage {
            what: "there is no report to merge".into(),
            help: "name reports, a folder of *.json or *.ndjson, or --from-list FILE".into(),
        }),
    }
}

/// A path a line.
fn listed(list: &Path) -> Result<Vec<PathBuf>, Error> {
    let wrong =
        |error: io::Error| Error::SavedReport { path: list.to_owned(), why: error.to_string() };
    let lines = BufReader::new(File::open(list).map_err(wrong)?).lines();
    let lines: Vec<String> = lines.collect::<io::Result<_>>().map_err(wrong)?;
    Ok(lines.into_iter().filter(|line| !line.is_empty()).map(PathBuf::from).collect())
}

/// The reports right in a folder, by the ends of their names; the others are counted.
fn of_folder(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let wrong =
        |error: io::Error| Error::SavedReport { path: folder.to_owned(), why: error.to_string() };
    let entries = folder.read_dir().map_err(wrong)?;
    let entries: Vec<PathBuf> =
        entries.map(|entry| Ok(entry?.path())).collect::<io::Result<_>>().map_err(wrong)?;
    let (reports, others): (Vec<PathBuf>, Vec<PathBuf>) = entries.into_iter().partition(|path| {
        let extension = path.extension().and_then(|extension| extension.to_str());
        extension.is_some_and(|extension| EXTENSIONS.contains(&extension))
    });
    if !others.is_empty() {
        let (n, folder) = (others.len(), escape_path(folder));
        let _ = writeln!(io::stderr(), "note: {folder}: {n} entries of other names are left alone");
    }
    Ok(reports)
}

/// Says what is in, what is not, and what that means.
fn tell(merged: &Merged) {
    let mut err = io::stderr();
    let reports = merged.reports();
    let not_whole: Vec<&MergedReport> = reports.iter().filter(|one| one.why.is_some()).collect();
    for report in not_whole.iter().take(TOLD_MAX) {
        let (path, read) = (escape_path(&report.path.0), &report.read);
        let why = report.why.as_deref().unwrap_or_default().escape_debug().to_string();
        let _ = writeln!(err, "warning: {path}: {read}: {why}");
    }
    if let Some(n_more @ 1..) = not_whole.len().checked_sub(TOLD_MAX) {
        let _ = writeln!(err, "warning: {n_more} more reports are not in as a whole: run.reports");
    }
    if merged.n_keys > 1 {
        let n_keys = merged.n_keys;
        let _ = writeln!(
            err,
            "note: {n_keys} keys: rows of different keys are only joined by public identity"
        );
    }
    let _ = writeln!(
        err,
        "merged {} of {} reports: hosts {}, credentials {}, places {}",
        reports.iter().filter(|one| one.n_credentials > 0 || one.why.is_none()).count(),
        reports.len(),
        merged.n_hosts,
        merged.tail.summary.n_credentials,
        merged.tail.summary.n_places,
    );
}
