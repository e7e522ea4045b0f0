//! JSON schemas of draft 7, as far as the schemas of `tests/schemas` go.
//!
//! A keyword that is not known stops the test rather than being skipped, so that nothing counts as valid unread.

use regex::Regex;
use serde_json::{Map, Value};

/// What of a document its schema does not allow, a sentence each.
pub(crate) fn mistakes(schema: &Value, document: &Value) -> Vec<String> {
    let mut found = Vec::new();
    Validator { root: schema }.value(schema, document, "", &mut found);
    found
}

struct Validator<'a> {
    root: &'a Value,
}

impl Validator<'_> {
    fn value(&self, schema: &Value, value: &Value, place: &str, found: &mut Vec<String>) {
        let schema = schema.as_object().unwrap_or_else(|| panic!("{schema} is no schema"));
        if let Some(target) = schema.get("$ref") {
            // In draft 7 nothing beside a reference counts.
            return self.value(self.definition(target), value, place, found);
        }
        for (keyword, wanted) in schema {
            match keyword.as_str() {
                "type" | "enum" | "minimum" | "maximum" | "pattern" | "format" => {
                    if !is_met(keyword, wanted, value) {
                        found.push(format!("{place}: {value} breaks {keyword} {wanted}"));
                    }
                }
                "properties" | "required" | "additionalProperties" => {
                    if let Some(object) = value.as_object() {
                        self.object(keyword, wanted, schema, object, place, found);
                    }
                }
                "items" | "minItems" | "uniqueItems" => {
                    if let Some(list) = value.as_array() {
                        self.list(keyword, wanted, list, place, found);
                    }
                }
                "anyOf" | "oneOf" => {
                    let branches = wanted.as_array().expect("a list of schemas").iter();
                    let n_met = branches.filter(|branch| self.is_valid(branch, value, place)).count();
                    if n_met == 0 || (keyword == "oneOf" && n_met > 1) {
                        found.push(format!("{place}: {n_met} branches of {keyword} hold"));
                    }
                }
                "$schema" | "$id" | "title" | "description" | "default" | "definitions" => {}
                unknown => panic!("the keyword {unknown} is not known here"),
            }
        }
    }

    fn is_valid(&self, schema: &Value, value: &Value, place: &str) -> bool {
        let mut found = Vec::new();
        self.value(schema, value, place, &mut found);
        found.is_empty()
    }

    fn definition(&self, target: &Value) -> &Value {
        let pointer = target.as_str().and_then(|target| target.strip_prefix('#')).expect("within the schema");
        self.root.pointer(pointer).unwrap_or_else(|| panic!("no definition {pointer}"))
    }

    fn object(
        &self,
        keyword: &str,
        wanted: &Value,
        schema: &Map<String, Value>,
        object: &Map<String, Value>,
        place: &str,
        found: &mut Vec<String>,
    ) {
        let known = schema.get("properties").and_then(Value::as_object);
        let is_known = |name: &str| known.is_some_and(|known| known.contains_key(name));
        match keyword {
            "properties" => {
                for (name, of_property) in wanted.as_object().expect("schemas by name") {
                    if let Some(value) = object.get(name) {
                        self.value(of_property, value, &format!("{place}/{name}"), found);
                    }
                }
            }
            "required" => {
                let names = wanted.as_array().expect("a list of names").iter().filter_map(Value::as_str);
                let missing = names.filter(|name| !object.contains_key(*name));
                found.extend(missing.map(|name| format!("{place}: {name} is missing")));
            }
            _ => {
                for (name, value) in object.iter().filter(|(name, _)| !is_known(name)) {
                    match wanted {
                        Value::Bool(true) => {}
                        Value::Bool(false) => found.push(format!("{place}: {name} is not allowed")),
                        others => self.value(others, value, &format!("{place}/{name}"), found),
                    }
                }
            }
        }
    }

    fn list(&self, keyword: &str, wanted: &Value, list: &[Value], place: &str, found: &mut Vec<String>) {
        match keyword {
            "items" => {
                for (index, value) in list.iter().enumerate() {
                    self.value(wanted, value, &format!("{place}/{index}"), found);
                }
            }
            "minItems" => {
                if (list.len() as u64) < wanted.as_u64().expect("a count") {
                    found.push(format!("{place}: {} items, expected {wanted}", list.len()));
                }
            }
            _ => {
                let twice = (1..list.len()).find(|index| list[..*index].contains(&list[*index]));
                if let (Some(index), true) = (twice, wanted == true) {
                    found.push(format!("{place}/{index}: a repeated item"));
                }
            }
        }
    }
}

/// Keywords about one value; those about numbers or texts hold for anything else.
fn is_met(keyword: &str, wanted: &Value, value: &Value) -> bool {
    match keyword {
        "type" if wanted.is_array() => {
            wanted.as_array().is_some_and(|types| types.iter().any(|wanted| is_met(keyword, wanted, value)))
        }
        "type" => match wanted.as_str().expect("a type or a list of types") {
            "null" => value.is_null(),
            "object" => value.is_object(),
            "array" => value.is_array(),
            "string" => value.is_string(),
            "boolean" => value.is_boolean(),
            "integer" => value.is_i64() || value.is_u64(),
            "number" => value.is_number(),
            other => panic!("the type {other} is not known here"),
        },
        "enum" => wanted.as_array().expect("a list").contains(value),
        "minimum" => value.as_f64().is_none_or(|number| number >= wanted.as_f64().expect("a number")),
        "maximum" => value.as_f64().is_none_or(|number| number <= wanted.as_f64().expect("a number")),
        "pattern" => {
            let pattern = Regex::new(wanted.as_str().expect("text")).expect("a regular expression");
            value.as_str().is_none_or(|text| pattern.is_match(text))
        }
        "format" => value.as_str().is_none_or(|text| match wanted.as_str().expect("text") {
            "uri" => is_reference(text) && text.contains(':'),
            "uri-reference" => is_reference(text),
            other => panic!("the format {other} is not known here"),
        }),
        _ => unreachable!("only these are asked for"),
    }
}

/// A reference by RFC 3986: its characters alone, and `%` only before two hexadecimal digits.
fn is_reference(text: &str) -> bool {
    let mut escapes = text.split('%').skip(1);
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=%".contains(&byte))
        && escapes.all(|escape| escape.bytes().take(2).filter(u8::is_ascii_hexdigit).count() == 2)
}

#[test]
fn keywords_are_heeded() {
    let schema = serde_json::json!({
        "type": "object",
        "required": ["a"],
        "properties": {
            "a": { "$ref": "#/definitions/few" },
            "b": { "anyOf": [{ "type": "string", "format": "uri-reference" }, { "type": ["boolean", "null"] }] },
        },
        "additionalProperties": false,
        "definitions": {
            "few": { "type": "array", "items": { "minimum": 2, "maximum": 3 }, "minItems": 1, "uniqueItems": true },
        },
    });
    let n_mistakes = |text: &str| mistakes(&schema, &serde_json::from_str(text).expect("JSON")).len();
    assert_eq!(n_mistakes(r#"{ "a": [2, 3], "b": "x%20y" }"#), 0);
    assert_eq!(n_mistakes(r#"{ "a": [2, 3], "b": null }"#), 0);
    for wrong in [
        "3",
        "{}",
        r#"{ "a": [] }"#,
        r#"{ "a": [2, 2] }"#,
        r#"{ "a": [1] }"#,
        r#"{ "a": [4] }"#,
        r#"{ "a": [2], "b": 3 }"#,
        r#"{ "a": [2], "b": "x y" }"#,
        r#"{ "a": [2], "b": "x%2" }"#,
        r#"{ "a": [2], "c": 3 }"#,
    ] {
        assert_eq!(n_mistakes(wrong), 1, "{wrong}");
    }
}
