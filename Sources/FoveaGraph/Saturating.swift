/// The product of non-negative numbers, or the largest integer where it does not fit: the work and receptive fields of
/// absurd networks are reported instead of trapping.
package func saturatingProduct(_ left: Int, _ right: Int) -> Int {
    let (product, overflow) = left.multipliedReportingOverflow(by: right)
    return overflow ? .max : product
}

/// The sum of non-negative numbers, or the largest integer where it does not fit.
package func saturatingSum(_ left: Int, _ right: Int) -> Int {
    let (sum, overflow) = left.addingReportingOverflow(right)
    return overflow ? .max : sum
}
