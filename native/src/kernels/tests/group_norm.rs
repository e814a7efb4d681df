use super::{CASES, Chance, assert_bits};
use crate::kernels::normalization::{
    Affine, Backward, By, Channels, GroupsBackward, Incoming, channels_backward, forward, groups_backward, groups_forward,
};

/// `[rows, columns]` to `[columns, rows]`.
fn transposed(x: &[f32], columns: usize) -> Vec<f32> {
    (0..columns).flat_map(|column| x.iter().skip(column).step_by(columns).copied()).collect()
}

#[test]
fn images_innermost_have_the_bits_of_images_outermost_over_random_shapes() {
    for case in 0..CASES {
        let mut chance = Chance::of(case);
        let [groups, runs] = [0, 1].map(|_| chance.pick(1, 3));
        let large = chance.pick(0, 19) == 0;
        let terms = if large { chance.pick(500, 2100) } else { chance.pick(1, 30) };
        let images = chance.pick(1, if large { 20 } else { 90 });
        let channels = Channels { sets: images * groups, runs, terms, channels: groups * runs };
        let of_image = channels.channels * terms;
        let far = [0.0, 100.0, -1e4][chance.pick(0, 2)];
        let x: Vec<f32> = chance.numbers(images * of_image).iter().map(|x| 4.0 * x + far).collect();
        let dy = chance.numbers(x.len());
        let [weight, bias] = [0, 1].map(|_| chance.numbers(channels.channels));
        let affine = Affine { channels, weight: &weight, bias: &bias, added: None, relu: chance.flag() };
        let (y, statistics) = forward(&x, channels.sets, By::Mean, 1e-5, &affine).unwrap();
        let of = Backward { affine, x: &x, dy: Incoming::Whole(&dy), statistics: &statistics, epsilon: 1e-5 };
        let (dx, dweight, dbias) = channels_backward(of, true).unwrap();
        let rounded = |numbers: &[f64]| numbers.iter().map(|&number| number as f32).collect::<Vec<_>>();
        let (inner, inner_dy) = (transposed(&x, of_image), transposed(&dy, of_image));
        assert_bits(channels, &[y, rounded(&statistics), dx, dweight, dbias].concat(), || {
            let (y, statistics) = groups_forward(&inner, 1e-5, affine).unwrap();
            let of = GroupsBackward { affine, x: &inner, dy: &inner_dy, statistics: &statistics, epsilon: 1e-5 };
            let (dx, dweight, dbias) = groups_backward(of, true).unwrap();
            let (none, again, _) = groups_backward(of, false).unwrap();
            assert!(none.is_empty() && again == dweight);
            [transposed(&y, images), rounded(&statistics), transposed(&dx, images), dweight, dbias].concat()
        });
    }
}
