//! What a file says of packages: those it installs, those it speaks of, traces of incidents
//! and startup code. Asked of files of the host alone, not of what is packed in them.

use std::borrow::Cow;

use crate::components::mentions::Needs;
use crate::components::{components, go, mentions, startup};
use crate::error::ProblemCode;
use crate::read::inflate::{self, Trouble};
use crate::read::map::Mapping;
use crate::sweep::locked;
use crate::sweep::look::{HASHED_BYTES_MAX, Look, PIECE_BYTES};
use crate::sweep::shared::Shared;

impl Look<'_, '_> {
    pub(super) fn components(&mut self, bytes: &[u8]) {
        match components(self.artifact, bytes, self.shared.files) {
            Ok(found) => self.harvest.components.extend(found),
            Err(problem) => self.harvest.coverage.problems.push(problem),
        }
        self.program(bytes);
        self.record(bytes);
    }

    /// Contents that a package claims to have, and that are known to be bad.
    pub(super) fn record(&mut self, bytes: &[u8]) {
        let claims = self.shared.catalogue.record_claims(self.artifact, bytes);
        self.harvest.sightings.extend(claims);
    }

    /// Modules that a program was built from; it gets all of the program.
    fn program(&mut self, bytes: &[u8]) {
        if go::is_program(self.artifact, bytes) {
            let found = go::built_in(self.artifact, bytes, self.shared.files);
            self.harvest.components.extend(found);
        }
    }

    /// The same for one that is mapped, piece by piece, so that it does not fill our memory.
    pub(super) fn mapped_program(&mut self, mapping: &Mapping) {
        let bytes: &[u8] = mapping;
        if !go::is_program(self.artifact, bytes) {
            return;
        }
        for start in (0..bytes.len()).step_by(PIECE_BYTES) {
            let end = bytes.len().min(start + PIECE_BYTES + go::INFORMATION_BYTES_MAX);
            let piece = &bytes[start..end];
            let found = go::built_in(self.artifact, piece, self.shared.files);
            mapping.release(&piece[..piece.len().min(PIECE_BYTES)]);
            if !found.is_empty() {
                return self.harvest.components.extend(found);
            }
        }
    }

    /// The same for one that came in pieces: it is read again, one at a time in all threads,
    /// so that memory stays bounded.
    pub(super) fn program_in_pieces(&mut self) {
        self.again(Self::program);
    }

    /// Reads a file as a whole that did not come as one.
    pub(super) fn again(&mut self, look: fn(&mut Self, &[u8])) {
        let _one_at_a_time = locked(&self.shared.large);
        match self.shared.files.read(&self.artifact.path, mentions::SIZE_BYTES_MAX) {
            Ok(bytes) => look(self, &bytes),
            Err(_) => self.problem(ProblemCode::ComponentsTooBig, ""),
        }
    }

    /// Bad versions that the artifact speaks of, and packages that another catalogue names:
    /// which versions of those, is asked after the walk. Nothing else is kept.
    pub(super) fn mentions(&mut self, bytes: &[u8]) {
        let shared = self.shared;
        let is_wanted = shared.is_wanted();
        let heard = mentions::mentions(self.artifact, bytes, &is_wanted);
        self.harvest.mentions.extend(heard.mentions);
        self.harvest.removals.extend(heard.removals);
        let coverage = &mut self.harvest.coverage;
        if let Some((family, reach)) = heard.reach {
            coverage.reaches.entry(family).or_default().merge(reach);
        }
        coverage.problems.extend(heard.problem);
    }

    /// The same for what came as a whole. Compressed logs are unpacked one at a time in all
    /// threads, so that memory stays bounded.
    pub(super) fn mentions_of_whole(&mut self, bytes: &[u8]) {
        if self.is_heard {
            return;
        }
        if mentions::needs(&self.artifact.path) != Some(Needs::Unpacked) {
            return self.mentions(bytes);
        }
        let _one_at_a_time = locked(&self.shared.large);
        self.mentions_of_packed(bytes);
    }

    fn mentions_of_packed(&mut self, packed: &[u8]) {
        match inflate::gzip(packed, mentions::SIZE_BYTES_MAX) {
            Ok(bytes) => self.mentions(&bytes),
            Err(Trouble::Broken) => self.problem(ProblemCode::ComponentsMalformed, ""),
            Err(Trouble::TooBig) => self.problem(ProblemCode::ComponentsTooBig, "unpacked"),
        }
    }

    /// The same for what did not come as a whole: of a mapping the end is at hand, other
    /// files are read again, one at a time in all threads, so that memory stays bounded.
    pub(super) fn mentions_of_large(&mut self, mapped: Option<&[u8]>) {
        match (mentions::needs(&self.artifact.path), mapped) {
            _ if self.is_heard => {}
            (None, _) => {}
            (Some(Needs::Name), _) => self.mentions(&[]),
            (Some(Needs::Tail), Some(bytes)) => {
                // A copy: a mapping may change between two looks.
                let tail = bytes[bytes.len().saturating_sub(mentions::TAIL_BYTES)..].to_vec();
                self.mentions(&tail);
            }
            (Some(Needs::Unpacked), _) => self.again(Self::mentions_of_packed),
            _ => self.again(Self::mentions),
        }
    }

    /// Traces of known incidents. `content` is the whole file where it is at hand; else it
    /// is read again if its hash matters and it is small enough.
    pub(super) fn traces(&mut self, content: Option<&[u8]>) {
        let Shared { catalogue, files, .. } = self.shared;
        let path = &self.artifact.path;
        let found = catalogue.sightings(self.artifact, || match content {
            Some(bytes) => Some(Cow::Borrowed(bytes)),
            None => files.read(path, HASHED_BYTES_MAX).ok().map(Cow::Owned),
        });
        self.harvest.sightings.extend(found);
    }

    /// Code that something starts unasked. What did not come as a whole is read again: a
    /// startup file may be padded so that nobody looks at it.
    pub(super) fn startup(&mut self, content: Option<&[u8]>) {
        let Shared { files, large, .. } = self.shared;
        let list = &mut self.harvest.startup;
        if content.is_some() || !startup::is_parsed(&self.artifact.path) {
            return startup::note(self.artifact, content, *files, list);
        }
        let _one_at_a_time = locked(large);
        match files.read(&self.artifact.path, startup::SIZE_BYTES_MAX) {
            Ok(bytes) => startup::note(self.artifact, Some(&bytes), *files, list),
            Err(_) => self.problem(ProblemCode::TooBigToParse, ""),
        }
    }
}
