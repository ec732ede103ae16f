// Code that works with graphs handles and names their errors: it need not know which module defines both.
@_exported public import struct FoveaFoundation.FoveaError
@_exported public import func FoveaFoundation.quoted
