//! A chart as a Vega-Lite specification.

use super::chart::{Channel, Chart, Encoding, Mark, Scaling};
use crate::data::{Column, Values};
use serde_json::{Map, Value, json};
use std::collections::HashSet;

const SCHEMA: &str = "https://vega.github.io/schema/vega-lite/v5.json";

impl Chart {
    /// The chart as a complete Vega-Lite 5 specification, with its values in it and the keys sorted. It names no
    /// address but that of its language.
    ///
    /// Moments are said in UTC and shown so. Missing and infinite numbers are `null`, and not drawn.
    ///
    /// # Reference
    /// A. Satyanarayan, D. Moritz, K. Wongsuphasawat and J. Heer (2017), Vega-Lite: a grammar of interactive
    /// graphics, IEEE Transactions on Visualization and Computer Graphics 23.
    pub fn to_vega_lite(&self) -> Value {
        let mut spec = Map::new();
        spec.insert("$schema".into(), SCHEMA.into());
        spec.insert("data".into(), json!({ "values": values(self) }));
        match self.encoding(Channel::Low) {
            Some(_) => {
                let mut layers = [
                    json!({ "encoding": band_encoding(self), "mark": band(self.mark()) }),
                    json!({ "encoding": encoding(self), "mark": mark(self.mark()) }),
                ];
                if self.mark() == Mark::Bar {
                    layers.reverse(); // a bar would hide the lower half of its rule
                }
                spec.insert("height".into(), size(self, Channel::Y));
                spec.insert("layer".into(), layers.to_vec().into());
            }
            None => {
                spec.insert("encoding".into(), encoding(self));
                spec.insert("height".into(), size(self, Channel::Y));
                spec.insert("mark".into(), mark(self.mark()));
            }
        }
        spec.insert(
            "title".into(),
            match self.subtitle() {
                Some(subtitle) => json!({ "subtitle": subtitle, "text": self.title() }),
                None => json!({ "text": self.title() }),
            },
        );
        spec.insert("width".into(), size(self, Channel::X));
        spec.into()
    }
}

/// Words get the same place each, numbers share one.
fn size(chart: &Chart, channel: Channel) -> Value {
    let discrete = chart.encoding(channel).is_some_and(|of| discrete(of.scaling));
    let step = if channel == Channel::X { 44 } else { 28 };
    let offset = if channel == Channel::X { Channel::XOffset } else { Channel::YOffset };
    match (channel, discrete) {
        (_, true) if chart.encoding(offset).is_some() => json!({ "for": "position", "step": step }),
        (_, true) => json!({ "step": step }),
        (Channel::X, false) => 480.into(),
        (_, false) => 280.into(),
    }
}

fn discrete(scaling: Scaling) -> bool {
    matches!(scaling, Scaling::Nominal | Scaling::Ordinal)
}

fn mark(mark: Mark) -> Value {
    match mark {
        Mark::Line => json!({ "tooltip": true, "type": "line" }),
        Mark::Step => json!({ "interpolate": "step-after", "tooltip": true, "type": "line" }),
        Mark::Bar => json!({ "tooltip": true, "type": "bar" }),
        Mark::Point => json!({ "tooltip": true, "type": "point" }),
        Mark::Area => json!({ "tooltip": true, "type": "area" }),
        Mark::HeatMap => json!({ "tooltip": true, "type": "rect" }),
    }
}

fn band(of: Mark) -> Value {
    match of {
        Mark::Step => json!({ "interpolate": "step-after", "opacity": 0.2, "type": "area" }),
        Mark::Bar | Mark::Point => json!({ "type": "rule" }),
        _ => json!({ "opacity": 0.2, "type": "area" }),
    }
}

fn encoding(chart: &Chart) -> Value {
    let name = |channel| match channel {
        Channel::X => Some("x"),
        Channel::X2 => Some("x2"),
        Channel::XOffset => Some("xOffset"),
        Channel::Y => Some("y"),
        Channel::Y2 => Some("y2"),
        Channel::YOffset => Some("yOffset"),
        Channel::Order => Some("order"),
        Channel::Color => Some("color"),
        Channel::Low | Channel::High => None,
    };
    let channels = chart.encodings().iter();
    let named = channels.filter_map(|(channel, of)| Some((name(*channel)?, *channel, of)));
    let members = named.map(|(name, channel, of)| (name.to_owned(), definition(chart, channel, of)));
    sorted(members.collect())
}

fn band_encoding(chart: &Chart) -> Value {
    let channels = [
        ("color", Channel::Color, Channel::Color),
        ("x", Channel::X, Channel::X),
        ("y", Channel::Y, Channel::Low),
        ("y2", Channel::Y2, Channel::High),
    ];
    let named =
        channels.into_iter().filter_map(|(name, at, from)| Some((name, at, chart.encoding(from)?.clone())));
    let members = named.map(|(name, at, mut of)| {
        // Both layers share the axis, which has one name.
        if let (Channel::Y, Some(y)) = (at, chart.encoding(Channel::Y)) {
            (of.title, of.format) = (y.title.clone(), y.format);
        }
        let mut definition = definition(chart, at, &of);
        let area = !matches!(chart.mark(), Mark::Bar | Mark::Point);
        if let (Channel::Y, true, Some(members)) = (at, area, definition.as_object_mut()) {
            members.insert("stack".into(), Value::Null);
        }
        (name.to_owned(), definition)
    });
    sorted(members.collect())
}

fn definition(chart: &Chart, channel: Channel, of: &Encoding) -> Value {
    let mut members: Vec<(String, Value)> = vec![("field".into(), field(&of.column).into())];
    let mut add = |name: &str, value: Value| members.push((name.to_owned(), value));
    if matches!(channel, Channel::X2 | Channel::Y2) {
        return sorted(members);
    }
    if matches!(channel, Channel::X | Channel::Y | Channel::Color) {
        add("title", if of.title.is_empty() { Value::Null } else { of.title.as_str().into() });
    }
    let column = chart.table().find(&of.column);
    let words = matches!(column.map(Column::values), Some(Values::Text(_)));
    if let Some(format) = of.format {
        let place = if channel == Channel::Color { "legend" } else { "axis" };
        add(place, json!({ "format": format }));
    } else if channel == Channel::X && discrete(of.scaling) && !words {
        add("axis", json!({ "labelAngle": 0 }));
    }
    let scaling = match of.scaling {
        Scaling::Quantitative => "quantitative",
        Scaling::Nominal => "nominal",
        Scaling::Ordinal => "ordinal",
        Scaling::Temporal => "temporal",
    };
    add("type", scaling.into());
    match (of.scaling, column) {
        (Scaling::Temporal, _) => add("scale", json!({ "type": "utc" })),
        (Scaling::Nominal | Scaling::Ordinal, Some(column)) => {
            add("scale", json!({ "domain": domain(column) }));
        }
        _ => {}
    }
    let axis = matches!(channel, Channel::X | Channel::Y) && of.scaling == Scaling::Quantitative;
    let (binned, ranged) = (axis && is_binned(chart, channel), is_ranged(chart, channel));
    if binned {
        add("bin", "binned".into());
    } else if axis && !ranged && matches!(chart.mark(), Mark::Bar | Mark::Area) {
        add("stack", Value::Null);
    }
    sorted(members)
}

/// The values of a column in the order of the rows, also those of rows that are not drawn.
fn domain(column: &Column) -> Vec<Value> {
    let mut seen = HashSet::new();
    let rows = (0..column.len()).filter(|&row| column.show(row).is_some_and(|text| seen.insert(text)));
    rows.map(|row| value(column, row)).collect()
}

fn is_ranged(chart: &Chart, channel: Channel) -> bool {
    let end = if channel == Channel::X { Channel::X2 } else { Channel::Y2 };
    chart.encoding(end).is_some()
}

/// Bars that begin and end on one axis and have their length on the other are bins.
fn is_binned(chart: &Chart, channel: Channel) -> bool {
    let other = if channel == Channel::X { Channel::Y } else { Channel::X };
    let numbers = chart.encoding(other).is_some_and(|of| of.scaling == Scaling::Quantitative);
    chart.mark() == Mark::Bar && is_ranged(chart, channel) && numbers
}

/// In the names of fields dots and brackets would be a path.
fn field(column: &str) -> String {
    let mut name = String::with_capacity(column.len());
    for sign in column.chars() {
        if matches!(sign, '.' | '[' | ']' | '\\' | '\'' | '"') {
            name.push('\\');
        }
        name.push(sign);
    }
    name
}

fn values(chart: &Chart) -> Value {
    let columns = chart.table().columns();
    let row = |row: usize| {
        sorted(columns.iter().map(|column| (column.name().to_owned(), value(column, row))).collect())
    };
    (0..chart.table().n_rows()).map(row).collect()
}

fn value(column: &Column, row: usize) -> Value {
    if column.is_missing(row) {
        return Value::Null;
    }
    match column.values() {
        Values::Int(values, _) => values.get(row).copied().into(),
        // Infinite numbers, which JSON has not, become null.
        Values::Float(values) => values.get(row).copied().into(),
        Values::Bool(values, _) => values.get(row).into(),
        Values::Time(..) => column.show(row).map(|text| moment(&text)).into(),
        Values::Text(_) => column.show(row).into(),
    }
}

/// A day alone is read as UTC, a moment only when it says so.
fn moment(text: &str) -> String {
    if text.contains('T') { format!("{text}Z") } else { text.to_owned() }
}

/// Another package may have made the maps of serde_json keep the order of insertion.
fn sorted(mut members: Vec<(String, Value)>) -> Value {
    members.sort_by(|(a, _), (b, _)| a.cmp(b));
    members.into_iter().collect::<Map<String, Value>>().into()
}
