//! Optimizer steps, in place, one call for all parameters.

use candle_core::{DType, Tensor};

use crate::exports;
use crate::handles::{get_all, put};
use crate::kernels::math::powi;
use crate::kernels::optimizer::{Adam, Average, Lion, RmsProp, Sgd};
use crate::ops::optimizer as ops;

exports! { EXPORTS:
    /// Stochastic gradient descent; `momenta` is empty where there is no momentum, `first` is 1 in the first step.
    fn sgd_step(parameters: &[f64], gradients: &[f64], momenta: &[f64], rate: f64, momentum: f64, dampening: f64, nesterov: u32, weight_decay: f64, first: u32) -> Status {
        let rule = Sgd { rate, momentum, dampening, nesterov: nesterov != 0, weight_decay, first: first != 0 };
        let (parameters, gradients) = (get_all(parameters)?, get_all(gradients)?);
        if momenta.is_empty() {
            return ops::step(rule, &parameters, &gradients, []);
        }
        ops::step(rule, &parameters, &gradients, [&get_all(momenta)?])
    }
    /// Adam, or AdamW where `decoupled` is 1; `step` counts from 1.
    fn adam_step(parameters: &[f64], gradients: &[f64], m: &[f64], v: &[f64], rate: f64, beta1: f64, beta2: f64, epsilon: f64, weight_decay: f64, decoupled: u32, step: u32) -> Status {
        let (correction1, correction2) = (1.0 - powi(beta1, step), 1.0 - powi(beta2, step));
        let rule = Adam { rate, beta1, beta2, epsilon, weight_decay, decoupled: decoupled != 0, correction1, correction2 };
        ops::step(rule, &get_all(parameters)?, &get_all(gradients)?, [&get_all(m)?, &get_all(v)?])
    }
    /// RMSprop; `momenta` is empty where there is no momentum.
    fn rmsprop_step(parameters: &[f64], gradients: &[f64], squares: &[f64], momenta: &[f64], rate: f64, alpha: f64, epsilon: f64, weight_decay: f64, momentum: f64) -> Status {
        let rule = RmsProp { rate, alpha, epsilon, weight_decay, momentum };
        let (parameters, gradients, squares) = (get_all(parameters)?, get_all(gradients)?, get_all(squares)?);
        if momenta.is_empty() {
            return ops::step(rule, &parameters, &gradients, [&squares]);
        }
        ops::step(rule, &parameters, &gradients, [&squares, &get_all(momenta)?])
    }
    /// Lion.
    fn lion_step(parameters: &[f64], gradients: &[f64], m: &[f64], rate: f64, beta1: f64, beta2: f64, weight_decay: f64) -> Status {
        let rule = Lion { rate, beta1, beta2, weight_decay };
        ops::step(rule, &get_all(parameters)?, &get_all(gradients)?, [&get_all(m)?])
    }
    /// Moves each average, in place, by a share of what it lacks of its tensor: `average += share * (tensor - average)`.
    fn average_step(averages: &[f64], tensors: &[f64], share: f64) -> Status {
        ops::step(Average { share }, &get_all(averages)?, &get_all(tensors)?, [])
    }
    /// Scales gradients, in place, to a common norm of at most `most`; returns the norm before as f64 `[]`.
    fn clip_gradient_norm(gradients: &[f64], most: f64) -> Handle {
        let gradients = get_all(gradients)?;
        let norm = ops::clip_norm(&gradients, most)?;
        put(Tensor::new(norm, &candle_core::Device::Cpu)?.to_dtype(DType::F64)?)
    }
}
