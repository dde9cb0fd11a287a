/*
 * Any bytes are a plugin's file with a note that lies within them, or a fault that begins with its name; and any
 * note is one within the limits or a fault. As a fuzzer seldom makes a file whose tables hold together, bytes
 * that do not begin as ELF are the note itself.
 */
#include <stdlib.h>
#include <string.h>

#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/run/plugin_file.h"
#include "tests/fuzz/target.h"

#define NAME "xx.so"

static void note_hold(const char *bytes, size_t length)
{
    struct plugin_note note;
    struct fault fault = {.text = ""};

    if (plugin_note_parse(bytes, length, NAME, &note, &fault) < 0) {
        must_be_fault(&fault);
        return;
    }
    must(note.id[0] != '\0' && strlen(note.id) < PLUGIN_ID_MAX && strchr(note.id, '/') == NULL);
    must(note.side_effects >= PLUGIN_IDEMPOTENT && note.side_effects <= PLUGIN_MANUAL);
    must(note.folders == NULL || json_count(note.folders) <= PLUGIN_FOLDERS_MAX);
    must(note.version != NULL && note.title != NULL);
    if (plugin_note_check_name(&note, "/somewhere/xx.so", &fault) == 0)
        must(strcmp(note.id, "xx") == 0);
    else
        must_be_fault(&fault);
    plugin_note_release(&note);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char magic[4] = "\177ELF";
    struct fault fault = {.text = ""};
    const char *note = NULL;
    size_t length = 0;
    char *bytes;

    if (size < sizeof magic || memcmp(data, magic, sizeof magic) != 0) {
        note_hold((const char *)data, size);
        return 0;
    }
    bytes = malloc(size); /* aligned as what the host and the commands read, and not a byte more */
    must(bytes != NULL);
    memcpy(bytes, data, size);
    if (plugin_file_find_note(bytes, size, NAME, &note, &length, &fault) < 0) {
        must_be_fault(&fault);
        must(strncmp(fault.text, NAME, strlen(NAME)) == 0);
    } else {
        must(note >= bytes && length <= size && (size_t)(note - bytes) <= size - length);
        note_hold(note, length);
    }
    free(bytes);
    return 0;
}
