//! What is wrong with JSON, said in the words of those who wrote it; serde's own are those of Rust.

use serde_json::error::Category;

/// How serde says a fault: what it expected, what it found, and where nothing fits, its words.
enum Fault<'a> {
    Missing(&'a str),
    Twice(&'a str),
    /// What was found and what was expected in its place.
    Other(String, String),
    /// A rule of the library that the values break.
    Rule(String),
    Words(&'a str),
}

/// What is wrong with a text that should be the JSON of a saved model.
pub(crate) fn of_saved(error: &serde_json::Error) -> String {
    let (words, place) = placed(error);
    match error.classify() {
        Category::Eof => format!("text that breaks off{place}"),
        Category::Syntax | Category::Io => format!("text that is no JSON ({words}{place})"),
        Category::Data => match Fault::of(&words) {
            Fault::Missing(name) => format!("JSON without \"{name}\""),
            Fault::Twice(name) => format!("JSON with \"{name}\" twice"),
            Fault::Other(found, expected) => format!("{found} in place of {expected}{place}"),
            Fault::Rule(broken) => broken,
            Fault::Words(words) => format!("JSON that does not fit: {words}{place}"),
        },
    }
}

/// What a setting must be, and what it was, when it was given as this JSON.
pub(crate) fn of_setting(error: &serde_json::Error, json: &str) -> (String, String) {
    let given = shortened(json);
    let (words, _) = placed(error);
    match Fault::of(&words) {
        Fault::Missing(name) => (format!("given with \"{name}\""), given),
        Fault::Twice(name) => (format!("given with \"{name}\" once"), given),
        Fault::Other(found, expected) if json.contains(['{', '[']) => {
            (expected, format!("{found} in {given}"))
        }
        Fault::Other(found, expected) => (expected, found),
        Fault::Rule(_) | Fault::Words(_) => {
            let rule = words.split_once("expected ").map_or(words.as_str(), |(_, expected)| expected);
            (rule.replace('`', "\""), given)
        }
    }
}

/// serde's words apart from the place in the text, which is empty where it is not known.
fn placed(error: &serde_json::Error) -> (String, String) {
    let words = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    match words.strip_suffix(&place) {
        Some(fault) => (fault.to_owned(), format!(" (line {}, column {})", error.line(), error.column())),
        None => (words, String::new()),
    }
}

impl<'a> Fault<'a> {
    fn of(words: &'a str) -> Fault<'a> {
        let quoted = |after: &str| words.strip_prefix(after)?.split('`').next();
        if let Some(name) = quoted("missing field `") {
            return Fault::Missing(name);
        }
        if let Some(name) = quoted("duplicate field `") {
            return Fault::Twice(name);
        }
        let unknown = quoted("unknown variant `").or_else(|| quoted("unknown field `"));
        let expected = words.split_once(", expected ").map(|(_, expected)| expected);
        if let (Some(name), Some(expected)) = (unknown, expected) {
            return Fault::Other(format!("{name:?}"), expected.replace('`', "\""));
        }
        for kind in ["invalid type: ", "invalid value: ", "invalid length "] {
            let found = words.strip_prefix(kind).and_then(|rest| rest.split_once(", expected "));
            if let Some((found, expected)) = found {
                let found =
                    if kind == "invalid length " { format!("{found} elements") } else { thing(found) };
                return Fault::Other(found, rule(expected));
            }
        }
        broken_rule(words).map_or(Fault::Words(words), Fault::Rule)
    }
}

/// What serde calls something that it found.
fn thing(found: &str) -> String {
    let of = |kind: &str| found.strip_prefix(kind).map(|value| value.trim_matches('`').to_owned());
    let number = of("integer ").or_else(|| of("floating point ")).or_else(|| of("boolean "));
    match found {
        "null" | "unit value" => "nothing".into(),
        "map" => "names and values".into(),
        "sequence" => "a list".into(),
        _ => number.or_else(|| of("string ").map(|text| format!("text {text}"))).unwrap_or(found.to_owned()),
    }
}

/// What serde calls something that it expected.
fn rule(expected: &str) -> String {
    match expected {
        "f64" | "f32" => "a number".into(),
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number from 0 on".into(),
        "i8" | "i16" | "i32" | "i64" | "isize" => "a whole number".into(),
        "a boolean" => "true or false".into(),
        "a string" | "a borrowed string" | "string or map" => "text".into(),
        "a sequence" => "a list".into(),
        "a map" => "names and values".into(),
        _ if expected.starts_with("struct ") => "names and values".into(),
        _ if expected.starts_with("tuple ") => "a list".into(),
        _ => match expected.strip_prefix("an array of length ") {
            Some(length) => format!("a list of {length}"),
            None => expected.replace('`', "\""),
        },
    }
}

/// A message of the library, such as "BuyingModel: alpha must be above 0; got -1", with what was found first.
fn broken_rule(words: &str) -> Option<String> {
    if let Some((rule, found)) = words.split_once("; found ") {
        let rule = rule.split_once(": ").map_or(rule, |(_, rule)| rule);
        return Some(format!("{found}, but {rule}"));
    }
    let (rule, found) = words.rsplit_once("; got ")?;
    let (parameter, rule) = rule.split_once(" must be ")?;
    let parameter = parameter.rsplit_once(": ").map_or(parameter, |(_, parameter)| parameter);
    Some(format!("{parameter} {}, which must be {rule}", found.trim_matches('"')))
}

/// The beginning of a text.
fn shortened(text: &str) -> String {
    const LONGEST: usize = 64;
    let mut short: String = text.chars().take(LONGEST).collect();
    if text.chars().nth(LONGEST).is_some() {
        short.push('…');
    }
    short
}
