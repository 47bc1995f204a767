//! The four bytes of a keyword that are looked for first: the rarest ones, wherever in it they
//! stand. What is common at the beginning, as in `test_pub_`, is seldom common all through.
//!
//! A long keyword is looked for at every [`STRIDE`]th position alone, by as many anchors side by
//! side: wherever it stands, one of them stands at such a position.

use crate::detect::prefilter::Keyword;
use crate::detect::prefilter::frequency::Common;

/// How many bytes are looked for at once.
pub const GRAM_BYTES: usize = 4;
/// How many positions lie between two where long keywords are looked for.
pub const STRIDE: usize = 2;
/// From here on a keyword has room for as many anchors as a stride has positions.
pub const LONG_BYTES_MIN: usize = GRAM_BYTES + STRIDE - 1;

/// A place in a keyword.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Anchor {
    /// Position of the keyword in the list.
    pub keyword: usize,
    /// Where in the keyword it begins.
    pub offset: usize,
}

/// The anchors of those keywords that `is_member` picks, so many of each, side by side.
pub fn anchors(
    keywords: &[Keyword],
    n_anchors: usize,
    common: &Common,
    is_member: impl Fn(&Keyword) -> bool,
) -> Vec<Anchor> {
    let members = keywords.iter().enumerate().filter(|(_, keyword)| is_member(keyword));
    let anchors = members.flat_map(|(index, keyword)| {
        let first = rarest(keyword, n_anchors, common);
        (first..first + n_anchors).map(move |offset| Anchor { keyword: index, offset })
    });
    anchors.collect()
}

/// Where the rarest anchors begin; the first ones of equally rare ones.
fn rarest(keyword: &Keyword, n_anchors: usize, common: &Common) -> usize {
    let grams = keyword.text.as_bytes().windows(GRAM_BYTES);
    let grams = grams.filter_map(|gram| gram.first_chunk().copied());
    let shares: Vec<f32> = grams.map(|gram| common.share(gram, keyword.ignore_case)).collect();
    let sums = shares.windows(n_anchors).map(|shares| shares.iter().sum::<f32>());
    let rarest = sums.enumerate().min_by(|a, b| a.1.total_cmp(&b.1));
    rarest.map_or(0, |(offset, _)| offset)
}

impl Anchor {
    /// Its bytes; of a keyword that is too short, all it has.
    pub fn text(self, keywords: &[Keyword]) -> &[u8] {
        let text = &keywords[self.keyword].text.as_bytes()[self.offset..];
        &text[..text.len().min(GRAM_BYTES)]
    }

    /// Which four bytes it stands for: of a keyword of three bytes 256, whatever may follow; of a
    /// shorter one none, as they would be too many.
    pub fn grams(self, keywords: &[Keyword]) -> impl Iterator<Item = u32> {
        let (gram, lasts) = match *self.text(keywords) {
            [a, b, c, d] => ([a, b, c], Some(d..=d)),
            [a, b, c] => ([a, b, c], Some(0..=u8::MAX)),
            _ => ([0; 3], None),
        };
        lasts
            .into_iter()
            .flatten()
            .map(move |last| u32::from_le_bytes([gram[0], gram[1], gram[2], last]))
    }
}
