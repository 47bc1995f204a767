//! The look at one artifact: rules and stores over its bytes, packages and traces by its path.
//! Keeps what was found in the harvest of its worker. The only door to rayon.

use std::borrow::Cow;
use std::collections::BTreeSet;

use rayon::iter::{IntoParallelIterator, ParallelIterator};

use crate::components::mentions::Needs;
use crate::components::{components, go, is_metadata, is_record, mentions, startup};
use crate::detect::allow::is_allowed;
use crate::detect::engine::Window;
use crate::detect::formats::variable_at;
use crate::error::{Problem, ProblemCode};
use crate::inventory::{settle, tell_ends};
use crate::model::artifact::{Artifact, ArtifactKind};
use crate::model::expiry::Expiry;
use crate::model::finding::{Content, Finding, Location, Rejection};
use crate::model::inventory::Task;
use crate::model::location::Span;
use crate::model::segment::{Margins, Segment};
use crate::model::store::StoreIndex;
use crate::read::containers::is_container;
use crate::read::encoding::{Transcoded, from_utf16, is_utf16};
use crate::read::inflate::{self, Trouble};
use crate::read::lines::LineCounter;
use crate::read::map::Mapping;
use crate::read::reader::Chunks;
use crate::sweep::locked;
use crate::sweep::shared::{Harvest, Shared};
use crate::sweep::sieve::{Raw, Sieve, Sifted, candidates};
use crate::sweep::weigh::weigh;
use crate::vet::{ContentHasher, certificate_ends};

/// A mapped file is cut into pieces of this size, so that it keeps all cores busy.
const PIECE_BYTES: usize = 8 << 20;
/// So much of a large file is looked at to tell its encoding.
const SAMPLE_BYTES: usize = 4096;
/// A file with a known hash is hashed up to this size.
const HASHED_BYTES_MAX: u64 = 64 << 20;

/// The look at one artifact.
pub struct Look<'l, 's> {
    shared: &'l Shared<'s>,
    artifact: &'l Artifact,
    window: &'l mut Window,
    harvest: &'l mut Harvest,
    raw: Vec<Raw>,
    /// Spans that stand beside a comment which allows them.
    allowed: BTreeSet<Span>,
}

impl<'l, 's> Look<'l, 's> {
    /// A look that keeps what it finds in a harvest.
    pub fn new(
        shared: &'l Shared<'s>,
        artifact: &'l Artifact,
        window: &'l mut Window,
        harvest: &'l mut Harvest,
    ) -> Self {
        Self { shared, artifact, window, harvest, raw: Vec::new(), allowed: BTreeSet::new() }
    }

    /// All bytes at hand: stores, packages and traces are recognised too.
    pub fn whole(&mut self, bytes: &[u8]) -> u64 {
        let transcoded = from_utf16(bytes);
        let text = transcoded.as_ref().map_or(bytes, |transcoded| transcoded.text.as_slice());
        if self.shared.task == Task::Sweep {
            self.tell_unopened(bytes);
            self.segment(&Segment::whole(text));
            self.stores(text);
            self.certified(text);
        }
        self.components(text);
        self.mentions_of_whole(text);
        self.traces(Some(bytes));
        self.startup(Some(bytes));
        let n_known = self.harvest.findings.len();
        self.allow(text, 0);
        self.keep(transcoded.as_ref(), |counter, span| counter.place(text, 0, span));
        self.name_variables(bytes, n_known);
        self.name_contents(n_known, |hasher| hasher.update(bytes));
        bytes.len() as u64
    }

    /// Pieces of a mapping, on all cores.
    pub fn mapped(&mut self, mapping: &Mapping) -> u64 {
        let bytes: &[u8] = mapping;
        if self.shared.task == Task::Audit {
            self.mapped_program(mapping);
            self.in_part(Some(bytes), false);
            return 0;
        }
        self.tell_unopened(bytes);
        let margins: Margins = self.shared.policy.margins;
        let pieces: Vec<Sifted> = Segment::all(bytes, PIECE_BYTES, margins)
            .into_par_iter()
            .filter(|_| !self.shared.is_interrupted())
            .map(|piece| {
                let found = candidates(self.shared, &piece, &mut Window::default());
                mapping.release(&piece.bytes[piece.own]);
                found
            })
            .collect();
        pieces.into_iter().for_each(|sifted| self.take(sifted));
        self.mapped_program(mapping);
        self.allow(bytes, 0);
        let n_known = self.harvest.findings.len();
        self.keep(None, |counter, span| counter.place(bytes, 0, span));
        self.name_contents(n_known, |hasher| {
            for piece in bytes.chunks(PIECE_BYTES) {
                hasher.update(piece);
                mapping.release(piece);
            }
        });
        self.in_part(Some(bytes), is_utf16(&bytes[..bytes.len().min(SAMPLE_BYTES)]));
        if mapping.is_torn() {
            self.harvest.findings[n_known..].iter_mut().for_each(|one| one.location.content = None);
            self.problem(ProblemCode::Changed, "it became shorter");
        }
        bytes.len() as u64
    }

    /// Overlapping pieces, one after the other. Lines are counted on the way.
    pub fn chunks(&mut self, mut chunks: Chunks<'_>) -> u64 {
        if self.shared.task == Task::Audit {
            let beginning = chunks.read_next().and_then(Result::ok);
            if beginning.is_some_and(|first| go::is_program(self.artifact, first.bytes)) {
                self.program_in_pieces();
            }
            self.in_part(None, false);
            return 0;
        }
        let mut counter = LineCounter::default();
        let expected_bytes = chunks.size_bytes();
        let n_known = self.harvest.findings.len();
        let mut hasher = ContentHasher::new(self.shared.key);
        let (mut is_wide, mut is_program) = (false, false);
        while let Some(chunk) = chunks.read_next().filter(|_| !self.shared.is_interrupted()) {
            let segment = match chunk {
                Ok(segment) => segment,
                Err(error) => {
                    let problem = Problem::from_io(&self.artifact.path, &error);
                    self.harvest.coverage.problems.push(problem);
                    break;
                }
            };
            if segment.offset == 0 {
                is_wide = is_utf16(segment.bytes);
                is_program = go::is_program(self.artifact, segment.bytes);
                self.tell_unopened(segment.bytes);
            }
            hasher.update(&segment.bytes[segment.own.clone()]);
            self.segment(&segment);
            self.allow(segment.bytes, segment.offset);
            let mut local = counter;
            self.keep(None, |_, span| {
                // Candidates of one chunk come in the order of their keywords, not of their starts.
                if span.start < local.counted_to() {
                    local = counter;
                }
                local.place(segment.bytes, segment.offset, span)
            });
            let next_start = segment.offset + segment.own.end as u64;
            let back = self.shared.policy.margins.back_bytes as u64;
            counter.advance(segment.bytes, segment.offset, next_start.saturating_sub(back));
        }
        if chunks.size_bytes() < expected_bytes {
            self.problem(ProblemCode::Changed, "it became shorter");
        }
        self.note_contents(n_known, hasher.finish(), chunks.size_bytes());
        if is_program {
            self.program_in_pieces();
        }
        self.in_part(None, is_wide);
        chunks.size_bytes()
    }

    /// What else is told of a file that is not at hand as a whole.
    pub fn in_part(&mut self, mapped: Option<&[u8]>, is_wide: bool) {
        self.traces(None);
        self.startup(None);
        self.mentions_of_large(mapped);
        if is_record(&self.artifact.path) {
            self.again(Self::record);
        }
        let path = &self.artifact.path;
        let by_path = components(self.artifact, &[], self.shared.files).unwrap_or_default();
        let is_lost = || is_metadata(path) && by_path.is_empty();
        let is_store = || is_wide || self.shared.stores.parses(path);
        // Rules saw it; what else would have been read in it is told.
        if is_lost() || self.shared.task == Task::Sweep && is_store() {
            self.problem(ProblemCode::TooBigToParse, "");
        }
        self.harvest.components.extend(by_path);
    }

    fn segment(&mut self, segment: &Segment<'_>) {
        let sifted = candidates(self.shared, segment, self.window);
        self.take(sifted);
    }

    fn take(&mut self, sifted: Sifted) {
        self.raw.extend(sifted.raw);
        for keeper in sifted.keepers {
            self.harvest.references.note(self.artifact, keeper);
        }
        for (reason, n) in sifted.rejected {
            *self.harvest.coverage.rejected.entry(reason).or_default() += n;
        }
    }

    fn stores(&mut self, text: &[u8]) {
        let mut first_trouble = None;
        let path = &self.artifact.path;
        for store in self.shared.stores.at(path) {
            let mut sieve = Sieve::new(self.shared);
            let parsed =
                self.shared.stores.scan(store, path, text, self.window, &mut |candidate| {
                    sieve.judge(&candidate);
                });
            self.take(sieve.sifted);
            first_trouble = first_trouble.or(parsed.err());
        }
        // Several stores may share a place; a file that is broken for one is for the others.
        if let Some(malformed) = first_trouble {
            self.problem(ProblemCode::StoreMalformed, &malformed.to_string());
        }
    }

    /// Until when the keys of a file are accepted, by the certificates beside them.
    fn certified(&mut self, text: &[u8]) {
        if self.raw.iter().all(|raw| raw.identity.key_id.is_none()) {
            return;
        }
        let ends = certificate_ends(text);
        for Raw { identity, .. } in &mut self.raw {
            let end = identity.key_id.as_ref().and_then(|key_id| ends.get(key_id));
            identity.expiry = identity.expiry.or(end.copied().unwrap_or(Expiry::Unknown));
        }
    }

    fn components(&mut self, bytes: &[u8]) {
        match components(self.artifact, bytes, self.shared.files) {
            Ok(found) => self.harvest.components.extend(found),
            Err(problem) => self.harvest.coverage.problems.push(problem),
        }
        self.program(bytes);
        self.record(bytes);
    }

    /// Contents that a package claims to have, and that are known to be bad.
    fn record(&mut self, bytes: &[u8]) {
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
    fn mapped_program(&mut self, mapping: &Mapping) {
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
    fn program_in_pieces(&mut self) {
        self.again(Self::program);
    }

    /// Reads a file as a whole that did not come as one.
    fn again(&mut self, look: fn(&mut Self, &[u8])) {
        let _one_at_a_time = locked(&self.shared.large);
        match self.shared.files.read(&self.artifact.path, mentions::SIZE_BYTES_MAX) {
            Ok(bytes) => look(self, &bytes),
            Err(_) => self.problem(ProblemCode::ComponentsTooBig, ""),
        }
    }

    /// Bad versions that the artifact speaks of, and packages that another catalogue names:
    /// which versions of those, is asked after the walk. Nothing else is kept.
    fn mentions(&mut self, bytes: &[u8]) {
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
    fn mentions_of_whole(&mut self, bytes: &[u8]) {
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
    fn mentions_of_large(&mut self, mapped: Option<&[u8]>) {
        match (mentions::needs(&self.artifact.path), mapped) {
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
    fn traces(&mut self, content: Option<&[u8]>) {
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
    fn startup(&mut self, content: Option<&[u8]>) {
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

    /// What is packed in a container is not seen yet, and that is told; a compressed log is.
    fn tell_unopened(&mut self, beginning: &[u8]) {
        let is_opened = mentions::needs(&self.artifact.path) == Some(Needs::Unpacked);
        if is_container(beginning) && !is_opened {
            self.problem(ProblemCode::ContainerUnopened, "");
        }
    }

    fn problem(&mut self, code: ProblemCode, why: &str) {
        self.harvest.coverage.problems.push(Problem::new(code, &self.artifact.path, why));
    }

    /// Notes what comments allow, of what was found in these bytes.
    fn allow(&mut self, bytes: &[u8], offset: u64) {
        if self.shared.honors_allow && self.artifact.kind == ArtifactKind::File {
            let spans = self.raw.iter().map(|raw| raw.span);
            self.allowed = spans.filter(|span| is_allowed(bytes, offset, *span)).collect();
        }
    }

    /// Gives what was found its line and column, and keeps one finding a secret.
    fn keep(
        &mut self,
        transcoded: Option<&Transcoded>,
        mut place: impl FnMut(&mut LineCounter, Span) -> crate::model::location::Place,
    ) {
        if self.raw.is_empty() {
            return;
        }
        let least = self.shared.confidence_min;
        let n_weak = weigh(&mut self.raw, &self.artifact.path, least);
        if n_weak > 0 {
            *self.harvest.coverage.rejected.entry(Rejection::LowConfidence.code()).or_default() +=
                n_weak;
        }
        self.raw.sort_by_key(|raw| (raw.span, raw.identity.secret_id));
        // A store that is known by its contents too says so itself, where it parses them.
        let is_by_path =
            |index: &StoreIndex| self.shared.engine.rules.stores[index.0].contains.is_empty();
        let store = self.shared.stores.at(&self.artifact.path).into_iter().find(is_by_path);
        let mut counter = LineCounter::default();
        let artifact = self.artifact;
        let findings = self.raw.drain(..).map(|raw| {
            let mut place = place(&mut counter, raw.span);
            if self.allowed.contains(&raw.span) {
                self.harvest.allowed.insert((artifact.path.clone(), place.line));
            }
            if let Some(transcoded) = transcoded {
                place.span = transcoded.span_in_file(raw.span);
            }
            let location = Location {
                path: artifact.path.clone(),
                kind: artifact.kind,
                other_names: Vec::new(),
                place,
                variable: None,
                content: None,
                containers: Vec::new(),
                store: raw.store.or(store),
                inode: artifact.inode,
            };
            Finding { identity: raw.identity, location }
        });
        let mut findings = settle(findings.collect());
        tell_ends(&mut findings, self.shared.engine.rules);
        self.harvest.findings.extend(findings);
    }

    /// Gives new findings the name of the file's bytes, which `read` puts into the hasher.
    fn name_contents(&mut self, n_known: usize, read: impl FnOnce(&mut ContentHasher)) {
        if self.harvest.findings.len() > n_known {
            let mut hasher = ContentHasher::new(self.shared.key);
            read(&mut hasher);
            let content = hasher.finish();
            self.note_contents(n_known, content, content.size_bytes);
        }
    }

    /// The same with the name at hand. A file that was not read to its end has none.
    fn note_contents(&mut self, n_known: usize, content: Content, size_bytes: u64) {
        let is_whole = content.size_bytes == size_bytes;
        for Finding { location, .. } in &mut self.harvest.findings[n_known..] {
            location.content = is_whole.then_some(content);
        }
    }

    /// Says by which variable the process has each of its secrets.
    fn name_variables(&mut self, bytes: &[u8], n_known: usize) {
        if self.artifact.kind == ArtifactKind::Environment {
            for Finding { location, .. } in &mut self.harvest.findings[n_known..] {
                location.variable = variable_at(bytes, location.place.span.start);
            }
        }
    }
}
