//! The data profile as a piece of HTML that needs nothing else.

use super::column::{ColumnQuality, ValueCount};
use super::score::QualityWeights;
use super::signs::escaped;
use super::table::{TableQuality, percent};
use super::text::number;

const STYLE: &str = "<style>.crm-quality{font:14px system-ui,sans-serif;max-width:64em}\
.crm-quality table{border-collapse:collapse;margin:.5em 0}\
.crm-quality th,.crm-quality td{padding:.15em .6em;text-align:left;border-bottom:1px solid #ddd}\
.crm-quality td.n{text-align:right;font-variant-numeric:tabular-nums}\
.crm-quality summary{cursor:pointer;font-weight:600}\
.crm-quality bdi{unicode-bidi:isolate;white-space:pre-wrap;overflow-wrap:anywhere}</style>";

impl TableQuality {
    /// A piece of HTML for a page or a notebook: no script, nothing loaded, every name and value escaped and kept
    /// from changing the direction of what stands around it.
    pub fn to_html(&self) -> String {
        let mut html = format!("{STYLE}<div class=\"crm-quality\"><p>{}: ", value(&self.table));
        html.push_str(&format!("{} rows, {} columns, ", self.n_rows, self.columns.len()));
        html.push_str(&format!("{} repeated rows</p>", self.repeated_rows));
        self.score_html(&mut html);
        for [a, b] in &self.keys_of_two {
            html.push_str(&format!("<p>key of two columns: {} + {}</p>", value(a), value(b)));
        }
        html.push_str("<table><thead><tr>");
        for head in ["column", "content", "fits", "missing", "markers", "distinct", "unique", "suspected"] {
            html.push_str(&format!("<th scope=\"col\">{head}</th>"));
        }
        html.push_str("</tr></thead><tbody>");
        self.columns.iter().for_each(|column| column.row_html(&mut html));
        html.push_str("</tbody></table>");
        self.columns.iter().for_each(|column| column.details_html(&mut html));
        html.push_str("</div>");
        html
    }

    fn score_html(&self, html: &mut String) {
        let score = self.score.score.map_or("–".into(), |score| format!("{score:.1}"));
        html.push_str(&format!("<p><strong>quality {score} of 100</strong></p><table><tbody>"));
        for (name, part, _) in self.score.parts(&QualityWeights::default()) {
            let part = percent(part);
            html.push_str(&format!("<tr><th scope=\"row\">{name}</th><td class=\"n\">{part}</td></tr>"));
        }
        html.push_str("</tbody></table>");
    }
}

impl ColumnQuality {
    fn row_html(&self, html: &mut String) {
        html.push_str(&format!("<tr><th scope=\"row\">{}</th>", value(&self.name)));
        html.push_str(&format!("<td>{}</td>", self.content.name()));
        let counts = [self.missing, self.markers, self.distinct, self.unique].map(|count| count.to_string());
        for cell in [percent(Some(self.fits))].iter().chain(&counts) {
            html.push_str(&format!("<td class=\"n\">{cell}</td>"));
        }
        html.push_str(&format!("<td>{}</td></tr>", value(&self.roles_text())));
    }

    fn details_html(&self, html: &mut String) {
        html.push_str(&format!("<details><summary>{}</summary>", value(&self.name)));
        if let Some(numbers) = &self.numbers {
            let mut figures = vec![
                ("min".to_owned(), number(numbers.min)),
                ("max".to_owned(), number(numbers.max)),
                ("mean".to_owned(), number(numbers.mean)),
                ("sd".to_owned(), numbers.sd.map_or("–".into(), number)),
            ];
            figures
                .extend(numbers.quantiles.iter().map(|&(q, value)| (format!("quantile {q}"), number(value))));
            figures.push(("zero".to_owned(), numbers.zeros.to_string()));
            figures.push(("negative".to_owned(), numbers.negative.to_string()));
            figures.push(("infinite".to_owned(), numbers.infinite.to_string()));
            pairs(html, "", &figures);
        }
        if let Some(dates) = &self.dates {
            html.push_str(&format!("<p>from {} to {}</p>", value(&dates.first), value(&dates.last)));
        }
        if let Some(lengths) = &self.lengths {
            let (min, max, mean) = (lengths.min, lengths.max, number(lengths.mean));
            html.push_str(&format!("<p>length {min} to {max}, mean {mean}; padded {}</p>", self.padded));
        }
        for (title, values) in
            [("top values", &self.top), ("misfits", &self.misfits), ("patterns", &self.patterns)]
        {
            let pair = |value: &ValueCount| (value.value.clone(), value.count.to_string());
            pairs(html, title, &values.iter().map(pair).collect::<Vec<_>>());
        }
        html.push_str("</details>");
    }
}

fn pairs(html: &mut String, title: &str, pairs: &[(String, String)]) {
    if pairs.is_empty() {
        return;
    }
    html.push_str("<table>");
    if !title.is_empty() {
        html.push_str(&format!("<caption>{title}</caption>"));
    }
    html.push_str("<tbody>");
    for (name, count) in pairs {
        html.push_str(&format!("<tr><td>{}</td><td class=\"n\">{}</td></tr>", value(name), escaped(count)));
    }
    html.push_str("</tbody></table>");
}

fn value(text: &str) -> String {
    format!("<bdi>{}</bdi>", escaped(text))
}
