//! Silhouettes of several divisions at once, every distance counted.

use criterion::Criterion;
use crm_mining::learn::{KMeans, Silhouette};
use crm_mining::{Control, Fit, Result};

fn main() -> Result<()> {
    let mut criterion = Criterion::default().sample_size(10).configure_from_args();
    let features = benches::features(4_000, 3)?;
    let divisions = (2..=10).map(|k| KMeans::new(k).fit(&features)).collect::<Result<Vec<_>>>()?;
    let labelings: Vec<&[u32]> = divisions.iter().map(|division| division.labels()).collect();
    Silhouette::default().score_all(&features, &labelings, &Control::default())?;
    criterion.bench_function("silhouette/4,000 rows, k from 2 to 10", |bencher| {
        bencher.iter(|| Silhouette::default().score_all(&features, &labelings, &Control::default()));
    });
    criterion.final_summary();
    Ok(())
}
