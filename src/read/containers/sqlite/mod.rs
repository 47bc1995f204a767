//! SQLite databases: each table is a member, each row of it some lines `column=value`. Reads the
//! bytes at hand and nothing beside them; does not open the database, obey its locks, or look at
//! indices and views. What was deleted is not in any table, but still in the bytes, which rules
//! look at as they are.

pub mod log;
mod pages;
mod record;
mod schema;
mod tree;

use std::collections::BTreeMap;
use std::io::{self, Read};

use crate::read::containers::sqlite::pages::{Encoding, Pages, Visits};
use crate::read::containers::sqlite::record::{Value, text, values};
use crate::read::containers::sqlite::schema::Column;
use crate::read::containers::sqlite::tree::Rows;
use crate::read::containers::{Source, Trouble, Unpacker};

/// Tables beyond this are not looked at.
const N_TABLES_MAX: usize = 10_000;
/// A key that stands in one column and names another is not longer.
const KEY_BYTES_MAX: usize = 200;

/// Shows the tables of a database.
pub fn members(source: Source<'_>, unpacker: &mut Unpacker<'_>) -> Result<(), Trouble> {
    let bytes = source.bytes()?;
    let mut database = Database::new(&bytes).ok_or(Trouble::Broken)?;
    for table in database.tables() {
        unpacker.inflated(table.name.as_bytes(), &mut database.text(&table))?;
    }
    if database.is_damaged() { Err(Trouble::Broken) } else { Ok(()) }
}

/// A database.
pub struct Database<'b> {
    pages: Pages<'b>,
    /// What was looked at, and whether something was amiss.
    visits: Visits,
}

/// A table of a database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Its name, as written.
    pub name: String,
    root: u32,
    columns: Vec<Column>,
}

impl<'b> Database<'b> {
    /// A database, if the bytes begin like one.
    pub fn new(bytes: &'b [u8]) -> Option<Self> {
        Self::with_newer(bytes, BTreeMap::new())
    }

    fn with_newer(bytes: &'b [u8], newer: BTreeMap<u32, &'b [u8]>) -> Option<Self> {
        let pages = Pages::new(bytes, newer)?;
        let visits = Visits::new(pages.n_pages());
        Some(Self { pages, visits })
    }

    /// Its tables, in the order of its schema.
    pub fn tables(&mut self) -> Vec<Table> {
        let encoding = self.pages.encoding;
        let rows = Rows::new(&self.pages, &mut self.visits, 1);
        let mut tables: Vec<Table> =
            rows.filter_map(|row| table(&row, encoding)).take(N_TABLES_MAX + 1).collect();
        self.visits.is_damaged |= tables.len() > N_TABLES_MAX;
        tables.truncate(N_TABLES_MAX);
        tables
    }

    /// The rows of a table as text.
    pub fn text<'d>(&'d mut self, table: &'d Table) -> impl Read + use<'b, 'd> {
        let encoding = self.pages.encoding;
        let rows = Rows::new(&self.pages, &mut self.visits, table.root);
        Text::new(rows.map(move |row| lines(&row, &table.columns, encoding)))
    }

    /// Whether something was not as it must be, and is left out.
    pub const fn is_damaged(&self) -> bool {
        self.visits.is_damaged
    }
}

/// A row of the schema: type, name, table, root, statement.
fn table(row: &[u8], encoding: Encoding) -> Option<Table> {
    let values = values(row);
    let text_at = |index: usize| {
        let text = text(*values.get(index)?, encoding)?;
        Some(String::from_utf8_lossy(&text).into_owned())
    };
    let Some(Value::Integer(root)) = values.get(3) else { return None };
    // A virtual table has none.
    let root = u32::try_from(*root).ok().filter(|root| *root > 0)?;
    let is_table = text_at(0)? == "table";
    let name = text_at(1)?;
    let columns = schema::columns(&text_at(4).unwrap_or_default());
    is_table.then_some(Table { name, root, columns })
}

/// A row as lines, and an empty one behind it.
fn lines(row: &[u8], columns: &[Column], encoding: Encoding) -> Vec<u8> {
    let values = values(row);
    let mut lines = Vec::new();
    for (number, value) in values.iter().enumerate() {
        let Some(text) = text(*value, encoding).filter(|text| !text.is_empty()) else { continue };
        let name = match columns.get(number) {
            Some(column) => name_of(column, &values, encoding),
            None => format!("column{}", number + 1),
        };
        lines.extend_from_slice(name.as_bytes());
        lines.push(b'=');
        lines.extend_from_slice(&text);
        lines.push(b'\n');
    }
    lines.push(b'\n');
    lines
}

/// The name of a column; of one that holds values the name that stands beside the value.
fn name_of(column: &Column, values: &[Value<'_>], encoding: Encoding) -> String {
    let beside = column.named_by.and_then(|place| text(*values.get(place)?, encoding));
    let key = beside.filter(|key| !key.is_empty() && key.len() <= KEY_BYTES_MAX);
    key.map_or_else(|| column.name.clone(), |key| schema::shown(&String::from_utf8_lossy(&key)))
}

/// Rows that are made when somebody reads them: a table may be bigger than memory.
struct Text<R> {
    rows: R,
    row: Vec<u8>,
    n_given: usize,
}

impl<R> Text<R> {
    const fn new(rows: R) -> Self {
        Self { rows, row: Vec::new(), n_given: 0 }
    }
}

impl<R: Iterator<Item = Vec<u8>>> Read for Text<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.n_given == self.row.len() {
            let Some(row) = self.rows.next() else { return Ok(0) };
            (self.row, self.n_given) = (row, 0);
        }
        let n_bytes = (&self.row[self.n_given..]).read(buffer)?;
        self.n_given += n_bytes;
        Ok(n_bytes)
    }
}

#[cfg(test)]
mod tests;
#[cfg(test)]
pub use tests::samples;
