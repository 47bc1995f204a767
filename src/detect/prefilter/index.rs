//! The exact check: which keywords stand around an anchor.

use crate::detect::prefilter::anchor::{Anchor, GRAM_BYTES};
use crate::detect::prefilter::sieve::{Positions, gram_at, hash};
use crate::detect::prefilter::{Hit, Keyword, is_word};

/// The neighbourhood of an anchor: so many bytes before it, then it, then as many as fit.
const BYTES_BEFORE: usize = 2;
const AROUND_BYTES: usize = 8;
/// How much of a keyword is compared at once.
const HEAD_BYTES: usize = 16;

/// Keywords by their anchors.
pub struct Index {
    /// By the hash of the anchor, letter case folded.
    slots: Vec<Slot>,
    /// As many: apart from the slots, so that they fit into a cache.
    arounds: Vec<Around>,
    shift: u32,
    entries: Vec<Entry>,
    /// Keywords of one or two bytes, by their first byte, letter case folded.
    tiny: Vec<Vec<Entry>>,
    has_tiny: bool,
    /// All keywords as written, one behind the other.
    texts: Vec<u8>,
}

/// All entries whose anchors have one hash.
#[derive(Clone, Copy)]
struct Slot {
    from: u32,
    to: u32,
}

/// What the keywords of a slot have in common around the anchor. Eight bytes, not sixteen: twice as
/// large a table was slower than a few more exact checks.
#[derive(Clone, Copy)]
struct Around {
    /// Which bits are the same in all of them.
    mask: u64,
    bits: u64,
}

/// A keyword, as it is compared.
#[derive(Clone, Copy)]
struct Entry {
    keyword: u32,
    /// Where its text stands.
    text: u32,
    len: u32,
    /// How far before the anchor it begins.
    back: u32,
    ignore_case: bool,
    begins_word: bool,
    /// Its first bytes, compared at once: a loop over a keyword costs more, as the processor cannot
    /// guess where it ends.
    head_mask: u128,
    head_bits: u128,
}

impl Index {
    /// Of keywords with these anchors.
    pub fn new(keywords: &[Keyword], anchors: &[Anchor]) -> Self {
        let mut index = Self {
            slots: Vec::new(),
            arounds: Vec::new(),
            shift: 0,
            entries: Vec::new(),
            tiny: vec![Vec::new(); 256],
            has_tiny: false,
            texts: keywords.iter().flat_map(|keyword| keyword.text.bytes()).collect(),
        };
        let starts = text_starts(keywords);
        let mut entries = Vec::with_capacity(anchors.len());
        let mut anchored = Vec::with_capacity(anchors.len());
        for (number, anchor) in anchors.iter().enumerate() {
            let entry = Entry::new(&keywords[anchor.keyword], *anchor, starts[anchor.keyword]);
            entries.push(entry);
            anchored.extend(anchor.grams(keywords).map(|gram| (gram, number)));
            if let [first] | [first, _] = anchor.text(keywords) {
                index.tiny[usize::from(first | 0x20)].push(entry);
                index.has_tiny = true;
            }
        }
        index.fill(&anchored, &entries);
        index
    }

    /// Puts the entries, by their numbers, where their grams say.
    fn fill(&mut self, anchored: &[(u32, usize)], entries: &[Entry]) {
        let n_slots = (anchored.len() * 2).next_power_of_two().max(2);
        self.shift = 32 - n_slots.trailing_zeros();
        self.slots = vec![Slot { from: 0, to: 0 }; n_slots];
        self.arounds = vec![Around::NONE; n_slots];
        let mut placed: Vec<(usize, usize)> =
            anchored.iter().map(|(gram, number)| (self.slot(*gram), *number)).collect();
        placed.sort_unstable();
        // Several of the 256 anchors of a keyword of three bytes may share a slot.
        placed.dedup();
        for group in placed.chunk_by(|a, b| a.0 == b.0) {
            let from = narrow(self.entries.len());
            self.entries.extend(group.iter().map(|(_, number)| entries[*number]));
            let arounds = self.entries[from as usize..].iter().map(|entry| self.around(entry));
            let around = arounds.reduce(Around::common).unwrap_or(Around::NONE);
            self.slots[group[0].0] = Slot { from, to: narrow(self.entries.len()) };
            self.arounds[group[0].0] = around;
        }
    }

    /// What must stand around the anchor of this entry.
    fn around(&self, entry: &Entry) -> Around {
        let text = self.text(entry);
        let byte_at = |index: usize| {
            let offset = (entry.back as usize + index).checked_sub(BYTES_BEFORE)?;
            text.get(offset).copied()
        };
        let (mask, bits) = masked::<AROUND_BYTES>(byte_at, entry.ignore_case);
        Around { mask: u64::from_le_bytes(mask), bits: u64::from_le_bytes(bits) }
    }

    #[inline(always)]
    fn text(&self, entry: &Entry) -> &[u8] {
        &self.texts[entry.text as usize..][..entry.len as usize]
    }

    #[inline(always)]
    fn slot(&self, gram: u32) -> usize {
        (hash(gram) >> self.shift) as usize
    }

    /// With which bytes keywords of one and two bytes begin, if there are any.
    pub fn tiny_starts(&self) -> Option<Box<[bool; 256]>> {
        let starts = |byte: usize| !self.tiny[byte | 0x20].is_empty();
        self.has_tiny.then(|| Box::new(std::array::from_fn(starts)))
    }

    /// Adds to `likely` those of the positions, counted from `base`, around which stands what the
    /// keywords with that anchor have in common. Three of four are turned down here, without a
    /// branch, where the exact check takes one that the processor guesses wrongly.
    #[inline(always)]
    pub fn keep_likely(
        &self,
        haystack: &[u8],
        base: usize,
        kept: &Positions,
        likely: &mut Positions,
    ) {
        likely.clear();
        likely.push_those(kept.as_slice(), |position| {
            self.is_likely(haystack, base + position) | self.has_tiny
        });
    }

    #[inline(always)]
    fn is_likely(&self, haystack: &[u8], at: usize) -> bool {
        let around = at.checked_sub(BYTES_BEFORE).and_then(|from| haystack.get(from..));
        let around = around.and_then(|bytes| bytes.first_chunk::<AROUND_BYTES>());
        // At either end of the haystack the exact check must do.
        let Some(around) = around.map(|bytes| u64::from_le_bytes(*bytes)) else { return true };
        let slot = &self.arounds[self.slot((around >> (8 * BYTES_BEFORE)) as u32)];
        around & slot.mask == slot.bits
    }

    /// Reports the keywords whose anchor is at `position`, by their position in the list, those of
    /// one and two bytes after the others.
    pub fn hits_at(&self, haystack: &[u8], position: usize, on_hit: &mut dyn FnMut(Hit)) {
        let Some(rest @ [first, ..]) = haystack.get(position..) else { return };
        let slot = self.slots[self.slot(gram_at(rest, 0).unwrap_or_else(|| padded(rest)))];
        let anchored = &self.entries[slot.from as usize..slot.to as usize];
        for entry in anchored.iter().chain(&self.tiny[usize::from(first | 0x20)]) {
            if let Some(hit) = self.hit(entry, haystack, position) {
                on_hit(hit);
            }
        }
    }

    #[inline]
    fn hit(&self, entry: &Entry, haystack: &[u8], position: usize) -> Option<Hit> {
        let start = position.checked_sub(entry.back as usize)?;
        let is_within_word = entry.begins_word && start > 0 && is_word(haystack[start - 1]);
        let is_hit = !is_within_word && self.is_before(entry, &haystack[start..]);
        let end = start + entry.len as usize;
        is_hit.then_some(Hit { start, end, keyword: entry.keyword as usize })
    }

    /// Whether the haystack goes on with the keyword.
    #[inline]
    fn is_before(&self, entry: &Entry, haystack: &[u8]) -> bool {
        let (len, text) = (entry.len as usize, self.text(entry));
        let is_whole = match haystack.first_chunk::<HEAD_BYTES>() {
            Some(head) if u128::from_le_bytes(*head) & entry.head_mask != entry.head_bits => {
                return false;
            }
            Some(_) => len <= HEAD_BYTES,
            None => false,
        };
        is_whole
            || haystack.get(..len).is_some_and(|found| {
                if entry.ignore_case { found.eq_ignore_ascii_case(text) } else { found == text }
            })
    }
}

impl Entry {
    fn new(keyword: &Keyword, anchor: Anchor, text: u32) -> Self {
        let byte_at = |offset: usize| keyword.text.as_bytes().get(offset).copied();
        let (mask, bits) = masked(byte_at, keyword.ignore_case);
        Self {
            keyword: narrow(anchor.keyword),
            text,
            len: narrow(keyword.text.len()),
            back: narrow(anchor.offset),
            ignore_case: keyword.ignore_case,
            begins_word: keyword.begins_word,
            head_mask: u128::from_le_bytes(mask),
            head_bits: u128::from_le_bytes(bits),
        }
    }
}

/// Which bits must be what, of bytes of which some may be anything. Both cases of a letter differ in
/// one bit, and no other byte has all the rest.
fn masked<const N: usize>(
    byte_at: impl Fn(usize) -> Option<u8>,
    ignore_case: bool,
) -> ([u8; N], [u8; N]) {
    let (mut mask, mut bits) = ([0; N], [0; N]);
    for (index, (mask, bits)) in mask.iter_mut().zip(&mut bits).enumerate() {
        if let Some(byte) = byte_at(index) {
            *mask = if ignore_case && byte.is_ascii_alphabetic() { !0x20 } else { !0 };
            *bits = byte & *mask;
        }
    }
    (mask, bits)
}

impl Around {
    /// What no bytes have.
    const NONE: Self = Self { mask: 0, bits: 1 };

    fn common(self, other: Self) -> Self {
        let mask = self.mask & other.mask & !(self.bits ^ other.bits);
        Self { mask, bits: self.bits & mask }
    }
}

/// Where each keyword begins if they stand one behind the other.
fn text_starts(keywords: &[Keyword]) -> Vec<u32> {
    let mut end = 0;
    let starts = keywords.iter().map(|keyword| {
        end += keyword.text.len();
        narrow(end - keyword.text.len())
    });
    starts.collect()
}

/// The gram at the end of a haystack, zeros behind it.
fn padded(rest: &[u8]) -> u32 {
    rest.iter().rev().fold(0, |gram, byte| gram << 8 | u32::from(*byte))
}

fn narrow(number: usize) -> u32 {
    u32::try_from(number).expect("the keywords of all rules are less than 4 GB")
}

const _: () = assert!(GRAM_BYTES == size_of::<u32>() && AROUND_BYTES == size_of::<u64>());
