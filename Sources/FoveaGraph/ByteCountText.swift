import FoveaFoundation

/// A number of bytes for display, in powers of ten as for disks and files: `512 bytes`, `61.7 kB`, `22.8 GB`.
package func byteCountText(_ byteCount: Int) -> String {
    var value = Double(byteCount)
    guard value >= 1000 else { return "\(byteCount) byte\(byteCount == 1 ? "" : "s")" }
    var units = ["kB", "MB", "GB", "TB", "PB", "EB"][...]
    value /= 1000
    // A value that would be rounded to 1000.0 belongs to the next unit.
    while value >= 999.95, units.count > 1 {
        value /= 1000
        units.removeFirst()
    }
    return "\(value.text(digits: 1)) \(units[units.startIndex])"
}
