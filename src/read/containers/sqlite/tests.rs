//! Databases made byte by byte, and what comes out of them.

use std::io::Read;

use proptest::prelude::*;

use super::log::Log;
use super::*;

const PAGE_BYTES: usize = 512;

/// Pages of 512 bytes, the first with the file's header and room for the schema.
struct Builder {
    pages: Vec<Vec<u8>>,
    encoding: u8,
}

impl Builder {
    fn new() -> Self {
        Self { pages: vec![Vec::new()], encoding: 1 }
    }

    /// Puts rows on a leaf of a table; gives its number.
    fn leaf(&mut self, rows: &[Vec<u8>]) -> u32 {
        self.pages.push(Vec::new());
        let number = self.pages.len();
        let leaf = self.cells(0x0D, 0, rows);
        self.pages[number - 1] = leaf;
        number as u32
    }

    fn cells(&mut self, kind: u8, header_at: usize, rows: &[Vec<u8>]) -> Vec<u8> {
        let mut page = vec![0; PAGE_BYTES];
        let mut end = PAGE_BYTES;
        page[header_at] = kind;
        page[header_at + 4] = rows.len() as u8;
        for (index, row) in rows.iter().enumerate() {
            let cell = self.cell(row);
            end -= cell.len();
            page[end..end + cell.len()].copy_from_slice(&cell);
            let pointer = header_at + 8 + 2 * index;
            page[pointer..pointer + 2].copy_from_slice(&(end as u16).to_be_bytes());
        }
        page
    }

    /// What does not fit goes into a chain of pages.
    fn cell(&mut self, row: &[u8]) -> Vec<u8> {
        let head = [varint_of(row.len()), vec![1]].concat();
        if row.len() <= PAGE_BYTES - 35 {
            return [&head[..], row].concat();
        }
        let least = (PAGE_BYTES - 12) * 32 / 255 - 23;
        let fitting = least + (row.len() - least) % (PAGE_BYTES - 4);
        let n_here = if fitting <= PAGE_BYTES - 35 { fitting } else { least };
        let first = self.pages.len() as u32 + 1;
        let chunks: Vec<&[u8]> = row[n_here..].chunks(PAGE_BYTES - 4).collect();
        for (index, chunk) in chunks.iter().enumerate() {
            let next = if index + 1 < chunks.len() { first + index as u32 + 1 } else { 0 };
            let mut page = [&next.to_be_bytes()[..], chunk].concat();
            page.resize(PAGE_BYTES, 0);
            self.pages.push(page);
        }
        [&head[..], &row[..n_here], &first.to_be_bytes()].concat()
    }

    fn finish(mut self, tables: &[(&str, u32, &str)]) -> Vec<u8> {
        let rows: Vec<Vec<u8>> = tables
            .iter()
            .map(|(name, root, sql)| {
                let text = |text: &str| self.text(text);
                let root = (1, vec![*root as u8]);
                record(&[text("table"), text(name), text(name), root, text(sql)])
            })
            .collect();
        let mut first = self.cells(0x0D, 100, &rows);
        first[..16].copy_from_slice(pages::MAGIC);
        first[16..18].copy_from_slice(&(PAGE_BYTES as u16).to_be_bytes());
        first[59] = self.encoding;
        self.pages[0] = first;
        self.pages.concat()
    }

    fn text(&self, text: &str) -> (usize, Vec<u8>) {
        let bytes = match self.encoding {
            2 => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            3 => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
            _ => text.as_bytes().to_vec(),
        };
        (13 + 2 * bytes.len(), bytes)
    }
}

fn varint_of(number: usize) -> Vec<u8> {
    assert!(number < 1 << 14);
    if number < 0x80 {
        vec![number as u8]
    } else {
        vec![0x80 | (number >> 7) as u8, number as u8 & 0x7F]
    }
}

fn record(values: &[(usize, Vec<u8>)]) -> Vec<u8> {
    let types: Vec<u8> = values.iter().flat_map(|(kind, _)| varint_of(*kind)).collect();
    let body: Vec<u8> = values.iter().flat_map(|(_, bytes)| bytes.clone()).collect();
    [&[types.len() as u8 + 1][..], &types, &body].concat()
}

fn read(mut text: impl Read) -> String {
    let mut bytes = Vec::new();
    text.read_to_end(&mut bytes).unwrap();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// All tables with their text, and whether something was amiss.
fn dump(bytes: &[u8]) -> (Vec<(String, String)>, bool) {
    let Some(mut database) = Database::new(bytes) else { return (Vec::new(), true) };
    let tables = database.tables();
    let texts =
        tables.iter().map(|table| (table.name.clone(), read(database.text(table)))).collect();
    (texts, database.is_damaged())
}

fn users(encoding: u8, value: &str) -> Vec<u8> {
    let mut builder = Builder { encoding, ..Builder::new() };
    let rows =
        [record(&[builder.text("ana"), builder.text(value)]), record(&[builder.text("eve")])];
    let root = builder.leaf(&rows);
    builder.finish(&[("users", root, "CREATE TABLE users(login, token TEXT)")])
}

/// A database and its log, for whoever damages them.
pub fn samples() -> [Vec<u8>; 2] {
    let database = users(2, &"x".repeat(1500));
    let log = log_of(&database, true);
    [database, log]
}

#[test]
fn a_row_is_a_line_for_each_column_in_every_encoding() {
    for encoding in 0..=3 {
        let (tables, is_damaged) = dump(&users(encoding, "wörd"));
        let expected = "login=ana\ntoken=wörd\n\nlogin=eve\n\n";
        assert_eq!(tables, [("users".to_owned(), expected.to_owned())], "{encoding}");
        assert!(!is_damaged);
    }
}

#[test]
fn a_long_value_is_put_together_again() {
    let value: String = (0..700).map(|number| format!("{number:03}.")).collect();
    let (tables, is_damaged) = dump(&users(1, &value));
    assert!(tables[0].1.contains(&format!("token={value}\n")) && !is_damaged);
}

#[test]
fn a_value_has_the_name_that_stands_beside_it() {
    let mut builder = Builder::new();
    let row = record(&[builder.text("github.token (1)"), builder.text("abc")]);
    let root = builder.leaf(&[row]);
    let bytes =
        builder.finish(&[("ItemTable", root, "CREATE TABLE ItemTable (key TEXT, value BLOB)")]);
    assert_eq!(dump(&bytes).0[0].1, "key=github.token (1)\ngithub.token__1_=abc\n\n");
}

#[test]
fn pages_that_lead_to_themselves_or_nowhere_are_left_out_and_told() {
    let mut builder = Builder::new();
    let row = record(&[builder.text(&"x".repeat(1500))]);
    let root = builder.leaf(&[row]);
    let mut bytes = builder.finish(&[
        ("a", root, "CREATE TABLE a(x)"),
        ("same", root, "CREATE TABLE same(x)"),
        ("far", 99, "CREATE TABLE far(x)"),
    ]);
    let (tables, is_damaged) = dump(&bytes);
    assert_eq!(tables.iter().map(|(_, text)| text.len()).collect::<Vec<_>>(), [1504, 0, 0]);
    assert!(is_damaged);
    // The chain of overflow pages becomes a loop.
    bytes[2 * PAGE_BYTES..2 * PAGE_BYTES + 4].copy_from_slice(&3_u32.to_be_bytes());
    assert!(dump(&bytes).0[0].1.len() < 1504);
}

#[test]
fn cells_that_lie_upon_each_other_come_once() {
    let mut bytes = users(1, &"x".repeat(300));
    // Two hundred pointers to the same cell.
    let page = &mut bytes[PAGE_BYTES..2 * PAGE_BYTES];
    let pointer = [page[8], page[9]];
    page[4] = 50;
    page[8..108].copy_from_slice(&pointer.repeat(50));
    let (tables, is_damaged) = dump(&bytes);
    assert!(tables[0].1.len() < 2 * PAGE_BYTES && is_damaged);
}

/// A log with one frame for each page of a database; the last one ends a transaction.
fn log_of(database: &[u8], is_current: bool) -> Vec<u8> {
    let salts = [5; 8];
    let mut log = [
        log::MAGIC[0],
        &[0, 0, 0, 0],
        &(PAGE_BYTES as u32).to_be_bytes(),
        &[0; 4],
        &salts,
        &[0; 8],
    ]
    .concat();
    let n_pages = database.len() / PAGE_BYTES;
    for (index, page) in database.chunks(PAGE_BYTES).enumerate() {
        let number = index as u32 + 1;
        let size = if index + 1 == n_pages { n_pages as u32 } else { 0 };
        let salts = if is_current { salts } else { [6; 8] };
        let head = [number.to_be_bytes(), size.to_be_bytes()].concat();
        log.extend([&head[..], &salts, &[0; 8], page].concat());
    }
    log
}

fn dump_log(log: &[u8], database: &[u8]) -> Vec<(String, String)> {
    let Some(mut log) = Log::new(log, database) else { return Vec::new() };
    let tables = log.tables();
    tables.into_iter().map(|(number, name)| (name, read(log.text(number)))).collect()
}

#[test]
fn a_log_is_read_with_and_without_its_database() {
    let (old, new) = (users(1, "old"), users(1, "new"));
    for database in [&old[..], &[]] {
        let tables = dump_log(&log_of(&new, true), database);
        let users = tables.iter().find(|(name, _)| name == "users");
        assert_eq!(users.unwrap().1, "login=ana\ntoken=new\n\nlogin=eve\n\n");
    }
}

#[test]
fn what_an_older_log_left_behind_is_shown_too() {
    let (old, new) = (users(1, "old"), users(1, "new"));
    let tables = dump_log(&log_of(&old, false), &new);
    assert!(tables.iter().any(|(name, text)| name == "users" && text.contains("token=old\n")));
    assert!(dump_log(&log_of(&old, false), &[]).is_empty());
}

#[test]
fn what_is_no_database_is_none() {
    let whole = users(1, "x");
    for bytes in [&b""[..], b"SQLite format 3\0", &whole[..99], b"SQLite format 4\0"] {
        assert!(Database::new(bytes).is_none());
    }
    let mut odd = whole.clone();
    odd[16..18].copy_from_slice(&[2, 1]);
    assert!(Database::new(&odd).is_none());
    let mut reserved = whole;
    reserved[20] = 255;
    assert!(Database::new(&reserved).is_none());
}

proptest! {
    #[test]
    fn no_damage_makes_it_panic_or_grow(
        at in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut damaged = users(1, &"y".repeat(1500));
        for (at, byte) in at {
            let at = at.index(damaged.len());
            damaged[at] = byte;
        }
        damaged.truncate(cut.index(damaged.len()) + 1);
        let bound = 100 * damaged.len();
        let length = |texts: &[(String, String)]| texts.iter().map(|(_, text)| text.len()).sum::<usize>();
        prop_assert!(length(&dump(&damaged).0) <= bound);
        let _ = dump_log(&log_of(&damaged, true), &damaged);
        let _ = dump_log(&damaged, &[]);
    }
}
