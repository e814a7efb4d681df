//! The small vector type on which every kernel's one body is written, and the choice of its instance:
//! AVX-512, AVX2 with FMA, NEON, or an array of numbers. The array is the specification.
//!
//! All operations round exactly once, so that every instance gives the same bits.

use std::sync::OnceLock;

use super::vector_array::Array;
use crate::error::{Error, Result};

/// f32 runs on vectors; f64 runs on the array and is what gradient checks use.
pub trait Float: candle_core::WithDType + Default + std::ops::Neg<Output = Self> + Send + Sync {
    const ZERO: Self;
    const ONE: Self;
    /// How many terms of a power series reach this type's precision: (exp, ln, erf, cos).
    const TERMS: (usize, usize, usize, usize);
    /// Largest and smallest x with a finite, non-zero exp(x).
    const EXP_RANGE: (f64, f64);
    /// ln 2 as a short head, exact in products with small integers, and a tail.
    const LN_2: (f64, f64);
    const SMALLEST_NORMAL: f64;
    const MANTISSA_BITS: i32;

    fn of(value: f64) -> Self;
    fn multiply_add(self, factor: Self, addend: Self) -> Self;
    fn square_root(self) -> Self;
    fn round_to_even(self) -> Self;
    /// 2^self for an integral self within the normal exponents.
    fn power_of_two(self) -> Self;
    /// (m, e) with self = m * 2^e and m in [1, 2), for normal positive numbers.
    fn split(self) -> (Self, Self);
    /// Runs a kernel on the instance that was chosen for this process.
    fn dispatch<K: Kernel<Self>>(kernel: K) -> K::Output;
}

impl Float for f32 {
    const ZERO: Self = 0.0;
    const ONE: Self = 1.0;
    const TERMS: (usize, usize, usize, usize) = (7, 5, 44, 9);
    const EXP_RANGE: (f64, f64) = (88.722_84, -103.972_08);
    const LN_2: (f64, f64) = (0.693_359_375, -2.121_944_400_546_905_8e-4);
    const SMALLEST_NORMAL: f64 = f32::MIN_POSITIVE as f64;
    const MANTISSA_BITS: i32 = 24;

    #[inline(always)]
    fn of(value: f64) -> Self {
        value as f32
    }
    #[inline(always)]
    fn multiply_add(self, factor: Self, addend: Self) -> Self {
        self.mul_add(factor, addend)
    }
    #[inline(always)]
    fn square_root(self) -> Self {
        self.sqrt()
    }
    #[inline(always)]
    fn round_to_even(self) -> Self {
        self.round_ties_even()
    }
    #[inline(always)]
    fn power_of_two(self) -> Self {
        f32::from_bits(((self as i32 + 127) as u32) << 23)
    }
    #[inline(always)]
    fn split(self) -> (Self, Self) {
        let bits = self.to_bits();
        (f32::from_bits((bits & 0x007F_FFFF) | 0x3F80_0000), (bits >> 23) as i32 as f32 - 127.0)
    }
    #[inline]
    fn dispatch<K: Kernel<Self>>(kernel: K) -> K::Output {
        match instruction_set() {
            // SAFETY: `instruction_set` names only what this processor has.
            #[cfg(target_arch = "x86_64")]
            InstructionSet::Avx512 => unsafe { super::vector_x86::run_avx512(kernel) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            InstructionSet::Avx2 => unsafe { super::vector_x86::run_avx2(kernel) },
            // SAFETY: as above.
            #[cfg(target_arch = "aarch64")]
            InstructionSet::Neon => unsafe { super::vector_neon::run_neon(kernel) },
            _ => kernel.run::<Array<f32>>(),
        }
    }
}

impl Float for f64 {
    const ZERO: Self = 0.0;
    const ONE: Self = 1.0;
    const TERMS: (usize, usize, usize, usize) = (14, 12, 120, 14);
    const EXP_RANGE: (f64, f64) = (709.782_712_893_384, -745.133_219_101_941_2);
    const LN_2: (f64, f64) = (0.693_147_180_369_123_8, 1.908_214_929_270_587_7e-10);
    const SMALLEST_NORMAL: f64 = f64::MIN_POSITIVE;
    const MANTISSA_BITS: i32 = 53;

    #[inline(always)]
    fn of(value: f64) -> Self {
        value
    }
    #[inline(always)]
    fn multiply_add(self, factor: Self, addend: Self) -> Self {
        self.mul_add(factor, addend)
    }
    #[inline(always)]
    fn square_root(self) -> Self {
        self.sqrt()
    }
    #[inline(always)]
    fn round_to_even(self) -> Self {
        self.round_ties_even()
    }
    #[inline(always)]
    fn power_of_two(self) -> Self {
        f64::from_bits(((self as i64 + 1023) as u64) << 52)
    }
    #[inline(always)]
    fn split(self) -> (Self, Self) {
        let bits = self.to_bits();
        (f64::from_bits((bits & 0x000F_FFFF_FFFF_FFFF) | 0x3FF0_0000_0000_0000), (bits >> 52) as i64 as f64 - 1023.0)
    }
    #[inline]
    fn dispatch<K: Kernel<Self>>(kernel: K) -> K::Output {
        kernel.run::<Array<f64>>()
    }
}

/// One body for every processor. `run` must be `#[inline(always)]`, and so must all that it calls with a vector.
pub trait Kernel<T: Float> {
    type Output;
    fn run<V: Vector<Element = T>>(self) -> Self::Output;
}

/// `LANES` numbers that are worked on together.
pub trait Vector: Copy {
    type Element: Float;
    type Mask: Copy;
    const LANES: usize;
    /// Rows and columns of a block that is transposed at a time.
    const SIDE: usize = Self::LANES;
    /// How many vectors the processor's registers hold.
    const REGISTERS: usize;

    fn splat(value: Self::Element) -> Self;
    /// # Safety
    /// `from` must be valid for `LANES` elements.
    unsafe fn load(from: *const Self::Element) -> Self;
    /// The first `count < LANES` lanes; the others are +0.
    /// # Safety
    /// `from` must be valid for `count` elements.
    unsafe fn load_partial(from: *const Self::Element, count: usize) -> Self;
    /// # Safety
    /// `to` must be valid for `LANES` elements.
    unsafe fn store(self, to: *mut Self::Element);
    /// # Safety
    /// `to` must be valid for `count <= LANES` elements.
    unsafe fn store_partial(self, to: *mut Self::Element, count: usize);

    fn add(self, other: Self) -> Self;
    fn sub(self, other: Self) -> Self;
    fn mul(self, other: Self) -> Self;
    fn div(self, other: Self) -> Self;
    /// `self * factor + addend`, rounded once.
    fn fma(self, factor: Self, addend: Self) -> Self;
    fn sqrt(self) -> Self;
    fn round(self) -> Self;
    fn power_of_two(self) -> Self;
    fn split(self) -> (Self, Self);
    /// Ordered comparisons: false where a lane is NaN.
    fn equal(self, other: Self) -> Self::Mask;
    fn less(self, other: Self) -> Self::Mask;
    fn less_equal(self, other: Self) -> Self::Mask;
    fn select(mask: Self::Mask, yes: Self, no: Self) -> Self;

    /// `to[j * to_step + i] = from[i * from_step + j]` for `SIDE` rows of `SIDE` elements.
    /// # Safety
    /// Both must be valid for them.
    #[inline(always)]
    unsafe fn transpose(from: *const Self::Element, from_step: usize, to: *mut Self::Element, to_step: usize) {
        for i in 0..Self::SIDE {
            for j in 0..Self::SIDE {
                // SAFETY: the caller's promise.
                unsafe { *to.add(j * to_step + i) = *from.add(i * from_step + j) };
            }
        }
    }

    #[inline(always)]
    fn zero() -> Self {
        Self::splat(Self::Element::ZERO)
    }
    #[inline(always)]
    fn constant(value: f64) -> Self {
        Self::splat(Self::Element::of(value))
    }
    #[inline(always)]
    fn negate(self) -> Self {
        Self::constant(-0.0).sub(self)
    }
    /// # Safety
    /// `from` must be valid for `min(count, LANES)` elements.
    #[inline(always)]
    unsafe fn load_up_to(from: *const Self::Element, count: usize) -> Self {
        // SAFETY: the caller's promise.
        unsafe { if count >= Self::LANES { Self::load(from) } else { Self::load_partial(from, count) } }
    }
    /// Elements `position..position + LANES` of a row, +0 where that leaves the row.
    /// # Safety
    /// `row` must be valid for `length` elements.
    #[inline(always)]
    unsafe fn load_within(row: *const Self::Element, position: isize, length: usize) -> Self {
        let (length, lanes) = (length as isize, Self::LANES as isize);
        // SAFETY: the caller's promise; only elements within the row are read.
        unsafe {
            if position >= 0 && position + lanes <= length {
                return Self::load(row.offset(position));
            }
            if position >= length || position + lanes <= 0 {
                return Self::zero();
            }
            if position >= 0 {
                return Self::load_partial(row.offset(position), (length - position) as usize);
            }
            let missing = (-position) as usize;
            let mut buffer = [Self::Element::ZERO; 16];
            let count = (Self::LANES - missing).min(length as usize);
            std::ptr::copy_nonoverlapping(row, buffer.as_mut_ptr().add(missing), count);
            Self::load(buffer.as_ptr())
        }
    }
    /// # Safety
    /// `to` must be valid for `min(count, LANES)` elements.
    #[inline(always)]
    unsafe fn store_up_to(self, to: *mut Self::Element, count: usize) {
        // SAFETY: the caller's promise.
        unsafe { if count >= Self::LANES { self.store(to) } else { self.store_partial(to, count) } }
    }
}

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

#[cfg(target_arch = "x86_64")]
pub fn available() -> Vec<InstructionSet> {
    let mut sets = vec![InstructionSet::Scalar];
    if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
        sets.push(InstructionSet::Avx2);
        if is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512dq") {
            sets.push(InstructionSet::Avx512);
        }
    }
    sets
}

#[cfg(target_arch = "aarch64")]
pub fn available() -> Vec<InstructionSet> {
    let mut sets = vec![InstructionSet::Scalar];
    if std::arch::is_aarch64_feature_detected!("neon") {
        sets.push(InstructionSet::Neon);
    }
    sets
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
pub fn available() -> Vec<InstructionSet> {
    vec![InstructionSet::Scalar]
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
pub fn instruction_set() -> InstructionSet {
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
