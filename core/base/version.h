/*
 * version.h - the version of Automagi, of all its programs; --version prints it.
 */
#ifndef AUTOMAGI_BASE_VERSION_H
#define AUTOMAGI_BASE_VERSION_H

#define AUTOMAGI_VERSION "0.1.0"

#endif
