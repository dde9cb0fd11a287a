#include "identity.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "inbox.h"
#include "mask.h"

/* The length of the character at `text` when it is beyond ASCII. Broken UTF-8 does not come
 * out of an XML parser; it is gone through byte by byte. */
static size_t length_of(const unsigned char *text)
{
    size_t length = text[0] >= 0xf0 ? 4 : text[0] >= 0xe0 ? 3 : text[0] >= 0xc2 ? 2 : 1;
    size_t i;

    for (i = 1; i < length; i++) {
        if ((text[i] & 0xc0) != 0x80)
            return 1;
    }
    return length;
}

/* Spaces, punctuation and what is not seen, beyond ASCII: U+0080 to U+00BF, U+2000 to U+206F,
 * U+3000 to U+303F, U+FE00 to U+FE0F, U+FEFF, and minus U+2212. */
static bool is_empty(const unsigned char *text, size_t length)
{
    if (length == 2)
        return text[0] == 0xc2;
    if (length != 3)
        return false;
    return (text[0] == 0xe2 && (text[1] == 0x80 || (text[1] == 0x81 && text[2] <= 0xaf))) ||
           (text[0] == 0xe3 && text[1] == 0x80) || memcmp(text, "\xe2\x88\x92", 3) == 0 ||
           (text[0] == 0xef && text[1] == 0xb8 && text[2] <= 0x8f) ||
           memcmp(text, "\xef\xbb\xbf", 3) == 0;
}

/* Writes the character at `text` folded, up to 4 bytes; gives how many. */
static size_t character_fold(const unsigned char *text, size_t length, char folded[4])
{
    unsigned char byte = text[0];

    if (length == 1 && byte < 0x80) {
        if (byte >= 'a' && byte <= 'z')
            byte = (unsigned char)(byte - 'a' + 'A');
        folded[0] = (char)byte;
        return (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ? 1 : 0;
    }
    if (is_empty(text, length))
        return 0;
    memcpy(folded, text, length);
    /* U+00E0 to U+00FE but the sign of division: 32 above its capital. */
    if (length == 2 && byte == 0xc3 && text[1] >= 0xa0 && text[1] <= 0xbe && text[1] != 0xb7)
        folded[1] = (char)(text[1] - 0x20);
    return length;
}

/* Folds all but the zeros in front. */
static void signs_drop(const char *text, char *target, size_t size)
{
    const unsigned char *at = (const unsigned char *)text;
    size_t used = 0;

    while (*at != '\0') {
        size_t length = length_of(at);
        char folded[4];
        size_t count = character_fold(at, length, folded);

        if (used + count >= size)
            break;
        memcpy(target + used, folded, count);
        used += count;
        at += length;
    }
    target[used] = '\0';
}

static void zeros_drop(char *text)
{
    size_t zeros = strspn(text, "0");

    if (zeros > 0 && text[zeros] == '\0')
        zeros--;
    memmove(text, text + zeros, strlen(text + zeros) + 1);
}

void identity_fold(const char *text, char *target, size_t size)
{
    signs_drop(text, target, size);
    if (target[0] == '\0')
        (void)snprintf(target, size, "%s", text);
    zeros_drop(target);
}

void identity_letters(uint64_t hash, char target[IDENTITY_LETTERS_MAX])
{
    size_t i;

    for (i = 0; i + 1 < IDENTITY_LETTERS_MAX; i++)
        target[i] = (char)('a' + (int)(hash >> (60 - 4 * i) & 15));
    target[i] = '\0';
}

/* Fields one after the other, for a hash over them. */
struct fields {
    char text[IDENTITY_KEY_MAX + INVOICE_SOURCE_COUNT * INVOICE_REFERENCE_MAX + 128];
    size_t used;
};

/* '|' cannot be in a folded text that has letters or digits; where it is, the field is all there. */
static void field_add(struct fields *fields, const char *text)
{
    size_t room = sizeof(fields->text) - fields->used;
    int length = snprintf(fields->text + fields->used, room, "%s|", text);

    if (length > 0)
        fields->used += (size_t)length < room ? (size_t)length : room - 1;
}

static void field_fold(struct fields *fields, const char *text)
{
    char folded[INVOICE_REFERENCE_MAX];

    identity_fold(text, folded, sizeof(folded));
    field_add(fields, folded);
}

static void field_number(struct fields *fields, int64_t number)
{
    char text[24];

    (void)snprintf(text, sizeof(text), "%lld", (long long)number);
    field_add(fields, text);
}

void identity_read(const struct invoice *invoice, const char *case_id, struct identity *ret)
{
    const char *type = invoice->credit_note ? "381" : "380";
    char folded[INVOICE_NUMBER_MAX];
    struct fields document = {.used = 0};
    struct fields work = {.used = 0};
    size_t i;

    memset(ret, 0, sizeof(*ret));
    identity_fold(invoice->number, folded, sizeof(folded));
    (void)snprintf(ret->key, sizeof(ret->key), "%s|%s|%s", type, invoice->supplier_cvr, folded);
    (void)snprintf(ret->number, sizeof(ret->number), "%s", invoice->number);
    field_add(&document, ret->key);
    field_number(&document, invoice->issued);
    field_number(&document, invoice->payable.oere);
    field_fold(&document, invoice->currency);
    for (i = 0; i < INVOICE_SOURCE_COUNT; i++)
        field_fold(&document, invoice->sources[i]);
    ret->document = inbox_hash(document.text, document.used);
    if (case_id == NULL)
        return;
    field_add(&work, type);
    field_add(&work, invoice->supplier_cvr);
    field_fold(&work, case_id);
    field_number(&work, invoice->payable.oere);
    field_fold(&work, invoice->currency);
    field_number(&work, invoice->has_period ? invoice->from : invoice->issued);
    field_number(&work, invoice->has_period ? invoice->to : invoice->issued);
    ret->work = inbox_hash(work.text, work.used);
}

/* The number, folded, without what looks like a CPR number as it is printed or without signs.
 * That must be found before the zeros go: many a CPR number begins with one. */
static void number_show(const char *number, char target[INVOICE_NUMBER_MAX])
{
    char masked[INVOICE_NUMBER_MAX];
    char *at;

    (void)snprintf(masked, sizeof(masked), "%s", number);
    (void)mask_cpr(masked);
    signs_drop(masked, target, INVOICE_NUMBER_MAX);
    if (target[0] == '\0')
        (void)snprintf(target, INVOICE_NUMBER_MAX, "%s", masked);
    if (!mask_cpr(target))
        zeros_drop(target);
    for (at = target; *at != '\0'; at++) {
        if (*at < ' ' || *at > '~')
            *at = '?';
    }
}

void identity_reference(const struct identity *identity, const char *between,
                        char target[IDENTITY_REFERENCE_MAX])
{
    const char *number = strrchr(identity->key, '|') + 1;
    char shown[INVOICE_NUMBER_MAX];
    char letters[IDENTITY_LETTERS_MAX];

    identity_letters(identity->document, letters);
    number_show(identity->number, shown);
    (void)snprintf(target, IDENTITY_REFERENCE_MAX, "%.*s%s|%s%s", (int)(number - identity->key),
                   identity->key, letters, between, shown);
}
