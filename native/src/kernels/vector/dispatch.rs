//! The choice of the instance that a process runs its kernels on.

use std::sync::OnceLock;

use super::array::Array;
use super::traits::Kernel;
#[cfg(target_arch = "x86_64")]
use super::traits::Vector;
use crate::error::{Error, Result};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InstructionSet {
    Scalar,
    Neon,
    Avx2,
    Avx512,
}

impl InstructionSet {
    pub fn name(self) -> &'static str {
        match self {
            Self::Scalar => "scalar",
            Self::Neon => "neon",
            Self::Avx2 => "avx2",
            Self::Avx512 => "avx512",
        }
    }
}

/// What this processor can run, the widest last.
pub fn available() -> Vec<InstructionSet> {
    #[cfg(target_arch = "x86_64")]
    let avx2 = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
    let sets = [
        (InstructionSet::Scalar, true),
        #[cfg(target_arch = "aarch64")]
        (InstructionSet::Neon, std::arch::is_aarch64_feature_detected!("neon")),
        #[cfg(target_arch = "x86_64")]
        (InstructionSet::Avx2, avx2),
        #[cfg(target_arch = "x86_64")]
        (InstructionSet::Avx512, avx2 && is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512dq")),
    ];
    sets.into_iter().filter_map(|(set, there)| there.then_some(set)).collect()
}

static CHOSEN: OnceLock<std::result::Result<InstructionSet, String>> = OnceLock::new();

#[cfg(test)]
thread_local! {
    /// Lets a test run one kernel on each instance.
    pub static FORCED: std::cell::Cell<Option<InstructionSet>> = const { std::cell::Cell::new(None) };
}

fn choose() -> std::result::Result<InstructionSet, String> {
    let sets = available();
    let best = sets[sets.len() - 1];
    match std::env::var("WICK_ISA") {
        Err(_) => Ok(best),
        Ok(wanted) => sets.iter().copied().find(|set| set.name() == wanted).ok_or_else(|| {
            let names: Vec<_> = sets.iter().map(|set| set.name()).collect();
            format!("WICK_ISA={wanted} is not available on this processor: choose one of {}", names.join(", "))
        }),
    }
}

/// The widest instruction set of this processor, or the one that `WICK_ISA` names.
#[inline]
fn instruction_set() -> InstructionSet {
    #[cfg(test)]
    if let Some(set) = FORCED.get() {
        return set;
    }
    match CHOSEN.get_or_init(choose) {
        Ok(set) => *set,
        Err(_) => InstructionSet::Scalar,
    }
}

/// # Errors
/// Where `WICK_ISA` names an instruction set that this processor lacks.
pub fn check_instruction_set() -> Result<InstructionSet> {
    CHOSEN.get_or_init(choose).clone().map_err(Error)
}

/// Runs a kernel of f32 on the instance that was chosen for this process, or on a narrower one where all lanes
/// are one of its vectors.
#[inline]
pub(super) fn run_f32<K: Kernel<f32>>(lanes: usize, kernel: K) -> K::Output {
    #[cfg(not(target_arch = "x86_64"))]
    let _ = lanes;
    match instruction_set() {
        // SAFETY: a processor with AVX-512 has AVX2.
        #[cfg(target_arch = "x86_64")]
        InstructionSet::Avx512 if lanes == super::x86::Avx2::LANES => unsafe { super::x86::run_avx2(kernel) },
        // SAFETY: `instruction_set` names only what this processor has.
        #[cfg(target_arch = "x86_64")]
        InstructionSet::Avx512 => unsafe { super::x86::run_avx512(kernel) },
        // SAFETY: as above.
        #[cfg(target_arch = "x86_64")]
        InstructionSet::Avx2 => unsafe { super::x86::run_avx2(kernel) },
        // SAFETY: as above.
        #[cfg(target_arch = "aarch64")]
        InstructionSet::Neon => unsafe { super::neon::run_neon(kernel) },
        _ => kernel.run::<Array<f32>>(),
    }
}

/// Runs a kernel of f64, for which there is the array alone.
#[inline]
pub(super) fn run_f64<K: Kernel<f64>>(_lanes: usize, kernel: K) -> K::Output {
    kernel.run::<Array<f64>>()
}
