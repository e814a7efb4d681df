//! Every order in which threads may meet, as far as the model checker loom tells them apart.

use super::*;
use loom::cell::UnsafeCell;
use loom::sync::Arc;

fn bounded() -> loom::model::Builder {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(3);
    model
}

struct Place(UnsafeCell<usize>);
// SAFETY: loom reports every access that is not ordered.
unsafe impl Sync for Place {}

/// Runs jobs of `jobs` indices, in this many shares, on `workers` threads: each index is called once, before its job
/// returns, and what the call wrote can be read after the job.
fn check(shares: usize, workers: usize, jobs: &'static [usize]) {
    bounded().check(move || {
        let pool = Arc::new(Pool::new(shares, workers));
        let threads: Vec<_> = (1..=workers)
            .map(|worker| {
                let pool = Arc::clone(&pool);
                thread::spawn(move || {
                    let mut seen = 0;
                    while seen < jobs.len() {
                        seen = pool.take_part(worker, seen);
                    }
                })
            })
            .collect();
        for &count in jobs {
            let places: Vec<_> = (0..count).map(|_| Place(UnsafeCell::new(0))).collect();
            // SAFETY: loom reports every access that is not ordered.
            pool.for_each(count, &|index| places[index].0.with_mut(|place| unsafe { *place += 1 }));
            for place in &places {
                // SAFETY: as above.
                assert_eq!(place.0.with(|place| unsafe { *place }), 1);
            }
        }
        for thread in threads {
            thread.join().unwrap();
        }
    });
}

#[test]
fn one_worker_does_two_jobs_in_every_order() {
    check(2, 1, &[2, 3]);
}

#[test]
fn shares_without_a_thread_are_done_in_every_order() {
    check(4, 1, &[5]);
}

#[test]
fn two_workers_do_a_job_in_every_order() {
    check(3, 2, &[2]);
}

#[test]
fn a_worker_without_a_share_comes_back_in_every_order() {
    bounded().check(|| {
        let pool = Arc::new(Pool::new(2, 1));
        let worker = {
            let pool = Arc::clone(&pool);
            thread::spawn(move || {
                let mut seen = 0;
                while seen < 2 {
                    seen = pool.take_part(1, seen);
                }
            })
        };
        let calls = AtomicUsize::new(0);
        let count = |expected| {
            pool.for_each(2, &|_| {
                calls.fetch_add(1, Ordering::Relaxed);
            });
            assert_eq!(calls.load(Ordering::Relaxed), expected);
        };
        count(2);
        pool.divide_among(1);
        count(4);
        pool.divide_among(0);
        count(6);
        worker.join().unwrap();
    });
}

#[test]
fn a_panic_reaches_the_caller_in_every_order() {
    loom::model(|| {
        let pool = Arc::new(Pool::new(2, 1));
        let worker = {
            let pool = Arc::clone(&pool);
            thread::spawn(move || pool.take_part(1, 0))
        };
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            pool.for_each(2, &|index| assert!(index != 1, "expected in this test"));
        }));
        assert!(outcome.is_err());
        assert_eq!(worker.join().unwrap(), 1);
    });
}

#[test]
fn of_two_callers_both_are_served_in_every_order() {
    bounded().check(|| {
        let pool = Arc::new(Pool::new(2, 1));
        let calls = Arc::new(AtomicUsize::new(0));
        let call = {
            let (pool, calls) = (Arc::clone(&pool), Arc::clone(&calls));
            move || {
                pool.for_each(2, &|_| {
                    calls.fetch_add(1, Ordering::Relaxed);
                });
            }
        };
        let worker = {
            let pool = Arc::clone(&pool);
            thread::spawn(move || pool.take_part(1, 0))
        };
        let other = thread::spawn(call.clone());
        call();
        other.join().unwrap();
        worker.join().unwrap();
        assert_eq!(calls.load(Ordering::Relaxed), 4);
    });
}
