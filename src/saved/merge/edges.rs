//! A private key on one host, and its public half among the keys that another one lets in: what
//! the key opens there. Holds only those public halves whose private key was found.

use std::collections::{HashMap, HashSet};
use std::io;
use std::path::Path;

use crate::saved::merge::identity::{Secret, secret};
use crate::saved::merge::sorter::Sorter;
use crate::view::{AuthorizedKey, Credential, Opening, OpeningClue};

/// So begins the fingerprint of an SSH key.
const FINGERPRINT: &str = "SHA256:";
/// Accounts that one key opens beyond this are not listed.
const OPENED_MAX: usize = 1000;
/// How a key is let in, and by what kind of file.
const LETS_IN: &str = "lets-in";
const FILE_KIND: &str = "authorized-keys";

/// Both halves, as they come.
pub struct Halves {
    public: Sorter,
    private: HashSet<Secret>,
}

impl Halves {
    /// None yet; spills into a folder.
    pub fn new(folder: &Path) -> Self {
        Self { public: Sorter::new(folder), private: HashSet::new() }
    }

    /// Notes a key that an account of a host lets in.
    pub fn note_public(&mut self, key: &AuthorizedKey, text: Vec<u8>) -> io::Result<()> {
        self.public.push(secret(&key.fingerprint).into(), text)
    }

    /// Notes a credential, if it is a private key.
    pub fn note_private(&mut self, credential: &Credential) {
        self.private.extend(fingerprint(credential).map(secret));
    }

    /// What each private key opens.
    pub fn edges(self) -> io::Result<Edges> {
        let mut edges: HashMap<Secret, Vec<AuthorizedKey>> = HashMap::new();
        let Self { public, private } = self;
        for pair in public.sorted()? {
            let (key, text) = pair?;
            let half = Secret::try_from(key).ok().filter(|half| private.contains(half));
            let Some(half) = half else { continue };
            let opened = edges.entry(half).or_default();
            if opened.len() < OPENED_MAX {
                opened.push(serde_json::from_slice(&text)?);
            }
        }
        Ok(Edges(edges))
    }
}

fn fingerprint(credential: &Credential) -> Option<&str> {
    credential.key_id.as_deref().filter(|key_id| key_id.starts_with(FINGERPRINT))
}

/// What private keys open on hosts of the inventory.
pub struct Edges(HashMap<Secret, Vec<AuthorizedKey>>);

impl Edges {
    /// Adds to a credential what it opens, unless its own host knows that account already.
    pub fn add_to(&self, credential: &mut Credential) {
        let opened = fingerprint(credential).and_then(|one| self.0.get(&secret(one)));
        for key in opened.into_iter().flatten() {
            let Some(host) = &key.host else { continue };
            let known = credential.opens.iter_mut().find(|one| {
                one.host == *host && one.user.as_ref() == Some(&key.user) && one.how == LETS_IN
            });
            match known {
                Some(opening) => opening.evidence.push(clue(key)),
                None => credential.opens.push(opening(host, key)),
            }
        }
        // What lets it in is the surest; the sort is stable.
        credential.opens.sort_by_key(|opening| opening.how != LETS_IN);
    }
}

fn opening(host: &str, key: &AuthorizedKey) -> Opening {
    Opening {
        what: format!("{}@{host}", key.user),
        host: host.to_owned(),
        port: None,
        user: Some(key.user.clone()),
        how: LETS_IN.into(),
        evidence: vec![clue(key)],
    }
}

fn clue(key: &AuthorizedKey) -> OpeningClue {
    OpeningClue {
        host: key.host.clone(),
        kind: FILE_KIND.into(),
        path: key.path.clone(),
        line: key.line,
    }
}
