/* test_generation.c - the list of hosts: bounded, never without one that lives. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/run/daemon_inner.h"
#include "core/store/home.h"
#include "core/store/sql.h"
#include "core/store/store.h"
#include "tests/unit/queue_home.h"
#include "tests/unit/temp_home.h"

static char home[TEMP_HOME_PATH];
static struct daemon_settings settings = {.home = home};
static struct daemon *daemon_;
static struct fault fault;

static int set_up(void **state)
{
    (void)state;
    assert_int_equal(temp_home_make(home), 0);
    daemon_ = test_calloc(1, sizeof *daemon_);
    daemon_->settings = &settings;
    assert_int_equal(generation_open(home, &daemon_->hosts_file, &fault), 0);
    assert_int_equal(home_hold(home, &daemon_->home_fd, &fault), 0);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    (void)close(daemon_->hosts_file);
    (void)close(daemon_->home_fd);
    test_free(daemon_);
    return temp_home_remove(home);
}

static const char *list_path(void)
{
    return temp_home_path(home, "hosts");
}

/* How many lines of the list begin so. */
static int lines(const char *beginning)
{
    char line[256];
    int count = 0;
    FILE *list = fopen(list_path(), "re");

    assert_non_null(list);
    while (fgets(line, sizeof line, list) != NULL)
        count += strncmp(line, beginning, strlen(beginning)) == 0;
    (void)fclose(list);
    return count;
}

static void a_long_life_keeps_the_list_short(void **state)
{
    static struct host living;
    struct stat status;
    char mine[32];
    int i;

    (void)state;
    living.process.pid = getpid();
    living.state = HOST_READY;
    daemon_->hosts = &living;
    (void)snprintf(mine, sizeof mine, "%d ", (int)getpid());
    assert_int_equal(generation_record(daemon_, getpid()), 0);
    for (i = 0; i < 60000; i++) {
        assert_int_equal(generation_record(daemon_, 4000000 + i), 0);
        if (i % 1000 == 0)
            assert_int_equal(lines(mine), 1);
    }
    assert_int_equal(stat(list_path(), &status), 0);
    assert_in_range(status.st_size, 1, 128 * 1024);
    assert_int_equal(lines("boot "), 1);
    assert_int_equal(lines("4059999 "), 1);
}

static void fill(const char *first, int count)
{
    FILE *list = fopen(list_path(), "we");
    int i;

    assert_non_null(list);
    (void)fprintf(list, "%s", first);
    for (i = 0; i < count; i++)
        (void)fprintf(list, "4000000 123456789\n");
    assert_int_equal(fclose(list), 0);
}

static void a_long_list_is_read(void **state)
{
    char boot[128] = "boot ";
    FILE *id = fopen("/proc/sys/kernel/random/boot_id", "re");

    (void)state;
    assert_non_null(id);
    assert_non_null(fgets(boot + 5, 100, id));
    (void)fclose(id);
    fill(boot, 60000);
    assert_int_equal(generation_prove_gone(home, &fault), 0);
    fill("boot 11111111-2222\n", 60000);
    assert_int_equal(generation_prove_gone(home, &fault), 0);
    fill("", 0);
    assert_int_equal(generation_prove_gone(home, &fault), 0);
}

/* A line without the host's start would name nobody: the next daemon would take it for gone. */
static void a_host_that_cannot_be_looked_at_is_not_listed(void **state)
{
    struct rlimit limit;
    struct rlimit none;
    char mine[32];

    (void)state;
    (void)snprintf(mine, sizeof mine, "%d ", (int)getpid());
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    none = limit;
    none.rlim_cur = 0;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    assert_int_equal(generation_record(daemon_, getpid()), -EMFILE);
    assert_int_equal(generation_prove_gone(home, &fault), -EMFILE);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    assert_int_equal(lines(mine), 0);
}

/* The daemon's own number of the list may be anybody's. */
static void an_author_without_a_start_is_nobody(void **state)
{
    char first[256] = "boot ";
    FILE *id = fopen("/proc/sys/kernel/random/boot_id", "re");
    struct stat about;
    pid_t gone = fork();

    (void)state;
    if (gone == 0)
        _exit(0);
    assert_int_equal(waitpid(gone, NULL, 0), gone);
    assert_non_null(id);
    assert_non_null(fgets(first + 5, 100, id));
    (void)fclose(id);
    assert_int_equal(stat(home, &about), 0);
    (void)snprintf(first + strcspn(first, "\n"), 100, " %d 0 %llu %llu\n", (int)gone,
                   (unsigned long long)about.st_dev, (unsigned long long)about.st_ino);
    fill(first, 1);
    assert_int_equal(generation_prove_gone(home, &fault), 0);
}

/* Nobody would ever hear of its end, and its robot would wait for it for good. */
static void a_host_that_cannot_be_watched_is_ended(void **state)
{
    struct robot_entry robot = {.slug = "r", .definition.plugin = "p"};
    struct host *host = NULL;
    FILE *plugin;

    (void)state;
    (void)mkdir(temp_home_path(home, "plugins"), 0700);
    plugin = fopen(temp_home_path(home, "plugins/p.so"), "we");
    assert_non_null(plugin);
    (void)fclose(plugin);
    settings.host_program = "/bin/cat";
    daemon_->epoll_fd = -1;
    assert_int_equal(host_start(daemon_, &robot, &host, &fault), -EBADF);
    assert_string_equal(fault.text, "robot r: its host cannot be watched: Bad file descriptor");
    assert_null(host);
    assert_null(daemon_->hosts);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
}

/* Its plugin would be the other home's, its run's log would go there, and the list of hosts be that one's. */
static void no_host_is_started_in_another_home(void **state)
{
    struct robot_entry robot = {.slug = "r", .definition.plugin = "p"};
    struct host *host = NULL;
    char moved[sizeof home + 8];

    (void)state;
    (void)snprintf(moved, sizeof moved, "%s.moved", home);
    assert_int_equal(rename(home, moved), 0);
    assert_int_equal(host_start(daemon_, &robot, &host, &fault), -ESTALE);
    assert_non_null(strstr(fault.text, "the home was moved"));
    assert_int_equal(mkdir(home, 0700), 0);
    assert_int_equal(host_start(daemon_, &robot, &host, &fault), -ESTALE);
    assert_int_equal(rmdir(home), 0);
    assert_int_equal(rename(moved, home), 0);
    assert_int_equal(host_start(daemon_, &robot, &host, &fault), -ENOENT); /* no such plugin */
}

enum { DAY_MS = 24 * 3600 * 1000 };

/* A run of this home that is at work since then; without a list. */
static int unlisted_since(struct queue *queue, int64_t started_ms)
{
    char query[64];

    (void)snprintf(query, sizeof query, "UPDATE run SET started_ms = %lld", (long long)started_ms);
    assert_int_equal(sqlite3_exec(queue->store->db, query, NULL, NULL, NULL), SQLITE_OK);
    return generation_refuse_unlisted(queue->home, queue->store, &fault);
}

/* It went on elsewhere when the store's file was made since, and is over when the machine was started since. */
static void a_run_of_this_home_and_this_start_may_live_when_nothing_is_listed(void **state)
{
    static struct queue queue;
    int64_t now_ms;
    FILE *list;

    (void)state;
    queue_open(&queue, WINDOW_YEAR, MANUAL);
    clock_pretend(0);
    now_ms = clock_now_ms();
    assert_int_equal(unlisted_since(&queue, now_ms + 1), -ENOENT);
    assert_non_null(strstr(fault.text, "/hosts is missing, and run 1 was at work"));
    assert_int_equal(unlisted_since(&queue, now_ms - DAY_MS), 0);
    clock_pretend(now_ms + 4000LL * DAY_MS);
    assert_int_equal(unlisted_since(&queue, now_ms + 1), 0);
    clock_pretend(0);
    list = fopen(temp_home_path(queue.home, "hosts"), "we");
    assert_non_null(list);
    assert_int_equal(fclose(list), 0);
    assert_int_equal(unlisted_since(&queue, now_ms + 1), 0);
    queue_close(&queue);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
    static const struct CMUnitTest tests[] = {
        TEST(a_long_life_keeps_the_list_short),
        TEST(a_host_that_cannot_be_watched_is_ended),
        TEST(no_host_is_started_in_another_home),
        TEST(a_long_list_is_read),
        TEST(a_host_that_cannot_be_looked_at_is_not_listed),
        TEST(an_author_without_a_start_is_nobody),
        cmocka_unit_test(a_run_of_this_home_and_this_start_may_live_when_nothing_is_listed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
