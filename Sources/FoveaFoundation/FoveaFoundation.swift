// What the other targets use of Foundation: its essentials, where they are a module of their own, and the C library. The
// rest of Foundation (formatters, networking, Unicode's tables) would make the command twice as large, and every start of
// it look through more conformances.
#if canImport(FoundationEssentials)
    @_exported public import FoundationEssentials
#else
    @_exported public import Foundation
#endif
#if canImport(Glibc)
    @_exported public import Glibc
#elseif canImport(Musl)
    @_exported public import Musl
#elseif canImport(Darwin)
    @_exported public import Darwin
#endif
