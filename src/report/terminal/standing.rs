//! What a credential asks of the reader: the groups of the list, in its order. Does not
//! judge; the verdict and the confidence come with the report.

use crate::model::exposure::Verdict;
use crate::model::rule::Confidence;
use crate::report::terminal::screen::Style;
use crate::view::{Credential, Report};

/// What a credential asks of the reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Rotate: the code certainly had it.
    Exposed,
    /// Rotate: the code most likely had it.
    Likely,
    /// Rotate: nobody can say that the code did not have it.
    Unknown,
    /// Nothing: it is here, and nothing infected is.
    Here,
    /// Look first if it is a credential at all.
    Doubtful,
    /// Nothing: the code could not have it.
    OutOfReach,
    /// Nothing: the user set it aside.
    Suppressed,
}

impl Standing {
    /// Those that call for a rotation.
    pub const TO_ROTATE: [Self; 3] = [Self::Exposed, Self::Likely, Self::Unknown];

    /// What a credential asks; what was only supposed counts where nothing real does.
    pub fn of(credential: &Credential) -> Self {
        Self::by(credential.verdict.as_deref().or(credential.asked.as_deref()), credential)
    }

    /// What a credential with a verdict asks. That it was out of reach counts more than doubts
    /// about it.
    pub fn by(verdict: Option<&str>, credential: &Credential) -> Self {
        let is = |word: Verdict| verdict == Some(word.as_str());
        match credential {
            _ if credential.suppressed.is_some() => Self::Suppressed,
            _ if is(Verdict::NotExposed) => Self::OutOfReach,
            _ if credential.confidence == Confidence::Low.as_str() => Self::Doubtful,
            _ if is(Verdict::Exposed) => Self::Exposed,
            _ if is(Verdict::Likely) => Self::Likely,
            _ if is(Verdict::Unknown) => Self::Unknown,
            _ => Self::Here,
        }
    }

    /// How many credentials of a report ask the same.
    pub fn count(self, report: &Report) -> usize {
        report.credentials.iter().filter(|credential| Self::of(credential) == self).count()
    }

    /// How many credentials of a report call for a rotation.
    pub fn count_to_rotate(report: &Report) -> usize {
        Self::TO_ROTATE.iter().map(|standing| standing.count(report)).sum()
    }

    /// The heading of its group in a report, and what that means.
    pub fn heading_in(self, report: &Report) -> (&'static str, &'static str) {
        if is_only_supposed(report) { self.supposed_heading() } else { self.heading() }
    }

    /// The heading where nothing says that such code ran here.
    const fn supposed_heading(self) -> (&'static str, &'static str) {
        match self {
            Self::Exposed => ("WOULD BE EXPOSED", "it could have read them, and they were there."),
            Self::Likely => {
                ("WOULD LIKELY BE EXPOSED", "nothing speaks against it, one link is not certain.")
            }
            Self::OutOfReach => ("NOT EXPOSED", "shown that it could not have read them."),
            Self::Unknown | Self::Here | Self::Doubtful | Self::Suppressed => self.heading(),
        }
    }

    /// The heading of its group, and what that means.
    pub const fn heading(self) -> (&'static str, &'static str) {
        match self {
            Self::Exposed => ("EXPOSED", "the code ran, could read them, and they were there."),
            Self::Likely => ("LIKELY", "nothing speaks against it, but one link is not certain."),
            Self::Unknown => ("UNKNOWN", "facts are missing. Treat them as exposed."),
            Self::Here => ("ON THIS HOST", "what would have to be rotated, and in which order."),
            Self::Doubtful => {
                ("LOW CONFIDENCE", "perhaps no credentials at all. Look before you rotate.")
            }
            Self::OutOfReach => ("NOT EXPOSED", "shown that the code could not read them."),
            Self::Suppressed => ("SUPPRESSED", "set aside by files and comments that are named."),
        }
    }

    /// How its heading and its rows stand out.
    pub const fn style(self) -> Style {
        match self {
            Self::Exposed => Style::Alarm,
            Self::Likely | Self::Unknown => Style::Caution,
            Self::Here | Self::Doubtful | Self::OutOfReach | Self::Suppressed => Style::Heading,
        }
    }
}

/// Whether a question was asked, and all verdicts are answers to it.
pub fn is_only_supposed(report: &Report) -> bool {
    report.what_if.is_some() && report.credentials.iter().all(|one| one.verdict.is_none())
}
