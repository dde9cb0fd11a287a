#include "core/base/nearest.h"

#include <string.h>

#include "core/base/fault.h"
#include "core/base/text.h"

enum { SAME_COST = 0, PREFIX_COST = 1, WITHIN_COST = 2, LETTERS_COST = 2, WITHIN_LEAST = 3 };

static unsigned least_of(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* How many letters are to be put in or left out, an exchanged one being both; both shorter than NEAREST_MAX. */
static unsigned letters_between(const char *one, const char *other)
{
    unsigned row[NEAREST_MAX];
    size_t length = strlen(other);
    size_t i;
    size_t j;

    for (j = 0; j <= length; j++)
        row[j] = (unsigned)j;
    for (i = 0; one[i] != '\0'; i++) {
        unsigned corner = row[0];

        row[0] = (unsigned)i + 1;
        for (j = 1; j <= length; j++) {
            unsigned exchanged = corner + (one[i] != other[j - 1] ? 2 : 0);

            corner = row[j];
            row[j] = least_of(exchanged, least_of(row[j], row[j - 1]) + 1);
        }
    }
    return row[length];
}

void nearest_look_at(struct nearest *nearest, const char *word, const char *id)
{
    size_t length = strlen(nearest->wanted);
    unsigned letters;
    unsigned cost;

    if (length == 0 || strlen(id) >= NEAREST_MAX)
        return;
    if (strcmp(word, nearest->wanted) == 0)
        cost = SAME_COST;
    else if (strncmp(word, nearest->wanted, length) == 0)
        cost = PREFIX_COST;
    else if (length >= WITHIN_LEAST && strstr(word, nearest->wanted) != NULL)
        cost = WITHIN_COST;
    else if (length < NEAREST_MAX && strlen(word) < NEAREST_MAX) {
        letters = letters_between(nearest->wanted, word);
        if (3 * letters > length + 2)
            return;
        cost = LETTERS_COST + letters;
    } else
        return;
    if (nearest->found[0] != '\0' && cost >= nearest->cost)
        return;
    nearest->cost = cost;
    (void)text_copy(nearest->found, sizeof(nearest->found), id);
}

void nearest_look(struct nearest *nearest, const char *candidate)
{
    if (strlen(candidate) < NEAREST_MAX)
        nearest_look_at(nearest, candidate, candidate);
}

int nearest_say(const struct nearest *nearest, int code, struct fault *fault)
{
    struct fault before = *fault;

    if (nearest->found[0] == '\0')
        return code;
    return fault_set(fault, code, "%.900s; did you mean %s?", before.text, nearest->found);
}
