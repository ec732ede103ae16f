import ArgumentParser

/// Who reads the results.
struct OutputOptions: ParsableArguments {
    @Flag(help: "Print results as JSON, for programs.")
    var json = false
}
