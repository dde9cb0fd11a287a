/* plugin_file.c - the ELF note of a plugin, out of bytes that nobody vouches for. */
#include "core/run/plugin_file.h"

#include <assert.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "core/base/fault.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "core/base/json_schema.h"
#include "core/base/text.h"
#include "plugins/sdk/automagi.h"

#if defined(__x86_64__)
#define THIS_MACHINE      EM_X86_64
#define THIS_MACHINE_NAME "x86-64"
#elif defined(__aarch64__)
#define THIS_MACHINE      EM_AARCH64
#define THIS_MACHINE_NAME "aarch64"
#else
#error "Automagi is built for x86-64 and aarch64"
#endif

static const char note_name[] = "Automagi";

enum { HEADERS_MAX = 128, NOTES_MAX = 256, LINE_MAX_BYTES = 200 };

/* A part of the file that lies wholly within it. */
struct extent {
    const char *bytes;
    size_t length;
};

static bool extent_cut(const struct extent *whole, uint64_t offset, uint64_t length,
                       struct extent *ret_part)
{
    if (offset > whole->length || length > whole->length - offset)
        return false;
    ret_part->bytes = whole->bytes + offset;
    ret_part->length = (size_t)length;
    return true;
}

static const char *refuse_header(const Elf64_Ehdr *header)
{
    if (memcmp(header->e_ident, ELFMAG, SELFMAG) != 0)
        return "is not an ELF file; a plugin is a shared object (.so)";
    if (header->e_ident[EI_CLASS] != ELFCLASS64 || header->e_ident[EI_DATA] != ELFDATA2LSB ||
        header->e_machine != THIS_MACHINE)
        return "is built for another machine; build it for " THIS_MACHINE_NAME;
    if (header->e_ident[EI_VERSION] != EV_CURRENT || header->e_version != EV_CURRENT)
        return "is of an ELF version that is not known";
    if (header->e_type != ET_DYN)
        return "is not a shared object; link it with -shared";
    if (header->e_phentsize != sizeof(Elf64_Phdr) || header->e_phnum == 0 ||
        header->e_phnum > HEADERS_MAX)
        return "has a damaged program header table";
    return NULL;
}

static uint64_t round_up_to_4(uint64_t value)
{
    return (value + 3u) & ~(uint64_t)3u;
}

/* Takes the first note off `rest`. False when it does not fit or there is none. */
static bool note_take(struct extent *rest, Elf64_Nhdr *ret_header, struct extent *ret_name,
                      struct extent *ret_text)
{
    struct extent whole = *rest;
    uint64_t text_at;
    uint64_t next;

    if (whole.length < sizeof(*ret_header))
        return false;
    memcpy(ret_header, whole.bytes, sizeof(*ret_header));
    text_at = sizeof(*ret_header) + round_up_to_4(ret_header->n_namesz);
    if (!extent_cut(&whole, sizeof(*ret_header), ret_header->n_namesz, ret_name) ||
        !extent_cut(&whole, text_at, ret_header->n_descsz, ret_text))
        return false;
    next = text_at + round_up_to_4(ret_header->n_descsz);
    if (next > whole.length) /* the last one may lack its padding */
        next = whole.length;
    return extent_cut(&whole, next, whole.length - next, rest);
}

/* Looks through one PT_NOTE segment; *count goes up per note of ours. */
static void segment_search(struct extent rest, unsigned *count, struct extent *found)
{
    struct extent name;
    struct extent text;
    Elf64_Nhdr header;
    unsigned i;

    for (i = 0; i < NOTES_MAX && note_take(&rest, &header, &name, &text); i++) {
        if (header.n_type != AG_NOTE_TYPE || name.length != sizeof(note_name) ||
            memcmp(name.bytes, note_name, sizeof(note_name)) != 0)
            continue;
        *found = text;
        (*count)++;
    }
}

int plugin_file_find_note(const char *bytes, size_t length, const char *name, const char **ret_note,
                          size_t *ret_length, struct fault *fault)
{
    struct extent whole = {bytes, length};
    struct extent part;
    struct extent found = {NULL, 0};
    const char *refusal;
    Elf64_Ehdr header;
    Elf64_Phdr segment;
    unsigned count = 0;
    uint64_t i;

    if (length < sizeof(header))
        return fault_set(fault, -ENOEXEC, "%s: is too short to be a shared object", name);
    memcpy(&header, bytes, sizeof(header));
    refusal = refuse_header(&header);
    if (refusal)
        return fault_set(fault, -ENOEXEC, "%s: %s", name, refusal);
    if (!extent_cut(&whole, header.e_phoff, (uint64_t)header.e_phnum * sizeof(segment), &part))
        return fault_set(fault, -ENOEXEC, "%s: is truncated", name);
    for (i = 0; i < header.e_phnum; i++) {
        memcpy(&segment, part.bytes + i * sizeof(segment), sizeof(segment));
        if (segment.p_type != PT_NOTE && segment.p_type != PT_LOAD)
            continue;
        /* PT_LOAD too: a file cut short would be a SIGBUS when its pages are touched. */
        if (segment.p_filesz > length || segment.p_offset > length - segment.p_filesz)
            return fault_set(fault, -ENOEXEC, "%s: is truncated", name);
        if (segment.p_type == PT_NOTE)
            segment_search((struct extent){bytes + segment.p_offset, (size_t)segment.p_filesz},
                           &count, &found);
    }
    if (count == 0)
        return fault_set(fault, -ENOEXEC, "%s: carries no Automagi note; declare it with AG_NOTE()",
                         name);
    if (count > 1)
        return fault_set(fault, -ENOEXEC, "%s: carries %u Automagi notes; declare one", name,
                         count);
    if (found.length > 0 && found.bytes[found.length - 1] == '\0')
        found.length--;
    if (found.length > AG_NOTE_TEXT_MAX)
        return fault_set(fault, -ENOEXEC, "%s: its note is larger than %d bytes", name,
                         AG_NOTE_TEXT_MAX);
    *ret_note = found.bytes;
    *ret_length = found.length;
    return 0;
}

/* [a-z][a-z0-9_]{1,62} */
static bool is_plugin_id(const char *id)
{
    size_t length = strlen(id);

    return length >= 2 && length < PLUGIN_ID_MAX && text_is_slug(id) && !strchr(id, '-');
}

static int parse_line(const struct json *document, const char *member, const char *name,
                      const char **ret_line, struct fault *fault)
{
    int r = json_need_string(document, member, name, ret_line, fault);

    if (r < 0)
        return r;
    if (**ret_line == '\0' || strlen(*ret_line) > LINE_MAX_BYTES ||
        !text_is_line(*ret_line, strlen(*ret_line)))
        return fault_set(fault, -EINVAL, "%s: %s: must be one line of 1 to %d bytes", name, member,
                         LINE_MAX_BYTES);
    return 0;
}

static int parse_side_effects(const struct json *document, const char *name,
                              enum plugin_side_effects *ret_value, struct fault *fault)
{
    const char *value = "manual";
    int r = json_may_string(document, "side_effects", name, &value, fault);

    if (r < 0)
        return r;
    if (strcmp(value, "idempotent") == 0)
        *ret_value = PLUGIN_IDEMPOTENT;
    else if (strcmp(value, "probeable") == 0)
        *ret_value = PLUGIN_PROBEABLE;
    else if (strcmp(value, "manual") == 0)
        *ret_value = PLUGIN_MANUAL;
    else
        return fault_set(fault, -EINVAL,
                         "%s: side_effects: is \"%s\"; use idempotent, probeable or manual", name,
                         value);
    return 0;
}

static int parse_folders(const struct json *document, const char *name,
                         const struct json **ret_folders, struct fault *fault)
{
    const struct json *folders = json_member(document, "folders");
    const struct json *folder;

    *ret_folders = NULL;
    if (!folders || json_is_null(folders))
        return 0;
    if (!json_is_object(folders) || json_count(folders) > PLUGIN_FOLDERS_MAX)
        return fault_set(fault, -EINVAL, "%s: folders: must be an object of at most %d members",
                         name, PLUGIN_FOLDERS_MAX);
    for (folder = json_first(folders); folder; folder = json_next(folder))
        if (!text_is_slug(json_name(folder)) || !json_is_string(folder))
            return fault_set(fault, -EINVAL,
                             "%s: folders: \"%s\" must be a name of small letters, with what it is "
                             "for as a string",
                             name, json_name(folder));
    *ret_folders = folders;
    return 0;
}

static int parse_configuration(const struct json *document, const char *name,
                               const struct json **ret_schema, struct fault *fault)
{
    const struct json *schema = json_member(document, "configuration");

    *ret_schema = NULL;
    if (!schema || json_is_null(schema))
        return 0;
    if (json_schema_check(schema, fault) < 0)
        return fault_prefix(fault, -EINVAL, "%s: configuration", name);
    *ret_schema = schema;
    return 0;
}

int plugin_note_parse(const char *note, size_t length, const char *name,
                      struct plugin_note *ret_note, struct fault *fault)
{
    static const char *const members[] = {
        "id", "version", "title", "side_effects", "configuration", "folders", "warehouse", NULL};
    struct plugin_note parsed = {0};
    int r;

    r = json_parse(note, length, AG_NOTE_TEXT_MAX, &parsed.document, fault);
    if (r < 0)
        return r == -ENOMEM ? r : fault_prefix(fault, -EINVAL, "%s: note", name);
    if (!json_is_object(parsed.document)) {
        r = fault_set(fault, -EINVAL, "%s: the note must be a JSON object", name);
        goto out;
    }
    r = json_only(parsed.document, members, name, fault);
    if (r == 0)
        r = json_need_string(parsed.document, "id", name, &parsed.id, fault);
    if (r == 0 && !is_plugin_id(parsed.id))
        r = fault_set(fault, -EINVAL, "%s: id: must be of the form [a-z][a-z0-9_]{1,62}", name);
    if (r == 0)
        r = parse_line(parsed.document, "version", name, &parsed.version, fault);
    if (r == 0)
        r = parse_line(parsed.document, "title", name, &parsed.title, fault);
    if (r == 0)
        r = parse_side_effects(parsed.document, name, &parsed.side_effects, fault);
    if (r == 0)
        r = parse_configuration(parsed.document, name, &parsed.configuration, fault);
    if (r == 0)
        r = parse_folders(parsed.document, name, &parsed.folders, fault);
    if (r == 0 && json_member(parsed.document, "warehouse") != NULL)
        r = parse_line(parsed.document, "warehouse", name, &parsed.warehouse, fault);
    if (r < 0)
        goto out;
    *ret_note = parsed;
    parsed.document = NULL;
out:
    json_free(parsed.document);
    return r;
}

void plugin_note_release(struct plugin_note *note)
{
    if (!note)
        return;
    json_free(note->document);
    memset(note, 0, sizeof(*note));
}

int plugin_note_check_name(const struct plugin_note *note, const char *path, struct fault *fault)
{
    const char *slash = strrchr(path, '/');
    const char *file = slash ? slash + 1 : path;
    size_t length;

    assert(note->id != NULL); /* plugin_note_parse() gives no note without one */
    length = strlen(note->id);
    if (strncmp(file, note->id, length) != 0 || strcmp(file + length, ".so") != 0)
        return fault_set(fault, -EINVAL, "%s: its id is \"%s\"; name the file %s.so", path,
                         note->id, note->id);
    return 0;
}

void plugin_file_hash(const char *bytes, size_t length,
                      unsigned char ret_hash[static PLUGIN_HASH_SIZE])
{
    /* Cannot fail with these sizes. */
    (void)crypto_generichash(ret_hash, PLUGIN_HASH_SIZE, (const unsigned char *)bytes, length, NULL,
                             0);
}

int plugin_file_describe(const char *path, struct plugin_note *ret_note,
                         unsigned char ret_hash[PLUGIN_HASH_SIZE], struct fault *fault)
{
    struct plugin_note note = {0};
    struct text file;
    const char *found = NULL;
    size_t length = 0;
    int r;

    text_init(&file, PLUGIN_FILE_MAX);
    r = file_read(AT_FDCWD, path, &file, fault);
    if (r == 0)
        r = plugin_file_find_note(text_string(&file), file.length, path, &found, &length, fault);
    if (r == 0)
        r = plugin_note_parse(found, length, path, &note, fault);
    if (r == 0)
        r = plugin_note_check_name(&note, path, fault);
    if (r < 0)
        goto out;
    if (ret_hash)
        plugin_file_hash(text_string(&file), file.length, ret_hash);
    *ret_note = note;
    memset(&note, 0, sizeof(note));
out:
    plugin_note_release(&note);
    text_release(&file);
    return r;
}
