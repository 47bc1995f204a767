//! Judges stores: where they lie, how they are read and which fields they have. What stands in
//! an example is not compared here: `proof.rs` does that with everything at hand.

use std::collections::HashMap;

use crate::model::protection::Protection;
use crate::model::rule::KindIndex;
use crate::model::store::{
    Decode, Elsewhere, ExpectedCredential, FieldPath, FieldReference, Format, Store,
    StoreCredential, StoreExample,
};
use crate::rules::check::{Judge, unbreak};
use crate::rules::schema::{
    ElsewhereWritten, LikeWritten, StoreCredentialWritten, StoreExampleWritten, StoreFile,
    Vocabulary,
};

impl Judge<'_> {
    /// A well-known place.
    pub fn store(
        &mut self,
        written: StoreFile,
        kinds: &HashMap<String, KindIndex>,
        vocabulary: &Vocabulary,
    ) -> Option<Store> {
        let paths: Vec<_> = written.paths.iter().filter_map(|text| self.path(text)).collect();
        let elsewhere = written.elsewhere.and_then(|written| self.elsewhere(written));
        if paths.is_empty() {
            self.say("store/no-path", "has no path");
        }
        if written.examples.is_empty() {
            self.say("store/no-example", "has no example");
        }
        let own = written.credentials.into_iter();
        let mut credentials: Vec<_> = own.filter_map(|one| self.field(one, kinds)).collect();
        for like in written.like {
            credentials.extend(self.like(like, kinds, vocabulary));
        }
        Some(Store {
            credentials,
            format: self.named("format", &written.format, &Format::ALL)?,
            origin: self.origin.clone(),
            id: self.subject.clone(),
            title: written.title,
            paths,
            env: written.env,
            contains: written.contains,
            elsewhere,
            examples: written.examples.into_iter().map(example).collect(),
        })
    }

    fn elsewhere(&mut self, written: ElsewhereWritten) -> Option<Elsewhere> {
        let paths: Vec<_> = written.paths.iter().filter_map(|text| self.path(text)).collect();
        if paths.is_empty() || written.contains.is_empty() {
            self.say("store/elsewhere", "has a place elsewhere without a path or without marks");
            return None;
        }
        Some(Elsewhere { paths, contains: written.contains })
    }

    /// The fields of another store, below a place in this one.
    fn like(
        &mut self,
        written: LikeWritten,
        kinds: &HashMap<String, KindIndex>,
        vocabulary: &Vocabulary,
    ) -> Vec<StoreCredential> {
        let place = written.at.and_then(|text| self.parsed(FieldPath::parse(&text)));
        let Some(fields) = vocabulary.get(&written.store) else {
            self.say("store/like", format!("no store is called `{}`", written.store));
            return Vec::new();
        };
        let fields = fields.iter().cloned().filter_map(|one| self.field(one, kinds));
        match place {
            None => fields.collect(),
            Some(place) => fields.map(|field| below(&place, field)).collect(),
        }
    }

    fn field(
        &mut self,
        written: StoreCredentialWritten,
        kinds: &HashMap<String, KindIndex>,
    ) -> Option<StoreCredential> {
        let kind = kinds.get(written.kind.get_ref()).copied();
        if kind.is_none() {
            self.say("store/kind", format!("no kind is called `{}`", written.kind.get_ref()));
        }
        let secret = written.secret.into_vec();
        let secret: Vec<_> =
            secret.iter().filter_map(|text| self.parsed(FieldPath::parse(text))).collect();
        let mut reference =
            |text: Option<String>| text.and_then(|text| self.parsed(FieldReference::parse(&text)));
        let (account, key_id) = (reference(written.account), reference(written.key_id));
        let server = reference(written.server);
        let (issued, expires) = (reference(written.issued), reference(written.expires));
        let rests = written.rests.and_then(|text| self.rests(&text));
        let decode = written.decode.as_deref().unwrap_or("none");
        let decode = self.named("decoding", decode, &Decode::ALL)?;
        Some(StoreCredential {
            kind: kind?,
            secret,
            account,
            key_id,
            server,
            issued,
            expires,
            rests,
            decode,
        })
    }

    /// `weak: how` or `encrypted: how`.
    fn rests(&mut self, text: &str) -> Option<Protection> {
        let (name, how) = text.split_once(": ").unwrap_or((text, ""));
        let how = how.to_owned();
        match name {
            "weak" => Some(Protection::Weak { how }),
            "encrypted" => Some(Protection::Encrypted { how }),
            _ => {
                self.say("rule/name", format!("no protection is called `{name}`"));
                None
            }
        }
    }
}

/// A field that stands below a place.
fn below(place: &FieldPath, field: StoreCredential) -> StoreCredential {
    let reference = |reference: Option<FieldReference>| reference.map(|it| it.below(place));
    StoreCredential {
        kind: field.kind,
        secret: field.secret.iter().map(|path| path.below(place)).collect(),
        account: reference(field.account),
        key_id: reference(field.key_id),
        server: reference(field.server),
        issued: reference(field.issued),
        expires: reference(field.expires),
        rests: field.rests,
        decode: field.decode,
    }
}

fn example(written: StoreExampleWritten) -> StoreExample {
    let expect = written.expect.into_iter().map(|expected| ExpectedCredential {
        kind: expected.kind,
        secret: unbreak(&expected.secret),
        account: expected.account.as_deref().map(unbreak),
        key_id: expected.key_id.as_deref().map(unbreak),
        server: expected.server,
    });
    StoreExample { expect: expect.collect(), path: written.path, text: unbreak(&written.text) }
}
