/* Any bytes are a warehouse drop whose files lie within it, each under a name of its own, or a problem of one line. */
#include <stdlib.h>
#include <string.h>

#include "plugins/warehouse_drop/members.h"
#include "tests/fuzz/target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct members members;
    char why[MEMBERS_WHY_MAX] = "";
    const char *bytes = (const char *)data;
    size_t i;

    if (members_read(bytes, size, &members, why) < 0) {
        must_be_line(why);
        return 0;
    }
    must(members.count <= MEMBERS_MAX);
    for (i = 0; i < members.count; i++) {
        const struct whole_folder_file *file = &members.files[i];

        must(file->bytes >= bytes && file->size <= size &&
             (size_t)(file->bytes - bytes) <= size - file->size);
        must(members_find(&members, file->name) == file);
    }
    return 0;
}
