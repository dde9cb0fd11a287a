/* Whatever its daemon sends, a host is set up within its limits, or says in one line why not. */
#include <string.h>

#include "core/base/fault.h"
#include "core/run/host/setup.h"
#include "tests/fuzz/target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct host_setup setup;
    struct fault fault = {.text = ""};
    size_t i;

    if (host_setup_parse((const char *)data, size, &setup, &fault) < 0) {
        must_be_fault(&fault);
        return 0;
    }
    must(setup.robot != NULL && setup.plugin != NULL && setup.log_folder != NULL &&
         setup.work_folder != NULL);
    must(setup.folder_count <= PLUGIN_FOLDERS_MAX && setup.limits.log_kib > 0);
    for (i = 0; i < setup.folder_count; i++)
        must(setup.folders[i].path != NULL && setup.folders[i].fd == -1);
    host_setup_release(&setup);
    return 0;
}
