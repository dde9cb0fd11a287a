#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/fault.h"
#include "core/base/file.h"
#include "core/base/text.h"

static char folder[64];
static int folder_fd = -1;

static int set_up(void **state)
{
    (void)state;
    (void)snprintf(folder, sizeof folder, "/tmp/automagi-file-XXXXXX");
    if (mkdtemp(folder) == NULL)
        return -1;
    folder_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return folder_fd < 0 ? -1 : 0;
}

static int tear_down(void **state)
{
    (void)state;
    (void)close(folder_fd);
    return file_remove_tree(AT_FDCWD, folder);
}

static void check_contents(const char *name, const char *expected)
{
    struct text text;
    struct fault fault = {0};

    text_init(&text, 1 << 20);
    if (file_read(folder_fd, name, &text, &fault) != 0)
        fail_msg("%s", fault.text);
    assert_string_equal(text_string(&text), expected);
    text_release(&text);
}

static void check_unreadable(const char *name, size_t limit, int code)
{
    struct text text;
    struct fault fault = {0};

    text_init(&text, limit);
    assert_int_equal(file_read(folder_fd, name, &text, &fault), code);
    assert_int_equal(strncmp(fault.text, name, strlen(name)), 0);
    assert_int_equal(text.length, 0);
    text_release(&text);
}

static mode_t mode_of(const char *name)
{
    struct stat about;

    assert_int_equal(fstatat(folder_fd, name, &about, AT_SYMLINK_NOFOLLOW), 0);
    return about.st_mode;
}

static void writes_and_reads(void **state)
{
    struct fault fault = {0};
    struct stat about;

    (void)state;
    assert_int_equal(file_write(folder_fd, "a", "hello", 5, 0600, &fault), 0);
    check_contents("a", "hello");
    assert_int_equal(mode_of("a"), S_IFREG | 0600);
    assert_int_equal(file_write(folder_fd, "a", "", 0, 0666, &fault), 0);
    check_contents("a", "");
    assert_int_equal(mode_of("a"), S_IFREG | 0666);
    assert_int_equal(mkdirat(folder_fd, "sub", 0700), 0);
    assert_int_equal(file_write(folder_fd, "sub/b", "x", 1, 0640, &fault), 0);
    check_contents("sub/b", "x");
    assert_int_equal(fstat(folder_fd, &about), 0);
    assert_int_equal(about.st_nlink, 3);
}

static void reads_again_into_the_same_text(void **state)
{
    struct text text;

    (void)state;
    assert_int_equal(file_write(folder_fd, "a", "new", 3, 0600, NULL), 0);
    text_init(&text, 5);
    text_append_string(&text, "older");
    assert_int_equal(file_read(folder_fd, "a", &text, NULL), 0);
    assert_string_equal(text_string(&text), "new");
    text_release(&text);
}

static void reads_large_files(void **state)
{
    size_t size = 300000;
    char *bytes = malloc(size);
    struct text text;

    (void)state;
    assert_non_null(bytes);
    memset(bytes, 'x', size);
    assert_int_equal(file_write(folder_fd, "big", bytes, size, 0600, NULL), 0);
    text_init(&text, size);
    assert_int_equal(file_read(folder_fd, "big", &text, NULL), 0);
    assert_int_equal(text.length, size);
    assert_memory_equal(text.bytes, bytes, size);
    text_release(&text);
    check_unreadable("big", size - 1, -E2BIG);
    free(bytes);
}

static void refuses_what_is_no_file(void **state)
{
    struct text text;
    struct fault fault = {0};

    (void)state;
    assert_int_equal(file_write(folder_fd, "a", "x", 1, 0600, NULL), 0);
    assert_int_equal(symlinkat("a", folder_fd, "link"), 0);
    assert_int_equal(mkdirat(folder_fd, "sub", 0700), 0);
    assert_int_equal(mkfifoat(folder_fd, "pipe", 0600), 0);
    check_unreadable("absent", 9, -ENOENT);
    check_unreadable("absent/x", 9, -ENOENT);
    check_unreadable("link", 9, -ELOOP);
    check_unreadable("sub", 9, -EISDIR);
    check_unreadable("pipe", 9, -EINVAL);
    check_unreadable("a", 0, -E2BIG);
    /* a size of 0 that is not true: the limit holds while reading too */
    text_init(&text, 3);
    assert_int_equal(file_read(AT_FDCWD, "/proc/self/status", &text, &fault), -E2BIG);
    assert_non_null(strstr(fault.text, "/proc/self/status"));
    text_release(&text);
}

static void replaces_a_link(void **state)
{
    (void)state;
    assert_int_equal(file_write(folder_fd, "target", "kept", 4, 0600, NULL), 0);
    assert_int_equal(symlinkat("target", folder_fd, "link"), 0);
    assert_int_equal(file_write(folder_fd, "link", "new", 3, 0600, NULL), 0);
    check_contents("link", "new");
    check_contents("target", "kept");
}

static void leaves_nothing_behind(void **state)
{
    static const char *const bad[] = {"sub", "absent/x", "sub/", "", ".", "..", "sub/..", "a/x"};
    static const int codes[] = {-EISDIR, -ENOENT, -EINVAL, -EINVAL,
                                -EINVAL, -EINVAL, -EINVAL, -ENOTDIR};
    char longest[300];
    struct fault fault = {0};
    size_t i;

    (void)state;
    assert_int_equal(file_write(folder_fd, "a", "x", 1, 0600, NULL), 0);
    assert_int_equal(mkdirat(folder_fd, "sub", 0700), 0);
    for (i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(file_write(folder_fd, bad[i], "x", 1, 0600, &fault), codes[i]);
        assert_int_equal(strncmp(fault.text, bad[i], strlen(bad[i])), 0);
    }
    memset(longest, 'n', sizeof longest);
    longest[sizeof longest - 1] = '\0';
    assert_int_equal(file_write(folder_fd, longest, "x", 1, 0600, &fault), -ENAMETOOLONG);
    longest[255] = '\0';
    assert_int_equal(file_write(folder_fd, longest, "x", 1, 0600, &fault), 0);
    assert_int_equal(unlinkat(folder_fd, longest, 0), 0);
    assert_int_equal(unlinkat(folder_fd, "a", 0), 0);
    assert_int_equal(unlinkat(folder_fd, "sub", AT_REMOVEDIR), 0);
    assert_int_equal(rmdir(folder), 0);
    assert_int_equal(mkdir(folder, 0700), 0); /* for tear_down() */
}

static void makes_folders(void **state)
{
    struct fault fault = {0};
    mode_t before = umask(0077);

    (void)state;
    assert_int_equal(file_make_folder(folder_fd, "sub", 0750, &fault), 0);
    assert_int_equal(mode_of("sub"), S_IFDIR | 0750);
    assert_int_equal(file_make_folder(folder_fd, "sub", 0700, &fault), 0);
    assert_int_equal(mode_of("sub"), S_IFDIR | 0750);
    assert_int_equal(file_write(folder_fd, "a", "x", 1, 0644, NULL), 0);
    assert_int_equal(mode_of("a"), S_IFREG | 0644);
    assert_int_equal(file_usual_mode(), 0600);
    (void)umask(0022);
    assert_int_equal(file_usual_mode(), 0644);
    assert_int_equal(umask(before), 0022);
    assert_int_equal(file_make_folder(folder_fd, "a", 0700, &fault), -ENOTDIR);
    assert_string_equal(fault.text, "a: is there, but is not a folder");
    assert_int_equal(symlinkat("sub", folder_fd, "link"), 0);
    assert_int_equal(file_make_folder(folder_fd, "link", 0700, &fault), -ENOTDIR);
    assert_int_equal(file_make_folder(folder_fd, "x/y", 0700, &fault), -ENOENT);
    assert_non_null(strstr(fault.text, "x/y"));
}

static void joins(void **state)
{
    char target[8] = "?";

    (void)state;
    assert_true(file_join(target, sizeof target, "abc", "def"));
    assert_string_equal(target, "abc/def");
    assert_false(file_join(target, sizeof target, "abc", "defg"));
    assert_string_equal(target, "");
    assert_false(file_join(target, sizeof target, "abcdefgh", ""));
    assert_false(file_join(target, sizeof target, "abcdefg", ""));
    assert_true(file_join(target, sizeof target, "abcdef", ""));
    assert_string_equal(target, "abcdef/");
    assert_false(file_join(target, 0, "", ""));
    assert_false(file_join(target, 1, "", ""));
    assert_true(file_join(target, 2, "", ""));
}

static void finds(void **state)
{
    char folders[256];
    char expected[128];
    char target[128];

    (void)state;
    assert_int_equal(file_write(folder_fd, "tool", "x", 1, 0644, NULL), 0);
    (void)snprintf(expected, sizeof expected, "%s/tool", folder);
    (void)snprintf(folders, sizeof folders, ":/nowhere::%s/tool:%s", folder, folder);
    assert_true(file_find(folders, "tool", F_OK, target, sizeof target));
    assert_string_equal(target, expected);
    assert_false(file_find(folders, "tool", X_OK, target, sizeof target));
    assert_string_equal(target, "");
    assert_false(file_find("", "tool", F_OK, target, sizeof target));
    assert_false(file_find(folders, "tool", F_OK, target, strlen(expected)));
    assert_int_equal(fchmodat(folder_fd, "tool", 0755, 0), 0);
    assert_true(file_find(folders, "tool", X_OK, target, sizeof target));
    assert_true(file_find_program("sh", target, sizeof target));
    assert_false(file_find_program("no such program", target, sizeof target));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(writes_and_reads, set_up, tear_down),
        cmocka_unit_test_setup_teardown(reads_again_into_the_same_text, set_up, tear_down),
        cmocka_unit_test_setup_teardown(reads_large_files, set_up, tear_down),
        cmocka_unit_test_setup_teardown(refuses_what_is_no_file, set_up, tear_down),
        cmocka_unit_test_setup_teardown(replaces_a_link, set_up, tear_down),
        cmocka_unit_test_setup_teardown(leaves_nothing_behind, set_up, tear_down),
        cmocka_unit_test_setup_teardown(makes_folders, set_up, tear_down),
        cmocka_unit_test(joins),
        cmocka_unit_test_setup_teardown(finds, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
