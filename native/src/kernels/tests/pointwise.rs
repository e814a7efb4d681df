use super::{CASES, Chance, InstructionSet, assert_bits, assert_same_bits, bits, on_instance};
use crate::kernels::choice::{compare, select};
use crate::kernels::pointwise::*;
use crate::kernels::rows::Rows;

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
    assert_same_bits((name, inputs), || map(function, inputs, &Rows::alike(inputs[0].len())).unwrap());
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
        check!([&a]; Hardswish, Mish);
        check!([&a, &b]; Add, Subtract, Multiply, Divide, Maximum, Minimum);
        check!([&a, &b]; ReluGradient, TanhGradient, SigmoidGradient, GeluGradient, SiluGradient);
        check!([&a, &b]; AbsoluteGradient, SquareGradient, HardswishGradient, MishGradient);
        check("Affine", Affine { scale: f64::from(chance.numbers(1)[0]), shift: 0.1 }, [&a]);
        let (slope, beta) = (f64::from(chance.numbers(1)[0]), 0.5 + f64::from(chance.numbers(1)[0]));
        check("LeakyRelu", LeakyRelu { slope }, [&a]);
        check("LeakyReluGradient", LeakyReluGradient { slope }, [&a, &b]);
        check("Elu", Elu { alpha: slope }, [&a]);
        check("EluGradient", EluGradient { alpha: slope }, [&a, &b]);
        check("Softplus", Softplus { beta, threshold: 20.0 }, [&a]);
        check("SoftplusGradient", SoftplusGradient { beta, threshold: 20.0 }, [&a, &b]);
        assert_same_bits(&a, || {
            let mut target = a.clone();
            map_in_place(Add, &mut target, &b);
            target
        });
    }
}

#[test]
fn operands_that_are_broadcast_are_read_as_if_they_were_copied_out() {
    for case in 0..CASES {
        let mut chance = Chance::of(case);
        let sizes = [chance.pick(1, 4), chance.pick(1, 5), chance.pick(1, 40)];
        // Each operand has each dimension or repeats along it; strides are those of a dense tensor of what it has.
        let has: [[bool; 3]; 3] = std::array::from_fn(|_| std::array::from_fn(|_| chance.flag()));
        let own = has.map(|has| [0, 1, 2].map(|d| if has[d] { sizes[d] } else { 1 }));
        let strides: [[usize; 3]; 3] = std::array::from_fn(|n| {
            let [_, rows, columns] = own[n];
            let [planes, lines, elements] = has[n].map(usize::from);
            [planes * rows * columns, lines * columns, elements]
        });
        let inputs = own.map(|own| operand(&mut chance, own.iter().product()));
        let [planes, lines, columns] = sizes;
        let dimension = |d: usize| (sizes[d], [0, 1, 2].map(|n| strides[n][d]));
        let copied = |n: usize| -> Vec<f32> {
            let place = |i: usize| [i / columns / lines % planes, i / columns % lines, i % columns];
            let at = |i: usize| (0..3).map(|d| place(i)[d] * strides[n][d]).sum::<usize>();
            (0..planes * lines * columns).map(|i| inputs[n][at(i)]).collect()
        };
        let (a, b, c) = (copied(0), copied(1), copied(2));
        let alike = Rows::alike(a.len());
        let expected = on_instance(InstructionSet::Scalar, &|| map(Subtract, [&a, &b], &alike).unwrap());
        let pair = Rows::of((0..3).rev().map(|d| (sizes[d], [strides[0][d], strides[1][d]]))).unwrap();
        assert_bits((sizes, has), &expected, || map(Subtract, [&inputs[0], &inputs[1]], &pair).unwrap());
        let less: Vec<u8> = a.iter().zip(&b).map(|(a, b)| u8::from(a < b)).collect();
        assert_eq!(compare(|a, b| a < b, [&inputs[0], &inputs[1]], &pair).unwrap(), less);
        let on: Vec<u8> = inputs[2].iter().map(|&number| u8::from(number > 0.0)).collect();
        let rows = Rows::of((0..3).rev().map(dimension).map(|(size, [a, b, c])| (size, [c, a, b]))).unwrap();
        let chosen: Vec<f32> = (0..a.len()).map(|i| if c[i] > 0.0 { a[i] } else { b[i] }).collect();
        assert_eq!(bits(&select(&on, &inputs[0], &inputs[1], &rows).unwrap()), bits(&chosen));
    }
}
