//! One line of JSON as columns and their texts.

use super::super::raw::BadRowReason;
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::fmt;

/// A column and its text; `None` for `null`.
pub(super) type Field<'t> = (Cow<'t, str>, Option<Cow<'t, str>>);

/// How deep a line may be, and how deep it is laid flat.
#[derive(Debug, Clone, Copy)]
pub(super) struct Depth {
    pub(super) max: usize,
    pub(super) flatten: usize,
}

/// Adds the fields of a line, in order.
pub(super) fn fields<'t>(text: &'t str, depth: Depth, into: &mut Vec<Field<'t>>) -> Result<(), BadRowReason> {
    if is_deeper(text, depth.max) {
        return Err(BadRowReason::TooDeep);
    }
    match serde_json::from_str::<Object<'t>>(text) {
        Ok(object) => flatten(object, "", depth.flatten, into),
        Err(_) if serde_json::from_str::<&RawValue>(text).is_ok() => Err(BadRowReason::NotAnObject),
        Err(error) => Err(bad_json(&error)),
    }
}

/// Calls itself once per level laid flat, of which there are at most 64.
fn flatten<'t>(
    object: Object<'t>,
    above: &str,
    levels: usize,
    into: &mut Vec<Field<'t>>,
) -> Result<(), BadRowReason> {
    for (key, value) in object.0 {
        let name = if above.is_empty() { key } else { Cow::Owned(format!("{above}.{key}")) };
        let json = value.get();
        match json.as_bytes() {
            [b'"', inside @ .., b'"'] if !inside.contains(&b'\\') => {
                into.push((name, json.get(1..json.len() - 1).map(Cow::Borrowed)));
            }
            [b'"', ..] => {
                let text: String = serde_json::from_str(json).map_err(|error| bad_json(&error))?;
                into.push((name, Some(Cow::Owned(text))));
            }
            [b'n', ..] => into.push((name, None)),
            [b'{', ..] if levels > 0 => {
                let inner: Object<'t> = serde_json::from_str(json).map_err(|error| bad_json(&error))?;
                match inner.0.is_empty() {
                    true => into.push((name, Some(Cow::Borrowed(json)))),
                    false => flatten(inner, &name, levels - 1, into)?,
                }
            }
            _ => into.push((name, Some(Cow::Borrowed(json)))),
        }
    }
    Ok(())
}

fn bad_json(error: &serde_json::Error) -> BadRowReason {
    BadRowReason::BadJson { at: error.column() as u64 }
}

/// Whether brackets outside of strings nest deeper than this.
fn is_deeper(text: &str, max: usize) -> bool {
    let bytes = text.as_bytes();
    // Most lines have fewer brackets than that.
    if memchr::memchr2_iter(b'[', b'{', bytes).nth(max).is_none() {
        return false;
    }
    let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
    for byte in bytes {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'[' | b'{' if !quoted => depth += 1,
            b']' | b'}' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > max {
            return true;
        }
    }
    false
}

/// An object whose values are not looked into.
struct Object<'t>(Vec<(Cow<'t, str>, &'t RawValue)>);

/// A key, borrowed when nothing in it is escaped.
#[derive(Deserialize)]
struct Key<'t>(#[serde(borrow)] Cow<'t, str>);

impl<'de> Deserialize<'de> for Object<'de> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(ObjectVisitor)
    }
}

struct ObjectVisitor;

impl<'de> Visitor<'de> for ObjectVisitor {
    type Value = Object<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object<'de>, A::Error> {
        let mut fields = Vec::new();
        while let Some((Key(key), value)) = map.next_entry()? {
            fields.push((key, value));
        }
        Ok(Object(fields))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<(String, Option<String>)>, BadRowReason> {
        let mut fields = Vec::new();
        super::fields(text, Depth { max: 4, flatten: 2 }, &mut fields)?;
        Ok(fields.into_iter().map(|(name, text)| (name.into_owned(), text.map(Cow::into_owned))).collect())
    }

    #[test]
    fn laid_flat() {
        let fields =
            read(r#"{"a": 1.50, "b": {"c": "x\ny", "d": {"e": {"f": 1}}, "g": {}}, "h": null}"#).unwrap();
        let shown: Vec<(&str, Option<&str>)> =
            fields.iter().map(|(name, text)| (name.as_str(), text.as_deref())).collect();
        let expected = [
            ("a", Some("1.50")),
            ("b.c", Some("x\ny")),
            ("b.d.e", Some(r#"{"f": 1}"#)),
            ("b.g", Some("{}")),
            ("h", None),
        ];
        assert_eq!(shown, expected);
    }

    #[test]
    fn refused() {
        for (text, reason) in [
            ("[1]", BadRowReason::NotAnObject),
            (r#""{""#, BadRowReason::NotAnObject),
            (r#"{"a": [[[[1]]]]}"#, BadRowReason::TooDeep),
            (r#"{"a": 01}"#, BadRowReason::BadJson { at: 8 }),
            (r#"{"a": 1} x"#, BadRowReason::BadJson { at: 10 }),
        ] {
            assert_eq!(read(text), Err(reason), "{text}");
        }
        assert!(read(r#"{"a": "[[[[[[[["}"#).is_ok());
    }
}
