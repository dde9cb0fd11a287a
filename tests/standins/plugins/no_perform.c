/* no_perform.c - a plugin that can do nothing. */
#include "plugins/sdk/automagi.h"

AG_NOTE("{\"id\": \"no_perform\", \"version\": \"1\", \"title\": \"no_perform\"}");

AG_EXPORT const struct ag_plugin automagi_plugin = {AG_PLUGIN_HEADER};
