//! The look at one artifact: rules and stores over its bytes, packages and traces by its path.
//! Keeps what was found in the harvest of its worker. The only door to rayon.

mod packages;
mod packed;

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Cursor, Read, Seek};

use rayon::iter::{IntoParallelIterator, ParallelIterator};

use crate::components::{components, go, is_metadata, is_record};
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
use crate::read::containers::{Member, Source};
use crate::read::encoding::{self, Transcoded};
use crate::read::lines::LineCounter;
use crate::read::map::Mapping;
use crate::read::notebook;
use crate::read::reader::Chunks;
use crate::sweep::shared::{Harvest, Shared};
use crate::sweep::sieve::{Raw, Sieve, Sifted, candidates, leave_out_names, lifted_candidates};
use crate::sweep::weigh::weigh;
use crate::vet::{ContentHasher, certificate_ends};

/// A mapped file is cut into pieces of this size, so that it keeps all cores busy.
const PIECE_BYTES: usize = 8 << 20;
/// So much of a large file is looked at to tell its encoding, and whether it is a program.
const SAMPLE_BYTES: usize = 8192;
/// A file with a known hash is hashed up to this size.
const HASHED_BYTES_MAX: u64 = 64 << 20;

/// The look at one artifact.
pub struct Look<'l, 's> {
    shared: &'l Shared<'s>,
    artifact: &'l Artifact,
    window: &'l mut Window,
    harvest: &'l mut Harvest,
    raw: Vec<Raw>,
    /// The member that is looked at, in a container.
    member: Option<Member>,
    /// Whether what a compressed log speaks of is known.
    is_heard: bool,
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
        Self {
            shared,
            artifact,
            window,
            harvest,
            raw: Vec::new(),
            member: None,
            is_heard: false,
            allowed: BTreeSet::new(),
        }
    }

    /// All bytes at hand: stores, packages and traces are recognised too.
    pub fn whole(&mut self, bytes: &[u8]) -> u64 {
        let n_known = self.harvest.findings.len();
        let transcoded = encoding::from_wide(bytes);
        let text = transcoded.as_ref().map_or(bytes, |transcoded| transcoded.text.as_slice());
        if self.shared.task == Task::Sweep && !self.unpack(Source::Bytes(bytes)) {
            self.credentials(bytes, text);
        }
        self.components(text);
        self.mentions_of_whole(text);
        self.traces(Some(bytes));
        self.startup(Some(bytes));
        self.allow(text, 0);
        self.keep(transcoded.as_ref(), |counter, span| counter.place(text, 0, span));
        self.tell_once(n_known);
        self.name_variables(bytes, n_known);
        self.name_contents(n_known, |hasher| hasher.update(bytes));
        bytes.len() as u64
    }

    /// Rules and stores over all bytes of a file, and over the text that they are.
    fn credentials(&mut self, bytes: &[u8], text: &[u8]) {
        self.segment(&Segment::whole(text));
        if let Some(lifted) = notebook::texts(self.place(), text) {
            let sifted = lifted_candidates(self.shared, text, &lifted, self.window);
            self.take(sifted);
        }
        self.stores(text);
        self.key_file(bytes);
        self.certified(text);
    }

    /// Pieces of a mapping, on all cores.
    pub fn mapped(&mut self, mapping: &Mapping) -> u64 {
        let bytes: &[u8] = mapping;
        if self.shared.task == Task::Audit {
            self.mapped_program(mapping);
            self.in_part(Some(bytes), false);
            return 0;
        }
        let n_known = self.harvest.findings.len();
        // Members are read out of a copy of each piece: a mapping may change between two looks.
        if !self.unpack(Source::File(&mut Cursor::new(bytes))) {
            self.mapped_pieces(mapping);
        }
        self.mapped_program(mapping);
        self.allow(bytes, 0);
        self.keep(None, |counter, span| counter.place(bytes, 0, span));
        self.tell_once(n_known);
        self.name_contents(n_known, |hasher| {
            for piece in bytes.chunks(PIECE_BYTES) {
                hasher.update(piece);
                mapping.release(piece);
            }
        });
        self.in_part(Some(bytes), encoding::is_utf32(&bytes[..bytes.len().min(SAMPLE_BYTES)]));
        if mapping.is_torn() {
            self.harvest.findings[n_known..].iter_mut().for_each(|one| one.location.content = None);
            self.problem(ProblemCode::Changed, "it became shorter");
        }
        bytes.len() as u64
    }

    fn mapped_pieces(&mut self, mapping: &Mapping) {
        let margins: Margins = self.shared.policy.margins;
        let pieces: Vec<Sifted> = Segment::all(mapping, PIECE_BYTES, margins)
            .into_par_iter()
            .filter(|_| !self.shared.is_interrupted())
            .map(|piece| {
                let piece = piece.at(&self.artifact.path);
                let found = candidates(self.shared, &piece, &mut Window::default());
                mapping.release(&piece.bytes[piece.own]);
                found
            })
            .collect();
        pieces.into_iter().for_each(|sifted| self.take(sifted));
    }

    /// Overlapping pieces, one after the other.
    pub fn chunks(&mut self, mut chunks: Chunks<'_, File>) -> u64 {
        if self.shared.task == Task::Audit {
            let beginning = chunks.read_next().and_then(Result::ok);
            if beginning.is_some_and(|first| go::is_program(self.artifact, first.bytes)) {
                self.program_in_pieces();
            }
            self.in_part(None, false);
            return 0;
        }
        let expected_bytes = chunks.size_bytes();
        let n_known = self.harvest.findings.len();
        let artifact = self.artifact;
        let mut beginning = Vec::new();
        let file = chunks.bytes();
        // What goes wrong here goes wrong again below, and is told there.
        let _ = file.take(SAMPLE_BYTES as u64).read_to_end(&mut beginning);
        let _ = file.rewind();
        let (is_wide, is_program) =
            (encoding::is_utf32(&beginning), go::is_program(artifact, &beginning));
        let is_opened = self.unpack(Source::File(file));
        let _ = file.rewind();
        let mut hasher = ContentHasher::new(self.shared.key);
        let read = match is_opened {
            true => Ok(()),
            false => self.pieces(&mut chunks, &mut |segment| {
                hasher.update(&segment.bytes[segment.own.clone()]);
            }),
        };
        match read {
            Err(error) => {
                let problem = Problem::from_io(&artifact.path, &error);
                self.harvest.coverage.problems.push(problem);
            }
            Ok(()) if chunks.size_bytes() < expected_bytes => {
                self.problem(ProblemCode::Changed, "it became shorter");
            }
            Ok(()) => {}
        }
        self.tell_once(n_known);
        self.note_contents(n_known, hasher.finish(), chunks.size_bytes());
        if is_program {
            self.program_in_pieces();
        }
        self.in_part(None, is_wide);
        chunks.size_bytes()
    }

    /// Rules over overlapping pieces, which are shown to `each` too. Lines are counted on the
    /// way.
    fn pieces(
        &mut self,
        chunks: &mut Chunks<'_, impl Read>,
        each: &mut dyn FnMut(&Segment<'_>),
    ) -> io::Result<()> {
        let mut counter = LineCounter::default();
        while let Some(chunk) = chunks.read_next().filter(|_| !self.shared.is_interrupted()) {
            let segment = chunk?;
            each(&segment);
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
        Ok(())
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
        let path = self.place().to_owned();
        let segment = segment.clone().at(&path);
        let sifted = candidates(self.shared, &segment, self.window);
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
        let path = self.place().to_owned();
        for place in self.shared.stores.at(&path) {
            let mut sieve = Sieve::new(self.shared);
            let parsed =
                self.shared.stores.scan(place, &path, text, self.window, &mut |candidate| {
                    sieve.judge(&candidate);
                });
            self.take(sieve.sifted);
            first_trouble = first_trouble.or(parsed.err());
        }
        leave_out_names(&mut self.raw, text, self.shared.engine.rules);
        // Several stores may share a place; a file that is broken for one is for the others.
        if let Some(malformed) = first_trouble {
            let within = self.member.as_ref().map(|member| member.names.join(" > ") + ": ");
            let why = format!("{}{malformed}", within.unwrap_or_default());
            self.problem(ProblemCode::StoreMalformed, &why);
        }
    }

    /// A file that is a key from its first byte to its last, whatever its name.
    fn key_file(&mut self, bytes: &[u8]) {
        let mut sieve = Sieve::new(self.shared);
        sieve.judge_file(bytes);
        self.take(sieve.sifted);
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

    fn problem(&mut self, code: ProblemCode, why: &str) {
        self.harvest.coverage.problems.push(Problem::new(code, &self.artifact.path, why));
    }

    /// Notes what comments allow, of what was found in these bytes. A comment in a container
    /// is nobody's of this host.
    fn allow(&mut self, bytes: &[u8], offset: u64) {
        let is_file = self.artifact.kind == ArtifactKind::File && self.member.is_none();
        if self.shared.honors_allow && is_file {
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
        let setting = self.setting();
        let n_weak = weigh(&mut self.raw, setting, least);
        if n_weak > 0 {
            *self.harvest.coverage.rejected.entry(Rejection::LowConfidence.code()).or_default() +=
                n_weak;
        }
        self.raw.sort_by_key(|raw| (raw.span, raw.identity.secret_id));
        // A store that is known by its contents too says so itself, where it parses them.
        let mut places = self.shared.stores.at(self.place()).into_iter();
        let store = places.find(|place| place.marks.is_empty()).map(|place| place.store);
        let mut counter = LineCounter::default();
        let artifact = self.artifact;
        let containers =
            self.member.as_ref().map(|member| member.names.clone()).unwrap_or_default();
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
                containers: containers.clone(),
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
