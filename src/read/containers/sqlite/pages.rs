//! The pages of a database (SQLite's file format, 1.3): where each begins, newer versions of
//! some from a write-ahead log laid over them. Believes no count of the header: a page is there
//! if its bytes are.

use std::collections::{BTreeMap, HashSet};

pub const MAGIC: &[u8] = b"SQLite format 3\0";
/// The header of the file, in front of the first page's own.
pub const FILE_HEADER_BYTES: usize = 100;
/// SQLite refuses less.
const USABLE_BYTES_MIN: usize = 480;

/// How text is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    Utf8,
    Utf16Little,
    Utf16Big,
}

/// The pages of one database.
pub struct Pages<'b> {
    bytes: &'b [u8],
    newer: BTreeMap<u32, &'b [u8]>,
    /// Size of a page.
    pub page_bytes: usize,
    /// What of it is in use.
    pub usable_bytes: usize,
    /// How its text is written.
    pub encoding: Encoding,
}

impl<'b> Pages<'b> {
    /// The pages of a file, and newer ones. `None` if there is no header.
    pub fn new(bytes: &'b [u8], newer: BTreeMap<u32, &'b [u8]>) -> Option<Self> {
        let header = newer.get(&1).copied().unwrap_or(bytes);
        let header = header.get(..FILE_HEADER_BYTES).filter(|header| header.starts_with(MAGIC))?;
        let page_bytes = page_size(u16::from_be_bytes([header[16], header[17]]).into())?;
        let usable_bytes = page_bytes - usize::from(header[20]);
        let encoding = match header[56..60] {
            [0, 0, 0, 2] => Encoding::Utf16Little,
            [0, 0, 0, 3] => Encoding::Utf16Big,
            _ => Encoding::Utf8,
        };
        let is_usable = usable_bytes >= USABLE_BYTES_MIN;
        is_usable.then_some(Self { bytes, newer, page_bytes, usable_bytes, encoding })
    }

    /// The usable bytes of a page; pages are counted from one.
    pub fn page(&self, number: u32) -> Option<&'b [u8]> {
        if let Some(newer) = self.newer.get(&number) {
            return newer.get(..self.usable_bytes);
        }
        let start = (number.checked_sub(1)? as usize).checked_mul(self.page_bytes)?;
        self.bytes.get(start..start.checked_add(self.usable_bytes)?)
    }

    /// How many pages there may be.
    pub fn n_pages(&self) -> usize {
        self.bytes.len() / self.page_bytes + self.newer.len()
    }
}

/// The size of a page as a header says it; 1 stands for 65,536.
pub fn page_size(written: u32) -> Option<usize> {
    let size = if written == 1 { 1 << 16 } else { written as usize };
    (size.is_power_of_two() && (512..=1 << 16).contains(&size)).then_some(size)
}

/// Which pages were looked at: none leads to itself, and all looks together have an end.
pub struct Visits {
    seen: HashSet<u32>,
    n_left: usize,
    /// Whether something was not as it must be, and is left out.
    pub is_damaged: bool,
}

impl Visits {
    /// So many looks.
    pub fn new(n_visits_max: usize) -> Self {
        Self { seen: HashSet::new(), n_left: n_visits_max, is_damaged: false }
    }

    /// Allows the same pages again, of the looks that are left.
    pub fn forget(&mut self) {
        self.seen.clear();
    }

    /// A page that was not looked at yet.
    pub fn visit<'b>(&mut self, pages: &Pages<'b>, number: u32) -> Option<&'b [u8]> {
        let is_allowed = self.n_left > 0 && self.seen.insert(number);
        let page = if is_allowed { pages.page(number) } else { None };
        self.n_left = self.n_left.saturating_sub(1);
        self.is_damaged |= page.is_none();
        page
    }
}
