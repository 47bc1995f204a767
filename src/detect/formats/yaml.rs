//! YAML: one document is its root, several are a list.
//!
//! Reads events, not trees: the ready-made loader copies whatever an alias names as
//! often as it is named, which lets a file of one screen fill all memory. Aliases are
//! copied here too, but every copy is paid for. Deliberately does not merge `<<`, and
//! takes no notice of tags.

use std::borrow::Cow;
use std::collections::BTreeMap;

use saphyr_parser::{Event, Parser, ScalarStyle, Span};

use crate::detect::formats::Malformed;
use crate::detect::formats::bounds::{Budget, NESTING_DEPTH_MAX};
use crate::detect::formats::piece::{Piece, closing_quote};
use crate::detect::tree::{Leaf, Node};

/// A copied value costs a node for each so many bytes that it owns, so that aliases of
/// one long value cannot fill memory either.
const OWNED_BYTES_A_NODE: usize = 16;

pub(super) fn read(file: Piece<'_>) -> Result<Node<'_>, Malformed> {
    let text = file.utf8()?;
    if memchr::memchr(0, file.bytes).is_some() {
        // The scanner takes it for the end of the file, and the rest would go unread.
        return Err(Malformed::new("holds a NUL byte"));
    }
    let mut tree = Tree::new(file, text);
    let mut parser = Parser::new_from_str(text);
    while let Some(event) = parser.next_event() {
        let (event, span) =
            event.map_err(|error| Malformed::at_line("is not YAML", error.marker().line()))?;
        tree.take(event, span)?;
    }
    Ok(tree.into_node())
}

/// What the events so far make.
struct Tree<'c> {
    file: Piece<'c>,
    offsets: Offsets<'c>,
    budget: Budget,
    open: Vec<Collection<'c>>,
    anchors: BTreeMap<usize, Node<'c>>,
    documents: Vec<Node<'c>>,
}

/// A map or list whose end has not come yet.
struct Collection<'c> {
    anchor: usize,
    parts: Parts<'c>,
}

enum Parts<'c> {
    /// The key is `None` where a key comes next.
    Map(Vec<(Cow<'c, str>, Node<'c>)>, Option<Cow<'c, str>>),
    List(Vec<Node<'c>>),
}

impl<'c> Tree<'c> {
    fn new(file: Piece<'c>, text: &'c str) -> Self {
        Self {
            file,
            offsets: Offsets::new(text),
            budget: Budget::new(),
            open: Vec::new(),
            anchors: BTreeMap::new(),
            documents: Vec::new(),
        }
    }

    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), Malformed> {
        match event {
            Event::MappingStart(anchor, _) => self.open(anchor, Parts::Map(Vec::new(), None)),
            Event::SequenceStart(anchor, _) => self.open(anchor, Parts::List(Vec::new())),
            Event::MappingEnd | Event::SequenceEnd => self.close(),
            Event::Scalar(text, style, anchor, tag) => {
                let mut piece = self.piece_of(span);
                if anchor != NO_ANCHOR || tag.is_some() {
                    piece = behind_properties(piece, style);
                }
                self.budget.spend(1)?;
                self.add(scalar(&text, style, piece), anchor)
            }
            Event::Alias(anchor) => self.alias(anchor),
            Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(_)
            | Event::DocumentEnd => Ok(()),
        }
    }

    fn open(&mut self, anchor: usize, parts: Parts<'c>) -> Result<(), Malformed> {
        if self.open.len() == NESTING_DEPTH_MAX {
            return Err(Malformed::TOO_DEEP);
        }
        self.budget.spend(1)?;
        self.open.push(Collection { anchor, parts });
        Ok(())
    }

    fn close(&mut self) -> Result<(), Malformed> {
        let Some(collection) = self.open.pop() else { return Ok(()) };
        let node = match collection.parts {
            Parts::Map(entries, _) => Node::Map(entries),
            Parts::List(list) => Node::List(list),
        };
        self.add(node, collection.anchor)
    }

    /// Puts a finished node where it belongs.
    fn add(&mut self, node: Node<'c>, anchor: usize) -> Result<(), Malformed> {
        if anchor != NO_ANCHOR {
            self.budget.spend(cost(&node))?;
            self.anchors.insert(anchor, node.clone());
        }
        match self.open.last_mut().map(|collection| &mut collection.parts) {
            None => self.documents.push(node),
            Some(Parts::List(list)) => list.push(node),
            Some(Parts::Map(entries, key)) => match key.take() {
                Some(key) => entries.push((key, node)),
                None => *key = Some(key_of(node)),
            },
        }
        Ok(())
    }

    /// Copies what an anchor names. Within itself an anchor names nothing yet.
    fn alias(&mut self, anchor: usize) -> Result<(), Malformed> {
        let Some(node) = self.anchors.get(&anchor) else {
            return self.add(Node::empty(), NO_ANCHOR);
        };
        if self.open.len() + height(node) > NESTING_DEPTH_MAX {
            return Err(Malformed::TOO_DEEP);
        }
        self.budget.spend(cost(node))?;
        let copy = node.clone();
        self.add(copy, NO_ANCHOR)
    }

    fn piece_of(&self, span: Span) -> Piece<'c> {
        let start = self.offsets.of(span.start.index());
        let end = self.offsets.of(span.end.index());
        self.file.get(start..end.max(start))
    }

    fn into_node(mut self) -> Node<'c> {
        match self.documents.len() {
            0 => Node::empty(),
            1 => self.documents.remove(0),
            _ => Node::List(self.documents),
        }
    }
}

/// The number that the parser gives to nodes without an anchor.
const NO_ANCHOR: usize = 0;

/// A map or list as a key has no name that a path could give it.
fn key_of(node: Node<'_>) -> Cow<'_, str> {
    match node {
        Node::Value(Leaf { bytes: Cow::Borrowed(bytes), .. }) => String::from_utf8_lossy(bytes),
        Node::Value(leaf) => Cow::Owned(String::from_utf8_lossy(&leaf.bytes).into_owned()),
        Node::Map(_) | Node::List(_) => Cow::Borrowed(""),
    }
}

/// A scalar, which borrows from the file where the file has it as it reads.
fn scalar<'c>(text: &str, style: ScalarStyle, piece: Piece<'c>) -> Node<'c> {
    if style == ScalarStyle::Plain && matches!(text, "" | "~" | "null" | "Null" | "NULL") {
        return Node::empty();
    }
    let piece = as_it_stands(piece, style);
    let text = match style {
        // The line end behind a block is no part of what a person would copy.
        ScalarStyle::Literal | ScalarStyle::Folded => text.trim_end_matches('\n'),
        _ => text,
    };
    Node::Value(if piece.bytes == text.as_bytes() {
        piece.leaf()
    } else {
        piece.leaf_of(Cow::Owned(text.as_bytes().to_vec()))
    })
}

/// A scalar without the anchor and the tag before it, which the parser's span then holds,
/// and without the header of a block, which the span holds only then.
fn behind_properties(piece: Piece<'_>, style: ScalarStyle) -> Piece<'_> {
    let mut rest = piece;
    loop {
        rest = rest.trim_start();
        rest = match rest.first() {
            Some(b'&' | b'!') => rest.split_where(|byte| byte.is_ascii_whitespace()).1,
            Some(b'#') => rest.split_line().1,
            _ => break,
        };
    }
    match style {
        ScalarStyle::Literal | ScalarStyle::Folded => rest.split_line().1.trim_start(),
        _ => rest,
    }
}

/// The inside of a scalar as the file has it: the parser's span holds the quotes and
/// whatever stands between them and the end of the line.
fn as_it_stands(piece: Piece<'_>, style: ScalarStyle) -> Piece<'_> {
    match style {
        ScalarStyle::DoubleQuoted => {
            let end = closing_quote(piece.bytes, b'"').unwrap_or(piece.bytes.len());
            piece.get(piece.bytes.len().min(1)..end)
        }
        ScalarStyle::SingleQuoted => {
            let inside = piece.from(piece.bytes.len().min(1));
            inside.get(0..single_quoted_len(inside.bytes))
        }
        ScalarStyle::Plain | ScalarStyle::Literal | ScalarStyle::Folded => piece.trim_end(),
    }
}

/// Length up to the closing quote; a quote is doubled within.
fn single_quoted_len(text: &[u8]) -> usize {
    let mut at = 0;
    while at < text.len() {
        match (text[at], text.get(at + 1)) {
            (b'\'', Some(b'\'')) => at += 2,
            (b'\'', _) => return at,
            _ => at += 1,
        }
    }
    at
}

/// How many levels of maps and lists a node has.
fn height(node: &Node<'_>) -> usize {
    match node {
        Node::Value(_) => 0,
        Node::List(list) => 1 + list.iter().map(height).max().unwrap_or(0),
        Node::Map(entries) => 1 + entries.iter().map(|(_, node)| height(node)).max().unwrap_or(0),
    }
}

/// What a copy of a node takes from the budget.
fn cost(node: &Node<'_>) -> usize {
    match node {
        Node::Value(Leaf { bytes: Cow::Owned(bytes), .. }) => 1 + bytes.len() / OWNED_BYTES_A_NODE,
        Node::Value(_) => 1,
        Node::List(list) => 1 + list.iter().map(cost).sum::<usize>(),
        Node::Map(entries) => {
            let cost_of_key = |key: &Cow<'_, str>| match key {
                Cow::Owned(key) => key.len() / OWNED_BYTES_A_NODE,
                Cow::Borrowed(_) => 0,
            };
            1 + entries.iter().map(|(key, node)| cost_of_key(key) + cost(node)).sum::<usize>()
        }
    }
}

/// Byte offsets of characters: the parser counts characters, everybody else bytes.
struct Offsets<'c> {
    text: &'c str,
    /// Offset of every [`STRIDE`]th character, so that none is far.
    known: Vec<usize>,
}

const STRIDE: usize = 64;

impl<'c> Offsets<'c> {
    fn new(text: &'c str) -> Self {
        let known = text.char_indices().step_by(STRIDE).map(|(offset, _)| offset).collect();
        Self { text, known }
    }

    fn of(&self, n_characters: usize) -> usize {
        let Some(&near) = self.known.get(n_characters / STRIDE) else { return self.text.len() };
        let mut characters = self.text[near..].char_indices();
        let offset = characters.nth(n_characters % STRIDE).map(|(offset, _)| near + offset);
        offset.unwrap_or(self.text.len())
    }
}

#[cfg(test)]
mod tests {
    use crate::detect::formats::outline::{check, check_malformed};
    use crate::model::store::Format::Yaml;

    #[test]
    fn a_kubeconfig_is_maps_and_lists() {
        let text = "apiVersion: v1\nusers:\n- name: ana\n  user:\n    token: s3cr3t-value-1\n";
        check(Yaml, text, "{apiVersion=v1 users=[{name=ana user={token=s3cr3t-value-1}}]}");
    }

    #[test]
    fn spans_are_the_values_without_quotes() {
        check(
            Yaml,
            "a: \"s3cr3t-1\" # \"no\"\nb: 's3cr3t-2'\nc: s3cr3t-3  # no\n",
            "{a=s3cr3t-1 b=s3cr3t-2 c=s3cr3t-3}",
        );
        check(Yaml, r#"a: "one\ttwo""#, "{a=one\ttwo<one\\ttwo>}");
        check(Yaml, "a: 'it''s'", "{a=it's<it''s>}");
    }

    #[test]
    fn spans_count_bytes_and_not_characters() {
        check(
            Yaml,
            "größe: groß\nключ: s3cr3t-ß\r\nb: s3cr3t-2\r\n",
            "{größe=groß ключ=s3cr3t-ß b=s3cr3t-2}",
        );
        let far = format!("# {}\na: s3cr3t-value-1\n", "ß".repeat(1000));
        check(Yaml, &far, "{a=s3cr3t-value-1}");
    }

    #[test]
    fn a_block_loses_its_indentation_and_its_last_line_end() {
        check(Yaml, "a: |\n  one\n  two\n\nb: |-\n  s3cr3t\n", "{a=one\ntwo<one\n  two> b=s3cr3t}");
        check(Yaml, "a: >\n  one\n  two\n", "{a=one two<one\n  two>}");
    }

    #[test]
    fn null_is_no_value_but_keeps_its_place() {
        check(Yaml, "a:\nb: ~\nc: [null, x]\nd: 'null'\n", "{a={} b={} c=[{} x] d=null}");
    }

    #[test]
    fn several_documents_are_a_list() {
        check(Yaml, "a: 1\n---\na: 2\n", "[{a=1} {a=2}]");
        check(Yaml, "", "{}");
        check(Yaml, "\u{feff}", "{}");
        check(Yaml, "\u{feff}a: s3cr3t", "{a=s3cr3t}");
    }

    #[test]
    fn an_alias_is_a_copy_and_merge_keys_stay() {
        check(Yaml, "a: &t s3cr3t\nb: *t\n", "{a=s3cr3t b=s3cr3t}");
        check(Yaml, "a: &m {k: v}\nb:\n  <<: *m\n", "{a={k=v} b={<<={k=v}}}");
        check(Yaml, "a: &m [*m]", "{a=[{}]}");
        check(
            Yaml,
            "a: &t !x # why\n  \"s3cr3t\"\nb: !!y |\n  one\nc: &u\n",
            "{a=s3cr3t b=one c={}}",
        );
    }

    #[test]
    fn a_bomb_of_aliases_is_refused() {
        let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
        for n in 1..10 {
            let aliases = vec![format!("*a{}", n - 1); 9].join(", ");
            bomb.push_str(&format!("a{n}: &a{n} [{aliases}]\n"));
        }
        check_malformed(Yaml, &bomb, "holds more than 200000 values");
        let long = format!("a: &a \"\\t{}\"\nb: [{}]\n", "x".repeat(1 << 20), "*a,".repeat(1000));
        check_malformed(Yaml, &long, "holds more than 200000 values");
    }

    #[test]
    fn aliases_count_as_deep_as_what_they_name() {
        let deep = format!("a: &a {}x{}\n", "[".repeat(40), "]".repeat(40));
        check_malformed(
            Yaml,
            format!("{deep}b: {}*a{}", "[".repeat(30), "]".repeat(30)),
            "is nested deeper than 64 levels",
        );
    }

    #[test]
    fn what_is_no_yaml_says_no_more_than_a_line() {
        check_malformed(Yaml, "a: b\nc: \"unclosed\n", "is not YAML (line 2)");
        check_malformed(Yaml, "a: b\0c: d", "holds a NUL byte");
        check_malformed(Yaml, "- ".repeat(1_000_000), "is nested deeper than 64 levels");
        check_malformed(Yaml, "[".repeat(65), "is nested deeper than 64 levels");
        check_malformed(Yaml, "[".repeat(1_000_000), "is not YAML (line 1)");
    }
}
