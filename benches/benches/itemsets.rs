//! Frequent itemsets by both miners, and the rules out of them.

use criterion::Criterion;
use crm_mining::insight::Rules;
use crm_mining::learn::{Apriori, FpGrowth, Support};
use crm_mining::{Fit, Result};

fn main() -> Result<()> {
    let mut criterion = Criterion::default().sample_size(10).configure_from_args();
    let baskets = benches::baskets(20_000);
    let min_support = Support::Share(0.005);
    let (apriori, growth) =
        (Apriori { min_support, ..Apriori::default() }, FpGrowth { min_support, ..FpGrowth::default() });
    let rules = Rules::min_support(0.005).min_confidence(0.3);
    growth.fit(&baskets)?;
    let mut group = criterion.benchmark_group("itemsets");
    group.bench_function("apriori", |bencher| bencher.iter(|| apriori.fit(&baskets)));
    group.bench_function("fp_growth", |bencher| bencher.iter(|| growth.fit(&baskets)));
    group.bench_function("rules", |bencher| bencher.iter(|| rules.mine(&baskets)));
    group.finish();
    criterion.final_summary();
    Ok(())
}
