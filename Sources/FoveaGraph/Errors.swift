// Whoever works with graphs meets their errors: nobody need know which module defines them.
@_exported public import struct FoveaFoundation.FoveaError
