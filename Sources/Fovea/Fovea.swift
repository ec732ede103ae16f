// The modules that users import. No target of the package imports this one.
@_exported public import FoveaCPU
@_exported public import FoveaCUDA
@_exported public import FoveaData
@_exported public import FoveaFormats
@_exported public import FoveaGraph
@_exported public import FoveaNN
@_exported public import FoveaRuntime
@_exported public import FoveaTraining
