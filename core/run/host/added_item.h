/*
 * added_item.h - what a plugin passes to add(), and whether it can be taken.
 */
#ifndef AUTOMAGI_RUN_HOST_ADDED_ITEM_H
#define AUTOMAGI_RUN_HOST_ADDED_ITEM_H

#include <stdint.h>

#include "core/run/wire.h"
#include "plugins/sdk/automagi.h"

/* AG_OK, and the item as it is sent, but for when it was added; its texts are the plugin's. Or why it cannot be
 * taken, with a line in the log. */
int32_t added_item_take(const struct ag_item *item, struct wire_item *ret_item);

#endif
