/*
 * streams.h - the descriptors 0, 1 and 2 of a program, which whoever starts it may have closed.
 */
#ifndef AUTOMAGI_BASE_STREAMS_H
#define AUTOMAGI_BASE_STREAMS_H

/* First of all in a main(): what is opened next would be given the number of a stream that is closed, and a line for
 * stderr would be written into it, were it the store. Reading from or writing to such a stream fails as before, with EBADF.
 * Negative errno: it cannot be seen to, and the program must not go on. */
int streams_hold(void) __attribute__((warn_unused_result));

#endif
