//! Memory: how much there may be ([`budget`]), and blocks that are kept and used again ([`allocator`]).

mod allocator;
mod arena;
mod budget;
mod locked_word;

#[cfg(test)]
pub use self::allocator::LARGEST_HERE;
pub use self::allocator::{ReusingAllocator, keep_apart};
#[cfg(test)]
pub use self::budget::BUDGET_HERE;
pub use self::budget::{check_budget, ensure};
