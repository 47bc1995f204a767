//! Joins keys with what they open: by the path of a key, or by its fingerprint.

use std::collections::BTreeMap;
use std::path::Path;

use crate::inventory::order::Circumstances;
use crate::model::artifact::ArtifactKind;
use crate::model::broker::BrokerKind;
use crate::model::destination::Destination;
use crate::model::finding::Finding;
use crate::model::inventory::Credential;
use crate::model::opening::{AuthorizedKey, Clue, ClueKind, How, KeyName, Opening, Openings};

/// Puts to each key what it opens, the surest first.
pub fn tell_openings(credentials: &mut [Credential], circumstances: &Circumstances<'_>) {
    let Circumstances { openings, rules, host, .. } = circumstances;
    let by_name = ByName::of(openings);
    for credential in credentials {
        let is_key = BrokerKind::agent_of(&rules.kind(credential.identity.kind).id)
            == Some(BrokerKind::SshAgent);
        let mut opens = std::mem::take(&mut credential.opens);
        if is_key {
            opens.extend(by_name.opened_by(credential));
        }
        if let Some(fingerprint) = &credential.identity.key_id {
            opens.extend(by_name.let_in(fingerprint, host));
        }
        credential.opens = joined(opens);
    }
}

/// Servers that stand beside a secret.
pub fn beside<'f>(findings: impl Iterator<Item = &'f Finding>) -> Vec<Opening> {
    let opening = |Finding { identity, location }: &Finding| {
        let (path, line) = (location.path.clone(), location.place.line);
        let clues = vec![Clue { kind: ClueKind::Itself, path, line }];
        Some(Opening { destination: identity.server.clone()?, how: How::Beside, clues })
    };
    findings.filter_map(opening).collect()
}

/// Openings by what names their keys.
struct ByName<'o> {
    paths: BTreeMap<&'o Path, Vec<&'o Opening>>,
    /// By the last part of the path; with the home, and the whole ending.
    endings: BTreeMap<&'o std::ffi::OsStr, Vec<(&'o Path, &'o Path, &'o Opening)>>,
    fingerprints: BTreeMap<&'o str, Vec<&'o AuthorizedKey>>,
}

impl<'o> ByName<'o> {
    fn of(openings: &'o Openings) -> Self {
        let mut by_name = Self {
            paths: BTreeMap::new(),
            endings: BTreeMap::new(),
            fingerprints: BTreeMap::new(),
        };
        for (key, opening) in &openings.of_keys {
            match key {
                KeyName::Path(path) => by_name.paths.entry(path).or_default().push(opening),
                KeyName::Ending { below, ending } => {
                    let Some(name) = ending.file_name() else { continue };
                    by_name.endings.entry(name).or_default().push((below, ending, opening));
                }
            }
        }
        for key in &openings.authorized {
            by_name.fingerprints.entry(&key.fingerprint).or_default().push(key);
        }
        by_name
    }

    fn opened_by(&self, credential: &Credential) -> Vec<Opening> {
        let locations = credential.places.iter().map(|place| &place.location);
        let files =
            locations.filter(|it| it.kind == ArtifactKind::File && it.containers.is_empty());
        let names = files.flat_map(|it| std::iter::once(&it.path).chain(&it.other_names));
        names.flat_map(|name| self.named(name)).cloned().collect()
    }

    fn named(&self, path: &Path) -> Vec<&'o Opening> {
        let mut named = self.paths.get(path).cloned().unwrap_or_default();
        let endings = path.file_name().and_then(|name| self.endings.get(name));
        let fits = |(below, ending, _): &&(&Path, &Path, &Opening)| {
            path.starts_with(below) && path.ends_with(ending)
        };
        named.extend(endings.into_iter().flatten().filter(fits).map(|(.., opening)| *opening));
        named
    }

    fn let_in(&self, fingerprint: &str, host: &str) -> Vec<Opening> {
        let opening = |key: &&AuthorizedKey| Opening {
            destination: Destination {
                host: if host.is_empty() { "this host".into() } else { host.to_owned() },
                port: None,
                user: Some(key.user.clone()),
            },
            how: How::LetsIn,
            clues: vec![Clue {
                kind: ClueKind::AuthorizedKeys,
                path: key.path.clone(),
                line: key.line,
            }],
        };
        self.fingerprints.get(fingerprint).into_iter().flatten().map(opening).collect()
    }
}

/// One opening for each destination.
fn joined(openings: Vec<Opening>) -> Vec<Opening> {
    let mut by_destination: BTreeMap<Destination, Opening> = BTreeMap::new();
    for opening in openings {
        match by_destination.get_mut(&opening.destination) {
            Some(known) => {
                known.how = known.how.min(opening.how);
                known.clues.extend(opening.clues);
                known.clues.sort();
                known.clues.dedup();
            }
            None => {
                by_destination.insert(opening.destination.clone(), opening);
            }
        }
    }
    let mut joined: Vec<Opening> = by_destination.into_values().collect();
    // The sort is stable: of one kind they stay in the order of their hosts.
    joined.sort_by_key(|opening| opening.how);
    joined
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::artifact::Inode;
    use crate::model::finding::{Identity, Location};
    use crate::model::inventory::CredentialPlace;
    use crate::model::location::{Place, Span};
    use crate::model::plan::Placing;
    use crate::model::rule::{Kind, KindIndex};
    use crate::model::rule_set::RuleSet;
    use crate::model::secret::SecretId;
    use crate::model::time::{FileTimes, Moment};

    const SSH_KEY: usize = 0;
    const PASSWORD: usize = 1;

    fn rules() -> RuleSet {
        RuleSet {
            kinds: ["ssh-private-key", "password"].map(Kind::new).into(),
            ..RuleSet::default()
        }
    }

    fn credential(kind: usize, key_id: &str, path: &str, other_name: &str) -> Credential {
        let at = Moment::new(0, 0);
        let times = FileTimes { accessed: at, modified: at, changed: at, born: None };
        let location = Location {
            path: path.into(),
            kind: ArtifactKind::File,
            other_names: vec![other_name.into()],
            place: Place { span: Span { start: 0, end: 1 }, line: 1, column: 1 },
            variable: None,
            content: None,
            containers: Vec::new(),
            store: None,
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
        };
        let identity = Identity::of(KindIndex(kind), SecretId([0; 16]));
        Credential {
            identity: Identity { key_id: Some(key_id.into()), ..identity },
            verdict: None,
            asked: None,
            reader_uids: Vec::new(),
            opens: Vec::new(),
            placing: Placing::default(),
            places: vec![CredentialPlace {
                location,
                exposures: Vec::new(),
                reader_uids: Vec::new(),
                explanation: None,
            }],
        }
    }

    fn openings() -> Openings {
        let opening = |host: &str, how, line| Opening {
            destination: Destination { host: host.into(), port: None, user: None },
            how,
            clues: vec![Clue { kind: ClueKind::ClientConfig, path: "/c".into(), line }],
        };
        let ending =
            |ending: &str| KeyName::Ending { below: "/home/ana".into(), ending: ending.into() };
        let of_keys = vec![
            (KeyName::Path("/k".into()), opening("a", How::Met, 1)),
            (KeyName::Path("/k".into()), opening("b", How::Named, 2)),
            (KeyName::Path("/link".into()), opening("a", How::Default, 3)),
            (ending("aws/k.pem"), opening("c", How::Named, 4)),
        ];
        let authorized = vec![AuthorizedKey {
            user: "deploy".into(),
            fingerprint: "SHA256:x".into(),
            limits: Vec::new(),
            comment: None,
            path: "/home/deploy/.ssh/authorized_keys".into(),
            line: 7,
        }];
        Openings { of_keys, authorized, n_unsolved: 0 }
    }

    fn check(mut credential: Credential, expected: &[&str]) {
        let circumstances = Circumstances {
            rules: &rules(),
            installs: &[],
            asked: None,
            openings: &openings(),
            host: "web1",
            now: Moment::new(0, 0),
        };
        tell_openings(std::slice::from_mut(&mut credential), &circumstances);
        let said = |one: &Opening| {
            let lines: Vec<String> = one.clues.iter().map(|clue| clue.line.to_string()).collect();
            format!("{} {} {}", one.destination, one.how.as_str(), lines.join(","))
        };
        assert_eq!(credential.opens.iter().map(said).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_key_opens_what_any_of_its_names_opens_the_surest_first() {
        check(credential(SSH_KEY, "", "/k", "/link"), &["b named 2", "a default 1,3"]);
    }

    #[test]
    fn a_relative_path_fits_below_the_home_where_it_was_typed() {
        check(credential(SSH_KEY, "", "/home/ana/x/aws/k.pem", "/y"), &["c named 4"]);
        check(credential(SSH_KEY, "", "/home/bob/aws/k.pem", "/y"), &[]);
        check(credential(SSH_KEY, "", "/home/ana/k.pem", "/y"), &[]);
    }

    #[test]
    fn an_account_lets_in_the_private_half_of_its_key() {
        check(credential(SSH_KEY, "SHA256:x", "/other", "/y"), &["deploy@web1 lets-in 7"]);
    }

    #[test]
    fn what_is_no_key_opens_nothing_by_its_path() {
        check(credential(PASSWORD, "", "/k", "/link"), &[]);
    }
}
