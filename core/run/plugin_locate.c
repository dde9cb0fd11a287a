#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "core/base/fault.h"
#include "core/base/file.h"
#include "core/base/text.h"
#include "core/run/definition.h"

enum { PATH_SIZE = 4096 };

/* build/bin/automagid -> build/plugins, PREFIX/bin/automagid -> PREFIX/lib/automagi/plugins: so a
 * tree works where it stands, built or installed, also below a DESTDIR. */
static bool beside_programs(const char *folder, char target[PATH_SIZE])
{
    char program[PATH_SIZE];
    ssize_t length = readlink("/proc/self/exe", program, sizeof(program) - 1);
    char *slash;

    if (length <= 0)
        return 0;
    program[length] = '\0';
    slash = strrchr(program, '/');
    if (slash == NULL || slash == program)
        return 0;
    *slash = '\0';
    slash = strrchr(program, '/');
    if (slash == NULL)
        return 0;
    *slash = '\0';
    return file_join(target, PATH_SIZE, program, folder);
}

bool plugin_folder(const char *home, unsigned index, char *target)
{
    switch (index) {
    case 0:
        return file_join(target, PATH_SIZE, home, "plugins");
    case 1:
    case 2:
        if (!beside_programs(index == 1 ? "plugins" : "lib/automagi/plugins", target))
            target[0] = '\0';
        return true;
    case 3:
        /* Usually the same as the one before: then it is not listed twice. */
        if (beside_programs("lib/automagi/plugins", target) &&
            strcmp(target, AUTOMAGI_PLUGIN_FOLDER) == 0)
            target[0] = '\0';
        else
            (void)text_copy(target, PATH_SIZE, AUTOMAGI_PLUGIN_FOLDER);
        return true;
    }
    return 0;
}

int plugin_locate(const char *home, const char *plugin, char *target, struct fault *fault)
{
    char folder[PATH_SIZE];
    char name[128];
    unsigned i;

    if (!text_is_slug(plugin) || strlen(plugin) >= 64)
        return fault_set(fault, -EINVAL, "\"%.80s\" is not a plugin's name", plugin);
    (void)text_copy(name, sizeof(name), plugin);
    memcpy(name + strlen(name), ".so", 4);
    for (i = 0; plugin_folder(home, i, folder); i++) {
        if (folder[0] != '\0' && file_join(target, PATH_SIZE, folder, name) &&
            access(target, F_OK) == 0)
            return 0;
    }
    return fault_set(fault, -ENOENT,
                     "the plugin %s was not found; put %s into %s/plugins (`automagi plugin list` "
                     "shows the folders searched)",
                     plugin, name, home);
}
