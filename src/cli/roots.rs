//! `credreach roots`

use std::io::{self, Write};

use credreach::discover::roots::{Root, RootState};
use credreach::error::Error;
use credreach::report::escape::{escape, escape_path};
use credreach::report::outcome::Outcome;

use crate::cli::args::RootsArgs;
use crate::cli::output::Output;
use crate::cli::resolve;

/// Prints what would be swept and why. Looks at names only.
pub fn run(args: &RootsArgs) -> Result<u8, Error> {
    let config = resolve::scope(&args.scope)?;
    let (_, roots) = credreach::sweep::roots(&config)?;
    Output::Stdout.write(|out| {
        roots.iter().try_for_each(|root| line(out, root))?;
        if config.paths.is_empty() && config.root.is_live() {
            writeln!(out, "swept   environments of running processes (where permitted)")?;
        }
        Ok(())
    })?;
    Ok(Outcome::Clean.exit_code())
}

fn line(out: &mut dyn Write, root: &Root) -> io::Result<()> {
    let state = match root.state {
        RootState::Swept => "swept",
        RootState::Within => "within",
        RootState::Closed => "closed",
    };
    writeln!(out, "{state:7} {:40} {}", escape_path(&root.path), escape(&root.why))
}
