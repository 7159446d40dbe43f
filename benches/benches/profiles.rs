//! Profiles: joining what all parts say, and writing it.

use criterion::{Criterion, Throughput};
use crm_mining::Result;
use crm_mining::prelude::*;

fn main() -> Result<()> {
    let mut criterion = Criterion::default().sample_size(10).configure_from_args();
    let cleaned = Cleaner::transactions().clean(benches::shop(4_000)?)?;
    let orders = Transactions::with_roles(&cleaned.table, &cleaned.roles)?;
    let ledger = Ledger::new(&orders);
    let as_of = ledger.last_day();
    let rfm = Rfm::default().score(&ledger, as_of)?;
    let segments = Segmentation::kmeans(2..=4).fit(&rfm.features())?;
    let churn = Churn::within(benches::WINDOW).fit(&ledger, as_of)?;
    let rules = Rules::min_support(0.005).min_lift(1.2).mine(&Baskets::new(&orders))?;
    let purchases = Purchases::new(&orders);
    let builder = Profiles::new(as_of).with(&purchases).with(&rfm).with(&segments).with(&churn).with(&rules);
    let profiles = builder.build()?;

    let mut group = criterion.benchmark_group("profiles");
    group.throughput(Throughput::Elements(profiles.len() as u64));
    group.bench_function("build", |bencher| bencher.iter(|| builder.build()));
    group.bench_function("to_jsonl", |bencher| {
        bencher.iter(|| profiles.to_jsonl(std::io::sink()));
    });
    group.bench_function("to_table", |bencher| bencher.iter(|| profiles.to_table()));
    group.finish();
    criterion.final_summary();
    Ok(())
}
