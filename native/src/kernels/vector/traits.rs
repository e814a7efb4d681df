//! What a number, a vector of numbers and a kernel are.

/// f32 runs on vectors; f64, for gradient checks, on the array.
pub trait Float: candle_core::WithDType + Default + std::ops::Neg<Output = Self> + Send + Sync {
    const ZERO: Self;
    const ONE: Self;
    /// How many terms of a power series reach this type's precision: (exp, ln, erf, cos); 0 where erf is no series.
    const TERMS: (usize, usize, usize, usize);
    /// Numbers beyond which exp(x) is infinite and 0, with exponents that two factors reach.
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
    #[inline]
    fn dispatch<K: Kernel<Self>>(kernel: K) -> K::Output {
        Self::dispatch_for(usize::MAX, kernel)
    }
    /// Runs a kernel of `lanes` lanes at a time: as [`Self::dispatch`], but on a narrower vector if they are one.
    fn dispatch_for<K: Kernel<Self>>(lanes: usize, kernel: K) -> K::Output;
}

/// One body for every processor. `run` must be `#[inline(always)]`, and so must every function that it gives a vector.
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
    /// The first `count < LANES` lanes; the other lanes are +0.
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
    /// `from` and `to` must be valid for these elements.
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
    /// The larger number; `other` where they are equal or one is NaN.
    #[inline(always)]
    fn larger(self, other: Self) -> Self {
        Self::select(other.less(self), self, other)
    }
    /// The smaller number; `other` where they are equal or one is NaN.
    #[inline(always)]
    fn smaller(self, other: Self) -> Self {
        Self::select(self.less(other), self, other)
    }
    /// `self * 2^n`, rounded once, for an integral n down to twice the least normal exponent.
    #[inline(always)]
    fn times_power_of_two(self, n: Self) -> Self {
        // Two factors, so that neither leaves the normal exponents where the product is still a denormal.
        let half = n.mul(Self::constant(0.5)).round();
        self.mul(half.power_of_two()).mul(n.sub(half).power_of_two())
    }
    /// # Safety
    /// `from` must be valid for `min(count, LANES)` elements.
    #[inline(always)]
    unsafe fn load_up_to(from: *const Self::Element, count: usize) -> Self {
        // SAFETY: the caller's promise.
        unsafe { if count >= Self::LANES { Self::load(from) } else { Self::load_partial(from, count) } }
    }
    /// Elements `position..position + LANES` of a row, +0 outside the row.
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
