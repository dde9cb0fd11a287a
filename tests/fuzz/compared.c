/*
 * What an input was compared with goes into the fuzzer's table of late comparisons, of which it makes new
 * inputs; nothing else is made of it, and a table of 32 needs not every one. Telling it took up to two thirds
 * of the time, so one input in eight tells. The linker puts these in the place of the fuzzer's own
 * (.make/test.mk); made without sanitizers, for they are called for each comparison.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/fuzz/target.h"

enum { ONE_IN = 8 };

static bool is_told;

void compared_begin(void)
{
    static unsigned inputs;

    is_told = inputs++ % ONE_IN == 0;
}

#define NUMBERS(name, type)                                                                        \
    void __real___sanitizer_cov_trace_##name(type first, type second);                             \
    void __wrap___sanitizer_cov_trace_##name(type first, type second);                             \
    void __wrap___sanitizer_cov_trace_##name(type first, type second)                              \
    {                                                                                              \
        if (is_told)                                                                               \
            __real___sanitizer_cov_trace_##name(first, second);                                    \
    }

NUMBERS(cmp1, uint8_t)
NUMBERS(cmp2, uint16_t)
NUMBERS(cmp4, uint32_t)
NUMBERS(cmp8, uint64_t)
NUMBERS(const_cmp1, uint8_t)
NUMBERS(const_cmp2, uint16_t)
NUMBERS(const_cmp4, uint32_t)
NUMBERS(const_cmp8, uint64_t)

void __real___sanitizer_cov_trace_switch(uint64_t value, uint64_t *cases);
void __wrap___sanitizer_cov_trace_switch(uint64_t value, uint64_t *cases);
void __wrap___sanitizer_cov_trace_switch(uint64_t value, uint64_t *cases)
{
    if (is_told)
        __real___sanitizer_cov_trace_switch(value, cases);
}
