/*
 * target.h - what the targets share. A target is one file with LLVMFuzzerTestOneInput(); limits.c stands
 * around it and holds for every input that it takes no more than a second (target_seconds_most) and 64 MiB;
 * compared.c before the fuzzer.
 *
 * Threads: one.
 */
#ifndef AUTOMAGI_TESTS_FUZZ_TARGET_H
#define AUTOMAGI_TESTS_FUZZ_TARGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fault;
struct text;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Of the processor. Only a target has it whose product says that it takes longer; others have one second. */
extern const int target_seconds_most __attribute__((weak));

/* Ends the program, which is a finding, when it does not hold. */
#define must(condition) ((condition) ? (void)0 : must_fail(#condition))
__attribute__((noreturn)) void must_fail(const char *condition);

/* Before each input (compared.c). */
void compared_begin(void);

/* What a person reads when something was refused: one line of UTF-8, not empty, and the same twice. */
void must_be_line(const char *line);
void must_be_fault(const struct fault *fault);
/* The same bytes, or both broken. */
void must_be_same(const struct text *first, const struct text *second);

/* A file in memory with these bytes, read from its first; one, that is written over by the next. */
int memory_file(const void *bytes, size_t size);
/* A folder in memory for what has to be a file; one, that is removed when the program ends. */
const char *memory_folder(void);
/* A copy that ends with NUL; free() it. */
char *string_of(const uint8_t *data, size_t size);
/* The input from its first byte 0 on, or NULL when there is none; cuts *size there. */
const uint8_t *second_part(const uint8_t *data, size_t *size, size_t *ret_second_size);

#endif
