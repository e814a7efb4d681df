//! Matrix products and the linear layer.

use candle_core::{Shape, Tensor};

use super::functions::Activation;
use super::pointwise::function;
use super::reduce::sum;
use super::storage::{Elements, Format, element_count, ensure_room, format_of, has_float_kernels, make, row_major};
use crate::error::Result;
use crate::kernels::buffer::room;
use crate::kernels::follow::{Follow, InPlace};
use crate::kernels::matmul::{self as kernel, Matrix, Product, Start};
use crate::kernels::pointwise::{Relu, ReluGradient};
use crate::kernels::vector::Float;
use crate::{activation, fail, floats};

/// A two-dimensional tensor as the kernel reads it: any strides, no copy.
fn matrix<'a, T>(tensor: &Tensor, elements: &'a [T]) -> Matrix<'a, T> {
    let ((rows, columns), stride) = ((tensor.dims()[0], tensor.dims()[1]), tensor.stride());
    Matrix { data: elements, rows, columns, row_stride: stride[0], column_stride: stride[1] }
}

/// The tensor itself, or a copy where it has gaps.
fn dense<T: Float>(tensor: &Tensor) -> Result<Tensor> {
    if format_of(tensor).is_some() { Ok(tensor.clone()) } else { row_major::<T>(tensor) }
}

fn product_tensor<T: Float>(product: Product<T>, rows: usize, columns: usize) -> Result<Tensor> {
    make(product.data, &[rows, columns], if product.transposed { Format::BatchInnermost } else { Format::RowMajor })
}

fn inner_mismatch<T>(a: &Tensor, b: &Tensor) -> Result<T> {
    fail!("Cannot matmul {:?} by {:?}: inner dimensions differ", a.dims(), b.dims())
}

/// `[.., m, k] @ [.., k, n] -> [.., m, n]`, batch dimensions broadcast.
pub fn matmul(a: &Tensor, b: &Tensor) -> Result<Tensor> {
    let (a_rank, b_rank) = (a.rank(), b.rank());
    if a_rank < 2 || b_rank < 2 || a.dtype() != b.dtype() {
        fail!(
            "Cannot matmul {} {:?} by {} {:?}: both need one type and at least two dimensions",
            a.dtype().as_str(),
            a.dims(),
            b.dtype().as_str(),
            b.dims()
        );
    }
    let (m, k, n) = (a.dims()[a_rank - 2], a.dims()[a_rank - 1], b.dims()[b_rank - 1]);
    if b.dims()[b_rank - 2] != k {
        return inner_mismatch(a, b);
    }
    let batch =
        match Shape::from(&a.dims()[..a_rank - 2]).broadcast_shape_binary_op(&Shape::from(&b.dims()[..b_rank - 2]), "matmul") {
            Ok(batch) => batch,
            Err(_) => fail!("Cannot matmul {:?} by {:?}: batch dimensions do not broadcast", a.dims(), b.dims()),
        };
    let with_batch = |rows: usize, columns: usize| [batch.dims(), &[rows, columns]].concat();
    let (shape, a_shape, b_shape) = (with_batch(m, n), with_batch(m, k), with_batch(k, n));
    for shape in [&shape, &a_shape, &b_shape] {
        ensure_room(shape, a.dtype())?;
    }
    if !has_float_kernels(a, "A matrix product")? {
        return Ok(a.contiguous()?.broadcast_matmul(&b.contiguous()?)?);
    }
    floats!(a, "matmul", T => {
        if a_rank == 2 && b_rank == 2 {
            let (a, b) = (dense::<T>(a)?, dense::<T>(b)?);
            let (a_elements, b_elements) = (Elements::<T>::of(&a)?, Elements::<T>::of(&b)?);
            return product_tensor(kernel::matmul(matrix(&a, &a_elements), matrix(&b, &b_elements), Start::Zero, false, None)?, m, n);
        }
        let (a, b) = (row_major::<T>(&a.broadcast_as(a_shape)?)?, row_major::<T>(&b.broadcast_as(b_shape)?)?);
        let (a_elements, b_elements) = (Elements::<T>::of(&a)?, Elements::<T>::of(&b)?);
        let mut out = room(batch.elem_count() * m * n)?;
        for item in 0..batch.elem_count() {
            let a = Matrix { data: &a_elements[item * m * k..(item + 1) * m * k], rows: m, columns: k, row_stride: k, column_stride: 1 };
            let b = Matrix { data: &b_elements[item * k * n..(item + 1) * k * n], rows: k, columns: n, row_stride: n, column_stride: 1 };
            out.extend_from_slice(&kernel::multiply(a, b, Start::Zero, false, None)?);
        }
        make(out, &shape, Format::RowMajor)
    })
}

/// Refuses what is no linear layer; else the sizes of its result, `[batch, out]`.
fn check_linear(x: &Tensor, weight: &Tensor, bias: Option<&Tensor>) -> Result<[usize; 2]> {
    if x.rank() != 2 || weight.rank() != 2 || x.dims()[1] != weight.dims()[1] {
        fail!(
            "Cannot apply a linear layer with weight {:?} to {:?}: it takes [batch, {:?}]",
            weight.dims(),
            x.dims(),
            weight.dims().get(1)
        );
    }
    let (batch, out) = (x.dims()[0], weight.dims()[0]);
    element_count(&[batch, out])?;
    if let Some(bias) = bias
        && bias.dims() != [out]
    {
        fail!("A linear layer with weight {:?} takes a bias [{out}], not {:?}", weight.dims(), bias.dims());
    }
    Ok([batch, out])
}

/// The result's elements, and what follows them.
fn stored<T: Float>(
    x: &Tensor,
    weight: &Tensor,
    bias: Option<&Tensor>,
    relu: bool,
    follow: Option<&dyn Follow<T>>,
) -> Result<Product<T>> {
    if weight.dtype() != x.dtype() || bias.is_some_and(|bias| bias.dtype() != x.dtype()) {
        fail!("A linear layer's input, weight and bias need one type");
    }
    let (x, weight) = (dense::<T>(x)?, dense::<T>(weight)?);
    let bias = bias.map(row_major::<T>).transpose()?;
    let bias = bias.as_ref().map(Elements::<T>::of).transpose()?;
    let start = bias.as_deref().map_or(Start::Zero, Start::Column);
    let (x_elements, weight_elements) = (Elements::<T>::of(&x)?, Elements::<T>::of(&weight)?);
    let transposed = Matrix {
        rows: weight.dims()[1],
        columns: weight.dims()[0],
        row_stride: weight.stride()[1],
        column_stride: weight.stride()[0],
        data: &weight_elements,
    };
    kernel::matmul(matrix(&x, &x_elements), transposed, start, relu, follow)
}

/// An activation function of what `linear` gives.
pub fn linear_activation(x: &Tensor, weight: &Tensor, bias: Option<&Tensor>, activation: Activation) -> Result<Tensor> {
    let [batch, out] = check_linear(x, weight, bias)?;
    if !has_float_kernels(x, "A matrix product")? {
        let y = linear(x, weight, bias, false)?;
        return activation!(activation, f => function(f, [&y]));
    }
    floats!(x, "linear", T => activation!(activation, f => {
        product_tensor(stored::<T>(x, weight, bias, false, Some(&InPlace(f)))?, batch, out)
    }))
}

/// `x [b, in], weight [out, in], bias [out] -> x weightT + bias [b, out]`, through ReLU where `relu` says so.
pub fn linear(x: &Tensor, weight: &Tensor, bias: Option<&Tensor>, relu: bool) -> Result<Tensor> {
    let [batch, out] = check_linear(x, weight, bias)?;
    if !has_float_kernels(x, "A matrix product")? {
        let y = x.contiguous()?.matmul(&weight.t()?.contiguous()?)?;
        let y = bias.map_or(Ok(y.clone()), |bias| y.broadcast_add(bias))?;
        return if relu { function(Relu, [&y]) } else { Ok(y) };
    }
    floats!(x, "linear", T => product_tensor(stored::<T>(x, weight, bias, relu, None)?, batch, out))
}

/// Gradients of [`linear`] for x, weight and bias, those that are wanted: `dy weight`, `dyT x`, the sum of dy over
/// the batch. `y` is the result where it went through ReLU.
pub fn linear_gradients(
    x: &Tensor,
    weight: &Tensor,
    y: Option<&Tensor>,
    dy: &Tensor,
    [for_x, for_weight, for_bias]: [bool; 3],
) -> Result<[Option<Tensor>; 3]> {
    if dy.rank() != 2 {
        fail!("The gradient of a linear layer's result is [batch, out], not {:?}", dy.dims());
    }
    let dy = match y {
        Some(y) => function(ReluGradient, [y, dy])?,
        None => dy.clone(),
    };
    Ok([
        for_x.then(|| matmul(&dy, weight)).transpose()?,
        for_weight.then(|| matmul(&dy.t()?, x)).transpose()?,
        for_bias.then(|| sum(&dy, &[0], false)).transpose()?,
    ])
}
