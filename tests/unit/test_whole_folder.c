/* A folder is there whole or not at all: killed at every system call it makes, refused where it would
 * destroy something. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "plugins/sdk/whole_folder.h"
#include "tests/unit/temp_home.h"

#define MARK "{\"format\":\"test\","

enum { STOPS_MAX = 2000, CONTENT_MAX = 256 };

static char home[TEMP_HOME_PATH];
static char why[WHOLE_FOLDER_WHY_MAX];
static int home_fd;

static int make(void **state)
{
    (void)state;
    why[0] = '\0';
    if (temp_home_make(home) < 0)
        return -1;
    home_fd = open(home, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return home_fd < 0 ? -1 : 0;
}

static int take_away(void **state)
{
    (void)state;
    (void)close(home_fd);
    return temp_home_remove(home);
}

/* A folder of generation `number`: its files all say so; generations have different files. */
static int put_named(const char *name, int number)
{
    char bytes[CONTENT_MAX];
    char manifest[CONTENT_MAX];
    char third[32];
    struct whole_folder_file files[] = {
        {.name = "a.csv", .bytes = bytes},
        {.name = third, .bytes = bytes},
        {.name = "manifest.json", .bytes = manifest},
    };
    const struct whole_folder folder = {MARK, files, 3};

    (void)snprintf(third, sizeof third, "b%d.jsonl", number);
    (void)snprintf(bytes, sizeof bytes, "generation %d", number);
    (void)snprintf(manifest, sizeof manifest,
                   MARK "\"generation %d\":[{\"file\":\"a.csv\"},{\"file\":\"%s\"}]}", number,
                   third);
    files[0].size = files[1].size = strlen(bytes);
    // cppcheck-suppress unreadVariable
    files[2].size = strlen(manifest);
    return whole_folder_put(home_fd, name, &folder, why);
}

static int put(int number)
{
    return put_named("drop", number);
}

static void need(int number)
{
    if (put(number) < 0)
        fail_msg("%s", why);
}

static void write_file(const char *path, const char *content)
{
    int fd = openat(home_fd, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, content, strlen(content)), (ssize_t)strlen(content));
    (void)close(fd);
}

/* "" when it is not there. */
static const char *content_of(const char *path)
{
    static char content[CONTENT_MAX];
    int fd = openat(home_fd, path, O_RDONLY | O_CLOEXEC);
    ssize_t count = fd < 0 ? 0 : read(fd, content, sizeof content - 1);

    content[count > 0 ? count : 0] = '\0';
    if (fd >= 0)
        (void)close(fd);
    return content;
}

static int count_entries(const char *path)
{
    DIR *directory = opendir(temp_home_path(home, path));
    const struct dirent *entry;
    int count = 0;

    if (directory == NULL)
        return -1;
    while ((entry = readdir(directory)) != NULL)
        count += entry->d_name[0] != '.' ||
                 (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0);
    (void)closedir(directory);
    return count;
}

static bool is_whole(int number)
{
    char words[32];
    char third[32];

    (void)snprintf(words, sizeof words, "generation %d", number);
    (void)snprintf(third, sizeof third, "drop/b%d.jsonl", number);
    return count_entries("drop") == 3 && strcmp(content_of("drop/a.csv"), words) == 0 &&
           strcmp(content_of(third), words) == 0 &&
           strstr(content_of("drop/manifest.json"), words) != NULL;
}

static void first_again_and_modes(void **state)
{
    struct stat about;

    (void)state;
    need(1);
    assert_true(is_whole(1));
    assert_int_equal(fstatat(home_fd, "drop", &about, 0), 0);
    assert_int_equal(about.st_mode & 07777, 0755);
    assert_int_equal(fstatat(home_fd, "drop/a.csv", &about, 0), 0);
    assert_int_equal(about.st_mode & 07777, 0644);
    assert_int_equal(chmod(temp_home_path(home, "drop"), 02750), 0);
    need(2);
    assert_true(is_whole(2));
    assert_int_equal(fstatat(home_fd, "drop", &about, 0), 0);
    assert_int_equal(about.st_mode & 07777, 02750);
    assert_int_equal(count_entries("."), 1);
}

static void an_empty_folder_is_filled(void **state)
{
    (void)state;
    assert_int_equal(mkdirat(home_fd, "drop", 0700), 0);
    need(1);
    assert_true(is_whole(1));
    assert_int_equal(count_entries("."), 1);
}

static void refuse(int number, int code, const char *words)
{
    why[0] = '\0';
    assert_int_equal(put(number), code);
    if (strstr(why, words) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", why, words);
}

static void what_is_not_ours_stays(void **state)
{
    (void)state;
    assert_int_equal(mkdirat(home_fd, "drop", 0700), 0);
    write_file("drop/thesis.csv", "years of work");
    refuse(1, -EEXIST, "something else");
    write_file("drop/manifest.json", "{\"format\":\"other\",\"file\":\"thesis.csv\"}");
    refuse(1, -EEXIST, "something else");
    write_file("drop/manifest.json", MARK "\"files\":[{\"file\":\"other.csv\"}]}");
    refuse(1, -EEXIST, "thesis.csv");
    assert_string_equal(content_of("drop/thesis.csv"), "years of work");
    assert_int_equal(count_entries("."), 1);

    assert_int_equal(renameat(home_fd, "drop", home_fd, "kept"), 0);
    write_file("drop", "a file");
    refuse(1, -EEXIST, "not a folder");
    assert_string_equal(content_of("drop"), "a file");
    assert_int_equal(unlinkat(home_fd, "drop", 0), 0);
    assert_int_equal(symlinkat("kept", home_fd, "drop"), 0);
    refuse(1, -EEXIST, "not a folder");
    assert_int_equal(count_entries("kept"), 2);
}

static void a_folder_in_a_drop_stays(void **state)
{
    (void)state;
    need(1);
    assert_int_equal(mkdirat(home_fd, "drop/more", 0700), 0);
    refuse(2, -EEXIST, "more");
    assert_int_equal(unlinkat(home_fd, "drop/more", AT_REMOVEDIR), 0);
    /* a link under the name of a file of ours is not followed, nor taken for one */
    assert_int_equal(unlinkat(home_fd, "drop/a.csv", 0), 0);
    assert_int_equal(symlinkat("/etc/passwd", home_fd, "drop/a.csv"), 0);
    refuse(2, -EEXIST, "a.csv");
}

static void names_are_checked(void **state)
{
    static const char *const BAD[] = {"", ".", "..", "a/b"};
    struct whole_folder_file files[] = {{"manifest.json", MARK "}", 12}, {"../x.csv", "x", 1}};
    const struct whole_folder folder = {MARK, files, 2};
    size_t i;

    (void)state;
    for (i = 0; i < sizeof BAD / sizeof BAD[0]; i++)
        assert_int_equal(put_named(BAD[i], 1), -EINVAL);
    assert_int_equal(whole_folder_put(home_fd, "drop", &folder, why), -EINVAL);
    files[1].name = "x.sh";
    assert_int_equal(whole_folder_put(home_fd, "drop", &folder, why), -EINVAL);
    files[0].name = "no_manifest.json";
    // cppcheck-suppress unreadVariable
    files[1].name = "x.csv";
    assert_int_equal(whole_folder_put(home_fd, "drop", &folder, why), -EINVAL);
    assert_int_equal(count_entries("."), 0);
}

static void one_at_a_time(void **state)
{
    int fd;

    (void)state;
    need(1);
    assert_int_equal(mkdirat(home_fd, ".drop.automagi-new", 0700), 0);
    fd = openat(home_fd, ".drop.automagi-new", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(fd >= 0 && flock(fd, LOCK_EX) == 0);
    refuse(2, -EBUSY, "another one");
    assert_true(is_whole(1));
    (void)close(fd);
    need(3);
    assert_int_equal(count_entries("."), 1);
}

static void what_was_left_is_removed_or_named(void **state)
{
    (void)state;
    assert_int_equal(mkdirat(home_fd, ".drop.automagi-new", 0700), 0);
    write_file(".drop.automagi-new/half.csv", "ha");
    need(1);
    assert_int_equal(count_entries("."), 1);
    assert_int_equal(mkdirat(home_fd, ".drop.automagi-new", 0700), 0);
    write_file(".drop.automagi-new/Not ours", "x");
    refuse(2, -EEXIST, "Not ours");
    assert_true(is_whole(1));
    assert_int_equal(count_entries(".drop.automagi-new"), 1);
}

/* Killed at its stop number `stop`, before or after a system call. True: it had ended before. */
static bool kill_at(int stop, int number)
{
    pid_t child = fork();
    int status = 0;
    int i;

    assert_true(child >= 0);
    if (child == 0) {
        if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0)
            _exit(9);
        (void)kill(getpid(), SIGSTOP);
        _exit(put(number) == 0 ? 0 : 8);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 9)
        skip(); /* no ptrace here */
    for (i = 0; i <= stop; i++) {
        assert_int_equal(ptrace(PTRACE_SYSCALL, child, NULL, NULL), 0);
        assert_int_equal(waitpid(child, &status, 0), child);
        if (!WIFSTOPPED(status)) {
            assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
            return true;
        }
    }
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    return false;
}

static void clear_place(void)
{
    assert_int_equal(temp_home_remove(temp_home_path(home, "drop")), 0);
    assert_int_equal(temp_home_remove(temp_home_path(home, ".drop.automagi-new")), 0);
}

static void killed_when_nothing_is_there(void **state)
{
    int stop;

    (void)state;
    for (stop = 0; stop < STOPS_MAX; stop++) {
        bool has_ended = kill_at(stop, 2);

        if (count_entries("drop") >= 0 ? !is_whole(2) : has_ended)
            fail_msg("killed at stop %d: neither nothing nor all", stop);
        need(3);
        if (!is_whole(3) || count_entries(".") != 1)
            fail_msg("after a kill at stop %d: something is left", stop);
        clear_place();
        if (has_ended)
            break;
    }
    assert_in_range(stop, 20, STOPS_MAX - 1);
}

static void killed_when_one_is_there(void **state)
{
    int seen[2] = {0};
    int stop;

    (void)state;
    for (stop = 0; stop < STOPS_MAX; stop++) {
        bool has_ended;

        need(1);
        has_ended = kill_at(stop, 2);
        if (!is_whole(1) && !is_whole(2))
            fail_msg("killed at stop %d: neither the old nor the new one", stop);
        seen[is_whole(2)]++;
        need(3);
        if (!is_whole(3) || count_entries(".") != 1)
            fail_msg("after a kill at stop %d: something is left", stop);
        clear_place();
        if (has_ended)
            break;
    }
    assert_in_range(stop, 20, STOPS_MAX - 1);
    assert_true(seen[0] > 10 && seen[1] > 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(first_again_and_modes, make, take_away),
        cmocka_unit_test_setup_teardown(an_empty_folder_is_filled, make, take_away),
        cmocka_unit_test_setup_teardown(what_is_not_ours_stays, make, take_away),
        cmocka_unit_test_setup_teardown(a_folder_in_a_drop_stays, make, take_away),
        cmocka_unit_test_setup_teardown(names_are_checked, make, take_away),
        cmocka_unit_test_setup_teardown(one_at_a_time, make, take_away),
        cmocka_unit_test_setup_teardown(what_was_left_is_removed_or_named, make, take_away),
        cmocka_unit_test_setup_teardown(killed_when_nothing_is_there, make, take_away),
        cmocka_unit_test_setup_teardown(killed_when_one_is_there, make, take_away),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
