//! What a run amounts to, and its exit code. Does not end the process.

use crate::model::inventory::Inventory;

/// What a run amounts to. The one table of exit codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing was found, and everything in scope was read.
    Clean = 0,
    /// Something was found: an infected install, or credentials that it, or code like it,
    /// could read.
    ToRotate = 1,
    /// The run could not start or finish: usage, rules, output.
    Failed = 2,
    /// Nothing was found, but not everything could be read.
    Incomplete = 3,
    /// The sweep was stopped before its end. The report is still written, and says so.
    Interrupted = 130,
}

impl Outcome {
    /// What a finished sweep amounts to.
    pub fn of(inventory: &Inventory) -> Self {
        if inventory.coverage.interrupted {
            return Self::Interrupted;
        }
        if !inventory.installs.is_empty() || !inventory.credentials.is_empty() {
            return Self::ToRotate;
        }
        if inventory.coverage.is_complete() { Self::Clean } else { Self::Incomplete }
    }

    /// The exit code of the process.
    pub const fn exit_code(self) -> u8 {
        self as u8
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::inventories::{clean, empty, incomplete, infected};

    fn check(inventory: &Inventory, expected: u8) {
        assert_eq!(Outcome::of(inventory).exit_code(), expected);
    }

    #[test]
    fn credentials_alone_are_something_to_rotate() {
        check(&empty(), 0);
        check(&clean(), 1);
    }

    #[test]
    fn an_infected_install_outweighs_gaps_and_an_interruption_outweighs_both() {
        let mut inventory = incomplete();
        check(&inventory, 3);
        inventory.installs = infected().installs;
        check(&inventory, 1);
        inventory.coverage.interrupted = true;
        check(&inventory, 130);
    }
}
