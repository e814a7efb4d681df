use super::{CASES, Chance, assert_bits};
use crate::kernels::partials::{PARTIALS, join};
use crate::kernels::reduce::{Extent, sum};

#[test]
fn every_instance_gives_the_sums_definitions_bits_over_random_shapes() {
    for case in 0..CASES {
        let mut chance = Chance::of(case);
        let inner = if chance.flag() { 1 } else { chance.pick(2, 40) };
        let extent = Extent { outer: chance.pick(1, 6), terms: chance.pick(0, 80), inner };
        let Extent { outer, terms, inner } = extent;
        let x = chance.numbers(outer * terms * inner);
        let mut expected = Vec::new();
        for o in 0..outer {
            for i in 0..inner {
                let mut partials = [0f32; PARTIALS];
                for j in 0..terms {
                    partials[j % PARTIALS] += x[(o * terms + j) * inner + i];
                }
                expected.push(join(partials));
            }
        }
        assert_bits(extent, &expected, || sum(&x, extent).unwrap());
    }
}
