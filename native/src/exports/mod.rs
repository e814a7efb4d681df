//! What TypeScript calls.
pub fn all() -> impl Iterator<Item = &'static crate::abi::Export> { [].into_iter() }
