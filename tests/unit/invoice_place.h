/*
 * invoice_place.h - a robot of the plugin invoice_check with an inbox of its own, for unit tests.
 *
 * Everything is under a folder in /tmp. What cannot be done fails the test.
 *
 * Threads: none. Memory: place_remove().
 */
#ifndef AUTOMAGI_TESTS_UNIT_INVOICE_PLACE_H
#define AUTOMAGI_TESTS_UNIT_INVOICE_PLACE_H

#include <stdbool.h>

#include "tests/standins/fake_host.h"

#define PLACE_CONFIGURATION                                                                        \
    "{\"grants_file\":\"grants.csv\",\"decimal_mark\":\",\",\"grant_amounts\":\"with_vat\"}"
/* One grant: that of 01-mentor-marts.xml. */
#define PLACE_GRANTS                                                                               \
    "case;supplier_cvr;from;to;amount;currency\n"                                                  \
    "MOM-2026-0101;99999991;2026-01-01;2026-06-30;12000,00;DKK\n"

struct place {
    struct fake_host fake;
    char folder[64];
    char inbox[96]; /* starts empty */
    char note[AG_NOTE_MAX];
};

/* `grants` is written as grants.csv; NULL: there is none. */
void place_make(struct place *place, const char *grants);
void place_remove(struct place *place);

/* Puts 01-mentor-marts.xml (380|99999991|1001) into the inbox as `name`, with `from` replaced by
 * `to` unless NULL. */
void place_copy(struct place *place, const char *name, const char *from, const char *to);
/* Takes a file out of the inbox. */
void place_take(struct place *place, const char *name);

/* Begins a run, and has it collect. fake_host_close() ends it. */
void place_collect(struct place *place);
/* Is `reference` the one `expected` means? In front of the last '|' of `expected` stands what it
 * begins with, behind it what it ends with: between them are hashes. */
bool place_is(const char *reference, const char *expected);
/* The only item that place_is(); NULL when there is none. */
const struct fake_item *place_find(const struct place *place, const char *expected);
/* Performs that item; place->note is what it said. */
int32_t place_perform(struct place *place, const char *expected);

#endif
