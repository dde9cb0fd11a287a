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
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/file.h"

enum { DEEP = 10000, WIDE = 1000, FEW_DESCRIPTORS = 24, NOBODY = 65534 };

static char folder[64];
static int folder_fd = -1;

static int set_up(void **state)
{
    (void)state;
    (void)snprintf(folder, sizeof folder, "/tmp/automagi-remove-XXXXXX");
    if (mkdtemp(folder) == NULL)
        return -1;
    folder_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return folder_fd < 0 ? -1 : 0;
}

/* rmdir(), not file_remove_tree(): what a test leaves is an error. */
static int tear_down(void **state)
{
    (void)state;
    (void)close(folder_fd);
    return rmdir(folder);
}

static void touch(int fd, const char *name)
{
    int file = openat(fd, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

    assert_true(file >= 0);
    assert_int_equal(close(file), 0);
}

static int make(int fd, const char *name)
{
    int made;

    assert_int_equal(mkdirat(fd, name, 0700), 0);
    made = openat(fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(made >= 0);
    return made;
}

static bool is_there(const char *name)
{
    return faccessat(folder_fd, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static void removes_small_things(void **state)
{
    char path[128];

    (void)state;
    assert_int_equal(file_remove_tree(folder_fd, "absent"), 0);
    assert_int_equal(file_remove_tree(folder_fd, "absent/below"), 0);
    touch(folder_fd, "file");
    assert_int_equal(file_remove_tree(folder_fd, "file"), 0);
    assert_int_equal(mkdirat(folder_fd, "empty", 0700), 0);
    assert_int_equal(file_remove_tree(folder_fd, "empty"), 0);
    assert_int_equal(mkdirat(folder_fd, "byname", 0700), 0);
    assert_true(file_join(path, sizeof path, folder, "byname"));
    assert_int_equal(file_remove_tree(AT_FDCWD, path), 0);
    assert_int_equal(file_remove_tree(folder_fd, ""), -EINVAL);
    assert_int_equal(file_remove_tree(folder_fd, "."), -EINVAL);
    assert_int_equal(file_remove_tree(folder_fd, ".."), -EINVAL);
    assert_int_equal(file_remove_tree(folder_fd, "x/.."), -EINVAL);
    assert_int_equal(file_remove_tree(folder_fd, "x/"), -EINVAL);
    assert_int_equal(file_remove_tree(AT_FDCWD, "/"), -EINVAL);
}

static void follows_no_link(void **state)
{
    int keep = make(folder_fd, "keep");
    int tree = make(folder_fd, "tree");

    (void)state;
    touch(keep, "precious");
    assert_int_equal(symlinkat("../keep", tree, "link"), 0);
    assert_int_equal(symlinkat("../keep/precious", tree, "file"), 0);
    assert_int_equal(symlinkat("/", tree, "root"), 0);
    assert_int_equal(symlinkat("keep", folder_fd, "top"), 0);
    (void)close(tree);
    assert_int_equal(file_remove_tree(folder_fd, "tree"), 0);
    assert_int_equal(file_remove_tree(folder_fd, "top"), 0);
    assert_false(is_there("tree"));
    assert_false(is_there("top"));
    assert_int_equal(faccessat(keep, "precious", F_OK, 0), 0);
    (void)close(keep);
    assert_int_equal(file_remove_tree(folder_fd, "keep"), 0);
}

static void removes_deep_trees(void **state)
{
    struct rlimit before;
    struct rlimit few;
    char name[201];
    int fd = make(folder_fd, "deep");
    int level;

    (void)state;
    memset(name, 'd', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    for (level = 0; level < DEEP; level++) {
        int next = make(fd, name);

        if (level % 100 == 0)
            touch(fd, "file");
        (void)close(fd);
        fd = next;
    }
    touch(fd, "bottom");
    (void)close(fd);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    few = before;
    few.rlim_cur = FEW_DESCRIPTORS;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
    assert_int_equal(file_remove_tree(folder_fd, "deep"), 0);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_false(is_there("deep"));
}

static void removes_wide_trees(void **state)
{
    int fd = make(folder_fd, "wide");
    int i;

    (void)state;
    for (i = 0; i < WIDE; i++) {
        char name[32];
        int inner;
        int innermost;

        (void)snprintf(name, sizeof name, "file%d", i);
        touch(fd, name);
        (void)snprintf(name, sizeof name, "folder%d", i);
        inner = make(fd, name);
        innermost = make(inner, "inner");
        touch(innermost, ".removed-0000000000000000");
        (void)close(innermost);
        (void)close(inner);
    }
    (void)close(fd);
    assert_int_equal(file_remove_tree(folder_fd, "wide"), 0);
    assert_false(is_there("wide"));
}

/* As a user without rights over modes: folders that may not be read, written or entered. */
static void removes_locked_folders(void **state)
{
    static const mode_t modes[] = {0000, 0100, 0200, 0400, 0500, 0300, 0600};
    pid_t child;
    int status = 0;

    (void)state;
    assert_int_equal(fchmod(folder_fd, 0777), 0);
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        int fd;
        size_t i;
        bool gone;

        if (geteuid() == 0 && (setgid(NOBODY) < 0 || setuid(NOBODY) < 0))
            _exit(2);
        fd = make(folder_fd, "locked");
        for (i = 0; i < sizeof modes / sizeof modes[0]; i++) {
            char name[32];
            int outer;
            int inner;

            (void)snprintf(name, sizeof name, "outer%zu", i);
            outer = make(fd, name);
            inner = make(outer, "inner");
            touch(inner, "file");
            (void)fchmod(inner, modes[i]);
            (void)fchmod(outer, modes[i]);
            (void)close(inner);
            (void)close(outer);
        }
        (void)fchmod(fd, 0000);
        (void)close(fd);
        gone = file_remove_tree(folder_fd, "locked") == 0;
        _exit(gone ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_false(is_there("locked"));
}

static void reports_what_it_cannot_remove(void **state)
{
    pid_t child;
    int status = 0;
    int tree = make(folder_fd, "tree");
    int foreign = make(tree, "foreign");

    (void)state;
    if (geteuid() != 0) {
        (void)close(foreign);
        (void)close(tree);
        assert_int_equal(file_remove_tree(folder_fd, "tree"), 0);
        skip();
    }
    touch(foreign, "file");
    touch(tree, "ours");
    assert_int_equal(fchmod(tree, 0777), 0);
    assert_int_equal(fchmod(folder_fd, 0755), 0);
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        if (setgid(NOBODY) < 0 || setuid(NOBODY) < 0)
            _exit(2);
        _exit(file_remove_tree(folder_fd, "tree") < 0 ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_int_equal(faccessat(foreign, "file", F_OK, 0), 0);
    assert_false(is_there("tree/ours"));
    (void)close(foreign);
    (void)close(tree);
    assert_int_equal(file_remove_tree(folder_fd, "tree"), 0);
}

/* A mount in the tree, here of the same file system, keeps what is in it. */
static void crosses_no_mount(void **state)
{
    char source[128];
    char target[128];
    int keep = make(folder_fd, "keep");
    int tree = make(folder_fd, "tree");
    int inner = make(tree, "inner");

    (void)state;
    touch(keep, "precious");
    touch(tree, "file");
    assert_int_equal(mkdirat(inner, "mount", 0700), 0);
    assert_true(file_join(source, sizeof source, folder, "keep"));
    assert_true(file_join(target, sizeof target, folder, "tree/inner/mount"));
    (void)close(inner);
    (void)close(tree);
    if (mount(source, target, "none", MS_BIND, NULL) == 0) {
        assert_true(file_remove_tree(folder_fd, "tree") < 0);
        assert_true(file_remove_tree(folder_fd, "tree/inner/mount") < 0);
        assert_int_equal(faccessat(keep, "precious", F_OK, 0), 0);
        assert_false(is_there("tree/file"));
        assert_int_equal(umount2(target, MNT_DETACH), 0);
    }
    (void)close(keep);
    assert_int_equal(file_remove_tree(folder_fd, "tree"), 0);
    assert_int_equal(file_remove_tree(folder_fd, "keep"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(removes_small_things, set_up, tear_down),
        cmocka_unit_test_setup_teardown(follows_no_link, set_up, tear_down),
        cmocka_unit_test_setup_teardown(removes_deep_trees, set_up, tear_down),
        cmocka_unit_test_setup_teardown(removes_wide_trees, set_up, tear_down),
        cmocka_unit_test_setup_teardown(removes_locked_folders, set_up, tear_down),
        cmocka_unit_test_setup_teardown(reports_what_it_cannot_remove, set_up, tear_down),
        cmocka_unit_test_setup_teardown(crosses_no_mount, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
