/*
 * misbehaves_ends.h - ways in which a plugin ends its run's process, or never lets it end. Part of
 * misbehaves.h.
 */
#ifndef AUTOMAGI_STANDINS_MISBEHAVES_ENDS_H
#define AUTOMAGI_STANDINS_MISBEHAVES_ENDS_H

#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "plugins/sdk/automagi.h"

/* What one way is given, and where it says what it could do that it must not be able to. */
struct harm {
    const struct ag_host *host; /* NULL in constructors and destructors */
    long number;
    char *note;
    long item;                /* id of the item in hand as the wire has it; 0: none */
    struct ag_result *result; /* NULL where there is none */
};

enum { NAP_US = 10000, TERMS = 40 };

static volatile int *volatile nowhere;
static volatile int zero;

/* The sanitizers would tell of these in their own way. */
__attribute__((no_sanitize("undefined", "address"))) static int32_t
harm_null_write(const struct harm *harm)
{
    (void)harm;
    *nowhere = 1; /* SIGSEGV */
    return AG_OK;
}

__attribute__((no_sanitize("undefined"))) static int32_t harm_divide(const struct harm *harm)
{
#if defined(__x86_64__)
    int32_t quotient = 1;

    (void)harm;
    __asm__ volatile("cltd; idivl %1" : "+a"(quotient) : "r"(zero) : "edx", "cc"); /* SIGFPE */
    return quotient;
#else
    (void)harm; /* there the quotient is 0 */
    return kill(getpid(), SIGFPE) + zero;
#endif
}

static int32_t harm_illegal(const struct harm *harm)
{
    (void)harm;
#if defined(__x86_64__)
    __asm__ volatile("ud2"); /* SIGILL */
#else
    __builtin_trap();
#endif
    return AG_OK;
}

static int32_t harm_trap(const struct harm *harm)
{
    (void)harm;
#if defined(__x86_64__)
    __asm__ volatile("int3"); /* SIGTRAP */
#else
    __asm__ volatile("brk #0");
#endif
    return AG_OK;
}

/* SIGBUS: a page of a file that ends before it. */
static int32_t harm_bus(const struct harm *harm)
{
    int fd = memfd_create("short", MFD_CLOEXEC);
    char *page;

    (void)harm;
    page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (page == MAP_FAILED)
        return AG_OK;
    *(volatile char *)page = 1;
    return munmap(page, 4096);
}

static int32_t harm_abort(const struct harm *harm)
{
    (void)harm;
    abort();
}

/* What a run's first process sends itself the kernel drops, unless there is a handler. */
static int32_t harm_raise(const struct harm *harm)
{
    (void)kill(getpid(), (int)harm->number);
    return AG_OK;
}

static int32_t harm_exit(const struct harm *harm)
{
    exit((int)harm->number);
}

static int32_t harm_exit_at_once(const struct harm *harm)
{
    _exit((int)harm->number);
}

/* Unwinds what called the callback, and everything below. */
static int32_t harm_thread_exit(const struct harm *harm)
{
    (void)harm;
    pthread_exit(NULL);
}

static volatile char *volatile deepest;

/* Stack without end. */
static int32_t harm_recurse(const struct harm *harm)
{
    volatile char page[1024];
    int32_t more;

    page[0] = (char)harm->number;
    deepest = page;
    if (zero != 0)
        return page[0];
    more = harm_recurse(harm);
    return more + page[0];
}

static int32_t harm_hang(const struct harm *harm)
{
    (void)harm;
    while (zero == 0)
        (void)pause();
    return AG_OK;
}

static int32_t harm_spin(const struct harm *harm)
{
    volatile long turns = 0;

    (void)harm;
    while (zero == 0)
        turns = turns + 1;
    return AG_OK;
}

static int32_t harm_ignore_term(const struct harm *harm)
{
    sigset_t all;

    (void)signal(SIGTERM, SIG_IGN);
    (void)sigfillset(&all);
    (void)sigprocmask(SIG_BLOCK, &all, NULL);
    return harm_hang(harm);
}

/* Handlers and mask of its own, and then a crash that they are to hide. */
static void swallow(int number)
{
    (void)number;
}

static int32_t harm_handlers(const struct harm *harm)
{
    int number;

    for (number = 1; number < NSIG; number++)
        (void)signal(number, swallow);
    return harm_null_write(harm); /* again and again, until the item's time is over */
}

/* Everybody it may: that is the run's own processes. */
static int32_t harm_kill_all(const struct harm *harm)
{
    int i;

    for (i = 0; i < TERMS; i++)
        (void)kill(-1, SIGKILL);
    (void)kill(getppid(), SIGKILL);
    return harm->number != 0 ? AG_BROKEN : AG_OK;
}

#endif
