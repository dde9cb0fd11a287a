/*
 * rights.h - giving away what printing does not need.
 */
#ifndef AUTOMAGI_PRINT_RIGHTS_H
#define AUTOMAGI_PRINT_RIGHTS_H

struct fault;

/* Goes, where that can be done, into a network of its own, in which there is nothing but loopback: no page
 * reaches out, and nobody else on the machine reaches the browser's driver, which does whatever it is asked
 * to. Root becomes nobody (65534:65534) without other groups, for good. For everybody: no new files for
 * others, no memory dumps, descriptors beyond standard error closed, and the signal that a starter asked for
 * at its own death (PR_SET_PDEATHSIG) stays asked for. To be called first.
 * Negative errno with a fault when it is still root. */
int rights_drop(struct fault *fault) __attribute__((warn_unused_result));

#endif
