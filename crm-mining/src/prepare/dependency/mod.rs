//! Which columns follow from which, and where they do not.

mod coded;
mod pairs;
mod panel;
mod search;
mod tally;

pub(super) use coded::{Coded, is_marker};
pub(super) use panel::{Panel, Verdict, find_panel};
pub(super) use search::{Link, group_codes, screened, search};
pub(super) use tally::{Majority, majorities};

use crate::data::{Column, Table, Text, ToTable};
use crate::error::{Result, invalid_parameter};
use crate::model::Control;
use serde::{Deserialize, Serialize};

/// How many columns a determinant may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Determinants {
    /// One column.
    Single,
    /// One column, or two of the twelve columns with the fewest values.
    Pairs,
}

/// Finds approximate functional dependencies: columns whose value follows from another column, or from two,
/// in all but a few rows.
///
/// The error is g3, the least share of rows to leave out so that the dependency holds, over the rows whose
/// determinant repeats. A dependency is kept when it explains at least 80 % of the errors that the same groups
/// make by chance (40 % when g3 is at most a third of the bound: the dependent is nearly constant), when no
/// determinant of the same column does twice as well, and when it is not merely the reverse of a better one (a
/// shop lies in one city; a city does not name its shop). Columns in which less than half of the rows share
/// their value determine nothing. Texts that only mark a missing value (`N/A`, `null`, `?`) count as missing.
///
/// | setting | unit | default |
/// |---|---|---|
/// | `max_g3` | share of rows, 0 to 0.5 | 0.15 |
/// | `min_rows` | rows whose determinant repeats | 20 |
/// | `determinants` | one column, or pairs too | pairs |
///
/// # Errors
/// [`InvalidParameter`](crate::ErrorKind::InvalidParameter); the caller's wish to stop.
///
/// # Complexity
/// Candidates are screened on at most 30,000 rows in whole groups; those left are measured in one pass each. Time
/// grows with columns² on the sample and with rows × dependencies found.
///
/// # Reference
/// Kivinen, J. and Mannila, H. (1995), Approximate inference of functional dependencies from relations,
/// Theoretical Computer Science 149; Huhtala, Y. et al. (1999), TANE, The Computer Journal 42.
///
/// # Example
/// ```
/// use crm_mining::data::{Column, Table};
/// use crm_mining::prepare::dependencies;
///
/// let zip = (0..60).map(|row| Some(["35233", "36049", "35957"][row % 3]));
/// let city = (0..60).map(|row| Some(if row == 7 { "Boaz" } else { ["Birmingham", "Luverne", "Boaz"][row % 3] }));
/// let table = Table::new("shops", vec![Column::text("zip", zip), Column::text("city", city)])?;
/// let found = dependencies(&table)?;
/// let city = found.iter().find(|found| found.dependent == "city").unwrap();
/// assert_eq!(city.determinant, ["zip"]);
/// let violations = city.violations(&table)?;
/// assert_eq!((violations[0].row, violations[0].majority.as_str(), violations[0].votes), (8, "Luverne", 19));
/// # Ok::<(), crm_mining::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct DependencySearch {
    /// The largest g3.
    pub max_g3: f64,
    /// The fewest rows whose determinant repeats.
    pub min_rows: usize,
    /// How many columns a determinant may have.
    pub determinants: Determinants,
}

impl Default for DependencySearch {
    fn default() -> Self {
        DependencySearch { max_g3: 0.15, min_rows: 20, determinants: Determinants::Pairs }
    }
}

impl DependencySearch {
    /// The dependencies of a table, by dependent column and error.
    ///
    /// # Errors
    /// See [`DependencySearch`].
    pub fn find(&self, table: &Table) -> Result<Vec<Dependency>> {
        self.find_with(table, &Control::default())
    }

    /// The dependencies of a table, under control of the caller.
    ///
    /// # Errors
    /// See [`DependencySearch`].
    pub fn find_with(&self, table: &Table, control: &Control) -> Result<Vec<Dependency>> {
        self.check()?;
        let read = Coded::all(table, control)?;
        let columns: Vec<Coded<'_>> = read.iter().map(Coded::without_markers).collect();
        let links = search(&columns, &screened(&columns, control)?, self, control)?;
        let name = |&position: &usize| columns.get(position).map_or_else(String::new, |c| c.name.to_owned());
        let named = |link: &Link| Dependency {
            determinant: link.determinant.iter().map(name).collect(),
            dependent: name(&link.dependent),
            g3: link.g3,
            g3_by_chance: link.chance,
            rows: link.rows as u64,
        };
        Ok(links.iter().map(named).collect())
    }

    pub(super) fn check(&self) -> Result<()> {
        if !(0.0..=0.5).contains(&self.max_g3) {
            return invalid_parameter("DependencySearch", "max_g3", "from 0 to 0.5", self.max_g3);
        }
        Ok(())
    }
}

/// The dependencies of a table by the default [`DependencySearch`].
///
/// # Errors
/// See [`DependencySearch`].
pub fn dependencies(table: &Table) -> Result<Vec<Dependency>> {
    DependencySearch::default().find(table)
}

/// One approximate functional dependency.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Dependency {
    /// The columns that determine: one or two.
    pub determinant: Vec<String>,
    /// The column that follows from them.
    pub dependent: String,
    /// The share of rows that deviate from the most frequent value of their group.
    pub g3: f64,
    /// The same share when the values are dealt to the groups at random.
    pub g3_by_chance: f64,
    /// The rows that were measured: both sides present, the determinant in two rows or more.
    pub rows: u64,
}

/// A row that deviates from what its determinant says.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Violation {
    /// The source row, from 1.
    pub row: u64,
    /// What it holds; `None` when missing.
    pub found: Option<String>,
    /// The most frequent value among the rows of the same determinant.
    pub majority: String,
    /// How many of those rows hold it.
    pub votes: u32,
    /// How many of those rows hold any value.
    pub of: u32,
}

impl Dependency {
    /// The rows that deviate, in order, with what the others say: at least two of them, and more than hold
    /// any other value.
    ///
    /// # Errors
    /// [`MissingColumn`](crate::ErrorKind::MissingColumn).
    pub fn violations(&self, table: &Table) -> Result<Vec<Violation>> {
        let mut columns = Vec::new();
        for name in self.determinant.iter().chain([&self.dependent]) {
            columns.push(Coded::new(table.column(name)?));
        }
        let columns: Vec<Coded<'_>> = columns.iter().map(Coded::without_markers).collect();
        let Some((target, determinant)) = columns.split_last() else { return Ok(Vec::new()) };
        let positions: Vec<usize> = (0..determinant.len()).collect();
        let (groups, n_groups) = group_codes(determinant, &positions);
        let majorities = majorities(&groups, n_groups, &target.codes, target.counts.len());
        let violation = |(row, (&group, &code)): (usize, (&u32, &u32))| {
            let majority = majorities.get(group as usize)?;
            (majority.code != code && majority.votes >= 2).then(|| Violation {
                row: table.row_number(row),
                found: (code != Text::MISSING).then(|| target.value(code).into_owned()),
                majority: target.value(majority.code).into_owned(),
                votes: majority.votes,
                of: majority.of,
            })
        };
        Ok(groups.iter().zip(target.codes.iter()).enumerate().filter_map(violation).collect())
    }
}

impl ToTable for [Dependency] {
    fn to_table(&self) -> Table {
        Table::of(
            "dependencies",
            vec![
                Column::text("determinant", self.iter().map(|found| Some(found.determinant.join(" + ")))),
                Column::text("dependent", self.iter().map(|found| Some(&found.dependent))),
                Column::floats("g3", self.iter().map(|found| found.g3).collect()),
                Column::floats("g3_by_chance", self.iter().map(|found| found.g3_by_chance).collect()),
                Column::ints("rows", self.iter().map(|found| found.rows as i64).collect()),
            ],
        )
    }
}

impl ToTable for [Violation] {
    fn to_table(&self) -> Table {
        Table::of(
            "violations",
            vec![
                Column::ints("row", self.iter().map(|violation| violation.row as i64).collect()),
                Column::text("found", self.iter().map(|violation| violation.found.as_deref())),
                Column::text("majority", self.iter().map(|violation| Some(&violation.majority))),
                Column::ints("votes", self.iter().map(|violation| i64::from(violation.votes)).collect()),
                Column::ints("of", self.iter().map(|violation| i64::from(violation.of)).collect()),
            ],
        )
    }
}
