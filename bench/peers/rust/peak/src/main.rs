//! The processor's own limit: fused multiply-adds on registers only, in GFLOP/s, as one JSON line
//! `{"avx2": [one thread, two threads], "avx512": [...], "neon": [...]}`.

use std::time::Instant;

const ROUNDS: usize = 40_000_000;
/// Enough independent sums to hide the latency of an FMA on two ports.
const SUMS: usize = 12;

macro_rules! probe {
    ($name:ident, $features:literal, $lanes:expr, $splat:path, $fma:path) => {
        #[target_feature(enable = $features)]
        fn $name() -> f64 {
            let (factor, mut sums) = ($splat(0.999), [$splat(1.0); SUMS]);
            let start = Instant::now();
            for _ in 0..ROUNDS {
                for sum in &mut sums {
                    *sum = $fma(*sum, factor, factor);
                }
            }
            let spent = start.elapsed().as_secs_f64();
            std::hint::black_box(&sums);
            (ROUNDS * SUMS * $lanes * 2) as f64 / spent / 1e9
        }
    };
}

#[cfg(target_arch = "x86_64")]
mod paths {
    use super::{Instant, ROUNDS, SUMS};
    use std::arch::x86_64::{_mm256_fmadd_ps, _mm256_set1_ps, _mm512_fmadd_ps, _mm512_set1_ps};

    probe!(avx2, "avx2,fma", 8, _mm256_set1_ps, _mm256_fmadd_ps);
    probe!(avx512, "avx512f", 16, _mm512_set1_ps, _mm512_fmadd_ps);

    pub fn all() -> Vec<(&'static str, fn() -> f64)> {
        let mut found: Vec<(&'static str, fn() -> f64)> = Vec::new();
        if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
            // SAFETY: the processor has the features, checked in the line above.
            found.push(("avx2", || unsafe { avx2() }));
        }
        if is_x86_feature_detected!("avx512f") {
            // SAFETY: the processor has the feature, checked in the line above.
            found.push(("avx512", || unsafe { avx512() }));
        }
        found
    }
}

#[cfg(target_arch = "aarch64")]
mod paths {
    use super::{Instant, ROUNDS, SUMS};
    use std::arch::aarch64::{float32x4_t, vdupq_n_f32, vfmaq_f32};

    fn fma(sum: float32x4_t, a: float32x4_t, b: float32x4_t) -> float32x4_t {
        // SAFETY: every AArch64 processor has NEON.
        unsafe { vfmaq_f32(b, sum, a) }
    }

    probe!(neon, "neon", 4, vdupq_n_f32, fma);

    pub fn all() -> Vec<(&'static str, fn() -> f64)> {
        // SAFETY: every AArch64 processor has NEON.
        vec![("neon", || unsafe { neon() })]
    }
}

fn main() {
    let rows: Vec<String> = paths::all()
        .into_iter()
        .map(|(name, run)| {
            let [one, two] = [1, 2].map(|threads| together(run, threads));
            format!("\"{name}\":[{one:.1},{two:.1}]")
        })
        .collect();
    println!("{{{}}}", rows.join(","));
}

/// The sum over `threads` that run at once; the best of three.
fn together(run: fn() -> f64, threads: usize) -> f64 {
    (0..3)
        .map(|_| {
            let workers: Vec<_> = (0..threads).map(|_| std::thread::spawn(run)).collect();
            workers.into_iter().map(|worker| worker.join().expect("the probe cannot fail")).sum()
        })
        .fold(0.0, f64::max)
}
