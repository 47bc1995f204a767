//! A bitmap over hashes of four bytes, letter case folded. It says no to nearly all texts that are
//! no anchor, without a branch. It says yes to some that are none: `index` is exact.

use crate::detect::prefilter::anchor::{GRAM_BYTES, STRIDE};

/// How many positions one word of marks covers.
pub const BLOCK_BYTES: usize = 64;
/// The bytes of a block, and those that an anchor at its end needs.
pub type Block = [u8; BLOCK_BYTES + GRAM_BYTES - 1];
/// How many positions are looked at before what was found is looked at again. The bytes are then
/// still in the first-level cache.
pub const CHUNK_BYTES: usize = 2048;

/// 16 KiB: half of a first-level cache is left for the rest.
const BITS_LOG2: u32 = 17;
const N_WORDS: usize = 1 << (BITS_LOG2 - 5);
/// What a folded text is multiplied with.
const HASH_FACTOR: u32 = 0x9e37_79b1;
/// Set in both cases of a letter, and in other bytes too: to be folded, a byte is or'ed with it.
const FOLD: u32 = 0x2020_2020;
/// Positions are taken from a word of marks in such steps, so that few branches depend on them.
const STEP: usize = 4;

/// Positions in a chunk.
pub struct Positions {
    positions: [u16; CHUNK_BYTES + STEP],
    len: usize,
}

impl Positions {
    pub fn new() -> Self {
        Self { positions: [0; CHUNK_BYTES + STEP], len: 0 }
    }

    pub fn clear(&mut self) {
        self.len = 0;
    }

    pub fn as_slice(&self) -> &[u16] {
        &self.positions[..self.len]
    }

    /// Adds a position for each set bit: `first` for the lowest, and so on by `stride`.
    #[inline(always)]
    pub fn push_marks(&mut self, first: usize, stride: usize, mut marks: u64) {
        let (mut from, end) = (self.len, self.len + marks.count_ones() as usize);
        loop {
            for slot in &mut self.positions[from..from + STEP] {
                *slot = (first + stride * marks.trailing_zeros() as usize) as u16;
                marks &= marks.wrapping_sub(1);
            }
            from += STEP;
            if from >= end {
                break;
            }
        }
        self.len = end;
    }

    /// Adds those of the positions that are to be kept, at most a chunk of them, without a branch.
    #[inline(always)]
    pub fn push_those(&mut self, positions: &[u16], is_kept: impl Fn(usize) -> bool) {
        // A variable, as a field would go through memory for each position.
        let mut len = self.len;
        for position in positions {
            self.positions[len & (CHUNK_BYTES - 1)] = *position;
            len += usize::from(is_kept(usize::from(*position)));
        }
        self.len = len;
    }
}

/// Which texts of four bytes may be anchors.
pub struct Sieve {
    words: Box<[u32; N_WORDS]>,
    /// Whether a keyword of one or two bytes begins with the byte.
    tiny_starts: Option<Box<[bool; 256]>>,
}

impl Sieve {
    pub fn new(grams: impl Iterator<Item = u32>, tiny_starts: Option<Box<[bool; 256]>>) -> Self {
        let mut words = Box::new([0; N_WORDS]);
        for (word, bit) in grams.map(|gram| place(hash(gram))) {
            words[word] |= 1 << bit;
        }
        Self { words, tiny_starts }
    }

    /// A mark for every position in the block that may be an anchor.
    pub fn marks(&self, block: &Block) -> u64 {
        let bits = std::array::from_fn::<_, BLOCK_BYTES, _>(|at| {
            self.bit_of(hash(u32::from_le_bytes(gram_in(block, at))))
        });
        let Some(starts) = self.tiny_starts.as_deref() else { return marks_of_bits(&bits) };
        let tiny =
            std::array::from_fn::<_, BLOCK_BYTES, _>(|at| u8::from(starts[usize::from(block[at])]));
        marks_of_bits(&bits) | marks_of_bits(&tiny)
    }

    /// For each hash the bit that it stands for, in the order of the positions. Bytes first and marks
    /// later, since that way the compiler shifts eight words at once. Without regard to keywords of one and two bytes.
    #[inline(always)]
    pub fn look_up(&self, [even, odd]: &Hashes, bits: &mut Bits) {
        for index in 0..BLOCK_BYTES / 4 {
            bits[2 * index] = self.bit_of(even[index]);
            bits[2 * index + 1] = self.bit_of(odd[index]);
        }
    }

    /// Adds to `kept` those of the positions that may be anchors.
    #[inline(always)]
    pub fn keep(&self, bytes: &[u8], positions: &Positions, kept: &mut Positions) {
        kept.push_those(positions.as_slice(), |position| {
            self.holds(gram_at(bytes, position).unwrap_or_default())
        });
    }

    #[inline(always)]
    fn holds(&self, gram: u32) -> bool {
        let is_tiny = |starts: &[bool; 256]| starts[(gram & 0xff) as usize];
        (self.bit_of(hash(gram)) & 1 == 1) | self.tiny_starts.as_deref().is_some_and(is_tiny)
    }

    /// The bit that stands for this hash, with others above it.
    #[inline(always)]
    fn bit_of(&self, hash: u32) -> u8 {
        let (word, bit) = place(hash);
        (self.words[word] >> bit) as u8
    }
}

/// For each of the hashes of a block a byte, of which only the lowest bit counts.
pub type Bits = [u8; BLOCK_BYTES / STRIDE];

/// The lowest bits of all bytes, at most 64 of them, side by side.
#[inline(always)]
pub fn marks_of_bits(bits: &[u8]) -> u64 {
    let (eights, _) = bits.as_chunks();
    eights.iter().rev().fold(0, |marks, eight| {
        let lowest = u64::from_le_bytes(*eight) & 0x0101_0101_0101_0101;
        // Moves the bit of each byte to a place of its own in the uppermost byte.
        marks << 8 | lowest.wrapping_mul(0x0102_0408_1020_4080) >> 56
    })
}

/// The hashes of every other text of four bytes in a block: of those whose offset is a multiple of
/// four, and of those between them. Each half is one load of a vector.
pub type Hashes = [[u32; BLOCK_BYTES / 4]; STRIDE];

/// The hashes of a block. Simple enough for the compiler to make vectors of it.
#[inline(always)]
pub fn hashes(block: &Block, hashes: &mut Hashes) {
    for (half, hashes) in hashes.iter_mut().enumerate() {
        for (index, slot) in hashes.iter_mut().enumerate() {
            *slot = hash(u32::from_le_bytes(gram_in(block, 4 * index + 2 * half)));
        }
    }
}

#[inline(always)]
fn gram_in(block: &Block, at: usize) -> [u8; GRAM_BYTES] {
    [block[at], block[at + 1], block[at + 2], block[at + 3]]
}

/// The four bytes at an offset.
#[inline(always)]
pub fn gram_at(bytes: &[u8], offset: usize) -> Option<u32> {
    let gram = bytes.get(offset..)?.first_chunk::<GRAM_BYTES>()?;
    Some(u32::from_le_bytes(*gram))
}

/// A number whose upper bits depend on all bits of the text, and not on the case of letters.
#[inline(always)]
pub const fn hash(gram: u32) -> u32 {
    (gram | FOLD).wrapping_mul(HASH_FACTOR)
}

/// The word of the bitmap, and the bit in it.
#[inline(always)]
const fn place(hash: u32) -> (usize, u32) {
    ((hash >> (37 - BITS_LOG2)) as usize, hash >> (32 - BITS_LOG2) & 31)
}

const _: () = assert!(CHUNK_BYTES.is_power_of_two() && CHUNK_BYTES <= 1 << 16);
const _: () = assert!(CHUNK_BYTES.is_multiple_of(BLOCK_BYTES));
const _: () = assert!(STRIDE == 2);
