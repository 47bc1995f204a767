//! Where a credential is used: hosts and users in words that people typed. A word is taken for
//! one only if it looks like one: what is refused here goes nowhere, for a history may hold a
//! password at any place. Looks no name up.

use std::fmt;
use std::net::IpAddr;

/// DNS knows no longer names.
const HOST_BYTES_MAX: usize = 253;
const LABEL_BYTES_MAX: usize = 63;
/// Linux knows no longer names of users.
const USER_BYTES_MAX: usize = 32;
/// A shorter word is not long enough to be a good password.
const MIXED_BYTES_MIN: usize = 8;
/// What ssh takes where nobody says.
const PORT: u16 = 22;

/// Whom to log in as, where: what ssh calls a destination.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Destination {
    /// Name or address; a pattern where settings give a key to a family of hosts.
    pub host: String,
    /// `None` for ssh's own.
    pub port: Option<u16>,
    /// `None` where nobody said: ssh then takes the name of the local user.
    pub user: Option<String>,
}

impl fmt::Display for Destination {
    /// `deploy@web1.example.org:2222`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(user) = &self.user {
            write!(f, "{user}@")?;
        }
        match self.port {
            Some(port) if self.host.contains(':') => write!(f, "[{}]:{port}", self.host),
            Some(port) => write!(f, "{}:{port}", self.host),
            None => f.write_str(&self.host),
        }
    }
}

/// `[user@]host` or `ssh://[user@]host[:port]`, as ssh takes it.
pub fn destination(text: &str) -> Option<Destination> {
    match text.split_once("://") {
        Some(("ssh" | "scp" | "sftp" | "git+ssh" | "ssh+git", rest)) => of_url(rest),
        Some(_) => None,
        None => plain(text, None),
    }
}

/// The server in a field beside a secret: `https://10.0.0.7:6443/x`, `//registry.example/`,
/// `db.example:5432`. Keeps no user and no path.
pub fn server(text: &str) -> Option<Destination> {
    let authority = text.split_once("//").map_or(text, |(_, rest)| rest);
    let found = of_url(authority.trim())?;
    is_host(&found.host).then_some(Destination { user: None, ..found })
}

/// `[user@]host[:port]`, as ssh takes a host to jump over.
pub fn jump(text: &str) -> Option<Destination> {
    if text.contains("://") { destination(text) } else { of_url(text) }
}

/// `[user@]host:path` or an address with a scheme of ssh, as scp and git take it.
pub fn remote(text: &str) -> Option<Destination> {
    if text.contains("://") {
        return destination(text);
    }
    let (before, path) = match text.find("]:") {
        Some(end) => (&text[..=end], &text[end + 2..]),
        None => text.split_once(':')?,
    };
    // `::` is a daemon of rsync; a path with a colon in it is a file here.
    let is_remote = !before.contains('/') && !path.starts_with(':') && before.len() > 1;
    if is_remote { plain(before, None) } else { None }
}

/// `host`, or `[host]:port` as lists of known hosts write it for another port than ssh's own.
pub fn listed(text: &str) -> Option<Destination> {
    match text.strip_prefix('[').and_then(|rest| rest.rsplit_once("]:")) {
        Some((host, number)) => plain(host, Some(port(number)?)),
        None => plain(text, None),
    }
}

/// The way a list of known hosts writes a destination.
pub fn as_listed(destination: &Destination) -> String {
    let host = destination.host.to_ascii_lowercase();
    match destination.port {
        Some(port) if port != PORT => format!("[{host}]:{port}"),
        _ => host,
    }
}

/// A port that is worth being said.
pub fn port(text: &str) -> Option<u16> {
    text.parse().ok().filter(|port| *port > 0)
}

/// The same host, port and user, written in the one way that is shown.
pub fn normal(destination: Destination) -> Destination {
    Destination {
        host: destination.host.to_ascii_lowercase(),
        port: destination.port.filter(|port| *port != PORT),
        ..destination
    }
}

/// Whether a word is a name or an address of a host, or a pattern of names.
pub fn is_host(text: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"-_*?".contains(&byte);
    let is_label =
        |label: &str| (1..=LABEL_BYTES_MAX).contains(&label.len()) && label.bytes().all(is_part);
    let has_substance = text.bytes().any(|byte| byte.is_ascii_alphanumeric());
    let is_name = text.len() <= HOST_BYTES_MAX
        && has_substance
        && !text.starts_with('-')
        && text.trim_end_matches('.').split('.').all(is_label);
    is_name || is_address(text)
}

/// Whether a word is the name of a user.
pub fn is_user(text: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.+".contains(&byte);
    (1..=USER_BYTES_MAX).contains(&text.len())
        && text.bytes().all(is_part)
        && !text.starts_with('-')
}

/// Whether a host of a history speaks for itself: an address, or a name below a domain. Any
/// other word may be a slip of the keyboard, until another file knows it as a host.
pub fn is_evident(host: &str) -> bool {
    let is_domain = |(name, top): (&str, &str)| {
        !name.is_empty() && top.len() >= 2 && top.bytes().all(|byte| byte.is_ascii_alphabetic())
    };
    is_address(host) || host.rsplit_once('.').is_some_and(is_domain)
}

/// Whether words that were typed look like a password or a token, and not like names.
pub fn is_dubious(destination: &Destination) -> bool {
    let is_mixed = |word: &str| {
        let has = |class: fn(&u8) -> bool| word.as_bytes().iter().any(class);
        word.len() >= MIXED_BYTES_MIN
            && has(u8::is_ascii_digit)
            && has(u8::is_ascii_uppercase)
            && has(u8::is_ascii_lowercase)
    };
    destination.host.split(['.', '-']).any(is_mixed)
        || destination.user.as_deref().is_some_and(|user| user.split(['.', '-']).any(is_mixed))
}

fn is_address(text: &str) -> bool {
    text.split('%').next().is_some_and(|address| address.parse::<IpAddr>().is_ok())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".:%-_".contains(&byte))
}

/// `[user@]host[:port][/path]`; what stands for a password is passed over.
fn of_url(rest: &str) -> Option<Destination> {
    let authority = rest.split(['/', '?', '#']).next()?;
    let (user, place) = match authority.rsplit_once('@') {
        Some((user, place)) => (Some(user.split(':').next().unwrap_or_default()), place),
        None => (None, authority),
    };
    let (host, number) = match place.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((host, rest)) => (host, rest.strip_prefix(':')),
        None if place.parse::<IpAddr>().is_ok() => (place, None),
        None => place.split_once(':').map_or((place, None), |(host, it)| (host, Some(it))),
    };
    let number = match number.filter(|number| !number.is_empty()) {
        Some(number) => Some(port(number)?),
        None => None,
    };
    whole(user, host, number)
}

fn plain(text: &str, number: Option<u16>) -> Option<Destination> {
    match text.rsplit_once('@') {
        Some((user, host)) => whole(Some(user), host, number),
        None => whole(None, text, number),
    }
}

fn whole(user: Option<&str>, host: &str, port: Option<u16>) -> Option<Destination> {
    let host = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host);
    let host = host.strip_suffix('.').unwrap_or(host);
    let is_sound = is_host(host) && user.is_none_or(is_user);
    let destination = || Destination { host: host.to_owned(), port, user: user.map(str::to_owned) };
    is_sound.then(destination)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(read: fn(&str) -> Option<Destination>, cases: &[(&str, &str)]) {
        for (text, expected) in cases {
            let said = read(text).map(|one| one.to_string()).unwrap_or_default();
            assert_eq!(said, *expected, "{text}");
        }
    }

    #[test]
    fn a_destination_is_a_host_with_or_without_a_user() {
        check(
            destination,
            &[
                ("web1", "web1"),
                ("deploy@web1.example.org", "deploy@web1.example.org"),
                ("ssh://git@git.example:2222/a/b.git", "git@git.example:2222"),
                ("ssh://git:xxxx@git.example/", "git@git.example"),
                ("fe80::1", "fe80::1"),
            ],
        );
    }

    #[test]
    fn what_looks_like_no_host_is_dropped() {
        for text in ["", "-oX", "a b", "hunter2!", "$HOST", "a@b@c/d", "user:pw@host", "https://h"]
        {
            assert_eq!(destination(text), None, "{text}");
        }
        assert_eq!(destination(&"a".repeat(64)), None);
        assert_eq!(destination(&format!("{}@host", "u".repeat(33))), None);
    }

    #[test]
    fn a_remote_has_a_path_behind_its_host() {
        check(
            remote,
            &[
                ("git@github.com:org/repo.git", "git@github.com"),
                ("web1:/srv", "web1"),
                ("[fe80::1]:/srv", "fe80::1"),
                ("git+ssh://a@b.example/x", "a@b.example"),
                ("https://token@github.com/a", ""),
                ("./a:b", ""),
                ("C:/a", ""),
                ("web1::module", ""),
                ("plain", ""),
            ],
        );
    }

    #[test]
    fn a_list_of_known_hosts_writes_ports_in_its_own_way() {
        check(listed, &[("[web1]:2222", "web1:2222"), ("web1", "web1"), ("[web1]:x", "")]);
        check(jump, &[("ana@hop:22", "ana@hop:22"), ("[::1]:9", "[::1]:9"), ("ssh://h:1", "h:1")]);
        assert_eq!(as_listed(&listed("[Web1]:2222").unwrap()), "[web1]:2222");
        assert_eq!(as_listed(&jump("web1:22").unwrap()), "web1");
    }

    #[test]
    fn only_addresses_and_names_of_domains_speak_for_themselves() {
        assert!(["10.0.0.7", "::1", "a.example", "web1.corp.example"].into_iter().all(is_evident));
        assert!(!["hunter", "v1.2", "a.", ".b", "hunter.2"].into_iter().any(is_evident));
    }

    #[test]
    fn mixed_words_are_no_names() {
        for text in ["Passw0rdX@a.example", "a@b.Passw0rdX.example", "eyJhbGc9.e30x.example"] {
            assert!(destination(text).is_some_and(|one| is_dubious(&one)), "{text}");
        }
        for text in ["ana@web1.example", "APKAEIBAERJR2EXAMPLE@git.example", "ip-10-0-0-1.internal"]
        {
            assert!(!destination(text).is_some_and(|one| is_dubious(&one)), "{text}");
        }
    }

    #[test]
    fn a_destination_is_written_as_one_types_it() {
        let check = |host: &str, port, user: Option<&str>, expected: &str| {
            let user = user.map(str::to_owned);
            let destination = Destination { host: host.into(), port, user };
            assert_eq!(destination.to_string(), expected);
        };
        check("web1.example", Some(2222), Some("deploy"), "deploy@web1.example:2222");
        check("10.0.0.7", None, None, "10.0.0.7");
        check("fe80::1", Some(22), None, "[fe80::1]:22");
    }

    #[test]
    fn a_server_is_told_without_its_user_and_path() {
        check(
            server,
            &[
                ("https://10.0.0.7:6443/x", "10.0.0.7:6443"),
                ("//registry.example/team/", "registry.example"),
                ("db.example:5432", "db.example:5432"),
                ("https://ana:xxxx@h.example/", "h.example"),
                ("registry.example/v2", "registry.example"),
                ("not a host", ""),
                ("*", ""),
                ("", ""),
            ],
        );
    }
}
