//! Finds where functions and test modules begin and end, by counting braces in code
//! whose strings and comments were blanked out.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use crate::source::pattern;

/// A function with a body.
pub struct Function {
    pub name: String,
    /// From `fn` to after the closing brace.
    pub range: Range<usize>,
}

/// Every function with a body, inner ones too.
pub fn functions(code: &str) -> Vec<Function> {
    static HEAD: LazyLock<Regex> = LazyLock::new(|| pattern(r"\bfn\s+(\w+)"));
    HEAD.captures_iter(code)
        .filter_map(|found| {
            let start = found.get_match().start();
            let end = body(code, found.get_match().end())?.end;
            Some(Function { name: found[1].to_owned(), range: start..end })
        })
        .collect()
}

/// The items below `#[cfg(test)]`, from the attribute on.
pub fn test_items(code: &str) -> Vec<Range<usize>> {
    if code.contains("#![cfg(test)]") {
        return std::iter::once(0..code.len()).collect();
    }
    code.match_indices("#[cfg(test)]")
        .map(|(start, attribute)| {
            let after = start + attribute.len();
            let end = body(code, after).map(|body| body.end);
            start..end.or_else(|| statement_end(code, after)).unwrap_or(code.len())
        })
        .collect()
}

/// The braces of the item that begins here; `None` for one that ends with a semicolon.
pub fn body(code: &str, from: usize) -> Option<Range<usize>> {
    let mut depth = 0_usize;
    for (at, sign) in code.bytes().enumerate().skip(from) {
        match sign {
            b'(' | b'[' => depth += 1,
            b')' | b']' => depth = depth.saturating_sub(1),
            b';' if depth == 0 => return None,
            b'{' if depth == 0 => return Some(at..closed(code, at)),
            _ => {}
        }
    }
    None
}

fn closed(code: &str, open: usize) -> usize {
    let mut depth = 0;
    for (at, sign) in code.bytes().enumerate().skip(open) {
        match sign {
            b'{' => depth += 1,
            b'}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at + 1;
        }
    }
    code.len()
}

fn statement_end(code: &str, from: usize) -> Option<usize> {
    code[from..].find(';').map(|length| from + length + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_ends_at_its_own_brace() {
        let check = |code: &str, expected: &[(&str, &str)]| {
            let found = functions(code);
            let found: Vec<_> =
                found.iter().map(|it| (it.name.as_str(), &code[it.range.clone()])).collect();
            assert_eq!(found, expected, "{code}");
        };
        check("pub fn a() { b { } } x", &[("a", "fn a() { b { } }")]);
        check("fn a(x: [u8; 2]) -> [u8; 2] {} y", &[("a", "fn a(x: [u8; 2]) -> [u8; 2] {}")]);
        check("trait T { fn a(); fn b() {} }", &[("b", "fn b() {}")]);
        check("type F = fn(u8) -> u8;", &[]);
        check("fn a() { fn b() {} }", &[("a", "fn a() { fn b() {} }"), ("b", "fn b() {}")]);
    }

    #[test]
    fn test_items_are_modules_functions_and_declarations() {
        let check = |code: &str, expected: &[&str]| {
            let found: Vec<&str> = test_items(code).into_iter().map(|range| &code[range]).collect();
            assert_eq!(found, expected, "{code}");
        };
        check("a #[cfg(test)] mod tests { b { } } c", &["#[cfg(test)] mod tests { b { } }"]);
        check("#[cfg(test)]\nmod tests; c {}", &["#[cfg(test)]\nmod tests;"]);
        check("#[cfg(test)] #[allow(x)] fn a() {} c", &["#[cfg(test)] #[allow(x)] fn a() {}"]);
        check("#![cfg(test)] a", &["#![cfg(test)] a"]);
    }
}
