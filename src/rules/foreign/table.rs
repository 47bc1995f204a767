//! A TOML document as a tree whose keys have no letter case, as the programs read it that these
//! files are written for. Every node knows where it stands. What is asked for is taken out, so
//! that what is left at the end is what nobody understood.

use std::collections::BTreeMap;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::error::{RuleMistake, RuleRemark};
use crate::rules::file::RuleFile;

/// A value and its offset in the file.
pub struct Node {
    pub offset: usize,
    pub value: Value,
}

pub enum Value {
    Text(String),
    Number(f64),
    Flag(bool),
    List(Vec<Node>),
    Table(BTreeMap<String, Node>),
    Other,
}

/// One table of a file, and where to write down what is wrong with it.
pub struct Fields<'c> {
    pub clerk: &'c Clerk<'c>,
    pub offset: usize,
    /// What it is called in messages: an id, or what stands above it.
    pub subject: String,
    entries: BTreeMap<String, Node>,
}

/// Writes down what is wrong with one file, and what is not obeyed in it.
pub struct Clerk<'f> {
    pub file: &'f RuleFile,
    pub notes: &'f std::cell::RefCell<Notes>,
}

/// What was written down.
#[derive(Default)]
pub struct Notes {
    pub mistakes: Vec<RuleMistake>,
    pub remarks: Vec<RuleRemark>,
}

impl Clerk<'_> {
    /// A mistake, for the sake of which nothing is loaded.
    pub fn mistake(&self, offset: usize, code: &'static str, subject: &str, what: &str) {
        let mistake = self.file.origin(offset).mistake(code, said(subject, what));
        self.notes.borrow_mut().mistakes.push(mistake);
    }

    /// Something that is not obeyed, or taken otherwise than written.
    pub fn remark(&self, offset: usize, code: &'static str, subject: &str, what: &str) {
        let origin = self.file.origin(offset);
        let remark = RuleRemark {
            file: origin.file,
            line: origin.line,
            subject: subject.to_owned(),
            what: what.to_owned(),
            code,
        };
        self.notes.borrow_mut().remarks.push(remark);
    }

    /// The document, or a mistake.
    pub fn document(&self) -> Option<Fields<'_>> {
        let parsed = DeTable::parse(&self.file.text).map_err(|error| {
            let offset = error.span().map_or(0, |span| span.start);
            self.mistake(offset, "foreign/toml", "", &error.message().replace('\n', "; "));
        });
        let entries = entries(parsed.ok()?.into_inner());
        Some(Fields { clerk: self, offset: 0, subject: String::new(), entries })
    }
}

fn said(subject: &str, what: &str) -> String {
    if subject.is_empty() { what.to_owned() } else { format!("`{subject}`: {what}") }
}

fn entries(table: DeTable<'_>) -> BTreeMap<String, Node> {
    let entries = table.into_iter();
    entries.map(|(key, value)| (key.get_ref().to_ascii_lowercase(), node(value))).collect()
}

/// The parser bounds how deep a document may be.
fn node(written: Spanned<DeValue<'_>>) -> Node {
    let offset = written.span().start;
    let value = match written.into_inner() {
        DeValue::String(text) => Value::Text(text.into_owned()),
        DeValue::Integer(number) => number.as_str().parse().map_or(Value::Other, Value::Number),
        DeValue::Float(number) => number.as_str().parse().map_or(Value::Other, Value::Number),
        DeValue::Boolean(flag) => Value::Flag(flag),
        DeValue::Array(list) => Value::List(list.into_iter().map(node).collect()),
        DeValue::Table(table) => Value::Table(entries(table)),
        DeValue::Datetime(_) => Value::Other,
    };
    Node { offset, value }
}

impl<'c> Fields<'c> {
    /// What stands at a key, taken out.
    pub fn take(&mut self, key: &str) -> Option<Node> {
        self.entries.remove(key)
    }

    /// Whether a key is there.
    pub fn has(&self, key: &str) -> bool {
        self.entries.contains_key(key)
    }

    /// A text and where it stands.
    pub fn text(&mut self, key: &str) -> Option<(String, usize)> {
        let node = self.take(key)?;
        match node.value {
            Value::Text(text) => Some((text, node.offset)),
            _ => self.of_wrong_type(node.offset, key, "a text"),
        }
    }

    /// A number.
    pub fn number(&mut self, key: &str) -> Option<f64> {
        let node = self.take(key)?;
        match node.value {
            Value::Number(number) => Some(number),
            _ => self.of_wrong_type(node.offset, key, "a number"),
        }
    }

    /// A yes or no; no where nothing is said.
    pub fn flag(&mut self, key: &str) -> bool {
        match self.take(key) {
            Some(Node { value: Value::Flag(flag), .. }) => flag,
            Some(node) => self.of_wrong_type(node.offset, key, "true or false").unwrap_or(false),
            None => false,
        }
    }

    /// A list of texts, each with where it stands.
    pub fn texts(&mut self, key: &str) -> Vec<(String, usize)> {
        let Some(node) = self.take(key) else { return Vec::new() };
        let Value::List(list) = node.value else {
            return self.of_wrong_type(node.offset, key, "a list of texts").unwrap_or_default();
        };
        let mut texts = Vec::new();
        for one in list {
            match one.value {
                Value::Text(text) => texts.push((text, one.offset)),
                _ => _ = self.of_wrong_type::<()>(one.offset, key, "a list of texts"),
            }
        }
        texts
    }

    /// The tables at a key, be it one or a list of them.
    pub fn tables(&mut self, key: &str) -> Vec<Fields<'c>> {
        let Some(node) = self.take(key) else { return Vec::new() };
        let nodes = match node {
            Node { value: Value::List(list), .. } => list,
            one => vec![one],
        };
        let mut tables = Vec::new();
        for one in nodes {
            match one.value {
                Value::Table(entries) => tables.push(Fields {
                    clerk: self.clerk,
                    offset: one.offset,
                    subject: self.subject.clone(),
                    entries,
                }),
                _ => _ = self.of_wrong_type::<()>(one.offset, key, "a table"),
            }
        }
        tables
    }

    /// Keys that are left, in order.
    pub fn left(&self) -> Vec<&str> {
        self.entries.keys().map(String::as_str).collect()
    }

    /// A mistake at this table.
    pub fn mistake(&self, code: &'static str, what: &str) {
        self.clerk.mistake(self.offset, code, &self.subject, what);
    }

    /// A remark at this table.
    pub fn remark(&self, code: &'static str, what: &str) {
        self.clerk.remark(self.offset, code, &self.subject, what);
    }

    fn of_wrong_type<T>(&self, offset: usize, key: &str, expected: &str) -> Option<T> {
        let what = format!("`{key}` is not {expected}");
        self.clerk.mistake(offset, "foreign/toml", &self.subject, &what);
        None
    }
}
