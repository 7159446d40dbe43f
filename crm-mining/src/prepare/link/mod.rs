//! Linking: which rows are one customer, and why.

mod blocks;
mod chance;
mod clusters;
mod columns;
mod compare;
mod em;
mod explain;
mod field;
mod index;
mod kinds;
mod links;
mod model;
mod pattern;
mod predict;
mod propose;
mod records;
mod rule;
mod rules;
mod score;
mod settings;
mod similar;
mod supervised;
mod terms;
mod train;
mod union;

pub use blocks::BlockCount;
pub use clusters::Clusters;
pub use compare::{Prepared, Similarity, Why};
pub use explain::{Contribution, Explanation};
pub use index::{LinkIndex, Match};
pub use links::{Expected, Link, Links};
pub use model::{LevelShare, LinkModel, LinkReport};
pub use records::Records;
pub use settings::{Block, Comparison, Ignored, IgnoredReason, Kind, Part, Transform};
pub use supervised::{
    LabeledPairs, LinkByExample, LinkByExampleModel, LinkQuality, LinkThreshold, RowPairs, ScoredPairs,
};
pub use train::Session;

use serde::{Deserialize, Serialize};

/// Links rows that are one customer, within a table or between two, by the model of Fellegi and Sunter.
///
/// Use it when customers have no common key, or keys that cannot be trusted: names are misspelt, dates have a
/// digit off, values are missing or stand in each other's place. No labels are needed. [`Linker::for_records`] finds
/// settings for the records at hand; [`Linker::new`] takes yours.
///
/// Rows meet that agree by some blocking rule. Of each pair every column is compared, and the agreement falls
/// into a level. A level says log₂(m/u) bits for a match: m is its share among matches, u its share by chance.
/// u is counted over pairs of all rows, cleared of the matches among them; m is found by expectation–maximization
/// on the pairs of each blocking rule in turn, from the columns outside it; the share of matches by the same on all
/// pairs that meet. Where asked for, agreement on a value says more the rarer it is.
///
/// | setting | meaning | default |
/// |---|---|---|
/// | `comparisons` | columns, how to compare them, and the levels of similarity | – |
/// | `blocking` | rules; a pair that agrees by one of them is compared | – |
/// | `ignored` | columns that a proposal left alone; for the reader | none |
/// | `threshold` | probability from which a pair is a link | 0.5 |
/// | `keep` | probability from which a pair is kept at all | 0.01 |
/// | `most_per_block` | rows; a block with more pairs than so many rows of one table is too large: its rows are sorted by their values, each meets those near it, and the pairs left out are counted | 1,000 |
/// | `window` | rows near enough in a block too large | 20 |
/// | `chance_pairs` | pairs drawn to find u of the levels below equality, which is counted exactly; where there are fewer, all are taken | 200,000 |
/// | `sampled_pairs` | pairs that meet, drawn to find m; where there are fewer, all are taken | 500,000 |
/// | `max_iterations` | steps of a search | 500 |
/// | `tolerance` | largest change of a share that ends a search | 1e-5 |
/// | `seed` | of what is drawn | 42 |
///
/// Fitting to [`Records`] gives a [`LinkModel`]; its [`predict`](crate::Predict::predict) gives [`Links`], and these
/// [`Clusters`]. The same data and seed give the same bits on any number of threads. Columns are taken to err
/// independently: two columns that say the same (city and postcode) count twice; leave one out.
///
/// # Errors
/// A setting out of range; a column that is not there; no row; no pair of rows in a common block.
///
/// # Complexity
/// O(rows · rules) to block, then time per pair that meets; letters are looked at only where a pair may still
/// reach `keep`. Training sees a bounded number of pairs. Memory: codes of the rows and the links kept.
///
/// # Reference
/// I. P. Fellegi and A. B. Sunter (1969), A theory for record linkage. W. E. Winkler (1988), Using the EM algorithm
/// for weight computation in the Fellegi–Sunter model, and (1990) on string comparators. A. P. Dempster, N. M.
/// Laird and D. B. Rubin (1977). T. Enamorado, B. Fifield and K. Imai (2019), Using a probabilistic model to assist
/// merging of large-scale administrative records (fastLink).
///
/// # Example
/// ```
/// use crm_mining::{Fit, Predict};
/// use crm_mining::data::{Column, Table};
/// use crm_mining::prepare::{Block, Comparison, Kind, Linker, Records};
///
/// let names = ["anna li", "anna lee", "ben fox", "ben fox", "carl ott", "dora may", "eva roth", "finn gray"];
/// let towns = ["york", "york", "bath", "bath", "ely", "wells", "ripon", "truro"];
/// let table = Table::new("customers", vec![
///     Column::text("name", names.map(Some)),
///     Column::text("town", towns.map(Some)),
/// ])?;
/// let records = Records::within(&table);
/// let linker = Linker::new(
///     vec![Comparison::new("name", Kind::Name), Comparison::new("town", Kind::Text)],
///     vec![Block::on(["name"]), Block::on(["town"])],
/// );
/// let links = linker.fit(&records)?.predict(&records)?;
/// // So few rows prove little.
/// let customers = links.clusters(0.3)?;
/// assert_eq!(customers.len(), 6);
/// assert_eq!(customers.members(1), [2, 3]);
/// # Ok::<(), crm_mining::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Linker {
    /// What is compared.
    pub comparisons: Vec<Comparison>,
    /// Which rows meet: those that agree by any of these rules.
    pub blocking: Vec<Block>,
    /// Columns that a proposal left alone.
    pub ignored: Vec<Ignored>,
    /// The probability from which a pair is a link.
    pub threshold: f64,
    /// The probability from which a pair is kept at all.
    pub keep: f64,
    /// A block of more pairs than this many rows of one table have is compared by neighborhoods.
    pub most_per_block: usize,
    /// In such a block each row is compared with so many that follow it in the order of values.
    pub window: usize,
    /// So many pairs are drawn to estimate u.
    pub chance_pairs: usize,
    /// So many of the pairs that meet are drawn to estimate m.
    pub sampled_pairs: usize,
    /// Steps of a search.
    pub max_iterations: usize,
    /// The change of a share that counts as none.
    pub tolerance: f64,
    /// Of the random numbers.
    pub seed: u64,
}

impl Linker {
    /// Compares these columns and lets rows meet by these rules.
    pub fn new(comparisons: Vec<Comparison>, blocking: Vec<Block>) -> Linker {
        Linker {
            comparisons,
            blocking,
            ignored: Vec::new(),
            threshold: 0.5,
            keep: 0.01,
            most_per_block: 1000,
            window: 20,
            chance_pairs: 200_000,
            sampled_pairs: 500_000,
            max_iterations: 500,
            tolerance: 1e-5,
            seed: 42,
        }
    }
}
