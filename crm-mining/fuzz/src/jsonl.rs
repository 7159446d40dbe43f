//! A file of JSON lines.

use super::every_row_accounted;
use crm_mining::ErrorKind;
use crm_mining::prepare::JsonLinesReader;
use serde_json::{Map, Value};

pub fn run(data: &[u8]) {
    let reader = JsonLinesReader::default().max_columns(64).max_line_bytes(1 << 12);
    for flatten in [0, 2] {
        match reader.clone().flatten(flatten).read_bytes("t", data) {
            Ok(raw) => every_row_accounted(&raw),
            Err(error) => assert!(!matches!(error.kind(), ErrorKind::InvalidParameter { .. }), "{error}"),
        }
    }
    let Ok(text) = std::str::from_utf8(data) else { return };
    text.split('\n').take(16).for_each(alone);
}

/// An object that serde_json takes is a row.
fn alone(line: &str) {
    let Ok(object) = serde_json::from_str::<Map<String, Value>>(line) else { return };
    // Bytes that mark an encoding, and signs that end lines, are read as such.
    if object.is_empty() || line.contains(['\r', '\0', '\u{FEFF}']) {
        return;
    }
    match JsonLinesReader::default().read_bytes("t", line.as_bytes()) {
        Ok(raw) => assert_eq!((raw.table.n_rows(), raw.rejected.len()), (1, 0), "{line:?}"),
        Err(error) => assert!(matches!(error.kind(), ErrorKind::AmbiguousDates { .. }), "{line:?}: {error}"),
    }
}
