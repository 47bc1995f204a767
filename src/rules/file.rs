//! A rule file as text, and the shelf it stands on. Does not look inside.

use std::path::Path;

use crate::model::rule::Origin;

/// The text of a rule file.
#[derive(Clone, Debug)]
pub struct RuleFile {
    /// Path, for messages.
    pub name: String,
    /// Which kind of file.
    pub shelf: Shelf,
    /// TOML.
    pub text: String,
}

/// Which kind of rule file: the folder of `rules/` that it stands in, mostly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shelf {
    /// `credentials/`
    Credentials,
    /// `stores/`
    Stores,
    /// `harvests/`
    Harvests,
    /// `advisories/`
    Advisories,
    /// None: a file of another program.
    Foreign(PathLists),
}

/// Whether the lists of paths in a file of another program count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathLists {
    /// They are told, and not obeyed.
    Off,
    /// The user asked for it.
    Obeyed,
}

impl Shelf {
    /// The shelf that a path lies on.
    pub fn of(name: &str) -> Option<Self> {
        let folder = Path::new(name).parent()?.file_name()?.to_str()?;
        match folder {
            "credentials" => Some(Self::Credentials),
            "stores" => Some(Self::Stores),
            "harvests" => Some(Self::Harvests),
            "advisories" => Some(Self::Advisories),
            _ => None,
        }
    }
}

impl RuleFile {
    /// The line at an offset.
    pub fn origin(&self, offset: usize) -> Origin {
        let line = 1 + self.text.bytes().take(offset).filter(|byte| *byte == b'\n').count();
        Origin { file: self.name.clone(), line }
    }
}
