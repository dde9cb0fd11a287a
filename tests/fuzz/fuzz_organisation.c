/* Any bytes are an organisation that keeps its limits, or a fault of one line. */
#include <string.h>

#include "core/base/fault.h"
#include "core/base/text.h"
#include "core/command/organisation_file.h"
#include "tests/fuzz/target.h"

static void robot_hold(const struct file_robot *robot)
{
    size_t i;

    must(text_is_slug(robot->slug));
    must_be_line(robot->name);
    must(robot->operation_count <= FILE_LIST_MAX && robot->share_count <= FILE_LIST_MAX &&
         robot->estimate_count <= FILE_LIST_MAX);
    for (i = 0; i < robot->share_count; i++)
        must(robot->shares[i].millionths >= 0 && robot->shares[i].millionths <= 1000000 &&
             text_is_slug(robot->shares[i].department));
    for (i = 0; i < robot->estimate_count; i++)
        must(robot->estimates[i].hundredths >= 0 && robot->estimates[i].reason != NULL);
}

static void file_hold(const struct organisation_file *file)
{
    size_t i;

    must(file->department_count <= FILE_DEPARTMENTS_MAX && file->robot_count <= FILE_ROBOTS_MAX &&
         file->budget_count <= FILE_BUDGETS_MAX);
    for (i = 0; i < file->department_count; i++) {
        size_t k;

        must(text_is_slug(file->departments[i].slug));
        for (k = 0; k < file->departments[i].name_count; k++)
            must_be_line(file->departments[i].names[k].name);
    }
    for (i = 0; i < file->rate_count; i++)
        must(i == 0 || file->rates[i - 1].from_day <= file->rates[i].from_day);
    for (i = 0; i < file->robot_count; i++)
        robot_hold(&file->robots[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct organisation none;
    struct organisation_file file;
    struct fault fault = {.text = ""};

    if (organisation_file_parse((const char *)data, size, &none, &file, &fault) < 0) {
        must_be_fault(&fault);
        return 0;
    }
    file_hold(&file);
    organisation_file_release(&file);
    return 0;
}
