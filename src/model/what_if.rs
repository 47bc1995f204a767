//! A question about code of which nothing says that it ran here: what could it have read?

use crate::model::advisory::AdvisoryIndex;
use crate::model::time::Window;

/// The question, with users and campaign looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WhatIf {
    /// As whom it is supposed to have run, sorted.
    pub uids: Vec<u32>,
    /// In which time.
    pub window: Window,
    /// Which campaign's list of targets counts.
    pub advisory: Option<AdvisoryIndex>,
}
