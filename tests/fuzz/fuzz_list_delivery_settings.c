/* Any text is a configuration of list_delivery within its limits, or a problem of one line. */
#include <stdlib.h>
#include <string.h>

#include "plugins/list_delivery/settings.h"
#include "tests/fuzz/target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *json = string_of(data, size);
    char problem[SETTINGS_PROBLEM_MAX] = "";
    struct settings settings;

    if (settings_parse(&settings, json, problem) != 0) {
        must_be_line(problem);
    } else {
        must(settings.column_count <= SETTINGS_COLUMNS_MAX &&
             settings.closed_count <= SETTINGS_CLOSED_MAX);
        must(strchr(settings.source_file, '/') == NULL && settings.key_column[0] != '\0');
        must(settings.max_change_percent >= -1 && settings.settle_s >= 0);
    }
    settings_release(&settings);
    free(json);
    return 0;
}
