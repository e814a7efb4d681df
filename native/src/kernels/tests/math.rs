use super::assert_same_bits;
use crate::error::Result;
use crate::kernels::math;
use crate::kernels::pointwise::{Pointwise, map};
use crate::kernels::rows::Rows;
use crate::kernels::vector::Vector;

macro_rules! functions {
    ($($name:ident $function:path;)*) => { $(
        #[derive(Clone, Copy)]
        struct $name;
        impl Pointwise<f32, 1> for $name {
            #[inline(always)]
            fn apply<V: Vector<Element = f32>>(self, [x]: [V; 1]) -> V {
                $function(x)
            }
        }
    )* };
}

fn apply(function: impl Pointwise<f32, 1>, numbers: &[f32]) -> Result<Vec<f32>> {
    map(function, [numbers], &Rows::alike(numbers.len()))
}

functions! {
    Exp math::exp;
    Ln math::ln;
    Tanh math::tanh;
    Sigmoid math::sigmoid;
    Erf math::erf;
    CosTurns math::cos_turns;
    ExpMinusOne math::exp_minus_one;
    LnOnePlus math::ln_one_plus;
}

#[test]
fn every_instance_gives_the_same_bits_for_numbers_from_everywhere() {
    let numbers: Vec<f32> = (0..=u32::MAX).step_by(10_007).map(f32::from_bits).collect();
    assert_same_bits("exp", || apply(Exp, &numbers).unwrap());
    assert_same_bits("ln", || apply(Ln, &numbers).unwrap());
    assert_same_bits("tanh", || apply(Tanh, &numbers).unwrap());
    assert_same_bits("sigmoid", || apply(Sigmoid, &numbers).unwrap());
    assert_same_bits("erf", || apply(Erf, &numbers).unwrap());
    let small: Vec<f32> = numbers.iter().copied().filter(|number| number.is_nan() || number.abs() <= 80.0).collect();
    assert_same_bits("exp - 1", || apply(ExpMinusOne, &small).unwrap());
    assert_same_bits("ln(1 + x)", || apply(LnOnePlus, &numbers).unwrap());
    assert_same_bits("cos", || apply(CosTurns, &numbers).unwrap());
}
