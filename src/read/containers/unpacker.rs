//! The frame around all formats: names what lies in what, opens what packs further things,
//! keeps to the budget, and shows the rest to the visitor. Knows no format.

use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};

use crate::read::containers::budget::{DEPTH_MAX, HELD_BYTES_MAX, Metered};
use crate::read::containers::{
    BEGINNING_BYTES, Bound, Budget, Kind, Source, Trouble, members, name,
};
use crate::read::reader::WHOLE_BYTES_MAX;

/// What is shown of a member beside its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The names of what lies in what, from the outermost member inwards; the last is its own.
    pub names: Vec<String>,
    /// Where it would lie if it were unpacked, to tell stores.
    pub path: PathBuf,
}

/// Who looks at what comes out.
pub trait Visitor {
    /// A member up to [`WHOLE_BYTES_MAX`].
    fn whole(&mut self, member: &Member, bytes: &[u8]);
    /// A bigger one. An error ends it, and is told by the unpacker.
    fn stream(&mut self, member: &Member, bytes: &mut dyn Read);
    /// Something that could not be looked into, or not to its end; the names are those of a
    /// member, and empty for the outermost file.
    fn trouble(&mut self, names: &[String], trouble: Trouble);
    /// The database beside the outermost file, which is the log of one; empty if there is none.
    fn database_of_log(&self) -> Vec<u8> {
        Vec::new()
    }
    /// Whether somebody wants this to end.
    fn is_interrupted(&self) -> bool;
}

/// The way from an outermost file to its members.
pub struct Unpacker<'v> {
    budget: &'v Budget,
    visitor: &'v mut dyn Visitor,
    here: Member,
    depth: usize,
    n_shown: u64,
}

impl<'v> Unpacker<'v> {
    /// Unpacks a file, if it is a container. False if nothing came of it, so that its own bytes
    /// are worth a look.
    pub fn unpack(
        path: &Path,
        mut source: Source<'_>,
        budget: &'v Budget,
        visitor: &'v mut dyn Visitor,
    ) -> bool {
        let Ok(Some(kind)) = source.recognise(path) else { return false };
        let here = Member { names: Vec::new(), path: path.to_owned() };
        let mut unpacker = Self { budget, visitor, here, depth: 0, n_shown: 0 };
        unpacker.open(kind, source)
    }

    /// A member whose bytes lie in the container as they are. An error ends all.
    pub fn member(&mut self, name: &[u8], bytes: &mut dyn Read) -> Result<(), Trouble> {
        let outer = self.enter(name);
        let done = self.look(bytes, false);
        self.here = outer;
        done
    }

    /// A member that a decoder gives: its bytes are paid for. An error ends all.
    pub fn inflated(&mut self, name: &[u8], decoder: &mut dyn Read) -> Result<(), Trouble> {
        let budget = self.budget;
        self.member(name, &mut Metered::new(decoder, budget))
    }

    /// The one thing that a compressed file holds. An error ends all.
    pub fn only(&mut self, decoder: &mut dyn Read) -> Result<(), Trouble> {
        let path = name::stem(&self.here.path);
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        let mut inner = self.here.clone();
        inner.names.extend(name);
        inner.path = path;
        let outer = std::mem::replace(&mut self.here, inner);
        let budget = self.budget;
        let done = self.look(&mut Metered::new(decoder, budget), true);
        self.here = outer;
        done
    }

    /// A member that is not looked into; the next one may be.
    pub fn refuse(&mut self, name: &[u8], trouble: Trouble) -> Result<(), Trouble> {
        let outer = self.enter(name);
        let paid = self.pay();
        self.visitor.trouble(&self.here.names, trouble);
        self.here = outer;
        paid
    }

    /// A folder or another entry without bytes: it is counted.
    pub fn pass(&mut self) -> Result<(), Trouble> {
        self.pay()
    }

    /// The database whose log is read. Beside a log in an archive nothing is looked for.
    pub(super) fn database_of_log(&self) -> Vec<u8> {
        let is_outermost = self.here.names.is_empty();
        if is_outermost { self.visitor.database_of_log() } else { Vec::new() }
    }

    fn enter(&mut self, name: &[u8]) -> Member {
        let shown = name::shown(name);
        let path = name::path(&shown);
        let mut names = self.here.names.clone();
        names.push(shown);
        std::mem::replace(&mut self.here, Member { names, path })
    }

    fn pay(&self) -> Result<(), Trouble> {
        if self.visitor.is_interrupted() {
            return Err(Trouble::Interrupted);
        }
        self.budget.spend_entry().map_err(Trouble::OverBudget)
    }

    /// Opens a container, or tells why not. False if nothing came of it.
    fn open(&mut self, kind: Kind, source: Source<'_>) -> bool {
        let n_known = self.n_shown;
        if self.depth >= DEPTH_MAX {
            self.visitor.trouble(&self.here.names, Trouble::OverBudget(Bound::Depth));
            return false;
        }
        self.depth += 1;
        let done = members(kind, source, self);
        self.depth -= 1;
        if let Err(trouble) = done.map_err(|trouble| self.true_trouble(trouble))
            && !(trouble.ends_all() && self.depth > 0)
        {
            self.visitor.trouble(&self.here.names, trouble);
        }
        self.n_shown > n_known && !kind.is_looked_at_as_it_is()
    }

    /// A decoder that was cut off by the budget takes its input for damaged.
    fn true_trouble(&self, trouble: Trouble) -> Trouble {
        self.budget.reached().map_or(trouble, Trouble::OverBudget)
    }

    /// Reads the beginning of a member, and all of it if it is small.
    fn look(&mut self, bytes: &mut dyn Read, is_only: bool) -> Result<(), Trouble> {
        self.pay()?;
        let mut bytes = Watched { bytes, has_failed: false };
        let mut beginning = Vec::new();
        // An error is noted, and what came before it is looked at.
        let _ = bytes.by_ref().take(WHOLE_BYTES_MAX + 1).read_to_end(&mut beginning);
        let is_whole = bytes.has_failed || beginning.len() as u64 <= WHOLE_BYTES_MAX;
        let first = &beginning[..beginning.len().min(BEGINNING_BYTES)];
        let by_end = || Kind::recognise_end(&beginning).filter(|_| is_whole);
        let kind = Kind::recognise(first, &self.here.path).or_else(by_end);
        if is_whole {
            self.look_at_whole(kind, &beginning, is_only);
        } else {
            let all = &mut Cursor::new(beginning).chain(bytes.by_ref());
            self.look_at_stream(kind, all, is_only);
        }
        // A container tells by itself what it could not read.
        if bytes.has_failed && kind.is_none() && self.budget.reached().is_none() {
            self.visitor.trouble(&self.here.names, Trouble::Broken);
        }
        self.budget.reached().map_or(Ok(()), |bound| Err(Trouble::OverBudget(bound)))
    }

    fn look_at_whole(&mut self, kind: Option<Kind>, bytes: &[u8], is_only: bool) {
        let is_opened =
            kind.is_some_and(|kind| self.open_inner(kind, Source::Bytes(bytes), is_only));
        if !is_opened {
            self.n_shown += 1;
            self.visitor.whole(&self.here, bytes);
        }
    }

    fn look_at_stream(&mut self, kind: Option<Kind>, bytes: &mut dyn Read, is_only: bool) {
        match kind {
            Some(kind) if kind.is_looked_at_as_it_is() => self.look_twice(kind, bytes),
            Some(kind) => {
                self.open_inner(kind, Source::Stream(bytes), is_only);
            }
            None => {
                self.n_shown += 1;
                self.visitor.stream(&self.here, bytes);
            }
        }
    }

    /// What comes once and is opened and looked at must be held, if it is not too big.
    fn look_twice(&mut self, kind: Kind, bytes: &mut dyn Read) {
        let mut held = Vec::new();
        let _ = bytes.take(HELD_BYTES_MAX + 1).read_to_end(&mut held);
        if held.len() as u64 > HELD_BYTES_MAX {
            self.visitor.trouble(&self.here.names, Trouble::OverBudget(Bound::Held));
        } else {
            self.open(kind, Source::Bytes(&held));
        }
        self.n_shown += 1;
        self.visitor.stream(&self.here, &mut Cursor::new(held).chain(bytes));
    }

    /// A container in a container. An archive that is compressed is one thing to whoever made
    /// it: `home.tar.gz` holds `home/ana`, not `home.tar`.
    fn open_inner(&mut self, kind: Kind, source: Source<'_>, is_only: bool) -> bool {
        let is_folded = is_only && !kind.is_compression() && !kind.is_looked_at_as_it_is();
        if !is_folded {
            return self.open(kind, source);
        }
        let name = self.here.names.pop();
        self.depth -= 1;
        let is_opened = self.open(kind, source);
        self.depth += 1;
        self.here.names.extend(name);
        is_opened
    }
}

/// Bytes that say whether they came to a bad end, whoever reads them.
struct Watched<'r> {
    bytes: &'r mut dyn Read,
    has_failed: bool,
}

impl Read for Watched<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.bytes.read(buffer);
        self.has_failed |= read.is_err();
        read
    }
}
