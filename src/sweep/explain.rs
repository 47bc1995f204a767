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
    let ids: BTreeSet<SecretId> = meant.map(|finding| finding.identity.secret_id).collect();
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
    use crate::model::artifact::{ArtifactKind, Inode};
    use crate::model::expiry::Expiry;
    use crate::model::finding::{Identity, Location, Protection};
    use crate::model::location::{Place, Span};
    use crate::model::rule::{Confidence, KindIndex};
    use crate::model::time::{FileTimes, Moment};

    fn finding(last_byte: u8) -> Finding {
        let mut id = [0xAB; 16];
        id[15] = last_byte;
        let at = Moment::new(0, 0);
        let times = FileTimes { accessed: at, modified: at, changed: at, born: None };
        Finding {
            identity: Identity {
                kind: KindIndex(0),
                secret_id: SecretId(id),
                key_id: None,
                account: None,
                hint: String::new(),
                confidence: Confidence::High,
                protection: Protection::Plaintext,
                expiry: Expiry::Unknown,
                renewal: None,
                issued: None,
            },
            location: Location {
                path: format!("/srv/{last_byte}/.env").into(),
                kind: ArtifactKind::File,
                other_names: vec!["/srv/linked".into()],
                place: Place { span: Span { start: 0, end: 1 }, line: 1, column: 1 },
                containers: Vec::new(),
                store: None,
                variable: None,
                inode: Inode {
                    device: 1,
                    number: 1,
                    mode: 0o100_600,
                    uid: 0,
                    gid: 0,
                    n_links: 1,
                    size_bytes: 1,
                    times,
                },
            },
        }
    }

    fn check(target: &Target, n_findings: u8, expected: Result<usize, &str>) {
        let findings: Vec<Finding> = (0..n_findings).map(finding).collect();
        match (ids(Some(target), &findings), expected) {
            (Ok(ids), Ok(n_ids)) => assert_eq!(ids.len(), n_ids),
            (Err(error), Err(sentence)) => assert_eq!(error.to_string(), sentence),
            (found, expected) => panic!("{found:?}, not {expected:?}"),
        }
    }

    #[test]
    fn the_first_digits_of_an_id_must_mean_one_credential() {
        let of = |digits: &str| Target::SecretId(digits.into());
        check(&of("abababab"), 1, Ok(1));
        check(&of("abababab"), 3, Err("cannot explain: 3 ids start with abababab"));
        check(
            &of("abababababababababababababababab"),
            1,
            Err("cannot explain: no credential has the id abababababababababababababababab"),
        );
    }

    #[test]
    fn a_path_means_all_that_is_in_it_by_any_name_and_not_what_is_beside_it() {
        let of = |path: &str| Target::Path(path.into());
        check(&of("/srv/1"), 3, Ok(1));
        check(&of("/srv/linked"), 3, Ok(3));
        check(&of("/srv"), 200, Err("cannot explain: 200 credentials lie below /srv"));
        check(&of("/sr\n"), 3, Err("cannot explain: no credential was found in /sr\\n"));
    }

    #[test]
    fn nothing_is_explained_unasked() {
        assert!(ids(None, &[finding(0)]).is_ok_and(|ids| ids.is_empty()));
    }
}
