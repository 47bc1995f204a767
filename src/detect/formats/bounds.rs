//! What a hostile file may cost. Everything read here was written by somebody else,
//! perhaps by the malicious package itself.
//!
//! Says nothing about the meaning of a file: its scan knows brackets and dots only.

use crate::detect::formats::Malformed;

/// Larger files are refused. Stores are written by hand or by a login command and stay
/// far below 1 MiB; each byte may cost a parser some twenty bytes of tree.
pub const INPUT_BYTES_MAX: usize = 4 << 20;

/// Deeper files are refused. Parsers, the walk over a tree and its drop recurse once a
/// level on stacks of 2 MiB; no store known needs more than ten levels.
pub const NESTING_DEPTH_MAX: usize = 64;

/// Files with more values are refused: some 20 MB of tree. Only aliases and
/// one-character lists ever come near.
pub const N_NODES_MAX: usize = 200_000;

/// How many more nodes a tree may have.
pub(super) struct Budget(usize);

impl Budget {
    pub(super) const fn new() -> Self {
        Self(N_NODES_MAX)
    }

    /// Takes nodes off the budget; an error if there are not as many left.
    pub(super) fn spend(&mut self, n_nodes: usize) -> Result<(), Malformed> {
        self.0 = self.0.checked_sub(n_nodes).ok_or(Malformed::TOO_MANY_VALUES)?;
        Ok(())
    }
}

/// Refuses what would nest too deep or hold too much, before a recursive parser sees it.
///
/// `opaque_len` is the length of the string, comment or word at the start of a text, and
/// 0 if there is none. A dot opens a level like a bracket, because `a.b.c = 1` nests as
/// deep as `{a = {b = {c = 1}}}`; the next comma, closing bracket or outer line end closes it.
pub(super) fn check_structure(
    text: &[u8],
    opaque_len: fn(&[u8]) -> usize,
) -> Result<(), Malformed> {
    let mut budget = Budget::new();
    let mut open = vec![0];
    let mut depth = 0;
    let mut at = 0;
    while at < text.len() {
        let n_opaque = opaque_len(&text[at..]);
        if n_opaque > 0 {
            at += n_opaque;
            continue;
        }
        let is_outermost = open.len() == 1;
        let n_dots = open.last_mut().expect("the outermost level is never closed");
        match text[at] {
            b'[' | b'{' => {
                open.push(0);
                depth += 1;
                budget.spend(1)?;
            }
            b']' | b'}' if !is_outermost => {
                depth -= *n_dots + 1;
                open.pop();
            }
            b'.' => {
                *n_dots += 1;
                depth += 1;
                budget.spend(1)?;
            }
            b',' => {
                depth -= std::mem::take(n_dots);
                budget.spend(1)?;
            }
            b'=' => budget.spend(1)?,
            b'\n' | b'\r' if is_outermost => depth -= std::mem::take(n_dots),
            _ => {}
        }
        if depth > NESTING_DEPTH_MAX {
            return Err(Malformed::TOO_DEEP);
        }
        at += 1;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Result<(), Malformed>) {
        assert_eq!(check_structure(text.as_bytes(), |_| 0), expected, "{text}");
    }

    #[test]
    fn brackets_and_dots_open_levels() {
        let depth = NESTING_DEPTH_MAX;
        check(&"[".repeat(depth), Ok(()));
        check(&"[".repeat(depth + 1), Err(Malformed::TOO_DEEP));
        check(&"[]".repeat(depth + 1), Ok(()));
        check(&"a.".repeat(depth + 1), Err(Malformed::TOO_DEEP));
        check(&"a.b=1\n".repeat(depth + 1), Ok(()));
        check(&"[1.5,".repeat(depth - 1), Ok(()));
        check(&"{a.b={".repeat(depth / 2 + 1), Err(Malformed::TOO_DEEP));
    }

    #[test]
    fn values_are_counted() {
        check(&",".repeat(N_NODES_MAX), Ok(()));
        check(&",".repeat(N_NODES_MAX + 1), Err(Malformed::TOO_MANY_VALUES));
    }
}
