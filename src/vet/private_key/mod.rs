//! Private keys in the files that hold them: what protects them, and their public half.
//! Nothing here tries a passphrase.

mod age_file;
mod bouncy_castle;
pub mod certificate;
pub mod curve25519;
mod der;
mod der_file;
mod encryption_scheme;
mod gpg_agent;
mod java_keystore;
mod keepass;
pub mod key_file;
pub mod openssh;
pub mod pem;
pub mod pgp;
mod pgp_secret_key;
mod pkcs12;
pub mod putty;
pub mod ssh_fingerprint;
mod strength;
