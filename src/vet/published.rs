//! Keys that their issuer has printed for all to copy: in tutorials, samples and browsers. They are
//! real in shape, and nobody's secret. Deliberately not a list of keys that somebody else leaked:
//! those are secrets still. Only the beginnings of their hashes stand here.

use sha2::{Digest, Sha256};

use crate::model::finding::Rejection;
use crate::vet::facts::{Checked, Facts};

/// First eight bytes of the SHA-256 of each, in order: Google's keys for Maps and Firebase samples.
const PUBLISHED: [u64; 16] = [
    0x0b47_6bdf_9acf_2123,
    0x2037_abca_ffb2_b777,
    0x27a9_a429_31df_f7eb,
    0x37f8_f09b_df12_c2f2,
    0x3a8b_61d0_f636_b007,
    0x3f37_0c9d_d822_5c63,
    0x49f7_77db_995e_8260,
    0x4c98_242d_cadc_8b29,
    0x65b2_4fd4_d919_54a4,
    0x8731_261c_b72d_8626,
    0xa19f_89ab_3555_eac1,
    0xa6c8_14bc_555a_e62c,
    0xdc0f_cf04_6c61_640c,
    0xe4a5_542b_b7fd_7b67,
    0xea9b_b108_2cf9_5663,
    0xeb54_0d2b_6ee2_a0a4,
];

/// `unpublished`: not a key that its issuer has printed itself.
pub fn check(secret: &[u8]) -> Checked {
    let mut beginning = [0; 8];
    beginning.copy_from_slice(&Sha256::digest(secret)[..8]);
    match PUBLISHED.binary_search(&u64::from_be_bytes(beginning)) {
        Ok(_) => Err(Rejection::Placeholder),
        Err(_) => Ok(Facts::default()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_key(broken: &str, expected: Result<(), Rejection>) {
        assert_eq!(check(broken.replace('~', "").as_bytes()).map(drop), expected, "{broken}");
    }

    #[test]
    fn a_key_of_a_tutorial_is_no_secret() {
        check_key("AI~zaSyCkEhVjf3pduRDt6d1yKOMitrUEke8agEM", Err(Rejection::Placeholder));
    }

    #[test]
    fn any_other_key_passes() {
        check_key("AI~zaSyCkEhVjf3pduRDt6d1yKOMitrUEke8agEN", Ok(()));
        check_key("", Ok(()));
    }

    #[test]
    fn the_list_is_in_order() {
        assert!(PUBLISHED.is_sorted());
    }
}
