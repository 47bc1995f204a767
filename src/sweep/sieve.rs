//! Rules over the bytes of one piece, and each candidate vetted as it comes. Keeps no secret.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use crate::detect::encodings::decode_each;
use crate::detect::engine::Window;
use crate::model::candidate::{Candidate, Fields};
use crate::model::finding::{Identity, Rejection};
use crate::model::location::Span;
use crate::model::rule::{Form, KindIndex};
use crate::model::rule_set::RuleSet;
use crate::model::secret::Secret;
use crate::model::segment::Segment;
use crate::model::store::StoreIndex;
use crate::read::lifted::Lifted;
use crate::read::wide;
use crate::sweep::shared::Shared;
use crate::vet::{keeper, key_file_kind, vet};

/// A believed candidate that has no line yet.
pub struct Raw {
    pub identity: Identity,
    pub form: Form,
    pub span: Span,
    pub store: Option<StoreIndex>,
}

/// Encodings within encodings that are looked into.
const ENCODINGS_DEPTH_MAX: usize = 3;

/// Rules over one piece, and over what stands encoded in it.
pub fn candidates(shared: &Shared<'_>, segment: &Segment<'_>, window: &mut Window) -> Sifted {
    let mut sieve = Sieve::new(shared);
    shared.engine.scan(segment, window, &mut |candidate| sieve.judge(&candidate));
    let to_file =
        |span: Span| Span { start: segment.offset + span.start, end: segment.offset + span.end };
    sieve.encoded(segment.bytes, &segment.own, &to_file, ENCODINGS_DEPTH_MAX, window);
    if let Some(lifted) = wide::runs(segment.bytes) {
        sieve.judge_lifted(segment, &lifted, window);
    }
    sieve.sifted
}

/// Rules over text that was lifted out of a whole file.
pub fn lifted_candidates(
    shared: &Shared<'_>,
    file: &[u8],
    lifted: &Lifted,
    window: &mut Window,
) -> Sifted {
    let mut sieve = Sieve::new(shared);
    sieve.judge_lifted(&Segment::whole(file), lifted, window);
    sieve.sifted
}

/// Leaves out what a store of the same text names as the public half of a pair: its secret stands
/// beside it. What a rule knows as a public half stays: it says whose the pair is and when it
/// ends, and is folded into it later.
pub fn leave_out_names(raw: &mut Vec<Raw>, text: &[u8], rules: &RuleSet) {
    let of_stores = raw.iter().filter(|raw| raw.store.is_some());
    let names: BTreeSet<_> = of_stores.filter_map(|raw| raw.identity.key_id.clone()).collect();
    let is_name = |raw: &Raw| {
        let bytes = text.get(raw.span.start as usize..raw.span.end as usize);
        let value = bytes.and_then(|bytes| std::str::from_utf8(bytes).ok());
        let is_public = rules.kind(raw.identity.kind).is_public;
        !is_public && value.is_some_and(|value| names.contains(value))
    };
    raw.retain(|raw| raw.store.is_some() || names.is_empty() || !is_name(raw));
}

/// What was believed; by reason, what was not; and who keeps what was only named.
#[derive(Default)]
pub struct Sifted {
    pub raw: Vec<Raw>,
    pub rejected: BTreeMap<&'static str, u64>,
    pub keepers: BTreeSet<&'static str>,
}

/// Vets candidates as they come.
pub struct Sieve<'s> {
    shared: &'s Shared<'s>,
    pub sifted: Sifted,
}

impl<'s> Sieve<'s> {
    /// Nothing yet.
    pub fn new(shared: &'s Shared<'s>) -> Self {
        Self { shared, sifted: Sifted::default() }
    }

    /// Vets what stands encoded in some bytes, whose places in the file are asked for.
    fn encoded(
        &mut self,
        bytes: &[u8],
        own: &Range<usize>,
        to_file: &dyn Fn(Span) -> Span,
        depth_left: usize,
        window: &mut Window,
    ) {
        if depth_left == 0 {
            return;
        }
        decode_each(bytes, own, &mut |decoded| {
            let text = decoded.text.as_slice();
            let to_file = |span: Span| to_file(decoded.span_outside(span));
            self.shared.engine.scan(&Segment::whole(text), window, &mut |candidate| {
                self.judge(&Candidate { span: to_file(candidate.span), ..candidate });
            });
            self.encoded(text, &(0..text.len()), &to_file, depth_left - 1, window);
        });
    }

    /// Vets one candidate.
    pub fn judge(&mut self, candidate: &Candidate<'_>) {
        match vet(self.shared.engine.rules, self.shared.key, candidate) {
            Ok(identity) => {
                let Candidate { span, store, rule, .. } = *candidate;
                // What a store has in one of its fields needs no name.
                let rule = rule.filter(|_| store.is_none());
                let form = rule.map_or(Form::Shape, |it| self.shared.engine.rules.rule(it).form);
                self.sifted.raw.push(Raw { identity, form, span, store });
            }
            Err(rejection) => self.reject(rejection, candidate),
        }
    }

    /// Rules over text that was lifted out of a piece. What begins in the piece's own bytes is
    /// its own.
    fn judge_lifted(&mut self, segment: &Segment<'_>, lifted: &Lifted, window: &mut Window) {
        let own = segment.own.start as u64..segment.own.end as u64;
        let to_file = |span: Span| {
            let Span { start, end } = lifted.span_in_file(span);
            Span { start: segment.offset + start, end: segment.offset + end }
        };
        let text = lifted.text.as_slice();
        self.shared.engine.scan(&Segment::whole(text), window, &mut |candidate| {
            let span = to_file(candidate.span);
            if own.contains(&(span.start - segment.offset)) {
                self.judge(&Candidate { span, ..candidate });
            }
        });
        // Where pieces overlap, both would tell of what stands encoded in the overlap.
        if segment.own.len() == segment.bytes.len() {
            self.encoded(text, &(0..text.len()), &to_file, ENCODINGS_DEPTH_MAX, window);
        }
    }

    /// Vets a whole file, if it is a key and nothing else.
    pub fn judge_file(&mut self, bytes: &[u8]) {
        let Some(id) = key_file_kind(bytes) else { return };
        let kinds = &self.shared.engine.rules.kinds;
        // Rules of one's own may leave the kind out.
        let Some(kind) = kinds.iter().position(|kind| kind.id == id) else { return };
        let span = Span { start: 0, end: bytes.len() as u64 };
        let secret = Secret::new(bytes);
        let (rule, store, name, fields) = (None, None, None, Fields::default());
        let (kind, is_excepted) = (KindIndex(kind), false);
        self.judge(&Candidate { kind, rule, store, is_excepted, secret, span, name, fields });
    }

    fn reject(&mut self, rejection: Rejection, candidate: &Candidate<'_>) {
        *self.sifted.rejected.entry(rejection.code()).or_default() += 1;
        if rejection == Rejection::Reference {
            self.sifted.keepers.extend(keeper(candidate));
        }
    }
}
