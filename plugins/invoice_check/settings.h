/*
 * settings.h - the robot's configuration, as the plugin uses it.
 *
 * The core has held the JSON against the schema in the note; it is read here with
 * care all the same, for a plugin is also run by others (tests, later cores).
 *
 * Threads: no shared state. Memory: settings_release().
 */
#ifndef INVOICE_CHECK_SETTINGS_H
#define INVOICE_CHECK_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "invoice.h"

enum { SETTINGS_GLNS_MAX = 200, SETTINGS_PROBLEM_MAX = 200 };

struct settings {
    char grants_file[128]; /* in the folder "grants" */
    char decimal_mark;     /* of its amounts */
    char currency[4];      /* default "DKK" */
    bool grants_with_vat;  /* "grant_amounts" */
    char case_prefix[32];  /* only references that begin so count; "" = any */
    enum invoice_source sources[INVOICE_SOURCE_COUNT]; /* where the case is sought, in order */
    size_t source_count;
    char (*glns)[14]; /* the robot's own EAN numbers; none = any */
    size_t gln_count;
    int64_t settle_s; /* a file must have lain still so long; default 0 */
};

/* 0, or -EINVAL with `problem`: one Danish sentence that names the member.
 * settings_release() after either. */
int settings_parse(struct settings *settings, const char *json, char problem[SETTINGS_PROBLEM_MAX]);
/* Takes NULL or zeroed settings. */
void settings_release(struct settings *settings);

/* "AccountingCost", ...: what the place is called in the document. */
const char *settings_source_name(enum invoice_source source);

#endif
