//! Names of columns, from the statement that made a table. Knows just enough of SQL to tell a
//! name from what follows it; what it does not understand has no name.

use std::collections::HashMap;

/// Longer names are cut: they stand in front of every value.
const NAME_BYTES_MAX: usize = 100;
/// A statement is not looked at beyond this.
const STATEMENT_BYTES_MAX: usize = 1 << 20;

/// SQLite's own bound.
const N_COLUMNS_MAX: usize = 2000;
/// Nobody's key has more.
const N_KEY_COLUMNS_MAX: usize = 100;

/// First words of what is no column.
const CONSTRAINTS: [&str; 5] = ["CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"];

/// Columns that name what stands in another column, and that other.
const PAIRS: [(&str, &str); 6] = [
    ("key", "value"),
    ("name", "value"),
    ("setting", "value"),
    ("option_name", "option_value"),
    ("meta_key", "meta_value"),
    ("property", "propertyvalue"),
];

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name, as it may stand in front of a value.
    pub name: String,
    /// Where the column stands that names what this one holds.
    pub named_by: Option<usize>,
}

/// The columns in the order in which a row has them.
pub fn columns(statement: &str) -> Vec<Column> {
    let names = names(statement);
    let places: HashMap<String, usize> =
        names.iter().enumerate().map(|(n, name)| (name.to_ascii_lowercase(), n)).collect();
    let named_by = |name: &str| {
        let keys = PAIRS.iter().filter(|(_, value)| name.eq_ignore_ascii_case(value));
        keys.filter_map(|(key, _)| places.get(*key).copied()).next()
    };
    names.iter().map(|name| Column { name: name.clone(), named_by: named_by(name) }).collect()
}

fn names(statement: &str) -> Vec<String> {
    let mut end = statement.len().min(STATEMENT_BYTES_MAX);
    while !statement.is_char_boundary(end) {
        end -= 1;
    }
    let statement = &statement[..end];
    let definitions = definitions(statement);
    let columns = definitions.iter().filter(|words| !is_constraint(words) && is_stored(words));
    let mut columns: Vec<&str> = columns
        .filter_map(|words| words.first())
        .map(|word| unquoted(word))
        .take(N_COLUMNS_MAX)
        .collect();
    if is_without_row_id(statement) {
        // The columns of the key come first.
        let key = key_columns(&definitions);
        let place = |column: &&str| key.iter().position(|name| name.eq_ignore_ascii_case(column));
        columns.sort_by_cached_key(|column| place(column).unwrap_or(usize::MAX));
    }
    columns.into_iter().map(shown).collect()
}

/// A name as it may stand in front of a value: what is no letter or digit becomes `_`.
pub fn shown(name: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    let plain = name.chars().map(|c| if is_plain(c) { c } else { '_' });
    let mut shown = String::new();
    for character in plain {
        if shown.len() + character.len_utf8() > NAME_BYTES_MAX {
            break;
        }
        shown.push(character);
    }
    shown
}

/// The words of each definition between the outermost brackets; what is in inner brackets is one
/// word.
fn definitions(statement: &str) -> Vec<Vec<&str>> {
    let mut definitions: Vec<Vec<&str>> = vec![Vec::new()];
    let (mut depth, mut inner_start) = (0_usize, 0);
    for (at, word) in words(statement) {
        match (word, depth) {
            ("(", 0) => depth = 1,
            ("(", _) => {
                if depth == 1 {
                    inner_start = at;
                }
                depth += 1;
            }
            (")", 0) => {}
            (")", 1) => break,
            (")", _) => {
                depth -= 1;
                if depth == 1 {
                    last(&mut definitions).push(&statement[inner_start..=at]);
                }
            }
            (",", 1) => definitions.push(Vec::new()),
            (_, 1) => last(&mut definitions).push(word),
            _ => {}
        }
    }
    definitions
}

fn last<'d, 's>(definitions: &'d mut [Vec<&'s str>]) -> &'d mut Vec<&'s str> {
    definitions.last_mut().expect("the list starts with one definition")
}

/// Words, quoted names and marks, each with where it stands. Comments are passed over.
fn words(statement: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        at += blank(&statement[at..]);
        let rest = &statement[at..];
        let length = word_length(rest)?;
        let word = (at, &rest[..length]);
        at += length;
        Some(word)
    })
}

/// How much white space and comment stands in front.
fn blank(text: &str) -> usize {
    let mut rest = text;
    loop {
        rest = rest.trim_start();
        let close = match () {
            () if rest.starts_with("--") => "\n",
            () if rest.starts_with("/*") => "*/",
            () => return text.len() - rest.len(),
        };
        rest = rest.split_once(close).map_or("", |(_, behind)| behind);
    }
}

fn word_length(text: &str) -> Option<usize> {
    let first = text.chars().next()?;
    let close = match first {
        '"' | '\'' | '`' => Some(first),
        '[' => Some(']'),
        _ => None,
    };
    if let Some(close) = close {
        // A doubled quote ends one word and begins the next: no name has two.
        return Some(text[1..].find(close).map_or(text.len(), |end| end + 2));
    }
    let is_mark = |c: char| matches!(c, '(' | ')' | ',' | '"' | '\'' | '`' | '[');
    if is_mark(first) {
        return Some(first.len_utf8());
    }
    Some(text.find(|c: char| c.is_whitespace() || is_mark(c)).unwrap_or(text.len()))
}

fn unquoted(word: &str) -> &str {
    word.trim_matches(['"', '\'', '`', '[', ']'])
}

fn is_constraint(words: &[&str]) -> bool {
    words
        .first()
        .is_some_and(|word| CONSTRAINTS.iter().any(|known| known.eq_ignore_ascii_case(word)))
}

/// What is computed when it is asked for does not stand in a row.
fn is_stored(words: &[&str]) -> bool {
    let has = |wanted: &str| words.iter().any(|word| word.eq_ignore_ascii_case(wanted));
    !has("AS") || has("STORED")
}

fn is_without_row_id(statement: &str) -> bool {
    let tail = statement.rsplit(')').next().unwrap_or_default().to_ascii_uppercase();
    tail.split_ascii_whitespace()
        .collect::<Vec<_>>()
        .windows(2)
        .any(|pair| pair[0] == "WITHOUT" && pair[1].trim_end_matches(',') == "ROWID")
}

/// The names in `PRIMARY KEY (a, b)`, or of the column that is said to be the key.
fn key_columns<'s>(definitions: &[Vec<&'s str>]) -> Vec<&'s str> {
    let is_primary = |word: &&str| word.eq_ignore_ascii_case("PRIMARY");
    let Some(words) = definitions.iter().find(|words| words.iter().any(is_primary)) else {
        return Vec::new();
    };
    if !is_constraint(words) {
        return words.first().map(|word| unquoted(word)).into_iter().collect();
    }
    let list = words.iter().find_map(|word| word.strip_prefix('(')?.strip_suffix(')'));
    let names = list.unwrap_or_default().split(',');
    names
        .filter_map(|name| name.split_whitespace().next())
        .map(unquoted)
        .take(N_KEY_COLUMNS_MAX)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(statement: &str, expected: &[&str]) {
        assert_eq!(names(statement), expected, "{statement}");
    }

    #[test]
    fn columns_are_the_first_words_of_definitions() {
        check("CREATE TABLE t(a, b TEXT, c INTEGER PRIMARY KEY)", &["a", "b", "c"]);
        check("CREATE TABLE \"x(y\" ( \"a b\" DECIMAL(10,2) , [c] , `d` )", &["a_b", "c", "d"]);
        check("CREATE TABLE t(a DEFAULT ',)', -- b, c\n d /* e, */ CHECK (d > 1))", &["a", "d"]);
        check("CREATE TABLE t(a, UNIQUE (a), FOREIGN KEY (a) REFERENCES u(b))", &["a"]);
    }

    #[test]
    fn what_is_computed_does_not_stand_in_a_row() {
        check("CREATE TABLE t(a, b AS (a || 'x'), c GENERATED ALWAYS AS (a) STORED)", &["a", "c"]);
    }

    #[test]
    fn the_key_comes_first_where_there_is_no_row_id() {
        check("CREATE TABLE t(a, b, c, PRIMARY KEY (c, b)) WITHOUT ROWID", &["c", "b", "a"]);
        check("CREATE TABLE t(a, b PRIMARY KEY) STRICT, WITHOUT ROWID", &["b", "a"]);
    }

    #[test]
    fn what_is_no_statement_has_no_columns() {
        check("", &[]);
        check("CREATE TABLE t", &[]);
        check("))))((((", &[]);
        check("(\"é", &["é"]);
        check("(a /*", &["a"]);
    }

    #[test]
    fn long_names_are_cut() {
        assert_eq!(names(&format!("({})", "ä".repeat(5000)))[0].len(), NAME_BYTES_MAX);
    }

    #[test]
    fn a_column_may_name_what_another_holds() {
        let columns = columns("CREATE TABLE t(Key TEXT, x, VALUE BLOB)");
        let named_by: Vec<_> = columns.iter().map(|column| column.named_by).collect();
        assert_eq!(named_by, [None, None, Some(0)]);
    }
}
