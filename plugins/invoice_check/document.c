#include "document.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "inbox.h"
#include "mask.h"
#include "ubl.h"

#define PAYLOAD_NAME "file="
#define PAYLOAD_HASH "&fnv1a="

/* What a file is refused for without its bytes being seen; NULL: nothing, or it may pass. */
static const char *refusal(int error)
{
    switch (error) {
    case -EFBIG:
        return "filen er over 4 MiB";
    case -EINVAL:
        return "det er ikke en almindelig fil";
    case -EACCES:
    case -EPERM:
        return "robotten har ikke adgang til filen";
    default:
        return NULL;
    }
}

int document_load(struct document *document, int folder, const char *name)
{
    char *bytes = NULL;
    size_t size = 0;
    int error;

    memset(document, 0, sizeof(*document));
    error = inbox_read(folder, name, UBL_SIZE_MAX, &bytes, &size);
    if (refusal(error) != NULL) {
        document->quarantine = true;
        (void)snprintf(document->problem, sizeof(document->problem), "%s", refusal(error));
        return 0;
    }
    if (error != 0)
        return error;
    document->hash = inbox_hash(bytes, size);
    if (invoice_read(&document->invoice, bytes, size, document->problem) != 0) {
        document->quarantine = true;
        invoice_release(&document->invoice);
    }
    free(bytes);
    return 0;
}

void document_release(struct document *document)
{
    if (document == NULL)
        return;
    invoice_release(&document->invoice);
    memset(document, 0, sizeof(*document));
}

/* Is the name plain enough to be shown in a reference? */
static bool name_is_plain(const char *name)
{
    char masked[DOCUMENT_PLAIN_MAX + 1];
    const char *at;

    for (at = name; *at != '\0'; at++) {
        if (*at < ' ' || *at > '~')
            return false;
    }
    return (size_t)(at - name) <= DOCUMENT_PLAIN_MAX && !mask_line(name, masked, sizeof(masked));
}

void document_reference(const struct document *document, const struct identity *identity,
                        const char *name, bool second, char target[DOCUMENT_REFERENCE_MAX])
{
    char bytes[IDENTITY_LETTERS_MAX];
    char hashed[IDENTITY_LETTERS_MAX];
    char between[IDENTITY_BETWEEN_MAX] = "";

    identity_letters(document->hash, bytes);
    identity_letters(inbox_hash(name, strlen(name)), hashed);
    if (document->quarantine) {
        (void)snprintf(target, DOCUMENT_REFERENCE_MAX, "file|%s|%s", bytes,
                       name_is_plain(name) ? name : hashed);
        return;
    }
    if (second)
        (void)snprintf(between, sizeof(between), "dublet|%s|", bytes);
    identity_reference(identity, between, target);
}

bool document_is_second(const struct document *document, const char *reference)
{
    char bytes[IDENTITY_LETTERS_MAX];
    char between[IDENTITY_BETWEEN_MAX + 1];

    identity_letters(document->hash, bytes); /* nobody can write those of a file into it */
    (void)snprintf(between, sizeof(between), "|dublet|%s|", bytes);
    return strstr(reference, between) != NULL;
}

void document_payload(const char *name, uint64_t hash, char target[DOCUMENT_PAYLOAD_MAX])
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
    size_t used = sizeof(PAYLOAD_NAME) - 1;

    memcpy(target, PAYLOAD_NAME, sizeof(PAYLOAD_NAME));
    for (; *name != '\0' && used + 4 < DOCUMENT_PAYLOAD_MAX - 32; name++) {
        if (strchr(plain, *name) != NULL)
            target[used++] = *name;
        else
            used += (size_t)snprintf(target + used, 4, "%%%02X", (unsigned)(unsigned char)*name);
    }
    (void)snprintf(target + used, DOCUMENT_PAYLOAD_MAX - used, PAYLOAD_HASH "%016llx",
                   (unsigned long long)hash);
}

/* Reads `count` hexadecimal digits. */
static int hex_read(const char *text, size_t count, uint64_t *ret_value)
{
    static const char digits[] = "0123456789abcdef";
    uint64_t value = 0;

    for (; count > 0; count--, text++) {
        int c = *text >= 'A' && *text <= 'F' ? *text - 'A' + 'a' : *text;
        const char *found = c == '\0' ? NULL : strchr(digits, c);

        if (found == NULL)
            return -EINVAL;
        value = value << 4 | (uint64_t)(found - digits);
    }
    *ret_value = value;
    return 0;
}

int document_payload_read(const char *payload, char ret_name[DOCUMENT_NAME_MAX], uint64_t *ret_hash)
{
    const char *at = payload + sizeof(PAYLOAD_NAME) - 1;
    size_t used = 0;
    uint64_t value;

    if (strncmp(payload, PAYLOAD_NAME, sizeof(PAYLOAD_NAME) - 1) != 0)
        return -EINVAL;
    for (; *at != '\0' && *at != '&'; at++) {
        value = (unsigned char)*at;
        if (*at == '%') {
            if (hex_read(at + 1, 2, &value) != 0)
                return -EINVAL;
            at += 2;
        }
        if (value == 0 || used + 1 >= DOCUMENT_NAME_MAX)
            return -EINVAL;
        ret_name[used++] = (char)value;
    }
    ret_name[used] = '\0';
    if (used == 0 || strncmp(at, PAYLOAD_HASH, sizeof(PAYLOAD_HASH) - 1) != 0)
        return -EINVAL;
    at += sizeof(PAYLOAD_HASH) - 1;
    if (strlen(at) != 16 || hex_read(at, 16, ret_hash) != 0)
        return -EINVAL;
    return 0;
}
