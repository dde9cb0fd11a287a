/* What scores are made by: the bands of saving and time, and the weights of an idea's benefit. */
#include <errno.h>
#include <inttypes.h>

#include "core/base/fault.h"
#include "core/store/line.h"
#include "core/store/scorecard.h"
#include "core/store/sql.h"

enum { WEIGHT_MOST = 1000, BANDS = 4 };

/* ---- bands ---- */

static bool has_band(enum scorecard_parameter parameter)
{
    return parameter == SCORECARD_SAVING || parameter == SCORECARD_TIME;
}

static int refuse_parameter(enum scorecard_parameter parameter, struct fault *fault)
{
    return fault_set(fault, -EINVAL, "%s has no bands; saving and time have",
                     scorecard_parameter_word(parameter));
}

int score_band_on(struct store *store, enum scorecard_parameter parameter, int32_t day,
                  struct score_band *ret_band, struct fault *fault)
{
    static const char SQL[] =
        "SELECT second, third, fourth, fifth FROM score_band WHERE parameter = ?1 AND "
        "from_day <= ?2 ORDER BY from_day DESC LIMIT 1";
    static const struct score_band of_saving = {{500000, 1500000, 4000000, 10000000}}; /* øre */
    static const struct score_band of_time = {{1000, 3000, 7500, 20000}};
    struct score_band band = parameter == SCORECARD_SAVING ? of_saving : of_time;
    sqlite3_stmt *statement = NULL;
    int i;
    int result;

    if (!has_band(parameter))
        return refuse_parameter(parameter, fault);
    result = sql_use(store, SQL, &statement, fault);
    if (result == 0) {
        sqlite3_bind_int(statement, 1, (int)parameter);
        sqlite3_bind_int(statement, 2, day);
        result = sql_step(store, statement, fault);
    }
    for (i = 0; result > 0 && i < BANDS; i++)
        band.least[i] = sqlite3_column_int64(statement, i);
    sql_done(statement);
    if (result < 0)
        return result;
    *ret_band = band;
    return 0;
}

static int check_band(enum scorecard_parameter parameter, const struct score_band *band,
                      struct fault *fault)
{
    int64_t before = 0;
    int i;

    if (!has_band(parameter))
        return refuse_parameter(parameter, fault);
    for (i = 0; i < BANDS; i++) {
        if (band->least[i] <= before)
            return fault_set(fault, -EINVAL,
                             "the bands of %s do not rise: the amount for %d points must be above "
                             "%s",
                             scorecard_parameter_word(parameter), i + 2,
                             i == 0 ? "0" : "the one before it");
        before = band->least[i];
    }
    return 0;
}

int score_band_set(struct store *store, enum scorecard_parameter parameter,
                   const struct score_band *band, int32_t today, const char *by, int64_t now_ms,
                   struct fault *fault)
{
    static const char SQL[] =
        "INSERT INTO score_band(parameter, from_day, second, third, fourth, fifth, set_by, set_ms) "
        "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT(parameter, from_day) DO UPDATE SET "
        "second = excluded.second, third = excluded.third, fourth = excluded.fourth, "
        "fifth = excluded.fifth, set_by = excluded.set_by, set_ms = excluded.set_ms";
    char set_by[LINE_BYTES_MAX + 1];
    sqlite3_stmt *statement = NULL;
    int i;
    int result = line_take_name("who sets the bands", by, set_by, fault);

    if (result == 0)
        result = check_band(parameter, band, fault);
    if (result == 0)
        result = sql_use(store, SQL, &statement, fault);
    if (result == 0) {
        sqlite3_bind_int(statement, 1, (int)parameter);
        sqlite3_bind_int(statement, 2, today);
        for (i = 0; i < BANDS; i++)
            sqlite3_bind_int64(statement, 3 + i, band->least[i]);
        sql_bind_text(statement, 7, set_by);
        sqlite3_bind_int64(statement, 8, now_ms);
        result = sql_run(store, statement, fault);
    }
    sql_done(statement);
    return result;
}

/* ---- weights ---- */

int score_weights_on(struct store *store, int32_t day, struct score_weights *ret_weights,
                     struct fault *fault)
{
    static const char SQL[] =
        "SELECT parameter, weight FROM score_weight WHERE from_day = "
        "(SELECT max(from_day) FROM score_weight WHERE from_day <= ?1) ORDER BY parameter";
    struct score_weights weights = {{1, 1, 1, 1, 1}};
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result == 0)
        sqlite3_bind_int(statement, 1, day);
    while (result == 0 && (result = sql_step(store, statement, fault)) > 0) {
        int parameter = sqlite3_column_int(statement, 0);

        result = 0;
        if (parameter >= SCORECARD_SAVING && parameter <= SCORECARD_WELLBEING)
            weights.of[parameter - 1] = sqlite3_column_int64(statement, 1);
    }
    sql_done(statement);
    if (result < 0)
        return result;
    *ret_weights = weights;
    return 0;
}

static int check_weights(const struct score_weights *weights, struct fault *fault)
{
    int64_t sum = 0;
    int i;

    for (i = 0; i < SCORECARD_PARAMETERS; i++) {
        if (weights->of[i] < 0 || weights->of[i] > WEIGHT_MOST)
            return fault_set(fault, -EINVAL,
                             "the weight of %s is %" PRId64 "; give whole numbers from 0 to %d",
                             scorecard_parameter_word((enum scorecard_parameter)(i + 1)),
                             weights->of[i], WEIGHT_MOST);
        sum += weights->of[i];
    }
    return sum > 0 ? 0
                   : fault_set(fault, -EINVAL,
                               "all weights are 0; at least one benefit must weigh something");
}

static int put_weight(struct store *store, int parameter, int64_t weight, int32_t today,
                      const char *set_by, int64_t now_ms, struct fault *fault)
{
    static const char SQL[] =
        "INSERT INTO score_weight(from_day, parameter, weight, set_by, set_ms) "
        "VALUES(?1, ?2, ?3, ?4, ?5) ON CONFLICT(from_day, parameter) DO UPDATE SET "
        "weight = excluded.weight, set_by = excluded.set_by, set_ms = excluded.set_ms";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result == 0) {
        sqlite3_bind_int(statement, 1, today);
        sqlite3_bind_int(statement, 2, parameter);
        sqlite3_bind_int64(statement, 3, weight);
        sql_bind_text(statement, 4, set_by);
        sqlite3_bind_int64(statement, 5, now_ms);
        result = sql_run(store, statement, fault);
    }
    sql_done(statement);
    return result;
}

int score_weights_set(struct store *store, const struct score_weights *weights, int32_t today,
                      const char *by, int64_t now_ms, struct fault *fault)
{
    char set_by[LINE_BYTES_MAX + 1];
    int i;
    int result = line_take_name("who sets the weights", by, set_by, fault);

    if (result == 0)
        result = check_weights(weights, fault);
    for (i = 0; i < SCORECARD_PARAMETERS && result == 0; i++)
        result = put_weight(store, i + 1, weights->of[i], today, set_by, now_ms, fault);
    return result;
}
