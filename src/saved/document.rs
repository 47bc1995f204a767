//! A report that was saved as one JSON document, taken apart without holding it whole.

use std::borrow::Cow;
use std::fmt;
use std::io::BufRead;
use std::marker::PhantomData;

use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor,
};

use crate::saved::mistake::later_minor;
use crate::saved::{Mistake, Notes, Sink, mistake_of};
use crate::view::{Clock, Coverage, Head, Record, Run, Status, Summary, Tail, Tool, WhatIf, Word};

/// Hands over each record.
pub fn read(source: impl BufRead, sink: &mut Sink) -> Result<Notes, Mistake> {
    let mut taker = Taker { sink, ended_by: None, notes: Notes::default() };
    let mut deserializer = serde_json::Deserializer::from_reader(source);
    let read = taker.deserialize(&mut deserializer).and_then(|()| deserializer.end());
    match (taker.ended_by, read) {
        (Some(mistake), _) => Err(mistake),
        (None, Err(error)) => Err(mistake_of(&error, None)),
        (None, Ok(())) => Ok(taker.notes),
    }
}

/// Takes the document apart.
struct Taker<'s, 'f> {
    sink: &'s mut Sink<'f>,
    /// What ended the reading, where it was not the JSON itself.
    ended_by: Option<Mistake>,
    notes: Notes,
}

impl Taker<'_, '_> {
    fn give<E: Error>(&mut self, record: Record<'static>) -> Result<(), E> {
        (self.sink)(record).map_err(|mistake| self.end(mistake))
    }

    fn end<E: Error>(&mut self, mistake: Mistake) -> E {
        self.ended_by = Some(mistake);
        E::custom("")
    }

    fn deserialize<'de, D: Deserializer<'de>>(&mut self, from: D) -> Result<(), D::Error> {
        from.deserialize_map(self)
    }
}

/// What stands once in a document, as far as it came.
#[derive(Default)]
struct Once {
    schema_version: Option<Word>,
    tool: Option<Tool>,
    run: Option<Run>,
    status: Option<Status>,
    summary: Option<Summary>,
    what_if: Option<Option<WhatIf>>,
    clock: Option<Clock>,
    coverage: Option<Coverage>,
}

impl Once {
    /// The head, as soon as all of it is there.
    fn head(&self) -> Option<Head> {
        Some(Head {
            schema_version: self.schema_version.clone()?,
            tool: self.tool.clone()?,
            run: self.run.clone()?,
            what_if: self.what_if.clone()?,
            clock: self.clock.clone()?,
        })
    }

    fn tail(self) -> Option<Tail> {
        Some(Tail { status: self.status?, summary: self.summary?, coverage: self.coverage? })
    }
}

impl<'de> Visitor<'de> for &mut Taker<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a report")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut once = Once::default();
        let mut has_head = false;
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "schema_version" => {
                    let version: Word = map.next_value()?;
                    self.notes.later_minor =
                        later_minor(&version).map_err(|mistake| self.end(mistake))?;
                    once.schema_version = Some(version);
                }
                "tool" => once.tool = Some(map.next_value()?),
                "run" => once.run = Some(map.next_value()?),
                "status" => once.status = Some(map.next_value()?),
                "summary" => once.summary = Some(map.next_value()?),
                "what_if" => once.what_if = Some(map.next_value()?),
                "clock" => once.clock = Some(map.next_value()?),
                "coverage" => once.coverage = Some(map.next_value()?),
                "advisories" => map.next_value_seed(List::new(self, Record::Advisory))?,
                "infected_installs" => {
                    map.next_value_seed(List::new(self, Record::InfectedInstall))?;
                }
                "plan" => {
                    let plan = Cow::Owned(map.next_value()?);
                    self.give(Record::Plan(plan))?;
                }
                "startup_code" => map.next_value_seed(List::new(self, Record::StartupCode))?,
                "credentials" => map.next_value_seed(List::new(self, Record::Credential))?,
                "authorized_keys" => map.next_value_seed(List::new(self, Record::AuthorizedKey))?,
                "brokers" => map.next_value_seed(List::new(self, Record::Broker))?,
                "environments" => map.next_value_seed(List::new(self, Record::Environment))?,
                _ if once.schema_version.is_none() => return Err(self.end(Mistake::NoReport)),
                _ => {
                    self.notes.n_unknown_records += 1;
                    map.next_value::<IgnoredAny>()?;
                }
            }
            if let Some(head) = once.head().filter(|_| !has_head) {
                has_head = true;
                self.give(Record::Run(head))?;
            }
        }
        if !has_head {
            return Err(self.end(Mistake::NoReport));
        }
        self.give_end(once)
    }
}

impl Taker<'_, '_> {
    /// The listed problems, and what the run amounts to.
    fn give_end<E: Error>(&mut self, once: Once) -> Result<(), E> {
        let Some(mut tail) = once.tail() else { return Err(self.end(Mistake::NoEnd)) };
        for problem in std::mem::take(&mut tail.coverage.problems.listed) {
            self.give(Record::Problem(Cow::Owned(problem)))?;
        }
        self.give(Record::Summary(tail))
    }
}

/// A list of which each element becomes a record.
struct List<'t, 's, 'f, T: Clone + 'static> {
    taker: &'t mut Taker<'s, 'f>,
    record: fn(Cow<'static, T>) -> Record<'static>,
    element: PhantomData<T>,
}

impl<'t, 's, 'f, T: Clone> List<'t, 's, 'f, T> {
    fn new(taker: &'t mut Taker<'s, 'f>, record: fn(Cow<'static, T>) -> Record<'static>) -> Self {
        Self { taker, record, element: PhantomData }
    }
}

impl<'de, T: Clone + Deserialize<'de>> DeserializeSeed<'de> for List<'_, '_, '_, T> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_seq(self)
    }
}

impl<'de, T: Clone + Deserialize<'de>> Visitor<'de> for List<'_, '_, '_, T> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while let Some(element) = list.next_element::<T>()? {
            self.taker.give((self.record)(Cow::Owned(element)))?;
        }
        Ok(())
    }
}
