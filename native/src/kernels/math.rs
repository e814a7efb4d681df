//! Elementary functions as series of fused multiply-adds: the same bits on every processor, which the
//! system's libm does not promise. Each is one body over vectors of f32 or f64.

use super::vector::{Array, Float, Vector};

/// e^r - 1 for small r: Horner's rule over r / 1! + r^2 / 2! + ...
#[inline(always)]
fn exp_minus_one_series<V: Vector>(r: V) -> V {
    let mut sum = V::constant(1.0);
    for n in (2..V::Element::TERMS.0 + 1).rev() {
        sum = sum.mul(V::constant(1.0 / n as f64)).fma(r, V::constant(1.0));
    }
    sum.mul(r)
}

/// Splits x = n ln 2 + r with |r| <= ln 2 / 2.
#[inline(always)]
fn reduce<V: Vector>(x: V) -> (V, V) {
    let n = x.mul(V::constant(std::f64::consts::LOG2_E)).round();
    let (head, tail) = V::Element::LN_2;
    let r = n.fma(V::constant(-head), x);
    (n, n.fma(V::constant(-tail), r))
}

/// e^x. NaN passes on; overflow gives infinity, underflow denormals and then 0.
#[inline(always)]
pub fn exp<V: Vector>(x: V) -> V {
    let (above, below) = V::Element::EXP_RANGE;
    let (above, below) = (V::constant(above), V::constant(below));
    let (n, r) = reduce(below.larger(above.smaller(x)));
    exp_minus_one_series(r).add(V::constant(1.0)).times_power_of_two(n)
}

/// e^x - 1 without cancellation, for x in [-80, 80]; from -40 on downwards it is -1.
#[inline(always)]
pub fn exp_minus_one<V: Vector>(x: V) -> V {
    let (n, r) = reduce(x);
    let power = n.power_of_two();
    power.fma(exp_minus_one_series(r), power.sub(V::constant(1.0)))
}

/// ln(2^exponent (1 + f)) for 1 + f in [sqrt(1/2), sqrt 2): 2 artanh(s) with s = f / (2 + f).
#[inline(always)]
fn ln_series<V: Vector>(f: V, exponent: V) -> V {
    let s = f.div(f.add(V::constant(2.0)));
    let square = s.mul(s);
    let mut sum = V::zero();
    for n in (1..V::Element::TERMS.1 + 1).rev() {
        sum = sum.fma(square, V::constant(2.0 / (2 * n + 1) as f64));
    }
    let (head, tail) = V::Element::LN_2;
    // 2 s + s^3 (2/3 + 2/5 s^2 + ...), and 2 s = f - s f.
    let small = sum.mul(square).mul(s);
    let tail = exponent.fma(V::constant(tail), small);
    let two_s = s.add(s);
    exponent.fma(V::constant(head), two_s.add(tail))
}

/// ln(1 + x) for x in [0, 1], exact in proportion for small x too.
#[inline(always)]
pub fn ln_one_plus<V: Vector>(x: V) -> V {
    let one = V::constant(1.0);
    let large = V::constant(std::f64::consts::SQRT_2 - 1.0).less(x);
    let f = V::select(large, x.sub(one).mul(V::constant(0.5)), x);
    ln_series(f, V::select(large, one, V::zero()))
}

/// ln x. 0 gives -infinity, a negative number NaN.
#[inline(always)]
pub fn ln<V: Vector>(x: V) -> V {
    let tiny = x.less(V::constant(V::Element::SMALLEST_NORMAL));
    let lift = V::Element::MANTISSA_BITS;
    let scaled = V::select(tiny, x.mul(V::constant((1u64 << lift) as f64)), x);
    let (mantissa, exponent) = scaled.split();
    let exponent = V::select(tiny, exponent.sub(V::constant(f64::from(lift))), exponent);
    // m in [1, 2) becomes one in [sqrt(1/2), sqrt 2).
    let large = V::constant(std::f64::consts::SQRT_2).less(mantissa);
    let mantissa = V::select(large, mantissa.mul(V::constant(0.5)), mantissa);
    let exponent = V::select(large, exponent.add(V::constant(1.0)), exponent);
    let result = ln_series(mantissa.sub(V::constant(1.0)), exponent);
    let result = V::select(x.equal(V::zero()), V::constant(f64::NEG_INFINITY), result);
    let result = V::select(x.less(V::zero()), V::constant(f64::NAN), result);
    let result = V::select(x.equal(V::constant(f64::INFINITY)), x, result);
    V::select(x.equal(x), result, x)
}

/// The larger of two numbers, the first of equals. NaN passes on.
#[inline(always)]
pub fn maximum<V: Vector>(a: V, b: V) -> V {
    V::select(a.less(b), b, V::select(b.equal(b), a, b))
}

/// The smaller of two numbers, the first of equals. NaN passes on.
#[inline(always)]
pub fn minimum<V: Vector>(a: V, b: V) -> V {
    V::select(b.less(a), b, V::select(b.equal(b), a, b))
}

#[inline(always)]
pub fn absolute<V: Vector>(x: V) -> V {
    V::select(x.less_equal(V::zero()), V::zero().sub(x), x)
}

/// (e^2x - 1) / (e^2x + 1), with e^2x - 1 free of cancellation.
#[inline(always)]
pub fn tanh<V: Vector>(x: V) -> V {
    let limit = V::constant(22.0);
    let size = absolute(x);
    let size = V::select(limit.less(size), limit, size);
    let minus_one = exp_minus_one(size.add(size));
    let result = minus_one.div(minus_one.add(V::constant(2.0)));
    V::select(x.less(V::zero()), result.negate(), V::select(x.equal(V::zero()), x, result))
}

/// 1 / (1 + e^-x).
#[inline(always)]
pub fn sigmoid<V: Vector>(x: V) -> V {
    let one = V::constant(1.0);
    one.div(one.add(exp(x.negate())))
}

/// erf x: in f32 a quotient of polynomials (relative error below 4e-7), in f64 a series.
#[inline(always)]
pub fn erf<V: Vector>(x: V) -> V {
    let single = V::Element::TERMS.2 == 0;
    let (one, limit) = (V::constant(1.0), V::constant(if single { 4.0 } else { 6.0 }));
    let size = absolute(x);
    let result = if single { erf_quotient(size) } else { erf_series(V::select(limit.less(size), limit, size)) };
    let result = V::select(limit.less(size), one, result);
    V::select(x.less(V::zero()), result.negate(), result)
}

/// erf x = x P(x^2) / Q(x^2) for x in [0, 4]: coefficients of the least largest relative error, 2.5e-8 before rounding.
#[inline(always)]
fn erf_quotient<V: Vector>(x: V) -> V {
    const P: [f64; 6] =
        [1.128_379_139_4, 0.193_546_702_9, 0.053_101_788_0, 0.003_883_350_216, 2.845_556_382e-4, 1.986_646_148e-6];
    const Q: [f64; 6] = [1.0, 0.504_858_857_1, 0.115_350_515_2, 0.015_207_292_96, 0.001_185_551_867, 3.741_819_648e-5];
    let square = x.mul(x);
    let (mut above, mut below) = (V::constant(P[5]), V::constant(Q[5]));
    for n in (0..5).rev() {
        above = above.fma(square, V::constant(P[n]));
        below = below.fma(square, V::constant(Q[n]));
    }
    x.mul(above.div(below))
}

/// erf x = 2/sqrt(pi) e^(-x^2) x (1 + 2x^2/3 (1 + 2x^2/5 (1 + ...))), a series of positive terms.
#[inline(always)]
fn erf_series<V: Vector>(x: V) -> V {
    let square = x.mul(x);
    let twice = square.add(square);
    let one = V::constant(1.0);
    let mut sum = one;
    for n in (1..V::Element::TERMS.2 + 1).rev() {
        sum = sum.mul(twice.mul(V::constant(1.0 / (2 * n + 1) as f64))).add(one);
    }
    V::constant(std::f64::consts::FRAC_2_SQRT_PI).mul(exp(square.negate())).mul(x).mul(sum)
}

/// cos(2 pi t), t in turns: the reduction to |t| <= 1/2 is exact.
#[inline(always)]
pub fn cos_turns<V: Vector>(t: V) -> V {
    let t = t.sub(t.round());
    let angle = t.mul(V::constant(std::f64::consts::TAU));
    let square = angle.mul(angle);
    let mut sum = V::constant(1.0);
    for n in (1..V::Element::TERMS.3 + 1).rev() {
        let step = V::constant(-1.0 / ((2 * n - 1) * 2 * n) as f64);
        sum = sum.mul(square.mul(step)).add(V::constant(1.0));
    }
    sum
}

/// One number through a vector function.
#[inline(always)]
fn single(x: f64, function: impl Fn(Array<f64>) -> Array<f64>) -> f64 {
    let mut out = [0.0];
    // SAFETY: one lane is stored to one element.
    unsafe { function(Array::splat(x)).store_partial(out.as_mut_ptr(), 1) };
    out[0]
}

pub fn exp_f64(x: f64) -> f64 {
    single(x, exp)
}
pub fn ln_f64(x: f64) -> f64 {
    single(x, ln)
}
pub fn tanh_f64(x: f64) -> f64 {
    single(x, tanh)
}
/// cos x for x in radians.
pub fn cos_f64(x: f64) -> f64 {
    single(x / std::f64::consts::TAU, cos_turns)
}

/// base^exponent by squaring: a fixed sequence of multiplications.
pub fn powi(base: f64, exponent: u32) -> f64 {
    let (mut result, mut square, mut rest) = (1.0, base, exponent);
    while rest > 0 {
        if rest & 1 == 1 {
            result *= square;
        }
        square *= square;
        rest >>= 1;
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    fn single_f32(x: f32, function: impl Fn(Array<f32>) -> Array<f32>) -> f32 {
        let mut out = [0.0];
        // SAFETY: one lane is stored to one element.
        unsafe { function(Array::splat(x)).store_partial(out.as_mut_ptr(), 1) };
        out[0]
    }

    fn close(name: &str, x: f64, ours: f64, theirs: f64, relative: f64) {
        let error = (ours - theirs).abs() / theirs.abs().max(1e-300);
        assert!(error <= relative || ours == theirs, "{name}({x}) = {ours}, not {theirs}: {error:e}");
    }

    #[test]
    fn functions_are_accurate_in_both_precisions() {
        for step in -8000..8000 {
            let x = f64::from(step) * 0.01 + 0.001_7;
            close("exp", x, exp_f64(x), x.exp(), 4e-16 * (2.0 + x.abs()));
            close("exp", x, f64::from(single_f32(x as f32, exp)), f64::from(x as f32).exp(), 3e-7);
            close("tanh", x, tanh_f64(x), x.tanh(), 2e-15);
            close("tanh", x, f64::from(single_f32(x as f32, tanh)), f64::from(x as f32).tanh(), 6e-7);
            if x > 0.0 {
                close("ln", x, ln_f64(x), x.ln(), 4e-15);
                close("ln", x, f64::from(single_f32(x as f32, ln)), f64::from(x as f32).ln(), 4e-7);
                close("sigmoid", x, single(x, sigmoid), 1.0 / (1.0 + (-x).exp()), 1e-15);
            }
            close("erf", x, f64::from(single_f32(x as f32, erf)), single(f64::from(x as f32), erf), 4e-7);
            if x <= 0.0 {
                close("exp - 1", x, single(x.max(-80.0), exp_minus_one), x.exp_m1(), 2e-15);
                let ours = f64::from(single_f32(x.max(-80.0) as f32, exp_minus_one));
                close("exp - 1", x, ours, f64::from(x as f32).exp_m1(), 4e-7);
            }
            let part = f64::from((x / 80.0).abs() as f32);
            close("ln(1 + x)", part, single(part, ln_one_plus), part.ln_1p(), 2e-15);
            close("ln(1 + x)", part, f64::from(single_f32(part as f32, ln_one_plus)), part.ln_1p(), 4e-7);
            if x.abs() < 20.0 {
                assert!((cos_f64(x) - x.cos()).abs() < 5e-15, "cos({x}) = {} not {}", cos_f64(x), x.cos());
            }
        }
        // From tables: erf(0.5), erf(1), erf(2), erf(3).
        for (x, erf_x) in [
            (0.5, 0.520_499_877_813_046_5),
            (1.0, 0.842_700_792_949_714_9),
            (2.0, 0.995_322_265_018_952_7),
            (3.0, 0.999_977_909_503_001_4),
        ] {
            close("erf", x, single(x, erf), erf_x, 1e-14);
            close("erf", x, f64::from(single_f32(x as f32, erf)), erf_x, 4e-7);
        }
    }

    #[test]
    fn functions_treat_the_edges_as_ieee_does() {
        assert_eq!(single_f32(f32::INFINITY, exp), f32::INFINITY);
        assert_eq!(single_f32(f32::NEG_INFINITY, exp), 0.0);
        assert_eq!(single_f32(89.0, exp), f32::INFINITY);
        assert!(single_f32(-100.0, exp) > 0.0, "exp(-100) is a denormal");
        assert!(single_f32(88.722_83, exp) < f32::INFINITY);
        assert_eq!((exp_f64(709.79), exp_f64(-745.14)), (f64::INFINITY, 0.0));
        assert!(exp_f64(709.78) < f64::INFINITY && exp_f64(-745.13) > 0.0);
        assert_eq!(single_f32(0.0, exp), 1.0);
        assert_eq!(single_f32(0.0, ln), f32::NEG_INFINITY);
        assert_eq!(single_f32(1.0, ln), 0.0);
        assert_eq!(single_f32(f32::INFINITY, ln), f32::INFINITY);
        assert!(single_f32(-1.0, ln).is_nan());
        close("ln", 1e-40, f64::from(single_f32(1e-40, ln)), f64::from(1e-40_f32).ln(), 4e-7);
        for function in [exp, ln, tanh, sigmoid, erf] {
            assert!(single_f32(f32::NAN, function).is_nan());
        }
        assert_eq!(single_f32(100.0, tanh), 1.0);
        assert_eq!(single_f32(-100.0, tanh), -1.0);
    }
}
