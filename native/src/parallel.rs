//! A small persistent pool of threads. Threads divide the outputs of an operation among themselves and
//! never a sum, so results do not depend on their number.

use std::ops::Range;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::cores;
use crate::memory;
use crate::pool::{Pool, wait_until};

static POOL: OnceLock<&'static Pool> = OnceLock::new();
static WANTED: AtomicUsize = AtomicUsize::new(0);

#[cfg(test)]
thread_local! {
    /// Lets a test keep its work on its own thread, the only one that heeds what the test has set there.
    pub static ALONE: std::cell::Cell<bool> = const { std::cell::Cell::new(false) };
}

/// Chooses the number of threads, 0 for as many as there are usable cores. Heeded only before the first operation.
///
/// Returns the number that runs.
pub fn configure(threads: usize) -> usize {
    WANTED.store(threads, Ordering::Relaxed);
    running()
}

/// Into how many shares work is divided now.
pub fn threads() -> usize {
    pool().shares()
}

/// Divides work among at most so many threads from now on, 0 for all of them.
///
/// Returns among how many it is divided.
pub fn divide_among(threads: usize) -> usize {
    pool().divide_among(threads);
    pool().shares()
}

/// How many threads run: no more than CPUs. Others would only take turns with them, and be waited for.
pub fn running() -> usize {
    pool().workers + 1
}

fn pool() -> &'static Pool {
    POOL.get_or_init(|| {
        let wanted = WANTED.load(Ordering::Relaxed);
        let threads = if wanted == 0 { cores::usable() } else { wanted };
        let workers = threads.min(cores::allowed()).saturating_sub(1);
        let pool: &'static Pool = Box::leak(Box::new(Pool::new(threads, workers)));
        for worker in 1..=pool.workers {
            // A job never waits for a worker that has not joined it: one that cannot start is only missed.
            let _ = thread::Builder::new().name(format!("wick-{worker}")).spawn(move || work(pool, worker));
        }
        pool
    })
}

fn work(pool: &'static Pool, worker: usize) {
    memory::keep_apart(worker);
    let mut seen = 0;
    loop {
        seen = pool.take_part(worker, seen);
    }
}

/// Calls `function(0)`, ..., `function(count - 1)`, each once, on all threads.
pub fn for_each(count: usize, function: impl Fn(usize) + Sync) {
    #[cfg(test)]
    if ALONE.get() {
        return (0..count).for_each(function);
    }
    pool().for_each(count, &function);
}

/// A share of so many things. Shares differ by one at most, and the larger ones come first: threads then end together.
pub fn share(length: usize, index: usize, shares: usize) -> Range<usize> {
    (length * index).div_ceil(shares)..(length * (index + 1)).div_ceil(shares)
}

/// Work below this many multiply-adds (or elements) is not worth waking a thread for.
pub const WORTH_A_THREAD: usize = 1 << 15;

/// So many pieces, or a few more: each thread takes the same number of them. One piece stays one.
pub fn even(pieces: usize) -> usize {
    if pieces <= 1 { pieces } else { pieces.next_multiple_of(threads()) }
}

/// Divides `0..length` into pieces of at least `grain` and calls `function(start, end)` for each.
pub fn for_ranges(length: usize, grain: usize, function: impl Fn(usize, usize) + Sync) {
    let pieces = even((length / grain.max(1)).clamp(1, threads() * 4));
    if pieces <= 1 {
        return function(0, length);
    }
    // Multiples of 16 keep pieces on whole vectors and cache lines.
    let size = length.div_ceil(pieces).next_multiple_of(16);
    for_each(length.div_ceil(size), |piece| function(piece * size, ((piece + 1) * size).min(length)));
}

/// Divides `0..length` into a piece for each thread and calls `function(start, end)` for one after the other: where a
/// sum goes through memory that the threads wrote each its own part of.
pub fn in_turn(length: usize, function: impl Fn(usize, usize) + Sync) {
    let (pieces, turn) = (threads(), AtomicUsize::new(0));
    for_each(pieces, |piece| {
        wait_until(|| turn.load(Ordering::Acquire) >= piece);
        let _next = Turn { turn: &turn, piece };
        let Range { start, end } = share(length, piece, pieces);
        function(start, end);
    });
}

/// Passes the turn on at its end, after a panic too: nobody waits for ever.
struct Turn<'a> {
    turn: &'a AtomicUsize,
    piece: usize,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.turn.store(self.piece + 1, Ordering::Release);
    }
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
    fn work_is_divided_among_fewer_threads_and_again_among_all() {
        configure(3);
        let all = threads();
        for (asked, expected) in [(1, 1), (2, all.min(2)), (1000, all), (0, all)] {
            assert_eq!(divide_among(asked), expected);
            let calls = AtomicUsize::new(0);
            for_each(100, |_| {
                calls.fetch_add(1, Ordering::Relaxed);
            });
            assert_eq!(calls.load(Ordering::Relaxed), 100);
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
    fn turns_are_taken_in_order_and_a_panic_in_one_ends_the_job() {
        configure(3);
        for length in [0, 2, 100] {
            let done = AtomicUsize::new(0);
            in_turn(length, |start, end| assert_eq!(done.swap(end, Ordering::Relaxed), start));
            assert_eq!(done.load(Ordering::Relaxed), length);
        }
        let outcome = std::panic::catch_unwind(|| in_turn(100, |start, _| assert!(start > 0, "expected in this test")));
        assert!(outcome.is_err());
    }

    #[test]
    fn a_panic_in_a_job_reaches_the_caller_and_the_pool_goes_on() {
        let outcome = std::panic::catch_unwind(|| for_each(64, |index| assert!(index != 40, "expected in this test")));
        assert!(outcome.is_err());
        each_index_is_called_once();
    }
}
