//! Private keys in the files that hold them: what protects them, and their public half.
//! Nothing here tries a passphrase.

pub mod curve25519;
mod der;
mod encryption_scheme;
pub mod openssh;
pub mod pem;
pub mod pgp;
mod pgp_secret_key;
pub mod putty;
mod ssh_fingerprint;
