//! Files of sections: aws, pypirc, git config and their many cousins.
//!
//! Tolerant, because no two of them agree: a line that is nothing known is passed over.
//! `[section "sub"]` of git gives the key `section sub`. Does not follow git's includes.

use std::borrow::Cow;

use memchr::memchr2;

use crate::detect::formats::Malformed;
use crate::detect::formats::bounds::Budget;
use crate::detect::formats::piece::Piece;
use crate::detect::tree::{Leaf, Node};

pub(super) fn read(file: Piece<'_>) -> Result<Node<'_>, Malformed> {
    let mut budget = Budget::new();
    let mut sections = vec![(Cow::Borrowed(""), Vec::new())];
    let mut lines = file.lines();
    while let Some(line) = lines.next() {
        let mut line = line.trim();
        if let Some((name, rest)) = section(line) {
            budget.spend(1)?;
            sections.push((name, Vec::new()));
            // git allows the first key to stand behind the section.
            line = rest.trim_start();
        }
        if let Some((key, value)) = assignment(line) {
            budget.spend(1)?;
            let leaf = value.continued(&mut lines).unwrap_or_else(|| value_of(value));
            let (_, entries) = sections.last_mut().expect("the list starts with one section");
            entries.push((key.key(), Node::Value(leaf)));
        }
    }
    let is_real =
        |(name, entries): &(Cow<'_, str>, Vec<_>)| !name.is_empty() || !entries.is_empty();
    let sections = sections.into_iter().filter(is_real);
    Ok(Node::Map(sections.map(|(name, entries)| (name, Node::Map(entries))).collect()))
}

/// The name between the brackets, and what follows.
fn section(line: Piece<'_>) -> Option<(Cow<'_, str>, Piece<'_>)> {
    if line.first() != Some(b'[') {
        return None;
    }
    let inside = line.from(1);
    let (name, sub) = inside.split_where(|byte| matches!(byte, b'"' | b']'));
    let Some((sub, rest)) = sub.quoted(b"\"") else {
        let (name, rest) = inside.split_where(|byte| byte == b']');
        return Some((name.trim().key(), rest.from(rest.bytes.len().min(1))));
    };
    let sub = String::from_utf8_lossy(&sub.bytes).into_owned();
    let (_, rest) = rest.split_where(|byte| byte == b']');
    let name = format!("{} {sub}", name.trim().key());
    Some((Cow::Owned(name), rest.from(rest.bytes.len().min(1))))
}

/// Key and value of a line that is neither a comment nor a key alone.
fn assignment(line: Piece<'_>) -> Option<(Piece<'_>, Piece<'_>)> {
    if matches!(line.first(), Some(b'#' | b';')) {
        return None;
    }
    let (key, value) = line.split_around(memchr2(b'=', b':', line.bytes)?);
    Some((key.trim(), value.trim()))
}

/// The value without quotes and without a comment behind it.
fn value_of(value: Piece<'_>) -> Leaf<'_> {
    match value.quoted(b"\"'") {
        Some((leaf, rest)) if matches!(rest.trim_start().first(), None | Some(b'#' | b';')) => leaf,
        _ => value.before_comment(b"#;").leaf(),
    }
}

#[cfg(test)]
mod tests {
    use crate::detect::formats::outline::check;
    use crate::model::store::Format::Ini;

    #[test]
    fn sections_hold_keys() {
        check(
            Ini,
            "[default]\naws_access_key_id = AB\naws_secret_access_key=s3cr3t/1+=\n[b]\nk: v\n",
            "{default={aws_access_key_id=AB aws_secret_access_key=s3cr3t/1+=} b={k=v}}",
        );
    }

    #[test]
    fn keys_before_the_first_section_have_an_empty_section() {
        check(Ini, "password = s3cr3t\r\n[a]\r\nb = c\r\n", "{={password=s3cr3t} a={b=c}}");
        check(Ini, "\u{feff}password = s3cr3t", "{={password=s3cr3t}}");
    }

    #[test]
    fn comments_and_keys_without_value_are_passed_over() {
        check(
            Ini,
            "# a = b\n; a = b\n[s]\nflag\na = s3cr3t ; why\nb = p#w;d\nc =\n",
            "{s={a=s3cr3t b=p#w;d c=}}",
        );
    }

    #[test]
    fn quotes_are_taken_off() {
        check(
            Ini,
            "[c]\npassword=\"s3#cr ;3t\"\nb='x' # why\nd=\"un\n",
            "{c={password=s3#cr ;3t b=x d=\"un}}",
        );
    }

    #[test]
    fn a_subsection_of_git_is_one_key() {
        check(
            Ini,
            "[url \"https://a.b/\"]\n\tinsteadOf = x\n[core]editor = vi\n[profile ana]\nk=v",
            "{url https://a.b/={insteadOf=x} core={editor=vi} profile ana={k=v}}",
        );
    }

    #[test]
    fn a_backslash_at_the_end_goes_on_in_the_next_line() {
        check(Ini, "[a]\nb = s3c\\\n  r3t\nc = d\\\\\n", "{a={b=s3cr3t<s3c\\\n  r3t> c=d\\\\}}");
        check(Ini, "b = s3c\\", "{={b=s3c<s3c\\>}}");
    }

    #[test]
    fn sections_may_come_twice() {
        check(Ini, "[a]\nb=1\n[a]\nb=2\n", "{a={b=1} a={b=2}}");
    }

    #[test]
    fn bytes_that_are_no_text_are_kept() {
        check(Ini, b"[\xFF\n\xFE=s3cr3t\n]", "{\u{fffd}={\u{fffd}=s3cr3t}}");
        check(Ini, "[", "{}");
        check(Ini, "", "{}");
    }
}
