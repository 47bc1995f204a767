//! Lists of hosts that ssh has met, and hashed names in them: each is tried against the names
//! that other files speak of. Compares no keys.

use std::collections::BTreeSet;

use data_encoding::BASE64;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

use crate::model::destination::Destination;
use crate::model::destination::listed;

/// More names of one list are not kept.
const NAMES_MAX: usize = 10_000;
/// So often a name is hashed for one host: a second or two.
pub const TRIES_MAX: usize = 2 << 20;

/// A name in a list.
#[derive(Debug)]
pub struct KnownHost {
    /// As far as it can be read.
    pub name: Name,
    /// The line, from 1.
    pub line: u64,
}

/// A name, in clear or hashed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Name {
    /// With the port, where it is not ssh's own.
    Plain(Destination),
    /// Keyed with its salt.
    Hashed {
        /// The key.
        salt: Vec<u8>,
        /// HMAC-SHA1 of the name.
        hash: Vec<u8>,
    },
}

/// All names of a list. Keys that are revoked speak of no host.
pub fn known_hosts(text: &str) -> Vec<KnownHost> {
    let numbered = (1_u64..).zip(text.lines());
    numbered.flat_map(|(line, text)| of_line(text, line)).take(NAMES_MAX).collect()
}

/// `[@marker] names type key [comment]`. Of a host with an address beside it the name is kept.
fn of_line(text: &str, line: u64) -> Vec<KnownHost> {
    let mut words = text.split_ascii_whitespace();
    let first = words.next().filter(|word| !word.starts_with('#'));
    let names = match first {
        Some("@revoked") | None => return Vec::new(),
        Some("@cert-authority") => words.next(),
        first => first,
    };
    let has_key = words.nth(1).is_some();
    let Some(names) = names.filter(|_| has_key) else { return Vec::new() };
    if let Some(name) = hashed(names) {
        return vec![KnownHost { name, line }];
    }
    let plain = names.split(',').filter(|name| !name.starts_with('!')).filter_map(listed);
    let mut plain: Vec<Destination> = plain.filter(|one| one.user.is_none()).collect();
    let is_name = |one: &Destination| one.host.parse::<std::net::IpAddr>().is_err();
    if plain.iter().any(is_name) {
        plain.retain(is_name);
    }
    plain.into_iter().map(|one| KnownHost { name: Name::Plain(one), line }).collect()
}

/// `|1|salt|hash`
fn hashed(text: &str) -> Option<Name> {
    let (salt, hash) = text.strip_prefix("|1|")?.split_once('|')?;
    let decoded = |text: &str| BASE64.decode(text.as_bytes()).ok();
    Some(Name::Hashed { salt: decoded(salt)?, hash: decoded(hash)? })
}

/// Tries names against hashed ones, within a bound for all of them.
pub struct Solver<'n> {
    names: &'n BTreeSet<String>,
    n_left: usize,
}

impl<'n> Solver<'n> {
    /// A solver that knows these names, written as a list would.
    pub fn new(names: &'n BTreeSet<String>) -> Self {
        Self { names, n_left: TRIES_MAX }
    }

    /// The name behind a hash; `None` where none fits, or too many were tried.
    pub fn solve(&mut self, salt: &[u8], hash: &[u8]) -> Option<Destination> {
        let keyed = Hmac::<Sha1>::new_from_slice(salt).ok()?;
        let fits = |name: &&String| {
            let mut keyed = keyed.clone();
            keyed.update(name.as_bytes());
            keyed.finalize().into_bytes().as_slice() == hash
        };
        let n_tries = self.names.len().min(self.n_left);
        self.n_left -= n_tries;
        listed(self.names.iter().take(n_tries).find(fits)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, expected: &[&str]) {
        let found = known_hosts(line);
        let names: Vec<String> = found
            .into_iter()
            .map(|one| match one.name {
                Name::Plain(destination) => destination.to_string(),
                Name::Hashed { .. } => "hashed".into(),
            })
            .collect();
        assert_eq!(names, expected, "{line}");
    }

    #[test]
    fn names_ports_lists_and_patterns_are_read() {
        check("web1.example ssh-ed25519 AAAA", &["web1.example"]);
        check("web1,10.0.0.7 ssh-ed25519 AAAA comment", &["web1"]);
        check("[web1]:2222 ssh-rsa AAAA", &["web1:2222"]);
        check("10.0.0.7 ssh-rsa AAAA", &["10.0.0.7"]);
        check("@cert-authority *.example ssh-rsa AAAA", &["*.example"]);
        check("*.example,!bad.example ssh-rsa AAAA", &["*.example"]);
    }

    #[test]
    fn what_is_no_host_is_passed_over() {
        for line in ["", "# web1 a b", "@revoked web1 ssh-rsa AAAA", "web1", "* ssh-rsa AAAA"] {
            check(line, &[]);
        }
        check("|1|no base64|x ssh-rsa AAAA", &[]);
        check("|1|!!|!! ssh-rsa AAAA", &[]);
    }

    #[test]
    fn a_hashed_name_is_found_among_known_ones() {
        // Made by `ssh-keygen -H` of OpenSSH for "[web1.example]:2222".
        let names: BTreeSet<String> =
            ["a.example", "web1.example", "[web1.example]:2222"].map(str::to_owned).into();
        let mut solver = Solver::new(&names);
        let line = "|1|hBt5lkgcBzwEWII3FYG48Ok8+LU=|w7RIaH5bRZyo/620K5y8PeHFzhQ= ssh-ed25519 AAAA";
        let Name::Hashed { salt, hash } = &known_hosts(line)[0].name else { panic!("{line}") };
        let solved = solver.solve(salt, hash).map(|one| one.to_string());
        assert_eq!(solved.as_deref(), Some("web1.example:2222"));
        assert_eq!(solver.solve(salt, &hash_of(salt, "elsewhere")), None);
    }

    fn hash_of(salt: &[u8], name: &str) -> Vec<u8> {
        let mut keyed = Hmac::<Sha1>::new_from_slice(salt).unwrap();
        keyed.update(name.as_bytes());
        keyed.finalize().into_bytes().to_vec()
    }

    #[test]
    fn tries_have_an_end() {
        let names: BTreeSet<String> = ["a", "b"].map(str::to_owned).into();
        let mut solver = Solver { names: &names, n_left: 1 };
        assert_eq!(solver.solve(b"x", &hash_of(b"x", "b")), None);
        assert_eq!(solver.solve(b"x", &hash_of(b"x", "a")), None);
    }
}
