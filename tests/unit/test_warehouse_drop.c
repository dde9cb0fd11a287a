/* What the plugin warehouse_drop takes for a drop: what the program writes, and nothing that is cut off,
 * changed, or of another kind. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/store/tar.h"
#include "plugins/warehouse_drop/members.h"

enum { TAR_MOST = 512 * 400 };

static char tar[TAR_MOST];
static size_t used;
static struct members members;
static char why[MEMBERS_WHY_MAX];

static int start(void **state)
{
    (void)state;
    memset(tar, 0, sizeof tar);
    used = 0;
    return 0;
}

static void add(const char *name, const char *content)
{
    struct tar_member member = {.size_bytes = (int64_t)strlen(content), .modified_s = 1750000000};

    (void)snprintf(member.name, sizeof member.name, "%s", name);
    tar_header(&member, (unsigned char *)tar + used);
    memcpy(tar + used + TAR_BLOCK, content, strlen(content));
    used += TAR_BLOCK + strlen(content) + tar_padding(member.size_bytes);
    assert_true(used + (size_t)2 * TAR_BLOCK <= sizeof tar);
}

/* Of a copy that is as large as it says, so that a sanitizer sees who reads behind it. */
static int read_bytes(size_t size)
{
    char *copy = malloc(size + (size == 0));
    int result;

    assert_non_null(copy);
    memcpy(copy, tar, size);
    why[0] = '\0';
    result = members_read(copy, size, &members, why);
    free(copy);
    return result;
}

static void what_we_write_is_read(void **state)
{
    static char large[5000];

    (void)state;
    memset(large, 'x', sizeof large - 1);
    add("a.csv", "one,two\r\n");
    add("empty.jsonl", "");
    add("large.csv", large);
    add("manifest.json", "{}");
    assert_int_equal(members_read(tar, used + (size_t)2 * TAR_BLOCK, &members, why), 0);
    assert_int_equal(members.count, 4);
    assert_string_equal(members.files[0].name, "a.csv");
    assert_memory_equal(members.files[0].bytes, "one,two\r\n", 9);
    assert_int_equal(members.files[0].size, 9);
    assert_int_equal(members.files[1].size, 0);
    assert_int_equal(members.files[2].size, sizeof large - 1);
    assert_ptr_equal(members_find(&members, "manifest.json"), &members.files[3]);
    assert_null(members_find(&members, "manifest"));
}

static void cut_off_anywhere_it_is_refused(void **state)
{
    size_t size;

    (void)state;
    add("a.csv", "one,two\r\n");
    add("manifest.json", "{}");
    for (size = 0; size < used + TAR_BLOCK; size++) {
        assert_int_equal(read_bytes(size), -EBADMSG);
        assert_non_null(strstr(why, "damaged"));
    }
    assert_int_equal(read_bytes(used + TAR_BLOCK), 0);
}

static void a_changed_header_is_refused(void **state)
{
    size_t at;

    (void)state;
    add("a.csv", "one,two\r\n");
    for (at = 0; at < TAR_BLOCK; at++) {
        char kept = tar[at];

        tar[at] = (char)(kept ^ 1);
        if (read_bytes(used + TAR_BLOCK) == 0 && at != 154 && at != 155) /* ends of the checksum */
            fail_msg("byte %zu does not matter", at);
        tar[at] = kept;
    }
}

/* A header with another kind or size, and a checksum that is right. */
static void forge(size_t at, const char *bytes, size_t count)
{
    unsigned sum = 0;
    size_t i;

    memcpy(tar + at, bytes, count);
    memset(tar + 148, ' ', 8);
    for (i = 0; i < TAR_BLOCK; i++)
        sum += (unsigned char)tar[i];
    (void)snprintf(tar + 148, 7, "%06o", sum & 0777777U);
}

static void other_kinds_and_sizes_are_refused(void **state)
{
    static const char *const KINDS = "1234567xg";
    size_t i;

    (void)state;
    add("a.csv", "one,two\r\n");
    for (i = 0; i < strlen(KINDS); i++) {
        forge(156, &KINDS[i], 1);
        assert_int_equal(read_bytes(used + TAR_BLOCK), -EBADMSG);
    }
    forge(156, "0", 1);
    assert_int_equal(read_bytes(used + TAR_BLOCK), 0);
    forge(124, "77777777777", 11);
    assert_int_equal(read_bytes(used + TAR_BLOCK), -EBADMSG);
    forge(124, "00000001001", 11); /* a byte more than there is with its padding */
    assert_int_equal(read_bytes(used + TAR_BLOCK), -EBADMSG);
}

static void two_of_a_name_and_too_many_are_refused(void **state)
{
    char name[32];
    int i;

    (void)state;
    add("a.csv", "1");
    add("a.csv", "2");
    assert_int_equal(read_bytes(used + TAR_BLOCK), -EBADMSG);
    assert_non_null(strstr(why, "twice"));
    (void)start(NULL);
    for (i = 0; i < MEMBERS_MAX; i++) {
        (void)snprintf(name, sizeof name, "f%d.csv", i);
        add(name, "");
    }
    assert_int_equal(read_bytes(used + TAR_BLOCK), 0);
    add("one_more.csv", "");
    assert_int_equal(read_bytes(used + TAR_BLOCK), -EBADMSG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(what_we_write_is_read, start),
        cmocka_unit_test_setup(cut_off_anywhere_it_is_refused, start),
        cmocka_unit_test_setup(a_changed_header_is_refused, start),
        cmocka_unit_test_setup(other_kinds_and_sizes_are_refused, start),
        cmocka_unit_test_setup(two_of_a_name_and_too_many_are_refused, start),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
