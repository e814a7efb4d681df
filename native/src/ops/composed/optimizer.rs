//! Optimizer steps: the new parameter and states of one parameter `p` with the gradient `g`.

use std::cmp::Reverse;

use candle_core::{Result, Tensor};

use crate::kernels::optimizer::{Adam, RmsProp, Sgd};

pub type Stepped<const STATES: usize> = Result<(Tensor, [Tensor; STATES])>;

fn decayed(p: &Tensor, g: &Tensor, weight_decay: f64) -> Result<Tensor> {
    g + (p * weight_decay)?
}

pub fn sgd(rule: &Sgd, p: &Tensor, g: &Tensor, []: [&Tensor; 0]) -> Stepped<0> {
    Ok(((p - (decayed(p, g, rule.weight_decay)? * rule.rate)?)?, []))
}

pub fn sgd_with_momentum(rule: &Sgd, p: &Tensor, g: &Tensor, [momentum]: [&Tensor; 1]) -> Stepped<1> {
    let g = decayed(p, g, rule.weight_decay)?;
    let momentum = if rule.first { g.clone() } else { ((momentum * rule.momentum)? + (&g * (1.0 - rule.dampening))?)? };
    let change = if rule.nesterov { (&g + (&momentum * rule.momentum)?)? } else { momentum.clone() };
    Ok(((p - (change * rule.rate)?)?, [momentum]))
}

pub fn adam(rule: &Adam, p: &Tensor, g: &Tensor, [m, v]: [&Tensor; 2]) -> Stepped<2> {
    let (p, g) = if rule.decoupled {
        ((p * (1.0 - rule.rate * rule.weight_decay))?, g.clone())
    } else {
        (p.clone(), decayed(p, g, rule.weight_decay)?)
    };
    let m = (m + ((&g - m)? * (1.0 - rule.beta1))?)?;
    let v = ((v * rule.beta2)? + (g.sqr()? * (1.0 - rule.beta2))?)?;
    let size = ((v.sqrt()? / rule.correction2.sqrt())? + rule.epsilon)?;
    Ok(((p - ((&m / size)? * (rule.rate / rule.correction1))?)?, [m, v]))
}

fn scaled(rule: &RmsProp, p: &Tensor, g: &Tensor, square: &Tensor) -> Result<(Tensor, Tensor)> {
    let g = decayed(p, g, rule.weight_decay)?;
    let square = ((square * rule.alpha)? + (g.sqr()? * (1.0 - rule.alpha))?)?;
    Ok(((g / (square.sqrt()? + rule.epsilon)?)?, square))
}

pub fn rmsprop(rule: &RmsProp, p: &Tensor, g: &Tensor, [square]: [&Tensor; 1]) -> Stepped<1> {
    let (change, square) = scaled(rule, p, g, square)?;
    Ok(((p - (change * rule.rate)?)?, [square]))
}

pub fn rmsprop_with_momentum(rule: &RmsProp, p: &Tensor, g: &Tensor, [square, momentum]: [&Tensor; 2]) -> Stepped<2> {
    let (change, square) = scaled(rule, p, g, square)?;
    let momentum = ((momentum * rule.momentum)? + change)?;
    Ok(((p - (&momentum * rule.rate)?)?, [square, momentum]))
}

/// Overwrites a tensor, slice by slice where its memory has gaps; `source` shares no memory with it.
pub fn assign(target: &Tensor, source: &Tensor) -> Result<()> {
    let mut order: Vec<usize> = (0..target.rank()).collect();
    order.sort_by_key(|&dim| Reverse(target.stride()[dim]));
    let (target, source) = (target.permute(order.as_slice())?, source.permute(order)?);
    if target.is_contiguous() {
        let count = target.elem_count();
        return target.reshape(count)?.slice_set(&source.contiguous()?.reshape(count)?, 0, 0);
    }
    (0..target.dims()[0]).try_for_each(|i| assign(&target.get(i)?, &source.get(i)?))
}
