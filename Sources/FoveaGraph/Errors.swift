// Whoever works with graphs meets their errors, and names what is wrong in them: nobody need know which module defines both.
@_exported public import struct FoveaFoundation.FoveaError
@_exported public import func FoveaFoundation.quoted
