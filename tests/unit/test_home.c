#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/fault.h"
#include "core/base/file.h"
#include "core/store/home.h"
#include "core/store/store.h"
#include "tests/unit/temp_home.h"

enum { NOBODY = 65534, RACERS = 8 };

static char home[TEMP_HOME_PATH]; /* an empty folder */
static struct fault fault;
static bool made;

static int set_up(void **state)
{
    (void)state;
    fault.text[0] = '\0';
    made = false;
    return temp_home_make(home);
}

static int tear_down(void **state)
{
    (void)state;
    return temp_home_remove(home);
}

static void write_file(const char *name, const char *contents)
{
    assert_int_equal(
        file_write(AT_FDCWD, temp_home_path(home, name), contents, strlen(contents), 0600, &fault),
        0);
}

static mode_t mode_of(const char *path)
{
    struct stat about;

    return lstat(path, &about) == 0 ? about.st_mode & 07777 : 0;
}

static void assert_complete(const char *where)
{
    static const char *const folders[] = {"keys", "logs", "work", "plugins"};
    size_t i;

    assert_int_equal(mode_of(where), 0700);
    for (i = 0; i < 4; i++)
        assert_int_equal(mode_of(temp_home_path(where, folders[i])), 0700);
    assert_int_equal(mode_of(temp_home_path(where, "automagi.db")), 0600);
    assert_int_equal(mode_of(temp_home_path(where, "lock")), 0600);
    assert_int_equal(home_check(where, &fault), 0);
    assert_false(home_is_locked(where));
}

static void test_init_in_an_empty_folder(void **state)
{
    (void)state;
    assert_int_equal(chmod(home, 0755), 0);
    assert_int_equal(home_init(home, &made, &fault), 0);
    assert_true(made);
    assert_complete(home);
}

static void test_init_in_a_missing_folder(void **state)
{
    char where[TEMP_HOME_PATH + 8];

    (void)state;
    (void)snprintf(where, sizeof where, "%s/new", home);
    assert_int_equal(home_init(where, &made, &fault), 0);
    assert_true(made);
    assert_complete(where);
}

static void test_init_again_changes_nothing(void **state)
{
    int64_t created_ms;

    (void)state;
    assert_int_equal(home_init(home, &made, &fault), 0);
    created_ms = temp_home_ask(home, "SELECT created_ms FROM store");
    write_file("notes.txt", "a person's");
    assert_int_equal(rmdir(temp_home_path(home, "logs")), 0);
    assert_int_equal(home_init(home, &made, &fault), 0);
    assert_false(made);
    assert_int_equal(temp_home_ask(home, "SELECT created_ms FROM store"), created_ms);
    assert_int_equal(mode_of(temp_home_path(home, "logs")), 0);
}

static void test_init_leaves_a_folder_in_use(void **state)
{
    (void)state;
    write_file("letter.odt", "something else");
    assert_int_equal(home_init(home, &made, &fault), -ENOTEMPTY);
    assert_non_null(strstr(fault.text, "letter.odt"));
    assert_int_equal(mode_of(temp_home_path(home, "lock")), 0);
    assert_int_equal(mode_of(temp_home_path(home, "keys")), 0);
    assert_false(made);
}

static void test_init_does_not_replace_a_lost_store(void **state)
{
    (void)state;
    assert_int_equal(mkdir(temp_home_path(home, "keys"), 0700), 0);
    write_file("keys/robot", "a key");
    assert_int_equal(home_init(home, &made, &fault), -ENOTEMPTY);
    assert_non_null(strstr(fault.text, "keys"));
    assert_int_equal(unlink(temp_home_path(home, "keys/robot")), 0);
    write_file("automagi.db-wal", "the log of a store that is gone");
    assert_int_equal(home_init(home, &made, &fault), -ENOTEMPTY);
}

static void test_init_finishes_what_was_cut_short(void **state)
{
    (void)state;
    assert_int_equal(mkdir(temp_home_path(home, "keys"), 0700), 0);
    assert_int_equal(mkdir(temp_home_path(home, "work"), 0700), 0);
    write_file("lock", "4711\n");
    write_file("automagi.db.new", "half a store");
    write_file("automagi.db.new-journal", "half a journal");
    assert_int_equal(home_check(home, &fault), -ENOENT);
    assert_int_equal(home_init(home, &made, &fault), 0);
    assert_true(made);
    assert_complete(home);
    assert_int_equal(mode_of(temp_home_path(home, "automagi.db.new")), 0);
}

static void test_init_refuses_places(void **state)
{
    (void)state;
    assert_int_equal(home_init(temp_home_path(home, "a/b"), &made, &fault), -ENOENT);
    assert_non_null(strstr(fault.text, "make that first"));
    write_file("file", "");
    assert_int_equal(home_init(temp_home_path(home, "file"), &made, &fault), -ENOTDIR);
    if (geteuid() != 0)
        return;
    assert_int_equal(chown(home, NOBODY, NOBODY), 0);
    assert_int_equal(home_init(home, &made, &fault), -EPERM);
    assert_int_equal(chown(home, 0, 0), 0);
}

static void test_init_refuses_a_store_it_does_not_know(void **state)
{
    (void)state;
    write_file("automagi.db", "not a store");
    assert_int_equal(home_init(home, &made, &fault), -EBADMSG);
    assert_int_equal(mode_of(temp_home_path(home, "keys")), 0);
}

static void test_init_by_many_at_once(void **state)
{
    pid_t children[RACERS];
    int makers = 0;
    int i;

    (void)state;
    for (i = 0; i < RACERS; i++) {
        children[i] = fork();
        if (children[i] == 0) {
            int result = home_init(home, &made, &fault);

            if (result == 0)
                _exit(made ? 10 : 0);
            if (result != -EWOULDBLOCK)
                (void)fprintf(stderr, "%s\n", fault.text);
            _exit(result == -EWOULDBLOCK ? 0 : 1);
        }
    }
    for (i = 0; i < RACERS; i++) {
        int status = -1;

        assert_int_equal(waitpid(children[i], &status, 0), children[i]);
        assert_true(WIFEXITED(status));
        if (WEXITSTATUS(status) == 10)
            makers++;
        else
            assert_int_equal(WEXITSTATUS(status), 0);
    }
    assert_int_equal(makers, 1);
    assert_complete(home);
}

static void test_check(void **state)
{
    (void)state;
    assert_int_equal(home_check(temp_home_path(home, "none"), &fault), -ENOENT);
    assert_non_null(strstr(fault.text, "automagi init"));
    assert_int_equal(home_check(home, &fault), -ENOENT);
    write_file("file", "");
    assert_int_equal(home_check(temp_home_path(home, "file"), &fault), -ENOENT);
    assert_int_equal(unlink(temp_home_path(home, "file")), 0);
    assert_int_equal(home_init(home, &made, &fault), 0);
    assert_int_equal(home_check(home, &fault), 0);
    if (geteuid() != 0)
        return;
    assert_int_equal(chown(home, NOBODY, NOBODY), 0);
    assert_int_equal(home_check(home, &fault), -EPERM);
    assert_non_null(strstr(fault.text, "65534"));
    assert_int_equal(chown(home, 0, 0), 0);
    assert_int_equal(chown(temp_home_path(home, "automagi.db"), NOBODY, NOBODY), 0);
    assert_int_equal(home_check(home, &fault), -EPERM);
}

static void test_lock_is_held_by_one(void **state)
{
    char pid[32];
    struct home_lock first = HOME_UNLOCKED;
    struct home_lock second = HOME_UNLOCKED;

    (void)state;
    assert_false(home_is_locked(home));
    assert_int_equal(home_lock(home, &first, &fault), 0);
    assert_true(home_is_locked(home));
    assert_int_equal(home_lock(home, &second, &fault), -EWOULDBLOCK);
    (void)snprintf(pid, sizeof pid, "process %ld)", (long)getpid());
    assert_non_null(strstr(fault.text, pid));
    assert_int_equal(second.file_fd, -1);
    /* Asking and failing have not given it away. */
    assert_true(home_is_locked(home));
    home_unlock(&first);
    assert_false(home_is_locked(home));
    assert_int_equal(home_lock(home, &second, &fault), 0);
    home_unlock(&second);
}

static void test_lock_ends_with_its_process(void **state)
{
    int ready[2];
    struct home_lock lock = HOME_UNLOCKED;
    char byte;
    pid_t child;

    (void)state;
    assert_int_equal(pipe(ready), 0);
    child = fork();
    if (child == 0) {
        (void)close(ready[0]);
        if (home_lock(home, &lock, &fault) == 0 && write(ready[1], "x", 1) == 1)
            (void)pause();
        _exit(1);
    }
    assert_int_equal(close(ready[1]), 0);
    assert_int_equal(read(ready[0], &byte, 1), 1);
    assert_int_equal(home_lock(home, &lock, &fault), -EWOULDBLOCK);
    assert_true(home_is_locked(home));
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, NULL, 0), child);
    assert_int_equal(close(ready[0]), 0);
    assert_false(home_is_locked(home));
    assert_int_equal(home_lock(home, &lock, &fault), 0);
    home_unlock(&lock);
}

/* As SQLite locks the store's file for as long as it is open in this process. */
static bool is_read_by_sqlite(void)
{
    struct flock shared = {
        .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 0x40000002, .l_len = 510};
    int status = 0;
    pid_t child = fork();

    if (child == 0) {
        int fd = open(temp_home_path(home, "automagi.db"), O_RDONLY | O_CLOEXEC);

        _exit(fd >= 0 && fcntl(fd, F_GETLK, &shared) == 0 && shared.l_type == F_RDLCK ? 1 : 0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) && WEXITSTATUS(status) == 1;
}

static void test_a_writer_without_its_locks_file_is_known(void **state)
{
    struct home_lock lock = HOME_UNLOCKED;
    struct home_lock other = HOME_UNLOCKED;
    struct store *store = NULL;

    (void)state;
    assert_int_equal(home_init(home, &made, &fault), 0);
    assert_false(home_has_unseen_writer(home));
    assert_int_equal(home_lock(home, &lock, &fault), 0);
    assert_int_equal(store_open(home, STORE_READ, &store, &fault), 0);
    assert_true(is_read_by_sqlite());
    assert_false(home_has_unseen_writer(home)); /* it is seen */
    assert_int_equal(unlink(temp_home_path(home, "lock")), 0);
    assert_true(home_has_unseen_writer(home));
    assert_true(is_read_by_sqlite()); /* asking has not ended its locks */
    store_close(store);
    assert_int_equal(home_lock(home, &other, &fault), -EBUSY); /* a file that nobody holds */
    assert_true(home_has_unseen_writer(home));
    home_unlock(&lock);
    assert_false(home_has_unseen_writer(home));
}

/* The store itself is locked too: another file of the lock's name gives nothing. */
static void test_a_lock_that_is_removed_gives_nothing(void **state)
{
    static char other[TEMP_HOME_PATH + 8];
    static char its_lock[STORE_PATH_MAX];
    struct home_lock first = HOME_UNLOCKED;
    struct home_lock second = HOME_UNLOCKED;

    (void)state;
    assert_int_equal(home_init(home, &made, &fault), 0);
    assert_int_equal(home_lock(home, &first, &fault), 0);
    (void)snprintf(other, sizeof other, "%s.moved", home);
    assert_int_equal(rename(home, other), 0); /* the store goes with it */
    assert_int_equal(home_path(other, "lock", its_lock, &fault), 0);
    assert_int_equal(unlink(its_lock), 0);
    assert_int_equal(home_lock(other, &second, &fault), -EBUSY);
    assert_non_null(strstr(fault.text, "another program has it open to write"));
    home_unlock(&first);
    assert_int_equal(home_lock(other, &second, &fault), 0);
    home_unlock(&second);
    assert_int_equal(rename(other, home), 0);
}

/* By its other name it would be written without the log that has what is newest. */
static void test_a_store_of_two_names_is_not_locked(void **state)
{
    static char one[STORE_PATH_MAX];
    static char two[STORE_PATH_MAX];
    struct home_lock lock = HOME_UNLOCKED;

    (void)state;
    assert_int_equal(home_init(home, &made, &fault), 0);
    assert_int_equal(home_path(home, "automagi.db", one, &fault), 0);
    assert_int_equal(home_path(home, "other", two, &fault), 0);
    assert_int_equal(link(one, two), 0);
    assert_int_equal(home_lock(home, &lock, &fault), -EMLINK);
    assert_int_equal(unlink(two), 0);
    assert_int_equal(home_lock(home, &lock, &fault), 0);
    home_unlock(&lock);
}

static void test_lock_must_be_a_file(void **state)
{
    struct home_lock lock = HOME_UNLOCKED;

    (void)state;
    assert_int_equal(symlink("elsewhere", temp_home_path(home, "lock")), 0);
    assert_int_equal(home_lock(home, &lock, &fault), -ELOOP);
    assert_false(home_is_locked(home));
    assert_int_equal(unlink(temp_home_path(home, "lock")), 0);
    assert_int_equal(mkfifo(temp_home_path(home, "lock"), 0600), 0);
    assert_int_equal(home_lock(home, &lock, &fault), -EINVAL);
    assert_int_equal(home_lock(temp_home_path(home, "none"), &lock, &fault), -ENOENT);
    assert_int_equal(lock.file_fd, -1);
}

static void test_paths_that_are_too_long(void **state)
{
    static char path[2 * STORE_PATH_MAX];
    struct home_lock lock = HOME_UNLOCKED;

    (void)state;
    memset(path, 'x', sizeof path - 1);
    assert_int_equal(home_check(path, &fault), -ENAMETOOLONG);
    assert_int_equal(home_lock(path, &lock, &fault), -ENAMETOOLONG);
    assert_int_equal(home_init(path, &made, &fault), -ENAMETOOLONG);
    assert_false(home_is_locked(path));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_init_in_an_empty_folder),
        TEST(test_init_in_a_missing_folder),
        TEST(test_init_again_changes_nothing),
        TEST(test_init_leaves_a_folder_in_use),
        TEST(test_init_does_not_replace_a_lost_store),
        TEST(test_init_finishes_what_was_cut_short),
        TEST(test_init_refuses_places),
        TEST(test_init_refuses_a_store_it_does_not_know),
        TEST(test_init_by_many_at_once),
        TEST(test_check),
        TEST(test_lock_is_held_by_one),
        TEST(test_lock_ends_with_its_process),
        TEST(test_a_writer_without_its_locks_file_is_known),
        TEST(test_a_lock_that_is_removed_gives_nothing),
        TEST(test_a_store_of_two_names_is_not_locked),
        TEST(test_lock_must_be_a_file),
        TEST(test_paths_that_are_too_long),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
