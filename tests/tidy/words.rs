//! Words that may stand in few places, or in none.

use std::sync::LazyLock;

use regex::Regex;

use crate::bodies::body;
use crate::complaint::{Complaint, none};
use crate::lexer::Kind;
use crate::source::{Source, pattern, sources};

/// A word in code, where it may stand, and why not elsewhere.
struct Ban {
    pattern: &'static str,
    /// Beginnings of paths below `src/`.
    allowed: &'static [&'static str],
    /// Whether test code may.
    in_tests: bool,
    rule: &'static str,
}

const BANS: &[Ban] = &[
    Ban {
        pattern: r"\bunsafe\b",
        allowed: &["read/map.rs", "detect/prefilter/simd"],
        in_tests: false,
        rule: "`unsafe` stands in the mapping and in the SIMD prefilter only",
    },
    Ban {
        pattern: r"(?:\.|::)\s*expose\s*\(\s*\)|\bSecret::expose\b",
        allowed: &["vet/"],
        in_tests: false,
        rule: "the bytes of a secret are looked at in vet/ only",
    },
    Ban {
        pattern: r"\b(?:dbg|todo|unimplemented)!",
        allowed: &[],
        in_tests: false,
        rule: "left over from writing",
    },
    Ban {
        pattern: r"#\[ignore\b",
        allowed: &[],
        in_tests: false,
        rule: "assert today's behaviour instead of ignoring a test",
    },
    Ban {
        pattern: r"\be?print(?:ln)?!",
        allowed: &[],
        in_tests: false,
        rule: "prints to a stream of its own choice: write to a handle",
    },
    Ban {
        pattern: r"\.\s*unwrap\s*\(\s*\)",
        allowed: &[],
        in_tests: true,
        rule: "`unwrap` outside of tests: `expect` says why it cannot happen",
    },
];

fn breaches(ban: &Ban, sources: &[Source]) -> Vec<Complaint> {
    let word = pattern(ban.pattern);
    let is_barred = |it: &&Source| !ban.allowed.iter().any(|path| it.path.starts_with(path));
    let in_one = |source: &Source| -> Vec<Complaint> {
        let found = source.occurrences(&word).into_iter().map(|range| range.start);
        let found = found.filter(|offset| !(ban.in_tests && source.is_test(*offset)));
        found.map(|offset| source.complaint(offset, ban.rule)).collect()
    };
    sources.iter().filter(is_barred).flat_map(in_one).collect()
}

#[test]
fn banned_words_stand_only_where_they_may() {
    let sources = sources();
    none(BANS.iter().flat_map(|ban| breaches(ban, &sources)).collect());
}

/// Whether a format string prints anything the way a debugger would.
fn prints_debug(literal: &str) -> bool {
    static HOLE: LazyLock<Regex> = LazyLock::new(|| pattern(r"\{[^{}:]*:[^{}]*\?\}"));
    HOLE.is_match(&literal.replace("{{", "").replace("}}", ""))
}

#[test]
fn nothing_a_user_sees_is_printed_as_debug() {
    let head = pattern(r"\bimpl\b[^{;]*\bDebug\s+for\b");
    let check = |source: &Source| -> Vec<Complaint> {
        let impls = source.occurrences(&head).into_iter();
        let impls: Vec<_> = impls.filter_map(|it| body(&source.code, it.end)).collect();
        let is_allowed = |offset: &usize| {
            source.is_test(*offset) || impls.iter().any(|range| range.contains(offset))
        };
        let texts = source.all_of(Kind::Text).filter(|(_, text)| prints_debug(text));
        let offsets = texts.map(|(offset, _)| offset).filter(|offset| !is_allowed(offset));
        offsets.map(|it| source.complaint(it, "`{:?}` in a text that a user may see")).collect()
    };
    none(sources().iter().flat_map(check).collect());
}

#[test]
fn debug_holes_are_told_from_other_braces() {
    for text in ["{:?}", "{x:?}", "{:#?}", "a {0:>8?} b", "{{{:?}}}"] {
        assert!(prints_debug(text), "{text}");
    }
    for text in ["{}", "{x}", "{{:?}}", "{:>8}", "a{2,3}?", "(?:a|b)"] {
        assert!(!prints_debug(text), "{text}");
    }
}
