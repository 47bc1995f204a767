//! The look into what packs others: each member is looked at as if it were a file of its own,
//! at the place where it would lie. What is packed is installed nowhere: nothing here asks
//! members for packages, but the one log that a compressed log is.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::Path;

use crate::components::mentions::{self, Needs};
use crate::error::ProblemCode;
use crate::model::coverage::Skip;
use crate::model::finding::Finding;
use crate::model::setting::Setting;
use crate::read::containers::{Budget, HELD_BYTES_MAX, Member, Source, Trouble, Unpacker, Visitor};
use crate::read::encoding;
use crate::read::reader::Chunks;
use crate::sweep::look::{Look, SAMPLE_BYTES};

impl Look<'_, '_> {
    /// Looks at the members of a container. False where its own bytes are to be looked at: it
    /// packs nothing, or nothing came of it.
    pub(super) fn unpack(&mut self, mut source: Source<'_>) -> bool {
        let artifact = self.artifact;
        if !self.shared.opens_archives && source.packs(&artifact.path) {
            self.harvest.coverage.skip(Skip::Packed);
            return false;
        }
        let policy = self.shared.policy;
        let budget = Budget::new(artifact.inode.size_bytes, policy.unpacked_bytes_max);
        let is_log = mentions::needs(&artifact.path) == Some(Needs::Unpacked);
        let mut members = Members {
            look: self,
            buffer: Vec::new(),
            unheard_log: is_log,
            troubles: BTreeMap::new(),
        };
        let is_opened = Unpacker::unpack(&artifact.path, source, &budget, &mut members);
        let troubles = std::mem::take(&mut members.troubles);
        self.is_heard = is_log && !members.unheard_log;
        self.tell(troubles);
        is_opened
    }

    /// All bytes of something that lies in the artifact.
    pub fn inside(&mut self, member: &Member, bytes: &[u8]) {
        self.member = Some(member.clone());
        let transcoded = encoding::from_wide(bytes);
        let text = transcoded.as_ref().map_or(bytes, |transcoded| transcoded.text.as_slice());
        self.credentials(bytes, text);
        self.keep(transcoded.as_ref(), |counter, span| counter.place(text, 0, span));
        self.member = None;
    }

    /// A secret that stands in the bytes of a thing and in what was taken out of it is told once,
    /// where it has a name.
    pub(super) fn tell_once(&mut self, n_known: usize) {
        let new = &self.harvest.findings[n_known..];
        let mut inner = BTreeSet::new();
        for Finding { identity, location } in new {
            let names = &location.containers;
            inner.extend((0..names.len()).map(|n| (identity.secret_id, names[..n].to_vec())));
        }
        if inner.is_empty() {
            return;
        }
        let mut number = 0;
        self.harvest.findings.retain(|Finding { identity, location }| {
            number += 1;
            let place = (identity.secret_id, location.containers.clone());
            number <= n_known || !inner.contains(&place)
        });
    }

    /// One problem for each kind of trouble, however often it was met.
    fn tell(&mut self, troubles: Troubles) {
        for (trouble, (names, n)) in troubles {
            let Some((code, what)) = told(trouble) else { continue };
            let more = if n > 1 { format!(", and {} more", n - 1) } else { String::new() };
            let first = if names.is_empty() { String::new() } else { names.join(" > ") + ": " };
            self.problem(code, &format!("{first}{what}{more}"));
        }
    }

    /// What the file is for: a member of what others wrote is theirs too, so that all names on
    /// the way to it count.
    pub(super) fn setting(&self) -> Setting {
        let names = self.member.iter().flat_map(|member| &member.names);
        let mut way = self.artifact.path.clone();
        way.extend(names.map(|name| name.trim_start_matches('/')));
        Setting::of(&way)
    }

    /// The path that says which store something is.
    pub(super) fn place(&self) -> &Path {
        self.member.as_ref().map_or(&self.artifact.path, |member| &member.path)
    }
}

/// By trouble, the first one that had it, and how many did.
type Troubles = BTreeMap<Trouble, (Vec<String>, u64)>;

fn told(trouble: Trouble) -> Option<(ProblemCode, &'static str)> {
    Some(match trouble {
        Trouble::Broken => (ProblemCode::ContainerBroken, "damaged or cut off"),
        Trouble::Encrypted => (ProblemCode::ContainerEncrypted, "it takes a password"),
        Trouble::Unopened(format) => (ProblemCode::ContainerUnopened, format),
        Trouble::OverBudget(bound) => (ProblemCode::ContainerOverBudget, bound.sentence()),
        // The sweep says so itself.
        Trouble::Interrupted => return None,
    })
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
                is_wide =
                    encoding::is_utf32(&segment.bytes[..segment.bytes.len().min(SAMPLE_BYTES)]);
            }
        });
        if is_wide || self.look.shared.stores.parses(&member.path) {
            let why = member.names.join(" > ");
            self.look.problem(ProblemCode::TooBigToParse, &why);
        }
        self.look.member = None;
    }

    fn trouble(&mut self, names: &[String], trouble: Trouble) {
        self.troubles.entry(trouble).or_insert_with(|| (names.to_vec(), 0)).1 += 1;
    }

    fn database_of_log(&self) -> Vec<u8> {
        let path = self.look.artifact.path.to_str().and_then(|path| path.strip_suffix("-wal"));
        let database =
            path.map(|path| self.look.shared.files.read(Path::new(path), HELD_BYTES_MAX));
        // Without it tables have no names, and rows are shown all the same.
        database.and_then(Result::ok).unwrap_or_default()
    }

    fn is_interrupted(&self) -> bool {
        self.look.shared.is_interrupted()
    }
}
