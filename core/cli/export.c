/* export: organisation.json to a file or to standard output. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "core/base/fault.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/cli/cli.h"
#include "core/cli/progress.h"
#include "core/command/organisation_file.h"
#include "core/store/home.h"
#include "core/store/store.h"

enum { EXPORT_MAX = 64 * 1024 * 1024, MESSAGE_MAX = 4200 };

static int export_store(struct store *store, struct text *text, struct fault *fault)
{
    struct progress *progress = progress_begin("export", NULL, 0);
    int result = organisation_export(store, text, fault);

    progress_end(progress);
    return result;
}

int cli_export(const struct cli_request *request, struct fault *fault)
{
    const char *path = json_string(json_member(request->arguments, "file"));
    char message[MESSAGE_MAX];
    struct store *store = NULL;
    struct text text;
    int result = home_check(request->home, fault);

    text_init(&text, EXPORT_MAX);
    if (result == 0)
        result = store_open(request->home, STORE_READ, &store, fault);
    if (result == 0)
        result = export_store(store, &text, fault);
    if (result == 0 && strcmp(path, "-") == 0) {
        (void)fwrite(text.bytes, 1, text.length, stdout);
    } else if (result == 0) {
        result = file_write(AT_FDCWD, path, text.bytes, text.length, file_usual_mode(), fault);
        (void)snprintf(message, sizeof(message), "the organisation is written to %s", path);
        if (result == 0)
            cli_print_message(request->format, message, stdout);
    }
    store_close(store);
    text_release(&text);
    return result;
}
