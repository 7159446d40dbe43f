//! Divides the rows of a file into clusters, for `benches/peers/cluster/run.py`.
//!
//! The file holds 8-byte little-endian floats: the number of columns, then the rows. One line of JSON says what was
//! found and what it cost.
#![allow(clippy::print_stdout, reason = "a program speaks to its user")]

use crm_mining::data::Features;
use crm_mining::learn::{Agglomerative, Clustering, Dbscan, Hdbscan, Init, KMeans, KMeansModel, Silhouette};
use crm_mining::{Control, Fit};
use std::error::Error;
use std::fs::File;
use std::io::Read;
use std::time::Instant;

const USAGE: &str = "usage: cluster JOB FILE";

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (job, path) = (arguments.next().ok_or(USAGE)?, arguments.next().ok_or(USAGE)?);
    let features = read(&path)?;
    let (start, cpu) = (Instant::now(), cpu_seconds()?);
    let found = work(&job, &features)?;
    let (wall, cpu) = (start.elapsed().as_secs_f64(), cpu_seconds()? - cpu);
    println!(r#"{{"wall": {wall}, "cpu": {cpu}, "found": {found:?}}}"#);
    Ok(())
}

/// Does a job; what it found.
fn work(job: &str, features: &Features) -> Result<Vec<f64>, Box<dyn Error>> {
    match job {
        "kmeans_1m" | "kmeans_200k" => kmeans(features, 50),
        "kmeans_10m" => kmeans(features, 20),
        "kmeans_10m_drawn" => {
            let settings = KMeans { n_init: 1, max_iterations: 20, tolerance: 0.0, ..KMeans::new(8) };
            Ok(vec![settings.fit(features)?.inertia()])
        }
        "choose" => choose(features),
        "dbscan" => Ok(labels(&Dbscan { min_points: 10, ..Dbscan::new(0.3) }.fit(features)?)),
        "hdbscan" => Ok(labels(&Hdbscan { min_samples: Some(10), ..Hdbscan::new(25) }.fit(features)?)),
        "ward_10k" | "ward_50k" => {
            let model = Agglomerative::new(8).fit(features)?;
            Ok(vec![model.dendrogram().merges().iter().map(|merge| merge.height).sum()])
        }
        _ => Err(USAGE.into()),
    }
}

/// Eight clusters from the first eight rows: the inertia and the iterations.
fn kmeans(features: &Features, max_iterations: usize) -> Result<Vec<f64>, Box<dyn Error>> {
    let first = features.values().iter().take(8 * features.n_features()).copied().collect();
    let settings = KMeans { init: Init::Centers(first), max_iterations, tolerance: 0.0, ..KMeans::new(8) };
    let model = settings.fit(features)?;
    Ok(vec![model.inertia(), model.iterations() as f64])
}

/// K-means with 2 to 10 clusters and the silhouettes of all rows: the best of these, and its k.
fn choose(features: &Features) -> Result<Vec<f64>, Box<dyn Error>> {
    let fit = |k| KMeans { tolerance: 0.0, ..KMeans::new(k) }.fit(features);
    let models = (2..=10).map(fit).collect::<crm_mining::Result<Vec<KMeansModel>>>()?;
    let labelings: Vec<&[u32]> = models.iter().map(KMeansModel::labels).collect();
    let scores = Silhouette::default().score_all(features, &labelings, &Control::default())?;
    let best = models.iter().zip(&scores).max_by(|a, b| a.1.mean.total_cmp(&b.1.mean)).ok_or("no score")?;
    Ok(vec![best.1.mean, best.0.k() as f64])
}

/// The clusters, the rows in none, and a number that any other division of the rows would change.
fn labels(model: &impl Clustering) -> Vec<f64> {
    let sizes = model.sizes();
    let squares = sizes.iter().map(|&size| (size as f64).powi(2)).sum();
    vec![model.n_clusters() as f64, model.n_noise() as f64, squares]
}

/// The matrix of a file, read in parts so that it is in memory once.
fn read(path: &str) -> Result<Features, Box<dyn Error>> {
    let mut file = File::open(path)?;
    let n = usize::try_from(file.metadata()?.len())? / 8;
    let mut values = Vec::with_capacity(n.saturating_sub(1));
    let mut width = [0; 8];
    file.read_exact(&mut width)?;
    let mut buffer = vec![0; 1 << 20];
    while values.len() + 1 < n {
        let part = buffer.get_mut(..(8 * (n - 1 - values.len())).min(1 << 20)).ok_or("an empty buffer")?;
        file.read_exact(part)?;
        values.extend(part.as_chunks().0.iter().map(|&value| f64::from_le_bytes(value)));
    }
    let names = (0..f64::from_le_bytes(width) as usize).map(|column| format!("f{column}"));
    Ok(Features::new(names, values)?)
}

/// What all threads of this process, none of which has ended, have used.
fn cpu_seconds() -> Result<f64, Box<dyn Error>> {
    let mut nanoseconds = 0.0;
    for task in std::fs::read_dir("/proc/self/task")? {
        let times = std::fs::read_to_string(task?.path().join("schedstat"))?;
        nanoseconds += times.split(' ').next().ok_or("an empty schedstat")?.parse::<f64>()?;
    }
    Ok(nanoseconds / 1e9)
}
