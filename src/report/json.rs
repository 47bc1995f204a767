//! The report as one JSON document. Does not lay out fields: `view.rs` does.

use std::io;

use crate::view::Report;

/// Writes the report, indented, with a newline at its end.
pub fn write(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, report)?;
    out.write_all(b"\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::inventories::{hostile, infected, rules};
    use serde_json::{Value, json};

    fn written(report: &Report) -> String {
        let mut out = Vec::new();
        write(report, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn parsed(report: &Report) -> Value {
        serde_json::from_str(&written(report)).unwrap()
    }

    #[test]
    fn the_same_inventory_gives_the_same_bytes() {
        let write_once = || written(&Report::new(&infected(), &rules()));
        assert_eq!(write_once(), write_once());
        assert!(write_once().ends_with("}\n"));
    }

    #[test]
    fn a_verdict_comes_with_its_reasons_as_sentences() {
        let report = parsed(&Report::new(&infected(), &rules()));
        let exposure = &report["credentials"][0]["locations"][0]["exposures"][0];
        assert_eq!(exposure["verdict"], "exposed");
        assert_eq!(exposure["user"], "ana");
        let reason = json!({"says": "the user owns the file", "side": "for"});
        assert_eq!(exposure["reasons"][1], reason);
    }

    #[test]
    fn a_path_that_is_not_utf_8_is_written_twice_and_others_once() {
        let report = parsed(&Report::new(&hostile(), &rules()));
        let locations = report["credentials"][0]["locations"].as_array().unwrap();
        let fields = |index: usize| [&locations[index]["path"], &locations[index]["path_base64"]];
        assert_eq!(fields(0), [&json!("/home/ana/\u{1b}[2J\nok\u{202e}txt.env"), &Value::Null]);
        assert_eq!(
            fields(1),
            [&json!("/home/ana/\u{fffd}\u{fffd}.env"), &json!("L2hvbWUvYW5hL//+LmVudg==")]
        );
    }
}
