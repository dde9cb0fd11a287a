/*
 * settings.h - the robot's configuration, as the plugin uses it. README.md explains the members.
 *
 * The core has held the JSON against the schema in the note; it is read here with
 * care all the same, for a plugin is also run by others (tests, later cores).
 *
 * Threads: no shared state. Memory: settings_release().
 */
#ifndef LIST_DELIVERY_SETTINGS_H
#define LIST_DELIVERY_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SETTINGS_PROBLEM_MAX = 300,
    SETTINGS_COLUMNS_MAX = 16,
    SETTINGS_NAME_MAX = 65,
    SETTINGS_FILE_MAX = 128,
    SETTINGS_TEXT_MAX = 4001,
    SETTINGS_CLOSED_MAX = 31
};

enum settings_type { SETTINGS_TYPE_TEXT, SETTINGS_TYPE_NUMBER, SETTINGS_TYPE_DAY };

struct settings_column {
    char name[SETTINGS_NAME_MAX];
    enum settings_type type;
    unsigned decimals;
    bool not_negative; /* a row below zero is for a person */
};

struct settings {
    char reference[33]; /* what references begin with */
    bool per_unit;      /* an item is one unit's file; else the whole list */
    bool monthly;       /* a list is of a month; else of a day */

    char source_file[SETTINGS_FILE_MAX]; /* a pattern, fnmatch(3) */
    bool xlsx;
    char sheet[SETTINGS_NAME_MAX]; /* "" = the first visible one */
    int64_t settle_s;

    char date_column[SETTINGS_NAME_MAX]; /* "" = the day the file was changed */
    char key_column[SETTINGS_NAME_MAX];
    char unit_column[SETTINGS_NAME_MAX];
    struct settings_column columns[SETTINGS_COLUMNS_MAX]; /* what is delivered, in order */
    size_t column_count;

    char receivers_file[SETTINGS_FILE_MAX];
    char output_file[201]; /* see fill.h */
    bool letter;           /* else CSV */
    char *subject;         /* of a letter; "" */
    char *opening;
    char *closing;

    bool working_days_only;
    struct {
        int month;
        int date;
    } closed[SETTINGS_CLOSED_MAX]; /* days of every year that are none of work either */
    size_t closed_count;
    int64_t max_file_age_hours; /* -1: any */
    int64_t max_list_age_days;  /* -1: any */
    int64_t max_change_percent; /* -1: any */
};

/* 0, or -EINVAL (-ENOMEM) with `problem`: one Danish sentence that names the member.
 * settings_release() after either. */
int settings_parse(struct settings *settings, const char *json, char problem[SETTINGS_PROBLEM_MAX]);
/* Takes NULL or zeroed settings. */
void settings_release(struct settings *settings);

#endif
