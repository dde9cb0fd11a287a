#include "tests/unit/temporary_home.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/fault.h"
#include "core/base/file.h"
#include "core/store/home.h"

void temporary_home_make(struct temporary_home *home)
{
    struct fault fault = {.text = ""};
    bool made = false;

    (void)snprintf(home->path, sizeof home->path, "%s/automagi-test-XXXXXX",
                   access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    assert_non_null(mkdtemp(home->path));
    if (home_init(home->path, &made, &fault) < 0)
        fail_msg("%s", fault.text);
    assert_true(made);
}

void temporary_home_remove(struct temporary_home *home)
{
    assert_int_equal(file_remove_tree(AT_FDCWD, home->path), 0);
}
