/*
 * time_start HOME AUTOMAGID - milliseconds from exec of the daemon until it answers a command on its
 * socket, and its resident memory in KiB a moment of idleness later. One line: MS KIB. The daemon
 * is ended again.
 */
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now_ms(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

/* A command that changes nothing and has to pass the writer to be refused. */
static int answers(void)
{
    static const char request[] =
        "\x2d\0\0\0{\"command\":\"run\",\"arguments\":{\"robot\":\"x\"}}  ";
    struct sockaddr_un address;
    char reply[4096];
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int is_answered;

    memset(&address, 0, sizeof(address));
    address.sun_family = AF_UNIX;
    (void)snprintf(address.sun_path, sizeof(address.sun_path), "socket");
    is_answered = connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0 &&
                  write(fd, request, 4 + 0x2d) == 4 + 0x2d && read(fd, reply, sizeof(reply)) > 4;
    close(fd);
    return is_answered;
}

static long resident_kib(pid_t pid)
{
    char path[64];
    char line[256];
    long value = -1;
    FILE *status;

    (void)snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
    status = fopen(path, "re");
    while (status != NULL && fgets(line, (int)sizeof(line), status) != NULL) {
        if (sscanf(line, "VmRSS: %ld", &value) == 1)
            break;
    }
    if (status != NULL)
        (void)fclose(status);
    return value;
}

int main(int argc, char **argv)
{
    struct timespec tick = {0, 200000};
    struct timespec idle = {2, 0};
    double begun;
    double ready;
    pid_t pid;

    if (argc != 3 || chdir(argv[1]) < 0)
        return 2;
    (void)unlink("socket");
    begun = now_ms();
    pid = vfork();
    if (pid == 0) {
        execl(argv[2], "automagid", "--home", ".", (char *)NULL);
        _exit(127);
    }
    while (!answers()) {
        if (now_ms() - begun > 20000 || waitpid(pid, NULL, WNOHANG) == pid) {
            fprintf(stderr, "time_start: the daemon did not come up\n");
            return 1;
        }
        (void)nanosleep(&tick, NULL);
    }
    ready = now_ms() - begun;
    (void)nanosleep(&idle, NULL);
    printf("%.2f %ld\n", ready, resident_kib(pid));
    (void)kill(pid, SIGTERM);
    return waitpid(pid, NULL, 0) == pid ? 0 : 1;
}
