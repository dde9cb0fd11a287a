/*
 * list_place.h - a robot of the plugin list_delivery with folders of its own, for unit tests.
 *
 * Everything is under a folder in /tmp. What cannot be done fails the test.
 *
 * Threads: none. Memory: list_place_remove().
 */
#ifndef AUTOMAGI_TESTS_UNIT_LIST_PLACE_H
#define AUTOMAGI_TESTS_UNIT_LIST_PLACE_H

#include "tests/standins/fake_host.h"

/* A daily list of OPG numbers, three columns, one file per unit. `more` goes in at the end. */
#define LIST_PLACE_DAILY(more)                                                                     \
    "{\"reference\":\"mangel\",\"item\":\"list\",\"period\":\"day\",\"source_file\":\"*.csv\","    \
    "\"date_column\":\"Dato\",\"key_column\":\"Nr\",\"unit_column\":\"Enhed\","                    \
    "\"columns\":[{\"name\":\"Nr\"},{\"name\":\"Frist\",\"type\":\"day\"}],"                       \
    "\"receivers_file\":\"r.csv\",\"output_file\":\"{date}/{unit}.csv\"" more "}"

struct list_place {
    struct fake_host fake;
    char folder[64];
    char note[AG_NOTE_MAX];
    char *configuration; /* of a sample robot; else NULL */
};

/* Folders source, outbox, state and receivers, empty; granted. */
void list_place_make(struct list_place *place, const char *configuration);
/* The same with the configuration, lists and receivers of a robot in robots/. */
void list_place_sample(struct list_place *place, const char *robot);
void list_place_remove(struct list_place *place);

/* Writes a file "source/a.csv"; a time of the past in hours. */
void list_place_write(struct list_place *place, const char *path, const char *text);
void list_place_age(struct list_place *place, const char *path, long hours);
/* The file's bytes are these; there is no such file. */
void list_place_holds(const struct list_place *place, const char *path, const char *expected);
void list_place_lacks(const struct list_place *place, const char *path);

/* Begins a run, and has it collect; fake_host_close() ends it. */
void list_place_collect(struct list_place *place);
/* Performs the item with this reference; place->note is what it said. */
int32_t list_place_perform(struct list_place *place, const char *reference);
/* A run as it is: collects, performs the item, ends. */
int32_t list_place_run(struct list_place *place, const char *reference);

#endif
