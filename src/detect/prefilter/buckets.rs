//! Spreads the anchors over buckets so that few bytes of common text pass. A bucket accepts at each
//! of its four positions a set of low and a set of high halves of bytes; every anchor that joins
//! widens these sets, so anchors that resemble each other should share one. Greedy, with a few
//! rounds of second thoughts: the best spread is not needed, only a good one in milliseconds.

use crate::detect::prefilter::anchor::GRAM_BYTES;
use crate::detect::prefilter::frequency::share;

/// Buckets of one set: the bits of a byte.
pub const SET_BUCKETS: usize = 8;
/// Without any, twice as many positions were marked; more than three gained nothing.
const ROUNDS: usize = 3;

/// For each position, for the low and the high half of a byte: which buckets accept it.
pub type Set = [[[u8; 16]; 2]; GRAM_BYTES];

/// The bytes that are accepted at one position, as far as halves of bytes can tell: every
/// combination of one of the low and one of the high halves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cell {
    low: u16,
    high: u16,
}

/// What is accepted at each position.
pub type Shape = [Cell; GRAM_BYTES];

/// The shape of an anchor of one to four bytes; behind a shorter one anything may follow.
pub fn shape(anchor: &[u8], ignore_case: bool) -> Shape {
    std::array::from_fn(|position| match anchor.get(position) {
        Some(byte) if ignore_case => {
            Cell::of(byte.to_ascii_lowercase()).or(Cell::of(byte.to_ascii_uppercase()))
        }
        Some(byte) => Cell::of(*byte),
        None => Cell { low: !0, high: !0 },
    })
}

impl Cell {
    fn of(byte: u8) -> Self {
        Self { low: 1 << (byte & 15), high: 1 << (byte >> 4) }
    }

    fn or(self, other: Self) -> Self {
        Self { low: self.low | other.low, high: self.high | other.high }
    }
}

/// The tables for these shapes, in so many sets.
pub fn spread(shapes: &[Shape], n_sets: usize) -> Vec<Set> {
    let shares = Shares::new();
    let mut items = families(shapes);
    items.sort_by(|a, b| shares.of_shape(b).total_cmp(&shares.of_shape(a)));
    let mut buckets = vec![Bucket::default(); n_sets * SET_BUCKETS];
    let mut homes: Vec<usize> = Vec::with_capacity(items.len());
    for item in &items {
        homes.push(settle(&mut buckets, item, &shares));
    }
    for _ in 0..ROUNDS {
        for (item, home) in items.iter().zip(&mut homes) {
            buckets[*home].remove(item, &shares);
            *home = settle(&mut buckets, item, &shares);
        }
    }
    tables(&buckets)
}

/// Shapes that differ in the last position only are one: `hf_a`, `hf_b` and so on would not be
/// parted anyhow, and there may be hundreds.
fn families(shapes: &[Shape]) -> Vec<Shape> {
    let mut shapes = shapes.to_vec();
    shapes.sort_unstable();
    shapes.dedup();
    let same = |a: &Shape, b: &Shape| a[..3] == b[..3];
    shapes
        .chunk_by(same)
        .map(|family| {
            let last = family.iter().fold(Cell::default(), |all, shape| all.or(shape[3]));
            [family[0][0], family[0][1], family[0][2], last]
        })
        .collect()
}

/// Puts the item where it adds least, and tells where.
fn settle(buckets: &mut [Bucket], item: &Shape, shares: &Shares) -> usize {
    let mut best = (f32::INFINITY, 0, Bucket::default().shares);
    for (index, bucket) in buckets.iter().enumerate() {
        let widened = bucket.shares_with(item, shares);
        let added = widened.iter().product::<f32>() - bucket.share;
        if added < best.0 {
            best = (added, index, widened);
        }
    }
    let (_, index, widened) = best;
    buckets[index].add(item, widened);
    index
}

/// The anchors of one bucket.
#[derive(Clone, Default)]
struct Bucket {
    shape: Shape,
    /// How many anchors ask for each half, so that one can be taken out again.
    counts: [[[u16; 16]; 2]; GRAM_BYTES],
    shares: [f32; GRAM_BYTES],
    share: f32,
}

impl Bucket {
    fn shares_with(&self, item: &Shape, shares: &Shares) -> [f32; GRAM_BYTES] {
        std::array::from_fn(|position| {
            let (mine, widened) = (self.shape[position], self.shape[position].or(item[position]));
            if mine == widened { self.shares[position] } else { shares.of(widened) }
        })
    }

    fn add(&mut self, item: &Shape, shares: [f32; GRAM_BYTES]) {
        for (position, cell) in item.iter().enumerate() {
            self.shape[position] = self.shape[position].or(*cell);
            bits(cell.low).for_each(|half| self.counts[position][0][half] += 1);
            bits(cell.high).for_each(|half| self.counts[position][1][half] += 1);
        }
        self.shares = shares;
        self.share = shares.iter().product();
    }

    fn remove(&mut self, item: &Shape, shares: &Shares) {
        for (position, cell) in item.iter().enumerate() {
            let [low, high] = &mut self.counts[position];
            let left = Cell { low: without(low, cell.low), high: without(high, cell.high) };
            if left != self.shape[position] {
                self.shape[position] = left;
                self.shares[position] = shares.of(left);
            }
        }
        self.share = self.shares.iter().product();
    }
}

/// Takes one of each half away and tells which are left.
fn without(counts: &mut [u16; 16], halves: u16) -> u16 {
    bits(halves).for_each(|half| counts[half] -= 1);
    (0..16).filter(|half| counts[*half] > 0).fold(0, |left, half| left | 1 << half)
}

fn bits(halves: u16) -> impl Iterator<Item = usize> {
    (0..16).filter(move |half| halves >> half & 1 == 1)
}

fn tables(buckets: &[Bucket]) -> Vec<Set> {
    let mut sets = vec![Set::default(); buckets.len() / SET_BUCKETS];
    for (index, bucket) in buckets.iter().enumerate() {
        let (set, bit) = (&mut sets[index / SET_BUCKETS], 1 << (index % SET_BUCKETS));
        for (tables, cell) in set.iter_mut().zip(bucket.shape) {
            bits(cell.low).for_each(|half| tables[0][half] |= bit);
            bits(cell.high).for_each(|half| tables[1][half] |= bit);
        }
    }
    sets
}

/// The share of the bytes with one high half and any of eight low halves: sums made once, since
/// they are asked for some hundred thousand times.
struct Shares {
    of_halves: Vec<[[f32; 256]; 2]>,
}

impl Shares {
    fn new() -> Self {
        let sums = |high: u8, base: u8| {
            let mut sums = [0.0; 256];
            for lows in 1..256_usize {
                let first = lows.trailing_zeros();
                let byte = high << 4 | (base + u8::try_from(first).expect("below 8"));
                sums[lows] = sums[lows & (lows - 1)] + share(byte);
            }
            sums
        };
        Self { of_halves: (0..16).map(|high| [sums(high, 0), sums(high, 8)]).collect() }
    }

    fn of(&self, cell: Cell) -> f32 {
        let [below, above] = cell.low.to_le_bytes().map(usize::from);
        bits(cell.high)
            .map(|high| self.of_halves[high][0][below] + self.of_halves[high][1][above])
            .sum()
    }

    fn of_shape(&self, shape: &Shape) -> f32 {
        shape.iter().map(|cell| self.of(*cell)).product()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether any bucket accepts all four bytes.
    fn is_accepted(sets: &[Set], bytes: [u8; GRAM_BYTES]) -> bool {
        let accepts = |set: &Set| {
            let tables = set.iter().zip(bytes);
            tables.fold(u8::MAX, |buckets, ([low, high], byte)| {
                buckets & low[usize::from(byte & 15)] & high[usize::from(byte >> 4)]
            })
        };
        sets.iter().any(|set| accepts(set) != 0)
    }

    #[test]
    fn every_anchor_is_accepted_in_every_case_that_counts() {
        let texts: Vec<[u8; 4]> =
            (0..3000_u32).map(|n| n.wrapping_mul(0x9e37_79b1).to_le_bytes()).collect();
        for n_sets in 1..=4 {
            let shapes: Vec<_> = texts.iter().map(|text| shape(text, text[0] % 2 == 0)).collect();
            let sets = spread(&shapes, n_sets);
            for text in &texts {
                assert!(is_accepted(&sets, *text));
                let is_folded = text[0] % 2 == 0;
                assert!(!is_folded || is_accepted(&sets, text.map(|it| it.to_ascii_uppercase())));
                assert!(!is_folded || is_accepted(&sets, text.map(|it| it.to_ascii_lowercase())));
            }
        }
    }

    #[test]
    fn a_few_anchors_accept_nothing_else() {
        let sets = spread(&[shape(b"AKIA", false), shape(b"ghp_", true)], 1);
        assert!(is_accepted(&sets, *b"AKIA") && is_accepted(&sets, *b"GhP_"));
        assert!(!is_accepted(&sets, *b"akia") && !is_accepted(&sets, *b"AKI_"));
    }

    #[test]
    fn behind_a_short_anchor_anything_may_follow() {
        let sets = spread(&[shape(b"$1$", false)], 2);
        assert!((0..=u8::MAX).all(|last| is_accepted(&sets, [b'$', b'1', b'$', last])));
    }
}
