//! What there is to sweep: users, mounts, processes, roots, and the files below them.
//! Looks at names and `stat` only; opens nothing but settings in `/etc`, `/proc`, homes and
//! repositories, shell histories for what keys open, the lists that container engines keep, records
//! of set clocks, and the first bytes of programs of `PATH`.

pub mod authority;
pub mod brokers;
pub mod chains;
pub mod circumstances;
pub mod clock;
pub mod containers;
mod cron;
mod doas;
pub mod guards;
mod invocations;
pub mod launches;
mod layers;
pub mod mounts;
pub mod namespaces;
pub mod openings;
pub mod principals;
pub mod processes;
pub mod roots;
mod settings;
mod shortcuts;
mod sudoers;
mod tool_servers;
mod unit_hands;
mod units;
mod visibility;
pub mod walk;
