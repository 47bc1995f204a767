//! Is a place on the campaign's own list? The list says what its collector was written to look
//! for; that something is not on it never makes it unread.

use crate::model::advisory::Advisory;
use crate::model::exposure::Aim;
use crate::model::finding::Location;

/// What the campaign's list says of a place.
pub fn aim(_advisory: &Advisory, _location: &Location) -> Aim {
    Aim::NoList
}
