//! The write-ahead log beside a database (SQLite's file format, 4): what was written last stands
//! there, and what was written before it too, until the log is begun anew. All of it can be read,
//! so all of it is shown; the database is asked for the names of tables and columns only.

use std::collections::{BTreeMap, HashMap};
use std::io::Read;

use crate::read::containers::sqlite::pages::{self, FILE_HEADER_BYTES, Visits};
use crate::read::containers::sqlite::tree::{Cells, Rows, whole};
use crate::read::containers::sqlite::{Database, Table, Text, lines};
use crate::read::containers::{Source, Trouble, Unpacker};

/// First bytes of a log; the last bit says how its checksums are made.
pub const MAGIC: [&[u8]; 2] = [b"\x37\x7F\x06\x82", b"\x37\x7F\x06\x83"];
const HEADER_BYTES: usize = 32;
const FRAME_HEADER_BYTES: usize = 24;
/// Each frame may look at so many further pages, on average.
const VISITS_PER_FRAME: usize = 8;
/// What pages are called that belong to no table as it is now.
const NO_TABLE: &str = "pages";

/// A page as it was written once.
struct Frame<'b> {
    number: u32,
    page: &'b [u8],
    /// Whether it belongs to the log as it is now, and not to an older one in the same file.
    is_current: bool,
    ends_transaction: bool,
}

/// Shows the tables of which something stands in a log.
pub fn members(source: Source<'_>, unpacker: &mut Unpacker<'_>) -> Result<(), Trouble> {
    let bytes = source.bytes()?;
    let database = unpacker.database_of_log();
    let mut log = Log::new(&bytes, &database).ok_or(Trouble::Broken)?;
    for (number, name) in log.tables() {
        unpacker.inflated(name.as_bytes(), &mut log.text(number))?;
    }
    if log.is_damaged() { Err(Trouble::Broken) } else { Ok(()) }
}

/// A log, with the database below it.
pub struct Log<'b> {
    frames: Vec<Frame<'b>>,
    database: Database<'b>,
    /// The tables whose leaves stand in the log, and one for what belongs to none as it is now.
    tables: Vec<Table>,
    /// Which frames belong to each of the tables.
    frames_of: BTreeMap<usize, Vec<usize>>,
    visits: Visits,
}

impl<'b> Log<'b> {
    /// A log, if it begins like one and a first page is in it or in the database.
    pub fn new(log: &'b [u8], database: &'b [u8]) -> Option<Self> {
        let frames = frames(log)?;
        let mut database = Database::with_newer(database, newest(&frames))?;
        let mut tables = database.tables();
        let owners = owners(&mut database, &tables);
        tables.push(Table { name: NO_TABLE.into(), root: 0, columns: Vec::new() });
        let mut frames_of: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (number, frame) in frames.iter().enumerate() {
            let owner = owners.get(&frame.number).copied().unwrap_or(tables.len() - 1);
            frames_of.entry(owner).or_default().push(number);
        }
        let visits = Visits::new(frames.len() * VISITS_PER_FRAME + database.pages.n_pages());
        Some(Self { frames, database, tables, frames_of, visits })
    }

    /// The tables of which something stands in the log, each with its number.
    pub fn tables(&self) -> Vec<(usize, String)> {
        let numbers = self.frames_of.keys();
        numbers.map(|number| (*number, self.tables[*number].name.clone())).collect()
    }

    /// All rows of a table that stand in the log, each as often as it was written.
    pub fn text<'d>(&'d mut self, table: usize) -> impl Read + use<'b, 'd> {
        let Self { frames, database, tables, frames_of, visits } = self;
        let columns = tables[table].columns.as_slice();
        let of_table = frames_of.get(&table).map(Vec::as_slice).unwrap_or_default();
        Text::new(of_table.iter().map(move |number| {
            visits.forget();
            let rows = rows(&frames[*number], database, visits);
            rows.iter().flat_map(|row| lines(row, columns, database.pages.encoding)).collect()
        }))
    }

    /// Whether something was not as it must be, and is left out.
    pub const fn is_damaged(&self) -> bool {
        self.visits.is_damaged
    }
}

/// The rows in the page of a frame, if it is a leaf of a tree.
fn rows(frame: &Frame<'_>, database: &Database<'_>, visits: &mut Visits) -> Vec<Vec<u8>> {
    let header_at = if frame.number == 1 { FILE_HEADER_BYTES } else { 0 };
    let page = frame.page.get(..database.pages.usable_bytes);
    let cells = page.and_then(|page| Cells::new(page, header_at)).filter(Cells::is_leaf);
    let Some(mut cells) = cells else { return Vec::new() };
    let payloads = std::iter::from_fn(|| cells.next_cell()).filter_map(|cell| cell.payload);
    payloads.map(|payload| whole(&database.pages, visits, &payload)).collect()
}

/// Which table each leaf belongs to, as it is now.
fn owners(database: &mut Database<'_>, tables: &[Table]) -> HashMap<u32, usize> {
    let mut owners = HashMap::new();
    for (number, table) in tables.iter().enumerate() {
        let mut rows = Rows::noting(&database.pages, &mut database.visits, table.root);
        while rows.next().is_some() {}
        let leaves = rows.leaves.take().unwrap_or_default();
        owners.extend(leaves.into_iter().map(|leaf| (leaf, number)));
    }
    owners
}

/// The last version of each page that was written to the end.
fn newest<'b>(frames: &[Frame<'b>]) -> BTreeMap<u32, &'b [u8]> {
    let current = || frames.iter().take_while(|frame| frame.is_current);
    let n_whole = current().enumerate().filter(|(_, frame)| frame.ends_transaction).last();
    let n_whole = n_whole.map_or(0, |(index, _)| index + 1);
    current().take(n_whole).map(|frame| (frame.number, frame.page)).collect()
}

fn frames(log: &[u8]) -> Option<Vec<Frame<'_>>> {
    let header = log.get(..HEADER_BYTES).filter(|log| is_log(log))?;
    let page_bytes = pages::page_size(number(&header[8..12]))?;
    let salts = &header[16..24];
    let frames = log[HEADER_BYTES..].chunks_exact(FRAME_HEADER_BYTES + page_bytes);
    let frames = frames.map(|frame| {
        let (head, page) = frame.split_at(FRAME_HEADER_BYTES);
        Frame {
            number: number(&head[..4]),
            page,
            is_current: &head[8..16] == salts,
            ends_transaction: head[4..8] != [0; 4],
        }
    });
    Some(frames.collect())
}

/// Whether a file begins like one.
pub fn is_log(beginning: &[u8]) -> bool {
    MAGIC.iter().any(|magic| beginning.starts_with(magic))
}

fn number(bytes: &[u8]) -> u32 {
    bytes.iter().take(4).fold(0, |number, byte| number << 8 | u32::from(*byte))
}
