//! Normalisation of every kind: with x as `[n, groups, channels, pixels]`, mean and variance over two of the dimensions,
//! weight and bias along groups and channels.

use candle_core::{DType, Tensor};

use crate::error::Result;

/// What is normalised together.
pub struct Sets {
    pub shape: [usize; 4],
    pub over: [usize; 2],
    /// RMS norm: the mean counts as 0.
    pub about_zero: bool,
}

impl Sets {
    fn view(&self, x: &Tensor) -> Result<Tensor> {
        Ok(x.contiguous()?.reshape(self.shape.to_vec())?)
    }
    fn along(&self, parameter: &Tensor) -> Result<Tensor> {
        let [_, groups, channels, _] = self.shape;
        Ok(parameter.contiguous()?.reshape((1, groups, channels, 1))?)
    }
    fn count(&self) -> f64 {
        (self.shape[self.over[0]] * self.shape[self.over[1]]) as f64
    }
    fn sum(&self, x: &Tensor) -> Result<Tensor> {
        Ok(x.contiguous()?.sum_keepdim(&self.over[..])?)
    }
    fn mean(&self, x: &Tensor) -> Result<Tensor> {
        Ok((self.sum(x)? / self.count())?)
    }
    /// The mean and 1 / deviation in a shape that broadcasts.
    fn centre(&self, statistics: &Tensor, dtype: DType, epsilon: f64) -> Result<[Tensor; 2]> {
        let mut shape = self.shape.to_vec();
        self.over.iter().for_each(|&dim| shape[dim] = 1);
        let statistics = statistics.contiguous()?;
        let inverse = (statistics.get(1)? + epsilon)?.sqrt()?.recip()?;
        let broadcast = |numbers: Tensor| numbers.to_dtype(dtype)?.reshape(shape.clone());
        Ok([broadcast(statistics.get(0)?)?, broadcast(inverse)?])
    }
}

/// `(y, statistics [2, sets])`.
pub fn forward(x: &Tensor, sets: &Sets, weight: &Tensor, bias: Option<&Tensor>, epsilon: f64) -> Result<[Tensor; 2]> {
    let statistics = statistics(x, sets)?;
    Ok([apply(x, sets, weight, bias, &statistics, epsilon)?, statistics])
}

/// Means and variances `[2, sets]`.
pub fn statistics(x: &Tensor, sets: &Sets) -> Result<Tensor> {
    let view = sets.view(x)?;
    let average = sets.mean(&view)?;
    let average = if sets.about_zero { average.zeros_like()? } else { average };
    let variance = sets.mean(&view.broadcast_sub(&average)?.sqr()?)?;
    let flat = |tensor: Tensor| tensor.flatten_all()?.to_dtype(DType::F64);
    Ok(Tensor::stack(&[flat(average)?, flat(variance)?], 0)?)
}

/// `(x - mean) / deviation weight + bias`.
pub fn apply(
    x: &Tensor,
    sets: &Sets,
    weight: &Tensor,
    bias: Option<&Tensor>,
    statistics: &Tensor,
    epsilon: f64,
) -> Result<Tensor> {
    let [average, inverse] = sets.centre(statistics, x.dtype(), epsilon)?;
    let z = sets.view(x)?.broadcast_sub(&average)?.broadcast_mul(&inverse)?;
    let mut y = z.broadcast_mul(&sets.along(weight)?)?;
    if let Some(bias) = bias {
        y = y.broadcast_add(&sets.along(bias)?)?;
    }
    Ok(y.reshape(x.dims())?)
}

/// Batch norm by given statistics.
pub fn inference(
    x: &Tensor,
    sets: &Sets,
    weight: &Tensor,
    bias: &Tensor,
    statistics: [&Tensor; 2],
    epsilon: f64,
) -> Result<Tensor> {
    let [mean, variance] = statistics.map(|numbers| numbers.contiguous()?.flatten_all()?.to_dtype(DType::F64));
    apply(x, sets, weight, Some(bias), &Tensor::stack(&[mean?, variance?], 0)?, epsilon)
}

/// With z = (x - mean) / deviation and d = dy weight: `dx = (d - mean(d) - z mean(d z)) / deviation`, mean(d) being 0 for
/// RMS norm; the sums of dy z and of dy.
pub fn gradients(
    x: &Tensor,
    dy: &Tensor,
    sets: &Sets,
    weight: &Tensor,
    statistics: &Tensor,
    epsilon: f64,
    [for_x, for_weight, for_bias]: [bool; 3],
) -> Result<[Option<Tensor>; 3]> {
    let [average, inverse] = sets.centre(statistics, x.dtype(), epsilon)?;
    let z = sets.view(x)?.broadcast_sub(&average)?.broadcast_mul(&inverse)?;
    let dy = sets.view(dy)?;
    let for_input = || -> Result<Tensor> {
        let d = dy.broadcast_mul(&sets.along(weight)?)?;
        let pulled = z.broadcast_mul(&sets.mean(&(&d * &z)?)?)?;
        let pulled = if sets.about_zero { pulled } else { pulled.broadcast_add(&sets.mean(&d)?)? };
        Ok((d - pulled)?.broadcast_mul(&inverse)?.reshape(x.dims())?)
    };
    let shared = |terms: &Tensor| -> Result<Tensor> { Ok(terms.contiguous()?.sum_keepdim(&[0, 3][..])?.reshape(weight.dims())?) };
    Ok([
        for_x.then(for_input).transpose()?,
        for_weight.then(|| shared(&(&dy * &z)?)).transpose()?,
        for_bias.then(|| shared(&dy)).transpose()?,
    ])
}
