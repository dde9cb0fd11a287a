#include "scorecards/fraction.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "core/base/fault.h"

static void *get_memory(size_t size)
{
    void *bytes = malloc(size);

    if (bytes == NULL)
        fault_end_no_memory();
    return bytes;
}

static void *get_more_memory(void *bytes, size_t before, size_t size)
{
    void *grown = realloc(bytes, size);

    (void)before;
    if (grown == NULL)
        fault_end_no_memory();
    return grown;
}

/* GMP has no other way to say that there is none than to end the process, which it does by abort(). */
__attribute__((constructor)) static void use_memory(void)
{
    mp_set_memory_functions(get_memory, get_more_memory, NULL);
}

mpq_ptr fractions_new(size_t count)
{
    mpq_ptr fractions = calloc(count + 1, sizeof *fractions);
    size_t i;

    for (i = 0; i < count && fractions != NULL; i++)
        mpq_init(&fractions[i]);
    return fractions;
}

void fractions_free(mpq_ptr fractions, size_t count)
{
    size_t i;

    for (i = 0; i < count && fractions != NULL; i++)
        mpq_clear(&fractions[i]);
    free(fractions);
}

static void set_whole(mpz_t target, int128 number)
{
    mpz_set_si(target, (long)(number >> 64));
    mpz_mul_2exp(target, target, 64);
    mpz_add_ui(target, target, (unsigned long)number);
}

void fraction_set(mpq_ptr fraction, int128 numerator, int128 denominator)
{
    set_whole(mpq_numref(fraction), numerator);
    set_whole(mpq_denref(fraction), denominator);
    mpq_canonicalize(fraction);
}

void fraction_add(mpq_ptr sum, mpq_srcptr addend)
{
    mpq_add(sum, sum, addend);
}

void fraction_multiply(mpq_ptr fraction, int64_t factor)
{
    mpz_mul_si(mpq_numref(fraction), mpq_numref(fraction), factor);
    mpq_canonicalize(fraction);
}

static int floor_of(mpz_srcptr numerator, mpz_srcptr denominator, int64_t *ret_whole)
{
    mpz_t whole;
    bool fits;

    mpz_init(whole);
    mpz_fdiv_q(whole, numerator, denominator);
    fits = mpz_fits_slong_p(whole) != 0;
    if (fits)
        *ret_whole = mpz_get_si(whole);
    mpz_clear(whole);
    return fits ? 0 : -ERANGE;
}

int fraction_floor(mpq_srcptr fraction, int64_t *ret_whole)
{
    return floor_of(mpq_numref(fraction), mpq_denref(fraction), ret_whole);
}

/* floor((2 × numerator + denominator) / (2 × denominator)) */
int fraction_half_up(mpq_srcptr fraction, int64_t *ret_whole)
{
    mpz_t numerator;
    mpz_t denominator;
    int result;

    mpz_init(numerator);
    mpz_init(denominator);
    mpz_mul_2exp(numerator, mpq_numref(fraction), 1);
    mpz_add(numerator, numerator, mpq_denref(fraction));
    mpz_mul_2exp(denominator, mpq_denref(fraction), 1);
    result = floor_of(numerator, denominator, ret_whole);
    mpz_clear(denominator);
    mpz_clear(numerator);
    return result;
}

double fraction_double(mpq_srcptr fraction)
{
    return mpq_get_d(fraction);
}

struct remainder {
    mpq_srcptr rest;
    size_t row;
};

static int by_largest(const void *left, const void *right)
{
    const struct remainder *a = left;
    const struct remainder *b = right;
    int order = mpq_cmp(b->rest, a->rest);

    if (order != 0)
        return order;
    return a->row < b->row ? -1 : a->row > b->row;
}

/* Rows rounded down, and what each lost into `rests`. */
static int round_rows(mpq_srcptr exact, size_t count, mpq_ptr rests, int64_t *floors,
                      int64_t *ret_total)
{
    int64_t given = 0;
    size_t i;
    int result = 0;
    mpq_t number;

    mpq_init(number);
    for (i = 0; i < count; i++)
        mpq_add(number, number, &exact[i]);
    result = fraction_half_up(number, ret_total);
    for (i = 0; i < count && result == 0; i++) {
        result = fraction_floor(&exact[i], &floors[i]);
        if (result == 0 &&
            (floors[i] == INT64_MAX || __builtin_add_overflow(given, floors[i], &given)))
            result = -ERANGE; /* a row may get one more */
        if (result == 0) {
            mpq_set_si(number, floors[i], 1);
            mpq_sub(&rests[i], &exact[i], number);
        }
    }
    mpq_clear(number);
    return result;
}

/* given: the total; NULL: the exact sum rounded half up. */
static int apportion(mpq_srcptr exact, size_t count, const int64_t *given, int64_t *ret_rows,
                     int64_t *ret_total)
{
    struct remainder *remainders = calloc(count + 1, sizeof *remainders);
    int64_t *rows = calloc(count + 1, sizeof *rows);
    mpq_ptr rests = fractions_new(count);
    int64_t missing;
    int64_t total = 0;
    size_t i;
    int result = -ENOMEM;

    if (remainders == NULL || rows == NULL || rests == NULL)
        goto out;
    result = round_rows(exact, count, rests, rows, &total);
    if (result < 0)
        goto out;
    if (given != NULL)
        total = *given;
    missing = total;
    for (i = 0; i < count; i++) {
        remainders[i] = (struct remainder){&rests[i], i};
        missing -= rows[i];
    }
    qsort(remainders, count, sizeof *remainders, by_largest);
    for (i = 0; i < count && (int64_t)i < missing; i++)
        rows[remainders[i].row]++;
    for (i = 0; i < count; i++)
        ret_rows[i] = rows[i];
    *ret_total = total;
out:
    fractions_free(rests, count);
    free(rows);
    free(remainders);
    return result;
}

int fraction_apportion(mpq_srcptr exact, size_t count, int64_t *ret_rows, int64_t *ret_total)
{
    return apportion(exact, count, NULL, ret_rows, ret_total);
}

int fraction_apportion_to(mpq_srcptr exact, size_t count, int64_t total, int64_t *ret_rows)
{
    return apportion(exact, count, &total, ret_rows, &total);
}
