//! A path in a report. Escapes nothing: JSON does, and so must whoever prints it.

use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::PathBuf;

use serde::de::{Deserialize, Deserializer, Error};
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

impl<'de> Deserialize<'de> for HostPath {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written = Written::deserialize(deserializer)?;
        let Some(base64) = written.path_base64 else { return Ok(Self(written.path.into())) };
        let bytes = data_encoding::BASE64.decode(base64.as_bytes());
        let bytes = bytes.map_err(|_| D::Error::custom("path_base64 is not base64"))?;
        Ok(Self(OsString::from_vec(bytes).into()))
    }
}

/// A path as the report has it.
#[derive(serde::Deserialize)]
struct Written {
    path: String,
    path_base64: Option<String>,
}
