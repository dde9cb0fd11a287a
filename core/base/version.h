/*
 * version.h - the version of Automagi, of all its programs; --version prints it.
 */
#ifndef AUTOMAGI_BASE_VERSION_H
#define AUTOMAGI_BASE_VERSION_H

extern const char automagi_version[]; /* "1.2.3" */

#endif
