/*
 * power_cut work FOLDER ROUNDS SEED          works in the empty folder (power_work.h); to be recorded
 * power_cut resume FOLDER ROUNDS SEED        the same after it was killed
 * power_cut cut LOG FOLDER SHARE SEED PART FROM-TO   cuts the power at each moment of the recording, in each way
 *                                            of losing what was not synced, and looks at what is left
 * power_cut count LOG FOLDER                 how many records there are
 * power_cut check FOLDER SAID                looks at a folder that a cut left; SAID: what was said before it
 *
 * SHARE: one of so many is looked at, 1 all. PART: "0/2" the first half of them. FROM-TO: the first and the
 * last moment, of which none need be given. The last line says
 * what was seen; the status is 1 when something was lost or broken.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/fault.h"
#include "core/base/file.h"
#include "core/base/text.h"
#include "tests/standins/cut_disk.h"
#include "tests/unit/dice.h"
#include "tests/unit/power_check.h"
#include "tests/unit/power_work.h"
#include "tests/unit/temp_home.h"

enum { SEEN_SLOTS = 1 << 20, BAD_MOST = 5, GOES_ON_EACH = 8, SAID_MAX = 1 << 26 };

struct cutting {
    struct cut_disk *disk;
    struct power_check *check;
    char place[TEMP_HOME_PATH], laid[TEMP_HOME_PATH + 8];
    uint64_t seed;
    int64_t share, part, parts;
    struct dice dice;
    uint64_t seen[SEEN_SLOTS]; /* of what was laid down and looked at */
    size_t from, to, cuts, looks, bad;
};

/* What was laid down before is as it was; what was acknowledged is in its hash. */
static bool is_new(struct cutting *run, uint64_t hash)
{
    size_t slot = (size_t)hash % SEEN_SLOTS;

    if (hash == 0)
        return true;
    while (run->seen[slot] != 0 && run->seen[slot] != hash)
        slot = (slot + 1) % SEEN_SLOTS;
    if (run->seen[slot] == hash)
        return false;
    run->seen[slot] = hash;
    return true;
}

static void cut(struct cutting *run, size_t moment, enum cut_loss loss)
{
    uint64_t seed = run->seed + moment * CUT_LOSSES + loss;
    uint64_t hash = cut_disk_lay(run->disk, loss, seed, run->laid);
    char why[512], what[512];

    run->cuts++;
    if (is_new(run, hash)) {
        run->looks++;
        if (!power_check_laid(run->check, run->laid, dice_roll(&run->dice, GOES_ON_EACH) == 0, why,
                              sizeof why)) {
            run->bad++;
            cut_disk_tell(run->disk, what, sizeof what);
            printf("cut after step %zu (%s), %s: %s\n", moment, what, cut_loss_word(loss), why);
        }
    }
    if (file_remove_tree(AT_FDCWD, run->laid) < 0) {
        perror(run->laid);
        exit(2);
    }
}

static void cut_each(struct cutting *run)
{
    size_t moment;
    int loss;

    for (moment = 0; moment <= cut_disk_length(run->disk) && run->bad < BAD_MOST; moment++) {
        const char *said;
        size_t length;

        if (moment > 0)
            cut_disk_step(run->disk);
        said = cut_disk_said(run->disk, "said", &length);
        power_check_hear(run->check, said, length);
        if (moment < run->from || moment > run->to || (int64_t)moment % run->parts != run->part)
            continue;
        for (loss = 0; loss < CUT_LOSSES; loss++)
            if (dice_roll(&run->dice, run->share) == 0)
                cut(run, moment, (enum cut_loss)loss);
    }
}

static struct cutting cutting; /* large */

static int cut_all(const char *log, const char *root, char **given)
{
    const char *slash = strchr(given[2], '/');
    const char *dash = strchr(given[3], '-');
    struct power_checked figures;
    size_t syncs;

    cutting.share = strtol(given[0], NULL, 10);
    cutting.seed = strtoull(given[1], NULL, 10);
    cutting.part = strtol(given[2], NULL, 10);
    cutting.from = strtoul(given[3], NULL, 10);
    cutting.to = dash != NULL && dash[1] != '\0' ? strtoul(dash + 1, NULL, 10) : SIZE_MAX;
    cutting.parts = slash != NULL ? strtol(slash + 1, NULL, 10) : 1;
    if (cutting.share < 1 || cutting.parts < 1 || temp_home_make(cutting.place) < 0)
        return 2;
    (void)snprintf(cutting.laid, sizeof cutting.laid, "%s/laid", cutting.place);
    dice_start(&cutting.dice, cutting.seed);
    cutting.disk = cut_disk_read(log, root);
    cutting.check = power_check_new();
    cut_each(&cutting);
    figures = power_check_figures(cutting.check);
    syncs = cut_disk_syncs(cutting.disk);
    printf("steps %zu syncs %zu acknowledged %" PRId64 " cuts %zu looked-at %zu "
           "acknowledgements-checked %" PRId64 " backups-proved %" PRId64 " bad %zu\n",
           cut_disk_length(cutting.disk), syncs, figures.acknowledged, cutting.cuts, cutting.looks,
           figures.acknowledgements, figures.backups, cutting.bad);
    power_check_free(cutting.check);
    cut_disk_free(cutting.disk);
    (void)temp_home_remove(cutting.place);
    return cutting.bad > 0 || syncs == 0 ? 1 : 0;
}

static int check_one(const char *root, const char *said)
{
    struct power_check *check = power_check_new();
    struct fault fault = {""};
    struct text text;
    char why[512] = "";
    bool is_good;

    text_init(&text, SAID_MAX);
    if (file_read(AT_FDCWD, said, &text, &fault) < 0) {
        (void)fprintf(stderr, "%s\n", fault.text);
        exit(2);
    }
    power_check_hear(check, text.bytes, text.length);
    is_good = power_check_laid(check, root, true, why, sizeof why);
    printf("%s%s%" PRId64 "\n", why, is_good ? "" : ", of ",
           power_check_figures(check).acknowledgements);
    text_release(&text);
    power_check_free(check);
    return is_good ? 0 : 1;
}

int main(int count, char **given)
{
    if (count == 5 && strcmp(given[1], "work") == 0) {
        power_work(given[2], (unsigned)strtoul(given[3], NULL, 10), strtoull(given[4], NULL, 10));
        return 0;
    }
    if (count == 5 && strcmp(given[1], "resume") == 0) {
        power_resume(given[2], (unsigned)strtoul(given[3], NULL, 10), strtoull(given[4], NULL, 10));
        return 0;
    }
    if (count == 4 && strcmp(given[1], "count") == 0) {
        struct cut_disk *disk = cut_disk_read(given[2], given[3]);

        printf("%zu\n", cut_disk_length(disk));
        cut_disk_free(disk);
        return 0;
    }
    if (count == 4 && strcmp(given[1], "check") == 0)
        return check_one(given[2], given[3]);
    if (count == 8 && strcmp(given[1], "cut") == 0)
        return cut_all(given[2], given[3], given + 4);
    (void)fprintf(stderr, "usage: power_cut work|resume FOLDER ROUNDS SEED | cut LOG FOLDER SHARE "
                          "SEED PART FROM-TO\n");
    return 2;
}
