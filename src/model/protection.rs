//! Whether who reads a file has its secret. Does not say who can read it.

/// How a secret rests.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Protection {
    /// Whoever reads the file has it.
    Plaintext,
    /// Encrypted, but a guess costs next to nothing.
    Weak {
        /// Cipher and key derivation, as far as known.
        how: String,
    },
    /// Encrypted under a passphrase or another key.
    Encrypted {
        /// Cipher and key derivation, as far as known.
        how: String,
    },
    /// The file only points at a key inside hardware.
    Hardware {
        /// Which hardware, and what it asks for before it is used.
        how: String,
    },
    /// The format does not tell.
    Unknown,
}
