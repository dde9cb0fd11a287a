/*
 * streams.h - the descriptors 0, 1 and 2 of a program, which whoever starts it may have closed.
 */
#ifndef AUTOMAGI_BASE_STREAMS_H
#define AUTOMAGI_BASE_STREAMS_H

/* First of all in a main(): what is opened next would be given the number of a stream that is closed, and a line for
 * stderr would be written into it, were it the store. Reading from or writing to such a stream fails as before, with EBADF.
 * Negative errno: it cannot be seen to, and the program must not go on; that has been said then, in the name of `program`,
 * on stderr if that is open, for no caller could know whether it is. */
int streams_hold(const char *program) __attribute__((warn_unused_result));

#endif
