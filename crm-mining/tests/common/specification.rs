//! What the tests of charts ask of every specification.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use crm_mining::data::Column;
use crm_mining::report::Chart;
use serde_json::Value;

/// The values that a chart draws, one object per row.
pub(crate) fn values(chart: &Chart) -> Vec<Value> {
    chart.to_vega_lite()["data"]["values"].as_array().unwrap().clone()
}

fn assert_sorted(value: &Value) {
    match value {
        Value::Object(members) => {
            assert!(members.keys().is_sorted(), "{members:?}");
            members.values().for_each(assert_sorted);
        }
        Value::Array(items) => items.iter().for_each(assert_sorted),
        _ => {}
    }
}

/// Members in order, the address of the language and no other, rows, a mark in every layer, a column behind every
/// channel, and no column that is not shown.
pub(crate) fn assert_complete(name: &str, chart: &Chart) {
    let spec = chart.to_vega_lite();
    assert_sorted(&spec);
    assert_eq!(spec.to_string().matches("http").count(), 1, "{name} names one address, that of its language");
    assert_eq!(spec["$schema"], "https://vega.github.io/schema/vega-lite/v5.json");
    assert_eq!(spec["title"]["text"], chart.title());
    let rows = spec["data"]["values"].as_array().unwrap();
    assert!(!rows.is_empty() && rows.len() == chart.table().n_rows(), "{name}");
    let layers = spec["layer"].as_array().cloned().unwrap_or_else(|| vec![spec.clone()]);
    for layer in layers {
        assert!(layer["mark"]["type"].is_string(), "{name}");
        for (channel, of) in layer["encoding"].as_object().unwrap() {
            let column = of["field"].as_str().unwrap();
            assert!(rows.iter().all(|row| row.get(column).is_some()), "{name}: {channel} shows {column}");
            assert!(channel.ends_with('2') || of["type"].is_string(), "{name}: {channel}");
        }
    }
    let shown = |column: &Column| chart.encodings().iter().any(|(_, of)| of.column == column.name());
    assert!(chart.table().columns().iter().all(shown), "{name} holds a column that it does not show");
}
