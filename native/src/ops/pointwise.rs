//! Functions of single elements, with broadcasting.

use candle_core::{DType, Shape, Tensor};

use super::composed::pointwise::{self as composed, Composed};
use super::functions::{Binary, Comparison};
use super::rows::{common_format, readable, rows_of};
use super::storage::{Elements, ensure_room, has_float_kernels, has_kernels, make, row_major};
use crate::error::Result;
use crate::kernels::choice;
use crate::kernels::pointwise::{self as kernel, Affine, Pointwise};
use crate::kernels::vector::Float;
use crate::{fail, floats, types};

/// `f(x, others...)` for tensors of one shape, in their [`common_format`]. Strides of 0 are read as they are.
fn map<T: Float, F: Pointwise<T, N>, const N: usize>(function: F, inputs: [&Tensor; N]) -> Result<Tensor> {
    for input in inputs {
        if input.dims() != inputs[0].dims() || input.dtype() != inputs[0].dtype() {
            fail!(
                "Operands differ: {} {:?} and {} {:?}",
                inputs[0].dtype().as_str(),
                inputs[0].dims(),
                input.dtype().as_str(),
                input.dims()
            );
        }
    }
    let format = common_format(&inputs);
    let mut readables = Vec::with_capacity(N);
    for input in inputs {
        readables.push(readable::<T>(input, format)?);
    }
    let rows = rows_of::<N>(std::array::from_fn(|n| &readables[n]), format)?;
    let elements = readables.iter().map(Elements::<T>::spanned).collect::<Result<Vec<_>>>()?;
    make(kernel::map(function, std::array::from_fn(|n| &*elements[n]), &rows)?, inputs[0].dims(), format)
}

fn broadcast_shape(name: &str, a: &Tensor, b: &Tensor) -> Result<Shape> {
    match a.shape().broadcast_shape_binary_op(b.shape(), "broadcast") {
        Ok(shape) => {
            ensure_room(shape.dims(), a.dtype())?;
            Ok(shape)
        }
        Err(_) => fail!("Cannot {name} {:?} and {:?}: their shapes do not broadcast", a.dims(), b.dims()),
    }
}

fn binary_with<T: Float, F: Pointwise<T, 2>>(name: &str, function: F, a: &Tensor, b: &Tensor) -> Result<Tensor> {
    if a.dims() == b.dims() {
        return map::<T, F, 2>(function, [a, b]);
    }
    let shape = broadcast_shape(name, a, b)?;
    map::<T, F, 2>(function, [&a.broadcast_as(&shape)?, &b.broadcast_as(&shape)?])
}

pub fn binary(operation: Binary, a: &Tensor, b: &Tensor) -> Result<Tensor> {
    let name = match operation {
        Binary::Add => "add",
        Binary::Subtract => "subtract",
        Binary::Multiply => "multiply",
        Binary::Divide => "divide",
        Binary::Maximum => "take the maximum of",
        Binary::Minimum => "take the minimum of",
    };
    if a.dtype() != b.dtype() {
        fail!("Cannot {name} {} and {}: cast one of them first", a.dtype().as_str(), b.dtype().as_str());
    }
    let whole_numbers = !matches!(a.dtype(), DType::F32 | DType::F64);
    if !has_kernels(a) || whole_numbers {
        broadcast_shape(name, a, b)?;
        if whole_numbers && operation == Binary::Divide && b.elem_count() > 0 {
            let zeros = b.eq(&b.zeros_like()?)?.flatten_all()?.max(0)?;
            if zeros.to_scalar::<u8>()? != 0 {
                fail!("Cannot divide whole numbers by 0: cast them to f32 first");
            }
            if a.dtype() == DType::I64 && a.elem_count() > 0 {
                let overflow = a.eq(i64::MIN)?.broadcast_mul(&b.eq(-1i64)?)?.flatten_all()?.max(0)?;
                if overflow.to_scalar::<u8>()? != 0 {
                    fail!("Cannot divide {} by -1: the quotient is no i64", i64::MIN);
                }
            }
        }
        return composed::binary(operation, a, b);
    }
    floats!(a, name, T => match operation {
        Binary::Add => binary_with::<T, _>(name, kernel::Add, a, b),
        Binary::Subtract => binary_with::<T, _>(name, kernel::Subtract, a, b),
        Binary::Multiply => binary_with::<T, _>(name, kernel::Multiply, a, b),
        Binary::Divide => binary_with::<T, _>(name, kernel::Divide, a, b),
        Binary::Maximum => binary_with::<T, _>(name, kernel::Maximum, a, b),
        Binary::Minimum => binary_with::<T, _>(name, kernel::Minimum, a, b),
    })
}

/// 1 where it holds, 0 elsewhere, as u8.
pub fn compare(comparison: Comparison, a: &Tensor, b: &Tensor) -> Result<Tensor> {
    if a.dtype() != b.dtype() {
        fail!("Cannot compare {} and {}: cast one of them first", a.dtype().as_str(), b.dtype().as_str());
    }
    let shape = broadcast_shape("compare", a, b)?;
    if !has_kernels(a) {
        return composed::compare(comparison, a, b);
    }
    let (a, b) = (a.broadcast_as(&shape)?, b.broadcast_as(&shape)?);
    let format = common_format(&[&a, &b]);
    types!(a, T => {
        let (a, b) = (readable::<T>(&a, format)?, readable::<T>(&b, format)?);
        let rows = rows_of([&a, &b], format)?;
        let (a, b) = (Elements::<T>::spanned(&a)?, Elements::<T>::spanned(&b)?);
        let inputs: [&[T]; 2] = [&a, &b];
        let holds = match comparison {
            Comparison::Equal => choice::compare(|a, b| a == b, inputs, &rows),
            Comparison::NotEqual => choice::compare(|a, b| a != b, inputs, &rows),
            Comparison::Less => choice::compare(|a, b| a < b, inputs, &rows),
            Comparison::LessEqual => choice::compare(|a, b| a <= b, inputs, &rows),
            Comparison::Greater => choice::compare(|a, b| a > b, inputs, &rows),
            Comparison::GreaterEqual => choice::compare(|a, b| a >= b, inputs, &rows),
        };
        make(holds?, shape.dims(), format)
    })
}

/// `yes` where the condition is not 0, `no` elsewhere.
pub fn select(condition: &Tensor, yes: &Tensor, no: &Tensor) -> Result<Tensor> {
    if yes.dtype() != no.dtype() {
        fail!("Cannot choose between {} and {}: cast one of them first", yes.dtype().as_str(), no.dtype().as_str());
    }
    let shape = broadcast_shape("choose between", yes, no)?;
    let shape = broadcast_shape("choose by and between", condition, &yes.broadcast_as(shape)?)?;
    if condition.dtype() != DType::U8 {
        fail!("A condition is u8, not {}", condition.dtype().as_str());
    }
    let [condition, yes, no] = [condition.broadcast_as(&shape)?, yes.broadcast_as(&shape)?, no.broadcast_as(&shape)?];
    if !has_kernels(&yes) {
        return composed::select(&condition, &yes, &no);
    }
    let format = common_format(&[&yes, &no, &condition]);
    types!(yes, T => {
        let (condition, yes, no) = (readable::<u8>(&condition, format)?, readable::<T>(&yes, format)?, readable::<T>(&no, format)?);
        let rows = rows_of([&condition, &yes, &no], format)?;
        let condition = Elements::<u8>::spanned(&condition)?;
        let chosen = choice::select(&condition, &Elements::<T>::spanned(&yes)?, &Elements::<T>::spanned(&no)?, &rows)?;
        make(chosen, shape.dims(), format)
    })
}

/// `scale * x + shift`.
pub fn affine(x: &Tensor, scale: f64, shift: f64) -> Result<Tensor> {
    if has_float_kernels(x, "affine")? {
        floats!(x, "affine", T => map::<T, _, 1>(Affine { scale, shift }, [x]))
    } else {
        Ok(x.affine(scale, shift)?)
    }
}

/// A function of elements, in both its forms. An activation's gradient takes what was saved first: the output for ReLU,
/// tanh and sigmoid, the input for the others.
pub fn function<F, const N: usize>(function: F, x: [&Tensor; N]) -> Result<Tensor>
where
    F: Pointwise<f32, N> + Pointwise<f64, N> + Composed<N>,
{
    if !has_float_kernels(x[0], F::NAME)? {
        return Ok(Composed::apply(function, x)?);
    }
    floats!(x[0], F::NAME, T => map::<T, _, N>(function, x))
}

/// A tensor of another element type.
pub fn cast(x: &Tensor, dtype: DType) -> Result<Tensor> {
    ensure_room(x.dims(), dtype)?;
    if !x.device().is_cpu() {
        return Ok(x.contiguous()?.to_dtype(dtype)?);
    }
    types!(x, T => Ok(row_major::<T>(x)?.to_dtype(dtype)?))
}
