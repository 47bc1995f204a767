//! netrc: words over any number of lines, gathered into one map a machine.
//! Passes over macros. What stands before the first machine belongs to nobody.

use std::borrow::Cow;

use crate::detect::formats::Malformed;
use crate::detect::formats::piece::{Piece, list_of};
use crate::detect::tree::{Leaf, Node};

pub(super) fn read(file: Piece<'_>) -> Result<Node<'_>, Malformed> {
    let mut statements = Statements(file).peekable();
    list_of(std::iter::from_fn(move || {
        let machine = statements.find(|statement| statement.key == "machine")?;
        let mut entries = vec![machine.into_entry()];
        while let Some(statement) = statements.next_if(|statement| statement.key != "machine") {
            entries.push(statement.into_entry());
        }
        Some(Node::Map(entries))
    }))
}

/// A keyword and the word that belongs to it.
struct Statement<'c> {
    key: &'static str,
    value: Leaf<'c>,
}

impl<'c> Statement<'c> {
    fn into_entry(self) -> (Cow<'c, str>, Node<'c>) {
        (Cow::Borrowed(self.key), Node::Value(self.value))
    }
}

struct Statements<'c>(Piece<'c>);

impl<'c> Iterator for Statements<'c> {
    type Item = Statement<'c>;

    fn next(&mut self) -> Option<Statement<'c>> {
        loop {
            self.0 = self.0.trim_start();
            if self.0.is_empty() {
                return None;
            }
            if self.0.first() == Some(b'#') {
                (_, self.0) = self.0.split_line();
                continue;
            }
            let word = self.word();
            match word.bytes.to_ascii_lowercase().as_slice() {
                b"machine" => return Some(Statement { key: "machine", value: self.word() }),
                b"default" => return Some(Statement { key: "machine", value: word }),
                b"login" => return Some(Statement { key: "login", value: self.word() }),
                b"password" => return Some(Statement { key: "password", value: self.word() }),
                b"account" => return Some(Statement { key: "account", value: self.word() }),
                b"macdef" => self.skip_macro(),
                _ => {}
            }
        }
    }
}

impl<'c> Statements<'c> {
    fn word(&mut self) -> Leaf<'c> {
        let word;
        (word, self.0) = self.0.trim_start().word(b"\"");
        word
    }

    /// A macro ends at the first empty line.
    fn skip_macro(&mut self) {
        loop {
            let line;
            (line, self.0) = self.0.split_line();
            if self.0.is_empty() || line.trim().is_empty() {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::detect::formats::outline::check;
    use crate::model::store::Format::Netrc;

    #[test]
    fn each_machine_is_a_map() {
        check(
            Netrc,
            "machine a.example login ana password s3cr3t-1\n\
             machine b.example\n\tlogin bob\r\n\tpassword s3cr3t-2\r\n",
            "[{machine=a.example login=ana password=s3cr3t-1} \
             {machine=b.example login=bob password=s3cr3t-2}]",
        );
    }

    #[test]
    fn default_is_a_machine_of_that_name() {
        check(
            Netrc,
            "default login ana password s3cr3t",
            "[{machine=default login=ana password=s3cr3t}]",
        );
    }

    #[test]
    fn keywords_have_no_letter_case() {
        check(Netrc, "Machine a LOGIN Ana", "[{machine=a login=Ana}]");
    }

    #[test]
    fn quoted_passwords_hold_blanks() {
        check(
            Netrc,
            r#"machine a password "s3 \"cr3t" login ana"#,
            r#"[{machine=a password=s3 "cr3t<s3 \"cr3t> login=ana}]"#,
        );
        check(Netrc, "machine a password \"s3cr3t", "[{machine=a password=\"s3cr3t}]");
    }

    #[test]
    fn a_hash_starts_a_comment_only_where_a_keyword_may_stand() {
        check(
            Netrc,
            "# machine x\nmachine a password #s3cr3t # login x\nlogin ana",
            "[{machine=a password=#s3cr3t login=ana}]",
        );
    }

    #[test]
    fn macros_are_passed_over() {
        check(
            Netrc,
            "machine a\nmacdef init\npassword no\n\npassword s3cr3t\n",
            "[{machine=a password=s3cr3t}]",
        );
        check(Netrc, "macdef", "[]");
    }

    #[test]
    fn what_is_no_netrc_is_an_empty_list() {
        check(Netrc, "password s3cr3t", "[]");
        check(Netrc, "machine", "[{machine=}]");
        check(Netrc, b"\xEF\xBB\xBF\xFF\0", "[]");
        check(Netrc, "", "[]");
    }
}
