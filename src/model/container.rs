//! Containers as engines keep them on disk, and what sets a process in one apart. Knows no
//! engine and looks at no disk.

use std::collections::BTreeSet;
use std::fmt;
use std::path::PathBuf;

/// So much of an id is usually shown.
const SHOWN_BYTES: usize = 12;

/// A container, running or not.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Container {
    /// Its whole id.
    pub id: String,
    /// The file from which the engine gives it its variables and arguments.
    pub settings: PathBuf,
    /// The trees that it is made of: its own layer and those of its image.
    pub layers: BTreeSet<PathBuf>,
}

/// Why what a process names may be another file on the host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Enclosure {
    /// It is in the container with this id.
    Container(String),
    /// It calls another folder its root.
    OtherRoot,
}

impl Enclosure {
    /// Whether it is this container.
    pub fn is(&self, container: &Container) -> bool {
        matches!(self, Self::Container(id) if *id == container.id)
    }
}

impl fmt::Display for Enclosure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Container(id) => write!(f, "in the container {}", short(id)),
            Self::OtherRoot => f.write_str("with a root folder of its own"),
        }
    }
}

/// The beginning of an id.
pub fn short(id: &str) -> &str {
    id.get(..SHOWN_BYTES).unwrap_or(id)
}
