//! The central list of a zip: names, lengths and places of its members, as they are claimed.
//! Opens none of them.

use std::io::{Read, SeekFrom};
use std::ops::Range;

use crate::read::containers::{Bound, ReadSeek, Trouble};

/// The end record with the longest comment.
const END_BYTES_MAX: u64 = 22 + 65_535;
/// A longer list is not held.
const LIST_BYTES_MAX: u64 = 64 << 20;
/// Lengths and places that stand elsewhere, since they take more than 32 bits.
const ELSEWHERE: u64 = 0xFFFF_FFFF;

/// All that is listed.
pub struct List {
    pub entries: Vec<Entry>,
    /// The bytes of the list, which hold the names.
    pub names: Vec<u8>,
    /// Where the archive begins: something may stand before it.
    pub first_byte: u64,
}

/// A member, as the list claims it to be.
pub struct Entry {
    /// Where in the list its name stands.
    pub name: Range<usize>,
    pub method: u16,
    pub is_encrypted: bool,
    pub packed_bytes: u64,
    pub size_bytes: u64,
    /// Where its own header begins.
    pub offset: u64,
}

impl List {
    /// Finds the list by the record at the end, and reads it.
    pub fn read(zip: &mut dyn ReadSeek) -> Result<Self, Trouble> {
        let End { list_start, list_bytes, first_byte } = End::find(zip)?;
        if list_bytes > LIST_BYTES_MAX {
            return Err(Trouble::OverBudget(Bound::Held));
        }
        let mut names = Vec::new();
        zip.seek(SeekFrom::Start(list_start))?;
        zip.take(list_bytes).read_to_end(&mut names)?;
        let mut entries = Vec::new();
        let mut at = 0;
        while let Some((mut entry, next)) = entry(&names, at) {
            entry.offset = entry.offset.saturating_add(first_byte);
            entries.push(entry);
            at = next;
        }
        // A list that is damaged in the middle still lists what stands before.
        Ok(Self { entries, names, first_byte })
    }
}

/// The record at the end, solved.
struct End {
    list_start: u64,
    list_bytes: u64,
    first_byte: u64,
}

impl End {
    fn find(zip: &mut dyn ReadSeek) -> Result<Self, Trouble> {
        let size = zip.seek(SeekFrom::End(0))?;
        let tail_start = size.saturating_sub(END_BYTES_MAX);
        let mut tail = Vec::new();
        zip.seek(SeekFrom::Start(tail_start))?;
        zip.take(END_BYTES_MAX).read_to_end(&mut tail)?;
        let is_end = |at: &usize| {
            let end = &tail[*at..];
            let comment = u16_at(end, 20).map(usize::from);
            end.starts_with(b"PK\x05\x06") && comment.is_some_and(|n| end.len() >= 22 + n)
        };
        let at = (0..tail.len()).rev().find(is_end).ok_or(Trouble::Broken)?;
        let end = &tail[at..];
        let field = |at| u32_at(end, at).map(u64::from).ok_or(Trouble::Broken);
        let (mut list_bytes, mut claimed_start) = (field(12)?, field(16)?);
        let mut list_end = tail_start + at as u64;
        if let Some(wide) = wide_end(zip, &tail, at)? {
            (list_bytes, claimed_start, list_end) = wide;
        }
        let list_start = list_end.checked_sub(list_bytes).ok_or(Trouble::Broken)?;
        // Where something stands before the archive, places are often not corrected.
        let first_byte = list_start.checked_sub(claimed_start).ok_or(Trouble::Broken)?;
        Ok(Self { list_start, list_bytes, first_byte })
    }
}

/// The end record of Zip64, where one is: length, claimed place and true end of the list.
fn wide_end(
    zip: &mut dyn ReadSeek,
    tail: &[u8],
    end_at: usize,
) -> Result<Option<(u64, u64, u64)>, Trouble> {
    let Some(locator) = end_at.checked_sub(20).map(|at| &tail[at..end_at]) else {
        return Ok(None);
    };
    if !locator.starts_with(b"PK\x06\x07") {
        return Ok(None);
    }
    let at = u64_at(locator, 8).ok_or(Trouble::Broken)?;
    let mut record = Vec::new();
    zip.seek(SeekFrom::Start(at))?;
    zip.take(56).read_to_end(&mut record)?;
    if !record.starts_with(b"PK\x06\x06") {
        return Err(Trouble::Broken);
    }
    let field = |at| u64_at(&record, at).ok_or(Trouble::Broken);
    Ok(Some((field(40)?, field(48)?, at)))
}

/// The entry at a place of the list, and where the next one begins.
fn entry(list: &[u8], at: usize) -> Option<(Entry, usize)> {
    let header = list.get(at..at + 46)?;
    if !header.starts_with(b"PK\x01\x02") {
        return None;
    }
    let (flags, method) = (u16_at(header, 8)?, u16_at(header, 10)?);
    let length = |at| u16_at(header, at).map(usize::from);
    let name = at + 46..at + 46 + length(28)?;
    let extra = name.end..name.end + length(30)?;
    let next = extra.end + length(32)?;
    let wide = |at| u32_at(header, at).map(u64::from);
    let mut fields = [wide(24)?, wide(20)?, wide(42)?];
    widen(&mut fields, list.get(extra)?);
    let [size_bytes, packed_bytes, offset] = fields;
    // Bit 0 says so for all kinds of encryption; 99 is the method of one of them.
    let is_encrypted = flags & 1 != 0 || method == 99;
    Some((Entry { name, method, is_encrypted, packed_bytes, size_bytes, offset }, next))
}

/// Takes from the field of Zip64 what is too long for the header, in this order.
fn widen(fields: &mut [u64; 3], mut extra: &[u8]) {
    while let (Some(id), Some(length)) = (u16_at(extra, 0), u16_at(extra, 2)) {
        let Some(mut body) = extra.get(4..4 + usize::from(length)) else { return };
        extra = &extra[4 + usize::from(length)..];
        if id != 1 {
            continue;
        }
        for field in fields.iter_mut().filter(|field| **field == ELSEWHERE) {
            let Some(value) = u64_at(body, 0) else { return };
            *field = value;
            body = &body[8..];
        }
    }
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..)?.first_chunk().copied()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..)?.first_chunk().copied()?))
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(bytes.get(at..)?.first_chunk().copied()?))
}
