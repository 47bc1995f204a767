//! Ctrl-C asks for a partial report; a second one ends at once. The only door to
//! signal-hook.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

use credreach::report::outcome::Outcome;

/// Sets `interrupted` at the first SIGINT or SIGTERM. Where the system refuses handlers,
/// the default (a sudden end) stays.
pub fn watch(interrupted: &Arc<AtomicBool>) {
    let code = i32::from(Outcome::Interrupted.exit_code());
    for signal in [SIGINT, SIGTERM] {
        // Order matters: the first handler ends the process if the second one has run before.
        let _ = flag::register_conditional_shutdown(signal, code, Arc::clone(interrupted));
        let _ = flag::register(signal, Arc::clone(interrupted));
    }
}
