use super::assert_same_bits;
use crate::kernels::math;
use crate::kernels::pointwise::{Pointwise, map};
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

functions! {
    Exp math::exp;
    Ln math::ln;
    Tanh math::tanh;
    Sigmoid math::sigmoid;
    Erf math::erf;
    CosTurns math::cos_turns;
}

#[test]
fn every_instance_gives_the_same_bits_for_numbers_from_everywhere() {
    let numbers: Vec<f32> = (0..=u32::MAX).step_by(10_007).map(f32::from_bits).collect();
    assert_same_bits("exp", || map(Exp, [&numbers]).unwrap());
    assert_same_bits("ln", || map(Ln, [&numbers]).unwrap());
    assert_same_bits("tanh", || map(Tanh, [&numbers]).unwrap());
    assert_same_bits("sigmoid", || map(Sigmoid, [&numbers]).unwrap());
    assert_same_bits("erf", || map(Erf, [&numbers]).unwrap());
    assert_same_bits("cos", || map(CosTurns, [&numbers]).unwrap());
}
