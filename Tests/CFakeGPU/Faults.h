// Faults of kernels, which would otherwise end the process of the tests.
#ifndef FAKE_FAULTS_H
#define FAKE_FAULTS_H

#include "Fibers.h"

/// From here on faults of the calling thread are noted, and continue `resumed` in place of what caused them.
void fake_watch_faults(struct fake_fiber *resumed);
void fake_stop_watching(void);
/// What happened since `fake_watch_faults`: a text, or null where nothing did.
const char *fake_fault(void);
const void *fake_fault_address(void);
/// The driver's code for it.
int fake_fault_code(void);

#endif
