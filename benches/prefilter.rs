//! How fast the keywords of all built-in rules are looked for, by each set of instructions that
//! this machine has. Beside it the automaton, and one literal by `memmem`, in the same run: what
//! the memory and this machine allow.

use credreach::detect::engine::Engine;
use credreach::detect::prefilter::{AhoCorasickPrefilter, Grams, Keyword, Path, Prefilter};
use credreach::rules::{builtin_files, load};
use divan::counter::BytesCount;
use divan::{Bencher, black_box};

#[path = "support/corpus.rs"]
mod corpus;

const CORPUS_BYTES: usize = 16 << 20;

fn main() {
    divan::main();
}

/// The keywords as the engine hands them to its prefilter.
fn keywords() -> Vec<Keyword> {
    let rules = load(vec![builtin_files()]).expect("the built-in rules are whole");
    let mut taken = Vec::new();
    Engine::with_prefilter(&rules, |keywords| {
        taken = keywords.to_vec();
        Box::new(AhoCorasickPrefilter::new(&[]))
    });
    taken
}

fn n_hits(prefilter: &dyn Prefilter, haystack: &[u8]) -> u64 {
    let mut n_hits = 0;
    prefilter.hits(haystack, &mut |_| n_hits += 1);
    n_hits
}

#[divan::bench(sample_count = 20, sample_size = 1)]
fn all_keywords_by_aho_corasick(bencher: Bencher<'_, '_>) {
    let corpus = corpus::corpus(CORPUS_BYTES, 1);
    let prefilter = AhoCorasickPrefilter::new(&keywords());
    bencher
        .counter(BytesCount::of_str(&corpus))
        .bench_local(|| n_hits(&prefilter, black_box(corpus.as_bytes())));
}

/// Instructions that this machine lacks are measured as the portable ones.
#[divan::bench(sample_count = 20, sample_size = 1, args = Path::ALL)]
fn all_keywords_by_grams(bencher: Bencher<'_, '_>, path: Path) {
    let corpus = corpus::corpus(CORPUS_BYTES, 1);
    let prefilter = Grams::with_path(&keywords(), path);
    bencher
        .counter(BytesCount::of_str(&corpus))
        .bench_local(|| n_hits(&prefilter, black_box(corpus.as_bytes())));
}

#[divan::bench(sample_count = 20, sample_size = 1)]
fn building_grams(bencher: Bencher<'_, '_>) {
    let keywords = keywords();
    bencher.bench_local(|| Grams::new(black_box(&keywords)));
}

/// Nearly every byte of this text leads nowhere.
#[divan::bench(sample_count = 20, sample_size = 1)]
fn all_keywords_by_aho_corasick_in_digits(bencher: Bencher<'_, '_>) {
    let corpus = "0123456789".repeat(CORPUS_BYTES / 10);
    let prefilter = AhoCorasickPrefilter::new(&keywords());
    bencher
        .counter(BytesCount::of_str(&corpus))
        .bench_local(|| n_hits(&prefilter, black_box(corpus.as_bytes())));
}

#[divan::bench(sample_count = 20, sample_size = 1)]
fn one_literal_by_memmem(bencher: Bencher<'_, '_>) {
    let corpus = corpus::corpus(CORPUS_BYTES, 1);
    let finder = memchr::memmem::Finder::new("AKIA");
    bencher
        .counter(BytesCount::of_str(&corpus))
        .bench_local(|| finder.find_iter(black_box(corpus.as_bytes())).count());
}
