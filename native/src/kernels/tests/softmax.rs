use super::{CASES, Chance, assert_same_bits};
use crate::kernels::reduce::Extent;
use crate::kernels::softmax::{Softmax, softmax, softmax_gradient};

#[test]
fn every_instance_gives_the_same_bits_over_random_shapes() {
    for case in 0..CASES {
        let mut chance = Chance::of(case);
        let extent = Extent { outer: chance.pick(1, 4), terms: chance.pick(1, 20), inner: chance.pick(1, 40) };
        let length = extent.outer * extent.terms * extent.inner;
        let x: Vec<f32> = chance.numbers(length).iter().map(|x| 30.0 * x).collect();
        let dy = chance.numbers(length);
        for kind in [Softmax::Plain, Softmax::Logarithm] {
            assert_same_bits(extent, || {
                let y = softmax(&x, extent, kind).unwrap();
                let dx = softmax_gradient(&y, &dy, extent, kind).unwrap();
                [y, dx].concat()
            });
        }
    }
}
