//! The look into what packs others: each member is looked at as if it were a file of its own,
//! at the place where it would lie. What is packed is installed nowhere: nothing here asks
//! members for packages, but the one log that a compressed log is.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

use crate::components::mentions::{self, Needs};
use crate::error::ProblemCode;
use crate::model::segment::Segment;
use crate::model::setting::Setting;
use crate::read::containers::{Budget, Kind, Member, Source, Trouble, Unpacker, Visitor};
use crate::read::encoding::{from_utf16, is_utf16};
use crate::read::reader::Chunks;
use crate::sweep::look::{Look, SAMPLE_BYTES};

impl Look<'_, '_> {
    /// Looks at the members of a container. False where its own bytes are to be looked at: it
    /// packs nothing, or nothing came of it.
    pub(super) fn unpack(&mut self, beginning: &[u8], source: Source<'_>) -> bool {
        let artifact = self.artifact;
        let Some(kind) = Kind::recognise(beginning, &artifact.path) else { return false };
        let policy = self.shared.policy;
        let budget = Budget::new(artifact.inode.size_bytes, policy.unpacked_bytes_max);
        let is_log = mentions::needs(&artifact.path) == Some(Needs::Unpacked);
        let mut members = Members {
            look: self,
            buffer: Vec::new(),
            unheard_log: is_log,
            troubles: BTreeMap::new(),
        };
        let is_opened = Unpacker::unpack(kind, &artifact.path, source, &budget, &mut members);
        let troubles = std::mem::take(&mut members.troubles);
        self.is_heard = is_log && !members.unheard_log;
        self.tell(troubles);
        is_opened
    }

    /// All bytes of something that lies in the artifact.
    pub fn inside(&mut self, member: &Member, bytes: &[u8]) {
        self.member = Some(member.clone());
        let transcoded = from_utf16(bytes);
        let text = transcoded.as_ref().map_or(bytes, |transcoded| transcoded.text.as_slice());
        self.segment(&Segment::whole(text));
        self.stores(text);
        self.certified(text);
        self.keep(transcoded.as_ref(), |counter, span| counter.place(text, 0, span));
        self.member = None;
    }

    /// One problem for each kind of trouble, however often it was met.
    fn tell(&mut self, troubles: Troubles) {
        for (trouble, (names, n)) in troubles {
            let (code, what) = told(trouble);
            let more = if n > 1 { format!(", and {} more", n - 1) } else { String::new() };
            let first = if names.is_empty() { String::new() } else { names.join(" > ") + ": " };
            self.problem(code, &format!("{first}{what}{more}"));
        }
    }

    /// What the file is for: a member of what others wrote is theirs too.
    pub(super) fn setting(&self) -> Setting {
        let outer = &self.artifact.path;
        match &self.member {
            None => Setting::of(outer),
            Some(member) => {
                Setting::of(&outer.join(member.path.strip_prefix("/").unwrap_or(&member.path)))
            }
        }
    }

    /// The path that says which store something is.
    pub(super) fn place(&self) -> &Path {
        self.member.as_ref().map_or(&self.artifact.path, |member| &member.path)
    }
}

/// By trouble, the first one that had it, and how many did.
type Troubles = BTreeMap<Trouble, (Vec<String>, u64)>;

fn told(trouble: Trouble) -> (ProblemCode, &'static str) {
    match trouble {
        Trouble::Broken => (ProblemCode::ContainerBroken, "damaged or cut off"),
        Trouble::Encrypted => (ProblemCode::ContainerEncrypted, "it takes a password"),
        Trouble::Unopened(format) => (ProblemCode::ContainerUnopened, format),
        Trouble::OverBudget(bound) => (ProblemCode::ContainerOverBudget, bound.sentence()),
        Trouble::Interrupted => (ProblemCode::ContainerUnopened, "interrupted"),
    }
}

/// Who looks at the members of one file.
struct Members<'m, 'l, 's> {
    look: &'m mut Look<'l, 's>,
    buffer: Vec<u8>,
    /// A compressed log of which nothing was asked yet.
    unheard_log: bool,
    troubles: Troubles,
}

impl Visitor for Members<'_, '_, '_> {
    fn whole(&mut self, member: &Member, bytes: &[u8]) {
        self.look.inside(member, bytes);
        if self.unheard_log {
            self.look.mentions(bytes);
            self.unheard_log = false;
        }
    }

    fn stream(&mut self, member: &Member, bytes: &mut dyn Read) {
        self.look.member = Some(member.clone());
        let margins = self.look.shared.policy.margins;
        let mut chunks = Chunks::new(bytes, u64::MAX, margins, &mut self.buffer);
        let mut is_wide = false;
        // The error is told by the unpacker.
        let _ = self.look.pieces(&mut chunks, &mut |segment| {
            if segment.offset == 0 {
                is_wide = is_utf16(&segment.bytes[..segment.bytes.len().min(SAMPLE_BYTES)]);
            }
        });
        if is_wide || self.look.shared.stores.parses(&member.path) {
            let why = member.names.join(" > ");
            self.look.problem(ProblemCode::TooBigToParse, &why);
        }
        self.look.member = None;
    }

    fn trouble(&mut self, names: &[String], trouble: Trouble) {
        if trouble != Trouble::Interrupted {
            self.troubles.entry(trouble).or_insert_with(|| (names.to_vec(), 0)).1 += 1;
        }
    }

    fn is_interrupted(&self) -> bool {
        self.look.shared.is_interrupted()
    }
}
