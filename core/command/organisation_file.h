/*
 * organisation_file.h - organisation.json as `load` takes it and `export` writes it.
 *
 * The file is checked whole before anything is done with it: unknown members are refused,
 * and each fault begins with the path of the member ("robots[3].departments[0].share").
 * Optional members, written only where there is something to say: "areas" (also of a department),
 * a department's "ends" {"from","into":[{"id","share"}]} (null takes it back), "distribution_keys",
 * "booked_from" of what was dated into closed months, and "from" of a budget that is known to hold
 * from a later day on; one without it is what holds on the day the file is loaded.
 * A list that is absent is left as it is; one that is there is followed whole. Departments,
 * robots and estimates that the file does not have are left.
 *
 * Versions (rates, shares, ends of departments, signed estimates) may have "booked_from": they were dated
 * into closed months and value only what is booked from that month on. It is a fact of the store it
 * was booked in, whose adjustments are not in the file. So `load` takes it over only when the home has
 * closed the months before it, or has just that version with it already. Else the version values
 * everything from its "from" on, as it does all together where it comes from: tasks of those months are worth
 * here what they are there with their adjustments, by month of completion. Of several versions with one
 * "from" that one then takes the place of those with an earlier booked_from.
 */
#ifndef AUTOMAGI_COMMAND_ORGANISATION_FILE_H
#define AUTOMAGI_COMMAND_ORGANISATION_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/store/organisation.h"
#include "core/store/robot.h"

struct fault;
struct json;
struct store;
struct text;

enum {
    FILE_DEPARTMENTS_MAX = 1000,
    FILE_ROBOTS_MAX = 5000,
    FILE_LIST_MAX = 1000,
    FILE_BUDGETS_MAX = 20000,
    FILE_WHERE_MAX = 128,
    FILE_SHARE_DIGITS = 6,
    FILE_MINUTE_DIGITS = 2,
    FILE_RATE_DIGITS = 2
};

/* Texts are borrowed from the document unless said otherwise. */
struct file_name {
    int32_t from_day;
    const char *name;
};

struct file_successor {
    const char *department;
    int64_t millionths;
};

struct file_membership {
    int32_t from_day;
    const char *area; /* NULL: of none */
};

struct file_department {
    const char *slug;
    struct file_name *names; /* by from_day */
    size_t name_count;
    char **aliases; /* owned */
    size_t alias_count;
    bool has_aliases;
    struct file_membership *areas; /* by from_day */
    size_t area_count;
    bool has_areas;
    bool has_end; /* the next four are its end */
    int32_t end_day, end_booking_from;
    struct file_successor *successors;
    size_t successor_count;
};

struct file_area {
    const char *slug, *name;
};

struct file_key {
    int32_t from_day;
    const char *department;
    int64_t millionths;
};

struct file_budget {
    const char *department;
    int32_t year;
    int64_t kroner;
    bool has_from; /* else it is what holds on the day the file is loaded */
    int32_t from_day;
};

struct file_share {
    int32_t from_day;
    const char *department;
    int64_t millionths;
    int32_t booking_from; /* month; 0: all bookings */
};

struct file_estimate {
    int32_t from_day;
    int64_t hundredths;
    const char *set_by;
    const char *reason;    /* "" when absent */
    const char *signed_by; /* NULL: unsigned */
    int32_t signed_day;
    enum estimate_kind kind;             /* ESTIMATE_TASK when absent */
    const char *task, *method, *timings; /* NULL when absent: as they are */
    int32_t booked_from;                 /* month; 0 when absent */
};

struct file_robot {
    const char *slug;
    const char *name;
    bool is_external;
    bool is_one_off;
    struct robot_operation *operations; /* by from_day */
    size_t operation_count;
    bool has_operations;
    struct file_share *shares;
    size_t share_count;
    bool has_shares;
    struct file_estimate *estimates;
    size_t estimate_count;
};

struct organisation_file {
    struct json *document;
    const char *name;
    const char *time_zone; /* NULL: absent */
    int64_t hours_per_fte; /* 0: absent */
    struct rate *rates;    /* by from_day, booking_from */
    size_t rate_count;
    bool has_rates;
    struct file_department *departments;
    size_t department_count;
    struct file_area *areas;
    size_t area_count;
    struct file_key *keys;
    size_t key_count;
    bool has_keys;
    struct file_budget *budgets;
    size_t budget_count;
    bool has_budgets;
    struct file_robot *robots;
    size_t robot_count;
};

/* Parses and checks. `known` has the departments that the file may name without holding
 * them. -EINVAL with the member's path. organisation_file_release() what comes back. */
int organisation_file_parse(const char *text, size_t length, const struct organisation *known,
                            struct organisation_file *ret_file, struct fault *fault)
    __attribute__((warn_unused_result));
void organisation_file_release(struct organisation_file *file);

/* The store's organisation in the same form, indented by one space. In one view. */
int organisation_export(struct store *store, struct text *target, struct fault *fault)
    __attribute__((warn_unused_result));

/* Shared by the files that parse. */
int file_need_day(const struct json *object, const char *name, const char *where, int32_t *ret_day,
                  struct fault *fault) __attribute__((warn_unused_result));
/* The optional member "booked_from" of a version, a month after that of its from_day; absent: *ret_month
 * stays. */
int file_may_booking(const struct json *object, const char *where, int32_t from_day,
                     int32_t *ret_month, struct fault *fault) __attribute__((warn_unused_result));
/* Of two members that begin on the same day. */
int file_refuse_same_day(const char *where, int32_t day, struct fault *fault);
/* One line of 1 to `most` bytes without space around it. */
int file_need_line(const struct json *object, const char *name, const char *where, size_t most,
                   const char **ret_line, struct fault *fault) __attribute__((warn_unused_result));
/* The same of what something is called; -EINVAL also for a CPR number, which no name has. */
int file_need_name(const struct json *object, const char *name, const char *where, size_t most,
                   const char **ret_name, struct fault *fault) __attribute__((warn_unused_result));
int file_need_slug(const struct json *object, const char *name, const char *where,
                   const char **ret_slug, struct fault *fault) __attribute__((warn_unused_result));
/* What a decimal member may be. */
struct file_decimal {
    unsigned digits;
    int64_t least, most;
    const char *expected; /* in words */
};
int file_need_decimal(const struct json *object, const char *name, const char *where,
                      const struct file_decimal *kind, int64_t *ret_scaled, struct fault *fault)
    __attribute__((warn_unused_result));
/* An array of at most `most`, or nothing: then *ret_array is NULL and *ret_count 0. */
int file_may_array(const struct json *object, const char *name, const char *where, size_t most,
                   const struct json **ret_array, size_t *ret_count, struct fault *fault)
    __attribute__((warn_unused_result));
/* "share", from 0 to 1. */
int file_need_share(const struct json *object, const char *where, int64_t *ret_millionths,
                    struct fault *fault) __attribute__((warn_unused_result));
int file_need_department(const struct organisation_file *file, const struct organisation *known,
                         const char *slug, const char *where, struct fault *fault)
    __attribute__((warn_unused_result));
int file_parse_robots(struct organisation_file *file, const struct organisation *known,
                      struct fault *fault) __attribute__((warn_unused_result));
/* organisation_file_area.c. The top-level areas and keys; a department's areas and its end, whose
 * departments are looked for by file_check_ends() when all are known. */
int file_parse_areas(struct organisation_file *file, const struct organisation *known,
                     struct fault *fault) __attribute__((warn_unused_result));
int file_parse_keys(struct organisation_file *file, const struct organisation *known,
                    struct fault *fault) __attribute__((warn_unused_result));
int file_parse_memberships(const struct json *object, const char *where,
                           struct file_department *department, struct fault *fault)
    __attribute__((warn_unused_result));
int file_parse_end(const struct json *object, const char *where, struct file_department *department,
                   struct fault *fault) __attribute__((warn_unused_result));
int file_check_ends(const struct organisation_file *file, const struct organisation *known,
                    struct fault *fault) __attribute__((warn_unused_result));
void file_robot_release(struct file_robot *robot);

#endif
