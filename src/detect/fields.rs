//! The fields of a store: which values of a tree a path points at, and what public facts
//! stand beside them.
//!
//! Believes nothing: whether a value is a secret or a placeholder is not asked here. Knows
//! trees, not formats.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::mem;
use std::ops::Range;
use std::path::Path;

use crate::detect::entries::{Content, Entry, entries};
use crate::detect::tree::{Leaf, Node};
use crate::model::candidate::Fields;
use crate::model::store::{FieldPart, FieldPath, FieldReference, Store, StoreCredential};

/// A public fact is a name, a host or a date; what is longer is something else.
const FACT_CHARACTERS_MAX: usize = 200;

/// Only an end may stand in something longer: a certificate, perhaps with its chain.
const END_CHARACTERS_MAX: usize = 32 << 10;

/// More fields than any store has. Looking for the facts beside a field takes as long as
/// the node is wide, and nobody shall keep a sweep busy with one wide file.
pub const N_FIELDS_MAX: usize = 10_000;

/// A value that a path points at.
#[derive(Clone)]
pub struct Field<'t, 'c> {
    /// The value, which may be the second half of one.
    pub leaf: Cow<'t, Leaf<'c>>,
    /// What each `*` of the path matched, in order.
    pub stars: Vec<Cow<'t, str>>,
    /// The path that led here.
    path: &'t FieldPath,
    /// The node that each part of the path led to, in order.
    trail: Vec<&'t Node<'c>>,
}

impl Field<'_, '_> {
    /// The key that the value has.
    pub fn name(&self) -> Option<String> {
        let Some(FieldPart::Key(pattern)) = self.path.parts.last() else { return None };
        let n_own = pattern.matches('*').count();
        let own = self.stars.get(self.stars.len().checked_sub(n_own)?..)?;
        let own: Vec<&str> = own.iter().map(Cow::as_ref).collect();
        Some(with_stars(pattern, &own).into_owned())
    }
}

/// Every value that a path points at, in the order of the file.
pub fn select<'t, 'c>(
    tree: &'t Node<'c>,
    path: &'t FieldPath,
    ignore_case: bool,
) -> Vec<Field<'t, 'c>> {
    Ways::new(tree, ignore_case).select(path)
}

/// The public fact that a reference names for a field: a text made of what the stars
/// matched, or the nearest value at the place they name. As far as the reference is the
/// path of the field it leads to the same node, so a `**` may stand there too. A tree knows
/// nothing of the file's name.
pub fn refer(
    tree: &Node<'_>,
    reference: &FieldReference,
    field: &Field<'_, '_>,
    ignore_case: bool,
) -> Option<String> {
    let fact = match reference {
        FieldReference::Text(template) => fill(template, &field.stars)?,
        FieldReference::FileStem => return None,
        FieldReference::Path(path) => {
            let n_shared = n_shared_parts(path, field.path);
            let beside = n_shared.checked_sub(1).map_or(tree, |last| field.trail[last]);
            let steps = steps_beside(path, n_shared, &field.stars);
            let found = follow(beside, &steps, ignore_case).into_iter().filter_map(Found::leaf);
            // A key may come twice; what belongs together stands together.
            let start = field.leaf.span.start;
            let nearest = found.min_by_key(|other| other.span.start.abs_diff(start))?;
            String::from_utf8_lossy(&nearest.bytes).into_owned()
        }
    };
    Some(fact).filter(|fact| !fact.trim().is_empty())
}

/// Every value of a store that holds something, with the position of the credential in
/// `store.credentials` that claims it first. In the order of the file; a value that
/// aliases show in several places is there once. At most [`N_FIELDS_MAX`].
pub fn credentials<'t, 'c>(tree: &'t Node<'c>, store: &'t Store) -> Vec<(usize, Field<'t, 'c>)> {
    let mut ways = Ways::new(tree, store.format.ignores_case());
    let mut claimed = HashSet::new();
    let mut found = Vec::new();
    for (index, credential) in store.credentials.iter().enumerate() {
        for path in &credential.secret {
            let fields = ways.select(path).into_iter();
            let unclaimed = fields.filter(|field| {
                !field.leaf.bytes.is_empty() && claimed.insert(field.leaf.span.clone())
            });
            found.extend(unclaimed.map(|field| (index, field)));
        }
    }
    found.sort_by_key(|(_, field)| field.leaf.span.start);
    found.truncate(N_FIELDS_MAX);
    found
}

/// The public facts beside a field that [`credentials`] found in a file.
pub fn fields_of(
    tree: &Node<'_>,
    file: &Path,
    store: &Store,
    index: usize,
    field: &Field<'_, '_>,
) -> Fields {
    let credential = &store.credentials[index];
    let fact_of = |reference: &Option<FieldReference>, n_characters_max| {
        let fact = match reference.as_ref()? {
            FieldReference::FileStem => file.file_stem()?.to_string_lossy().into_owned(),
            other => refer(tree, other, field, store.format.ignores_case())?,
        };
        Some(fact.trim().chars().take(n_characters_max).collect())
    };
    let fact = |reference| fact_of(reference, FACT_CHARACTERS_MAX);
    Fields {
        key_id: fact(&credential.key_id),
        account: fact(&credential.account),
        server: server_of(tree, store, credential, field),
        issued: fact(&credential.issued),
        expires: fact_of(&credential.expires, END_CHARACTERS_MAX),
        protection: credential.rests.clone(),
    }
}

/// The server of a field. Where it stands apart from the field, as the clusters of a kubeconfig
/// do from its users, it is told only if there is no other.
fn server_of(
    tree: &Node<'_>,
    store: &Store,
    credential: &StoreCredential,
    field: &Field<'_, '_>,
) -> Option<String> {
    let reference = credential.server.as_ref()?;
    let ignore_case = store.format.ignores_case();
    let FieldReference::Path(path) = reference else {
        return refer(tree, reference, field, ignore_case);
    };
    if n_shared_parts(path, field.path) > 0 {
        return refer(tree, reference, field, ignore_case);
    }
    let all = select(tree, path, ignore_case);
    let first = all.first()?;
    let is_only = all.iter().all(|other| other.leaf.bytes == first.leaf.bytes);
    is_only.then(|| String::from_utf8_lossy(&first.leaf.bytes).into_owned())
}

/// One level of a path on its way through a tree.
enum Step<'p> {
    /// A key with `*` in it, or without.
    Pattern(&'p str),
    /// A key in which `*` is a letter like any other.
    Exact(Cow<'p, str>),
    AnyDepth,
}

impl<'p> Step<'p> {
    fn of_part(part: &'p FieldPart) -> Self {
        match part {
            FieldPart::Key(key) => Self::Pattern(key),
            FieldPart::AnyDepth => Self::AnyDepth,
        }
    }

    /// Whether it asks for a name, and not for whatever is there.
    fn is_name(&self) -> bool {
        match self {
            Self::Pattern(pattern) => pattern.bytes().any(|byte| byte != b'*'),
            Self::Exact(_) => true,
            Self::AnyDepth => false,
        }
    }
}

/// How many parts two paths have in common before they part, the last of neither.
fn n_shared_parts(path: &FieldPath, other: &FieldPath) -> usize {
    let n_equal = path.parts.iter().zip(&other.parts).take_while(|(a, b)| a == b).count();
    n_equal.min(path.parts.len().saturating_sub(1)).min(other.parts.len().saturating_sub(1))
}

/// The steps of a path behind its first parts, every `*` replaced by what it matched for a
/// field. Those that the field's own path does not have stay open, and so does a `**`.
fn steps_beside<'p>(path: &'p FieldPath, n_done: usize, stars: &[Cow<'_, str>]) -> Vec<Step<'p>> {
    let (done, parts) = path.parts.split_at(n_done);
    let mut stars = stars.iter().skip(done.iter().map(n_stars).sum());
    let step = |part: &'p FieldPart| match part {
        FieldPart::Key(pattern) => {
            let matched: Vec<_> = stars.by_ref().take(n_stars(part)).map(Cow::as_ref).collect();
            match matched.len() {
                n_matched if n_matched < n_stars(part) => Step::Pattern(pattern),
                _ => Step::Exact(with_stars(pattern, &matched)),
            }
        }
        FieldPart::AnyDepth => Step::AnyDepth,
    };
    parts.iter().map(step).collect()
}

fn n_stars(part: &FieldPart) -> usize {
    match part {
        FieldPart::Key(pattern) => pattern.matches('*').count(),
        FieldPart::AnyDepth => 0,
    }
}

/// A pattern with its stars replaced, of which there are as many as given.
fn with_stars<'p>(pattern: &'p str, stars: &[&str]) -> Cow<'p, str> {
    if stars.is_empty() {
        return Cow::Borrowed(pattern);
    }
    let mut pieces = pattern.split('*');
    let first = pieces.next().unwrap_or_default().to_owned();
    Cow::Owned(stars.iter().zip(pieces).fold(first, |key, (star, piece)| key + star + piece))
}

/// A template with `{1}` and the like replaced; `None` if there is no such star.
fn fill(template: &str, stars: &[Cow<'_, str>]) -> Option<String> {
    let mut text = String::new();
    let mut rest = template;
    while let Some((before, behind)) = rest.split_once('{') {
        let (number, behind) = behind.split_once('}')?;
        let index = number.parse::<usize>().ok()?.checked_sub(1)?;
        text.push_str(before);
        text.push_str(stars.get(index)?);
        rest = behind;
    }
    Some(text + rest)
}

/// The ways to fields. Of the hundreds of names that a vocabulary has below one place, the way
/// to the place is walked once.
struct Ways<'t, 'c> {
    tree: &'t Node<'c>,
    ignore_case: bool,
    /// What the beginnings of paths lead to, all parts but the last.
    places: HashMap<&'t [FieldPart], Vec<Found<'t, 'c>>>,
}

impl<'t, 'c> Ways<'t, 'c> {
    fn new(tree: &'t Node<'c>, ignore_case: bool) -> Self {
        Self { tree, ignore_case, places: HashMap::new() }
    }

    fn select(&mut self, path: &'t FieldPath) -> Vec<Field<'t, 'c>> {
        let Some((last, beginning)) = path.parts.split_last() else { return Vec::new() };
        let (tree, ignore_case) = (self.tree, self.ignore_case);
        let places = self.places.entry(beginning).or_insert_with(|| {
            let steps: Vec<_> = beginning.iter().map(Step::of_part).collect();
            let mut places = follow(tree, &steps, ignore_case);
            // Not every text that holds a `=` is an assignment: of those that only a `**` leads to none is.
            if matches!(steps.last(), Some(Step::AnyDepth)) {
                places.retain(|place| !matches!(place.end, Content::Node(Node::Value(_))));
            }
            places
        });
        let last = Step::of_part(last);
        let found = places.iter().flat_map(|place| place.further(&last, ignore_case));
        let field = |mut found: Found<'t, 'c>| {
            let (stars, trail) = (mem::take(&mut found.stars), mem::take(&mut found.trail));
            Some(Field { leaf: found.leaf()?, stars, path, trail })
        };
        // Two `**` lead to one value by many ways.
        let mut seen = HashSet::new();
        found.filter_map(field).filter(|field| seen.insert(field.leaf.span.clone())).collect()
    }
}

/// What stands at the end of some steps.
struct Found<'t, 'c> {
    end: Content<'t, 'c>,
    stars: Vec<Cow<'t, str>>,
    trail: Vec<&'t Node<'c>>,
}

impl<'t, 'c> Found<'t, 'c> {
    /// The value, if it is one.
    fn leaf(self) -> Option<Cow<'t, Leaf<'c>>> {
        match self.end {
            Content::Node(Node::Value(leaf)) => Some(Cow::Borrowed(leaf)),
            Content::Node(_) => None,
            Content::Half(leaf) => Some(Cow::Owned(leaf)),
        }
    }

    /// What one more step leads to.
    fn further(&self, step: &Step<'_>, ignore_case: bool) -> Vec<Self> {
        let Content::Node(node) = self.end else { return Vec::new() };
        let mut walk = Walk::new(ignore_case);
        (walk.stars, walk.trail) = (self.stars.clone(), self.trail.clone());
        walk.visit(node, std::slice::from_ref(step));
        walk.found
    }
}

fn follow<'t, 'c>(tree: &'t Node<'c>, steps: &[Step<'_>], ignore_case: bool) -> Vec<Found<'t, 'c>> {
    let mut walk = Walk::new(ignore_case);
    walk.visit(tree, steps);
    walk.found
}

/// A walk over a tree along steps. Recurses once a level and once a step, both bounded.
struct Walk<'t, 'c> {
    ignore_case: bool,
    /// Nodes with the number of steps left there. Two `**` lead to one place on many ways,
    /// whose number doubles with every level.
    visited: HashSet<(*const Node<'c>, usize)>,
    stars: Vec<Cow<'t, str>>,
    trail: Vec<&'t Node<'c>>,
    found: Vec<Found<'t, 'c>>,
}

impl<'t, 'c> Walk<'t, 'c> {
    fn new(ignore_case: bool) -> Self {
        let (visited, found) = (HashSet::new(), Vec::new());
        Self { ignore_case, visited, stars: Vec::new(), trail: Vec::new(), found }
    }

    fn visit(&mut self, node: &'t Node<'c>, steps: &[Step<'_>]) {
        if !self.visited.insert((std::ptr::from_ref(node), steps.len())) {
            return;
        }
        match (steps, node) {
            ([], _) => self.keep(Content::Node(node)),
            ([Step::AnyDepth, rest @ ..], _) => {
                // Here, and with the `**` still to come one level deeper.
                if rest.is_empty() || !matches!(node, Node::Value(_)) {
                    self.step_to(node, rest);
                }
                children(node).for_each(|(_, child)| self.visit(child, steps));
            }
            ([Step::Exact(key), rest @ ..], Node::List(list)) if key.parse::<usize>().is_ok() => {
                if let Some(child) = key.parse().ok().and_then(|index: usize| list.get(index)) {
                    self.step_to(child, rest);
                }
            }
            ([step, rest @ ..], _) => {
                children(node).for_each(|(key, child)| {
                    self.enter(key, Content::Node(child), step, rest);
                });
                if step.is_name() {
                    entries(node).for_each(|Entry { name, content }| {
                        self.enter(name, content, step, rest);
                    });
                }
            }
        }
    }

    fn keep(&mut self, end: Content<'t, 'c>) {
        let (stars, trail) = (self.stars.clone(), self.trail.clone());
        self.found.push(Found { end, stars, trail });
    }

    /// Goes on behind a step that led to a node.
    fn step_to(&mut self, node: &'t Node<'c>, rest: &[Step<'_>]) {
        self.trail.push(node);
        self.visit(node, rest);
        self.trail.pop();
    }

    fn enter(
        &mut self,
        key: Cow<'t, str>,
        child: Content<'t, 'c>,
        step: &Step<'_>,
        rest: &[Step<'_>],
    ) {
        let n_stars = self.stars.len();
        let is_match = match step {
            Step::Exact(exact) => equal(&key, exact, self.ignore_case),
            Step::Pattern(pattern) => match stars_of(&key, pattern, self.ignore_case) {
                Some(stars) => {
                    self.stars.extend(stars.into_iter().map(|range| sub_key(&key, range)));
                    true
                }
                None => false,
            },
            Step::AnyDepth => false,
        };
        match child {
            Content::Node(child) if is_match => self.step_to(child, rest),
            half @ Content::Half(_) if is_match && rest.is_empty() => self.keep(half),
            _ => {}
        }
        self.stars.truncate(n_stars);
    }
}

/// The parts of a node with their keys; those of a list are numbers from 0.
fn children<'t, 'c>(
    node: &'t Node<'c>,
) -> Box<dyn Iterator<Item = (Cow<'t, str>, &'t Node<'c>)> + 't> {
    match node {
        Node::Value(_) => Box::new(std::iter::empty()),
        Node::Map(entries) => {
            Box::new(entries.iter().map(|(key, child)| (Cow::Borrowed(&**key), child)))
        }
        Node::List(list) => {
            let numbered = list.iter().enumerate();
            Box::new(numbered.map(|(index, child)| (Cow::Owned(index.to_string()), child)))
        }
    }
}

fn sub_key<'t>(key: &Cow<'t, str>, range: Range<usize>) -> Cow<'t, str> {
    match key {
        Cow::Borrowed(key) => Cow::Borrowed(&key[range]),
        Cow::Owned(key) => Cow::Owned(key[range].to_owned()),
    }
}

/// Which parts of a key the stars of a pattern match: all but the last as little as possible.
fn stars_of(key: &str, pattern: &str, ignore_case: bool) -> Option<Vec<Range<usize>>> {
    let Some((head, tail)) = pattern.split_once('*') else {
        return equal(key, pattern, ignore_case).then(Vec::new);
    };
    let mut pieces: Vec<&str> = tail.split('*').collect();
    let last = pieces.pop().unwrap_or_default();
    let end = key.len().checked_sub(last.len())?;
    let mut at = head.len();
    if at > end || !stands_at(key, 0, head, ignore_case) || !stands_at(key, end, last, ignore_case)
    {
        return None;
    }
    let mut stars = Vec::new();
    for piece in pieces {
        let found = (at..=end.checked_sub(piece.len())?)
            .find(|&start| stands_at(key, start, piece, ignore_case))?;
        stars.push(at..found);
        at = found + piece.len();
    }
    stars.push(at..end);
    Some(stars)
}

/// Letter case of ASCII only: no key of a store has other letters.
fn stands_at(key: &str, at: usize, piece: &str, ignore_case: bool) -> bool {
    key.get(at..at + piece.len()).is_some_and(|part| equal(part, piece, ignore_case))
}

fn equal(left: &str, right: &str, ignore_case: bool) -> bool {
    if ignore_case { left.eq_ignore_ascii_case(right) } else { left == right }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::formats::parse;
    use crate::model::rule::KindIndex;
    use crate::model::store::{Decode, Format, StoreCredential};

    const FILE: &str = "/srv/5D0C1B7E9F.key";

    const TREE: &str = r#"{
        "profiles": {
            "work": {"token": "s3cr3t-1", "id": "AB", "seen": ["s3cr3t-2", {"token": "s3cr3t-3"}]},
            "*": {"token": "s3cr3t-4", "id": "CD", "Token": "other"}
        },
        "users": [{"name": "ana", "user": {"token": "s3cr3t-5"}}, {"name": "bob"}]
    }"#;

    fn path(text: &str) -> FieldPath {
        FieldPath::parse(text).unwrap()
    }

    fn text(leaf: &Leaf<'_>) -> String {
        String::from_utf8(leaf.bytes.to_vec()).unwrap()
    }

    /// Selects from [`TREE`] and shows `value[stars]`.
    fn check(wanted: &str, expected: &[&str]) {
        let tree = parse(Format::Json, TREE.as_bytes()).unwrap();
        let shown: Vec<_> = select(&tree, &path(wanted), false)
            .iter()
            .map(|field| format!("{}[{}]", text(&field.leaf), field.stars.join(" ")))
            .collect();
        assert_eq!(shown, expected, "{wanted}");
    }

    #[test]
    fn literal_parts_are_keys_and_indices() {
        check("profiles.work.token", &["s3cr3t-1[]"]);
        check("users.0.user.token", &["s3cr3t-5[]"]);
        check("profiles.work", &[]);
        check("profiles.work.token.x", &[]);
        check("nothing", &[]);
    }

    #[test]
    fn stars_say_what_they_matched() {
        check("profiles.*.token", &["s3cr3t-1[work]", "s3cr3t-4[*]"]);
        check("users.*.user.*", &["s3cr3t-5[0 token]"]);
        check("profiles.w*k.t*n", &["s3cr3t-1[or oke]"]);
    }

    #[test]
    fn any_depth_is_none_too_and_finds_a_value_once() {
        check("**.token", &["s3cr3t-1[]", "s3cr3t-3[]", "s3cr3t-4[]", "s3cr3t-5[]"]);
        check("profiles.**.work.**.token", &["s3cr3t-1[]", "s3cr3t-3[]"]);
        check("**.**.**.id", &["AB[]", "CD[]"]);
        check("users.**", &["ana[]", "s3cr3t-5[]", "bob[]"]);
    }

    #[test]
    fn many_ways_to_a_value_do_not_multiply() {
        let deep = format!("{}\"x\"{}", "[".repeat(60), "]".repeat(60));
        let tree = parse(Format::Json, deep.as_bytes()).unwrap();
        assert_eq!(select(&tree, &path(&"**.".repeat(20)[..59]), false).len(), 1);
    }

    #[test]
    fn letter_case_counts_unless_told() {
        let tree = parse(Format::Json, br#"{"API_Token": "s3cr3t"}"#).unwrap();
        let wanted = path("*_TOKEN");
        assert_eq!(select(&tree, &wanted, false).len(), 0);
        assert_eq!(select(&tree, &wanted, true)[0].stars, ["API"]);
    }

    #[test]
    fn globs_match_within_a_key() {
        let stars = |key, pattern| {
            stars_of(key, pattern, false).map(|stars| {
                stars.into_iter().map(|range| key[range].to_owned()).collect::<Vec<_>>().join("|")
            })
        };
        assert_eq!(stars("//h/:_authToken", "*:_authToken").as_deref(), Some("//h/"));
        assert_eq!(stars("a_b_c", "*_*").as_deref(), Some("a|b_c"));
        assert_eq!(stars("aXbXc", "a*X*c").as_deref(), Some("|bX"));
        assert_eq!(stars("größe", "gr*e").as_deref(), Some("öß"));
        assert_eq!(stars("ß", "*\u{9f}"), None);
        assert_eq!(stars("ab", "ab*b"), None);
        assert_eq!(stars("", "*").as_deref(), Some(""));
        assert_eq!(stars("abc", "a*x*c"), None);
    }

    /// Refers from the first field of a path in [`TREE`].
    fn check_fact(wanted: &str, reference: &str, expected: Option<&str>) {
        let tree = parse(Format::Json, TREE.as_bytes()).unwrap();
        let path = path(wanted);
        let field = &select(&tree, &path, false)[0];
        let reference = FieldReference::parse(reference).unwrap();
        assert_eq!(refer(&tree, &reference, field, false).as_deref(), expected);
    }

    #[test]
    fn a_template_is_made_of_stars() {
        check_fact("profiles.*.token", "{1}", Some("work"));
        check_fact("profiles.w*.*", "profile {1}/{2}!", Some("profile ork/token!"));
        check_fact("profiles.*.token", "{2}", None);
        check_fact("profiles.*.token", "{0}", None);
        check_fact("profiles.*.token", "{x", None);
    }

    #[test]
    fn a_path_takes_what_the_stars_matched() {
        check_fact("profiles.*.token", "profiles.*.id", Some("AB"));
        check_fact("users.*.user.token", "users.*.name", Some("ana"));
        check_fact("users.*.user.token", "users.1.name", Some("bob"));
        check_fact("profiles.w*k.token", "profiles.w*k.id", Some("AB"));
        check_fact("profiles.*.token", "profiles.*.nothing", None);
        check_fact("profiles.*.token", "profiles.*", None);
        check_fact("profiles.*.token", "users.0.*", None);
    }

    #[test]
    fn a_path_leads_to_the_same_node_as_far_as_it_is_the_same() {
        check_fact("profiles.**.seen.0", "profiles.**.id", Some("AB"));
        check_fact("**.user.token", "**.name", Some("ana"));
        check_fact("profiles.*.token", "profiles.*.token", Some("s3cr3t-1"));
        check_fact("users.*.user.token", "profiles.**.id", Some("CD"));
    }

    #[test]
    fn a_star_in_a_key_is_no_star() {
        let tree = parse(Format::Json, TREE.as_bytes()).unwrap();
        let path = path("profiles.*.token");
        let field = &select(&tree, &path, false)[1];
        let reference = FieldReference::parse("profiles.*.id").unwrap();
        assert_eq!(refer(&tree, &reference, field, false).as_deref(), Some("CD"));
    }

    #[test]
    fn of_sections_that_come_twice_the_nearest_counts() {
        let ini = b"[a]\nuser = ana\npassword = s3cr3t-1\n[a]\nuser = bob\npassword = s3cr3t-2\n";
        let tree = parse(Format::Ini, ini).unwrap();
        let reference = FieldReference::parse("*.user").unwrap();
        let path = path("*.password");
        let fields = select(&tree, &path, true);
        let users: Vec<_> = fields.iter().map(|it| refer(&tree, &reference, it, true)).collect();
        assert_eq!(users, [Some("ana".to_owned()), Some("bob".to_owned())]);
    }

    #[test]
    fn facts_are_short() {
        let long = format!("{{\"a\": \"s3cr3t\", \"b\": \"{}\", \"c\": \" \"}}", "ß".repeat(500));
        let tree = parse(Format::Json, long.as_bytes()).unwrap();
        let fields = |fact: &str| {
            let expires = Some(FieldReference::Path(path(fact)));
            let credential = StoreCredential { expires, ..credential(0, &["a"], fact) };
            let store = store(Format::Json, vec![credential]);
            fields_of(&tree, Path::new(FILE), &store, 0, &credentials(&tree, &store)[0].1)
        };
        assert_eq!(fields("b").account, Some("ß".repeat(FACT_CHARACTERS_MAX)));
        assert_eq!(fields("b").expires, Some("ß".repeat(500)), "it may be a certificate");
        assert_eq!(fields("c").account, None);
    }

    fn credential(kind: usize, secret: &[&str], account: &str) -> StoreCredential {
        StoreCredential {
            issued: None,
            server: None,
            kind: KindIndex(kind),
            secret: secret.iter().map(|text| path(text)).collect(),
            account: Some(FieldReference::parse(account).unwrap()),
            key_id: None,
            expires: None,
            rests: None,
            decode: Decode::None,
        }
    }

    fn store(format: Format, credentials: Vec<StoreCredential>) -> Store {
        Store {
            origin: Default::default(),
            id: "store".into(),
            title: String::new(),
            paths: Vec::new(),
            env: Vec::new(),
            contains: Vec::new(),
            elsewhere: None,
            format,
            credentials,
            examples: Vec::new(),
        }
    }

    /// Shows `position value account` for all that a store finds.
    fn check_store(store: &Store, file: &str, expected: &[&str]) {
        let tree = parse(store.format, file.as_bytes()).unwrap();
        let shown: Vec<_> = credentials(&tree, store)
            .iter()
            .map(|(index, field)| {
                let account = fields_of(&tree, Path::new(FILE), store, *index, field)
                    .account
                    .unwrap_or_default();
                format!("{index} {} {account}", text(&field.leaf))
            })
            .collect();
        assert_eq!(shown, expected);
    }

    #[test]
    fn the_first_credential_that_matches_a_value_wins() {
        let wanted = vec![
            credential(0, &["B_TOKEN", "A_TOKEN"], "{1}"),
            credential(1, &["*_TOKEN", "*_KEY"], "{1}"),
        ];
        check_store(
            &store(Format::Dotenv, wanted),
            "A_TOKEN=s3cr3t-1\nC_KEY=s3cr3t-2\nB_TOKEN=s3cr3t-3\nD_TOKEN=\nC_KEY=s3cr3t-4\n",
            &["0 s3cr3t-1 ", "1 s3cr3t-2 C", "0 s3cr3t-3 ", "1 s3cr3t-4 C"],
        );
    }

    #[test]
    fn the_name_of_the_file_may_be_a_fact() {
        let store = store(Format::Whole, vec![credential(0, &["**"], "{stem}")]);
        check_store(&store, "s3cr3t", &["0 s3cr3t 5D0C1B7E9F"]);
    }

    #[test]
    fn a_value_that_aliases_repeat_is_found_once() {
        check_store(
            &store(Format::Yaml, vec![credential(0, &["**.token"], "**.name")]),
            "a: &a {token: s3cr3t, name: ana}\nb: *a\n",
            &["0 s3cr3t ana"],
        );
    }

    #[test]
    fn a_wide_file_yields_no_more_than_the_first() {
        let wide = "A_TOKEN=s3cr3t\n".repeat(N_FIELDS_MAX + 1);
        let tree = parse(Format::Dotenv, wide.as_bytes()).unwrap();
        let store = store(Format::Dotenv, vec![credential(0, &["*_TOKEN"], "{1}")]);
        assert_eq!(credentials(&tree, &store).len(), N_FIELDS_MAX);
    }

    #[test]
    fn a_list_of_named_entries_is_read_as_a_map() {
        let wanted = || {
            let fields = |secret, account| credential(0, &[secret], account);
            vec![fields("env.DB_PASSWORD", "env.DB_USER"), fields("env.*_TOKEN", "{1}")]
        };
        check_store(
            &store(Format::Yaml, wanted()),
            "env:\n- name: DB_USER\n  value: ana\n- {name: DB_PASSWORD, value: s3cr3t-1}\n\
             - {value: s3cr3t-2, name: A_TOKEN}\n- {name: B_TOKEN, valueFrom: x}\n",
            &["0 s3cr3t-1 ana", "1 s3cr3t-2 A"],
        );
        check_store(
            &store(Format::Yaml, wanted()),
            "env:\n- DB_USER=ana\n- DB_PASSWORD=s3cr3t=1\n- 'A_TOKEN=it''s'\n- B_TOKEN\n",
            &["0 s3cr3t=1 ana", "1 it's A"],
        );
        check_store(
            &store(Format::Xml, vec![credential(0, &["**.Password"], "**.User")]),
            r#"<a><add key="User" value="ana"/><add key="Password" value="s3cr3t"/></a>"#,
            &["0 s3cr3t ana"],
        );
    }

    #[test]
    fn a_netrc_knows_no_letter_case_and_belongs_to_machines() {
        check_store(
            &store(Format::Netrc, vec![credential(0, &["*.Password"], "*.machine")]),
            "machine a.example login ana password s3cr3t-1\ndefault password s3cr3t-2",
            &["0 s3cr3t-1 a.example", "0 s3cr3t-2 default"],
        );
    }
}
