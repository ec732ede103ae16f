// The parts of Foundation that the other targets use: its essentials, where they are a separate module, and the C
// library. The rest of Foundation (formatters, networking, Unicode's tables) would double the command's size, and make
// every start search more conformances.
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
