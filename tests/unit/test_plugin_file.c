/* test_plugin_file.c - the note of a plugin's file, and files that are none or damaged. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka needs the four above first */
#include <cmocka.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/fault.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/run/plugin_file.h"
#include "tests/standins/host_driver.h"

#if defined(__x86_64__)
#define THIS_MACHINE EM_X86_64
#else
#define THIS_MACHINE EM_AARCH64
#endif

static const char good[] = "{\"id\": \"demo\", \"version\": \"1.2\", \"title\": \"Demo\"}";

/* The smallest file with a note: header, one segment, the note. */
struct small_file {
    Elf64_Ehdr header;
    Elf64_Phdr segment;
    Elf64_Nhdr note;
    char name[12];
    char text[64];
};

static struct small_file file;
static struct fault fault;

static int set_up(void **state)
{
    (void)state;
    memset(&file, 0, sizeof(file));
    memcpy(file.header.e_ident, ELFMAG, SELFMAG);
    file.header.e_ident[EI_CLASS] = ELFCLASS64;
    file.header.e_ident[EI_DATA] = ELFDATA2LSB;
    file.header.e_ident[EI_VERSION] = EV_CURRENT;
    file.header.e_version = EV_CURRENT;
    file.header.e_type = ET_DYN;
    file.header.e_machine = THIS_MACHINE;
    file.header.e_phoff = offsetof(struct small_file, segment);
    file.header.e_phentsize = sizeof(Elf64_Phdr);
    file.header.e_phnum = 1;
    file.segment.p_type = PT_NOTE;
    file.segment.p_offset = offsetof(struct small_file, note);
    file.segment.p_filesz = sizeof(file) - offsetof(struct small_file, note);
    file.note.n_namesz = 9;
    file.note.n_descsz = sizeof(good);
    file.note.n_type = 1;
    memcpy(file.name, "Automagi", 9);
    memcpy(file.text, good, sizeof(good));
    return 0;
}

/* From memory of its exact size, so that a sanitizer sees a byte too many being read. */
static int find(const void *bytes, size_t length)
{
    char *copy = malloc(length + !length);
    const char *note = NULL;
    size_t note_length = 0;
    int r;

    assert_non_null(copy);
    memcpy(copy, bytes, length);
    fault.text[0] = '\0';
    r = plugin_file_find_note(copy, length, "demo.so", &note, &note_length, &fault);
    if (r == 0) {
        assert_true(note >= copy && note + note_length <= copy + length);
    } else {
        assert_int_equal(r, -ENOEXEC);
        assert_memory_equal(fault.text, "demo.so: ", 9);
    }
    free(copy);
    return r;
}

static void refused(const char *why)
{
    assert_int_equal(find(&file, sizeof(file)), -ENOEXEC);
    if (!strstr(fault.text, why))
        fail_msg("\"%s\" is not in: %s", why, fault.text);
}

static void note_is_found(void **state)
{
    const char *note = NULL;
    size_t length = 0;

    (void)state;
    assert_int_equal(
        plugin_file_find_note((const char *)&file, sizeof(file), "demo.so", &note, &length, &fault),
        0);
    assert_int_equal(length, strlen(good));
    assert_memory_equal(note, good, length);
}

static void wrong_kinds_are_refused(void **state)
{
    (void)state;
    file.header.e_ident[0] = 'x';
    refused("is not an ELF file");
    (void)set_up(NULL);
    file.header.e_machine = EM_SPARC;
    refused("another machine");
    (void)set_up(NULL);
    file.header.e_ident[EI_CLASS] = ELFCLASS32;
    refused("another machine");
    (void)set_up(NULL);
    file.header.e_ident[EI_DATA] = ELFDATA2MSB;
    refused("another machine");
    (void)set_up(NULL);
    file.header.e_type = ET_EXEC;
    refused("is not a shared object");
    (void)set_up(NULL);
    file.header.e_phentsize = 40;
    refused("damaged program header");
    (void)set_up(NULL);
    file.header.e_phnum = 0xffff;
    refused("damaged program header");
    (void)set_up(NULL);
    file.note.n_type = 2;
    refused("carries no Automagi note");
    (void)set_up(NULL);
    memcpy(file.name, "Automago", 9);
    refused("carries no Automagi note");
}

static void wild_offsets_are_refused(void **state)
{
    static const uint64_t wild[] = {sizeof(struct small_file),
                                    sizeof(struct small_file) + 1,
                                    UINT32_MAX,
                                    INT64_MAX,
                                    UINT64_MAX - 8,
                                    UINT64_MAX};
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(wild) / sizeof(wild[0]); i++) {
        (void)set_up(NULL);
        file.header.e_phoff = wild[i];
        refused("is truncated");
        (void)set_up(NULL);
        file.segment.p_filesz = wild[i];
        refused("is truncated");
        (void)set_up(NULL);
        file.segment.p_offset = wild[i];
        refused("is truncated");
        (void)set_up(NULL);
        file.note.n_namesz = (uint32_t)wild[i];
        refused("carries no Automagi note");
        (void)set_up(NULL);
        file.note.n_descsz = (uint32_t)wild[i];
        refused("carries no Automagi note");
    }
}

static void two_notes_are_refused(void **state)
{
    (void)state;
    file.note.n_descsz = 0;
    memcpy(file.text, &file.note, sizeof(file.note));
    memcpy(file.text + sizeof(file.note), "Automagi", 9);
    refused("carries 2 Automagi notes");
}

static void damage_does_no_harm(void **state)
{
    unsigned char *bytes = (unsigned char *)&file;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(file); i++)
        if (i < offsetof(struct small_file, text))
            assert_int_equal(find(&file, i), -ENOEXEC);
        else
            (void)find(&file, i);
    for (i = 0; i < sizeof(file) * 8; i++) {
        bytes[i / 8] = (unsigned char)(bytes[i / 8] ^ 1u << i % 8);
        (void)find(&file, sizeof(file));
        bytes[i / 8] = (unsigned char)(bytes[i / 8] ^ 1u << i % 8);
    }
}

static void parse_refuses(const char *note, const char *why)
{
    struct plugin_note parsed;

    fault.text[0] = '\0';
    assert_int_equal(plugin_note_parse(note, strlen(note), "demo.so", &parsed, &fault), -EINVAL);
    if (!strstr(fault.text, why) || strncmp(fault.text, "demo.so", 7) != 0)
        fail_msg("\"%s\" is not in: %s", why, fault.text);
}

#define REST "\"version\": \"1\", \"title\": \"T\""

static void notes_are_checked(void **state)
{
    (void)state;
    parse_refuses("", "note");
    parse_refuses("[]", "must be a JSON object");
    parse_refuses("{" REST "}", "id");
    parse_refuses("{\"id\": \"Demo\", " REST "}", "id");
    parse_refuses("{\"id\": \"d\", " REST "}", "id");
    parse_refuses("{\"id\": \"de-mo\", " REST "}", "id");
    parse_refuses("{\"id\": \"demo\", \"title\": \"T\"}", "version");
    parse_refuses("{\"id\": \"demo\", \"version\": \"1\", \"title\": \"a\\nb\"}", "title");
    parse_refuses("{\"id\": \"demo\", \"version\": \"1\", \"title\": \"\"}", "title");
    parse_refuses("{\"id\": \"demo\", " REST ", \"sideeffects\": \"manual\"}", "sideeffects");
    parse_refuses("{\"id\": \"demo\", " REST ", \"side_effects\": \"none\"}", "side_effects");
    parse_refuses("{\"id\": \"demo\", " REST ", \"warehouse\": true}", "warehouse");
    parse_refuses("{\"id\": \"demo\", " REST ", \"warehouse\": \"\"}", "warehouse");
    parse_refuses("{\"id\": \"demo\", " REST ", \"folders\": []}", "folders");
    parse_refuses("{\"id\": \"demo\", " REST ", \"folders\": {\"In\": \"x\"}}", "folders");
    parse_refuses("{\"id\": \"demo\", " REST ", \"folders\": {\"in\": 1}}", "folders");
    parse_refuses("{\"id\": \"demo\", " REST ", \"configuration\": {\"type\": \"x\"}}",
                  "configuration");
}

static void note_is_parsed(void **state)
{
    static const char whole[] =
        "{\"id\": \"demo\", " REST ", \"side_effects\": \"idempotent\", \"folders\": {\"in\": "
        "\"cases\"}, \"warehouse\": \"to read\", \"configuration\": {\"type\": \"object\", "
        "\"properties\": {}}}";
    struct plugin_note note;

    (void)state;
    assert_int_equal(plugin_note_parse(good, strlen(good), "demo.so", &note, &fault), 0);
    assert_string_equal(note.id, "demo");
    assert_string_equal(note.version, "1.2");
    assert_int_equal(note.side_effects, PLUGIN_MANUAL);
    assert_null(note.folders);
    assert_null(note.warehouse);
    assert_null(note.configuration);
    assert_int_equal(plugin_note_check_name(&note, "/a/demo.so", &fault), 0);
    assert_int_equal(plugin_note_check_name(&note, "demo.so", &fault), 0);
    assert_int_equal(plugin_note_check_name(&note, "/a/demo2.so", &fault), -EINVAL);
    assert_int_equal(plugin_note_check_name(&note, "/a/demo", &fault), -EINVAL);
    plugin_note_release(&note);
    plugin_note_release(&note);
    plugin_note_release(NULL);
    assert_int_equal(plugin_note_parse(whole, strlen(whole), "demo.so", &note, &fault), 0);
    assert_int_equal(note.side_effects, PLUGIN_IDEMPOTENT);
    assert_int_equal(json_count(note.folders), 1);
    assert_string_equal(note.warehouse, "to read");
    assert_non_null(note.configuration);
    plugin_note_release(&note);
}

static void built_plugins_are_described(void **state)
{
    unsigned char hash[PLUGIN_HASH_SIZE];
    unsigned char again[PLUGIN_HASH_SIZE];
    struct plugin_note note;
    struct text bytes;
    size_t cut;

    (void)state;
    assert_int_equal(plugin_file_describe(driver_plugin("ok"), &note, hash, &fault), 0);
    assert_string_equal(note.id, "ok");
    assert_int_equal(note.side_effects, PLUGIN_PROBEABLE);
    plugin_note_release(&note);
    text_init(&bytes, PLUGIN_FILE_MAX);
    assert_int_equal(file_read(AT_FDCWD, driver_plugin("ok"), &bytes, &fault), 0);
    plugin_file_hash(bytes.bytes, bytes.length, again);
    assert_memory_equal(hash, again, sizeof(hash));
    for (cut = 0; cut < 8192 && cut < bytes.length; cut += 37)
        assert_int_equal(find(bytes.bytes, cut), -ENOEXEC);
    for (; cut < bytes.length; cut += 64)
        (void)find(bytes.bytes,
                   cut); /* whole or refused; behind its segments nothing is looked at */
    text_release(&bytes);
    assert_int_equal(plugin_file_describe(driver_plugin("no_note"), &note, NULL, &fault), -ENOEXEC);
    assert_int_equal(plugin_file_describe("/tmp/not-there.so", &note, NULL, &fault), -ENOENT);
}

/* BLAKE2b-256 of "abc", as b2sum -l 256 says. */
static void hash_is_blake2b(void **state)
{
    static const unsigned char expected[] = {0xbd, 0xdd, 0x81, 0x3c, 0x63, 0x42, 0x39, 0x72};
    unsigned char hash[PLUGIN_HASH_SIZE];

    (void)state;
    plugin_file_hash("abc", 3, hash);
    assert_memory_equal(hash, expected, sizeof(expected));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(note_is_found, set_up),
        cmocka_unit_test_setup(wrong_kinds_are_refused, set_up),
        cmocka_unit_test_setup(wild_offsets_are_refused, set_up),
        cmocka_unit_test_setup(two_notes_are_refused, set_up),
        cmocka_unit_test_setup(damage_does_no_harm, set_up),
        cmocka_unit_test(notes_are_checked),
        cmocka_unit_test(note_is_parsed),
        cmocka_unit_test(built_plugins_are_described),
        cmocka_unit_test(hash_is_blake2b),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
