//! How a screen looks: its width, and whether it may be coloured. The only place that asks
//! the terminal and the environment for it.

use std::io::IsTerminal;

use credreach::report::{Look, Verbosity};

use crate::cli::args::ColourArg;

/// Columns of a screen that does not say how wide it is.
const WIDTH_DEFAULT: usize = 80;
/// Wider lines are hard to read.
const WIDTH_MAX: usize = 120;

/// How what goes to stdout looks.
pub fn of_stdout(colour: ColourArg, verbosity: Verbosity) -> Look {
    look(std::io::stdout().is_terminal(), colour, verbosity)
}

/// How what goes to a file looks, unless colour was asked for.
pub fn of_file(colour: ColourArg, verbosity: Verbosity) -> Look {
    look(false, colour, verbosity)
}

fn look(is_screen: bool, colour: ColourArg, verbosity: Verbosity) -> Look {
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let colour = match colour {
        ColourArg::Always => true,
        ColourArg::Never => false,
        ColourArg::Auto => (is_screen || is_set("CLICOLOR_FORCE")) && !is_set("NO_COLOR"),
    };
    let screen = rustix::termios::tcgetwinsize(std::io::stdout());
    let columns = screen.ok().filter(|_| is_screen).map(|size| usize::from(size.ws_col));
    let width = columns.filter(|columns| *columns > 0).unwrap_or(WIDTH_DEFAULT).min(WIDTH_MAX);
    Look { colour, width, verbosity }
}
