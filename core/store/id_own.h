/*
 * id_own.h - private to core/store: ids that reports give to rows of their own.
 */
#ifndef AUTOMAGI_STORE_ID_OWN_H
#define AUTOMAGI_STORE_ID_OWN_H

struct fault;
struct store;

enum id_of { ID_OF_DEPARTMENT, ID_OF_AREA, ID_OF_ROBOT };

/* -EINVAL for the id of such a row: total, tvaergaaende (of no single department), uden-omraade (of no area). Departments,
 * areas and robots stand in the same columns as these, and who adds up the rows takes one for the other. What has such an
 * id already, from before it was refused, keeps it. */
int id_check_own(struct store *store, enum id_of of, const char *slug, struct fault *fault)
    __attribute__((warn_unused_result));

#endif
