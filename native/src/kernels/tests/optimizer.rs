use super::{CASES, Chance, assert_bits, assert_same_bits};
use crate::kernels::optimizer::{Adam, Average, Lion, RmsProp, Rule, Sgd, square_sum, step};
use crate::kernels::partials::{PARTIALS, join};

/// Parameter and states after a few steps.
fn trained<R: Rule<f32, N>, const N: usize>(rule: R, parameter: &[f32], gradients: &[Vec<f32>]) -> Vec<f32> {
    let mut slices = vec![vec![0f32; parameter.len()]; N + 1];
    slices[0].copy_from_slice(parameter);
    for gradient in gradients {
        let mut slices: Vec<&mut [f32]> = slices.iter_mut().map(Vec::as_mut_slice).collect();
        step::<f32, R, N>(rule, &mut slices, gradient);
    }
    slices.concat()
}

#[test]
fn every_instance_takes_the_same_steps_over_random_lengths_and_settings() {
    for case in 0..CASES {
        let mut chance = Chance::of(case);
        let length = chance.pick(0, 100);
        let parameter = chance.numbers(length);
        let gradients: Vec<Vec<f32>> = (0..3).map(|_| chance.numbers(length)).collect();
        let (rate, weight_decay) = (f64::from(chance.numbers(1)[0]), if chance.flag() { 0.01 } else { 0.0 });
        let (nesterov, first, decoupled) = (chance.flag(), chance.flag(), chance.flag());
        let sgd = Sgd { rate, momentum: 0.9, dampening: 0.1, nesterov, weight_decay, first };
        let (beta1, beta2, epsilon, correction1, correction2) = (0.9, 0.999, 1e-8, 0.271, 0.002_997);
        let adam = Adam { rate, beta1, beta2, epsilon, weight_decay, decoupled, correction1, correction2 };
        let rms_prop = RmsProp { rate, alpha: 0.99, epsilon, weight_decay, momentum: 0.9 };
        let lion = Lion { rate, beta1, beta2: 0.99, weight_decay };
        let average = Average { share: 1.0 - beta2 };
        assert_same_bits(lion, || trained::<_, 1>(lion, &parameter, &gradients));
        assert_same_bits(average, || trained::<_, 0>(average, &parameter, &gradients));
        assert_same_bits(sgd, || trained::<_, 0>(sgd, &parameter, &gradients));
        assert_same_bits(sgd, || trained::<_, 1>(sgd, &parameter, &gradients));
        assert_same_bits(adam, || trained::<_, 2>(adam, &parameter, &gradients));
        assert_same_bits(rms_prop, || trained::<_, 1>(rms_prop, &parameter, &gradients));
        assert_same_bits(rms_prop, || trained::<_, 2>(rms_prop, &parameter, &gradients));
    }
}

#[test]
fn every_instance_gives_the_square_sums_definitions_bits_over_random_lengths() {
    for case in 0..CASES {
        let mut chance = Chance::of(case);
        let length = chance.pick(0, 300);
        let x = chance.numbers(length);
        let mut partials = [0f32; PARTIALS];
        for (i, x) in x.iter().enumerate() {
            partials[i % PARTIALS] = x.mul_add(*x, partials[i % PARTIALS]);
        }
        assert_bits(length, &[join(partials)], || vec![square_sum(&x)]);
    }
}
