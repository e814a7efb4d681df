//! Optimizer steps: the new parameter and states of one parameter `p` with the gradient `g`.

use std::cmp::Reverse;

use candle_core::{Result, Tensor};

use crate::kernels::optimizer::{Adam, Average, Lion, RmsProp, Sgd};

pub type Stepped<const STATES: usize> = Result<(Tensor, [Tensor; STATES])>;

/// A rule of `kernels/optimizer`, by candle's operations.
pub trait Composed<const STATES: usize> {
    fn apply(&self, p: &Tensor, g: &Tensor, states: [&Tensor; STATES]) -> Stepped<STATES>;
}

fn decayed(p: &Tensor, g: &Tensor, weight_decay: f64) -> Result<Tensor> {
    g + (p * weight_decay)?
}

impl Composed<0> for Sgd {
    fn apply(&self, p: &Tensor, g: &Tensor, []: [&Tensor; 0]) -> Stepped<0> {
        Ok(((p - (decayed(p, g, self.weight_decay)? * self.rate)?)?, []))
    }
}

impl Composed<1> for Sgd {
    fn apply(&self, p: &Tensor, g: &Tensor, [momentum]: [&Tensor; 1]) -> Stepped<1> {
        let g = decayed(p, g, self.weight_decay)?;
        let momentum = if self.first { g.clone() } else { ((momentum * self.momentum)? + (&g * (1.0 - self.dampening))?)? };
        let change = if self.nesterov { (&g + (&momentum * self.momentum)?)? } else { momentum.clone() };
        Ok(((p - (change * self.rate)?)?, [momentum]))
    }
}

impl Composed<2> for Adam {
    fn apply(&self, p: &Tensor, g: &Tensor, [m, v]: [&Tensor; 2]) -> Stepped<2> {
        let (p, g) = if self.decoupled {
            ((p * (1.0 - self.rate * self.weight_decay))?, g.clone())
        } else {
            (p.clone(), decayed(p, g, self.weight_decay)?)
        };
        let m = (m + ((&g - m)? * (1.0 - self.beta1))?)?;
        let v = ((v * self.beta2)? + (g.sqr()? * (1.0 - self.beta2))?)?;
        let size = ((v.sqrt()? / self.correction2.sqrt())? + self.epsilon)?;
        Ok(((p - ((&m / size)? * (self.rate / self.correction1))?)?, [m, v]))
    }
}

fn scaled(rule: &RmsProp, p: &Tensor, g: &Tensor, square: &Tensor) -> Result<(Tensor, Tensor)> {
    let g = decayed(p, g, rule.weight_decay)?;
    let square = ((square * rule.alpha)? + (g.sqr()? * (1.0 - rule.alpha))?)?;
    Ok(((g / (square.sqrt()? + rule.epsilon)?)?, square))
}

impl Composed<1> for RmsProp {
    fn apply(&self, p: &Tensor, g: &Tensor, [square]: [&Tensor; 1]) -> Stepped<1> {
        let (change, square) = scaled(self, p, g, square)?;
        Ok(((p - (change * self.rate)?)?, [square]))
    }
}

impl Composed<2> for RmsProp {
    fn apply(&self, p: &Tensor, g: &Tensor, [square, momentum]: [&Tensor; 2]) -> Stepped<2> {
        let (change, square) = scaled(self, p, g, square)?;
        let momentum = ((momentum * self.momentum)? + change)?;
        Ok(((p - (&momentum * self.rate)?)?, [square, momentum]))
    }
}

impl Composed<1> for Lion {
    fn apply(&self, p: &Tensor, g: &Tensor, [m]: [&Tensor; 1]) -> Stepped<1> {
        let p = (p * (1.0 - self.rate * self.weight_decay))?;
        let mixed = ((m * self.beta1)? + (g * (1.0 - self.beta1))?)?;
        let m = ((m * self.beta2)? + (g * (1.0 - self.beta2))?)?;
        Ok(((p - (mixed.sign()? * self.rate)?)?, [m]))
    }
}

impl Composed<0> for Average {
    fn apply(&self, p: &Tensor, g: &Tensor, []: [&Tensor; 0]) -> Stepped<0> {
        Ok(((p + ((g - p)? * self.share)?)?, []))
    }
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
