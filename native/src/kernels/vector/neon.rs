//! The NEON instance of the vector type.
//!
//! SAFETY of every intrinsic below: a vector is only ever made inside [`run_neon`], which is only called
//! where the processor has the instructions.

use std::arch::aarch64::*;

use super::intrinsics::intrinsics;
use super::traits::{Kernel, Vector};

/// Eight lanes in a pair of registers: each weight that is splatted serves two multiply-adds, and the 32
/// registers hold sixteen such vectors.
#[derive(Clone, Copy)]
pub struct Neon(float32x4_t, float32x4_t);

#[derive(Clone, Copy)]
pub struct Mask(uint32x4_t, uint32x4_t);

/// # Safety
/// The processor must have NEON.
#[target_feature(enable = "neon")]
pub unsafe fn run_neon<K: Kernel<f32>>(kernel: K) -> K::Output {
    kernel.run::<Neon>()
}

/// # Safety
/// `from` must be valid for `min(count, 4)` elements.
#[inline(always)]
unsafe fn load_four(from: *const f32, count: usize) -> float32x4_t {
    // SAFETY: the caller's promise.
    unsafe {
        match count {
            0 => vdupq_n_f32(0.0),
            1 => vld1q_lane_f32::<0>(from, vdupq_n_f32(0.0)),
            2 => vcombine_f32(vld1_f32(from), vdup_n_f32(0.0)),
            3 => vld1q_lane_f32::<2>(from.add(2), vcombine_f32(vld1_f32(from), vdup_n_f32(0.0))),
            _ => vld1q_f32(from),
        }
    }
}

/// # Safety
/// `to` must be valid for `min(count, 4)` elements.
#[inline(always)]
unsafe fn store_four(lanes: float32x4_t, to: *mut f32, count: usize) {
    // SAFETY: the caller's promise.
    unsafe {
        match count {
            0 => {}
            1 => vst1q_lane_f32::<0>(to, lanes),
            2 => vst1_f32(to, vget_low_f32(lanes)),
            3 => {
                vst1_f32(to, vget_low_f32(lanes));
                vst1q_lane_f32::<2>(to.add(2), lanes);
            }
            _ => vst1q_f32(to, lanes),
        }
    }
}

/// 2^exponent.
///
/// # Safety
/// The processor must have NEON.
#[inline(always)]
unsafe fn power_of_two_of_four(exponents: float32x4_t) -> float32x4_t {
    // SAFETY: see the top of this file.
    unsafe { vreinterpretq_f32_s32(vshlq_n_s32::<23>(vaddq_s32(vcvtq_s32_f32(exponents), vdupq_n_s32(127)))) }
}

/// As [`Vector::split`].
///
/// # Safety
/// The processor must have NEON.
#[inline(always)]
unsafe fn split_four(numbers: float32x4_t) -> (float32x4_t, float32x4_t) {
    // SAFETY: see the top of this file.
    unsafe {
        let bits = vreinterpretq_u32_f32(numbers);
        let mantissa = vorrq_u32(vandq_u32(bits, vdupq_n_u32(0x007F_FFFF)), vdupq_n_u32(0x3F80_0000));
        let exponent = vcvtq_f32_u32(vshrq_n_u32::<23>(bits));
        (vreinterpretq_f32_u32(mantissa), vsubq_f32(exponent, vdupq_n_f32(127.0)))
    }
}

impl Vector for Neon {
    type Element = f32;
    type Mask = Mask;
    const LANES: usize = 8;
    const REGISTERS: usize = 16;

    #[inline(always)]
    fn splat(value: f32) -> Self {
        // SAFETY: see the top of this file.
        let lanes = unsafe { vdupq_n_f32(value) };
        Self(lanes, lanes)
    }
    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        // SAFETY: the caller's promise.
        unsafe { Self(vld1q_f32(from), vld1q_f32(from.add(4))) }
    }
    #[inline(always)]
    unsafe fn load_partial(from: *const f32, count: usize) -> Self {
        // SAFETY: the caller's promise.
        unsafe { Self(load_four(from, count), load_four(from.wrapping_add(4), count.saturating_sub(4))) }
    }
    #[inline(always)]
    unsafe fn store(self, to: *mut f32) {
        // SAFETY: the caller's promise.
        unsafe {
            vst1q_f32(to, self.0);
            vst1q_f32(to.add(4), self.1);
        }
    }
    #[inline(always)]
    unsafe fn store_partial(self, to: *mut f32, count: usize) {
        // SAFETY: the caller's promise.
        unsafe {
            store_four(self.0, to, count);
            store_four(self.1, to.wrapping_add(4), count.saturating_sub(4));
        }
    }
    intrinsics! { Self (0 1) -> Self:
        add 2 vaddq_f32;
        sub 2 vsubq_f32;
        mul 2 vmulq_f32;
        div 2 vdivq_f32;
        sqrt 1 vsqrtq_f32;
        round 1 vrndnq_f32;
        power_of_two 1 power_of_two_of_four;
    }
    #[inline(always)]
    fn fma(self, factor: Self, addend: Self) -> Self {
        // SAFETY: see the top of this file.
        unsafe { Self(vfmaq_f32(addend.0, self.0, factor.0), vfmaq_f32(addend.1, self.1, factor.1)) }
    }
    #[inline(always)]
    fn split(self) -> (Self, Self) {
        // SAFETY: see the top of this file.
        let ((low, low_exponent), (high, high_exponent)) = unsafe { (split_four(self.0), split_four(self.1)) };
        (Self(low, high), Self(low_exponent, high_exponent))
    }
    intrinsics! { Mask (0 1) -> Self::Mask:
        equal 2 vceqq_f32;
        less 2 vcltq_f32;
        less_equal 2 vcleq_f32;
    }
    #[inline(always)]
    fn select(mask: Self::Mask, yes: Self, no: Self) -> Self {
        // SAFETY: see the top of this file.
        unsafe { Self(vbslq_f32(mask.0, yes.0, no.0), vbslq_f32(mask.1, yes.1, no.1)) }
    }
}
