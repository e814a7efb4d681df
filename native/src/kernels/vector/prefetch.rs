//! Hints for the caches: what memory is read or written soon. Any address will do; what is not memory is ignored.

/// Begins to bring the line at `at` near, to be read.
#[inline(always)]
pub fn prefetch<T>(at: *const T) {
    // SAFETY: the instruction has no effect that a program can see.
    #[cfg(target_arch = "x86_64")]
    unsafe {
        std::arch::asm!("prefetcht1 [{}]", in(reg) at, options(nostack, preserves_flags, readonly));
    }
    // SAFETY: as above.
    #[cfg(target_arch = "aarch64")]
    unsafe {
        std::arch::asm!("prfm pldl2keep, [{}]", in(reg) at, options(nostack, preserves_flags, readonly));
    }
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    let _ = at;
}

/// Begins to bring the line at `at` near, to be written.
#[inline(always)]
pub fn prefetch_to_write<T>(at: *const T) {
    // SAFETY: as above; a processor that does not know the instruction passes over it.
    #[cfg(target_arch = "x86_64")]
    unsafe {
        std::arch::asm!("prefetchw [{}]", in(reg) at, options(nostack, preserves_flags, readonly));
    }
    // SAFETY: as above.
    #[cfg(target_arch = "aarch64")]
    unsafe {
        std::arch::asm!("prfm pstl2keep, [{}]", in(reg) at, options(nostack, preserves_flags, readonly));
    }
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    let _ = at;
}
