#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/standins/sample_text.h"
#include "tests/unit/invoice_place.h"

void place_make(struct place *place, const char *grants)
{
    (void)snprintf(place->folder, sizeof(place->folder), "/tmp/automagi-invoice-XXXXXX");
    assert_non_null(mkdtemp(place->folder));
    (void)snprintf(place->inbox, sizeof(place->inbox), "%s/inbox", place->folder);
    assert_int_equal(mkdir(place->inbox, 0700), 0);
    if (grants != NULL)
        sample_text_write(place->folder, "grants.csv", grants);
    fake_host_init(&place->fake, PLACE_CONFIGURATION);
    assert_true(fake_host_grant(&place->fake, "invoices", place->inbox) >= 0);
    assert_true(fake_host_grant(&place->fake, "grants", place->folder) >= 0);
}

void place_remove(struct place *place)
{
    char command[160];
    pid_t child = fork();
    int status = 0;

    fake_host_release(&place->fake);
    (void)snprintf(command, sizeof(command), "%s", place->folder);
    if (child == 0) {
        (void)execl("/bin/rm", "rm", "-rf", command, (char *)NULL);
        _exit(1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

void place_copy(struct place *place, const char *name, const char *from, const char *to)
{
    char *text = sample_text_read("robots/franco-fakturatjek-momentum/inbox/01-mentor-marts.xml");

    if (from != NULL && to != NULL)
        text = sample_text_replace(text, from, to);
    sample_text_write(place->inbox, name, text);
    free(text);
}

void place_take(struct place *place, const char *name)
{
    char path[400];

    (void)snprintf(path, sizeof(path), "%s/%s", place->inbox, name);
    assert_int_equal(unlink(path), 0);
}

void place_collect(struct place *place)
{
    assert_int_equal(fake_host_open(&place->fake, &automagi_plugin, place->note), AG_OK);
    assert_int_equal(fake_host_collect(&place->fake, &automagi_plugin, place->note), AG_OK);
}

bool place_is(const char *reference, const char *expected)
{
    const char *tail = strrchr(expected, '|');
    size_t head = (size_t)(tail - expected) + 1;
    size_t length = strlen(reference);

    return length >= head && strncmp(reference, expected, head) == 0 && length >= strlen(tail) &&
           strcmp(reference + length - strlen(tail), tail) == 0;
}

const struct fake_item *place_find(const struct place *place, const char *expected)
{
    const struct fake_item *found = NULL;
    size_t i;

    for (i = 0; i < place->fake.item_count; i++) {
        if (!place_is(place->fake.items[i].reference, expected))
            continue;
        if (found != NULL)
            fail_msg("there are two items \"%s\"", expected);
        found = &place->fake.items[i];
    }
    return found;
}

int32_t place_perform(struct place *place, const char *expected)
{
    const struct fake_item *item = place_find(place, expected);
    struct ag_result result;
    int32_t outcome;

    if (item == NULL)
        fail_msg("there is no item \"%s\"", expected);
    outcome = fake_host_perform(&place->fake, &automagi_plugin, item, &result);
    memcpy(place->note, result.note, sizeof(place->note));
    return outcome;
}
