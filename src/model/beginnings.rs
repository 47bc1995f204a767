//! Texts, asked whether another begins with any of them: by one binary search, however many they are.

/// Texts of which none begins with another. Hence the greatest that is not greater than a text
/// is the only one that the text may begin with.
#[derive(Clone, Debug, Default)]
pub struct Beginnings {
    sorted: Vec<Box<str>>,
}

impl Beginnings {
    /// Of these texts. What begins with a shorter one is left out, as it adds nothing.
    pub fn new<'t>(texts: impl IntoIterator<Item = &'t str>) -> Self {
        let mut texts: Vec<&str> = texts.into_iter().collect();
        texts.sort_unstable();
        texts.dedup_by(|text, before| text.starts_with(*before));
        Self { sorted: texts.into_iter().map(Box::from).collect() }
    }

    /// Whether a text begins with one of them.
    pub fn begin(&self, text: &[u8]) -> bool {
        let n_not_greater = self.sorted.partition_point(|one| one.as_bytes() <= text);
        let greatest = n_not_greater.checked_sub(1).map(|index| &self.sorted[index]);
        greatest.is_some_and(|one| text.starts_with(one.as_bytes()))
    }

    /// Whether one of them stands anywhere in a text.
    pub fn stand_in(&self, text: &[u8]) -> bool {
        (0..text.len()).any(|at| self.begin(&text[at..]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_beginning_is_found_and_nothing_else() {
        let some = Beginnings::new(["ghp_", "sk-", "sk-ant-", "sk-proj-", "xoxb", "gh"]);
        for text in ["ghp_x", "gha", "gh", "sk-", "sk-ant-api", "sk-zzz", "xoxb-1"] {
            assert!(some.begin(text.as_bytes()), "{text}");
        }
        for text in ["", "g", "sk", "SK-", "a-sk-", "xox", "zzz"] {
            assert!(!some.begin(text.as_bytes()), "{text}");
        }
        assert!(some.stand_in(b"my_sk-token") && some.stand_in(b"xoxb"));
        assert!(!some.stand_in(b"my_token") && !some.stand_in(b""));
    }

    #[test]
    fn without_texts_nothing_begins() {
        assert!(!Beginnings::default().begin(b"x") && !Beginnings::default().stand_in(b"x"));
    }
}
