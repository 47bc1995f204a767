//! The progress line on stderr, where stderr is a terminal. The only door to indicatif.

use std::io::IsTerminal;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{JoinHandle, sleep, spawn};
use std::time::Duration;

use indicatif::{HumanBytes, HumanCount, ProgressBar, ProgressStyle};

use credreach::sweep::Watch;

/// How often the line is drawn.
const PERIOD: Duration = Duration::from_millis(100);

/// A line that is drawn until it is dropped.
pub struct Progress {
    done: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Progress {
    /// Draws what a watch counts, unless nobody would see it.
    pub fn start(watch: &Arc<Watch>, is_quiet: bool) -> Self {
        let done = Arc::new(AtomicBool::new(false));
        let is_seen = !is_quiet && std::io::stderr().is_terminal();
        let thread = is_seen.then(|| {
            let (watch, done) = (Arc::clone(watch), Arc::clone(&done));
            spawn(move || draw(&watch, &done))
        });
        Self { done, thread }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.done.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn draw(watch: &Watch, done: &AtomicBool) {
    let style = ProgressStyle::with_template("{spinner} {elapsed} {msg}");
    let bar = ProgressBar::new_spinner()
        .with_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
    while !done.load(Ordering::Relaxed) {
        let n_files = HumanCount(watch.n_files.load(Ordering::Relaxed));
        let n_bytes = HumanBytes(watch.n_bytes.load(Ordering::Relaxed));
        let ending = if watch.interrupted.load(Ordering::Relaxed) { ", stopping" } else { "" };
        bar.set_message(format!("{n_files} files, {n_bytes}{ending}"));
        bar.tick();
        sleep(PERIOD);
    }
    bar.finish_and_clear();
}
