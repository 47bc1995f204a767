//! Which of the believed candidates of a file count: what only a name speaks for yields to what
//! has a shape of its own, and weak signs do not count where others' code is full of them.

use crate::model::location::Span;
use crate::model::rule::{Confidence, Form};
use crate::model::setting::Setting;
use crate::sweep::sieve::Raw;

/// Drops what does not count. Gives the number of those that are too weak, which are told.
pub fn weigh(raw: &mut Vec<Raw>, setting: Setting, confidence_min: Option<Confidence>) -> u64 {
    yield_to_shapes(raw);
    // Several rules may know one value; which of them tells of it is no matter of which looked first.
    raw.sort_by_key(|one| (one.span, one.identity.kind));
    if setting == Setting::Dependency {
        raw.iter_mut().for_each(doubt);
    }
    let n_before = raw.len();
    raw.retain(|one| counts(one, setting, confidence_min));
    (n_before - raw.len()) as u64
}

/// In the code of others a name says little: their documentation and tests are full of such values.
fn doubt(raw: &mut Raw) {
    if raw.form != Form::Shape {
        raw.identity.confidence = Confidence::Low;
    }
}

fn counts(raw: &Raw, setting: Setting, confidence_min: Option<Confidence>) -> bool {
    let confidence = raw.identity.confidence;
    match (confidence_min, setting) {
        (Some(least), _) => confidence <= least,
        (None, Setting::Own) => true,
        (None, Setting::Source) => confidence <= Confidence::Medium,
        (None, Setting::Dependency) => raw.form == Form::Shape && confidence <= Confidence::Medium,
    }
}

/// One value may be found by its name and by its shape; the name says less.
fn yield_to_shapes(raw: &mut Vec<Raw>) {
    let is_assigned = |one: &Raw| one.form == Form::Assigned;
    if !raw.iter().any(is_assigned) {
        return;
    }
    let mut shapes: Vec<Span> =
        raw.iter().filter(|one| !is_assigned(one)).map(|one| one.span).collect();
    shapes.sort_unstable();
    // The furthest end of all shapes up to each.
    let mut furthest = 0;
    let ends: Vec<u64> = shapes
        .iter()
        .map(|span| {
            furthest = furthest.max(span.end);
            furthest
        })
        .collect();
    raw.retain(|one| {
        let n_begun = shapes.partition_point(|span| span.start < one.span.end);
        let is_covered = n_begun > 0 && ends[n_begun - 1] > one.span.start;
        !is_assigned(one) || !is_covered
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::finding::Identity;
    use crate::model::rule::KindIndex;
    use crate::model::secret::SecretId;

    fn raw(form: Form, confidence: Confidence, start: u64, end: u64) -> Raw {
        let identity =
            Identity { confidence, ..Identity::of(KindIndex(0), SecretId([start as u8; 16])) };
        Raw { identity, form, span: Span { start, end }, store: None }
    }

    fn left(mut all: Vec<Raw>, setting: Setting, least: Option<Confidence>) -> Vec<u64> {
        weigh(&mut all, setting, least);
        all.iter().map(|one| one.span.start).collect()
    }

    #[test]
    fn what_only_a_name_speaks_for_yields_to_a_shape() {
        use Confidence::{High, Medium};
        let all = vec![
            raw(Form::Assigned, Medium, 0, 20),
            raw(Form::Shape, High, 15, 30),
            raw(Form::Assigned, Medium, 30, 40),
            raw(Form::Named, Medium, 35, 38),
            raw(Form::Assigned, Medium, 50, 60),
        ];
        assert_eq!(left(all, Setting::Own, None), [15, 35, 50]);
    }

    #[test]
    fn weak_signs_count_where_people_write_settings() {
        use Confidence::{High, Low, Medium};
        let all = || {
            vec![
                raw(Form::Shape, High, 0, 9),
                raw(Form::Shape, Medium, 10, 19),
                raw(Form::Named, Medium, 20, 29),
                raw(Form::Assigned, Low, 30, 39),
            ]
        };
        assert_eq!(left(all(), Setting::Own, None), [0, 10, 20, 30]);
        assert_eq!(left(all(), Setting::Source, None), [0, 10, 20]);
        assert_eq!(left(all(), Setting::Dependency, None), [0, 10]);
        assert_eq!(left(all(), Setting::Dependency, Some(Low)), [0, 10, 20, 30]);
        assert_eq!(left(all(), Setting::Own, Some(High)), [0]);
    }
}
