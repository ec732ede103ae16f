import ArgumentParser

/// The form of the results.
struct OutputOptions: ParsableArguments {
    @Flag(help: "Print results as JSON.")
    var json = false
}
