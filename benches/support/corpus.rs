//! Text that looks like source to a prefilter: the same bytes on every run.

/// What source is made of; some of it begins like a keyword of a rule.
const WORDS: &[&str] = &[
    "self", "value", "return", "index", "request", "response", "token", "user", "password",
    "secret", "async", "await", "function", "const", "let", "import", "from", "export", "client",
    "server", "config", "options", "result", "error", "path", "length", "0x1f", "1024", "true",
    "null", "None", "String", "Vec", "Option", "match", "struct", "class", "def", "raise",
    "access", "session", "account", "private", "public", "static", "void", "key", "id", "name",
];

const JOINTS: &[&str] =
    &[" ", " ", "_", ".", "::", "(", ") ", " = ", ", ", ";\n    ", " {\n", "\"", "/"];

/// At least this many bytes; another seed gives another text.
pub fn corpus(n_bytes: usize, seed: u64) -> String {
    let mut text = String::with_capacity(n_bytes + 32);
    let mut state = seed.wrapping_mul(2).wrapping_add(1);
    while text.len() < n_bytes {
        text.push_str(pick(WORDS, &mut state));
        text.push_str(pick(JOINTS, &mut state));
    }
    text
}

/// A linear congruential generator: its high bits are even enough for words.
fn pick(list: &[&'static str], state: &mut u64) -> &'static str {
    *state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
    list[(*state >> 33) as usize % list.len()]
}
