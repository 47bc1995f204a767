//! Which credentials a sweep is to explain. Mistakes are told before anything is judged.

use std::collections::BTreeSet;
use std::path::Path;

use crate::config::Config;
use crate::discover::roots::{Root, RootState};
use crate::error::Error;
use crate::model::explanation::Target;
use crate::model::finding::Finding;
use crate::model::host::HostFiles;
use crate::model::path_pattern::is_within;
use crate::model::secret::SecretId;
use crate::read::host_files::DiskFiles;

/// More credentials than these are a list, and no explanation.
const CREDENTIALS_MAX: usize = 20;
/// Most ids that a mistake names.
const IDS_MAX: usize = 5;
/// Where environments of processes are: they are read in every sweep of a running host.
const PROCESSES: &str = "/proc";

/// The target with its links resolved. A path that no root holds becomes one.
pub fn target(
    config: &Config,
    files: &DiskFiles,
    roots: &mut Vec<Root>,
) -> Result<Option<Target>, Error> {
    let Some(Target::Path(path)) = &config.explain else { return Ok(config.explain.clone()) };
    let missing =
        |error: std::io::Error| Error::PathMissing { path: path.clone(), why: error.to_string() };
    let path = files.resolve(path).map_err(missing)?;
    files.inode_no_follow(&path).map_err(missing)?;
    let is_held = roots.iter().any(|root| is_within(&path, &root.path));
    if !is_held && !path.starts_with(PROCESSES) {
        let why = "to be explained".into();
        roots.push(Root { path: path.clone(), why, state: RootState::Swept });
    }
    Ok(Some(Target::Path(path)))
}

/// The ids of what is to be explained.
pub fn ids(target: Option<&Target>, findings: &[Finding]) -> Result<BTreeSet<SecretId>, Error> {
    let Some(target) = target else { return Ok(BTreeSet::new()) };
    let meant = findings.iter().filter(|finding| target.is(finding));
    checked(target, meant.map(|finding| finding.identity.secret_id).collect())
}

fn checked(target: &Target, ids: BTreeSet<SecretId>) -> Result<BTreeSet<SecretId>, Error> {
    match target {
        _ if ids.is_empty() => Err(nothing(target)),
        Target::SecretId(digits) if ids.len() > 1 => Err(ambiguous(digits, &ids)),
        Target::Path(path) if ids.len() > CREDENTIALS_MAX => Err(too_many(path, ids.len())),
        _ => Ok(ids),
    }
}

fn nothing(target: &Target) -> Error {
    let shown = target.to_string().escape_debug().to_string();
    let (what, help) = match target {
        Target::SecretId(_) => (
            format!("no credential has the id {shown}"),
            "ids hold for one --key-file and one scope: take those of the report that named it",
        ),
        Target::Path(_) => (
            format!("no credential was found in {shown}"),
            "`credreach sweep PATH -v` says what was read there and what was turned down",
        ),
    };
    Error::Explain { what, help: help.into() }
}

fn ambiguous(digits: &str, ids: &BTreeSet<SecretId>) -> Error {
    let named: Vec<String> = ids.iter().take(IDS_MAX).map(ToString::to_string).collect();
    Error::Explain {
        what: format!("{} ids start with {digits}", ids.len()),
        help: format!("give more digits: {}", named.join(", ")),
    }
}

fn too_many(path: &Path, n_credentials: usize) -> Error {
    let path = path.display().to_string();
    Error::Explain {
        what: format!("{n_credentials} credentials lie below {}", path.escape_debug()),
        help: "name one file, or an id".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(target: &Target, n_ids: u8, expected: Result<usize, &str>) {
        let id = |last_byte| {
            let mut id = [0xAB; 16];
            id[15] = last_byte;
            SecretId(id)
        };
        match (checked(target, (0..n_ids).map(id).collect()), expected) {
            (Ok(ids), Ok(n_ids)) => assert_eq!(ids.len(), n_ids),
            (Err(error), Err(sentence)) => assert_eq!(error.to_string(), sentence),
            (found, expected) => panic!("{found:?}, not {expected:?}"),
        }
    }

    #[test]
    fn the_first_digits_of_an_id_must_mean_one_credential() {
        let target = Target::SecretId("abababab".into());
        check(&target, 1, Ok(1));
        check(&target, 3, Err("cannot explain: 3 ids start with abababab"));
        check(&target, 0, Err("cannot explain: no credential has the id abababab"));
    }

    #[test]
    fn a_path_may_mean_some_credentials_and_not_a_list_of_them() {
        let target = Target::Path("/srv\n".into());
        check(&target, 20, Ok(20));
        check(&target, 21, Err("cannot explain: 21 credentials lie below /srv\\n"));
        check(&target, 0, Err("cannot explain: no credential was found in /srv\\n"));
    }
}
