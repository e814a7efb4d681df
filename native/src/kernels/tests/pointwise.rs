use super::{CASES, Chance, assert_same_bits};
use crate::kernels::pointwise::*;

const EDGES: [f32; 8] = [0.0, -0.0, 1.0, f32::INFINITY, f32::NEG_INFINITY, f32::NAN, 1e-40, -3e38];

/// Ordinary numbers, any bits at all, and the edges of the format.
fn operand(chance: &mut Chance, length: usize) -> Vec<f32> {
    (0..length)
        .map(|_| match chance.pick(0, 7) {
            0 => EDGES[chance.pick(0, EDGES.len() - 1)],
            1 | 2 => f32::from_bits(chance.word()),
            _ => 20.0 * chance.numbers(1)[0],
        })
        .collect()
}

#[track_caller]
fn check<F: Pointwise<f32, N>, const N: usize>(name: &str, function: F, inputs: [&[f32]; N]) {
    assert_same_bits((name, inputs), || map(function, inputs).unwrap());
}

#[test]
fn every_instance_gives_the_same_bits_over_random_lengths_and_numbers() {
    for case in 0..CASES {
        let mut chance = Chance::of(case);
        let length = chance.pick(0, 40);
        let (a, b) = (operand(&mut chance, length), operand(&mut chance, length));
        macro_rules! check {
            ($inputs:expr; $($function:ident),*) => { $( check(stringify!($function), $function, $inputs); )* };
        }
        check!([&a]; Negate, Absolute, Square, SquareRoot, Exponential, Logarithm, Tanh, Sigmoid, Relu, Gelu, Silu);
        check!([&a, &b]; Add, Subtract, Multiply, Divide, Maximum, Minimum);
        check!([&a, &b]; ReluGradient, TanhGradient, SigmoidGradient, GeluGradient, SiluGradient);
        check("Affine", Affine { scale: f64::from(chance.numbers(1)[0]), shift: 0.1 }, [&a]);
        let number = operand(&mut chance, 1)[0];
        check("WithNumber", WithNumber { function: Divide, number, number_first: chance.flag() }, [&a]);
        assert_same_bits(&a, || {
            let mut target = a.clone();
            map_in_place(Add, &mut target, &b);
            target
        });
    }
}
