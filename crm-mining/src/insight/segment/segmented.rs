//! What every division of customers into segments says of itself, learnt or made by hand.

use crate::data::{Column, Features, Keys, Table, ToTable};
use crate::error::{ErrorKind, Result, invalid_parameter};
use crate::learn::{Clustering, NOISE};
use serde::Serialize;

/// Customers divided into named segments, whichever way: learnt ([`Segments`](super::Segments)) or by hand
/// ([`NamedSegments`]).
pub trait Segmented {
    /// The customers, when they are known.
    fn customers(&self) -> Option<&Keys>;

    /// The segment of each customer, as a position in [`Segmented::names`];
    /// [`NOISE`] for one who is in none.
    fn labels(&self) -> &[u32];

    /// The name of each segment.
    fn names(&self) -> Vec<&str>;
}

/// Refuses features whose rows are not those of the labels: other in number, or of other customers.
pub(super) fn expect_same_customers(
    of: &'static str,
    features: &Features,
    segments: &impl Segmented,
) -> Result<()> {
    let (a_len, b_len) = (features.n_rows(), segments.labels().len());
    if a_len != b_len {
        return Err(ErrorKind::LengthMismatch { of, a: "rows", a_len, b: "labels", b_len }.into());
    }
    let (Some(ours), Some(theirs)) = (features.customers(), segments.customers()) else { return Ok(()) };
    match (0..a_len).find(|&row| ours.get(row) != theirs.get(row)) {
        None => Ok(()),
        Some(row) => {
            let (a, b) =
                ("the features of one customer".into(), format!("the label of another in row {}", row + 1));
            Err(ErrorKind::Incompatible { of, what: "customers", a, b }.into())
        }
    }
}

/// Customers in segments that have names: what hand-made rules give, and what any labels can be made into.
///
/// Besides [`NamedSegments::new`] there are [`SegmentRules::apply`](super::SegmentRules::apply),
/// [`NamedSegments::top_share`], and `From` the scores, cells and tiers of customer value. They are explained,
/// compared, matched over time and printed as learnt segments are.
///
/// ```
/// use crm_mining::insight::{NamedSegments, Segmented};
///
/// let segments = NamedSegments::new(["gold", "tin"], vec![1, 0, 1])?;
/// assert_eq!(segments.sizes(), [1, 2]);
/// assert_eq!(segments.name_of(0), Some("tin"));
/// # Ok::<(), crm_mining::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct NamedSegments {
    pub(super) customers: Option<Keys>,
    pub(super) labels: Vec<u32>,
    pub(super) about: Vec<AboutSegment>,
}

/// What is said of a hand-made segment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AboutSegment {
    /// Its name; no two segments share one.
    pub name: String,
    /// Its name in Chinese, where it has one of its own; the name otherwise.
    pub name_zh: String,
    /// How one comes into it.
    pub description: String,
}

impl AboutSegment {
    pub(super) fn new(
        name: impl Into<String>,
        name_zh: impl Into<String>,
        description: impl Into<String>,
    ) -> AboutSegment {
        AboutSegment { name: name.into(), name_zh: name_zh.into(), description: description.into() }
    }
}

impl NamedSegments {
    /// Segments of these names, and the position of each customer's among them; [`NOISE`] for one in none.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidParameter`] for a name given twice, and for a label beyond the names.
    pub fn new<S: Into<String>>(
        names: impl IntoIterator<Item = S>,
        labels: Vec<u32>,
    ) -> Result<NamedSegments> {
        let about = names.into_iter().map(|name| {
            let name = name.into();
            AboutSegment::new(name.clone(), name, "")
        });
        NamedSegments::of(about.collect(), labels, None)
    }

    /// The clusters of any method, called `cluster 1`, `cluster 2` and so on.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidParameter`] for a label beyond the clusters.
    pub fn of_clusters(clusters: &impl Clustering) -> Result<NamedSegments> {
        let names = (1..=clusters.n_clusters()).map(|cluster| format!("cluster {cluster}"));
        NamedSegments::new(names, clusters.labels().to_vec())
    }

    pub(super) fn of(
        about: Vec<AboutSegment>,
        labels: Vec<u32>,
        customers: Option<Keys>,
    ) -> Result<NamedSegments> {
        for (place, segment) in about.iter().enumerate() {
            if about.iter().take(place).any(|other| other.name == segment.name) {
                return invalid_parameter("NamedSegments", "names", "each name once", &segment.name);
            }
        }
        if let Some(label) = labels.iter().find(|&&label| label != NOISE && label as usize >= about.len()) {
            let must_be = format!("below the number of names ({})", about.len());
            return invalid_parameter("NamedSegments", "labels", must_be, label);
        }
        Ok(NamedSegments { customers, labels, about })
    }

    /// The same segments, each label said to be of the customer at its place.
    ///
    /// # Errors
    /// [`ErrorKind::LengthMismatch`].
    pub fn of_customers(mut self, customers: Keys) -> Result<NamedSegments> {
        let (a_len, b_len) = (self.labels.len(), customers.len());
        if a_len != b_len {
            let (of, a, b) = ("NamedSegments", "labels", "customers");
            return Err(ErrorKind::LengthMismatch { of, a, a_len, b, b_len }.into());
        }
        self.customers = Some(customers);
        Ok(self)
    }

    /// The segments that somebody is in, in their order.
    pub(super) fn occurring(self) -> NamedSegments {
        let sizes = self.sizes();
        let mut place = 0;
        let places: Vec<u32> = sizes
            .iter()
            .map(|&size| {
                let here = place;
                place += u32::from(size > 0);
                here
            })
            .collect();
        let moved = |label: u32| places.get(label as usize).copied().unwrap_or(NOISE);
        NamedSegments {
            customers: self.customers,
            labels: self.labels.into_iter().map(moved).collect(),
            about: self.about.into_iter().zip(sizes).filter(|(_, size)| *size > 0).map(|(a, _)| a).collect(),
        }
    }

    /// Name and description of each segment.
    pub fn about(&self) -> &[AboutSegment] {
        &self.about
    }

    /// How many customers each segment has.
    pub fn sizes(&self) -> Vec<usize> {
        Clustering::sizes(self)
    }

    /// The segment of the customer in this row.
    pub fn segment_of(&self, row: usize) -> Option<&AboutSegment> {
        self.about.get(*self.labels.get(row)? as usize)
    }

    /// The name of the segment of the customer in this row.
    pub fn name_of(&self, row: usize) -> Option<&str> {
        self.segment_of(row).map(|segment| segment.name.as_str())
    }
}

impl Segmented for NamedSegments {
    fn customers(&self) -> Option<&Keys> {
        self.customers.as_ref()
    }

    fn labels(&self) -> &[u32] {
        &self.labels
    }

    fn names(&self) -> Vec<&str> {
        self.about.iter().map(|segment| segment.name.as_str()).collect()
    }
}

impl Clustering for NamedSegments {
    fn labels(&self) -> &[u32] {
        &self.labels
    }

    fn n_clusters(&self) -> usize {
        self.about.len()
    }
}

impl ToTable for NamedSegments {
    fn to_table(&self) -> Table {
        let rows = || (0..self.labels.len()).map(|row| self.segment_of(row));
        let place = |&label: &u32| if label == NOISE { -1 } else { i64::from(label) };
        let columns = [
            Column::ints("segment", self.labels.iter().map(place).collect()),
            Column::text("segment_name", rows().map(|of| of.map(|of| of.name.as_str()))),
            Column::text("segment_name_zh", rows().map(|of| of.map(|of| of.name_zh.as_str()))),
        ];
        let customer = self.customers.iter().map(|keys| Column::keys("customer", keys));
        Table::of("segments", customer.chain(columns).collect())
    }
}
