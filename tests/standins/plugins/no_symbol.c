/* no_symbol.c - a plugin that exports nothing. */
#include "plugins/sdk/automagi.h"

AG_NOTE("{\"id\": \"no_symbol\", \"version\": \"1\", \"title\": \"no_symbol\"}");
