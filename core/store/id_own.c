#include "core/store/id_own.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "core/base/fault.h"
#include "core/store/sql.h"

/* As SAVINGS_CROSS_ID, SAVINGS_NO_AREA_ID and the rows that add up the others have them. */
static const char *const own[] = {"total", "tvaergaaende", "uden-omraade"};

static bool is_own(const char *slug)
{
    size_t i;

    for (i = 0; i < sizeof own / sizeof own[0]; i++)
        if (strcmp(slug, own[i]) == 0)
            return true;
    return false;
}

int id_check_own(struct store *store, enum id_of of, const char *slug, struct fault *fault)
{
    static const struct {
        const char *what, *text;
    } kinds[] = {
        [ID_OF_DEPARTMENT] = {"department", "SELECT 1 FROM department WHERE slug = ?1"},
        [ID_OF_AREA] = {"area", "SELECT 1 FROM area WHERE slug = ?1"},
        [ID_OF_ROBOT] = {"robot", "SELECT 1 FROM robot WHERE slug = ?1"},
    };
    sqlite3_stmt *statement = NULL;
    int result;

    if (!is_own(slug))
        return 0;
    result = sql_use(store, kinds[of].text, &statement, fault);
    if (result == 0) {
        sql_bind_text(statement, 1, slug);
        result = sql_step(store, statement, fault);
    }
    if (result == 0)
        result = fault_set(fault, -EINVAL,
                           "the %s's id \"%s\" is what reports call a row of their own; use "
                           "another",
                           kinds[of].what, slug);
    sql_done(statement);
    return result < 0 ? result : 0;
}
