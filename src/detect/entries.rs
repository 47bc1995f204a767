//! Lists whose entries carry their name with them: `[{name: X, value: Y}]`, `["X=Y"]` and
//! `<add key="X" value="Y"/>` say what the map `{X: Y}` says.
//!
//! Knows no paths: which name is wanted, and whether a text may be an assignment where it
//! stands, is asked elsewhere.

use std::borrow::Cow;

use crate::detect::tree::{Leaf, Node};

/// Fields that name an entry, and fields that hold what it is.
const NAMES: [&str; 7] = ["name", "key", "@name", "@key", "Name", "Key", "@id"];
const VALUES: [&str; 5] = ["value", "@value", "Value", "#text", "values"];

/// An entry has few fields; what has more is something else that has a name too.
const N_FIELDS_MAX: usize = 12;

/// Longer names are texts that happen to hold `=`.
const NAME_BYTES_MAX: usize = 128;

/// A name and what it stands for.
pub struct Entry<'t, 'c> {
    /// The name.
    pub name: Cow<'t, str>,
    /// What stands under it.
    pub content: Content<'t, 'c>,
}

/// What stands under a name.
pub enum Content<'t, 'c> {
    /// A part of the tree.
    Node(&'t Node<'c>),
    /// The second half of a `NAME=value`.
    Half(Leaf<'c>),
}

/// The entries of a list, or the one that a map or a text itself is: in XML a list of one is none.
pub fn entries<'t, 'c>(node: &'t Node<'c>) -> Box<dyn Iterator<Item = Entry<'t, 'c>> + 't> {
    match node {
        Node::Value(leaf) => Box::new(assignment(leaf).into_iter()),
        Node::Map(fields) => Box::new(named(fields).into_iter()),
        Node::List(list) => Box::new(list.iter().filter_map(|child| match child {
            Node::Map(fields) => named(fields),
            Node::Value(leaf) => assignment(leaf),
            Node::List(_) => None,
        })),
    }
}

/// A map of a name and a value, and perhaps a few remarks.
fn named<'t, 'c>(fields: &'t [(Cow<'c, str>, Node<'c>)]) -> Option<Entry<'t, 'c>> {
    if fields.len() > N_FIELDS_MAX {
        return None;
    }
    let first = |keys: &[&str]| {
        let field = fields.iter().find(|(key, _)| keys.contains(&key.as_ref()));
        field.map(|(_, node)| node)
    };
    let Node::Value(name) = first(&NAMES)? else { return None };
    let content = Content::Node(first(&VALUES)?);
    Some(Entry { name: String::from_utf8_lossy(&name.bytes), content })
}

/// `NAME=value`.
fn assignment<'t, 'c>(leaf: &'t Leaf<'c>) -> Option<Entry<'t, 'c>> {
    let is_of_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-.".contains(byte);
    let n_bytes =
        leaf.bytes.iter().take(NAME_BYTES_MAX).take_while(|byte| is_of_name(byte)).count();
    if n_bytes == 0 || leaf.bytes.get(n_bytes) != Some(&b'=') {
        return None;
    }
    let name = String::from_utf8_lossy(&leaf.bytes[..n_bytes]);
    Some(Entry { name, content: Content::Half(behind(leaf, n_bytes + 1)) })
}

/// The rest of a value. Where it was unescaped, all of it is where the rest stands.
fn behind<'c>(leaf: &Leaf<'c>, start: usize) -> Leaf<'c> {
    let is_as_written = leaf.span.len() == leaf.bytes.len();
    let skipped = if is_as_written { start } else { 0 };
    let bytes = match &leaf.bytes {
        Cow::Borrowed(bytes) => Cow::Borrowed(&bytes[start..]),
        Cow::Owned(bytes) => Cow::Owned(bytes[start..].to_vec()),
    };
    Leaf { bytes, span: leaf.span.start + skipped..leaf.span.end }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::formats::parse;
    use crate::model::store::Format;

    /// Shows the entries of a list as `name=value`.
    fn check(format: Format, text: &str, path: &[&str], expected: &[&str]) {
        let tree = parse(format, text.as_bytes()).unwrap();
        let node = path.iter().fold(&tree, |node, wanted| match node {
            Node::Map(fields) => &fields.iter().find(|(key, _)| key == wanted).unwrap().1,
            _ => panic!("no map"),
        });
        let shown: Vec<_> = entries(node)
            .map(|Entry { name, content }| match content {
                Content::Node(Node::Value(leaf)) => {
                    format!("{name}={}", String::from_utf8_lossy(&leaf.bytes))
                }
                Content::Node(_) => format!("{name}: more"),
                Content::Half(leaf) => {
                    assert_eq!(*leaf.bytes, text.as_bytes()[leaf.span.clone()]);
                    format!("{name}={}", String::from_utf8_lossy(&leaf.bytes))
                }
            })
            .collect();
        assert_eq!(shown, expected);
    }

    #[test]
    fn objects_with_a_name_are_entries() {
        let text = r#"{"env": [{"name": "A", "value": "s3cr3t"}, {"name": "B"}, {"value": "x"},
            {"key": "C", "value": {"deep": "x"}}, ["name", "value"]]}"#;
        check(Format::Json, text, &["env"], &["A=s3cr3t", "C: more"]);
    }

    #[test]
    fn elements_with_a_key_are_entries_also_alone() {
        let one = "<a><add key=\"T\" value=\"s3cr3t\"/></a>";
        check(Format::Xml, one, &["a", "add"], &["T=s3cr3t"]);
        let two = "<a><p name=\"T\">s3cr3t</p><p name=\"U\" value=\"x\"/></a>";
        check(Format::Xml, two, &["a", "p"], &["T=s3cr3t", "U=x"]);
    }

    #[test]
    fn texts_in_a_list_may_be_assignments() {
        let text = "env:\n- A_TOKEN=s3cr3t=1\n- B\n- =x\n- a b=c\n";
        check(Format::Yaml, text, &["env"], &["A_TOKEN=s3cr3t=1"]);
        check(Format::Yaml, "env: A=b\n", &["env"], &["A=b"]);
        check(Format::Yaml, "env: a b=c\n", &["env"], &[]);
    }

    #[test]
    fn what_has_many_fields_is_no_entry() {
        let fields: Vec<_> = (0..N_FIELDS_MAX).map(|n| format!("\"f{n}\": 1")).collect();
        let text =
            format!("{{\"a\": {{\"name\": \"x\", \"value\": \"y\", {}}}}}", fields.join(","));
        check(Format::Json, &text, &["a"], &[]);
    }
}
