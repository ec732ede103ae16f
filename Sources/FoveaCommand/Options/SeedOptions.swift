import ArgumentParser

/// The seed of a command that draws random numbers.
struct SeedOptions: ParsableArguments {
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Seed of all random numbers; the same seed and number of threads give the same weights.",
            valueName: "number"))
    var seed: UInt64 = 42
}
