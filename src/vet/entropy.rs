//! How varied bytes are. Knows nothing of words: `hunter2` scores like noise.

/// Shannon entropy of the bytes, 0 (all alike, or none) to 8 bits per byte.
pub fn bits_per_byte(bytes: &[u8]) -> f64 {
    let mut counts = [0_u32; 256];
    for byte in bytes {
        counts[usize::from(*byte)] += 1;
    }
    let total = bytes.len() as f64;
    let shares = counts.iter().filter(|count| **count > 0).map(|count| f64::from(*count) / total);
    shares.map(|share| -share * share.log2()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], expected: f64) {
        assert!((bits_per_byte(bytes) - expected).abs() < 1e-9, "{bytes:?}");
    }

    #[test]
    fn variety_is_counted_in_bits() {
        check(b"", 0.0);
        check(b"aaaa", 0.0);
        check(b"abab", 1.0);
        check(b"abcdefgh", 3.0);
        check(&(0..=255).collect::<Vec<u8>>(), 8.0);
    }
}
