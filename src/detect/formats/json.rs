//! JSON as people write it: comments and trailing commas are allowed.
//! Not JSON5, and not several documents in a file.

use std::borrow::Cow;

use jsonc_parser::ast::{ObjectPropName, Value};
use jsonc_parser::common::{Range, Ranged};
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

use crate::detect::formats::Malformed;
use crate::detect::formats::bounds::check_structure;
use crate::detect::formats::piece::{Piece, closing_quote};
use crate::detect::tree::Node;

pub(super) fn read(file: Piece<'_>) -> Result<Node<'_>, Malformed> {
    let text = file.utf8()?;
    check_structure(file.bytes, opaque_len)?;
    let parsed = parse_to_ast(text, &CollectOptions::default(), &options())
        .map_err(|error| Malformed::at_line("is not JSON", error.line_display()))?;
    Ok(parsed.value.map_or(Node::empty(), |value| node(value, file)))
}

/// No more than [`opaque_len`] knows, so that both agree on what is a string.
const fn options() -> ParseOptions {
    ParseOptions {
        allow_comments: true,
        allow_trailing_commas: true,
        allow_loose_object_property_names: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    }
}

/// Length of the string or comment at the start of a text.
fn opaque_len(text: &[u8]) -> usize {
    let end = match text {
        [b'"', ..] => closing_quote(text, b'"').map(|at| at + 1),
        [b'/', b'/', ..] => memchr::memchr2(b'\n', b'\r', text),
        [b'/', b'*', ..] => memchr::memmem::find(&text[2..], b"*/").map(|at| at + 4),
        _ => Some(0),
    };
    end.unwrap_or(text.len())
}

fn node<'c>(value: Value<'c>, file: Piece<'c>) -> Node<'c> {
    match value {
        Value::StringLit(string) => {
            let Range { start, end } = string.range;
            let bytes = match string.value {
                Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
                Cow::Owned(text) => Cow::Owned(text.into_bytes()),
            };
            Node::Value(file.get(start + 1..end - 1).leaf_of(bytes))
        }
        Value::NumberLit(_) | Value::BooleanLit(_) => {
            Node::Value(file.get(value.start()..value.end()).leaf())
        }
        Value::NullKeyword(_) => Node::empty(),
        Value::Array(array) => {
            Node::List(array.elements.into_iter().map(|element| node(element, file)).collect())
        }
        Value::Object(object) => {
            let properties = object.properties.into_iter();
            Node::Map(properties.map(|it| (key(it.name), node(it.value, file))).collect())
        }
    }
}

fn key(name: ObjectPropName<'_>) -> Cow<'_, str> {
    match name {
        ObjectPropName::String(string) => string.value,
        ObjectPropName::Word(word) => Cow::Borrowed(word.value),
    }
}

#[cfg(test)]
mod tests {
    use crate::detect::formats::outline::{check, check_malformed};
    use crate::model::store::Format::Json;

    #[test]
    fn objects_are_maps_and_arrays_lists() {
        check(
            Json,
            r#"{"a": {"b": ["s3cr3t-1", 2.5, true, null]}, "c": ""}"#,
            "{a={b=[s3cr3t-1 2.5 true {}]} c=}",
        );
    }

    #[test]
    fn spans_are_the_values_without_quotes_and_escapes() {
        check(Json, r#"{"größe": "s3\"cr\u0033t"}"#, r#"{größe=s3"cr3t<s3\"cr\u0033t>}"#);
        check(Json, "\u{feff}[\"s3cr3t\"]\r\n", "[s3cr3t]");
    }

    #[test]
    fn comments_and_trailing_commas_are_allowed() {
        check(Json, "// \" [\n{\"a\": /* { */ \"b//c\",}", "{a=b//c}");
        check(Json, "", "{}");
    }

    #[test]
    fn keys_may_come_twice() {
        check(Json, r#"{"a": 1, "a": 2}"#, "{a=1 a=2}");
    }

    #[test]
    fn what_is_no_json_says_no_more_than_a_line() {
        check_malformed(Json, "{\n\"a\": \"s3cr3t", "is not JSON (line 2)");
        check_malformed(Json, "{'a': 1}", "is not JSON (line 1)");
        check_malformed(Json, b"\"\xFF\"", "is not UTF-8");
        check_malformed(Json, "\0", "is not JSON (line 1)");
    }

    #[test]
    fn depth_is_refused_before_the_parser_sees_it() {
        check_malformed(Json, "[".repeat(1_000_000), "is nested deeper than 64 levels");
        check_malformed(Json, "{\"a\":".repeat(500_000), "is nested deeper than 64 levels");
        check_malformed(Json, "1,".repeat(1_000_000), "holds more than 200000 values");
    }
}
