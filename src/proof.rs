//! Proves a rule set on its own examples: each is tried by the pattern alone, by keyword
//! and window, and through the whole pipeline with the offline checks, and what is
//! compared is the captured secret. Stands on the beam because it needs `detect` and `vet`.

use std::collections::BTreeSet;

use crate::detect::engine::{Engine, Window};
use crate::detect::pattern::{self, Capture, Pattern, Patterns};
use crate::detect::stores::Stores;
use crate::error::RuleMistake;
use crate::model::candidate::Candidate;
use crate::model::finding::Identity;
use crate::model::rule::{Example, Form, Rule, RuleIndex};
use crate::model::rule_set::RuleSet;
use crate::model::secret::{KeyOrigin, Secret, SecretKey};
use crate::model::segment::Segment;
use crate::model::store::{ExpectedCredential, Format, StoreExample, StoreIndex};
use crate::vet::vet;

/// Ids of a proof join nothing with anything.
const KEY: SecretKey = SecretKey { bytes: [0; 32], origin: KeyOrigin::Random };

/// Everything that a rule set's examples contradict, sorted.
pub fn prove(rules: &RuleSet) -> Vec<RuleMistake> {
    let engine = Engine::new(rules);
    let stores = Stores::new(&engine);
    let mut mistakes = exceptions(rules);
    for (number, rule) in rules.rules.iter().enumerate() {
        if let Err(why) = pattern::check(rule) {
            mistakes.push(mistake(rule, rules, "rule/pattern", &why));
            continue;
        }
        let index = RuleIndex(number);
        mistakes.extend(rule.examples.iter().filter_map(|one| example(&engine, index, one)));
        mistakes
            .extend(rule.counter_examples.iter().filter_map(|one| counter(&engine, index, one)));
        mistakes.extend(rule.gaps.iter().filter_map(|one| gap(&engine, index, one)));
    }
    for (number, store) in rules.stores.iter().enumerate() {
        let examples = store.examples.iter();
        mistakes.extend(examples.filter_map(|one| store_example(&stores, &engine, number, one)));
    }
    mistakes.sort();
    mistakes
}

/// Lists of files from elsewhere that cannot be used, told at the first rule that has them.
fn exceptions(rules: &RuleSet) -> Vec<RuleMistake> {
    let mut seen = BTreeSet::new();
    let mut mistakes = Vec::new();
    for rule in &rules.rules {
        let lists = rule.exceptions.iter().filter(|index| seen.insert(**index));
        let lists = lists.map(|index| &rules.exceptions[index.0]);
        let patterns = lists.flat_map(|list| [&list.patterns, &list.paths]).map(Vec::as_slice);
        let path = rule.path.as_ref().map(std::slice::from_ref);
        for patterns in patterns.chain(path) {
            let unusable = Patterns::new(patterns).err();
            mistakes.extend(unusable.map(|why| mistake(rule, rules, "rule/pattern", &why)));
        }
    }
    mistakes
}

fn mistake(rule: &Rule, rules: &RuleSet, code: &'static str, what: &str) -> RuleMistake {
    let what = format!("`{}`: {what}", rules.kind(rule.kind).id);
    rule.origin.mistake(code, what)
}

/// An example must yield its secret on all three paths.
fn example(engine: &Engine<'_>, index: RuleIndex, example: &Example) -> Option<RuleMistake> {
    let rule = engine.rules.rule(index);
    let is_secret = |captured: &[u8]| captured == example.secret.as_bytes();
    let say = |path: &str| {
        let beginning: String = example.text.chars().take(12).collect();
        let what = format!("{path} does not find the secret of the example `{beginning}...`");
        Some(mistake(rule, engine.rules, "rule/example", &what))
    };
    let mut by_pattern = false;
    let text = example.text.as_bytes();
    let see = |capture: Capture| by_pattern |= is_secret(&text[capture.secret]);
    match rule.form {
        Form::Shape => Pattern::default().captures(rule, text, 0, text.len(), see),
        Form::Named => Pattern::default().values(rule, text, 0, see),
        Form::Assigned => by_pattern = Pattern::default().fits(rule, example.secret.as_bytes()),
    }
    let found = run(engine, index, text);
    let is_found = |one: &&(Vec<u8>, Option<Identity>)| is_secret(&one.0);
    let by_window = found.iter().any(|one| is_found(&one));
    let by_pipeline = found.iter().filter(is_found).any(|(_, identity)| identity.is_some());
    match (by_pattern, by_window, by_pipeline) {
        (true, true, true) => None,
        (false, ..) => say("the pattern"),
        (_, false, _) => say("the prefilter and window"),
        _ => say("the pipeline with its checks"),
    }
}

/// A counter-example must yield nothing of its rule.
fn counter(engine: &Engine<'_>, index: RuleIndex, example: &Example) -> Option<RuleMistake> {
    let found = run(engine, index, example.text.as_bytes());
    let is_believed = found.iter().any(|(_, identity)| identity.is_some());
    let what = format!("finds something in the counter-example `{}`", example.why);
    let rule = engine.rules.rule(index);
    is_believed.then(|| mistake(rule, engine.rules, "rule/counter-example", &what))
}

/// A gap that closed wants to become an example.
fn gap(engine: &Engine<'_>, index: RuleIndex, example: &Example) -> Option<RuleMistake> {
    counter(engine, index, example).map(|mistake| RuleMistake {
        what: format!("the gap `{}` is closed: make it an example", example.why),
        code: "rule/gap",
        ..mistake
    })
}

/// The candidates of one rule in a text: the captured bytes, and what vetting made of them.
fn run(engine: &Engine<'_>, index: RuleIndex, text: &[u8]) -> Vec<(Vec<u8>, Option<Identity>)> {
    let mut found = Vec::new();
    engine.scan(&Segment::whole(text), &mut Window::default(), &mut |candidate| {
        if candidate.rule == Some(index) {
            let captured =
                text[candidate.span.start as usize..candidate.span.end as usize].to_vec();
            found.push((captured, vet(engine.rules, &KEY, &candidate).ok()));
        }
    });
    found
}

/// A store must find just what its example expects. What only rules find in the file may
/// be expected too, and must be where rules are all that the store has.
fn store_example(
    stores: &Stores<'_>,
    engine: &Engine<'_>,
    number: usize,
    example: &StoreExample,
) -> Option<RuleMistake> {
    let rules = engine.rules;
    let store = &rules.stores[number];
    let say = |what: String| {
        let what = format!("`{}`: the example at {} {what}", store.id, example.path);
        Some(store.origin.mistake("store/example", what))
    };
    let mut places = stores.at(example.path.as_ref()).into_iter();
    let Some(place) = places.find(|place| place.store == StoreIndex(number)) else {
        return say("is at no path of the store".into());
    };
    let mut left: Vec<&ExpectedCredential> = example.expect.iter().collect();
    let mut surprise = None;
    let mut window = Window::default();
    let text = example.text.as_bytes();
    let path = example.path.as_ref();
    let scanned = stores.scan(place, path, text, &mut window, &mut |candidate| {
        surprise = surprise.take().or(surprising(rules, &candidate, &mut left));
    });
    if let Err(malformed) = scanned {
        return say(format!("does not parse: {malformed}"));
    }
    engine.scan(&Segment::whole(text), &mut window, &mut |candidate| {
        // Such a rule yields to any other, and no store is meant by it.
        if candidate.rule.is_some_and(|index| rules.rule(index).form == Form::Assigned) {
            return;
        }
        let candidate = Candidate { store: Some(StoreIndex(number)), ..candidate };
        let unexpected = surprising(rules, &candidate, &mut left);
        if store.format == Format::Rules {
            surprise = surprise.take().or(unexpected);
        }
    });
    match (surprise, left.first()) {
        (Some(surprise), _) => say(surprise),
        (_, Some(missed)) => say(format!("misses a `{}`", missed.kind)),
        _ => None,
    }
}

/// Takes what a candidate is off the list of what is expected; says so if it is not on it.
fn surprising(
    rules: &RuleSet,
    candidate: &Candidate<'_>,
    left: &mut Vec<&ExpectedCredential>,
) -> Option<String> {
    if candidate.rule.is_some_and(|rule| rules.is_foreign(rule)) {
        return None;
    }
    let identity = vet(rules, &KEY, candidate).ok()?;
    let answers: Vec<_> = left.iter().map(|one| agrees(rules, candidate, &identity, one)).collect();
    if let Some(index) = answers.iter().position(Result::is_ok) {
        left.remove(index);
        return None;
    }
    let why = answers.into_iter().find_map(Result::err);
    let why = why.unwrap_or_else(|| "nothing more was expected".into());
    Some(format!("yields a `{}`: {why}", rules.kind(identity.kind).id))
}

/// Compares without looking at the secret: the expected one, vetted likewise, must get
/// the same id.
fn agrees(
    rules: &RuleSet,
    candidate: &Candidate<'_>,
    identity: &Identity,
    expected: &ExpectedCredential,
) -> Result<(), String> {
    let kind = &rules.kind(identity.kind).id;
    if *kind != expected.kind {
        return Err(format!("expected `{}`", expected.kind));
    }
    let twin = Candidate { secret: Secret::new(expected.secret.as_bytes()), ..candidate.clone() };
    if vet(rules, &KEY, &twin).map(|twin| twin.secret_id) != Ok(identity.secret_id) {
        return Err("its secret is another one".into());
    }
    same("account", &identity.account, &expected.account)?;
    let server = identity.server.as_ref().map(ToString::to_string);
    same("server", &server, &expected.server)?;
    same("key_id", &identity.key_id, &expected.key_id)
}

fn same(what: &str, found: &Option<String>, expected: &Option<String>) -> Result<(), String> {
    let is_same = expected.is_none() || found == expected;
    let text = |value: &Option<String>| value.clone().unwrap_or_else(|| "none".into());
    is_same
        .then_some(())
        .ok_or_else(|| format!("{what} is {}, not {}", text(found), text(expected)))
}
