/*
 * detail.h - the detail of a command's audit row: its arguments, then what the command adds.
 *
 * A private argument is never in it. Texts pass the redactor (log.h). It is bounded, and what is
 * too long for it is left out and said so by "truncated": true; no command fails because of it.
 */
#ifndef AUTOMAGI_COMMAND_DETAIL_H
#define AUTOMAGI_COMMAND_DETAIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/json.h"
#include "core/base/text.h"

struct change_list;
struct command;
struct command_call;

enum { DETAIL_MAX = 65536, DETAIL_CHANGES_MAX = 32768 };

struct detail {
    struct text text;
    struct json_writer writer;
};

/* Begins it with the arguments; call->detail is then where the command adds. */
void detail_begin(struct detail *detail, const struct command *command, struct command_call *call);
/* The object's text, borrowed; NULL when there was no memory. */
const char *detail_end(struct detail *detail, const struct command *command,
                       struct command_call *call);
void detail_release(struct detail *detail);

/* Members that a command adds. One with the name of an argument that was given is called
 * "found_NAME", for an object with a member twice cannot be read. Nothing is done when the command
 * has no audit row (call->detail is NULL). */
void detail_text(const struct command_call *call, const char *name, const char *value);
void detail_int(const struct command_call *call, const char *name, int64_t value);
void detail_bool(const struct command_call *call, const char *name, bool value);
/* null for INT32_MAX, a day without end. */
void detail_day(const struct command_call *call, const char *name, int32_t day);
void detail_decimal(const struct command_call *call, const char *name, int64_t scaled,
                    unsigned digits);
/* SHA-256 of a file's text, as sha256sum prints it; null for NULL. */
void detail_sha256(const struct command_call *call, const char *name, const char *text);
/* "added", "changed", "removed": counts of `changes`; "changes": the rows of both, unless they are
 * too long together. */
void detail_changes(const struct command_call *call, const struct change_list *changes,
                    const struct change_list *effects);

#endif
