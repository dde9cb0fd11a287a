/* test_my_plugin.c - the plugin's callbacks, called without Automagi, on the files in input/. */
#include "my_plugin.c"

#include <stdarg.h>
#include <stdlib.h>

static char found[16][AG_REFERENCE_MAX];
static int found_count;
static int failures;

static void check(int is_right, const char *what)
{
    printf("%s: %s\n", is_right ? "ok" : "FAILED", what);
    failures += !is_right;
}

static void host_log(void *run, int level, const char *format, ...)
{
    va_list arguments;

    (void)run;
    (void)level;
    va_start(arguments, format);
    (void)vprintf(format, arguments);
    va_end(arguments);
    (void)putchar('\n');
}

static int host_stopping(void *run)
{
    (void)run;
    return 0;
}

static int32_t host_add(void *run, const struct ag_item *item)
{
    (void)run;
    if (found_count < 16)
        (void)snprintf(found[found_count++], AG_REFERENCE_MAX, "%s", item->reference);
    return AG_OK;
}

static int host_folder(void *run, const char *name)
{
    (void)run;
    return open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

int main(void)
{
    const struct ag_host host = {.size = sizeof(host),
                                 .abi = AG_ABI,
                                 .configuration = "{}",
                                 .robot = "my-plugin",
                                 .run_id = 1,
                                 .log = host_log,
                                 .stopping = host_stopping,
                                 .add = host_add,
                                 .folder = host_folder};
    struct ag_item item = {.size = sizeof(item), .attempt = 1, .payload = ""};
    struct ag_result result = {.size = sizeof(result)};
    char note[AG_NOTE_MAX] = "";

    check(automagi_plugin.collect(&host, NULL, note) == AG_OK, "collect");
    check(found_count == 1, "one file is found");
    item.reference = found[0];
    check(automagi_plugin.perform(&host, NULL, &item, &result) == AG_OK, "it is done");
    item.reference = "../my_plugin.c";
    check(automagi_plugin.perform(&host, NULL, &item, &result) == AG_TRANSIENT,
          "nothing outside the folder is read");
    return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
