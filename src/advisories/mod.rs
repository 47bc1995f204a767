//! Other people's catalogues of bad packages: OSV records and Bumblebee exposure
//! catalogues, from files, folders and zips. Knows no package of the host: it is asked for
//! what was said of a name. Compares no versions, and asks no network.

mod bumblebee;
mod documents;
mod library;
mod osv;
mod record;

use std::path::{Path, PathBuf};

use crate::advisories::documents::{Budget, Met, documents};
pub use crate::advisories::library::{Library, NormalName};
use crate::advisories::record::Reading;
use crate::error::{Error, Problem, ProblemCode};
use crate::model::coverage::{CatalogueTally, LeftOut};

/// Reads catalogues in the order in which they were named; of two records with one id the
/// later counts. What cannot be read is a problem of the library, except for a path that
/// is not there at all.
pub fn read(paths: &[PathBuf], normal_name: NormalName) -> Result<Library, Error> {
    let mut library = Library::new(normal_name);
    let mut budget = Budget::default();
    for path in paths {
        read_one(path, &mut budget, &mut library)?;
    }
    library.sort();
    Ok(library)
}

fn read_one(path: &Path, budget: &mut Budget, library: &mut Library) -> Result<(), Error> {
    library.tallies.push(CatalogueTally { path: path.to_owned(), ..CatalogueTally::default() });
    let mut n_met = 0;
    let opened = documents(path, budget, &mut |met| match met {
        Met::Document(place, bytes) => {
            n_met += 1;
            document(place, bytes, library);
        }
        Met::Problem(problem) => {
            n_met += 1;
            library.problems.push(problem);
        }
        Met::Other => library.leave_out(LeftOut::NoRecord),
    });
    let unusable = |why: String| Error::Advisories { path: path.to_owned(), why };
    opened.map_err(|error| unusable(error.to_string()))?;
    // A setting that does nothing is a mistake.
    if n_met == 0 { Err(unusable("no .json and no .zip in it".into())) } else { Ok(()) }
}

/// One file: an OSV record, or a Bumblebee catalogue with many entries.
fn document(place: &Path, bytes: &[u8], library: &mut Library) {
    let readings = osv::read(bytes).and_then(|reading| match reading {
        Some(reading) => Ok(vec![Ok(reading)]),
        None => bumblebee::read(bytes),
    });
    let readings = readings.unwrap_or_else(|why| vec![Err(why)]);
    for reading in readings {
        match reading {
            Ok(Reading { id, outcome, has_unknown_fields }) => {
                library.count_unknown_fields(has_unknown_fields);
                match outcome {
                    Ok(record) => library.keep(place, record),
                    Err(reason) => {
                        library.drop_earlier(&id);
                        library.leave_out(reason);
                    }
                }
            }
            Err(why) => {
                library.problems.push(Problem::new(ProblemCode::BrokenRecord, place, why));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tempfile::TempDir;

    #[test]
    fn a_record_that_was_withdrawn_later_no_longer_counts() {
        let folder = TempDir::new().unwrap();
        let affected =
            r#"[{"package": {"ecosystem": "npm", "name": "left"}, "versions": ["1.0.0"]}]"#;
        let record =
            |fields: &str| format!(r#"{{"id": "MAL-1", {fields} "affected": {affected}}}"#);
        std::fs::write(folder.path().join("a.json"), record("")).unwrap();
        std::fs::write(
            folder.path().join("b.json"),
            record(r#""withdrawn": "2026-01-01T00:00:00Z","#),
        )
        .unwrap();
        let library = read(&[folder.path().to_owned()], |_, name| name.to_owned()).unwrap();
        let tally = &library.tallies[0];
        assert_eq!(tally.n_used, 0);
        assert_eq!(tally.left_out, [(LeftOut::Withdrawn, 1), (LeftOut::Replaced, 1)].into());
    }

    #[test]
    fn a_catalogue_without_any_document_is_a_mistake() {
        let folder = TempDir::new().unwrap();
        std::fs::write(folder.path().join("README"), "").unwrap();
        let error = read(&[folder.path().to_owned()], |_, name| name.to_owned()).err().unwrap();
        assert!(error.to_string().ends_with("no .json and no .zip in it"), "{error}");
    }
}
