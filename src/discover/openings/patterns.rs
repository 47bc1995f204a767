//! Patterns with `*` and `?`, as ssh matches hosts, users and names of files. Knows no sets of
//! characters.

/// A longer text or pattern fits nothing.
const BYTES_MAX: usize = 1024;

/// Whether one of the patterns fits, and none that begins with `!` does.
pub fn matches_any(patterns: &[String], text: &str) -> bool {
    let is_refused =
        |pattern: &String| pattern.strip_prefix('!').is_some_and(|pattern| matches(pattern, text));
    let fits = |pattern: &String| !pattern.starts_with('!') && matches(pattern, text);
    patterns.iter().any(fits) && !patterns.iter().any(is_refused)
}

/// Whether a pattern fits a text as a whole.
pub fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    if pattern.len().max(text.len()) > BYTES_MAX {
        return false;
    }
    let (mut at, mut in_text) = (0, 0);
    // Behind the last star, and how much of the text it has eaten: only that one is tried anew.
    let mut star: Option<(usize, usize)> = None;
    while in_text < text.len() {
        match (pattern.get(at), star) {
            (Some(b'*'), _) => {
                at += 1;
                star = Some((at, in_text));
            }
            (Some(byte), _) if *byte == b'?' || *byte == text[in_text] => {
                at += 1;
                in_text += 1;
            }
            (_, Some((behind, eaten))) => {
                at = behind;
                in_text = eaten + 1;
                star = Some((behind, in_text));
            }
            (_, None) => return false,
        }
    }
    pattern[at..].iter().all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_and_question_marks_fit_as_in_ssh() {
        let check = |pattern: &str, text: &str, expected: bool| {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        };
        check("*", "", true);
        check("*.example", "web1.example", true);
        check("*.example", "web1.example.org", false);
        check("web?", "web1", true);
        check("web?", "web", false);
        check("w*b*1", "web-b-1", true);
        check("a", "b", false);
        check("*.example", "*.example", true);
        check(&"*a".repeat(500), &"a".repeat(1000), true);
        check(&"*a".repeat(500), &"b".repeat(1000), false);
        check("*", &"a".repeat(1025), false);
    }

    #[test]
    fn a_negated_pattern_takes_a_host_out() {
        let patterns = ["*.example", "!bad.example"].map(str::to_owned);
        assert!(matches_any(&patterns, "good.example"));
        assert!(!matches_any(&patterns, "bad.example"));
        assert!(!matches_any(&patterns[1..], "good.example"));
    }
}
