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
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/fault.h"
#include "core/store/sql.h"
#include "core/store/store.h"
#include "core/store/store_inner.h"
#include "tests/unit/temp_home.h"

enum { HEADER = 48, FRAMES = 16, SALT = 32, IN_USE = 128 };

static char home[TEMP_HOME_PATH];
static struct fault fault;

static int set_up(void **state)
{
    (void)state;
    fault.text[0] = '\0';
    temp_home_install(home);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    return temp_home_remove(home);
}

/* A test that fails leaves nobody behind. */
static pid_t fork_bound(void)
{
    pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid == 0 && prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
        _exit(1);
    return pid;
}

/* ---- the comparison, of a file that is written here */

/* Another process, with that byte locked and nothing else. */
static pid_t use_index(void)
{
    int ready[2];
    char byte = 0;
    pid_t pid;

    assert_int_equal(pipe(ready), 0);
    pid = fork_bound();
    if (pid == 0) {
        struct flock lock = {
            .l_type = F_RDLCK, .l_whence = SEEK_SET, .l_start = IN_USE, .l_len = 1};
        int fd = open(temp_home_path(home, "automagi.db-shm"), O_RDWR | O_CLOEXEC);

        if (fcntl(fd, F_SETLK, &lock) < 0 || write(ready[1], "", 1) != 1)
            _exit(1);
        for (;;)
            (void)pause();
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    close(ready[0]);
    close(ready[1]);
    return pid;
}

static void end(pid_t pid)
{
    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static int check_file(const unsigned char bytes[static 2 * HEADER],
                      const struct store_log_end *log_end, bool is_used)
{
    FILE *file = fopen(temp_home_path(home, "automagi.db-shm"), "we");
    struct store *store = store_new(home, STORE_WRITE);
    pid_t pid = 0;
    int result;

    assert_non_null(file);
    assert_non_null(store);
    assert_int_equal(fwrite(bytes, 1, (size_t)2 * HEADER, file), 2 * HEADER);
    assert_int_equal(fclose(file), 0);
    if (is_used)
        pid = use_index();
    result = store_check_index(store, log_end, &fault);
    if (is_used)
        end(pid);
    store_close(store);
    return result;
}

static void make_index(unsigned char bytes[static 2 * HEADER], uint32_t frames, const char *salt)
{
    memset(bytes, 0, (size_t)2 * HEADER);
    bytes[12] = 1;
    memcpy(bytes + FRAMES, &frames, sizeof frames);
    memcpy(bytes + SALT, salt, STORE_LOG_SALT);
    memcpy(bytes + HEADER, bytes, HEADER);
}

static int check(uint32_t frames, const char *salt, int64_t log_frame, const char *log_salt)
{
    unsigned char bytes[2 * HEADER];
    struct store_log_end log_end = {.frame = log_frame};

    memcpy(log_end.salt, log_salt, STORE_LOG_SALT);
    make_index(bytes, frames, salt);
    return check_file(bytes, &log_end, true);
}

static const char NONE[] = "\0\0\0\0\0\0\0\0";
static const char SALTS[] = "abczefgh";
static const char NEXT[] = "abc{other"; /* the first of them counted up */

static void an_index_of_this_log_is_taken(void **state)
{
    (void)state;
    assert_int_equal(check(7, SALTS, 7, SALTS), 0);
    assert_int_equal(check(0, SALTS, 0, SALTS), 0);
    assert_int_equal(check(0, NONE, 0, NONE), 0);  /* neither holds anything */
    assert_int_equal(check(0, NONE, 0, SALTS), 0); /* a first transaction that was not ended */
}

static void a_log_that_is_begun_anew_is_this_log(void **state)
{
    (void)state;
    assert_int_equal(check(0, NEXT, 7, SALTS), 0);
    assert_int_equal(check(0, NEXT, 0, NONE), 0);
    assert_int_equal(check(3, NEXT, 7, SALTS), -EBUSY);
}

static void an_index_that_ends_elsewhere_is_refused(void **state)
{
    (void)state;
    assert_int_equal(check(6, SALTS, 7, SALTS), -EBUSY);
    assert_non_null(strstr(fault.text, "fuser -v"));
    assert_int_equal(check(8, SALTS, 7, SALTS), -EBUSY);
    assert_int_equal(check(0, SALTS, 7, SALTS), -EBUSY);
    assert_int_equal(check(0, NONE, 7, SALTS), -EBUSY);
    assert_int_equal(check(0, SALTS, 7, NEXT), -EBUSY); /* of the log before this one */
    assert_int_equal(check(7, SALTS, 0, NONE), -EBUSY); /* the log was emptied */
}

static void one_that_nobody_uses_or_is_not_whole_is_made_anew(void **state)
{
    unsigned char bytes[2 * HEADER];
    struct store_log_end log_end = {.frame = 7};

    (void)state;
    memcpy(log_end.salt, SALTS, STORE_LOG_SALT);
    make_index(bytes, 6, SALTS);
    assert_int_equal(check_file(bytes, &log_end, false), 0);
    assert_int_equal(check_file(bytes, &log_end, true), -EBUSY);
    bytes[0]++; /* torn: its two copies differ */
    assert_int_equal(check_file(bytes, &log_end, true), 0);
    memset(bytes, 0, sizeof bytes);
    assert_int_equal(check_file(bytes, &log_end, true), 0);
}

/* ---- the whole of it */

enum { BEFORE = 1, BEHIND = 2 };

static void commit(struct store *store, int number)
{
    char text[32];

    (void)snprintf(text, sizeof text, "PRAGMA user_version = %d", number);
    if (store_begin(store, &fault) < 0 ||
        sqlite3_exec(store->db, text, NULL, NULL, NULL) != SQLITE_OK ||
        store_commit(store, &fault) < 0)
        abort();
}

/* Tells that it is so far, and is killed there. */
static void stay(int ready)
{
    if (write(ready, "", 1) != 1)
        abort();
    for (;;)
        (void)pause();
}

static pid_t begin(void (*play)(int ready, int go), int *ret_go)
{
    int ready[2];
    int go[2];
    char byte = 0;
    pid_t pid;

    assert_int_equal(pipe(ready), 0);
    assert_int_equal(pipe(go), 0);
    pid = fork_bound();
    if (pid == 0)
        play(ready[1], go[0]);
    assert_int_equal(read(ready[0], &byte, 1), 1);
    *ret_go = go[1];
    close(ready[0]);
    close(ready[1]);
    close(go[0]);
    return pid;
}

static void play_reader(int ready, int go)
{
    struct store *store = NULL;

    (void)go;
    if (store_open(home, STORE_READ, &store, &fault) < 0)
        abort();
    stay(ready);
}

/* Its index goes; and when somebody has made another, it commits once more. */
static void play_writer(int ready, int go)
{
    struct store *store = NULL;
    char byte = 0;

    if (store_open(home, STORE_WRITE, &store, &fault) < 0)
        abort();
    commit(store, BEFORE);
    if (unlink(temp_home_path(home, "automagi.db-shm")) < 0 || write(ready, "", 1) != 1 ||
        read(go, &byte, 1) != 1)
        abort();
    commit(store, BEHIND);
    _exit(0); /* as killed: nothing is closed */
}

static void what_was_committed_is_not_written_over(void **state)
{
    struct store *store = NULL;
    int go, unused;
    pid_t writer = begin(play_writer, &go);
    pid_t reader = begin(play_reader, &unused);
    int status = -1;

    (void)state;
    assert_int_equal(write(go, "", 1), 1);
    assert_int_equal(waitpid(writer, &status, 0), writer);
    assert_int_equal(status, 0);
    assert_int_equal(store_open(home, STORE_WRITE, &store, &fault), -EBUSY);
    assert_null(store);
    end(reader);
    assert_int_equal(store_open(home, STORE_WRITE, &store, &fault), 0);
    store_close(store);
    assert_int_equal(temp_home_ask(home, "PRAGMA user_version"), BEHIND);
    close(go);
    close(unused);
}

/* A daemon is killed while somebody reads, and is started again: nothing keeps it out. */
static void play_killed(int ready, int go)
{
    struct store *store = NULL;
    char byte = 0;

    if (store_open(home, STORE_WRITE, &store, &fault) < 0)
        abort();
    commit(store, BEFORE);
    if (write(ready, "", 1) != 1 || read(go, &byte, 1) != 1)
        abort();
    commit(store, BEHIND);
    _exit(0);
}

static void beside_a_reader_it_is_opened(void **state)
{
    struct store *store = NULL;
    int go, unused;
    pid_t writer = begin(play_killed, &go);
    pid_t reader = begin(play_reader, &unused);

    (void)state;
    assert_int_equal(write(go, "", 1), 1);
    assert_int_equal(waitpid(writer, NULL, 0), writer);
    assert_int_equal(store_open(home, STORE_WRITE, &store, &fault), 0);
    store_close(store);
    end(reader);
    assert_int_equal(temp_home_ask(home, "PRAGMA user_version"), BEHIND);
    close(go);
    close(unused);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
    static const struct CMUnitTest tests[] = {
        TEST(an_index_of_this_log_is_taken),
        TEST(a_log_that_is_begun_anew_is_this_log),
        TEST(an_index_that_ends_elsewhere_is_refused),
        TEST(one_that_nobody_uses_or_is_not_whole_is_made_anew),
        TEST(what_was_committed_is_not_written_over),
        TEST(beside_a_reader_it_is_opened),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
