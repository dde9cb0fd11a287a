#include "tests/unit/drawn_town.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "core/base/clock.h"
#include "tests/unit/dice.h"

static struct dice dice;

void drawn_town_book_late(struct town *town, int64_t task, int64_t robot, int32_t on_day,
                          int32_t booking)
{
    int32_t month = clock_month_of_day(on_day);

    town_plant(
        town,
        "UPDATE attempt SET booking = %d WHERE seq = %d;"
        "UPDATE rollup_day SET count = count - 1 WHERE day = %d AND robot_id = %d AND outcome = 0 "
        "AND department_id = 0 AND booking = %d;"
        "UPDATE rollup_month SET count = count - 1 WHERE month = %d AND robot_id = %d AND "
        "outcome = 0 AND department_id = 0 AND booking = %d;",
        booking, (int)task, on_day, (int)robot, month, month, (int)robot, month);
    town_plant(
        town,
        "INSERT INTO rollup_day VALUES(%d,%d,%d,0,0,1,0) ON CONFLICT DO UPDATE SET count = count "
        "+ 1;"
        "INSERT INTO rollup_month VALUES(%d,%d,%d,0,0,1,0) ON CONFLICT DO UPDATE SET count = "
        "count + 1",
        on_day, (int)robot, booking, month, (int)robot, booking);
}

void drawn_town_close(struct town *town, int32_t first, int32_t last)
{
    for (; first <= last; first++)
        town_plant(town, "INSERT INTO period VALUES(%d, 1, 'Invented Person', zeroblob(32))",
                   first);
}

static int draw(int below)
{
    return dice_roll(&dice, below);
}

static int32_t draw_day(void)
{
    return town_day("2025-01-01") + draw(150);
}

static void draw_shares(struct town *town, int64_t robot, const int64_t *departments)
{
    struct robot_share shares[6];
    size_t count = 0;
    int i;

    for (i = 0; i < 3; i++) {
        shares[count++] =
            (struct robot_share){town_day("2025-01-01"), departments[i], draw(333334), 0};
        shares[count++] =
            (struct robot_share){town_day("2025-03-11"), departments[i], draw(333334), 0};
    }
    town_shares(town, robot, shares, count);
}

void drawn_town_fill(struct town *town, uint64_t seed)
{
    int64_t departments[3];
    const char *const slugs[] = {"p", "q", "r"};
    int i;
    int j;

    dice_start(&dice, seed);
    departments[0] = town_department(town, "a", "A");
    departments[1] = town_department(town, "b", "B");
    departments[2] = town_department(town, "c", "C");
    town_rate(town, town_day("2025-01-01"), 1 + draw(50000));
    town_rate(town, draw_day(), 1 + draw(50000));
    for (i = 0; i < 3; i++) {
        int64_t robot = town_robot(town, slugs[i]);

        draw_shares(town, robot, departments);
        for (j = 0; j < 4; j++)
            (void)town_estimate(town, robot, draw_day(), draw(2000), draw(3) != 0);
        for (j = 0; j < 8; j++) {
            int32_t on_day = draw_day();
            int64_t own = draw(4) == 0 ? departments[draw(3)] : 0;
            int64_t first = town_tasks(town, robot, on_day, own, 1 + draw(6));

            if (draw(3) == 0)
                town_undo(town, robot, first);
            else if (draw(3) == 0 && own == 0)
                drawn_town_book_late(town, first, robot, on_day,
                                     clock_month_of_day(on_day) + 1 + draw(2));
        }
    }
    if (draw(2) == 0)
        town_plant(
            town,
            "INSERT INTO department_successor VALUES(%d, %d, 0, %d, 300000), (%d, %d, 0, %d, "
            "700000)",
            (int)departments[0], town_day("2025-03-20"), (int)departments[1], (int)departments[0],
            town_day("2025-03-20"), (int)departments[2]);
}
