/*
 * Any bytes are a member's header in our one spelling or none; a description of a backup or a fault;
 * a whole file's end or a refusal. What is taken is written again as it was read.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/fault.h"
#include "core/base/text.h"
#include "core/store/backup_inner.h"
#include "core/store/backup_manifest.h"
#include "core/store/tar.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_header(const uint8_t *data, size_t size)
{
    unsigned char block[TAR_BLOCK] = {0};
    unsigned char again[TAR_BLOCK];
    struct tar_member member;

    memcpy(block, data, size < TAR_BLOCK ? size : TAR_BLOCK);
    if (!tar_header_read(block, &member))
        return;
    tar_header(&member, again);
    if (memcmp(block, again, sizeof block) != 0 || member.size_bytes < 0 || member.modified_s < 0 ||
        (member.size_bytes + tar_padding(member.size_bytes)) % TAR_BLOCK)
        abort();
    if (backup_key_is_name(member.name) &&
        (strstr(member.name, "..") != NULL || strncmp(member.name, "keys/", 5) != 0))
        abort();
}

static void check_again(const struct backup_manifest *manifest)
{
    struct backup_manifest again = {.program = ""};
    struct fault fault = {.text = ""};
    struct text first;
    struct text second;
    size_t i;

    for (i = 0; i < manifest->plugin_count; i++)
        if (strchr(manifest->plugins[i].file, '/') != NULL || manifest->plugins[i].file[0] == '\0')
            abort();
    text_init(&first, SIZE_MAX);
    text_init(&second, SIZE_MAX);
    backup_manifest_write(manifest, &first);
    if (first.broken != 0)
        abort();
    if (first.length <= BACKUP_MANIFEST_MAX) {
        if (backup_manifest_read(first.bytes, first.length, &again, &fault) != 0)
            abort();
        backup_manifest_write(&again, &second);
        if (first.length != second.length || memcmp(first.bytes, second.bytes, first.length) != 0)
            abort();
    }
    backup_manifest_release(&again);
    text_release(&first);
    text_release(&second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct backup_manifest manifest = {.program = ""};
    struct fault fault = {.text = ""};

    check_header(data, size);
    if (backup_manifest_read((const char *)data, size, &manifest, &fault) == 0)
        check_again(&manifest);
    else if (fault.text[0] == '\0')
        abort();
    backup_manifest_release(&manifest);
    return 0;
}
