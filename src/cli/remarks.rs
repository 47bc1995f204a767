//! What of others' rule files is not obeyed: in short before a sweep, line by line in a check.

use std::collections::BTreeMap;
use std::io::{self, Write};

use credreach::error::RuleRemark;

/// So many rules are named for each thing that is not obeyed.
const NAMED_MAX: usize = 3;

/// In short, on stderr.
pub fn tell(remarks: &[RuleRemark]) {
    let _ = write_short(remarks, &mut io::stderr());
}

fn write_short(remarks: &[RuleRemark], out: &mut dyn Write) -> io::Result<()> {
    let mut by_code: BTreeMap<&str, Vec<&RuleRemark>> = BTreeMap::new();
    for remark in remarks {
        by_code.entry(remark.code).or_default().push(remark);
    }
    for (code, remarks) in &by_code {
        let mut subjects: Vec<&str> = remarks.iter().map(|one| one.subject.as_str()).collect();
        subjects.dedup();
        subjects.retain(|subject| !subject.is_empty());
        let named = subjects[..subjects.len().min(NAMED_MAX)].join(", ");
        let more = if subjects.len() > NAMED_MAX { ", …" } else { "" };
        let named = if named.is_empty() { named } else { format!(": {named}{more}") };
        writeln!(out, "rules: {} times {code}{named}", remarks.len())?;
    }
    if by_code.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "rules: `credreach rules check` with the same --rules lists each; docs/codes.md explains them"
    )
}

/// Each with its place.
pub fn write_all(remarks: &[RuleRemark], out: &mut dyn Write) -> io::Result<()> {
    remarks.iter().try_for_each(|remark| writeln!(out, "{remark}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thing_that_is_often_not_obeyed_is_one_line() {
        let remark = |subject: &str| RuleRemark {
            file: "g.toml".into(),
            line: 3,
            subject: subject.into(),
            what: "what".into(),
            code: "foreign/x",
        };
        let remarks = ["a", "b", "c", "d"].map(remark);
        let mut out = Vec::new();
        write_short(&remarks, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(
            text.starts_with("rules: 4 times foreign/x: a, b, c, …\nrules: `credreach"),
            "{text}"
        );
    }
}
