/* Any text is a configuration of invoice_check within its limits, or a problem of one line. */
#include <stdlib.h>
#include <string.h>

#include "plugins/invoice_check/settings.h"
#include "tests/fuzz/target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *json = string_of(data, size);
    char problem[SETTINGS_PROBLEM_MAX] = "";
    struct settings settings;
    size_t i;

    if (settings_parse(&settings, json, problem) != 0) {
        must_be_line(problem);
    } else {
        must(settings.source_count >= 1 && settings.source_count <= INVOICE_SOURCE_COUNT);
        must(settings.gln_count <= SETTINGS_GLNS_MAX && strlen(settings.currency) == 3);
        for (i = 0; i < settings.gln_count; i++)
            must(strlen(settings.glns[i]) == 13);
    }
    settings_release(&settings);
    free(json);
    return 0;
}
