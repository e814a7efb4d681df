use super::{CASES, Chance, assert_same_bits};
use crate::kernels::loss::{CrossEntropy, backward, forward};

#[test]
fn every_instance_gives_the_same_bits_over_random_shapes() {
    for case in 0..CASES {
        let mut chance = Chance::of(case);
        let (classes, images) = (chance.pick(1, 12), chance.pick(1, 70));
        let labels: Vec<f32> = (0..images).map(|_| chance.pick(0, classes - 1) as f32).collect();
        let weights: Vec<f32> = chance.numbers(classes).iter().map(|x| 1.0 + x).collect();
        let logits: Vec<f32> = chance.numbers(classes * images).iter().map(|x| 30.0 * x).collect();
        let smoothing = if chance.flag() { 0.1 } else { 0.0 };
        let loss = CrossEntropy { classes, images, labels: &labels, weights: &weights, smoothing };
        assert_same_bits([classes, images], || {
            let (mean, probabilities) = forward(&loss, &logits).unwrap();
            let gradient = backward(&loss, &probabilities, 0.7).unwrap();
            [vec![mean], probabilities, gradient].concat()
        });
    }
}
