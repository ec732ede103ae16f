// What users import. Nobody inside the package does.
@_exported public import FoveaGraph
@_exported public import FoveaRuntime
