//! The look at every byte. Short keywords: each of the next four bytes is split into halves, a
//! shuffle looks up which buckets accept each half, and where a bucket accepts all eight of them a
//! mark is set; marked positions are looked up in a bitmap. Long keywords: every other position is
//! looked up in a bitmap, without further ado.
//!
//! The only file of the prefilter with `unsafe` in it, and that for two reasons: a vector is loaded
//! through a pointer, and an instruction may be used only where the processor has it. The faces are
//! safe: lengths are checked, and a [`Kernel`] has asked the processor. Nothing is read outside the
//! slices, and no byte that was read becomes an index that is not checked, so bytes that change
//! meanwhile, as those of a mapped file may, do no more than move marks.
#![allow(unsafe_code)]

use crate::detect::prefilter::anchor::{GRAM_BYTES, STRIDE};
use crate::detect::prefilter::buckets::Set;
use crate::detect::prefilter::sieve::{
    BLOCK_BYTES, Bits, Block, CHUNK_BYTES, Hashes, Positions, Sieve, hashes, marks_of_bits,
};

const CHUNK_BLOCKS: usize = CHUNK_BYTES / BLOCK_BYTES;

/// The instructions that are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Path {
    /// No shuffles: the bitmap is asked for every position.
    Portable,
    /// 16 bytes at a time, on 64-bit ARM.
    Neon,
    /// 32 bytes at a time, on x86-64.
    Avx2,
    /// 64 bytes at a time, on x86-64.
    Avx512,
}

impl Path {
    /// All of them, whether or not this machine has them; better ones later.
    pub const ALL: [Self; 4] = [Self::Portable, Self::Neon, Self::Avx2, Self::Avx512];

    /// The best one that this machine has.
    pub fn best() -> Self {
        let here = Self::ALL.into_iter().rev().find(|path| path.is_here());
        here.unwrap_or(Self::Portable)
    }

    /// Whether this machine has the instructions.
    pub fn is_here(self) -> bool {
        match self {
            Self::Portable => true,
            #[cfg(target_arch = "aarch64")]
            Self::Neon => std::arch::is_aarch64_feature_detected!("neon"),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => x86_64::is_avx2_here(),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => x86_64::is_avx2_here() && is_x86_feature_detected!("avx512bw"),
            #[allow(unreachable_patterns, reason = "which are left depends on the target")]
            _ => false,
        }
    }
}

/// What is looked for, and by which instructions.
pub struct Kernel {
    /// One that this machine has.
    path: Path,
    /// None if there are no short keywords.
    short: Option<(Vec<Set>, Sieve)>,
    /// None if there are no long keywords.
    long: Option<Sieve>,
}

/// What one chunk needs.
pub struct Scratch {
    marks: [u64; CHUNK_BLOCKS],
    hashes: [Hashes; CHUNK_BLOCKS],
    bits: [Bits; CHUNK_BLOCKS],
    /// The positions that were marked. Free for other use after a look.
    pub marked: Positions,
    /// The positions that may be anchors of short keywords.
    pub kept_short: Positions,
    /// The positions that may be anchors of long keywords.
    pub kept_long: Positions,
}

impl Default for Scratch {
    fn default() -> Self {
        Self {
            marks: [0; CHUNK_BLOCKS],
            hashes: [Hashes::default(); CHUNK_BLOCKS],
            bits: [Bits::default(); CHUNK_BLOCKS],
            marked: Positions::new(),
            kept_short: Positions::new(),
            kept_long: Positions::new(),
        }
    }
}

impl Kernel {
    /// A path that this machine lacks becomes the portable one.
    pub fn new(path: Path, short: Option<(Vec<Set>, Sieve)>, long: Option<Sieve>) -> Self {
        Self { path: if path.is_here() { path } else { Path::Portable }, short, long }
    }

    pub fn path(&self) -> Path {
        self.path
    }

    /// Finds the positions in whole blocks that may be anchors. `bytes` are these blocks, at most a
    /// chunk of them, and three bytes more.
    pub fn look(&self, bytes: &[u8], scratch: &mut Scratch) {
        let n_positions = bytes.len() - (GRAM_BYTES - 1);
        assert!(n_positions.is_multiple_of(BLOCK_BYTES) && n_positions <= CHUNK_BYTES);
        scratch.marked.clear();
        scratch.kept_short.clear();
        scratch.kept_long.clear();
        match self.path {
            #[cfg(target_arch = "aarch64")]
            // SAFETY: `new` asked the processor whether it has the instructions.
            Path::Neon => unsafe { aarch64::look(self, bytes, scratch) },
            #[cfg(target_arch = "x86_64")]
            // SAFETY: as above.
            Path::Avx2 => unsafe { x86_64::look_avx2(self, bytes, scratch) },
            #[cfg(target_arch = "x86_64")]
            // SAFETY: as above.
            Path::Avx512 => unsafe { x86_64::look_avx512(self, bytes, scratch) },
            _ => self.look_portably(bytes, scratch),
        }
    }

    fn look_portably(&self, bytes: &[u8], scratch: &mut Scratch) {
        if let Some((_, sieve)) = &self.short {
            for (index, block) in blocks(bytes).enumerate() {
                scratch.kept_short.push_marks(index * BLOCK_BYTES, 1, sieve.marks(block));
            }
        }
        self.look_far(bytes, scratch);
    }

    /// Looks for short keywords: by `mark`, and then by the bitmap.
    #[inline(always)]
    fn look_near(
        &self,
        bytes: &[u8],
        scratch: &mut Scratch,
        mark: impl FnOnce(&[Set], &mut [u64]),
    ) {
        let Some((sets, sieve)) = &self.short else { return };
        let marks = &mut scratch.marks[..bytes.len() / BLOCK_BYTES];
        mark(sets, marks);
        for (block, marks) in marks.iter().enumerate() {
            scratch.marked.push_marks(block * BLOCK_BYTES, 1, *marks);
        }
        sieve.keep(bytes, &scratch.marked, &mut scratch.kept_short);
    }

    /// Looks for long keywords. First all hashes, then all lookups: the compiler makes vectors of
    /// the former only where it does not see the latter.
    #[inline(always)]
    fn look_far(&self, bytes: &[u8], scratch: &mut Scratch) {
        let Some(sieve) = &self.long else { return };
        for (block, slots) in blocks(bytes).zip(&mut scratch.hashes) {
            hashes(block, slots);
        }
        let n_blocks = bytes.len() / BLOCK_BYTES;
        for (hashes, bits) in scratch.hashes[..n_blocks].iter().zip(&mut scratch.bits) {
            sieve.look_up(hashes, bits);
        }
        for (block, bits) in scratch.bits[..n_blocks].iter().enumerate() {
            scratch.kept_long.push_marks(block * BLOCK_BYTES, STRIDE, marks_of_bits(bits));
        }
    }
}

/// The blocks, each with the bytes that an anchor at its end needs.
#[inline(always)]
fn blocks(bytes: &[u8]) -> impl Iterator<Item = &Block> {
    bytes.windows(size_of::<Block>()).step_by(BLOCK_BYTES).filter_map(<[u8]>::first_chunk)
}

/// Calls a function with the number of sets as a constant, so that its loops are unrolled.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
macro_rules! with_n_sets {
    ($mark:ident, $sets:expr, $bytes:expr, $marks:expr) => {
        match $sets {
            [one] => $mark(&[*one], $bytes, $marks),
            [one, two] => $mark(&[*one, *two], $bytes, $marks),
            [one, two, three] => $mark(&[*one, *two, *three], $bytes, $marks),
            [one, two, three, four] => $mark(&[*one, *two, *three, *four], $bytes, $marks),
            _ => unreachable!("buckets are spread over one to four sets"),
        }
    };
}

#[cfg(target_arch = "x86_64")]
mod x86_64 {
    use std::arch::x86_64::*;

    use super::{BLOCK_BYTES, Block, GRAM_BYTES, Kernel, Scratch, Set, blocks};

    /// Beside AVX2 what every processor with it has: instructions to count and to take bits.
    pub fn is_avx2_here() -> bool {
        is_x86_feature_detected!("avx2")
            && is_x86_feature_detected!("bmi1")
            && is_x86_feature_detected!("bmi2")
            && is_x86_feature_detected!("popcnt")
    }

    #[target_feature(enable = "avx2,bmi1,bmi2,popcnt")]
    pub fn look_avx2(kernel: &Kernel, bytes: &[u8], scratch: &mut Scratch) {
        kernel.look_near(bytes, scratch, |sets, marks| {
            with_n_sets!(mark_avx2, sets, bytes, marks);
        });
        look_far(kernel, bytes, scratch);
    }

    #[target_feature(enable = "avx512bw,avx2,bmi1,bmi2,popcnt")]
    pub fn look_avx512(kernel: &Kernel, bytes: &[u8], scratch: &mut Scratch) {
        kernel.look_near(bytes, scratch, |sets, marks| {
            with_n_sets!(mark_avx512, sets, bytes, marks);
        });
        look_far(kernel, bytes, scratch);
    }

    /// Not inlined: for AVX-512 the compiler would make gathers of the lookups.
    #[target_feature(enable = "avx2,bmi1,bmi2,popcnt")]
    #[inline(never)]
    fn look_far(kernel: &Kernel, bytes: &[u8], scratch: &mut Scratch) {
        kernel.look_far(bytes, scratch);
    }

    #[target_feature(enable = "avx2,bmi1,bmi2,popcnt")]
    fn mark_avx2<const SETS: usize>(sets: &[Set; SETS], bytes: &[u8], marks: &mut [u64]) {
        for (marks, block) in marks.iter_mut().zip(blocks(bytes)) {
            let [low, high] = accepted_avx2(sets, block).map(|accepted| {
                let none = _mm256_cmpeq_epi8(accepted, _mm256_setzero_si256());
                u64::from(!_mm256_movemask_epi8(none).cast_unsigned())
            });
            *marks = high << 32 | low;
        }
    }

    /// For each position of either half of a block, buckets of any set that accept it.
    #[target_feature(enable = "avx2")]
    fn accepted_avx2<const SETS: usize>(sets: &[Set; SETS], block: &Block) -> [__m256i; 2] {
        let mut accepted = [[_mm256_set1_epi8(-1); 2]; SETS];
        for position in 0..GRAM_BYTES {
            let nibbles = [position, BLOCK_BYTES / 2 + position].map(|at| nibbles_avx2(block, at));
            for (accepted, set) in accepted.iter_mut().zip(sets) {
                let tables = set[position].each_ref().map(|table| table_avx2(table));
                for (accepted, nibbles) in accepted.iter_mut().zip(nibbles) {
                    let low = _mm256_shuffle_epi8(tables[0], nibbles[0]);
                    let high = _mm256_shuffle_epi8(tables[1], nibbles[1]);
                    *accepted = _mm256_and_si256(*accepted, _mm256_and_si256(low, high));
                }
            }
        }
        let any = |half: usize| {
            let sets = accepted.iter().map(|halves| halves[half]);
            sets.fold(_mm256_setzero_si256(), |any, set| _mm256_or_si256(any, set))
        };
        [any(0), any(1)]
    }

    /// The low and the high halves of 32 bytes.
    #[target_feature(enable = "avx2")]
    fn nibbles_avx2(block: &Block, from: usize) -> [__m256i; 2] {
        let bytes: &[u8; 32] = block[from..].first_chunk().expect("`from` is below 36");
        // SAFETY: the array has the 32 bytes that are read.
        let bytes = unsafe { _mm256_loadu_si256(bytes.as_ptr().cast()) };
        let half = _mm256_set1_epi8(15);
        [_mm256_and_si256(bytes, half), _mm256_and_si256(_mm256_srli_epi16::<4>(bytes), half)]
    }

    #[target_feature(enable = "avx2")]
    fn table_avx2(table: &[u8; 16]) -> __m256i {
        // SAFETY: the array has the 16 bytes that are read.
        let table = unsafe { _mm_loadu_si128(table.as_ptr().cast()) };
        _mm256_broadcastsi128_si256(table)
    }

    #[target_feature(enable = "avx512bw")]
    fn mark_avx512<const SETS: usize>(sets: &[Set; SETS], bytes: &[u8], marks: &mut [u64]) {
        for (marks, block) in marks.iter_mut().zip(blocks(bytes)) {
            let accepted = accepted_avx512(sets, block);
            *marks = _mm512_test_epi8_mask(accepted, accepted);
        }
    }

    /// For each position of a block, buckets of any set that accept it.
    #[target_feature(enable = "avx512bw")]
    fn accepted_avx512<const SETS: usize>(sets: &[Set; SETS], block: &Block) -> __m512i {
        let mut accepted = [_mm512_set1_epi8(-1); SETS];
        for position in 0..GRAM_BYTES {
            let nibbles = nibbles_avx512(block, position);
            for (accepted, set) in accepted.iter_mut().zip(sets) {
                let low = _mm512_shuffle_epi8(table_avx512(&set[position][0]), nibbles[0]);
                let high = _mm512_shuffle_epi8(table_avx512(&set[position][1]), nibbles[1]);
                *accepted = _mm512_and_si512(*accepted, _mm512_and_si512(low, high));
            }
        }
        accepted.into_iter().fold(_mm512_setzero_si512(), |any, set| _mm512_or_si512(any, set))
    }

    /// The low and the high halves of 64 bytes.
    #[target_feature(enable = "avx512bw")]
    fn nibbles_avx512(block: &Block, from: usize) -> [__m512i; 2] {
        let bytes: &[u8; 64] = block[from..].first_chunk().expect("`from` is below 4");
        // SAFETY: the array has the 64 bytes that are read.
        let bytes = unsafe { _mm512_loadu_si512(bytes.as_ptr().cast()) };
        let half = _mm512_set1_epi8(15);
        [_mm512_and_si512(bytes, half), _mm512_and_si512(_mm512_srli_epi16::<4>(bytes), half)]
    }

    #[target_feature(enable = "avx512bw")]
    fn table_avx512(table: &[u8; 16]) -> __m512i {
        // SAFETY: the array has the 16 bytes that are read.
        let table = unsafe { _mm_loadu_si128(table.as_ptr().cast()) };
        _mm512_broadcast_i32x4(table)
    }
}

#[cfg(target_arch = "aarch64")]
mod aarch64 {
    use std::arch::aarch64::*;

    use super::{Block, GRAM_BYTES, Kernel, Scratch, Set, blocks};

    #[target_feature(enable = "neon")]
    pub fn look(kernel: &Kernel, bytes: &[u8], scratch: &mut Scratch) {
        kernel.look_near(bytes, scratch, |sets, marks| {
            with_n_sets!(mark, sets, bytes, marks);
        });
        kernel.look_far(bytes, scratch);
    }

    #[target_feature(enable = "neon")]
    fn mark<const SETS: usize>(sets: &[Set; SETS], bytes: &[u8], marks: &mut [u64]) {
        for (marks, block) in marks.iter_mut().zip(blocks(bytes)) {
            *marks = bits([0, 16, 32, 48].map(|from| accepted(sets, block, from)));
        }
    }

    /// A bit for each byte that is not zero: of each byte one bit is left, and neighbours are added
    /// up three times.
    #[target_feature(enable = "neon")]
    fn bits(accepted: [uint8x16_t; 4]) -> u64 {
        let bit = table(&[1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128]);
        let [a, b, c, d] = accepted.map(|accepted| vandq_u8(vtstq_u8(accepted, accepted), bit));
        let halves = vpaddq_u8(vpaddq_u8(a, b), vpaddq_u8(c, d));
        vgetq_lane_u64::<0>(vreinterpretq_u64_u8(vpaddq_u8(halves, halves)))
    }

    /// For each of sixteen positions, buckets of any set that accept it.
    #[target_feature(enable = "neon")]
    fn accepted<const SETS: usize>(sets: &[Set; SETS], block: &Block, from: usize) -> uint8x16_t {
        let mut accepted = [vdupq_n_u8(u8::MAX); SETS];
        for position in 0..GRAM_BYTES {
            let [low, high] = nibbles(block, from + position);
            for (accepted, set) in accepted.iter_mut().zip(sets) {
                let low = vqtbl1q_u8(table(&set[position][0]), low);
                let high = vqtbl1q_u8(table(&set[position][1]), high);
                *accepted = vandq_u8(*accepted, vandq_u8(low, high));
            }
        }
        accepted.into_iter().fold(vdupq_n_u8(0), |any, set| vorrq_u8(any, set))
    }

    /// The low and the high halves of 16 bytes.
    #[target_feature(enable = "neon")]
    fn nibbles(block: &Block, from: usize) -> [uint8x16_t; 2] {
        let bytes = table(block[from..].first_chunk().expect("`from` is below 52"));
        [vandq_u8(bytes, vdupq_n_u8(15)), vshrq_n_u8::<4>(bytes)]
    }

    #[target_feature(enable = "neon")]
    fn table(bytes: &[u8; 16]) -> uint8x16_t {
        // SAFETY: the array has the 16 bytes that are read.
        unsafe { vld1q_u8(bytes.as_ptr()) }
    }
}
