//! Operations of which each is one intrinsic.

/// Declares methods of a vector by their names, intrinsics and numbers of vectors: `add 2 _mm256_add_ps`. Each calls
/// its intrinsic for every register, a field of the vector, and gives what the constructor before the registers makes.
macro_rules! intrinsics {
    ($Result:ident $registers:tt -> $Type:ty: $($name:ident $vectors:tt $intrinsic:expr;)*) => {
        $(intrinsics!(@method $Result $registers -> $Type: $name $vectors $intrinsic);)*
    };
    (@method $Result:ident ($($register:tt)*) -> $Type:ty: $name:ident 1 $intrinsic:expr) => {
        #[inline(always)]
        fn $name(self) -> $Type {
            // SAFETY: a vector is only ever made where the processor has its instructions.
            unsafe { $Result($($intrinsic(self.$register)),*) }
        }
    };
    (@method $Result:ident ($($register:tt)*) -> $Type:ty: $name:ident 2 $intrinsic:expr) => {
        #[inline(always)]
        fn $name(self, other: Self) -> $Type {
            // SAFETY: a vector is only ever made where the processor has its instructions.
            unsafe { $Result($($intrinsic(self.$register, other.$register)),*) }
        }
    };
}
pub(super) use intrinsics;
