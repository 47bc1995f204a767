//! Files as addresses, texts as messages, and names of results that outlive an edit. The door to
//! percent-encoding.

use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};
use serde_json::{Value, json};

use crate::report::escape::escape;
use crate::view::{Credential, Location};

/// The name of the root that addresses are relative to.
pub const BASE: &str = "HOST";

/// What need not be encoded in a segment of an address (RFC 3986, unreserved).
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The same, with the slashes of a path.
const PATH: &AsciiSet = &SEGMENT.remove(b'/');

/// A file, relative to the root of the swept host.
pub fn artifact(path: &Path) -> Value {
    json!({"uri": address(path), "uriBaseId": BASE})
}

/// Its address.
pub fn address(path: &Path) -> String {
    let bytes = path.as_os_str().as_bytes();
    let relative = bytes.iter().position(|byte| *byte != b'/').map_or(&b""[..], |n| &bytes[n..]);
    percent_encode(relative, PATH).to_string()
}

/// The address of a folder; ends with a slash, as a base must.
pub fn folder(path: &str) -> String {
    let path = path.trim_matches('/');
    let uri = format!("file:///{}", percent_encode(path.as_bytes(), PATH));
    if path.is_empty() { uri } else { uri + "/" }
}

/// Text as one part of an id with slashes.
pub fn part(text: &str) -> String {
    percent_encode(text.as_bytes(), SEGMENT).to_string()
}

/// Text of which a reader of SARIF makes neither a link nor a placeholder.
pub fn message(text: &str) -> String {
    escape(text).chars().fold(String::new(), |mut message, character| {
        match character {
            '{' | '}' => message.extend([character, character]),
            '[' | ']' => message.extend(['\\', character]),
            _ => message.push(character),
        }
        message
    })
}

/// Where in a file. The bytes stand apart: a region must not have both kinds of bounds, and
/// those of a member of a container are not the file's own.
pub fn location(location: &Location) -> Value {
    let span = json!({"start": location.span.start, "end": location.span.end});
    if location.containers.is_empty() {
        let region = json!({"startLine": location.line.max(1), "properties": {"bytes": span}});
        let file = artifact(&location.path.0);
        return json!({"physicalLocation": {"artifactLocation": file, "region": region}});
    }
    let member = location.containers.join("!");
    let within = json!({"line": location.line, "bytes": span});
    json!({
        "physicalLocation": {"artifactLocation": artifact(&location.path.0)},
        "logicalLocations": [{"fullyQualifiedName": escape(&member), "properties": within}],
    })
}

/// Names of places that are the same on the next run, and tell places of one run apart: from
/// neither a value nor a line, so that nothing can be guessed from them and no edit above changes
/// them. One list for each credential.
pub fn fingerprints(credentials: &[Credential]) -> Vec<Vec<String>> {
    let mut prints: Vec<Vec<String>> = Vec::with_capacity(credentials.len());
    let mut places = Vec::new();
    for (index, credential) in credentials.iter().enumerate() {
        prints.push(vec![String::new(); credential.locations.len()]);
        let named = credential.locations.iter().enumerate();
        let named = named.map(|(nth, at)| (name(credential, at), at.span.start, index, nth));
        places.extend(named);
    }
    // Those of one name are numbered by their order in the file.
    places.sort_unstable();
    let mut n = 0;
    for (position, (name, _, index, nth)) in places.iter().enumerate() {
        let is_same = position > 0 && places[position - 1].0 == *name;
        n = if is_same { n + 1 } else { 1 };
        prints[*index][*nth] = format!("{name}#{n}");
    }
    prints
}

fn name(credential: &Credential, location: &Location) -> String {
    let path = address(&location.path.0);
    let members: String = location.containers.iter().map(|one| format!("!{}", part(one))).collect();
    let key_id = credential.key_id.as_deref().map(part).unwrap_or_default();
    // Of a merged report each place has its own host.
    let host = location.host.as_deref().map_or_else(String::new, |host| part(host) + ":");
    format!("{}:{host}/{path}{members}:{key_id}", credential.kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_an_address_whatever_its_bytes() {
        use std::ffi::OsStr;
        let check = |path: &[u8], expected: &str| {
            assert_eq!(artifact(Path::new(OsStr::from_bytes(path)))["uri"], expected);
        };
        check("/a b/\u{e9}%?#".as_bytes(), "a%20b/%C3%A9%25%3F%23");
        check(b"/a/\xff:[x](y)", "a/%FF%3A%5Bx%5D%28y%29");
        check(b"//a", "a");
        check(b"/", "");
        assert_eq!(folder("/mnt/an image/"), "file:///mnt/an%20image/");
        assert_eq!(folder("/"), "file:///");
    }

    #[test]
    fn a_message_links_to_nothing_and_asks_for_no_argument() {
        assert_eq!(message("[x](http://y) {0}"), r"\[x\](http://y) {{0}}");
        assert_eq!(message("a\u{202e}"), r"a\u{{202e}}");
    }
}
