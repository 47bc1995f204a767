//! The part of Betterleaks' filter expressions that says by a list or a number what is no secret.
//! Such an expression throws a match away if any of the parts between `||` holds, so that a part
//! which is not understood may be left out: more is found then, never less. Runs nothing.

use crate::model::exception::{Exception, Joined, Target};
use crate::rules::foreign::allow;

/// Parentheses around parentheses, at most.
const DEPTH_MAX: usize = 16;
/// A longer expression is not looked into.
const FILTER_BYTES_MAX: usize = 256 << 10;

/// What was understood of an expression.
#[derive(Debug, Default, PartialEq)]
pub struct Understood {
    /// Least entropy of a secret.
    pub entropy_min: Option<f64>,
    pub exceptions: Vec<Exception>,
    /// Parts that were not understood, or whose lists hold something that is no expression.
    pub n_ignored: usize,
}

/// Reads an expression.
pub fn understand(expression: &str) -> Understood {
    let mut understood = Understood::default();
    if expression.len() > FILTER_BYTES_MAX {
        understood.n_ignored = 1;
        return understood;
    }
    let text = without_comments(expression);
    alternatives(&text, DEPTH_MAX, &mut understood);
    understood
}

fn alternatives(text: &str, depth: usize, understood: &mut Understood) {
    for part in split(text, "||") {
        let part = part.trim();
        match inside(part, '(', ')') {
            Some(inner) if depth > 0 => alternatives(inner, depth - 1, understood),
            _ => alternative(part, understood),
        }
    }
}

fn alternative(part: &str, understood: &mut Understood) {
    if let Some(min) = entropy(part) {
        understood.entropy_min =
            Some(understood.entropy_min.map_or(min, |other: f64| other.max(min)));
    } else if let Some(exception) = listed(part) {
        understood.exceptions.push(exception);
    } else if !part.is_empty() {
        understood.n_ignored += 1;
    }
}

/// `entropy(finding["secret"]) <= 3.5`: a secret of exactly that much is thrown away too.
fn entropy(part: &str) -> Option<f64> {
    let rest = part.strip_prefix("entropy(finding[\"secret\"])")?.trim_start();
    match rest.strip_prefix("<=") {
        Some(number) => number.trim().parse().ok().map(f64::next_up),
        None => rest.strip_prefix('<')?.trim().parse().ok(),
    }
}

/// `matchesAny(finding["secret"], [...])` and `containsAny` with the same.
fn listed(part: &str) -> Option<Exception> {
    let (name, arguments) = part.split_once('(')?;
    let arguments = arguments.strip_suffix(')')?;
    let (subject, list) = arguments.split_once(',')?;
    let target = match subject.trim() {
        "finding[\"secret\"]" => Target::Secret,
        "finding[\"match\"]" => Target::Match,
        "finding[\"line\"]" => Target::Line,
        _ => return None,
    };
    let items: Vec<&str> = split(inside(list.trim(), '[', ']')?, ",");
    let items: Vec<String> = items
        .into_iter()
        .map(str::trim)
        .filter(|item| !item.is_empty())
        .map(text)
        .collect::<Option<_>>()?;
    let (patterns, words) = match (name.trim(), target) {
        ("matchesAny", _) => {
            (items.iter().map(|go| allow::pattern(go).ok()).collect::<Option<_>>()?, Vec::new())
        }
        ("containsAny", Target::Secret) => {
            (Vec::new(), items.iter().map(|word| word.to_lowercase()).collect())
        }
        ("containsAny", _) => (items.iter().map(|word| quoted(word)).collect(), Vec::new()),
        _ => return None,
    };
    Some(Exception { joined: Joined::Any, target, patterns, words, paths: Vec::new() })
}

/// A text as an expression that matches it in any letter case.
fn quoted(word: &str) -> String {
    allow::pattern(&format!("(?i:\\Q{}\\E)", word.replace("\\E", "")))
        .unwrap_or_else(|_| "[^\\x00-\\xFF]".into())
}

/// A text between backticks, as it stands, or between quotes, with its escapes.
fn text(item: &str) -> Option<String> {
    match item.as_bytes() {
        [b'`', .., b'`'] if item.len() > 1 => Some(item[1..item.len() - 1].to_owned()),
        [b'"', .., b'"'] if item.len() > 1 => unescaped(&item[1..item.len() - 1]),
        _ => None,
    }
}

fn unescaped(text: &str) -> Option<String> {
    let mut out = String::new();
    let mut signs = text.chars();
    while let Some(sign) = signs.next() {
        out.push(match sign {
            '\\' => match signs.next()? {
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                same @ ('"' | '\\' | '\'' | '`') => same,
                _ => return None,
            },
            other => other,
        });
    }
    Some(out)
}

/// What stands between two brackets that are the first and the last sign, and a pair.
fn inside(text: &str, open: char, close: char) -> Option<&str> {
    let inner = text.strip_prefix(open)?.strip_suffix(close)?;
    let mut depth = 0_usize;
    for (_, sign) in outside_of_texts(inner) {
        match sign {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.checked_sub(1)?,
            _ => {}
        }
    }
    (depth == 0).then_some(inner)
}

/// The parts between separators that stand in no bracket and no text.
fn split<'t>(text: &'t str, separator: &str) -> Vec<&'t str> {
    let (mut parts, mut start, mut depth) = (Vec::new(), 0, 0_usize);
    for (at, sign) in outside_of_texts(text) {
        match sign {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ if depth == 0 && at >= start && text[at..].starts_with(separator) => {
                parts.push(&text[start..at]);
                start = at + separator.len();
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

/// Signs with their offsets that stand in no text.
fn outside_of_texts(text: &str) -> impl Iterator<Item = (usize, char)> {
    let (mut quote, mut is_escaped) = (None, false);
    text.char_indices().filter(move |(_, sign)| match quote {
        Some(open) => {
            if is_escaped {
                is_escaped = false;
            } else if *sign == '\\' && open != '`' {
                is_escaped = true;
            } else if *sign == open {
                quote = None;
            }
            false
        }
        None => {
            if matches!(sign, '"' | '`' | '\'') {
                quote = Some(*sign);
            }
            quote.is_none()
        }
    })
}

/// A comment runs from `//` to the end of its line.
fn without_comments(text: &str) -> String {
    let (mut out, mut rest) = (String::new(), text);
    let begins = |rest: &str| {
        outside_of_texts(rest).map(|(at, _)| at).find(|at| rest[*at..].starts_with("//"))
    };
    while let Some(at) = begins(rest) {
        out.push_str(&rest[..at]);
        rest = rest[at..].find('\n').map_or("", |length| &rest[at + length..]);
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_lists_are_understood() {
        let found = understand(
            "entropy(finding[\"secret\"]) < 3.0\n|| matchesAny(finding[\"match\"], [`a||b`, \"c\\\\d\",])",
        );
        assert_eq!(found.entropy_min, Some(3.0));
        assert_eq!(found.exceptions[0].patterns, ["a||b", r"c\d"]);
        assert_eq!(found.exceptions[0].target, Target::Match);
        assert_eq!(found.n_ignored, 0);
    }

    #[test]
    fn a_secret_of_exactly_the_least_entropy_is_thrown_away_where_it_says_so() {
        assert_eq!(
            understand("entropy(finding[\"secret\"]) <= 3").entropy_min,
            Some(3_f64.next_up())
        );
    }

    #[test]
    fn parentheses_around_all_are_taken_off() {
        let found = understand(
            "((containsAny(finding[\"secret\"], [\"ABC\"]) || containsAny(finding[\"line\"], [\"x.y\"])))",
        );
        assert_eq!(found.exceptions[0].words, ["abc"]);
        assert_eq!(found.exceptions[1].patterns, [r"(?i:x\x2Ey)"]);
    }

    #[test]
    fn what_is_not_understood_is_counted_and_left_out() {
        let found = understand(
            "tokenRatio(finding[\"secret\"]) >= 2.5 || entropy(finding[\"secret\"]) <= 2",
        );
        assert_eq!((found.n_ignored, found.entropy_min.is_some()), (1, true));
        for text in
            ["a && b", "let x = 1; x > 0", "matchesAny(finding[\"secret\"], list)", "(a) || (b"]
        {
            assert!(understand(text).n_ignored > 0, "{text}");
        }
        assert_eq!(understand("(a) && (entropy(finding[\"secret\"]) < 3)").entropy_min, None);
        assert_eq!(understand(&"(".repeat(100_000)).n_ignored, 1);
    }

    #[test]
    fn comments_say_nothing() {
        let found = understand("// it isn't || b\nentropy(finding[\"secret\"]) < 2 // \"\n");
        assert_eq!((found.n_ignored, found.entropy_min), (0, Some(2.0)));
    }
}
