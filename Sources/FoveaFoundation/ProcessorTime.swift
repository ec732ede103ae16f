/// The processor time that all threads of this process have taken, in seconds.
package func processorSeconds() -> Double {
    var time = timespec()
    // Safe: the call writes into the value that it is given for its length.
    guard unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time) == 0 else { return 0 }
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}
