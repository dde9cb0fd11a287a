#include "tests/torture/failing_calls.h"

#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <link.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

typedef int main_function(int argc, char **argv, char **environment);

static struct torture_plan *plan;    /* NULL: nothing is counted */
static main_function *program_main;  /* what begin() stands before */
static uintptr_t own_start, own_end; /* where the program's own code lies */
static __thread bool is_inside __attribute__((tls_model("initial-exec")));

char *const *torture_environment;

void *torture_next(const char *name)
{
    bool was_inside = is_inside;
    void *next;

    is_inside = true;
    next = dlsym(RTLD_NEXT, name);
    is_inside = was_inside;
    if (next == NULL)
        abort();
    return next;
}

int torture_error(int usual)
{
    return plan != NULL && plan->error != 0 ? plan->error : usual;
}

bool torture_is_own(const void *return_address)
{
    uintptr_t address = (uintptr_t)return_address;

    return address >= own_start && address < own_end;
}

/* Where its object was loaded differs from run to run, what follows does not. */
static uintptr_t offset_of(void *address, const char **ret_name)
{
    struct dl_find_object found;

    if (_dl_find_object(address, &found) != 0) {
        *ret_name = "?";
        return 0;
    }
    *ret_name = found.dlfo_link_map->l_name;
    return (uintptr_t)address - (uintptr_t)found.dlfo_link_map->l_addr;
}

/* The program's own addresses; what goes on inside a library is one step, whatever it is. */
static uint64_t place_of(void *const *frames, int count, enum torture_class class)
{
    uint64_t place = UINT64_C(0xcbf29ce484222325) ^ (uint64_t) class;
    bool was_own = true;
    int i;

    for (i = 0; i < count; i++) {
        bool is_own = torture_is_own(frames[i]);

        if (is_own)
            place = (place ^ ((uintptr_t)frames[i] - own_start + 2)) * UINT64_C(0x100000001b3);
        else if (was_own)
            place = (place ^ 1) * UINT64_C(0x100000001b3);
        was_own = is_own;
    }
    return place != 0 ? place : 1;
}

static void keep_place(uint64_t number, uint64_t place, enum torture_class class)
{
    uint32_t slot = (uint32_t)(place >> 32) % TORTURE_PLACES;
    uint64_t there = 0;
    uint32_t tries;

    for (tries = 0; tries < TORTURE_PLACES; tries++) {
        if (atomic_compare_exchange_strong(&plan->places[slot].place, &there, place) ||
            there == place) {
            plan->places[slot].class = class;
            if (number <= TORTURE_CALLS)
                plan->calls[number - 1] = slot;
            return;
        }
        there = 0;
        slot = (slot + 1) % TORTURE_PLACES;
    }
}

static void tell_frames(char target[][2 * TORTURE_NAME_MAX], void *const *frames, int count)
{
    int i;

    for (i = 0; i < count; i++) {
        const char *name;
        uintptr_t offset = offset_of(frames[i], &name);
        const char *slash = strrchr(name, '/');

        (void)snprintf(target[i], sizeof target[i], "%.40s+0x%zx", slash != NULL ? slash + 1 : name,
                       (size_t)offset);
    }
}

static void tell(const char *call, uint64_t place, void *const *frames, int count)
{
    plan->failed_place = place;
    (void)snprintf(plan->failed_call, sizeof plan->failed_call, "%s", call);
    tell_frames(plan->failed_frames, frames, count);
}

/* Tells where it was; the same happens again then, with the signal's usual end. */
static void on_crash(int number)
{
    void *frames[TORTURE_FRAMES];

    (void)number;
    is_inside = true;
    tell_frames(plan->crash_frames, frames, backtrace(frames, TORTURE_FRAMES));
}

static void tell_kept(void)
{
    void *asked_at[TORTURE_FRAMES];
    size_t kept = torture_kept_blocks(asked_at, TORTURE_FRAMES);

    is_inside = true;
    plan->kept = kept;
    tell_frames(plan->kept_frames, asked_at, (int)(kept < TORTURE_FRAMES ? kept : TORTURE_FRAMES));
}

static void watch_the_end(void)
{
    static const int ends[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
    struct sigaction once = {.sa_handler = on_crash, .sa_flags = (int)SA_RESETHAND};
    size_t i;

    for (i = 0; i < sizeof ends / sizeof ends[0]; i++)
        (void)sigaction(ends[i], &once, NULL);
    (void)atexit(tell_kept);
}

static bool is_meant(uint64_t number, uint64_t place)
{
    if (plan->fail_at != 0)
        return number == plan->fail_at;
    return plan->fail_place != 0 && place == plan->fail_place &&
           atomic_fetch_add(&plan->turns, 1) + 1 == plan->fail_turn;
}

static bool decide(enum torture_class class, const char *call)
{
    bool by_place = plan->keeps_places != 0 || plan->fail_place != 0;
    uint64_t number = atomic_fetch_add(&plan->counted, 1) + 1;
    void *frames[TORTURE_FRAMES];
    uint64_t place = 0;
    int count = 0;

    if (plan->is_for_good != 0 && atomic_load(&plan->failed) > 0) {
        (void)atomic_fetch_add(&plan->failed, 1);
        return true;
    }
    if (by_place || number == plan->fail_at) {
        count = backtrace(frames, TORTURE_FRAMES);
        place = place_of(frames, count, class);
    }
    if (plan->keeps_places != 0)
        keep_place(number, place, class);
    if (!is_meant(number, place))
        return false;
    if (atomic_fetch_add(&plan->failed, 1) == 0)
        tell(call, place, frames, count);
    return true;
}

bool torture_fails(enum torture_class class, const char *call)
{
    int error = errno;
    bool fails;

    if (plan == NULL || is_inside || (plan->classes & (uint32_t) class) == 0)
        return false;
    is_inside = true;
    fails = decide(class, call);
    is_inside = false;
    errno = error;
    return fails;
}

void torture_leave_out(bool is_left_out)
{
    is_inside = is_left_out;
}

static void map_plan(const char *path)
{
    int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC);
    struct torture_plan *mapped;

    if (fd < 0)
        return;
    mapped = mmap(NULL, sizeof *mapped, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    (void)syscall(SYS_close, fd);
    if (mapped == MAP_FAILED)
        return;
    if (strncmp(mapped->program, program_invocation_short_name, TORTURE_NAME_MAX) == 0)
        plan = mapped;
    else
        (void)munmap(mapped, sizeof *mapped);
}

/* For programs below this one that are started without an environment. */
static void keep_environment(const char *path)
{
    static char preload[4096], wanted[4096];
    static char *environment[] = {preload, wanted, NULL};
    const char *preloaded = getenv("LD_PRELOAD");

    if (preloaded == NULL)
        return;
    (void)snprintf(preload, sizeof preload, "LD_PRELOAD=%s", preloaded);
    (void)snprintf(wanted, sizeof wanted, "TORTURE_PLAN=%s", path);
    torture_environment = environment;
}

static int find_own(struct dl_phdr_info *info, size_t size, void *context)
{
    int i;

    (void)size;
    (void)context;
    for (i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *part = &info->dlpi_phdr[i];

        if (part->p_type == PT_LOAD && (part->p_flags & PF_X) != 0) {
            own_start = info->dlpi_addr + part->p_vaddr;
            own_end = own_start + part->p_memsz;
        }
    }
    return 1; /* the first is the program itself */
}

static int begin(int argc, char **argv, char **environment)
{
    const char *path = getenv("TORTURE_PLAN");
    void *frames[TORTURE_FRAMES];

    (void)backtrace(frames, TORTURE_FRAMES); /* loads what it needs */
    (void)dl_iterate_phdr(find_own, NULL);
    if (path != NULL) {
        keep_environment(path);
        map_plan(path);
    }
    if (plan != NULL)
        watch_the_end();
    return program_main(argc, argv, environment);
}

/* Counting begins with main(): what libraries do before is not the program's. */
int __libc_start_main(main_function *, int, char **, void (*)(void), void (*)(void), void (*)(void),
                      void *);
int __libc_start_main(main_function *function, int argc, char **argv, void (*at_begin)(void),
                      void (*at_end)(void), void (*at_loader_end)(void), void *stack_end)
{
    __typeof__(__libc_start_main) *next;

    *(void **)&next = torture_next("__libc_start_main");
    program_main = function;
    return next(begin, argc, argv, at_begin, at_end, at_loader_end, stack_end);
}
