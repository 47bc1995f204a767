//! How a kind is rotated and what it mints, from as written to checked. Fills in no blank.

use std::collections::HashMap;

use crate::model::rule::{Blank, First, KindIndex, Rotation};
use crate::rules::check::Judge;
use crate::rules::schema::RotationWritten;

impl Judge<'_> {
    /// The rotation of a kind. Another tool's kinds may say no more than the steps.
    pub fn rotation(&mut self, written: RotationWritten) -> Rotation {
        let RotationWritten { like: _, first, r#where: place, steps, commands, check, breaks } =
            written;
        let first = first.unwrap_or_else(|| First::default().as_str().to_owned());
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

    /// A rotation with what it does not say itself taken from the one it is like.
    pub fn filled(
        &mut self,
        written: RotationWritten,
        all: &HashMap<String, RotationWritten>,
    ) -> RotationWritten {
        let Some(like) = written.like.as_ref() else { return written };
        let Some(model) = all.get(like).filter(|model| model.like.is_none()) else {
            let what = format!("rotation is like `{like}`, which is no kind with one of its own");
            self.say("rule/rotation", what);
            return written;
        };
        let or =
            |own: Vec<String>, other: &[String]| if own.is_empty() { other.into() } else { own };
        let or_text =
            |own: String, other: &str| if own.is_empty() { other.to_owned() } else { own };
        RotationWritten {
            first: written.first.or_else(|| model.first.clone()),
            r#where: or_text(written.r#where, &model.r#where),
            steps: or(written.steps, &model.steps),
            commands: or(written.commands, &model.commands),
            check: or(written.check, &model.check),
            breaks: or_text(written.breaks, &model.breaks),
            like: written.like,
        }
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
