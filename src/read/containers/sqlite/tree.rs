//! The rows of a b-tree (SQLite's file format, 1.6): from a root to its leaves, each row with
//! what overflowed into further pages. What points nowhere, or to where somebody was already, is
//! left out. Does not say what a row means.

use crate::read::containers::sqlite::pages::{FILE_HEADER_BYTES, Pages, Visits};
use crate::read::containers::sqlite::record::varint;

/// SQLite's own bound.
const DEPTH_MAX: usize = 20;
const LINK_BYTES: usize = 4;

/// The four kinds of pages in a tree.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    IndexInterior,
    TableInterior,
    IndexLeaf,
    TableLeaf,
}

/// The rows of one tree, one after the other.
pub struct Rows<'b, 'v> {
    pages: &'v Pages<'b>,
    visits: &'v mut Visits,
    way: Vec<Cells<'b>>,
    /// Pages of the tree that were come to, where somebody asked.
    pub leaves: Option<Vec<u32>>,
}

impl<'b, 'v> Rows<'b, 'v> {
    /// From a root on.
    pub fn new(pages: &'v Pages<'b>, visits: &'v mut Visits, root: u32) -> Self {
        let mut rows = Self { pages, visits, way: Vec::new(), leaves: None };
        rows.descend(root);
        rows
    }

    /// The same, noting the numbers of all leaves.
    pub fn noting(pages: &'v Pages<'b>, visits: &'v mut Visits, root: u32) -> Self {
        let mut rows = Self { pages, visits, way: Vec::new(), leaves: Some(Vec::new()) };
        rows.descend(root);
        rows
    }

    fn descend(&mut self, number: u32) {
        if self.way.len() >= DEPTH_MAX {
            self.visits.is_damaged = true;
            return;
        }
        let Some(page) = self.visits.visit(self.pages, number) else { return };
        let header_at = if number == 1 { FILE_HEADER_BYTES } else { 0 };
        match Cells::new(page, header_at) {
            Some(cells) => {
                if let Some(leaves) = self.leaves.as_mut().filter(|_| cells.is_leaf()) {
                    leaves.push(number);
                }
                self.way.push(cells);
            }
            None => self.visits.is_damaged = true,
        }
    }
}

impl Iterator for Rows<'_, '_> {
    type Item = Vec<u8>;

    fn next(&mut self) -> Option<Vec<u8>> {
        loop {
            let cells = self.way.last_mut()?;
            let Some(cell) = cells.next_cell() else {
                self.way.pop();
                continue;
            };
            let row = cell.payload.map(|payload| whole(self.pages, self.visits, &payload));
            self.visits.is_damaged |= cell.is_broken;
            if let Some(child) = cell.child {
                self.descend(child);
            }
            if let Some(row) = row {
                return Some(row);
            }
        }
    }
}

/// The cells of one page.
pub struct Cells<'b> {
    page: &'b [u8],
    kind: Kind,
    pointers: std::slice::ChunksExact<'b, u8>,
    /// The last child of an interior page.
    rightmost: Option<u32>,
    /// Cells do not overlap, so that all together are not longer than their page.
    n_bytes_left: usize,
}

/// What one cell says.
#[derive(Default)]
pub struct Cell<'b> {
    child: Option<u32>,
    /// Its row, if it has one.
    pub payload: Option<Payload<'b>>,
    is_broken: bool,
}

/// A row as far as it lies in its page.
pub struct Payload<'b> {
    here: &'b [u8],
    n_bytes: usize,
    overflow: u32,
}

impl<'b> Cells<'b> {
    /// Of a page whose header stands there. `None` if it is not of a tree.
    pub fn new(page: &'b [u8], header_at: usize) -> Option<Self> {
        let header = page.get(header_at..)?;
        let kind = match header.first()? {
            0x02 => Kind::IndexInterior,
            0x05 => Kind::TableInterior,
            0x0A => Kind::IndexLeaf,
            0x0D => Kind::TableLeaf,
            _ => return None,
        };
        let n_cells = usize::from(u16::from_be_bytes([*header.get(3)?, *header.get(4)?]));
        let is_interior = matches!(kind, Kind::IndexInterior | Kind::TableInterior);
        let rightmost = if is_interior { Some(number(header.get(8..12)?)) } else { None };
        let pointers = header.get(if is_interior { 12 } else { 8 }..)?;
        let pointers = pointers[..pointers.len().min(2 * n_cells)].chunks_exact(2);
        Some(Self { page, kind, pointers, rightmost, n_bytes_left: page.len() })
    }

    /// Whether it is a leaf of a table.
    pub fn is_leaf(&self) -> bool {
        matches!(self.kind, Kind::TableLeaf | Kind::IndexLeaf)
    }

    /// The next cell; of an interior page the last has a child alone.
    pub fn next_cell(&mut self) -> Option<Cell<'b>> {
        let Some(pointer) = self.pointers.next() else {
            let child = self.rightmost.take()?;
            return Some(Cell { child: Some(child), ..Cell::default() });
        };
        let at = usize::from(u16::from_be_bytes([pointer[0], pointer[1]]));
        let cell = self.page.get(at..).and_then(|cell| self.cell(cell));
        Some(cell.unwrap_or(Cell { is_broken: true, ..Cell::default() }))
    }

    fn cell(&mut self, mut cell: &'b [u8]) -> Option<Cell<'b>> {
        let child = match self.kind {
            Kind::IndexInterior | Kind::TableInterior => {
                let (link, rest) = cell.split_at_checked(LINK_BYTES)?;
                cell = rest;
                Some(number(link))
            }
            Kind::IndexLeaf | Kind::TableLeaf => None,
        };
        if self.kind == Kind::TableInterior {
            return Some(Cell { child, ..Cell::default() });
        }
        let n_bytes = usize::try_from(varint(&mut cell)?).ok()?;
        if self.kind == Kind::TableLeaf {
            let _row_id = varint(&mut cell)?;
        }
        let payload = Payload::new(cell, n_bytes, self.kind, self.page.len())?;
        self.n_bytes_left = self.n_bytes_left.checked_sub(payload.here.len())?;
        Some(Cell { child, payload: Some(payload), is_broken: false })
    }
}

impl<'b> Payload<'b> {
    /// How much of a row stays in its page: SQLite's file format, 1.6, "Cell payload overflow".
    fn new(cell: &'b [u8], n_bytes: usize, kind: Kind, usable_bytes: usize) -> Option<Self> {
        let most = match kind {
            Kind::TableLeaf => usable_bytes - 35,
            _ => (usable_bytes - 12) * 64 / 255 - 23,
        };
        if n_bytes <= most {
            return Some(Self { here: cell.get(..n_bytes)?, n_bytes, overflow: 0 });
        }
        let least = (usable_bytes - 12) * 32 / 255 - 23;
        let fitting = least + (n_bytes - least) % (usable_bytes - LINK_BYTES);
        let n_here = if fitting <= most { fitting } else { least };
        let (here, rest) = cell.split_at_checked(n_here)?;
        Some(Self { here, n_bytes, overflow: number(rest.get(..LINK_BYTES)?) })
    }
}

/// A row with what overflowed, as far as that is there.
pub fn whole(pages: &Pages<'_>, visits: &mut Visits, payload: &Payload<'_>) -> Vec<u8> {
    let mut row = payload.here.to_vec();
    let mut next = payload.overflow;
    while row.len() < payload.n_bytes {
        let Some(page) = visits.visit(pages, next) else { break };
        let (link, content) = page.split_at(LINK_BYTES);
        let n_missing = payload.n_bytes - row.len();
        row.extend_from_slice(&content[..content.len().min(n_missing)]);
        next = number(link);
    }
    row
}

fn number(bytes: &[u8]) -> u32 {
    bytes.iter().take(4).fold(0, |number, byte| number << 8 | u32::from(*byte))
}
