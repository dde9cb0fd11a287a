/* doctor: the machine: libraries, time zones, systemd's unit. */
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>
#include <utf8proc.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/base/version.h"
#include "core/command/doctor.h"
#include "core/store/organisation.h"
#include "core/store/store.h"

enum { PATH_SIZE = 4096, UNIT_SIZE_MAX = 65536, SQLITE_LEAST = 3040000 /* store_settings.c */ };

#define UNIT "automagi.service"
/* systemd.unit(5), where a unit of a system is looked for; the first that has it is used. */
static const char UNIT_FOLDERS[] = "/etc/systemd/system:/run/systemd/system:"
                                   "/usr/local/lib/systemd/system:/usr/lib/systemd/system:"
                                   "/lib/systemd/system";

static void check_libraries(struct doctor *doctor)
{
    int number = 0;
    const char *sqlite = store_library_version(&number);
    bool is_old = number < SQLITE_LEAST;

    if (is_old)
        doctor_fix(doctor, "apt-get install --only-upgrade libsqlite3-0");
    doctor_row(doctor, is_old ? DOCTOR_WRONG : DOCTOR_OK,
               "libraries: automagi %s with SQLite %s, cJSON %s, libsodium %s, utf8proc %s%s",
               automagi_version, sqlite, json_library_version(), sodium_version_string(),
               utf8proc_version(), is_old ? "; SQLite 3.40 or later is needed" : "");
}

static void check_zone(struct doctor *doctor)
{
    struct organisation organisation = {0};
    const char *zone = ORGANISATION_TIME_ZONE;
    struct fault fault = {.text = ""};

    if (doctor->store != NULL) {
        int result = organisation_read(doctor->store, &organisation, &fault);

        doctor_failed(doctor, result, "organisation", &fault);
        if (result == 0)
            zone = organisation.time_zone;
    }
    if (clock_set_zone(zone, &fault) == 0) {
        doctor_row(doctor, DOCTOR_OK, "time zone: %s is known", zone);
    } else {
        doctor_fix(doctor, "apt-get install --reinstall tzdata");
        doctor_row(doctor, DOCTOR_WRONG, "time zone: %s", fault.text);
    }
    organisation_release(&organisation);
}

static const char *unit_folders(const struct doctor *doctor)
{
    return doctor->settings->unit_folders != NULL ? doctor->settings->unit_folders : UNIT_FOLDERS;
}

/* The words " --home HOME" in a unit. */
static bool names_home(const char *unit, const char *home)
{
    char resolved[PATH_MAX];
    char wanted[PATH_MAX + 16];
    const char *at;

    (void)snprintf(wanted, sizeof(wanted), " --home %s",
                   realpath(home, resolved) != NULL ? resolved : home);
    for (at = strstr(unit, wanted); at != NULL; at = strstr(at + 1, wanted))
        if (strchr(" \n", at[strlen(wanted)]) != NULL)
            return true;
    return false;
}

bool doctor_is_service(const struct doctor *doctor)
{
    char path[PATH_SIZE];
    struct text unit;
    bool is_its = false;

    if (!doctor->settings->has_systemd ||
        !file_find(unit_folders(doctor), UNIT, F_OK, path, sizeof(path)))
        return false;
    text_init(&unit, UNIT_SIZE_MAX);
    is_its = file_read(AT_FDCWD, path, &unit, NULL) == 0 &&
             names_home(text_string(&unit), doctor->settings->home);
    text_release(&unit);
    return is_its;
}

static void check_unit(struct doctor *doctor)
{
    const char *folders = unit_folders(doctor);
    char unit[PATH_SIZE];
    char wanted[PATH_SIZE];

    if (!doctor->settings->has_systemd) {
        doctor_row(doctor, DOCTOR_OK, "service: systemd does not run this machine");
        return;
    }
    if (!file_find(folders, UNIT, F_OK, unit, sizeof(unit))) {
        doctor_fix(doctor, "make install && systemctl daemon-reload && "
                           "systemctl enable --now automagi");
        doctor_row(doctor, DOCTOR_NOTE,
                   "service: " UNIT " is in no folder of systemd: automagid is not started with "
                   "the machine, nor again after a failure");
    } else if (!file_find(folders, "multi-user.target.wants/" UNIT, F_OK, wanted, sizeof(wanted))) {
        doctor_fix(doctor, "systemctl enable --now automagi");
        doctor_row(doctor, DOCTOR_NOTE, "service: %s is not started with the machine", unit);
    } else {
        doctor_row(doctor, DOCTOR_OK, "service: %s starts with the machine", unit);
    }
}

/* Printing is automagi-print's, which looks for them in the same way. */
static void check_browser(struct doctor *doctor)
{
    static const char *const programs[] = {"chromium", "chromedriver"};
    char path[PATH_SIZE];
    size_t i;

    for (i = 0; i < sizeof(programs) / sizeof(programs[0]); i++)
        if (!file_find_program(programs[i], path, sizeof(path))) {
            doctor_fix(doctor, "apt-get install --no-install-recommends chromium chromium-driver");
            doctor_row(doctor, DOCTOR_NOTE,
                       "browser: %s is not there: reports are made as HTML, workbooks and CSV, "
                       "but not as PDF",
                       programs[i]);
            return;
        }
    doctor_row(doctor, DOCTOR_OK, "browser: Chromium is there, which prints reports as PDF");
}

void doctor_system(struct doctor *doctor)
{
    check_zone(doctor);
    check_libraries(doctor);
    check_browser(doctor);
    check_unit(doctor);
}
