//! A small persistent pool of threads. Threads divide the outputs of an operation among themselves and
//! never a sum, so results do not depend on their number.
//!
//! Operations are short (tens of microseconds) and follow one another closely: a worker that has nothing to
//! do spins for a moment before it sleeps, so that the next operation finds it awake.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// How long a worker waits awake.
const SPIN: Duration = Duration::from_micros(200);

/// A job is a function of an index, shared by all threads that take indices from one counter.
#[derive(Clone, Copy)]
struct Job {
    function: &'static (dyn Fn(usize) + Sync),
    count: usize,
}

#[derive(Default)]
struct State {
    job: Option<Job>,
    /// Grows by one with each job.
    generation: usize,
    sleeping: usize,
}

struct Pool {
    state: Mutex<State>,
    wake: Condvar,
    /// `state.generation`, to be seen without the lock.
    generation: AtomicUsize,
    /// The next index to be taken.
    next: AtomicUsize,
    /// Workers that have joined the current job. One that comes late (the system gave its core away) is not
    /// waited for: when the indices are taken the job is withdrawn. Changed under the lock.
    active: AtomicUsize,
    panicked: AtomicBool,
    workers: usize,
    /// One job at a time: a second thread that comes meanwhile works alone.
    in_use: Mutex<()>,
}

static POOL: OnceLock<&'static Pool> = OnceLock::new();
static WANTED: AtomicUsize = AtomicUsize::new(0);

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Chooses the number of threads, 0 for all cores. Heeded only before the first operation.
///
/// Returns the number in force.
pub fn configure(threads: usize) -> usize {
    WANTED.store(threads, Ordering::Relaxed);
    pool().workers + 1
}

pub fn threads() -> usize {
    pool().workers + 1
}

fn pool() -> &'static Pool {
    POOL.get_or_init(|| {
        let wanted = WANTED.load(Ordering::Relaxed);
        let threads = if wanted == 0 { physical_cores() } else { wanted };
        let pool: &'static Pool = Box::leak(Box::new(Pool {
            state: Mutex::default(),
            wake: Condvar::new(),
            generation: AtomicUsize::new(0),
            next: AtomicUsize::new(0),
            active: AtomicUsize::new(0),
            panicked: AtomicBool::new(false),
            workers: threads.saturating_sub(1),
            in_use: Mutex::new(()),
        }));
        for index in 0..pool.workers {
            // A job never waits for a worker that has not joined it: one that cannot start is only missed.
            let _ = thread::Builder::new().name(format!("wick-{}", index + 1)).spawn(move || work(pool));
        }
        pool
    })
}

/// Two hardware threads of one core share its vector units: the second one only costs.
fn physical_cores() -> usize {
    let logical = thread::available_parallelism().map_or(1, usize::from);
    let siblings = std::fs::read_to_string("/sys/devices/system/cpu/cpu0/topology/thread_siblings_list")
        .map_or(1, |list| list.trim().split([',', '-']).count());
    (logical / siblings.max(1)).max(1)
}

fn work(pool: &'static Pool) {
    let mut seen = 0;
    loop {
        let started = Instant::now();
        while pool.generation.load(Ordering::Acquire) == seen && started.elapsed() < SPIN {
            for _ in 0..64 {
                std::hint::spin_loop();
            }
        }
        let job = {
            let mut state = lock(&pool.state);
            while state.generation == seen {
                state.sleeping += 1;
                state = pool.wake.wait(state).unwrap_or_else(PoisonError::into_inner);
                state.sleeping -= 1;
            }
            seen = state.generation;
            if state.job.is_some() {
                pool.active.fetch_add(1, Ordering::Relaxed);
            }
            state.job
        };
        if let Some(job) = job {
            run(pool, job);
            pool.active.fetch_sub(1, Ordering::Release);
        }
    }
}

fn run(pool: &Pool, job: Job) {
    let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        loop {
            let index = pool.next.fetch_add(1, Ordering::Relaxed);
            if index >= job.count {
                return;
            }
            (job.function)(index);
        }
    }));
    if outcome.is_err() {
        pool.panicked.store(true, Ordering::Relaxed);
    }
}

/// Calls `function(0)`, ..., `function(count - 1)`, each once, on all threads.
pub fn for_each(count: usize, function: impl Fn(usize) + Sync) {
    let pool = pool();
    let alone = || (0..count).for_each(&function);
    // Workers know nothing of the instruction set that a test forces on its own thread.
    #[cfg(test)]
    if crate::kernels::vector::FORCED.get().is_some() {
        return alone();
    }
    if count <= 1 || pool.workers == 0 {
        return alone();
    }
    let Ok(_turn) = pool.in_use.try_lock() else {
        return alone();
    };
    let short_lived: &(dyn Fn(usize) + Sync) = &function;
    // SAFETY: this function does not return before the job is withdrawn and every worker that joined it is done.
    let function = unsafe { std::mem::transmute::<&(dyn Fn(usize) + Sync), &'static (dyn Fn(usize) + Sync)>(short_lived) };
    let job = Job { function, count };
    pool.next.store(0, Ordering::Relaxed);
    let sleeping = {
        let mut state = lock(&pool.state);
        state.job = Some(job);
        state.generation += 1;
        pool.generation.store(state.generation, Ordering::Release);
        state.sleeping
    };
    if sleeping > 0 {
        pool.wake.notify_all();
    }
    run(pool, job);
    lock(&pool.state).job = None;
    let mut rounds = 0u32;
    while pool.active.load(Ordering::Acquire) != 0 {
        rounds += 1;
        if rounds.is_multiple_of(1 << 12) { thread::yield_now() } else { std::hint::spin_loop() }
    }
    if pool.panicked.swap(false, Ordering::Relaxed) {
        std::panic::resume_unwind(Box::new("a worker thread panicked"));
    }
}

/// Work below this many multiply-adds (or elements) is not worth waking a thread for.
pub const WORTH_A_THREAD: usize = 1 << 15;

/// Divides `0..length` into pieces of at least `grain` and calls `function(start, end)` for each.
pub fn for_ranges(length: usize, grain: usize, function: impl Fn(usize, usize) + Sync) {
    let pieces = (length / grain.max(1)).clamp(1, threads() * 4);
    if pieces <= 1 {
        return function(0, length);
    }
    // Multiples of 16 keep pieces on whole vectors and cache lines.
    let size = length.div_ceil(pieces).next_multiple_of(16);
    for_each(length.div_ceil(size), |piece| function(piece * size, ((piece + 1) * size).min(length)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_index_is_called_once() {
        configure(3);
        for count in [0, 1, 2, 7, 1000] {
            let calls: Vec<AtomicUsize> = (0..count).map(|_| AtomicUsize::new(0)).collect();
            for _ in 0..100 {
                for_each(count, |index| {
                    calls[index].fetch_add(1, Ordering::Relaxed);
                });
            }
            assert!(calls.iter().all(|calls| calls.load(Ordering::Relaxed) == 100));
        }
    }

    #[test]
    fn ranges_cover_everything_once() {
        for length in [0, 1, 15, 16, 17, 1000, 100_003] {
            let total = AtomicUsize::new(0);
            for_ranges(length, 100, |start, end| {
                total.fetch_add(end - start, Ordering::Relaxed);
            });
            assert_eq!(total.load(Ordering::Relaxed), length);
        }
    }

    #[test]
    fn a_panic_in_a_job_reaches_the_caller_and_the_pool_goes_on() {
        let outcome = std::panic::catch_unwind(|| for_each(64, |index| assert!(index != 40, "expected in this test")));
        assert!(outcome.is_err());
        each_index_is_called_once();
    }
}
