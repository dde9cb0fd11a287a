/*
 * raw_fork COUNT LIVE - the limit for isolated runs: fork, a hundred multiplications, exit, with at
 * most LIVE children alive. Prints forks per second.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void work(void)
{
    volatile unsigned value = 1;
    int i;

    for (i = 1; i <= 100; i++)
        value = value * (unsigned)i;
}

int main(int argc, char **argv)
{
    long count = argc > 1 ? strtol(argv[1], NULL, 10) : 20000;
    long live = argc > 2 ? strtol(argv[2], NULL, 10) : 4;
    long alive = 0;
    long i;
    double begun = now();

    for (i = 0; i < count; i++) {
        pid_t pid = fork();

        if (pid == 0) {
            work();
            _exit(0);
        }
        if (pid < 0) {
            perror("fork");
            return 1;
        }
        alive++;
        if (alive >= live && wait(NULL) > 0)
            alive--;
    }
    while (wait(NULL) > 0)
        continue;
    printf("%.0f\n", (double)count / (now() - begun));
    return 0;
}
