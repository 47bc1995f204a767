//! The fast prefilter: a vectorised look at every byte, a bitmap for what is left, and an exact
//! check of what is left then. Nothing is lost: each step lets too much through, never too little.
//!
//! Hits come in the order of their anchors, which stand anywhere in the keywords, so neither by
//! beginning nor by end. The same keywords and bytes give the same order on every [`Path`].

use std::cell::Cell;

use crate::detect::prefilter::anchor::{Anchor, GRAM_BYTES, LONG_BYTES_MIN, STRIDE, anchors};
use crate::detect::prefilter::buckets::{Shape, shape, spread};
use crate::detect::prefilter::frequency::Common;
use crate::detect::prefilter::index::Index;
use crate::detect::prefilter::sieve::{BLOCK_BYTES, CHUNK_BYTES, Sieve};
use crate::detect::prefilter::simd::{Kernel, Path, Scratch};
use crate::detect::prefilter::{Hit, Keyword, Prefilter};

/// [`Prefilter`] by anchors of four bytes.
pub struct Grams {
    kernel: Kernel,
    short: Index,
    long: Index,
}

/// With more, marks are fewer by less than the shuffles cost.
const N_SETS: usize = 2;

thread_local! {
    /// Kept, since clearing it took longer than to look through a line of text.
    static SCRATCH: Cell<Option<Box<Scratch>>> = const { Cell::new(None) };
}

/// What may be chosen otherwise than by default, for measurements.
#[derive(Clone, Copy, Debug)]
pub struct Tuning {
    /// The instructions.
    pub path: Path,
    /// How many sets of eight buckets.
    pub n_sets: usize,
    /// From which length on a keyword is long.
    pub long_bytes_min: usize,
}

/// How much was left after each step.
#[derive(Clone, Copy, Debug, Default)]
pub struct Work {
    /// Positions that the vectorised look let through.
    pub n_marked: usize,
    /// Positions that the bitmap of the short keywords let through.
    pub n_kept_short: usize,
    /// Positions that the bitmap of the long keywords let through.
    pub n_kept_long: usize,
    /// Positions around which a keyword is likely.
    pub n_likely: usize,
}

impl Grams {
    /// With the best instructions of this machine.
    pub fn new(keywords: &[Keyword]) -> Self {
        Self::with_path(keywords, Path::best())
    }

    /// With these instructions.
    pub fn with_path(keywords: &[Keyword], path: Path) -> Self {
        Self::tuned(keywords, Tuning { path, n_sets: N_SETS, long_bytes_min: LONG_BYTES_MIN })
    }

    /// As told.
    pub fn tuned(keywords: &[Keyword], tuning: Tuning) -> Self {
        let common = Common::new();
        let long_bytes_min = tuning.long_bytes_min.max(LONG_BYTES_MIN);
        let is_long = |keyword: &Keyword| keyword.text.len() >= long_bytes_min;
        let short_anchors = anchors(keywords, 1, &common, |keyword| !is_long(keyword));
        let long_anchors = anchors(keywords, STRIDE, &common, is_long);
        let short = Index::new(keywords, &short_anchors);
        let long = Index::new(keywords, &long_anchors);
        let shape =
            |anchor: &Anchor| shape(anchor.text(keywords), keywords[anchor.keyword].ignore_case);
        let shapes: Vec<Shape> = short_anchors.iter().map(shape).collect();
        let near = (!shapes.is_empty())
            .then(|| (spread(&shapes, tuning.n_sets), sieve(keywords, &short_anchors, &short)));
        let far = (!long_anchors.is_empty()).then(|| sieve(keywords, &long_anchors, &long));
        Self { kernel: Kernel::new(tuning.path, near, far), short, long }
    }

    /// The instructions in use.
    pub fn path(&self) -> Path {
        self.kernel.path()
    }

    /// How much each step lets through.
    pub fn work(&self, haystack: &[u8]) -> Work {
        let mut work = Work::default();
        self.each_look(haystack, &mut |base, scratch| {
            let Scratch { marked, kept_short, kept_long, .. } = scratch;
            work.n_marked += marked.as_slice().len();
            work.n_kept_short += kept_short.as_slice().len();
            work.n_kept_long += kept_long.as_slice().len();
            self.short.keep_likely(haystack, base, kept_short, marked);
            work.n_likely += marked.as_slice().len();
            self.long.keep_likely(haystack, base, kept_long, marked);
            work.n_likely += marked.as_slice().len();
        });
        work
    }

    /// Looks at the haystack chunk by chunk: where each begins, and what may be an anchor in it.
    #[inline(always)]
    fn each_look(&self, haystack: &[u8], on_look: &mut impl FnMut(usize, &mut Scratch)) {
        // Taken out, not borrowed: whoever gets a hit may look for more.
        let mut scratch = SCRATCH.take().unwrap_or_default();
        let n_whole = haystack.len().saturating_sub(GRAM_BYTES - 1) / BLOCK_BYTES * BLOCK_BYTES;
        for from in (0..n_whole).step_by(CHUNK_BYTES) {
            let to = n_whole.min(from + CHUNK_BYTES);
            self.kernel.look(&haystack[from..to + GRAM_BYTES - 1], &mut scratch);
            on_look(from, &mut scratch);
        }
        // The rest is copied to where zeros follow it, for want of bytes to fill a block with.
        let rest = &haystack[n_whole..];
        let mut padded = [0; 2 * BLOCK_BYTES + GRAM_BYTES - 1];
        padded[..rest.len()].copy_from_slice(rest);
        self.kernel.look(&padded, &mut scratch);
        on_look(n_whole, &mut scratch);
        SCRATCH.set(Some(scratch));
    }
}

fn sieve(keywords: &[Keyword], anchors: &[Anchor], index: &Index) -> Sieve {
    Sieve::new(anchors.iter().flat_map(|anchor| anchor.grams(keywords)), index.tiny_starts())
}

impl Prefilter for Grams {
    fn hits(&self, haystack: &[u8], on_hit: &mut dyn FnMut(Hit)) {
        self.each_look(haystack, &mut |base, scratch| {
            let Scratch { marked: likely, kept_short, kept_long, .. } = scratch;
            for (index, kept) in [(&self.short, kept_short), (&self.long, kept_long)] {
                index.keep_likely(haystack, base, kept, likely);
                for position in likely.as_slice() {
                    index.hits_at(haystack, base + usize::from(*position), on_hit);
                }
            }
        });
    }
}
