#include "tests/unit/older_home.h"

#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>

#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "core/base/fault.h"
#include "core/base/file.h"

enum { PATH_SIZE = 96 };

static void read_statements(const char *path, struct text *target)
{
    struct fault fault = {.text = ""};

    text_init(target, OLDER_TEXT_MAX);
    if (file_read(AT_FDCWD, path, target, &fault) != 0)
        fail_msg("%s", fault.text);
}

void older_home_schema(int version, struct text *target)
{
    char path[PATH_SIZE];

    (void)snprintf(path, sizeof path, "tests/unit/schema/version_%d.sql", version);
    read_statements(path, target);
}

void older_home_fill(const char *home)
{
    static const char *const folders[] = {"keys", "logs", "work", "plugins"};
    struct fault fault = {.text = ""};
    struct text statements;
    size_t i;

    for (i = 0; i < sizeof folders / sizeof folders[0]; i++)
        assert_int_equal(file_make_folder(AT_FDCWD, temp_home_path(home, folders[i]), 0700, &fault),
                         0);
    assert_int_equal(file_write(AT_FDCWD, temp_home_path(home, "automagi.db"), "", 0, 0600, &fault),
                     0);
    temp_home_plant(home, "PRAGMA page_size = 4096; PRAGMA application_id = 0x41474d49");
    older_home_schema(1, &statements);
    temp_home_plant(home, text_string(&statements));
    text_release(&statements);
    read_statements("tests/unit/schema/version_1_rows.sql", &statements);
    text_append_string(&statements, "COMMIT");
    temp_home_plant(home, "PRAGMA journal_mode = WAL");
    temp_home_plant(home, text_string(&statements));
    text_release(&statements);
}

void older_home_make(char home[static TEMP_HOME_PATH])
{
    assert_int_equal(temp_home_make(home), 0);
    older_home_fill(home);
}

int older_home_count(const char *home, const char *prefix, char ret_name[static ASIDE_NAME_MAX])
{
    DIR *folder = opendir(home);
    const struct dirent *entry;
    int count = 0;

    ret_name[0] = '\0';
    assert_non_null(folder);
    while ((entry = readdir(folder)) != NULL)
        if (strncmp(entry->d_name, prefix, strlen(prefix)) == 0) {
            count++;
            assert_true(text_copy(ret_name, ASIDE_NAME_MAX, entry->d_name));
        }
    assert_int_equal(closedir(folder), 0);
    return count;
}

void older_home_nothing_left(const char *home)
{
    char name[ASIDE_NAME_MAX];

    assert_int_equal(older_home_count(home, ASIDE_UPGRADE, name), 0);
    assert_int_equal(older_home_count(home, ".automagi-backup-", name), 0);
}
