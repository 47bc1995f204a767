//! Figures, times and lists as a person reads them. Writes nothing.

/// `1 place`, `12,345 places`.
pub fn counted(n: impl TryInto<u64>, noun: &str) -> String {
    let n = number(n);
    if n == "1" { format!("1 {noun}") } else { format!("{n} {noun}s") }
}

/// `12,345`.
pub fn number(n: impl TryInto<u64>) -> String {
    let digits = n.try_into().unwrap_or(u64::MAX).to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.char_indices() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// `1.2 GiB`.
pub fn bytes(n_bytes: u64) -> String {
    const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
    if n_bytes < 1024 {
        return counted(n_bytes, "byte");
    }
    let power = (n_bytes.ilog2() / 10).min(4);
    let amount = n_bytes as f64 / 1024_f64.powi(power as i32);
    format!("{amount:.1} {}", UNITS[power as usize - 1])
}

/// `2026-03-24 11:02 UTC` for `2026-03-24T11:02:00Z`; a time beyond the calendar as it is.
pub fn minute(moment: &str) -> String {
    match (moment.get(..10), moment.get(11..16)) {
        (Some(day), Some(time)) if is_calendar(moment) => format!("{day} {time} UTC"),
        _ => moment.to_owned(),
    }
}

/// Whether a time lies before another. Within the calendar their texts sort as they do;
/// of times beyond it nothing is claimed.
pub fn is_before(moment: &str, other: &str) -> bool {
    is_calendar(moment) && is_calendar(other) && moment < other
}

fn is_calendar(moment: &str) -> bool {
    moment.len() == "2026-03-24T11:02:00Z".len() && moment.ends_with('Z')
}

/// `a, b and c`; with more than `n_max`, `a, b and 7 more`.
pub fn listed(items: &[String], n_max: usize) -> String {
    let (shown, n_more) = match items.len() {
        n_items if n_items > n_max => (&items[..n_max], n_items - n_max),
        _ => (items, 0),
    };
    match (shown, n_more) {
        (_, 1..) => format!("{} and {} more", shown.join(", "), number(n_more)),
        ([head @ .., last], 0) if !head.is_empty() => format!("{} and {last}", head.join(", ")),
        _ => shown.join(", "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_read_well() {
        assert_eq!(counted(1_usize, "place"), "1 place");
        assert_eq!(counted(0_usize, "place"), "0 places");
        assert_eq!(counted(1_234_567_u64, "file"), "1,234,567 files");
        let sizes = [1, 1023, 1024, 1_288_490_188, u64::MAX].map(bytes);
        assert_eq!(sizes, ["1 byte", "1,023 bytes", "1.0 KiB", "1.2 GiB", "16777216.0 TiB"]);
    }

    #[test]
    fn times_are_cut_to_the_minute_and_odd_ones_left_alone() {
        assert_eq!(minute("2026-03-24T11:02:59Z"), "2026-03-24 11:02 UTC");
        assert_eq!(minute("@9223372036854775807"), "@9223372036854775807");
        assert!(is_before("2026-03-24T11:02:59Z", "2026-03-24T11:03:00Z"));
        assert!(!is_before("@1", "2026-03-24T11:03:00Z"));
    }

    #[test]
    fn lists_end_in_and() {
        let items = ["a", "b", "c"].map(str::to_owned);
        assert_eq!(listed(&items, 3), "a, b and c");
        assert_eq!(listed(&items, 2), "a, b and 1 more");
        assert_eq!(listed(&items[..1], 3), "a");
        assert_eq!(listed(&[], 3), "");
    }
}
