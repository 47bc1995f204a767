//! Comments by which somebody allowed a secret in the line where it stands, for one of several
//! tools. Whether they are obeyed is decided elsewhere.

use memchr::memmem;

use crate::model::location::Span;

/// What such comments say.
const WORDS: &[&str] = &[
    "credreach:allow",
    "gitleaks:allow",
    "betterleaks:allow",
    "trufflehog:ignore",
    "pragma: allowlist secret",
];

/// So far from a secret such a comment may stand: a person who wrote it saw both.
const REACH_BYTES: usize = 4096;

/// Whether the line in which a secret stands says that it may. `bytes` start at `offset` of the
/// file. What the secret itself says does not count, nor do other lines of one that has several.
pub fn is_allowed(bytes: &[u8], offset: u64, span: Span) -> bool {
    let index = |position: u64| {
        usize::try_from(position.saturating_sub(offset)).unwrap_or(usize::MAX).min(bytes.len())
    };
    let (start, end) = (index(span.start), index(span.end));
    let before = &bytes[start.saturating_sub(REACH_BYTES)..start];
    let before = &before[memchr::memrchr(b'\n', before).map_or(0, |at| at + 1)..];
    let after = &bytes[end..end.saturating_add(REACH_BYTES).min(bytes.len())];
    let after = &after[..memchr::memchr(b'\n', after).unwrap_or(after.len())];
    [before, after].iter().any(|text| WORDS.iter().any(|word| says(text, word)))
}

fn says(text: &[u8], word: &str) -> bool {
    memmem::find(&text.to_ascii_lowercase(), word.as_bytes()).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: bool) {
        let start = text.find("SECRET").unwrap() as u64;
        let span = Span { start, end: start + 6 };
        assert_eq!(is_allowed(text.as_bytes(), 0, span), expected, "{text}");
        let (cut, rest) = (start / 2, &text.as_bytes()[start as usize / 2..]);
        let is_in_cut = text[..cut as usize].contains(':');
        assert!(is_in_cut || is_allowed(rest, cut, span) == expected, "{text}, cut");
    }

    #[test]
    fn a_comment_counts_in_the_line_of_the_secret_only() {
        check("a = SECRET # gitleaks:allow", true);
        check("a = SECRET  // Betterleaks:Allow\nb", true);
        check("/* trufflehog:ignore */ a = SECRET", true);
        check("a = SECRET # pragma: allowlist secret", true);
        check("a = SECRET # credreach:allow", true);
        check("a = SECRET", false);
        check("# gitleaks:allow\na = SECRET", false);
        check("a = SECRET\n# gitleaks:allow", false);
        check("a = SECRET # gitleaks allow", false);
    }

    #[test]
    fn a_line_of_a_machine_is_not_searched_for_comments_of_people() {
        check(&format!("SECRET{}gitleaks:allow", " ".repeat(5000)), false);
    }
}
