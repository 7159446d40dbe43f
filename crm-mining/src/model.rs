//! How every method is used: settings are fitted to data, the model predicts. Long work obeys a [`Control`].

use crate::error::{ErrorKind, Result};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

/// Settings that learn a model from data of shape `D`.
///
/// Settings are plain values, checked once, at `fit`. A model exists only fitted.
pub trait Fit<D: ?Sized> {
    /// What is learnt.
    type Model;

    /// Learns the model; reports progress to, and stops when asked by, `control`.
    ///
    /// # Errors
    /// A setting out of range, data that the method cannot use, or the caller's wish to stop.
    fn fit_with(&self, data: &D, control: &Control) -> Result<Self::Model>;

    /// Learns the model.
    ///
    /// # Errors
    /// As [`Fit::fit_with`].
    fn fit(&self, data: &D) -> Result<Self::Model> {
        self.fit_with(data, &Control::default())
    }
}

/// A model that says something about data of shape `D`.
pub trait Predict<D: ?Sized> {
    /// What is said.
    type Output;

    /// Applies the model.
    ///
    /// # Errors
    /// Data that do not match those of the fit.
    fn predict(&self, data: &D) -> Result<Self::Output>;
}

/// How far a long call has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// What is being done, such as `"k-means"`.
    pub stage: &'static str,
    /// Units finished.
    pub done: u64,
    /// Units in all; 0 when unknown.
    pub total: u64,
}

type ProgressCallback = Arc<dyn Fn(Progress) + Send + Sync>;

/// Progress, cancellation and a deadline for long calls. The default does nothing and never stops.
///
/// ```
/// use crm_mining::{Control, ErrorKind};
/// use std::sync::{Arc, atomic::{AtomicBool, Ordering}};
///
/// let cancel = Arc::new(AtomicBool::new(false));
/// let control = Control::default().cancelled_by(cancel.clone());
/// assert!(control.check("loading").is_ok());
/// cancel.store(true, Ordering::Relaxed);
/// assert!(matches!(control.check("loading").unwrap_err().kind(), ErrorKind::Cancelled { .. }));
/// ```
#[derive(Clone, Default)]
pub struct Control {
    progress: Option<ProgressCallback>,
    cancel: Option<Arc<AtomicBool>>,
    deadline: Option<Instant>,
}

impl Control {
    /// Calls `callback` as the work goes on. It may be called from any thread.
    pub fn on_progress(mut self, callback: impl Fn(Progress) + Send + Sync + 'static) -> Self {
        self.progress = Some(Arc::new(callback));
        self
    }

    /// Stops the work, with [`ErrorKind::Cancelled`], soon after `flag` becomes true.
    pub fn cancelled_by(mut self, flag: Arc<AtomicBool>) -> Self {
        self.cancel = Some(flag);
        self
    }

    /// Stops the work, with [`ErrorKind::DeadlinePassed`], soon after this moment.
    pub fn until(mut self, deadline: Instant) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// The same without the progress callback, for parts of a larger work that reports as a whole.
    pub(crate) fn silent(&self) -> Control {
        Control { progress: None, ..self.clone() }
    }

    /// Reports progress, then as [`Control::check`].
    ///
    /// # Errors
    /// The caller's wish to stop.
    pub fn step(&self, stage: &'static str, done: u64, total: u64) -> Result<()> {
        if let Some(callback) = &self.progress {
            callback(Progress { stage, done, total });
        }
        self.check(stage)
    }

    /// Fails when the caller wants the work to stop. Cheap enough for every few thousand rows.
    ///
    /// # Errors
    /// [`ErrorKind::Cancelled`] or [`ErrorKind::DeadlinePassed`].
    pub fn check(&self, stage: &'static str) -> Result<()> {
        if self.cancel.as_ref().is_some_and(|flag| flag.load(Ordering::Relaxed)) {
            return Err(ErrorKind::Cancelled { stage }.into());
        }
        if self.deadline.is_some_and(|deadline| Instant::now() >= deadline) {
            return Err(ErrorKind::DeadlinePassed { stage }.into());
        }
        Ok(())
    }
}

impl std::fmt::Debug for Control {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Control")
            .field("progress", &self.progress.is_some())
            .field("cancel", &self.cancel)
            .field("deadline", &self.deadline)
            .finish()
    }
}
