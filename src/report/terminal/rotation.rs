//! How one credential is rotated: the first step of it, or all that is known.

use std::io;

use crate::model::rule::First;
use crate::report::terminal::row::labelled;
use crate::report::terminal::screen::Screen;
use crate::report::terminal::standing::Standing;
use crate::report::terminal::words::counted;
use crate::view::{Credential, Rotation};

/// What to do; nothing where there is nothing to rotate, unless all is to be told.
pub fn rotation(
    credential: &Credential,
    standing: Standing,
    screen: &mut Screen,
) -> io::Result<()> {
    let is_judged = credential.verdict.is_some() || credential.asked.is_some();
    let has_nothing_to_do =
        !is_judged || matches!(standing, Standing::OutOfReach | Standing::Suppressed);
    match screen.is_verbose() {
        true => whole(&credential.rotation, screen),
        false if has_nothing_to_do => Ok(()),
        false => first_step(&credential.rotation, screen),
    }
}

/// `GitHub > Settings > Developer settings: delete the token at once. (2 more steps with -v)`
fn first_step(rotation: &Rotation, screen: &mut Screen) -> io::Result<()> {
    let Some(step) = rotation.steps.first() else { return Ok(()) };
    let n_more = rotation.steps.len() - 1 + rotation.commands.len() + rotation.checks.len();
    let more = match n_more {
        0 => String::new(),
        n => format!(" ({} with -v)", counted(n, "more step")),
    };
    let place = if rotation.place.is_empty() { "" } else { &format!("{}: ", rotation.place) };
    labelled("do", &format!("{place}{step}{more}"), screen)
}

/// All that is known of it.
pub fn whole(rotation: &Rotation, screen: &mut Screen) -> io::Result<()> {
    let Rotation { first, place, steps, commands, checks, breaks } = rotation;
    if !place.is_empty() {
        let is_create = *first == First::Create.as_str();
        let order = if is_create { "make the new one first" } else { "revoke first" };
        labelled("at", &format!("{place} ({order})"), screen)?;
    }
    steps.iter().try_for_each(|step| labelled("do", step, screen))?;
    commands.iter().try_for_each(|command| labelled("run", command, screen))?;
    checks.iter().try_for_each(|check| labelled("look", check, screen))?;
    if breaks.is_empty() { Ok(()) } else { labelled("stop", breaks, screen) }
}
