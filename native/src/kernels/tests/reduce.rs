use super::{CASES, Chance, assert_bits};
use crate::kernels::partials::{PARTIALS, join};
use crate::kernels::pointwise::{Identity, Multiply};
use crate::kernels::reduce::{Extent, sum};

#[test]
fn every_instance_gives_the_sums_definitions_bits_over_random_shapes() {
    for case in 0..CASES {
        let mut chance = Chance::of(case);
        let inner = if chance.flag() { 1 } else { chance.pick(2, 300) };
        let extent = Extent { outer: chance.pick(1, 6), terms: chance.pick(0, 80), inner };
        let Extent { outer, terms, inner } = extent;
        let count = outer * terms * inner;
        let (x, y) = (chance.numbers(count), chance.numbers(count));
        let (mut expected, mut products) = (Vec::new(), Vec::new());
        for o in 0..outer {
            for i in 0..inner {
                let (mut partials, mut product_partials) = ([0f32; PARTIALS], [0f32; PARTIALS]);
                for j in 0..terms {
                    let place = (o * terms + j) * inner + i;
                    partials[j % PARTIALS] += x[place];
                    product_partials[j % PARTIALS] += x[place] * y[place];
                }
                expected.push(join(partials));
                products.push(join(product_partials));
            }
        }
        assert_bits(extent, &products, || sum(Multiply, [&x, &y], extent).unwrap());
        assert_bits(extent, &expected, || sum(Identity, [&x], extent).unwrap());
    }
}
