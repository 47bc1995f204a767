//! A parsed store: values with the bytes they stand in, whatever the format was.
//! Deliberately without `Debug` (values are secrets) and without numbers, booleans
//! or dates: a value is the text that a person would copy out of the file.

use std::borrow::Cow;
use std::ops::Range;

/// A store, or a part of it.
#[derive(Clone)]
pub enum Node<'c> {
    /// A value.
    Value(Leaf<'c>),
    /// Named parts in the order of the file. A name may come twice.
    Map(Vec<(Cow<'c, str>, Node<'c>)>),
    /// Numbered parts in the order of the file.
    List(Vec<Node<'c>>),
}

/// A value of a store.
#[derive(Clone)]
pub struct Leaf<'c> {
    /// The value, unescaped.
    pub bytes: Cow<'c, [u8]>,
    /// The value as it stands in the file, without quotes.
    pub span: Range<usize>,
}

impl Node<'_> {
    /// What stands where there is nothing: an empty file, a null, an element without content.
    pub const fn empty() -> Self {
        Self::Map(Vec::new())
    }
}
