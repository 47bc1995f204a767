//! What gives out credentials without a file: which of it the code could have asked, and what
//! to do about it. Without code that may have asked, only `-v` tells of it.

use std::io;

use crate::model::broker::BrokerKind;
use crate::model::exposure::Verdict;
use crate::report::escape::escape_path;
use crate::report::terminal::list::shouted;
use crate::report::terminal::row::{INDENT, LABEL_WIDTH, labelled};
use crate::report::terminal::screen::{Screen, Style};
use crate::report::terminal::words::{minute, number};
use crate::report::worst::{rank, worst};
use crate::view::{Broker, Exposure, Report};

/// Most brokers told of unless all are.
const BROKERS_MAX: usize = 20;

/// How many the code may have asked.
pub fn n_within_reach(report: &Report) -> usize {
    report.brokers.iter().filter(|broker| is_within_reach(broker)).count()
}

/// Those that the code may have asked, the worst verdict first; all of them with `-v`.
pub fn brokers(report: &Report, screen: &mut Screen) -> io::Result<()> {
    let is_told = |broker: &&Broker| screen.is_verbose() || is_within_reach(broker);
    let mut told: Vec<&Broker> = report.brokers.iter().filter(is_told).collect();
    told.sort_by_key(|broker| worst_of(broker).map_or(usize::MAX, rank));
    if told.is_empty() {
        return Ok(());
    }
    screen.heading("WITHIN REACH WITHOUT A FILE")?;
    screen.prose(0, "It is enough to ask these. The sweep asked none of them.")?;
    let n_shown = screen.n_shown(told.len(), BROKERS_MAX);
    told[..n_shown].iter().try_for_each(|broker| row(broker, screen))?;
    if told.len() > n_shown {
        let n_more = number(told.len() - n_shown);
        screen.prose(0, &format!("and {n_more} more (-v lists them)"))?;
    }
    Ok(())
}

fn row(broker: &Broker, screen: &mut Screen) -> io::Result<()> {
    let worst = worst_of(broker);
    let verdict = worst.map_or_else(String::new, |one| shouted(one) + "  ");
    let style = match worst.map(|one| &*one.verdict) {
        Some(verdict) if verdict == Verdict::Exposed.as_str() => Style::Alarm,
        Some(_) if is_within_reach(broker) => Style::Caution,
        _ => Style::Heading,
    };
    screen.blank()?;
    screen.hang(0, &format!("  {verdict}"), style, &title(broker))?;
    let path = screen.fit(&escape_path(&broker.path.0), INDENT + LABEL_WIDTH);
    screen.whole(INDENT, &format!("{:<LABEL_WIDTH$}{path}", "at"))?;
    let Some(exposure) = worst else {
        let since = broker.since.as_deref().map_or_else(|| "unknown".to_owned(), minute);
        return labelled("is", &format!("{}; there since: {since}", broker.what), screen);
    };
    labelled("why", &why(broker, exposure), screen)?;
    if is_within_reach(broker) { labelled("do", step(&broker.kind), screen) } else { Ok(()) }
}

/// `as ana: the socket is owned by ana`
pub fn why(broker: &Broker, exposure: &Exposure) -> String {
    // The first step is that the code ran, or may have: that is told with the install.
    let n_told_before = usize::from(is_within_reach(broker));
    let steps = exposure.reasons.iter().skip(n_told_before).map(|step| step.says.as_str());
    format!("as {}: {}", exposure.user.user, steps.collect::<Vec<_>>().join("; "))
}

/// `SSH agent, for ana: could be used, not copied`
pub fn title(broker: &Broker) -> String {
    let name = broker.what.split(": ").next().unwrap_or_default();
    let whose = match &broker.serves {
        Some(user) => format!(", for {}", user.user),
        None => ", for any process".to_owned(),
    };
    let gives = match &*broker.gives {
        _ if broker.kind == BrokerKind::Reference.as_str() => "could be read",
        "use" => "could be used, not copied",
        _ => "what it gives could be taken",
    };
    format!("{name}{whose}: {gives}")
}

/// What to do about one.
pub fn step(kind: &str) -> &'static str {
    match kind {
        "ssh-agent" => {
            "End the agent. Look in the logs of what its keys open for logins inside the window."
        }
        "forwarded-agent" => {
            "Log out. Look in the logs of what the keys of that other host open for logins \
             inside the window that came from here."
        }
        "gpg-agent" => {
            "End it with gpgconf --kill gpg-agent. Trust no signature of its keys made inside \
             the window."
        }
        "keyring" => "Lock it, and change every password in it, from another machine.",
        "cloud-role" => {
            "Revoke the sessions of the role, and look in the audit log of the cloud for its use \
             from elsewhere."
        }
        "helper" => "Sign out of what the program asks, and re-issue what it gives.",
        _ => "Look in the log of the place that keeps it for who fetched it; if in doubt, rotate.",
    }
}

/// Whether the code may have asked it.
pub fn is_within_reach(broker: &Broker) -> bool {
    worst_of(broker).is_some_and(|one| one.verdict != Verdict::NotExposed.as_str())
}

fn worst_of(broker: &Broker) -> Option<&Exposure> {
    worst(&broker.exposures)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::inventories::{every_state, rules};
    use crate::report::{Look, Verbosity};

    fn shown(verdict: Option<&'static str>, verbosity: Verbosity) -> String {
        let mut report = Report::new(&every_state(), &rules());
        let exposures = &mut report.brokers[0].exposures;
        exposures.truncate(usize::from(verdict.is_some()));
        for exposure in exposures {
            (exposure.install, exposure.grade) = (Some(0), None);
            exposure.verdict = verdict.unwrap_or_default().into();
        }
        let mut out = Vec::new();
        let look = Look { colour: false, width: 80, verbosity };
        brokers(&report, &mut Screen::new(&look, &mut out)).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn what_the_code_may_have_asked_is_told_with_what_to_do() {
        for verdict in ["exposed", "likely", "unknown"] {
            let shown = shown(Some(verdict), Verbosity::Normal);
            assert!(shown.contains(&format!("\n  {}  SSH agent, for ", verdict.to_uppercase())));
            assert!(shown.contains("     do   End the agent."), "{shown}");
        }
    }

    #[test]
    fn what_was_only_supposed_does_not_sound_as_if_it_had_been_found() {
        let report = Report::new(&every_state(), &rules());
        let broker = &report.brokers[0];
        assert!(worst_of(broker).is_some_and(|one| shouted(one).starts_with("would be ")));
    }

    #[test]
    fn what_nobody_could_have_asked_is_folded() {
        for verdict in [Some("not-exposed"), None] {
            assert_eq!(shown(verdict, Verbosity::Normal), "");
            let told = shown(verdict, Verbosity::Verbose);
            assert!(told.contains("SSH agent") && !told.contains("  do "), "{told}");
        }
    }
}
