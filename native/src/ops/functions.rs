//! The functions of two elements, by name, and the activation functions, by number. Both forms of an operation take them.

use crate::error::Result;
use crate::fail;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binary {
    Add,
    Subtract,
    Multiply,
    Divide,
    Maximum,
    Minimum,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
}

/// An activation function.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Activation {
    Gelu,
    Silu,
    Tanh,
    Sigmoid,
    Hardswish,
    Mish,
    LeakyRelu { slope: f64 },
    Elu { alpha: f64 },
    Softplus { beta: f64, threshold: f64 },
}

impl Activation {
    /// By its number and its settings, of which a function may have fewer.
    pub fn of(number: u32, first: f64, second: f64) -> Result<Self> {
        Ok(match number {
            1 => Self::Gelu,
            2 => Self::Silu,
            3 => Self::Tanh,
            4 => Self::Sigmoid,
            5 => Self::Hardswish,
            6 => Self::Mish,
            7 => Self::LeakyRelu { slope: first },
            8 => Self::Elu { alpha: first },
            9 => Self::Softplus { beta: first, threshold: second },
            _ => fail!("There is no activation function {number}"),
        })
    }
}

/// `activation!(which, f => body)`: the body with `f`, the function of `kernels/pointwise`.
#[macro_export]
macro_rules! activation {
    ($which:expr, $f:ident => $body:expr) => {{
        use $crate::kernels::pointwise as kernel;
        use $crate::ops::functions::Activation;
        match $which {
            Activation::Gelu => {
                let $f = kernel::Gelu;
                $body
            }
            Activation::Silu => {
                let $f = kernel::Silu;
                $body
            }
            Activation::Tanh => {
                let $f = kernel::Tanh;
                $body
            }
            Activation::Sigmoid => {
                let $f = kernel::Sigmoid;
                $body
            }
            Activation::Hardswish => {
                let $f = kernel::Hardswish;
                $body
            }
            Activation::Mish => {
                let $f = kernel::Mish;
                $body
            }
            Activation::LeakyRelu { slope } => {
                let $f = kernel::LeakyRelu { slope };
                $body
            }
            Activation::Elu { alpha } => {
                let $f = kernel::Elu { alpha };
                $body
            }
            Activation::Softplus { beta, threshold } => {
                let $f = kernel::Softplus { beta, threshold };
                $body
            }
        }
    }};
}
