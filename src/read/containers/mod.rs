//! Opens files that pack others, in memory, and shows each member to a visitor: a name and
//! bytes. What is packed inside a member is opened too, down to a bounded depth. Writes
//! nothing, trusts no length it is told, and does not look at what the bytes mean.
//!
//! A format is one file here with one function: it gets a [`Source`], and hands its members to
//! the [`Unpacker`], which counts, names and nests them. It may give up with a [`Trouble`].

mod ar;
mod budget;
mod bzip2;
mod gzip;
mod java;
mod kind;
mod name;
mod plist;
mod python;
mod source;
mod sqlite;
mod tar;
mod unpacker;
mod xz;
mod zip;
mod zstd;

pub use budget::{Bound, Budget, HELD_BYTES_MAX, UNPACKED_BYTES_MAX};
pub use kind::Kind;
pub use source::{ReadSeek, Source};
pub use unpacker::{Member, Unpacker, Visitor};

/// Bytes of the beginning of a file that [`Kind::recognise`] wants to see.
pub const BEGINNING_BYTES: usize = 1024;

/// Texts that are taken out of a file and get names are not longer than so many such files.
const GROWTH_MAX: usize = 32;

/// Why something packed was not looked into, or not to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trouble {
    /// It is cut off, damaged, or not what it says it is.
    Broken,
    /// It takes a password.
    Encrypted,
    /// Its format, or a part of it, is not known here: which one.
    Unopened(&'static str),
    /// A bound was reached: which one.
    OverBudget(Bound),
    /// The sweep is to end.
    Interrupted,
}

impl Trouble {
    /// Whether nothing more of the outermost file is to be read.
    pub const fn ends_all(self) -> bool {
        match self {
            Self::Broken | Self::Encrypted | Self::Unopened(_) => false,
            Self::OverBudget(bound) => !matches!(bound, Bound::Depth | Bound::Held),
            Self::Interrupted => true,
        }
    }
}

/// What a decoder reports of its input is that it is damaged; what else went wrong (a bound,
/// an interrupt) is known to the budget, which is asked first: see [`Unpacker`].
impl From<std::io::Error> for Trouble {
    fn from(_: std::io::Error) -> Self {
        Self::Broken
    }
}

/// Shows the members of a container. A trouble of one member is told and the next one comes;
/// the one that is returned ended the container.
fn members(kind: Kind, source: Source<'_>, unpacker: &mut Unpacker<'_>) -> Result<(), Trouble> {
    match kind {
        Kind::Gzip => gzip::members(source, unpacker),
        Kind::Bzip2 => bzip2::members(source, unpacker),
        Kind::Xz => xz::members(source, unpacker),
        Kind::Zstd => zstd::members(source, unpacker),
        Kind::Zip => zip::members(source, unpacker),
        Kind::Tar => tar::members(source, unpacker),
        Kind::Ar => ar::members(source, unpacker),
        Kind::SevenZip => Err(Trouble::Unopened("7-Zip")),
        Kind::Rar => Err(Trouble::Unopened("RAR")),
        Kind::Sqlite => sqlite::members(source, unpacker),
        Kind::SqliteLog => sqlite::log::members(source, unpacker),
        Kind::Python => python::members(source, unpacker),
        Kind::Java => java::members(source, unpacker),
        Kind::PropertyList => plist::members(source, unpacker),
    }
}

#[cfg(test)]
mod tests;
