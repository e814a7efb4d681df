use super::{CASES, Chance, assert_bits};
use crate::kernels::convolution_bias::bias_gradient;
use crate::kernels::partials::{PARTIALS, join};

#[test]
fn every_instance_gives_the_definitions_bits_over_random_shapes() {
    for case in 0..CASES {
        let mut chance = Chance::of(case);
        let (channels, rows, row_length) = (chance.pick(1, 12), chance.pick(1, 12), chance.pick(1, 100));
        let dy = chance.numbers(channels * rows * row_length);
        let expected: Vec<f32> = dy
            .chunks_exact(rows * row_length)
            .map(|channel| {
                let mut partials = [0f32; PARTIALS];
                for row in channel.chunks_exact(row_length) {
                    for (j, term) in row.iter().enumerate() {
                        partials[j % PARTIALS] += term;
                    }
                }
                join(partials)
            })
            .collect();
        assert_bits((channels, rows, row_length), &expected, || bias_gradient(&dy, channels, rows, row_length).unwrap());
    }
}
