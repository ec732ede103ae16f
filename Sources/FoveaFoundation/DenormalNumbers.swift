/// Runs `body` with denormal numbers, those too small to be written with all their digits, counted as zero or as they
/// are, on the calling thread and on the threads that it starts meanwhile.
///
/// Processors compute with them many times more slowly than with others.
package func withDenormalNumbers<Result>(asZero: Bool, _ body: () throws -> Result) rethrows -> Result {
    var before = fenv_t()
    // Safe: both functions are given the caller's memory. Where the first one fails, nothing has changed.
    guard unsafe fegetenv(&before) == 0 else { return try body() }
    var during = before
    during.setDenormalNumbers(asZero: asZero)
    _ = unsafe fesetenv(&during)
    defer { _ = unsafe fesetenv(&before) }
    return try body()
}

extension fenv_t {
    fileprivate mutating func setDenormalNumbers(asZero: Bool) {
        #if arch(x86_64)
            // MXCSR: operands that are denormal are zero, and results are flushed to it.
            __mxcsr = asZero ? __mxcsr | 0x8040 : __mxcsr & ~0x8040
        #elseif arch(arm64)
            // FPCR: the same in one bit.
            __fpcr = asZero ? __fpcr | 1 << 24 : __fpcr & ~(1 << 24)
        #endif
    }
}
