//! Records and shapes made ready for learning: `crm_mining::feature` for Python, whose estimators stand in
//! `crm_mining.learn`.

use crate::learn::estimator::{Data, Kind, Settings, Value, kind, model};
use crm_mining::data::Features;
use crm_mining::feature::{
    MinMax, MinMaxScaler, PowerScaler, PowerTransform, QuantileScaler, QuantileTransform, Robust,
    RobustScaler, Scaler, Standardize,
};
use crm_mining::{Control, Fit, Predict, Result};

/// The estimators.
pub(crate) static SCALERS: &[Kind] = &[
    kind::<Standardize>(),
    kind::<Robust>(),
    kind::<MinMax>(),
    kind::<QuantileTransform>(),
    kind::<PowerTransform>(),
];

macro_rules! scaler {
    ($settings:ident, $name:literal, $model:ident, |$fitted:ident| { $($attributes:tt)* }) => {
        impl Settings for $settings {
            const NAME: &'static str = $name;
            type Model = $model;

            fn standard() -> Self {
                $settings::default()
            }

            fn learn(&self, data: &Data, control: &Control) -> Result<$model> {
                self.fit_with(data.rows.features()?, control)
            }
        }

        model! {
            $model,
            |$fitted| {
                "constant_": Value::Names($fitted.constant().map(str::to_owned).collect()),
                $($attributes)*
            },
            |rows| {
                "transform": matrix($fitted.predict(rows.features()?)?),
                "inverse_transform": matrix($fitted.inverse(rows.features()?)?),
            }
        }
    };
}

fn matrix(features: Features) -> Value {
    let width = features.n_features();
    Value::Matrix(features.values().to_vec(), width)
}

/// The quantiles row by row.
fn quantiles(model: &QuantileScaler) -> Value {
    let width = model.feature_names().len();
    let columns: Vec<&[f64]> = (0..width).map(|feature| model.quantiles(feature)).collect();
    let rows = 0..columns.first().map_or(0, |column| column.len());
    let row = |row| columns.iter().filter_map(move |column| column.get(row).copied());
    Value::Matrix(rows.flat_map(row).collect(), width)
}

scaler! { Standardize, "Standardize", Scaler, |model| {
    "mean_": Value::Reals(model.means().to_vec()),
    "scale_": Value::Reals(model.deviations().to_vec()),
} }

scaler! { Robust, "Robust", RobustScaler, |model| {
    "center_": Value::Reals(model.medians()),
    "scale_": Value::Reals(model.ranges()),
    "without_range_": Value::Names(model.without_range().map(str::to_owned).collect()),
} }

scaler! { MinMax, "MinMax", MinMaxScaler, |model| {
    "data_min_": Value::Reals(model.minima()),
    "data_max_": Value::Reals(model.maxima()),
} }

scaler! { QuantileTransform, "QuantileTransform", QuantileScaler, |model| {
    "quantiles_": quantiles(model),
} }

scaler! { PowerTransform, "PowerTransform", PowerScaler, |model| {
    "lambdas_": Value::Reals(model.lambdas()),
} }
