//! Records and shapes made ready for learning.

mod columns;
mod min_max;
mod power;
mod preparation;
mod quantile;
mod robust;
mod scaler;

pub use min_max::{MinMax, MinMaxScaler};
pub use power::{PowerScaler, PowerTransform};
pub use preparation::{ColumnPreparation, Logging, MissingNumber, Preparation, Prepared, Scaling, Unseen};
pub use quantile::{QuantileOutput, QuantileScaler, QuantileTransform};
pub use robust::{Robust, RobustScaler};
pub use scaler::{Scaler, Standardize, log1p};
