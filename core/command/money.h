/*
 * money.h - what the commands about money share: amounts, departments and bookings in words.
 */
#ifndef AUTOMAGI_COMMAND_MONEY_H
#define AUTOMAGI_COMMAND_MONEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/command/nouns.h"
#include "core/store/organisation.h"

enum {
    MONEY_DIGITS = 2, /* øre of a krone, hundredths of an hour */
    MONEY_NUMBER = 48,
    MONEY_ABOUT_MAX = 500, /* bytes of what something is for, and of a document's name */
    MONEY_FIRST_YEAR = 1900,
    MONEY_LAST_YEAR = 2199
};

/* The scaled amount of an ARGUMENT_DECIMAL, for a command's check; absent: 0. -EINVAL names the argument: more
 * than two decimals, three after a point (12.000 could mean two things), or over `most` (scaled too, COST_ORE_MOST at most), either sign. */
int amount_check(const struct json *arguments, const char *name, int64_t most, int64_t *ret_scaled,
                 struct fault *fault) __attribute__((warn_unused_result));
/* Of an ARGUMENT_NUMBER or the amount above: -EINVAL when it is 0, which enters nothing. */
int nothing_check(int64_t amount, struct fault *fault) __attribute__((warn_unused_result));
/* The amount of arguments that were checked; absent: 0. */
int64_t call_amount(const struct command_call *call, const char *name);
/* The id of the department of an argument; 0 for "tvaergaaende" where may_be_cross, and when it was not
 * given. -ENOENT names it and the nearest one; -EINVAL: tvaergaaende where it may not be. */
int call_department_id(const struct command_call *call, const char *name, bool may_be_cross,
                       int64_t *ret_id, struct fault *fault) __attribute__((warn_unused_result));
/* Its id as people write it; tvaergaaende for 0. Borrowed. */
const char *money_department_slug(const struct organisation *organisation, int64_t department_id);
/* Members "kroner" and its like: a JSON number of a scaled amount. */
void result_amount(struct json_writer *writer, const char *name, int64_t scaled);
/* The rows of a list about money as they are written, and what names what is in them. */
struct money_listing {
    struct command_call *call;
    struct organisation organisation;
    struct robot_list robots;
    int64_t robot_id, department_id; /* 0: all */
    int32_t year;                    /* 0: all */
    int64_t sum;
    int32_t first_year; /* of a row; 0: there is none yet */
    bool has_total;
};
/* Writes the rows, or nothing. */
typedef int money_rows_callback(struct money_listing *listing, struct fault *fault);
/* Writes the total's members. */
typedef void money_total_callback(const struct money_listing *listing);
/* The whole answer of a list: its rows, and where has_total is set by then, the total. `listing` has the
 * call and what is wanted; it is released. */
int money_list(struct money_listing *listing, money_rows_callback *rows,
               money_total_callback *total, struct fault *fault)
    __attribute__((warn_unused_result));
/* "" for 0 and what is not there. Borrowed. */
const char *money_robot_slug(const struct money_listing *listing, int64_t robot_id);
/* "; its month is closed, so it is booked in 2025-06": "" when booking is not after `month`. */
void money_booking_words(int32_t month, int32_t booking, char *target, size_t size);

struct net_payback;
/* "2026-03 expected"; "" when there is nothing to pay back. size: MONEY_NUMBER. */
void money_payback_words(const struct net_payback *payback, char *target, size_t size);

#endif
