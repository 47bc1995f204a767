//! A path in a report. Escapes nothing: JSON does, and so must whoever prints it.

use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use serde::ser::{Serialize, SerializeStruct, Serializer};

/// A path of the swept host. Written as `path`, and where that is not UTF-8 also as
/// `path_base64`, which then is the true one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct HostPath(pub PathBuf);

impl Serialize for HostPath {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("HostPath", 2)?;
        fields.serialize_field("path", &self.0.to_string_lossy())?;
        if self.0.to_str().is_none() {
            let bytes = self.0.as_os_str().as_bytes();
            fields.serialize_field("path_base64", &data_encoding::BASE64.encode(bytes))?;
        }
        fields.end()
    }
}
