/// The product of non-negative numbers, or the largest integer where it does not fit: work and receptive fields of
/// absurd networks are reported, not trapped on.
package func saturatingProduct(_ left: Int, _ right: Int) -> Int {
    let (product, overflow) = left.multipliedReportingOverflow(by: right)
    return overflow ? .max : product
}

/// The sum of non-negative numbers, or the largest integer where it does not fit.
package func saturatingSum(_ left: Int, _ right: Int) -> Int {
    let (sum, overflow) = left.addingReportingOverflow(right)
    return overflow ? .max : sum
}
