//! A record as it is kept: what matching and reporting need, whatever catalogue it came
//! from. Also how it becomes an advisory; that happens only to the few whose packages a
//! host has.

use serde::{Deserialize, Serialize};

use crate::model::advisory::{Advisory, BadPackage, Ecosystem, VersionEvent, VersionRange};
use crate::model::coverage::LeftOut;
use crate::model::rule::Confidence;
use crate::model::time::{Moment, Window};

/// Longest title that is kept, in bytes.
const TITLE_BYTES_MAX: usize = 200;

/// What became of a record that could be read.
pub struct Reading {
    /// Its id, which takes the place of an earlier record whatever becomes of this one.
    pub id: String,
    /// The record, or why it was not taken.
    pub outcome: Result<Record, LeftOut>,
    /// Whether it holds fields that its format does not name.
    pub has_unknown_fields: bool,
}

/// What one record says.
#[derive(Debug, Deserialize, Serialize)]
pub struct Record {
    pub id: String,
    pub title: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// When it was published, in seconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published: Option<i64>,
    pub packages: Vec<Package>,
}

/// Bad versions of one package.
#[derive(Debug, Deserialize, Serialize)]
pub struct Package {
    /// By OSV's name.
    pub ecosystem: String,
    /// As written.
    pub name: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub versions: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ranges: Vec<Vec<Event>>,
}

/// What happens at a version, as OSV writes it.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    Introduced(String),
    Fixed(String),
    LastAffected(String),
    Limit(String),
}

impl Package {
    /// Where it comes from, if a sweep knows that ecosystem. Bumblebee has names of its own.
    pub fn ecosystem(&self) -> Option<Ecosystem> {
        Ecosystem::named(&self.ecosystem)
    }

    /// The same with a normalised name. How its code runs, no catalogue says.
    pub fn into_bad_package(self, ecosystem: Ecosystem, name: &str) -> BadPackage {
        let range = |events: Vec<Event>| VersionRange {
            events: events.into_iter().map(VersionEvent::from).collect(),
        };
        BadPackage {
            ecosystem,
            name: name.to_owned(),
            versions: self.versions,
            all_versions: false,
            is_moved: false,
            ranges: self.ranges.into_iter().map(range).collect(),
            triggers: Vec::new(),
            clean_before: None,
            clean_after: None,
        }
    }
}

impl From<Event> for VersionEvent {
    fn from(event: Event) -> Self {
        match event {
            Event::Introduced(version) => Self::Introduced(version),
            Event::Fixed(version) => Self::Fixed(version),
            Event::LastAffected(version) => Self::LastAffected(version),
            Event::Limit(version) => Self::Limit(version),
        }
    }
}

impl Record {
    /// Takes a record, unless nothing of it can be compared with a package.
    pub fn checked(mut self) -> Result<Self, LeftOut> {
        self.packages.retain(|package| package.ecosystem().is_some());
        if self.packages.is_empty() {
            return Err(LeftOut::Ecosystem);
        }
        self.packages.retain(|package| !package.versions.is_empty() || !package.ranges.is_empty());
        if self.packages.is_empty() { Err(LeftOut::NoVersions) } else { Ok(self) }
    }

    /// Whether an advisory is about the same incident: they share an id.
    pub fn is_about(&self, advisory: &Advisory) -> bool {
        let mut mine = std::iter::once(&self.id).chain(&self.aliases);
        mine.any(|id| *id == advisory.id || advisory.ids.contains(id))
    }

    /// The advisory that it amounts to, without its packages.
    pub fn advisory(&self, ecosystem: Ecosystem, place: &str, now: Moment) -> Advisory {
        let published = self.published.map_or(Moment::new(0, 0), |at| Moment::new(at, 0));
        let window = Window { start: published.min(now), end: now };
        Advisory {
            title: self.title.clone(),
            ids: self.aliases.clone(),
            summary: "A record of another catalogue: it says which versions are bad. How their \
                      code runs and what it reads is not known here."
                .into(),
            confidence: Confidence::Medium,
            sources: vec![self.source()],
            catalogue: Some(place.into()),
            ..Advisory::new(&self.id, ecosystem, window)
        }
    }

    fn source(&self) -> String {
        let published = self.published.map(|at| format!(", published {}", Moment::new(at, 0)));
        format!("record {}{}", self.id, published.unwrap_or_default())
    }
}

/// The first line that says something, cut where a title gets too long.
pub fn title(text: &str) -> String {
    let line = text.lines().map(str::trim).find(|line| line.chars().any(char::is_alphanumeric));
    let line = line.unwrap_or_default();
    let end = (0..=line.len().min(TITLE_BYTES_MAX)).rfind(|end| line.is_char_boundary(*end));
    line[..end.unwrap_or_default()].to_owned()
}
