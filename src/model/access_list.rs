//! POSIX access lists, from the bytes of their extended attribute. Decides nothing: that is
//! `exposure`. Layout: `include/uapi/linux/posix_acl_xattr.h` of Linux.

/// The attribute's name.
pub const ATTRIBUTE: &str = "system.posix_acl_access";

/// The one version there is.
const VERSION: u32 = 2;
const HEADER_BYTES: usize = 4;
const ENTRY_BYTES: usize = 8;

/// What stands beside the mode of a file or folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessList {
    /// In the order of the attribute.
    pub entries: Vec<Entry>,
}

/// Rights of one user or group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Whose.
    pub of: Whose,
    /// Read 4, write 2, execute or search 1.
    pub rights: u32,
}

/// Whom an entry is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// The owner.
    Owner,
    /// A user by id.
    User(u32),
    /// The group of the file.
    OwningGroup,
    /// A group by id.
    Group(u32),
    /// The most that named users and all groups get.
    Mask,
    /// Everybody else.
    Others,
}

impl AccessList {
    /// The list in an attribute; `None` if the kernel would not take it for one.
    pub fn parse(attribute: &[u8]) -> Option<Self> {
        let (version, entries) = attribute.split_at_checked(HEADER_BYTES)?;
        let is_whole = entries.len().is_multiple_of(ENTRY_BYTES);
        if u32::from_le_bytes(version.try_into().ok()?) != VERSION || !is_whole {
            return None;
        }
        let entries: Option<Vec<Entry>> = entries.chunks_exact(ENTRY_BYTES).map(entry).collect();
        Some(Self { entries: entries? })
    }

    /// The attribute of a list.
    pub fn to_attribute(&self) -> Vec<u8> {
        let mut attribute = VERSION.to_le_bytes().to_vec();
        for Entry { of, rights } in &self.entries {
            let (tag, id) = of.tag();
            attribute.extend(tag.to_le_bytes());
            attribute.extend((*rights as u16).to_le_bytes());
            attribute.extend(id.to_le_bytes());
        }
        attribute
    }
}

impl Whose {
    /// The number that stands for it, and the id where it has one.
    const fn tag(self) -> (u16, u32) {
        match self {
            Self::Owner => (0x01, u32::MAX),
            Self::User(uid) => (0x02, uid),
            Self::OwningGroup => (0x04, u32::MAX),
            Self::Group(gid) => (0x08, gid),
            Self::Mask => (0x10, u32::MAX),
            Self::Others => (0x20, u32::MAX),
        }
    }
}

fn entry(bytes: &[u8]) -> Option<Entry> {
    let short = |at: usize| Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?));
    let id = u32::from_le_bytes(bytes.get(4..)?.try_into().ok()?);
    let rights = u32::from(short(2)?);
    let kinds = [
        Whose::Owner,
        Whose::User(id),
        Whose::OwningGroup,
        Whose::Group(id),
        Whose::Mask,
        Whose::Others,
    ];
    let tag = short(0)?;
    let of = kinds.into_iter().find(|kind| kind.tag().0 == tag)?;
    (rights <= 7).then_some(Entry { of, rights })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list() -> AccessList {
        let entry = |of, rights| Entry { of, rights };
        AccessList {
            entries: vec![
                entry(Whose::Owner, 6),
                entry(Whose::User(1001), 4),
                entry(Whose::OwningGroup, 0),
                entry(Whose::Mask, 4),
                entry(Whose::Others, 0),
            ],
        }
    }

    #[test]
    fn a_list_survives_its_attribute() {
        let attribute = list().to_attribute();
        assert_eq!(attribute.len(), 44);
        assert_eq!(AccessList::parse(&attribute), Some(list()));
    }

    #[test]
    fn what_is_no_list_is_none() {
        let attribute = list().to_attribute();
        for end in (0..attribute.len()).filter(|end| !(end + 4).is_multiple_of(8)) {
            assert_eq!(AccessList::parse(&attribute[..end]), None, "{end} bytes");
        }
        let changed = |at: usize, byte: u8| {
            let mut attribute = attribute.clone();
            attribute[at] = byte;
            AccessList::parse(&attribute)
        };
        assert_eq!((changed(0, 3), changed(4, 0x40), changed(6, 8)), (None, None, None));
    }
}
