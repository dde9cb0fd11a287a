/* test_generation.c - the list of hosts: bounded, never without one that lives. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/process.h"
#include "core/run/daemon_inner.h"
#include "core/run/generation.h"
#include "core/store/audit.h"
#include "core/store/home.h"
#include "core/store/home_author.h"
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
    assert_int_equal(generation_record(daemon_, getpid(), &fault), 0);
    for (i = 0; i < 60000; i++) {
        assert_int_equal(generation_record(daemon_, 4000000 + i, &fault), 0);
        if (i % 1000 == 0)
            assert_int_equal(lines(mine), 1);
    }
    assert_int_equal(stat(list_path(), &status), 0);
    assert_in_range(status.st_size, 1, 128 * 1024);
    assert_int_equal(lines("boot "), 1);
    assert_int_equal(lines("4059999 "), 1);
}

/* What the list says of those that live, all that it names being gone. */
static enum generation_list prove_gone(void)
{
    enum generation_list list;

    assert_int_equal(generation_prove_gone(home, &list, &fault), 0);
    return list;
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

/* "boot ID" of this start of the machine, and what a daemon says of itself behind it. */
static const char *author(const char *claim)
{
    static char line[256];
    char boot[PROCESS_BOOT_ID_MAX];

    assert_int_equal(process_boot_id(boot), 0);
    (void)snprintf(line, sizeof line, "boot %s%s\n", boot, claim);
    return line;
}

static void a_long_list_is_read(void **state)
{
    (void)state;
    fill(author(""), 60000);
    assert_int_equal(prove_gone(), GENERATION_GONE);
    fill("boot 11111111-2222\n", 60000);
    assert_int_equal(prove_gone(), GENERATION_GONE);
    fill("", 0);
    assert_int_equal(prove_gone(), GENERATION_GONE);
}

/* A line without the host's start would name nobody: the next daemon would take it for gone. */
static void a_host_that_cannot_be_looked_at_is_not_listed(void **state)
{
    struct rlimit limit;
    struct rlimit none;
    enum generation_list list;
    char mine[32];

    (void)state;
    (void)snprintf(mine, sizeof mine, "%d ", (int)getpid());
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    none = limit;
    none.rlim_cur = 0;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    assert_int_equal(generation_record(daemon_, getpid(), &fault), -EMFILE);
    assert_int_equal(generation_prove_gone(home, &list, &fault), -EMFILE);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    assert_int_equal(lines(mine), 0);
}

/* The daemon's own number of the list may be anybody's. */
static void an_author_without_a_start_is_nobody(void **state)
{
    char claim[128];
    struct stat about;
    pid_t gone = fork();

    (void)state;
    if (gone == 0)
        _exit(0);
    assert_int_equal(waitpid(gone, NULL, 0), gone);
    assert_int_equal(stat(home, &about), 0);
    (void)snprintf(claim, sizeof claim, " %d 0 %llu %llu", (int)gone,
                   (unsigned long long)about.st_dev, (unsigned long long)about.st_ino);
    fill(author(claim), 1);
    assert_int_equal(prove_gone(), GENERATION_GONE);
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

/* What a full disk cut short is not read as one with the host that is listed next. */
static void a_line_that_was_cut_short_stays_alone(void **state)
{
    struct rlimit limit;
    struct rlimit small;
    struct stat status;
    char mine[32];

    (void)state;
    (void)snprintf(mine, sizeof mine, "%d ", (int)getpid());
    (void)signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    assert_int_equal(stat(list_path(), &status), 0);
    small = limit;
    small.rlim_cur = (rlim_t)status.st_size + 3;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    assert_int_equal(generation_record(daemon_, 4000000, &fault), -ENOSPC);
    assert_true(host_is_for_want_of_room(-ENOSPC));
    assert_non_null(strstr(fault.text, "/hosts: No space left"));
    assert_int_equal(prove_gone(), GENERATION_GONE); /* that host was told nothing */
    small.rlim_cur = 1;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    assert_true(generation_record(daemon_, getpid(), &fault) < 0);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    assert_int_equal(generation_record(daemon_, getpid(), &fault), 0);
    assert_int_equal(lines(mine), 1);
    assert_int_equal(lines("boot "), 1);
}

static void a_line_that_names_nobody_is_told(void **state)
{
    static const char *const lines_[] = {
        "400\n", "4000000 1234000000 12\n", "12345678901 2\n", "4000000 1 \n", "\n", "1 5\n"};
    size_t i;

    (void)state;
    for (i = 0; i < sizeof lines_ / sizeof *lines_; i++) {
        char list[300];

        (void)snprintf(list, sizeof list, "%s%s", author(""), lines_[i]);
        fill(list, 1);
        assert_int_equal(prove_gone(), GENERATION_DAMAGED);
    }
}

/* Where hosts have other numbers, none of this list's are looked for, nor its daemon. */
static void a_list_of_another_namespace_says_nothing(void **state)
{
    unsigned long long started;
    unsigned long long namespace;
    struct stat about;
    char claim[160];

    (void)state;
    assert_int_equal(process_namespace(&namespace), 0);
    assert_int_equal(process_started(getppid(), &started), 0);
    assert_int_equal(stat(home, &about), 0);
    (void)snprintf(claim, sizeof claim, " %d %llu %llu %llu %llu", (int)getppid(), started,
                   (unsigned long long)about.st_dev, (unsigned long long)about.st_ino,
                   namespace + 1);
    fill(author(claim), 1);
    assert_int_equal(prove_gone(), GENERATION_UNSEEN);
    assert_int_equal(home_author_refuse(home, &fault), 0);
    (void)snprintf(claim, sizeof claim, " 4000000 1 1 1 %llu", namespace);
    fill(author(claim), 1);
    assert_int_equal(prove_gone(), GENERATION_GONE);
}

static void *linger(void *unused)
{
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* when the test fails before it is ended */
    (void)pause();
    return unused;
}

/* Its first thread has ended: so /proc says of it what it says of one that has. */
static void a_process_that_is_not_shown_is_not_gone(void **state)
{
    pid_t hidden;
    pthread_t thread;
    enum generation_list list;
    char line[300];
    unsigned long long started = 1;
    int i;

    (void)state;
    if (getenv("FIRST_THREAD_STAYS") != NULL) /* tests/prove/sanitize/valgrind.unit */
        skip();
    hidden = fork();
    assert_true(hidden >= 0);
    if (hidden == 0) {
        if (pthread_create(&thread, NULL, linger, NULL) != 0)
            _exit(1);
        pthread_exit(NULL);
    }
    for (i = 0; started != 0 && i < 10000; i++) {
        assert_int_equal(process_started(hidden, &started), 0);
        (void)usleep(1000);
    }
    assert_int_equal(started, 0);
    (void)snprintf(line, sizeof line, "%s%d 12345\n", author(""), (int)hidden);
    fill(line, 0);
    assert_int_equal(generation_prove_gone(home, &list, &fault), -ENOENT);
    assert_non_null(strstr(fault.text, "nobody knows whether a process of the last daemon lives"));
    assert_int_equal(kill(hidden, SIGKILL), 0);
    assert_int_equal(waitpid(hidden, NULL, 0), hidden);
    assert_int_equal(prove_gone(), GENERATION_GONE);
}

static void say_start(struct queue *queue, const char *mark)
{
    struct audit_record start = {.account = "a", .action = "serve start", .detail = mark};
    char subject[GENERATION_SUBJECT_MAX];

    generation_subject(store_generation(queue->store), subject);
    start.subject = subject;
    queue_begin(queue);
    assert_int_equal(audit_add(queue->store, &start, &fault), 0);
    queue_commit(queue);
}

static int refuse(struct queue *queue, enum generation_list list)
{
    return generation_refuse_unlisted(queue->home, queue->store, list, &fault);
}

/* It went on elsewhere when the store's file is another since, and is over when the machine was started since. */
static void a_run_of_this_home_and_this_start_may_live_when_nothing_is_listed(void **state)
{
    static struct queue queue;
    char mark[HOME_AUTHOR_MARK_MAX];

    (void)state;
    queue_open(&queue, WINDOW_YEAR, MANUAL);
    assert_int_equal(refuse(&queue, GENERATION_GONE), 0);
    assert_int_equal(refuse(&queue, GENERATION_UNLISTED),
                     -ENOENT); /* it did not say when it started */
    assert_int_equal(home_author_mark(queue.home, mark), 0);
    say_start(&queue, mark);
    clock_pretend(queue.now_ms + 4000LL * 24 * 3600 * 1000); /* whatever the clock says */
    assert_int_equal(refuse(&queue, GENERATION_UNLISTED), -ENOENT);
    assert_non_null(strstr(fault.text, "/hosts is missing, and run 1 was at work"));
    assert_int_equal(refuse(&queue, GENERATION_UNSEEN), -ENOENT);
    assert_non_null(strstr(fault.text, "/hosts was written in another process namespace"));
    assert_int_equal(refuse(&queue, GENERATION_DAMAGED), -ENOENT);
    assert_non_null(strstr(fault.text, "/hosts has a line that is none"));
    mark[strlen(mark) - 2] ^= 1; /* another birth of the store's file */
    say_start(&queue, mark);
    assert_int_equal(refuse(&queue, GENERATION_UNLISTED), 0);
    assert_int_equal(home_author_mark(queue.home, mark), 0);
    mark[sizeof "\"boot\":"] ^= 1; /* another start of the machine */
    say_start(&queue, mark);
    assert_int_equal(refuse(&queue, GENERATION_DAMAGED), 0);
    queue_close(&queue);
}

static void nothing_needs_a_list_when_nothing_was_at_work(void **state)
{
    static struct queue queue;

    (void)state;
    queue_open(&queue, WINDOW_YEAR, MANUAL);
    assert_int_equal(sqlite3_exec(queue.store->db, "UPDATE run SET state = 1", NULL, NULL, NULL),
                     SQLITE_OK);
    assert_int_equal(refuse(&queue, GENERATION_UNLISTED), 0);
    assert_int_equal(refuse(&queue, GENERATION_UNSEEN), 0);
    assert_int_equal(refuse(&queue, GENERATION_DAMAGED), 0);
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
        TEST(a_line_that_was_cut_short_stays_alone),
        TEST(a_line_that_names_nobody_is_told),
        TEST(a_list_of_another_namespace_says_nothing),
        TEST(a_process_that_is_not_shown_is_not_gone),
        cmocka_unit_test(a_run_of_this_home_and_this_start_may_live_when_nothing_is_listed),
        cmocka_unit_test(nothing_needs_a_list_when_nothing_was_at_work),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
