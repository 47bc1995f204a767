//! Trees as one line of text, for tests of formats: `{key=value list=[a b]}`. A value
//! that reads otherwise than it stands in the file shows both: `value<as it stands>`, so
//! every test of a value is a test of its span. Not for anything a user sees.

use crate::detect::formats::{Malformed, parse};
use crate::detect::tree::Node;
use crate::model::store::Format;

/// Parses and compares.
pub(super) fn check(format: Format, text: impl AsRef<[u8]>, expected: &str) {
    let text = text.as_ref();
    match parse(format, text) {
        Ok(node) => assert_eq!(outline(&node, text), expected),
        Err(malformed) => panic!("{malformed}"),
    }
}

/// Expects the message.
pub(super) fn check_malformed(format: Format, text: impl AsRef<[u8]>, expected: &str) {
    let message = parse(format, text.as_ref()).map(|_| ()).map_err(|it: Malformed| it.to_string());
    assert_eq!(message, Err(expected.to_owned()));
}

/// The tree as a line. Panics if a span does not lie in the text.
pub(super) fn outline(node: &Node<'_>, text: &[u8]) -> String {
    match node {
        Node::Value(leaf) => {
            let raw = &text[leaf.span.clone()];
            let value = String::from_utf8_lossy(&leaf.bytes).into_owned();
            if *raw == *leaf.bytes {
                return value;
            }
            format!("{value}<{}>", String::from_utf8_lossy(raw))
        }
        Node::List(list) => {
            let parts: Vec<_> = list.iter().map(|node| outline(node, text)).collect();
            format!("[{}]", parts.join(" "))
        }
        Node::Map(entries) => {
            let parts = entries.iter().map(|(key, node)| format!("{key}={}", outline(node, text)));
            format!("{{{}}}", parts.collect::<Vec<_>>().join(" "))
        }
    }
}
