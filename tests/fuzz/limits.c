/*
 * What holds for every target. The linker puts __wrap_LLVMFuzzerTestOneInput in the place of the
 * target's own function, so that no target can forget it.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "core/base/fault.h"
#include "core/base/file.h"
#include "core/base/text.h"
#include "tests/fuzz/target.h"

enum { MEMORY_MOST = 64 << 20, NANOSECONDS_PER_S = 1000000000 };

int __wrap_LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int __real_LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Of the sanitizers' runtime. */
size_t __sanitizer_get_allocated_size(const volatile void *memory);
int __sanitizer_install_malloc_and_free_hooks(void (*malloc_hook)(const volatile void *, size_t),
                                              void (*free_hook)(const volatile void *));

static int64_t held_bytes; /* more than when the input began */
static int64_t limit_bytes = INT64_MAX;

static void count_malloc(const volatile void *memory, size_t size)
{
    (void)memory;
    held_bytes += (int64_t)size;
    if (held_bytes > limit_bytes) {
        limit_bytes = INT64_MAX; /* what follows allocates, too */
        (void)fprintf(stderr, "an input takes over %d MiB\n", MEMORY_MOST >> 20);
        abort();
    }
}

static void count_free(const volatile void *memory)
{
    held_bytes -= memory != NULL ? (int64_t)__sanitizer_get_allocated_size(memory) : 0;
}

static int64_t processor_ns(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (int64_t)now.tv_sec * NANOSECONDS_PER_S + now.tv_nsec;
}

int __wrap_LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool is_begun;
    int64_t began_ns;
    int seconds_most;
    int result;

    if (!is_begun)
        is_begun = __sanitizer_install_malloc_and_free_hooks(count_malloc, count_free) > 0;
    must(is_begun);
    compared_begin();
    held_bytes = 0;
    limit_bytes = MEMORY_MOST;
    began_ns = processor_ns();
    result = __real_LLVMFuzzerTestOneInput(data, size);
    limit_bytes = INT64_MAX;
    seconds_most = &target_seconds_most != NULL ? target_seconds_most : 1;
    if (processor_ns() - began_ns > seconds_most * (int64_t)NANOSECONDS_PER_S) {
        (void)fprintf(stderr, "an input takes over %d s\n", seconds_most);
        abort();
    }
    return result;
}

void must_fail(const char *condition)
{
    (void)fprintf(stderr, "does not hold: %s\n", condition);
    abort();
}

void must_be_line(const char *line)
{
    must(line[0] != '\0');
    must(text_is_line(line, strlen(line)));
}

void must_be_fault(const struct fault *fault)
{
    must_be_line(fault->text);
}

void must_be_same(const struct text *first, const struct text *second)
{
    must(first->broken == second->broken);
    must(first->length == second->length);
    must(first->length == 0 || memcmp(first->bytes, second->bytes, first->length) == 0);
}

const uint8_t *second_part(const uint8_t *data, size_t *size, size_t *ret_second_size)
{
    const uint8_t *end = *size > 0 ? memchr(data, '\0', *size) : NULL;

    *ret_second_size = 0;
    if (end == NULL)
        return NULL;
    *ret_second_size = *size - (size_t)(end - data) - 1;
    *size = (size_t)(end - data);
    return end + 1;
}

int memory_file(const void *bytes, size_t size)
{
    static int fd = -1;

    if (fd < 0)
        fd = memfd_create("fuzz", MFD_CLOEXEC);
    must(fd >= 0 && ftruncate(fd, (off_t)size) == 0);
    must(pwrite(fd, bytes, size, 0) == (ssize_t)size && lseek(fd, 0, SEEK_SET) == 0);
    return fd;
}

static char folder[] = "/dev/shm/automagi-fuzz-XXXXXX";

static void remove_folder(void)
{
    (void)!file_remove_tree(AT_FDCWD, folder);
}

const char *memory_folder(void)
{
    if (folder[sizeof folder - 2] == 'X')
        must(mkdtemp(folder) != NULL && atexit(remove_folder) == 0);
    return folder;
}

char *string_of(const uint8_t *data, size_t size)
{
    char *string = malloc(size + 1);

    must(string != NULL);
    memcpy(string, data, size);
    string[size] = '\0';
    return string;
}
