//! The main job: from a messy order file to one profile per customer.
//!
//! ```text
//! cargo run --release -p examples --example customer_profiles -- [FILE] [--out DIR] [--customary]
//!     [--columns customer=A,time=B,order=C,item=D,quantity=E,unit_price=F] [--date-order day|month]
//! ```
//!
//! FILE is CSV (also gzip) or Parquet; without one the library makes a shop of its own. Columns are found by
//! their usual names; `--columns` names those that are not. DIR (default `out`) receives `profiles.jsonl`,
//! `profiles.parquet`, `rules.csv`, `rejected.csv` (rows set aside) and `unread.csv` (rows that could not be
//! read). `--customary` chooses the definitions of the customary analyst's script (cancelled sales stay in,
//! item codes of five digits, capped quantities and prices, ranked scores) for comparison with published
//! figures.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program speaks to its user")]

use crm_mining::data::DateOrder;
use crm_mining::insight::{FitStatus, RfmScores, Scoring};
use crm_mining::prelude::*;
use crm_mining::prepare::{CsvReader, RawTable, SampleShop, read_parquet, write_csv};
use crm_mining::{ErrorKind, Progress, Result};
use std::io::{IsTerminal, Read, Write};
use std::path::{Path, PathBuf};

fn main() -> std::process::ExitCode {
    let mut job = Job { out: PathBuf::from("out"), ..Job::default() };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--customary" => job.customary = true,
            "--out" => match arguments.next() {
                Some(folder) => job.out = PathBuf::from(folder),
                None => return usage(),
            },
            "--columns" => match arguments.next().and_then(|columns| roles(&columns)) {
                Some(roles) => job.roles = roles,
                None => return usage(),
            },
            "--date-order" => match arguments.next().as_deref() {
                Some("day") => job.reader = job.reader.date_order(DateOrder::DayFirst),
                Some("month") => job.reader = job.reader.date_order(DateOrder::MonthFirst),
                _ => return usage(),
            },
            option if option.starts_with('-') => return usage(),
            file if job.file.is_none() => job.file = Some(PathBuf::from(file)),
            _ => return usage(),
        }
    }
    match job.run() {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            std::process::ExitCode::FAILURE
        }
    }
}

fn usage() -> std::process::ExitCode {
    eprintln!(
        "usage: customer_profiles [FILE] [--out DIR] [--customary] [--columns ROLE=COLUMN,…] [--date-order day|month]\n\
         roles: customer time order item item_name quantity unit_price amount"
    );
    std::process::ExitCode::from(2)
}

/// `customer=Buyer,time=Paid at` as roles.
fn roles(columns: &str) -> Option<Roles> {
    columns.split(',').try_fold(Roles::default(), |roles, pair| {
        let (role, column) = pair.split_once('=')?;
        Some(match role {
            "customer" => roles.customer(column),
            "time" => roles.time(column),
            "order" => roles.order(column),
            "item" => roles.item(column),
            "item_name" => roles.item_name(column),
            "quantity" => roles.quantity(column),
            "unit_price" => roles.unit_price(column),
            "amount" => roles.amount(column),
            _ => return None,
        })
    })
}

#[derive(Default)]
struct Job {
    file: Option<PathBuf>,
    out: PathBuf,
    customary: bool,
    roles: Roles,
    reader: CsvReader,
}

impl Job {
    fn run(&self) -> Result<()> {
        let control = Control::default().on_progress(show_progress);
        let failed = |source| ErrorKind::Io { path: self.out.clone(), action: "create the folder", source };
        std::fs::create_dir_all(&self.out).map_err(failed)?;

        // Every row is read or returned with a reason. Text stays text: 00123 is not 123.
        let raw = self.read(&control)?;
        println!("{}: {} rows, {} could not be read", raw.table.name(), raw.report.rows, raw.rejected.len());
        let unread = raw.rejected_table();

        // Rows are kept, changed with a note, or set aside with a reason.
        let cleaner = if self.customary { Cleaner::customary() } else { Cleaner::transactions() };
        let cleaned = cleaner.roles(self.roles.clone()).clean_with(raw, &control)?;
        println!("  with {}", cleaned.roles);
        for step in &cleaned.steps {
            println!(
                "  {:<18} {:>8} rows set aside, {:>6} values changed",
                step.step, step.rejected, step.changed
            );
        }

        // The shapes that every analysis walks. "Today" is the last day of the file, never a clock.
        let orders = Transactions::with_roles(&cleaned.table, &cleaned.roles)?;
        if orders.is_empty() {
            let of = "customer_profiles";
            return Err(ErrorKind::NotEnoughData {
                of,
                needed: 1,
                unit: "order lines left by cleaning",
                got: 0,
            }
            .into());
        }
        let ledger = Ledger::new(&orders);
        let as_of = ledger.last_day();
        let revenue: f64 = orders.amounts().iter().sum();
        println!(
            "{} lines of {} customers until {as_of}, {revenue:.2} in all\n",
            orders.len(),
            orders.customers().len()
        );

        // What customers did, and what they are worth.
        let rfm_day = if self.customary { as_of + Days(1) } else { as_of };
        let scoring = if self.customary { Scoring::Rank } else { Scoring::Quantile };
        let rfm = Rfm::default().scoring(scoring).score(&ledger, rfm_day)?;
        show_segments_of(&rfm);
        let summary = ledger.summary(as_of);
        let buying = available("BG/NBD", BgNbd::default().fit_with(&summary, &control));
        let spend = available("Gamma-Gamma", GammaGamma::default().fit_with(&summary, &control));
        let clv = match (&buying, &spend) {
            (Some(buying), Some(spend)) => {
                let parameters = buying.parameters();
                let found =
                    parameters.iter().map(|of| format!("  {} {:.4}", of.name, of.value)).collect::<String>();
                println!(
                    "BG/NBD{found}{}\nGamma-Gamma  p {:.4}  q {:.4}  v {:.3}{}",
                    boundary(buying.status()),
                    spend.p(),
                    spend.q(),
                    spend.v(),
                    boundary(spend.status()),
                );
                let clv = Clv::new(buying, spend).months(12).predict(&summary)?;
                let repeat = clv.identified().iter().zip(clv.clv()).filter(|(known, _)| **known);
                println!(
                    "lifetime value of repeat customers, 12 months of 30 days: {:.0}\n",
                    repeat.map(|(_, v)| v).sum::<f64>()
                );
                Some(clv)
            }
            _ => None,
        };

        // Groups that describe themselves; k is chosen by silhouette.
        let ks = if self.customary { 2..=10 } else { 2..=8 };
        let segments = available("segments", Segmentation::kmeans(ks).fit_with(&rfm.features(), &control));
        for segment in segments.iter().flat_map(|segments| segments.segments()) {
            println!("segment {}: {}", segment.name, segment.description);
        }

        // Who will not come back: learnt before the window, checked in it, said for today.
        let churn = available("churn", Churn::within(Days(90)).fit_with(&ledger, as_of, &control));
        if let Some(evaluation) = churn.as_ref().map(|churn| churn.evaluation()) {
            let (n, rate) = (evaluation.customers, evaluation.churn_rate() * 100.0);
            println!("\nchurn: {rate:.2} % of {n} customers bought nothing in 90 days");
            for candidate in &evaluation.candidates {
                let (name, auc, noise) = (candidate.method.name(), candidate.auc, candidate.auc_deviation);
                println!("  {name:<20} AUC {auc:.4} (± {noise:.4} across folds)");
            }
        }

        // What goes together, and so what to offer next.
        let baskets = Baskets::new(&orders);
        let mut rules = Rules::min_support(0.01);
        if !self.customary {
            rules = rules.min_lift(1.2);
        }
        let rules = available("rules", rules.min_confidence(0.3).mine_with(&baskets, &control));
        if let Some(rules) = &rules {
            println!("\n{} rules from {} baskets, the strongest:", rules.len(), rules.n_baskets());
            for rule in rules.iter().take(3) {
                let (from, to) = (rules.names(rule.antecedent), rules.names(rule.consequent));
                println!("  {from} → {to}  (confidence {:.2}, lift {:.1})", rule.confidence, rule.lift);
            }
        }

        // One profile per customer, with the rows behind it.
        let purchases = Purchases::new(&orders);
        let customers = Customers::from_table(&cleaned.table, &cleaned.roles, &attributes(&cleaned.table))?;
        let mut profiles = Profiles::new(as_of).with(&customers).with(&purchases).with(&rfm);
        if let Some(clv) = &clv {
            profiles = profiles.with(clv);
        }
        if let Some(segments) = &segments {
            profiles = profiles.with(segments);
        }
        if let Some(churn) = &churn {
            profiles = profiles.with(churn);
        }
        if let Some(rules) = &rules {
            profiles = profiles.with(rules);
        }
        let profiles = profiles.build_with(&control)?;

        let out = |name: &str| self.out.join(name);
        // Each file is on disk before its call returns, so let the four wait side by side.
        let rejected = cleaned.rejected.to_table();
        let written: [Result<()>; 4] = std::thread::scope(|scope| {
            let jobs = [
                scope.spawn(|| profiles.write_jsonl(out("profiles.jsonl"))),
                scope.spawn(|| profiles.write_parquet(out("profiles.parquet"))),
                scope.spawn(|| write_csv(&rejected, out("rejected.csv"))),
                scope.spawn(|| write_csv(&unread, out("unread.csv"))),
            ];
            jobs.map(|job| job.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
        });
        written.into_iter().collect::<Result<()>>()?;
        match &rules {
            Some(rules) => write_csv(&rules.to_table(), out("rules.csv"))?,
            // Those of an earlier run must not stay beside these profiles; there may be none.
            None => drop(std::fs::remove_file(out("rules.csv"))),
        }
        println!("\n{} profiles in {}", profiles.len(), out("profiles.jsonl").display());
        Ok(())
    }

    fn read(&self, control: &Control) -> Result<RawTable> {
        match &self.file {
            Some(file) if is_parquet(file) => read_parquet(file),
            Some(file) => self.reader.read_path_with(file, control),
            None => self.reader.read_bytes("sample shop", SampleShop::default().generate()?.csv.as_bytes()),
        }
    }
}

/// Parquet files begin with their name, whatever they are called.
fn is_parquet(file: &Path) -> bool {
    let mut begin = [0; 4];
    std::fs::File::open(file).and_then(|mut file| file.read_exact(&mut begin)).is_ok() && begin == *b"PAR1"
}

/// Columns that say something of the customer, where the file has them.
fn attributes(table: &Table) -> Vec<&str> {
    ["customer_name", "city", "Country"].into_iter().filter(|name| table.find(name).is_some()).collect()
}

/// A model that these data cannot bear is left out of the profiles, and said so.
fn available<T>(what: &str, result: Result<T>) -> Option<T> {
    result.inspect_err(|error| println!("no {what}: {error}")).ok()
}

fn boundary(status: &FitStatus) -> String {
    match status {
        FitStatus::Converged => String::new(),
        FitStatus::Boundary(which) => format!("  (at the boundary: {which:?})"),
    }
}

fn show_segments_of(rfm: &RfmScores) {
    let mut names: Vec<&str> = rfm.segment().iter().map(|segment| segment.name()).collect();
    names.sort_unstable();
    let counts =
        names.chunk_by(|a, b| a == b).map(|same| format!("{} {}", same.len(), same.first().unwrap_or(&"")));
    println!("RFM segments: {}", counts.collect::<Vec<_>>().join(", "));
}

fn show_progress(progress: Progress) {
    let mut screen = std::io::stderr();
    if screen.is_terminal() {
        let Progress { stage, done, total } = progress;
        let line = if total > 0 { format!("{stage} {done}/{total}") } else { format!("{stage} {done}") };
        // A screen that cannot be written to is no reason to stop.
        let _ = write!(screen, "\r{line:<60}\r");
    }
}
