//! The whole reasoning about one credential, in the order in which it was reasoned: what it is,
//! every way to each of its places, and each verdict with all that it stands on. Leaves nothing
//! out but under `--quiet`.

use std::io;

use crate::report::escape::{escape, escape_path};
use crate::report::terminal::list::{self, shouted, state, title};
use crate::report::terminal::opens::in_full;
use crate::report::terminal::screen::{Screen, Style};
use crate::report::terminal::words::{counted, minute};
use crate::report::terminal::{answer, installs};
use crate::view::{
    Answer, Credential, DatedWindow, Explanation, Exposure, InfectedInstall, Location, Report,
    Runner, WayComponent,
};

/// Every credential that is to be explained.
pub fn explain(report: &Report, screen: &mut Screen) -> io::Result<()> {
    if report.credentials.is_empty() {
        screen.prose(0, "What was found is the public half of another credential.")?;
    }
    for (index, credential) in report.credentials.iter().enumerate() {
        if index > 0 {
            screen.blank()?;
        }
        one(credential, report, screen)?;
    }
    if screen.is_quiet() { Ok(()) } else { limits(report, screen) }
}

fn one(credential: &Credential, report: &Report, screen: &mut Screen) -> io::Result<()> {
    let Credential { rank, secret_id, kind, issuer, impact, confidence, .. } = credential;
    screen.hang(0, &title(credential), Style::Heading, "")?;
    screen.field(2, "verdict", &verdict(credential))?;
    if screen.is_quiet() {
        return Ok(());
    }
    let n_credentials = report.summary.n_credentials;
    screen.field(2, "rank", &format!("{rank} of {n_credentials} in the order of rotation"))?;
    if !credential.because.is_empty() {
        screen.field(2, "because", &credential.because.join("; "))?;
    }
    screen.field(2, "id", secret_id)?;
    let what = format!("{kind}, issued by {issuer}, impact {impact} of 5, {confidence} confidence");
    screen.field(2, "is", &what)?;
    screen.field(2, "state", &state(credential, report))?;
    for (index, opening) in credential.opens.iter().enumerate() {
        screen.field(2, if index == 0 { "opens" } else { "" }, &in_full(opening))?;
    }
    let n_places = credential.locations.len();
    for (index, location) in credential.locations.iter().enumerate() {
        screen.heading(&format!("PLACE {} OF {n_places}", index + 1))?;
        place(location, report, screen)?;
    }
    Ok(())
}

fn verdict(credential: &Credential) -> String {
    let shout = |word: &str| word.to_uppercase().replace('-', " ");
    let found = credential.verdict.as_deref().map(shout);
    let asked = credential
        .asked
        .as_deref()
        .map(|word| format!("would be {} by your question", shout(word)));
    let verdicts: Vec<String> = found.into_iter().chain(asked).collect();
    let of_places = match credential.locations.len() {
        0 | 1 => String::new(),
        n => format!(", the worst of {n} places"),
    };
    if verdicts.is_empty() {
        return "none: no infected install was found, and nothing was asked".into();
    }
    verdicts.join("; ") + &of_places
}

fn place(location: &Location, report: &Report, screen: &mut Screen) -> io::Result<()> {
    let inner: String =
        location.containers.iter().map(|name| format!(" > {}", escape(name))).collect();
    screen.whole(2, &format!("{}{inner}:{}", escape_path(&location.path.0), location.line))?;
    if let Some(store) = &location.store_title {
        screen.prose(2, store)?;
    }
    let times = &location.times;
    let born = times.born.as_ref().map_or_else(String::new, |born| format!(", made {born}"));
    let stamps = format!(
        "last read {}, written {}, changed {}{born}",
        times.accessed, times.modified, times.changed
    );
    screen.prose(2, &stamps)?;
    if let Some(explanation) = &location.explanation {
        ways(explanation, screen)?;
    }
    location.exposures.iter().try_for_each(|one| exposure(one, report, screen))
}

fn ways(explanation: &Explanation, screen: &mut Screen) -> io::Result<()> {
    let Explanation { ways, n_further_ways, n_unmet_names } = explanation;
    for (index, way) in ways.iter().enumerate() {
        screen.blank()?;
        let lead = if index == 0 { "The way to it today" } else { "Another way to it" };
        screen.hang(2, lead, Style::Heading, "")?;
        way.components.iter().try_for_each(|one| component(one, screen))?;
    }
    for (n, clause) in
        [(*n_further_ways as u64, "more known"), (*n_unmet_names, "that the sweep did not meet")]
    {
        if n > 0 {
            screen.prose(2, &format!("{} {clause}", counted(n, "name")))?;
        }
    }
    Ok(())
}

fn component(component: &WayComponent, screen: &mut Screen) -> io::Result<()> {
    screen.whole(4, &escape_path(&component.path.0))?;
    let facts = component.inode.as_ref().map_or_else(
        || "could not be looked at".to_owned(),
        |inode| {
            let list = match &*inode.access_list {
                "none" => "no access list",
                "present" => "an access list",
                _ => "an access list that cannot be read",
            };
            let (mode, owner, group) = (&inode.mode, &inode.owner.user, &inode.group.name);
            format!("{mode} {owner}:{group}, {list}, changed {}", inode.changed)
        },
    );
    screen.prose(6, &facts)?;
    for Answer { user, passes, why } in &component.answers {
        let passes = match &**passes {
            "yes" => "passes",
            "likely" => "most likely passes",
            "no" => "is kept out",
            _ => "nobody can say",
        };
        screen.prose(6, &format!("{}: {passes}: {why}", user.user))?;
    }
    Ok(())
}

fn exposure(exposure: &Exposure, report: &Report, screen: &mut Screen) -> io::Result<()> {
    let Exposure { install, user, reasons, counter, flags, .. } = exposure;
    let install = install.and_then(|index| report.infected_installs.get(index));
    let by = install.map_or_else(
        || ", if such code had run".into(),
        |one| format!(", by install {}: {}", one.index + 1, installs::title(one)),
    );
    screen.blank()?;
    screen.hang(2, &format!("{} to {}", shouted(exposure), user.user), Style::Heading, &by)?;
    match install {
        Some(install) => occasion(install, user.uid, screen)?,
        None => question(report, screen)?,
    }
    for (index, step) in reasons.iter().enumerate() {
        screen.field(4, if index == 0 { "because" } else { "" }, &step.says)?;
    }
    flags.iter().try_for_each(|flag| screen.field(4, "beside it", &flag.says))?;
    if let Some(says) = list::aim(exposure) {
        let what = exposure.aim.aim_what.as_ref().map_or_else(String::new, |it| format!(": {it}"));
        screen.field(4, "its list", &format!("{says}{what}"))?;
    }
    screen.field(4, "but", counter)
}

/// Who ran it and how that is known, and when it can have run.
fn occasion(install: &InfectedInstall, uid: u32, screen: &mut Screen) -> io::Result<()> {
    let runner = install.runners.iter().find(|runner| runner.user.uid == uid);
    runner.map_or(Ok(()), |runner| ran(runner, screen))?;
    screen.field(4, "could run", &window(&install.window))?;
    install.certain.as_ref().map_or(Ok(()), |one| screen.field(4, "was here", &window(one)))
}

fn ran(runner: &Runner, screen: &mut Screen) -> io::Result<()> {
    let Runner { certainty, evidence, further, authority, .. } = runner;
    screen.field(4, "ran", &format!("{certainty}: {evidence}"))?;
    further.iter().try_for_each(|one| screen.field(4, "", &format!("also: {one}")))?;
    authority.iter().try_for_each(|one| {
        screen.field(4, "reaches", &format!("{} ({}): {}", one.reach, one.means, one.evidence))
    })
}

fn window(dated: &DatedWindow) -> String {
    let DatedWindow { window, evidence } = dated;
    format!("{} to {} ({evidence})", minute(&window.start), minute(&window.end))
}

fn question(report: &Report, screen: &mut Screen) -> io::Result<()> {
    let Some(asked) = &report.what_if else { return Ok(()) };
    let window = format!("{} to {} (your question)", minute(&asked.start), minute(&asked.end));
    screen.field(4, "could run", &window)
}

/// What no verdict above can know.
fn limits(report: &Report, screen: &mut Screen) -> io::Result<()> {
    screen.heading("WHAT THIS CANNOT SHOW")?;
    let n_seconds = report.clock.doubt_seconds;
    screen.prose(2, &format!("Stamps less than {n_seconds} s apart prove no order."))?;
    report.clock.doubts.iter().try_for_each(|doubt| screen.prose(2, doubt))?;
    if let Some(gaps) = answer::unread(report, true) {
        screen.prose(2, &format!("The look was incomplete: {gaps}"))?;
    }
    screen.prose(
        2,
        "What may have taken access away (SELinux, AppArmor, sandboxes of services) is not \
         judged: the verdicts are an upper bound. docs/exposure.md says what else is not modelled.",
    )
}
