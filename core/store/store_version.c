#include "core/store/store_version.h"

#include <stddef.h>

#include "core/store/store.h"
#include "upgrade_2_sql.h"
#include "upgrade_3_sql.h"

static const char *const kept_2[] = {
    "SELECT count(*) FROM idea",
    "SELECT ifnull(sum(id), 0) FROM idea",
    "SELECT ifnull(sum(status + ifnull(department_id, 0) + ifnull(hours, 0) + ifnull(go_live_day, "
    "0) "
    "+ ifnull(priority, 0) + ifnull(robot_id, 0) + ifnull(approved_day, 0)), 0) FROM idea",
    "SELECT ifnull(sum(length(title) + length(sender) + length(owner) + length(description) "
    "+ ifnull(length(approved_by), 0) + ifnull(length(answer), 0)), 0) FROM idea",
    "SELECT ifnull(sum(made_ms), 0) + ifnull(sum(changed_ms), 0) FROM idea",
    NULL,
};

static const char *const kept_3[] = {
    "SELECT count(*) FROM item",
    "SELECT ifnull(sum(id), 0) FROM item",
    "SELECT ifnull(sum(business_day + state + attempts + uncertain), 0) FROM item",
    "SELECT count(*) FROM attempt_note",
    NULL,
};

static const struct store_version versions[] = {
    {
        .version = 1,
        .min_reader = 1,
        .min_writer = 1,
        .fingerprint = {UINT64_C(0x9268e07b326d209), 65},
    },
    {
        .version = 2,
        .min_reader = 2, /* an earlier one takes a demo home's figures for real */
        .min_writer = 2,
        .fingerprint = {UINT64_C(0xbd1b6aaabc728083), 74},
        .upgrade = UPGRADE_2_SQL,
        .kept = kept_2,
        .was_unmarked = true,
    },
    {
        .version = 3,
        .min_reader = 2,
        .min_writer = 3, /* an earlier one gives an item a business date and does not say so */
        .fingerprint = {UINT64_C(0xa8627feb68d9d9ae), 75},
        .upgrade = UPGRADE_3_SQL,
        .kept = kept_3,
    },
};

_Static_assert(sizeof versions / sizeof versions[0] == STORE_VERSION, "a version each");

const struct store_version *store_version(int64_t version)
{
    return version >= 1 && version <= STORE_VERSION ? &versions[version - 1] : NULL;
}
