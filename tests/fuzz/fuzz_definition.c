/*
 * Any bytes are a robot.json within its limits, or a fault of one line. The first byte says what side
 * effects the plugin has.
 */
#include <string.h>

#include "core/base/fault.h"
#include "core/base/text.h"
#include "core/run/definition.h"
#include "core/run/plugin_file.h"
#include "tests/fuzz/target.h"

static const char note_text[] =
    "{\"id\":\"pp\",\"version\":\"1\",\"title\":\"P\",\"side_effects\":\"idempotent\","
    "\"folders\":{\"in\":\"what comes in\"},\"configuration\":{\"type\":\"object\",\"properties\":"
    "{\"n\":{\"type\":\"integer\",\"minimum\":0,\"maximum\":9}}}}";

static void definition_hold(const struct definition *definition)
{
    size_t i;

    must(text_is_slug(definition->id));
    must(definition->configuration != NULL);
    must(definition->attempts >= 1 && definition->attempts <= 100);
    must(definition->lease >= 1 && definition->lease <= 256);
    must(definition->limit >= 1 && definition->limit <= 64);
    must(definition->retry_delay_s >= 1 && definition->retry_delay_s <= definition->retry_most_s);
    must(definition->priority >= -100 && definition->priority <= 100);
    must(definition->folder_count <= DEFINITION_FOLDERS_MAX &&
         definition->trigger_count <= DEFINITION_TRIGGERS_MAX);
    for (i = 0; i < definition->folder_count; i++)
        must(definition->folders[i].path[0] == '/');
    for (i = 0; i < definition->system_count; i++)
        must(text_is_slug(definition->systems[i]));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct plugin_note note;
    struct definition definition;
    struct item_policy policy;
    struct fault fault = {.text = ""};

    if (size == 0)
        return 0;
    if (note.document == NULL)
        must(plugin_note_parse(note_text, sizeof note_text - 1, "pp.so", &note, &fault) == 0);
    if (definition_parse((const char *)data + 1, size - 1, "/robots/r", data[0] % 3 + 1,
                         &definition, &fault) < 0) {
        must_be_fault(&fault);
        return 0;
    }
    definition_hold(&definition);
    definition_policy(&definition, 1, data[0] % 3 + 1, &policy);
    if (definition_check(&definition, &note, &fault) < 0)
        must_be_fault(&fault);
    definition_release(&definition);
    return 0;
}
