/*
 * organisation.h - departments, rates and budgets, each with its dates.
 *
 * Small tables, read whole: a caller loads a `struct organisation` and asks it.
 * Every set function belongs inside a transaction and returns 0 or a negative
 * errno with a fault.
 */
#ifndef AUTOMAGI_STORE_ORGANISATION_H
#define AUTOMAGI_STORE_ORGANISATION_H

#include <stddef.h>
#include <stdint.h>

struct fault;
struct store;

struct department_name {
    int32_t from_day;
    char *name;
};

struct department {
    int64_t id;
    char *slug;
    struct department_name *names; /* by from_day, oldest first; at least one */
    size_t name_count;
    char **aliases; /* also_called */
    size_t alias_count;
};

struct rate {
    int32_t from_day;
    int64_t ore_per_hour;
};

struct budget {
    int64_t department_id;
    int32_t year;
    int64_t kroner;
};

#define ORGANISATION_TIME_ZONE "Europe/Copenhagen" /* until one is loaded */

struct organisation {
    char *name;
    char *time_zone;
    int64_t hours_per_fte;
    struct department *departments; /* in their order */
    size_t department_count;
    struct rate *rates; /* by from_day */
    size_t rate_count;
    struct budget *budgets; /* by department order, year */
    size_t budget_count;
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
/* The rate of a day; 0 before the first rate. */
int64_t organisation_rate_on(const struct organisation *organisation, int32_t day);

/* The id of a department by its slug; -ENOENT when there is none. */
int department_find(struct store *store, const char *slug, int64_t *ret_id, struct fault *fault)
    __attribute__((warn_unused_result));

/* -EINVAL with a fault that names what is wrong; also another time zone than before, once there
 * are tasks or items. */
int organisation_set(struct store *store, const char *name, const char *time_zone,
                     int64_t hours_per_fte, struct fault *fault)
    __attribute__((warn_unused_result));
int rate_set(struct store *store, int32_t from_day, int64_t ore_per_hour, struct fault *fault)
    __attribute__((warn_unused_result));
/* Makes the department when it is not there; position orders tables. */
int department_put(struct store *store, const char *slug, int64_t position, int64_t *ret_id,
                   struct fault *fault) __attribute__((warn_unused_result));
int department_name_set(struct store *store, int64_t department_id, int32_t from_day,
                        const char *name, struct fault *fault) __attribute__((warn_unused_result));
/* Replaces the whole list. */
int department_aliases_set(struct store *store, int64_t department_id, char *const *names,
                           size_t count, struct fault *fault) __attribute__((warn_unused_result));
int budget_set(struct store *store, int64_t department_id, int32_t year, int64_t kroner,
               struct fault *fault) __attribute__((warn_unused_result));

/* Takes a version away; nothing happens when it is not there. What rests on a rate is the
 * caller's to ask. */
int rate_remove(struct store *store, int32_t from_day, struct fault *fault)
    __attribute__((warn_unused_result));
int department_name_remove(struct store *store, int64_t department_id, int32_t from_day,
                           struct fault *fault) __attribute__((warn_unused_result));
int budget_remove(struct store *store, int64_t department_id, int32_t year, struct fault *fault)
    __attribute__((warn_unused_result));

#endif
