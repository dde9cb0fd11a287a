/*
 * json_place.h - where in a document we are, for the faults of json_schema.h.
 */
#ifndef AUTOMAGI_BASE_JSON_PLACE_H
#define AUTOMAGI_BASE_JSON_PLACE_H

#include <stddef.h>

struct fault;

enum { JSON_PLACE_MAX = 400 };

/* "where.list[3].name", cut when too long. */
struct json_place {
    char text[JSON_PLACE_MAX];
    size_t length;
};

void json_place_init(struct json_place *place, const char *where);
/* Both return the length before, for json_place_leave(). */
size_t json_place_enter(struct json_place *place, const char *name);
size_t json_place_enter_element(struct json_place *place, size_t index);
void json_place_leave(struct json_place *place, size_t length);

/* -EINVAL with "<place>: <text>". */
int json_place_refuse(const struct json_place *place, struct fault *fault, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
