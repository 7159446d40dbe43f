//! Long work: on threads of its own, with Python detached, telling progress and obeying Ctrl-C.

use crate::error;
use crm_mining::{Control, Progress, Result};
use pyo3::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

/// How often progress is told and signals are handled.
const TICK: Duration = Duration::from_millis(20);
/// How long cancelled work is waited for. Work that takes longer to notice ends by itself, unheeded.
const PATIENCE: Duration = Duration::from_millis(200);

/// Runs `work` on the thread pool while this thread waits, detached from Python.
///
/// Every 20 ms the latest progress goes to `progress(stage, done, total)` and signals are handled; an
/// exception from either cancels the work and is raised. Work that does not stop in time is left behind,
/// which is why it owns all it needs.
pub(crate) fn run<T, W>(py: Python<'_>, progress: Option<&Bound<'_, PyAny>>, work: W) -> PyResult<T>
where
    T: Send + 'static,
    W: FnOnce(&Control) -> Result<T> + Send + 'static,
{
    let desk = Arc::new(Desk::default());
    start(desk.clone(), work)?;
    loop {
        let ended = py.detach(|| desk.wait(TICK));
        if let Err(exception) = desk.tell(progress).and_then(|()| py.check_signals()) {
            desk.cancel.store(true, Ordering::Relaxed);
            py.detach(|| desk.wait(PATIENCE));
            return Err(exception);
        }
        match ended {
            Some(Ok(result)) => return result.map_err(error::raise),
            Some(Err(panic)) => return Err(error::internal(&panic)),
            None => {}
        }
    }
}

/// What the waiting thread and the worker leave for each other.
struct Desk<T> {
    /// What the work returned, or the words it panicked with.
    result: Mutex<Option<Result<Result<T>, String>>>,
    progress: Mutex<Option<Progress>>,
    cancel: Arc<AtomicBool>,
    waiting: Thread,
}

impl<T> Default for Desk<T> {
    fn default() -> Self {
        Desk {
            result: Mutex::default(),
            progress: Mutex::default(),
            cancel: Arc::default(),
            waiting: thread::current(),
        }
    }
}

impl<T> Desk<T> {
    /// The result, if it comes within `limit`.
    fn wait(&self, limit: Duration) -> Option<Result<Result<T>, String>> {
        let started = Instant::now();
        loop {
            let result = lock(&self.result).take();
            let left = limit.saturating_sub(started.elapsed());
            if result.is_some() || left.is_zero() {
                return result;
            }
            thread::park_timeout(left);
        }
    }

    /// Tells the progress made since the last time.
    fn tell(&self, progress: Option<&Bound<'_, PyAny>>) -> PyResult<()> {
        let latest = lock(&self.progress).take();
        if let (Some(callback), Some(Progress { stage, done, total })) = (progress, latest) {
            callback.call1((stage, done, total))?;
        }
        Ok(())
    }
}

fn start<T, W>(desk: Arc<Desk<T>>, work: W) -> PyResult<()>
where
    T: Send + 'static,
    W: FnOnce(&Control) -> Result<T> + Send + 'static,
{
    let told = desk.clone();
    let control = Control::default()
        .cancelled_by(desk.cancel.clone())
        .on_progress(move |progress| *lock(&told.progress) = Some(progress));
    pool()?.spawn(move || {
        // A panic is a fault of the library, but it must not take the caller's interpreter down.
        let result = catch_unwind(AssertUnwindSafe(|| work(&control)));
        let words = |panic: Box<dyn std::any::Any + Send>| match panic.downcast::<String>() {
            Ok(words) => *words,
            Err(panic) => panic.downcast_ref::<&str>().map_or_else(String::new, |words| (*words).to_owned()),
        };
        *lock(&desk.result) = Some(result.map_err(words));
        desk.waiting.unpark();
    });
    Ok(())
}

/// The threads of this process. A forked child inherits the memory of its parent's pool but none of its
/// threads, and would wait for them for ever; it gets a pool of its own.
fn pool() -> PyResult<Arc<ThreadPool>> {
    static POOL: Mutex<Option<(u32, Arc<ThreadPool>)>> = Mutex::new(None);
    let process = std::process::id();
    let mut pool = lock(&POOL);
    if let Some((owner, threads)) = &*pool
        && *owner == process
    {
        return Ok(threads.clone());
    }
    let threads = ThreadPoolBuilder::new().build().map_err(|error| error::internal(&error.to_string()))?;
    let threads = Arc::new(threads);
    std::mem::forget(pool.replace((process, threads.clone())));
    Ok(threads)
}

/// The lock, whether or not a holder panicked: what is on the desk is whole at any moment.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
