//! XML: element names without their prefix, attributes as `@name`, the text of an element
//! that has attributes or children as `#text`, repeated elements as a list.
//!
//! Knows the five entities of XML and character references. An entity that a document
//! declares itself stays as it is written, so none can grow or reach for another file.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use quick_xml::Reader;
use quick_xml::escape::unescape;
use quick_xml::events::{BytesStart, Event};

use crate::detect::formats::Malformed;
use crate::detect::formats::bounds::{Budget, NESTING_DEPTH_MAX};
use crate::detect::formats::piece::Piece;
use crate::detect::tree::{Leaf, Node};

pub(super) fn read(file: Piece<'_>) -> Result<Node<'_>, Malformed> {
    let mut reader = Reader::from_str(file.utf8()?);
    reader.config_mut().allow_dangling_amp = true;
    let mut tree = Tree { file, budget: Budget::new(), open: vec![Element::default()] };
    loop {
        let start = position(reader.buffer_position());
        let event = reader.read_event().map_err(|_| {
            let n_lines = memchr::memchr_iter(b'\n', &file.bytes[..start]).count();
            Malformed::at_line("is not XML", n_lines + 1)
        })?;
        let span = start..position(reader.buffer_position());
        if matches!(event, Event::Eof) {
            return tree.into_node();
        }
        tree.take(event, span)?;
    }
}

fn position(n_bytes: u64) -> usize {
    usize::try_from(n_bytes).expect("positions lie in a text that is in memory")
}

/// What the events so far make. The first open element stands for the document.
struct Tree<'c> {
    file: Piece<'c>,
    budget: Budget,
    open: Vec<Element<'c>>,
}

/// An element whose end has not come yet.
#[derive(Default)]
struct Element<'c> {
    name: String,
    parts: Vec<(Cow<'c, str>, Node<'c>)>,
    /// Where in `parts` the children of a name are.
    children: HashMap<String, usize>,
    text: Vec<Run>,
}

/// A run of text without tags, comments or CDATA borders within.
struct Run {
    span: Range<usize>,
    kind: RunKind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum RunKind {
    Escaped,
    Literal,
}

impl<'c> Tree<'c> {
    fn take(&mut self, event: Event<'c>, span: Range<usize>) -> Result<(), Malformed> {
        match event {
            Event::Start(tag) => self.open(&tag),
            Event::Empty(tag) => {
                self.open(&tag)?;
                self.close();
                Ok(())
            }
            Event::End(_) => {
                self.close();
                Ok(())
            }
            Event::Text(_) | Event::GeneralRef(_) => self.add_text(span, RunKind::Escaped),
            Event::CData(_) => self.add_text(inside_cdata(span), RunKind::Literal),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) | Event::Eof => {
                Ok(())
            }
        }
    }

    fn open(&mut self, tag: &BytesStart<'c>) -> Result<(), Malformed> {
        if self.open.len() > NESTING_DEPTH_MAX {
            return Err(Malformed::TOO_DEEP);
        }
        self.budget.spend(1)?;
        let name = tag.local_name().into_inner().to_owned();
        let mut element = Element { name, ..Element::default() };
        // Looking for attributes that come twice takes the square of their number.
        for attribute in tag.attributes().with_checks(false) {
            let attribute = attribute.map_err(|_| Malformed::new("has a broken attribute"))?;
            self.budget.spend(1)?;
            let key = format!("@{}", attribute.key.local_name().into_inner());
            let raw = self.file.part(attribute.value.as_bytes());
            let raw = raw.expect("the reader of a text borrows from it");
            element.parts.push((Cow::Owned(key), Node::Value(value_of(raw, RunKind::Escaped))));
        }
        self.open.push(element);
        Ok(())
    }

    /// Closes the innermost element. The parser has seen to it that one is open.
    fn close(&mut self) {
        let Some(mut element) = self.open.pop() else { return };
        let name = std::mem::take(&mut element.name);
        let node = element.into_node(self.file);
        if let Some(parent) = self.open.last_mut() {
            parent.add(name, node);
        }
    }

    fn add_text(&mut self, span: Range<usize>, kind: RunKind) -> Result<(), Malformed> {
        let is_blank = self.file.get(span.clone()).trim().is_empty();
        let element = self.open.last_mut().expect("the document is never closed");
        match element.text.last_mut() {
            // References split a run into many events.
            Some(run) if run.kind == kind && run.span.end == span.start => run.span.end = span.end,
            _ if is_blank => {}
            _ => {
                self.budget.spend(1)?;
                element.text.push(Run { span, kind });
            }
        }
        Ok(())
    }

    fn into_node(mut self) -> Result<Node<'c>, Malformed> {
        let document = self.open.pop().expect("the document is never closed");
        if self.open.is_empty() {
            Ok(Node::Map(document.parts))
        } else {
            Err(Malformed::new("ends within an element"))
        }
    }
}

impl<'c> Element<'c> {
    /// Children of one name are a list from the second on.
    fn add(&mut self, name: String, node: Node<'c>) {
        let Some(&at) = self.children.get(&name) else {
            self.children.insert(name.clone(), self.parts.len());
            self.parts.push((Cow::Owned(name), node));
            return;
        };
        let (_, first) = &mut self.parts[at];
        match first {
            Node::List(list) => list.push(node),
            _ => *first = Node::List(vec![std::mem::replace(first, Node::empty()), node]),
        }
    }

    fn into_node(mut self, file: Piece<'c>) -> Node<'c> {
        let text = text_of(&self.text, file).map(Node::Value);
        match text {
            Some(text) if self.parts.is_empty() => text,
            Some(text) => {
                self.parts.push((Cow::Borrowed("#text"), text));
                Node::Map(self.parts)
            }
            None => Node::Map(self.parts),
        }
    }
}

/// All text of an element as one value, which stands from the first run to the last.
fn text_of<'c>(runs: &[Run], file: Piece<'c>) -> Option<Leaf<'c>> {
    let value = |run: &Run| value_of(file.get(run.span.clone()).trim(), run.kind);
    let (first, last) = (runs.first()?, runs.last()?);
    if runs.len() == 1 {
        return Some(value(first));
    }
    let bytes = runs.iter().flat_map(|run| value(run).bytes.into_owned()).collect();
    Some(file.get(first.span.start..last.span.end).trim().leaf_of(Cow::Owned(bytes)))
}

/// A value with an entity that only the document knows stays as it is written.
fn value_of(raw: Piece<'_>, kind: RunKind) -> Leaf<'_> {
    let text = std::str::from_utf8(raw.bytes).ok().filter(|_| kind == RunKind::Escaped);
    match text.and_then(|text| unescape(text).ok()) {
        Some(Cow::Owned(text)) => raw.leaf_of(Cow::Owned(text.into_bytes())),
        Some(Cow::Borrowed(_)) | None => raw.leaf(),
    }
}

fn inside_cdata(span: Range<usize>) -> Range<usize> {
    span.start + "<![CDATA[".len()..span.end - "]]>".len()
}

#[cfg(test)]
mod tests {
    use crate::detect::formats::outline::{check, check_malformed};
    use crate::model::store::Format::Xml;

    #[test]
    fn elements_are_maps_and_repeated_ones_lists() {
        check(
            Xml,
            "<?xml version=\"1.0\"?>\n<settings>\n <servers>\n  \
             <server><id>a</id><password>s3cr3t-1</password></server>\n  \
             <!-- b --><server><id>b</id><password> s3cr3t-2 </password></server>\n \
             </servers>\n</settings>\n",
            "{settings={servers={server=[{id=a password=s3cr3t-1} {id=b password=s3cr3t-2}]}}}",
        );
    }

    #[test]
    fn attributes_and_text_have_names_of_their_own() {
        check(
            Xml,
            "<a><add key='k' value=\"s3&lt;cr3t\" /><b x:c='d'>s3cr3t</b></a>",
            "{a={add={@key=k @value=s3<cr3t<s3&lt;cr3t>} b={@c=d #text=s3cr3t}}}",
        );
        check(Xml, "<n:a xmlns:n='u'><n:b>c</n:b></n:a>", "{a={@n=u b=c}}");
    }

    #[test]
    fn entities_and_cdata_are_unescaped() {
        check(Xml, "<a>s3&amp;cr&#x33;t &lt; x</a>", "{a=s3&cr3t < x<s3&amp;cr&#x33;t &lt; x>}");
        check(Xml, "<a><![CDATA[s3&cr3t]]></a>", "{a=s3&cr3t}");
        check(Xml, "<a>b<!-- x -->c</a>", "{a=bc<b<!-- x -->c>}");
        check(Xml, "<a>b & c</a>", "{a=b & c}");
    }

    #[test]
    fn what_a_document_declares_is_not_expanded() {
        let bomb = "<!DOCTYPE a [<!ENTITY b \"&c;&c;\">\
                    <!ENTITY c SYSTEM \"file:///etc/passwd\">]><a>&b;</a>";
        check(Xml, bomb, "{a=&b;}");
    }

    #[test]
    fn empty_elements_are_empty() {
        check(Xml, "<a><b/><c></c><d> </d></a>", "{a={b={} c={} d={}}}");
        check(Xml, "\u{feff}", "{}");
        check(Xml, "\u{feff}<ä>ß</ä>", "{ä=ß}");
    }

    #[test]
    fn what_is_no_xml_says_no_more_than_a_line() {
        check_malformed(Xml, "<a>\n</b>", "is not XML (line 2)");
        check_malformed(Xml, "<a>", "ends within an element");
        check_malformed(Xml, "<a b>", "has a broken attribute");
        check_malformed(Xml, b"<a>\xFF</a>", "is not UTF-8");
        check_malformed(Xml, "<a>".repeat(1_000_000), "is nested deeper than 64 levels");
    }
}
