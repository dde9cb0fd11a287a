/*
 * organisation.h - departments, rates and budgets, each with its dates.
 *
 * Small tables, read whole: a caller loads a `struct organisation` and asks it.
 * Every set function belongs inside a transaction and returns 0 or a negative
 * errno with a fault.
 */
#ifndef AUTOMAGI_STORE_ORGANISATION_H
#define AUTOMAGI_STORE_ORGANISATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fault;
struct store;

struct department_name {
    int32_t from_day;
    char *name;
};

/* From a day on so many millionths of what the department has go to another; those of a department add
 * up to SHARE_WHOLE, and all have the same from_day. */
struct department_successor {
    int32_t from_day;
    int32_t booking_from;
    int64_t successor_id;
    int64_t millionths;
};

struct department_area {
    int32_t from_day;
    int64_t area_id; /* 0: of none */
};

/* What stands above departments and is never one itself. */
struct area {
    int64_t id;
    char *slug;
    char *name;
};

struct department {
    int64_t id;
    char *slug;
    struct department_name *names; /* by from_day, oldest first; at least one */
    size_t name_count;
    char **aliases; /* also_called */
    size_t alias_count;
    struct department_successor *successors; /* by their ids; none: it goes on */
    size_t successor_count;
    struct department_area *areas; /* by from_day */
    size_t area_count;
};

/* The newest booking: "as everything is known now". */
#define BOOKING_LATEST INT32_MAX

enum { RATE_ORE_MOST = 100000000 }; /* an hour costs up to a million kroner */

/* booking_from, of this and every version: the first booking month that it values; 0: all. */
struct rate {
    int32_t from_day;
    int32_t booking_from;
    int64_t ore_per_hour;
};

/* The target of a year, and the day since which it is this. */
struct budget {
    int64_t department_id;
    int32_t year;
    int32_t from_day;
    int64_t kroner;
};

struct distribution_key {
    int32_t from_day;
    int64_t department_id;
    int64_t millionths;
};

#define ORGANISATION_TIME_ZONE "Europe/Copenhagen" /* until one is loaded */

struct organisation {
    char *name;
    char *time_zone;
    int64_t hours_per_fte;
    bool is_demo;                   /* store_is_demo() */
    struct department *departments; /* in their order */
    size_t department_count;
    struct rate *rates; /* by from_day, booking_from */
    size_t rate_count;
    struct budget *budgets; /* all versions: by department order, year, from_day */
    size_t budget_count;
    struct area *areas; /* by slug */
    size_t area_count;
    struct distribution_key *keys; /* by from_day, then department order */
    size_t key_count;
};

/* Reads everything; organisation_release() frees it. An installation into which
 * nothing was loaded has name "" and no departments. */
int organisation_read(struct store *store, struct organisation *ret_organisation,
                      struct fault *fault) __attribute__((warn_unused_result));
void organisation_release(struct organisation *organisation);

/* NULL when unknown. Borrowed from the organisation. */
const struct department *organisation_department(const struct organisation *organisation,
                                                 const char *slug);
const struct department *organisation_department_by_id(const struct organisation *organisation,
                                                       int64_t id);
/* Its name on a day: the latest that began on or before it, else the first. */
const char *department_name_on(const struct department *department, int32_t day);
/* The department that is called so: by its slug, a name that it has or had, or one it is also called by, however
 * its case, blanks and signs are written. NULL: none is, or more than one. -ENOMEM. Borrowed. */
int organisation_department_called(const struct organisation *organisation, const char *name,
                                   const struct department **ret_department, struct fault *fault)
    __attribute__((warn_unused_result));
/* The area of that name or slug, likewise. */
int organisation_area_called(const struct organisation *organisation, const char *name,
                             const struct area **ret_area, struct fault *fault)
    __attribute__((warn_unused_result));
/* The rate of a day, as what is booked in `booking` is valued; 0 before the first rate. */
int64_t organisation_rate_for(const struct organisation *organisation, int32_t day,
                              int32_t booking);
/* The same for BOOKING_LATEST. */
int64_t organisation_rate_on(const struct organisation *organisation, int32_t day);
/* The target of a department and year as it stood on a day: the latest version of then, else the
 * first. False, and 0, when the year has none. */
bool organisation_budget_on(const struct organisation *organisation, int64_t department_id,
                            int32_t year, int32_t day, int64_t *ret_kroner);
/* The latest version, or NULL. Borrowed. */
const struct budget *organisation_budget(const struct organisation *organisation,
                                         int64_t department_id, int32_t year);
/* Its area on a day, or NULL. Borrowed. */
const struct area *organisation_area_on(const struct organisation *organisation,
                                        const struct department *department, int32_t day);
/* The distribution keys of a day: all those with the latest from_day on or before it. The count;
 * *ret_first points into organisation->keys, NULL for none. */
size_t organisation_keys_on(const struct organisation *organisation, int32_t day,
                            const struct distribution_key **ret_first);

/* -ENOENT and the one sentence for a department that is not there, with the id that was meant when its slug, a name
 * it has or had, or one it is also called by is near (name_fold()). */
int department_refuse(const struct organisation *organisation, const char *slug,
                      struct fault *fault);
/* The id of a department by its slug; -ENOENT as department_refuse(). */
int department_find(struct store *store, const char *slug, int64_t *ret_id, struct fault *fault)
    __attribute__((warn_unused_result));

/* -EINVAL with a fault that names what is wrong; also another time zone than before, once there
 * are tasks or items, and in a store that a writer has taken over (writer.h): its process goes by the zone it was
 * opened with. */
int organisation_set(struct store *store, const char *name, const char *time_zone,
                     int64_t hours_per_fte, struct fault *fault)
    __attribute__((warn_unused_result));
/* A rate of the same day and booking_from is replaced. */
int rate_set(struct store *store, const struct rate *rate, struct fault *fault)
    __attribute__((warn_unused_result));
/* Makes the department when it is not there; position orders tables. */
int department_put(struct store *store, const char *slug, int64_t position, int64_t *ret_id,
                   struct fault *fault) __attribute__((warn_unused_result));
int department_name_set(struct store *store, int64_t department_id, int32_t from_day,
                        const char *name, struct fault *fault) __attribute__((warn_unused_result));
/* Replaces the whole list. */
int department_aliases_set(struct store *store, int64_t department_id, char *const *names,
                           size_t count, struct fault *fault) __attribute__((warn_unused_result));
struct budget_new {
    int64_t department_id;
    int32_t year;
    int32_t from_day; /* since when it is this; one of the same day is replaced */
    int64_t kroner;
    const char *set_by; /* a line without CPR numbers */
    const char *reason; /* may be "" */
};
int budget_set(struct store *store, const struct budget_new *budget, struct fault *fault)
    __attribute__((warn_unused_result));

/* Takes a version away; nothing happens when it is not there. What rests on a rate is the
 * caller's to ask. */
int rate_remove(struct store *store, int32_t from_day, int32_t booking_from, struct fault *fault)
    __attribute__((warn_unused_result));
int department_name_remove(struct store *store, int64_t department_id, int32_t from_day,
                           struct fault *fault) __attribute__((warn_unused_result));
/* All versions of the year. */
int budget_remove(struct store *store, int64_t department_id, int32_t year, struct fault *fault)
    __attribute__((warn_unused_result));

#endif
