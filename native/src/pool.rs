//! A pool of threads that take the indices of one job at a time. A worker that has nothing to do spins for a
//! moment before it sleeps: jobs are short (tens of microseconds) and follow one another closely.
//!
//! Each thread begins with its own share of the indices, the same of every job, and then helps with the shares of the
//! other threads: the same part of a tensor meets the same core's cache from operation to operation. Shares that have no
//! thread of their own are done by those that help. Jobs may have fewer shares than there are threads: threads without a
//! share sleep until there are more.
//!
//! A job is withdrawn when its indices are taken. A worker that the system has not scheduled meanwhile has not joined
//! the job, and is not waited for.

#[cfg(feature = "loom")]
use loom as threads;
#[cfg(not(feature = "loom"))]
use std as threads;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::PoisonError;
#[cfg(not(feature = "loom"))]
use std::time::{Duration, Instant};
use threads::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use threads::sync::{Condvar, Mutex, MutexGuard};
use threads::{hint, thread};

/// A job is a function of an index, shared by all threads.
#[derive(Clone, Copy)]
struct Job {
    function: &'static (dyn Fn(usize) + Sync),
    count: usize,
    shares: usize,
}

impl Job {
    /// The first index of a thread's share.
    fn first(self, thread: usize) -> usize {
        self.count * thread / self.shares
    }
}

/// On a cache line of its own.
#[repr(align(64))]
struct Next(AtomicUsize);

#[derive(Default)]
struct State {
    job: Option<Job>,
    /// Grows by one with each job.
    generation: usize,
    sleeping: usize,
}

pub struct Pool {
    state: Mutex<State>,
    wake: Condvar,
    /// Wakes workers that had no share.
    share: Condvar,
    /// `state.generation`, to be seen without the lock.
    generation: AtomicUsize,
    /// The next index to be taken of each thread's share.
    next: Box<[Next]>,
    /// How many shares the next job has; changes under the lock alone.
    shares: AtomicUsize,
    /// Workers that have joined the current job; grows under the lock alone.
    active: AtomicUsize,
    panicked: AtomicBool,
    pub workers: usize,
    /// One job at a time: a second thread that comes meanwhile works alone.
    in_use: Mutex<()>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Looks at something so often, about a microsecond, before the system may let another thread run: where there are more
/// threads than processors, that is the thread that is waited for.
const ROUNDS: u32 = 64;

/// Waits for what other threads do.
pub fn wait_until(is_done: impl Fn() -> bool) {
    let mut rounds = 0u32;
    while !is_done() {
        rounds += 1;
        if rounds.is_multiple_of(ROUNDS) { thread::yield_now() } else { hint::spin_loop() }
    }
}

impl Pool {
    /// A pool whose jobs have `shares` shares at most, and for `workers` threads besides the caller's, fewer than there are
    /// shares.
    /// Each of them has to call [`Pool::take_part`] again and again.
    pub fn new(shares: usize, workers: usize) -> Self {
        Self {
            state: Mutex::new(State::default()),
            wake: Condvar::new(),
            share: Condvar::new(),
            generation: AtomicUsize::new(0),
            next: (0..shares).map(|_| Next(AtomicUsize::new(0))).collect(),
            shares: AtomicUsize::new(shares),
            active: AtomicUsize::new(0),
            panicked: AtomicBool::new(false),
            workers,
            in_use: Mutex::new(()),
        }
    }

    /// How many shares a job has.
    pub fn shares(&self) -> usize {
        self.shares.load(Ordering::Relaxed)
    }

    /// Gives the jobs that come so many shares, 0 for as many as there may be, and no more threads than shares.
    pub fn divide_among(&self, shares: usize) {
        let most = self.next.len();
        let _state = lock(&self.state);
        self.shares.store(if shares == 0 { most } else { shares.min(most) }, Ordering::Relaxed);
        self.share.notify_all();
    }

    /// Waits for a job after generation `seen`, works on it as worker 1, 2, ..., and returns its generation.
    pub fn take_part(&self, worker: usize, seen: usize) -> usize {
        if worker < self.shares() {
            self.spin_until_after(seen);
        }
        let (generation, job) = {
            let mut state = lock(&self.state);
            loop {
                if worker >= self.shares() {
                    state = self.share.wait(state).unwrap_or_else(PoisonError::into_inner);
                } else if state.generation == seen {
                    state.sleeping += 1;
                    state = self.wake.wait(state).unwrap_or_else(PoisonError::into_inner);
                    state.sleeping -= 1;
                } else {
                    break;
                }
            }
            let job = state.job.filter(|job| worker < job.shares);
            if job.is_some() {
                self.active.fetch_add(1, Ordering::Relaxed);
            }
            (state.generation, job)
        };
        if let Some(job) = job {
            self.run(job, worker);
            self.active.fetch_sub(1, Ordering::Release);
        }
        generation
    }

    /// Only saves the time of falling asleep: what is seen here decides nothing.
    #[cfg(not(feature = "loom"))]
    fn spin_until_after(&self, seen: usize) {
        /// How long a worker looks for a job before it sleeps.
        const SPIN: Duration = Duration::from_micros(200);
        /// How long it does so before it lets other processes go first.
        const ALONE: Duration = Duration::from_micros(20);
        let started = Instant::now();
        loop {
            for _ in 0..ROUNDS {
                if self.generation.load(Ordering::Acquire) != seen {
                    return;
                }
                hint::spin_loop();
            }
            let waited = started.elapsed();
            if waited > SPIN {
                return;
            }
            if waited > ALONE {
                thread::yield_now();
            }
        }
    }
    #[cfg(feature = "loom")]
    fn spin_until_after(&self, _seen: usize) {}

    fn run(&self, job: Job, thread: usize) {
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            for share in (thread..job.shares).chain(0..thread) {
                let end = job.first(share + 1);
                loop {
                    let index = self.next[share].0.fetch_add(1, Ordering::Relaxed);
                    if index >= end {
                        break;
                    }
                    (job.function)(index);
                }
            }
        }));
        if outcome.is_err() {
            self.panicked.store(true, Ordering::Relaxed);
        }
    }

    /// Calls `function(0)`, ..., `function(count - 1)`, each once, on all threads.
    pub fn for_each(&self, count: usize, function: &(dyn Fn(usize) + Sync)) {
        let alone = || (0..count).for_each(function);
        let shares = self.shares();
        if count <= 1 || shares == 1 || self.workers == 0 {
            return alone();
        }
        let Ok(turn) = self.in_use.try_lock() else {
            return alone();
        };
        // SAFETY: this function does not return before the job is withdrawn and every worker that joined it is done.
        let function = unsafe { std::mem::transmute::<&(dyn Fn(usize) + Sync), &'static (dyn Fn(usize) + Sync)>(function) };
        let job = Job { function, count, shares };
        for (thread, next) in self.next[..shares].iter().enumerate() {
            next.0.store(job.first(thread), Ordering::Relaxed);
        }
        let sleeping = {
            let mut state = lock(&self.state);
            state.job = Some(job);
            state.generation += 1;
            self.generation.store(state.generation, Ordering::Release);
            state.sleeping
        };
        if sleeping > 0 {
            self.wake.notify_all();
        }
        self.run(job, 0);
        lock(&self.state).job = None;
        wait_until(|| self.active.load(Ordering::Acquire) == 0);
        let panicked = self.panicked.swap(false, Ordering::Relaxed);
        // A panic would poison the lock, and all jobs after it would find the pool in use.
        drop(turn);
        if panicked {
            resume_unwind(Box::new("a worker thread panicked"));
        }
    }
}

#[cfg(all(test, feature = "loom"))]
mod model;

#[cfg(all(test, not(feature = "loom")))]
mod tests {
    use super::*;

    #[test]
    fn a_panic_in_a_job_leaves_the_pool_to_the_next_one() {
        let pool = Pool::new(2, 1); // whose worker never comes
        let outcome = catch_unwind(AssertUnwindSafe(|| pool.for_each(2, &|index| assert!(index > 0, "expected in this test"))));
        assert!(outcome.is_err());
        assert!(pool.in_use.try_lock().is_ok());
    }
}
