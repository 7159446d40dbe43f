//! A plan and a table made of the bytes, so that nearly all inputs are plans that run.

use super::plans::check;
use crm_mining::data::{Bitmap, Column, DateOrder, Roles, Table, Values};
use crm_mining::prepare::*;

const WORDS: [&str; 20] = [
    "",
    " ",
    "NA",
    "a",
    "A",
    " a ",
    "Ａ",
    "b",
    "1",
    "1,5",
    "03/04/2024",
    "25/12/2024",
    "138 1234 5678",
    "x@Y.com",
    "臺",
    "a\u{301}",
    "(45.00)",
    "12%",
    "-",
    "\u{0}",
];
const NUMBERS: [f64; 14] = [
    0.0,
    -0.0,
    1.0,
    2.0,
    2.5,
    -7.0,
    1e15,
    1e300,
    f64::MAX,
    f64::MIN,
    f64::EPSILON,
    f64::NAN,
    f64::INFINITY,
    f64::NEG_INFINITY,
];
const WHOLE: [i64; 8] = [0, 1, -1, 2, 60, i64::MAX, i64::MIN, 1 << 53];
const TEXTS: [&str; 2] = ["s", "t"];
const COLUMNS: [&str; 6] = ["s", "t", "x", "n", "d", "b"];
const RULES: [&str; 6] = [
    "x > 1",
    "n = 1 or s = 'a'",
    "s is missing or n < 3 and not b",
    "d >= '1970-01-02'",
    "t in ('b', '1')",
    "x / n > n * x - 1",
];

pub fn run(data: &[u8]) {
    let mut draw = Draw(data);
    let table = draw.table();
    let mut plan = CleaningPlan::new();
    for _ in 0..draw.up_to(6) {
        let longer = plan.clone().step(draw.step());
        // A step that does not fit what the steps before left is left out.
        if longer.run(table.clone()).is_ok() {
            plan = longer;
        }
    }
    check(&plan, &table);
}

/// The bytes, one after the other; zeros when they are used up.
struct Draw<'a>(&'a [u8]);

impl Draw<'_> {
    fn byte(&mut self) -> u8 {
        let Some((&first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        first
    }

    fn up_to(&mut self, most: u8) -> u8 {
        self.byte() % (most + 1)
    }

    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.byte() as usize % of.len()]
    }

    fn maybe(&mut self, of: &[&str]) -> Option<String> {
        let byte = self.byte() as usize;
        (byte & 1 == 1).then(|| of[(byte >> 1) % of.len()].to_owned())
    }

    fn table(&mut self) -> Table {
        let n = self.up_to(24) as usize;
        let texts = |draw: &mut Self| -> Vec<Option<&str>> {
            (0..n).map(|_| Some(draw.one(&WORDS)).filter(|_| !draw.0.len().is_multiple_of(5))).collect()
        };
        let bits = |draw: &mut Self| -> Bitmap { (0..n).map(|_| !draw.byte().is_multiple_of(4)).collect() };
        let (s, t) = (texts(self), texts(self));
        let x = (0..n).map(|_| self.one(&NUMBERS)).collect();
        let whole = |draw: &mut Self| (0..n).map(|_| draw.one(&WHOLE)).collect::<Vec<i64>>();
        let (n, n_present, d, d_present) = (whole(self), bits(self), whole(self), bits(self));
        let days = d.iter().map(|day| day % 100_000 * 90_000_000_123).collect();
        let columns = vec![
            Column::text("s", s),
            Column::text("t", t),
            Column::floats("x", x),
            Column::new("n", Values::Int(n, Some(n_present))),
            Column::new("d", Values::Time(days, Some(d_present))),
            Column::new("b", Values::Bool(bits(self), None)),
        ];
        let table = Table::new("t", columns).unwrap();
        let order: Vec<u32> = (0..table.n_rows() as u32).rev().collect();
        if self.byte() & 1 == 1 { table.take(&order) } else { table }
    }

    fn step(&mut self) -> PlanStep {
        match self.byte() % 17 {
            0 => Duplicates {
                columns: self.maybe(&COLUMNS).into_iter().collect(),
                keep: self.one(&[Keep::First, Keep::Last, Keep::MostComplete]),
            }
            .into(),
            1 => MissingMarkers::usual(self.maybe(&TEXTS)).into(),
            2 => DropMissing::of([self.one(&COLUMNS)]).into(),
            3 => self.fill().into(),
            4 => {
                let columns = vec![self.one(&COLUMNS).into()];
                ForwardFill { columns, along: self.maybe(&COLUMNS), by: self.maybe(&COLUMNS) }.into()
            }
            5 => {
                let columns = vec![self.one(&COLUMNS).into()];
                Interpolate { columns, along: self.maybe(&COLUMNS), by: self.maybe(&COLUMNS) }.into()
            }
            6 => {
                let k = u32::from(self.up_to(4));
                NearestFill::of([self.one(&COLUMNS)], [self.one(&COLUMNS)]).k(k).into()
            }
            7 => self.outliers().into(),
            8 => Isolation { trees: 3, ..Isolation::of(["x", "n"], self.action()).share(0.2) }.into(),
            9 => {
                NormalizeText { columns: self.maybe(&TEXTS).into_iter().collect(), forms: vec![self.form()] }
                    .into()
            }
            10 => self.format().into(),
            11 => Spelling::fingerprint([self.one(&TEXTS)]).edits(self.up_to(2)).into(),
            12 => Range::of(self.one(&COLUMNS), self.action())
                .min(self.one(&NUMBERS))
                .max(self.one(&NUMBERS))
                .into(),
            13 => {
                let keys = Column::text("key", ["a", "1", "2"].map(Some));
                Reference::to(self.one(&COLUMNS), "keys", &keys, self.action()).into()
            }
            14 => {
                let missing = self.one(&[WhenMissing::Passes, WhenMissing::Fails]);
                Rule { rule: self.one(&RULES).into(), action: self.action(), missing }.into()
            }
            15 => {
                let action =
                    self.one(&[DependencyAction::Flag, DependencyAction::Repair, DependencyAction::Reject]);
                EnforceDependency::of([self.one(&COLUMNS)], self.one(&COLUMNS), action).into()
            }
            _ => Cleaner::transactions().roles(lines()).into(),
        }
    }

    fn action(&mut self) -> Action {
        self.one(&[Action::Flag, Action::SetMissing, Action::Cap, Action::Reject])
    }

    fn fill(&mut self) -> Fill {
        let with = match self.byte() % 4 {
            0 => FillWith::Mean,
            1 => FillWith::Median,
            2 => FillWith::Mode,
            _ => FillWith::Constant(self.one(&WORDS).into()),
        };
        Fill { columns: vec![self.one(&COLUMNS).into()], with, by: self.maybe(&COLUMNS) }
    }

    fn outliers(&mut self) -> Outliers {
        let rule = self.one(&[
            OutlierRule::Sigma(1.0),
            OutlierRule::BoxPlot(0.5),
            OutlierRule::Mad(1.0),
            OutlierRule::Quantiles(0.2, 0.8),
        ]);
        Outliers { columns: vec![self.one(&COLUMNS).into()], rule, action: self.action() }
    }

    fn form(&mut self) -> TextForm {
        self.one(&[
            TextForm::Nfc,
            TextForm::Nfkc,
            TextForm::HalfWidth,
            TextForm::Trim,
            TextForm::CollapseSpaces,
            TextForm::Simplified,
            TextForm::LowerCase,
            TextForm::UpperCase,
        ])
    }

    fn format(&mut self) -> Format {
        let to = self.one(&[
            FormatKind::Phone { country: 86 },
            FormatKind::Phone { country: 1 },
            FormatKind::Email,
            FormatKind::Number,
            FormatKind::Date { order: None },
            FormatKind::Date { order: Some(DateOrder::DayFirst) },
        ]);
        let unfit = self.one(&[Unfit::Flag, Unfit::SetMissing, Unfit::Reject]);
        Format { columns: vec![self.one(&TEXTS).into()], to, unfit }
    }
}

fn lines() -> Roles {
    let roles = Roles {
        customer: Some("s".into()),
        time: Some("d".into()),
        item: Some("t".into()),
        ..Roles::default()
    };
    Roles { quantity: Some("n".into()), unit_price: Some("x".into()), ..roles }
}
