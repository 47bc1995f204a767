//! Text as Markdown that stays text: no name of a host becomes a link, a heading, a mention or a
//! tag, in CommonMark or in what forges add to it. A word that could be any of these is set as
//! code, where nothing is read. Knows nothing of reports.

use crate::report::escape::escape;

/// Prose, on one line. Words of letters and common marks stay as they are, and what stands
/// between two backticks stays code.
pub fn text(plain: &str) -> String {
    words(&escape(plain)).iter().map(|one| word(one)).collect::<Vec<_>>().join(" ")
}

/// The words of a text. Blanks between two backticks part nothing.
fn words(text: &str) -> Vec<String> {
    let is_whole = text.matches('`').count().is_multiple_of(2);
    let mut words = vec![String::new()];
    let mut is_within = false;
    for character in text.chars() {
        is_within ^= is_whole && character == '`';
        match words.last_mut() {
            Some(last) if is_within || !character.is_whitespace() => last.push(character),
            _ => words.push(String::new()),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Text in a code span that it cannot leave: fenced by more backticks than it has in a row.
pub fn code(plain: &str) -> String {
    let plain = escape(plain);
    let fence = "`".repeat(longest_run(&plain) + 1);
    // One blank on each side is taken away again; without it a backtick would join the fence.
    let is_open = plain.is_empty() || plain.starts_with(['`', ' ']) || plain.ends_with(['`', ' ']);
    let blank = if is_open { " " } else { "" };
    format!("{fence}{blank}{plain}{blank}{fence}")
}

/// Commands in a block that they cannot leave, a line each.
pub fn commands(commands: &[String], indent: usize) -> String {
    let lines: Vec<String> = commands.iter().map(|command| escape(command)).collect();
    let longest = lines.iter().map(|line| longest_run(line)).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    let blanks = " ".repeat(indent);
    let lines = lines.iter().map(|line| format!("{blanks}{line}\n")).collect::<String>();
    format!("{blanks}{fence}sh\n{lines}{blanks}{fence}\n")
}

/// The most backticks in a row.
fn longest_run(text: &str) -> usize {
    text.split(|character| character != '`').map(str::len).max().unwrap_or(0)
}

fn word(word: &str) -> String {
    if matches!(word, ">" | "&") {
        // Paths of menus are full of them.
        return format!(r"\{word}");
    }
    if is_plain(word) {
        return word.to_owned();
    }
    let bare = word.trim_start_matches(['(', '"']).trim_end_matches([',', ';', ':', '.', ')', '"']);
    let Some((before, after)) = word.split_once(bare).filter(|_| !bare.is_empty()) else {
        return code(word);
    };
    // Backticks that made it code are not part of it.
    format!("{before}{}{after}", code(&bare.replace('`', "")))
}

/// Whether no reader of Markdown makes more of a word than its letters.
fn is_plain(word: &str) -> bool {
    let is_known = |it: char| !it.is_ascii() || it.is_ascii_alphanumeric() || is_mark(it);
    // `/close` at the start of a line is an order on some forges, `- ` and `+ ` are lists.
    let is_start = !word.starts_with(['/', '-', '+', '=', '.']);
    is_start && word.chars().all(is_known) && !word.contains("//") && !names_something(word)
}

const fn is_mark(character: char) -> bool {
    matches!(
        character,
        ',' | ';' | ':' | '.' | '\'' | '"' | '(' | ')' | '?' | '-' | '+' | '=' | '/'
    )
}

/// Whether a dot or a colon stands between letters: a file, a domain, an address. Versions and
/// times are not meant.
fn names_something(word: &str) -> bool {
    let characters: Vec<char> = word.chars().collect();
    characters.windows(3).any(|three| {
        let is_joint = matches!(three[1], '.' | ':');
        let (before, after) = (three[0], three[2]);
        let is_between = before.is_alphanumeric() && after.is_alphanumeric();
        is_joint && is_between && !(before.is_ascii_digit() && after.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_that_could_be_markup_is_code() {
        let check = |plain: &str, expected: &str| assert_eq!(text(plain), expected);
        check("the code ran, as ana: plaintext", "the code ran, as ana: plaintext");
        check("IAM > Users & roles", r"IAM \> Users \& roles");
        check("[x](javascript:alert) <b> a_b *c*", "`[x](javascript:alert`) `<b>` `a_b` `*c*`");
        check("see @all or #12, https://x.example", "see `@all` or `#12`, `https://x.example`");
        check(
            "evil.example since 2026-03-24 11:02 UTC",
            "`evil.example` since 2026-03-24 11:02 UTC",
        );
        check("/close - # 1. x", "`/close` `-` `#` 1. x");
        check("a\nb  c", r"`a\nb` c");
        check("run (`npm whoami`), then", "run (`npm whoami`), then");
        check("one ` alone <b>", "one `  ` alone `<b>`");
        check("`` `@all` x`<b> y`", "`  ` `@all` `x<b> y`");
    }

    #[test]
    fn a_code_span_cannot_be_left() {
        let check = |plain: &str, expected: &str| assert_eq!(code(plain), expected);
        check("/a/b", "`/a/b`");
        check("/a`b``c", "```/a`b``c```");
        check("`", "`` ` ``");
        check("", "`  `");
    }

    #[test]
    fn a_block_of_commands_cannot_be_left() {
        let block = commands(&["echo ```\n# heading".to_owned(), "ls".to_owned()], 2);
        assert_eq!(block, "  ````sh\n  echo ```\\n# heading\n  ls\n  ````\n");
    }
}
