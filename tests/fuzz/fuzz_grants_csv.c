/*
 * Any bytes are a table whose every row keeps its limits, or a problem that names a line. The
 * first byte chooses the decimal mark.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/invoice_check/grants.h"
#include "plugins/invoice_check/mask.h"
#include "plugins/invoice_check/money.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void grant_hold(const struct grants *grants, size_t index)
{
    const struct grant *grant = &grants->list[index];

    if (grant->case_id[0] == '\0' || strlen(grant->case_id) >= sizeof(grant->case_id) ||
        strlen(grant->supplier_cvr) != 8 || strlen(grant->currency) != 3 ||
        grant->from > grant->to || grant->amount < 0 || grant->amount > MONEY_MAX ||
        grant->line != index + 2)
        abort();
    if (grants_next(grants, grant->case_id, grant->supplier_cvr, NULL) > grant)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char problem[GRANTS_PROBLEM_MAX];
    char again[2 * GRANTS_PROBLEM_MAX];
    struct grants grants;
    size_t i;
    int error;

    if (size == 0)
        return 0;
    error =
        grants_parse(&grants, (const char *)data + 1, size - 1, data[0] % 2 ? ',' : '.', problem);
    if (error != 0 &&
        (strncmp(problem, "linje ", 6) != 0 || mask_line(problem, again, sizeof(again))))
        abort();
    for (i = 0; error == 0 && i < grants.count; i++)
        grant_hold(&grants, i);
    grants_release(&grants);
    return 0;
}
