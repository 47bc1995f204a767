//! From when to when an infected package can have run here: an outer bound, which is what a
//! "no" must hold for, and the stretch in which it certainly was here, which is what a "yes"
//! needs. Pure; weighs dates that others read, and trusts no stamp that an owner can set.

use crate::components::past::first_mention;
use crate::model::advisory::{Advisory, Claim, Role};
use crate::model::component::{InfectedInstall, MentionSource};
use crate::model::time::{Dated, DatedWindow, Moment, Window};

/// Sets both windows of an install. What is installed may run at any time until now, and so
/// may what no evidence shows to be removed.
pub fn set_windows(install: &mut InfectedInstall, advisory: &Advisory, now: Moment) {
    let until_now = |from: Dated| DatedWindow {
        window: Window { start: from.at.min(now), end: now },
        evidence: from.evidence,
    };
    let bounds = (earliest(install, advisory), certain(install, advisory));
    install.window = until_now(bounds.0);
    install.certain = bounds.1.map(until_now);
}

/// The earliest moment at which it can have been here. An install from the registry lies
/// within the time in which the registry had it; a date outside is one of the copy.
fn earliest(install: &InfectedInstall, advisory: &Advisory) -> Dated {
    let published = advisory.window.start;
    let publication = |why: String| Dated { at: published, evidence: why };
    let stamp = install.component.as_ref().and_then(|component| component.installed.clone());
    let copied = install.component.as_ref().and_then(|component| component.copied.clone());
    let dated = stamp.clone().into_iter().chain(first_mention(install)).min();
    let Some(dated) = dated.or_else(|| first_trace(install)) else {
        return publication(if advisory.catalogue.is_some() {
            "publication of the record; the bad version is older".to_owned()
        } else {
            "publication of the bad version".to_owned()
        });
    };
    let Dated { at, evidence } = &dated;
    // A record of another catalogue was published after the version that it is about.
    if advisory.catalogue.is_some() {
        return dated;
    }
    let is_stamp = stamp.as_ref() == Some(&dated);
    if *at < published {
        publication(format!(
            "publication of the bad version; {evidence} says {at}, which is earlier"
        ))
    } else if let Some(copied) = copied.filter(|_| is_stamp) {
        publication(format!(
            "publication of the bad version; {evidence} says {at}, but {} says {}: it was copied",
            copied.evidence, copied.at
        ))
    } else if is_stamp && *at > advisory.window.end {
        publication(format!(
            "publication of the bad version; {evidence} says {at}, after it was withdrawn: a cache, \
             a mirror or a copy brought it"
        ))
    } else {
        let evidence = format!("{evidence}{}", disputed(&advisory.claims, *at));
        Dated { at: *at, evidence }
    }
}

/// The earliest moment at which it certainly was here: by a stamp that no owner sets, by an
/// installer's log, or because it had run.
fn certain(install: &InfectedInstall, advisory: &Advisory) -> Option<Dated> {
    let stamp = install.component.iter().filter_map(|component| component.installed.clone());
    let logs = install.mentions.iter().filter(|one| one.source == MentionSource::Log);
    let logged = logs.filter_map(|mention| mention.at.clone());
    let known = stamp.chain(logged).chain(first_trace(install));
    // A date before the publication is wrong, whatever made it so.
    known.filter(|dated| advisory.catalogue.is_some() || dated.at >= advisory.window.start).min()
}

/// The first file that the code itself left. Its payload came with the install.
fn first_trace(install: &InfectedInstall) -> Option<Dated> {
    let left = install.sightings.iter().filter(|one| one.role != Role::Payload);
    let payload = install.sightings.iter().filter(|_| install.component.is_none());
    let traces = left.chain(payload).map(|one| Dated {
        at: one.appeared,
        evidence: format!("first trace, {}", one.path.display()),
    });
    traces.min()
}

/// What sources that disagree say of a date, as the rest of a sentence; empty where all have
/// it inside of their windows.
fn disputed(claims: &[Claim], at: Moment) -> String {
    let bounded = claims.iter().filter(|claim| claim.start.is_some() || claim.end.is_some());
    let n_claims = bounded.clone().count();
    let is_outside = |claim: &&Claim| {
        claim.end.is_some_and(|end| at > end) || claim.start.is_some_and(|start| at < start)
    };
    match bounded.filter(is_outside).count() {
        0 => String::new(),
        n => format!("; disputed: {n} of {n_claims} sources exclude it"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::components::past::tests::{
        PUBLISHED, WITHDRAWN, advisories, at, component, mention,
    };
    use crate::model::advisory::AdvisoryIndex;
    use crate::model::component::Component;

    const NOW: i64 = 9000;

    fn infected(component: Option<Component>) -> InfectedInstall {
        InfectedInstall { component, ..InfectedInstall::new(AdvisoryIndex(0)) }
    }

    fn installed(seconds: i64) -> InfectedInstall {
        let stamp = Dated { at: at(seconds), evidence: "birth of RECORD".into() };
        infected(Some(Component { installed: Some(stamp), ..component("/v/site-packages") }))
    }

    /// Starts of the outer window and of the certain one, and a word of the evidence.
    fn check(mut install: InfectedInstall, outer: i64, certain: Option<i64>, word: &str) {
        set_windows(&mut install, &advisories()[0], at(NOW));
        assert_eq!(install.window.window, Window { start: at(outer), end: at(NOW) });
        let start = install.certain.as_ref().map(|one| one.window.start);
        assert_eq!(start, certain.map(at), "{}", install.window.evidence);
        assert!(install.window.evidence.contains(word), "{}", install.window.evidence);
    }

    #[test]
    fn an_install_inside_the_campaign_is_dated_by_its_stamp() {
        check(installed(PUBLISHED + 5), PUBLISHED + 5, Some(PUBLISHED + 5), "birth of RECORD");
    }

    #[test]
    fn an_install_after_the_withdrawal_may_be_older_than_its_stamp() {
        check(installed(WITHDRAWN + 5), PUBLISHED, Some(WITHDRAWN + 5), "withdrawn");
    }

    #[test]
    fn a_date_before_the_publication_is_certain_of_nothing() {
        check(installed(PUBLISHED - 5), PUBLISHED, None, "earlier");
    }

    #[test]
    fn a_copy_is_as_old_as_the_publication_at_most() {
        let mut copy = installed(PUBLISHED + 50);
        let written = Dated { at: at(PUBLISHED + 5), evidence: "last write of RECORD".into() };
        copy.component.as_mut().unwrap().copied = Some(written);
        check(copy, PUBLISHED, Some(PUBLISHED + 50), "copied");
    }

    #[test]
    fn a_log_is_certain_and_a_cache_or_a_history_is_not() {
        let mentioned = |source| {
            let mut install = infected(None);
            install.mentions = vec![mention(source, "/home/ana/x", PUBLISHED + 5)];
            install
        };
        let start = PUBLISHED + 5;
        check(mentioned(MentionSource::Log), start, Some(start), "its time");
        check(mentioned(MentionSource::Cache), start, None, "its time");
        check(mentioned(MentionSource::History), start, None, "its time");
    }

    #[test]
    fn sources_that_disagree_are_counted() {
        let claim = |end: i64| Claim {
            source: String::new(),
            start: None,
            end: Some(at(end)),
            note: String::new(),
        };
        let claims = [claim(100), claim(200), claim(300)];
        assert_eq!(disputed(&claims, at(50)), "");
        assert!(disputed(&claims, at(250)).contains("2 of 3 sources exclude it"));
    }
}
