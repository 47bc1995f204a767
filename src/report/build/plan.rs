//! Measures, steps and rotations, from the nouns of the inventory to those of the report. Fills
//! in the blanks of rotations; judges and orders nothing.

use crate::model::inventory::{Credential, Inventory};
use crate::model::plan::{LastChanged, Measure, Phase, Predecessors};
use crate::model::rule::{Blank, Rotation};
use crate::model::time::Moment;
use crate::report::build::Context;
use crate::view::{self, HostPath};

/// Most files named with one measure.
const PATHS_MAX: usize = 50;

impl Context<'_> {
    /// The plan of an inventory.
    pub fn plan(&self, inventory: &Inventory) -> view::Plan {
        let measures = inventory.containment.iter();
        view::Plan {
            containment: measures.map(|measure| self.measure(measure)).collect(),
            phases: phases(&inventory.credentials),
        }
    }

    fn measure(&self, measure: &Measure) -> view::Measure {
        let advisory = measure.advisory.and_then(|index| self.advisories().nth(index.0));
        let paths = measure.paths.iter().take(PATHS_MAX).cloned().map(HostPath).collect();
        view::Measure {
            kind: measure.kind.as_str().into(),
            says: measure.says.clone(),
            why: measure.why.clone(),
            advisory: advisory.map(|advisory| advisory.id.clone()),
            paths,
            n_paths: measure.paths.len(),
        }
    }

    /// How a credential is rotated, with what is known of it.
    pub fn rotation(&self, credential: &Credential) -> view::Rotation {
        let Rotation { first, place, steps, commands, checks, breaks } =
            &self.rules.kind(credential.identity.kind).rotation;
        let known = Known {
            key_id: credential.identity.key_id.as_deref(),
            account: credential.identity.account.as_deref(),
            from: self.from.map(|at| at.to_string()),
            until: Some(self.until.to_string()),
        };
        let filled = |texts: &[String]| texts.iter().map(|text| known.filled(text)).collect();
        view::Rotation {
            first: first.as_str().into(),
            place: place.clone(),
            steps: filled(steps),
            commands: filled(commands),
            checks: filled(checks),
            breaks: breaks.clone(),
        }
    }
}

/// The steps that anything stands in. Members of a step stand together.
fn phases(credentials: &[Credential]) -> Vec<view::Phase> {
    let of = |phase: Phase| {
        let is_in = |credential: &&Credential| credential.placing.phase == phase;
        let first = credentials.iter().position(|credential| is_in(&credential))?;
        let (title, why) = phase.heading();
        Some(view::Phase {
            phase: phase.as_str().into(),
            title: title.to_owned(),
            why: why.to_owned(),
            first_rank: first + 1,
            n_credentials: credentials.iter().filter(is_in).count(),
        })
    };
    Phase::ALL.iter().filter_map(|(_, phase, ..)| of(*phase)).collect()
}

pub fn predecessors(predecessors: &Predecessors) -> view::Predecessors {
    view::Predecessors {
        ranks: predecessors.positions.iter().map(|position| position + 1).collect(),
        n_all: predecessors.n_all,
        why: predecessors.tie.to_string(),
    }
}

pub fn last_changed(changed: LastChanged) -> view::LastChanged {
    view::LastChanged {
        at: changed.at.to_string(),
        against_window: changed.side.map(|side| side.as_str().into()),
    }
}

/// The first moment at which anything that is asked about can have run.
pub fn from(inventory: &Inventory) -> Option<Moment> {
    let installs = inventory.installs.iter().map(|install| install.window.window.start);
    let asked = inventory.asked.as_ref().map(|asked| asked.window.start);
    installs.chain(asked).min()
}

/// What may be filled in.
struct Known<'k> {
    key_id: Option<&'k str>,
    account: Option<&'k str>,
    from: Option<String>,
    until: Option<String>,
}

impl Known<'_> {
    /// A text with its blanks filled in; what is not known, or not plain, stands in angle
    /// brackets.
    fn filled(&self, text: &str) -> String {
        Blank::ALL.iter().fold(text.to_owned(), |text, (name, blank)| {
            let value = match blank {
                Blank::KeyId => self.key_id,
                Blank::Account => self.account,
                Blank::From => self.from.as_deref(),
                Blank::Until => self.until.as_deref(),
            };
            let placeholder = format!("<{}>", name.replace('-', " "));
            let value = value.filter(|value| is_plain(value)).unwrap_or(&placeholder);
            text.replace(&format!("{{{name}}}"), value)
        })
    }
}

/// Whether a value can be no more than an argument of a command, whatever shell reads it.
fn is_plain(value: &str) -> bool {
    let is_harmless = |byte: u8| byte.is_ascii_alphanumeric() || b"@%+=:,./_-".contains(&byte);
    !value.is_empty() && !value.starts_with('-') && value.bytes().all(is_harmless)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(text: &str, key_id: Option<&str>) -> String {
        let from = Some("2026-03-24T10:39:00Z".to_owned());
        Known { key_id, account: None, from, until: None }.filled(text)
    }

    #[test]
    fn blanks_are_filled_in_with_what_is_known() {
        let text = "lookup {key-id} of {account} from {from}";
        let expected = "lookup AKIA1 of <account> from 2026-03-24T10:39:00Z";
        assert_eq!(filled(text, Some("AKIA1")), expected);
    }

    #[test]
    fn what_could_be_a_part_of_a_command_is_left_out() {
        for hostile in ["a; rm -rf ~", "$(id)", "`id`", "a b", "-rf", "", "a\nb", "'", "a&b", "é"]
        {
            assert_eq!(filled("x {key-id}", Some(hostile)), "x <key id>", "{hostile}");
        }
    }

    #[test]
    fn a_value_that_looks_like_a_blank_is_not_filled_in_again() {
        assert_eq!(filled("x {key-id}", Some("{from}")), "x <key id>");
    }
}
