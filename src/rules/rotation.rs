//! How a kind is rotated and what it mints, from as written to checked. Fills in no blank.

use std::collections::HashMap;

use crate::model::rule::{Blank, First, KindIndex, Rotation};
use crate::rules::check::Judge;
use crate::rules::schema::RotationWritten;

impl Judge<'_> {
    /// The rotation of a kind. Another tool's kinds may say no more than the steps.
    pub fn rotation(&mut self, written: RotationWritten) -> Rotation {
        let RotationWritten { first, r#where: place, steps, commands, check, breaks } = written;
        if steps.is_empty() {
            self.say("rule/no-rotation", "has no rotation steps");
        }
        let known = First::ALL.iter().find(|(name, _)| *name == first);
        if known.is_none() {
            self.say("rule/rotation", format!("first = `{first}` is neither revoke nor create"));
        }
        for text in [&steps, &commands, &check].into_iter().flatten() {
            self.blanks(text);
        }
        let first = known.map(|(_, first)| *first).unwrap_or_default();
        Rotation { first, place, steps, commands, checks: check, breaks }
    }

    /// Whether every name in braces is that of a blank.
    fn blanks(&mut self, text: &str) {
        for part in text.split('{').skip(1) {
            let name = part.split('}').next().unwrap_or_default();
            if !Blank::ALL.iter().any(|(known, _)| *known == name) {
                let names: Vec<&str> = Blank::ALL.iter().map(|(name, _)| *name).collect();
                let names = names.join(", ");
                self.say("rule/rotation", format!("`{{{name}}}` is none of the blanks {names}"));
            }
        }
    }

    /// The kinds that patterns name, an exact id or the beginning of several with a `*`.
    pub fn kinds_named(
        &mut self,
        patterns: &[String],
        indices: &HashMap<String, KindIndex>,
    ) -> Vec<KindIndex> {
        let mut found = Vec::new();
        for pattern in patterns {
            let is_named = |id: &str| match pattern.strip_suffix('*') {
                Some(beginning) => id.starts_with(beginning),
                None => id == pattern,
            };
            let named = indices.iter().filter(|(id, _)| is_named(id)).map(|(_, index)| *index);
            let n_before = found.len();
            found.extend(named);
            if found.len() == n_before {
                self.say("rule/rotation", format!("`{pattern}` is no kind"));
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }
}
