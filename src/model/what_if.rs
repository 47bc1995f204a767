//! A question about code of which nothing says that it ran here: what could it have read?
//! Does not say whether any did.

use crate::model::advisory::AdvisoryIndex;
use crate::model::time::Window;

/// The question, as far as it can be understood before the host is looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// Names or ids of users; none for everybody who logs in, and root.
    pub users: Vec<String>,
    /// In which time.
    pub window: Window,
    /// Which campaign's list of targets counts.
    pub advisory: Option<AdvisoryIndex>,
}

/// The question, with its users looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WhatIf {
    /// As whom it is supposed to have run, sorted.
    pub uids: Vec<u32>,
    /// In which time.
    pub window: Window,
    /// Which campaign's list of targets counts.
    pub advisory: Option<AdvisoryIndex>,
}
