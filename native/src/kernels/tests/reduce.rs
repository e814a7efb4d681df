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

#[test]
fn threads_that_take_turns_give_the_definitions_bits() {
    crate::parallel::configure(3);
    for inner in [2, 7, 64, 300] {
        let extent = Extent { outer: 1, terms: 80_000 / inner, inner };
        let x = Chance::of(inner as u32).numbers(extent.terms * inner);
        let mut partials = vec![[0f32; PARTIALS]; inner];
        for (place, x) in x.iter().enumerate() {
            partials[place % inner][place / inner % PARTIALS] += x;
        }
        let expected: Vec<f32> = partials.into_iter().map(join).collect();
        assert_bits(extent, &expected, || sum(Identity, [&x], extent).unwrap());
        assert_eq!(sum(Identity, [&x], extent).unwrap(), expected, "on several threads");
    }
}
