//! What a guess must cost, or a protected key counts as plain. One table: the same work for
//! every derivation, as far as they can be compared. Judges no passphrase.

/// Rounds of PBKDF2 and its like. OpenSSL's default is 2048, at which one graphics card tries
/// millions of passphrases a second; fifty times that begins to cost something.
pub const PBKDF2_ROUNDS_MIN: u64 = 100_000;

/// N of scrypt. OpenSSL's default, 16 MiB for each guess.
pub const SCRYPT_COST_MIN: u64 = 1 << 14;

/// Bytes that OpenPGP's iterated derivation hashes: a round of PBKDF2 hashes two blocks of 64.
pub const S2K_BYTES_MIN: u64 = PBKDF2_ROUNDS_MIN * 2 * 64;

/// Rounds of KeePass's AES-KDF. 60,000 was its default, a few milliseconds of one core; programs
/// that take a second choose tens of millions.
pub const AES_KDF_ROUNDS_MIN: u64 = 1_000_000;
