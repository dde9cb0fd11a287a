#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cjson/cJSON.h>

#include "tests/standins/sample_text.h"
#include "tests/unit/list_place.h"

static void path_make(const struct list_place *place, const char *path, char target[512])
{
    assert_true(snprintf(target, 512, "%s/%s", place->folder, path) < 512);
}

static void command_run(const char *const arguments[])
{
    int status = 0;
    pid_t child = fork();

    if (child == 0) {
        union {
            const char *const *in;
            char *const *out;
        } list = {.in = arguments};

        (void)execv(arguments[0], list.out);
        _exit(1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

static void folders_make(struct list_place *place)
{
    static const char *const names[] = {"source", "receivers", "outbox", "state"};
    char path[512];
    size_t i;

    memset(place, 0, sizeof(*place));
    (void)snprintf(place->folder, sizeof(place->folder), "/tmp/automagi-delivery-XXXXXX");
    assert_non_null(mkdtemp(place->folder));
    fake_host_init(&place->fake, "{}");
    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        path_make(place, names[i], path);
        assert_int_equal(mkdir(path, 0700), 0);
        assert_true(fake_host_grant(&place->fake, names[i], path) >= 0);
    }
}

void list_place_make(struct list_place *place, const char *configuration)
{
    folders_make(place);
    place->fake.host.configuration = configuration;
}

void list_place_sample(struct list_place *place, const char *robot)
{
    char from[512], to[512];
    char *text;
    cJSON *json;
    const cJSON *configuration;

    folders_make(place);
    (void)snprintf(from, sizeof(from), "robots/%s/robot.json", robot);
    text = sample_text_read(from);
    json = cJSON_Parse(text);
    configuration = cJSON_GetObjectItemCaseSensitive(json, "configuration");
    place->configuration = cJSON_PrintUnformatted(configuration);
    assert_non_null(place->configuration);
    place->fake.host.configuration = place->configuration;
    (void)snprintf(from, sizeof(from), "robots/%s/source", robot);
    path_make(place, "", to);
    command_run((const char *const[]){"/bin/cp", "-r", from, to, NULL});
    (void)snprintf(from, sizeof(from), "robots/%s/%s", robot,
                   cJSON_GetObjectItemCaseSensitive(configuration, "receivers_file")->valuestring);
    path_make(place, "receivers", to);
    command_run((const char *const[]){"/bin/cp", from, to, NULL});
    cJSON_Delete(json);
    free(text);
}

void list_place_remove(struct list_place *place)
{
    fake_host_release(&place->fake);
    free(place->configuration);
    command_run((const char *const[]){"/bin/rm", "-rf", place->folder, NULL});
}

void list_place_write(struct list_place *place, const char *path, const char *text)
{
    sample_text_write(place->folder, path, text);
}

void list_place_age(struct list_place *place, const char *path, long hours)
{
    struct timespec times[2] = {{.tv_sec = time(NULL) - hours * 3600}, {.tv_sec = 0}};
    char full[512];

    times[1] = times[0];
    path_make(place, path, full);
    assert_int_equal(utimensat(AT_FDCWD, full, times, 0), 0);
}

void list_place_holds(const struct list_place *place, const char *path, const char *expected)
{
    char full[512];
    char *text;

    path_make(place, path, full);
    if (access(full, F_OK) != 0)
        fail_msg("there is no %s", path);
    text = sample_text_read(full);
    assert_string_equal(text, expected);
    free(text);
}

void list_place_lacks(const struct list_place *place, const char *path)
{
    char full[512];

    path_make(place, path, full);
    if (access(full, F_OK) == 0)
        fail_msg("there is %s", path);
}

void list_place_collect(struct list_place *place)
{
    if (fake_host_open(&place->fake, &automagi_plugin, place->note) != AG_OK ||
        fake_host_collect(&place->fake, &automagi_plugin, place->note) != AG_OK)
        fail_msg("%s", place->note);
}

int32_t list_place_perform(struct list_place *place, const char *reference)
{
    const struct fake_item *item = fake_host_find(&place->fake, reference);
    struct ag_result result;
    int32_t outcome;

    if (item == NULL)
        fail_msg("there is no item \"%s\"", reference);
    outcome = fake_host_perform(&place->fake, &automagi_plugin, item, &result);
    memcpy(place->note, result.note, sizeof(place->note));
    return outcome;
}

int32_t list_place_run(struct list_place *place, const char *reference)
{
    int32_t outcome;

    list_place_collect(place);
    outcome = list_place_perform(place, reference);
    fake_host_close(&place->fake, &automagi_plugin);
    return outcome;
}
