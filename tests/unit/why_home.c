#include "tests/unit/why_home.h"

#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/store/home.h"

#define ROBOT(id, from, to)                                                                        \
    "{\"id\":\"" id "\",\"name\":\"R\",\"runs\":\"plugin\",\"operation\":[{\"from\":\"" from       \
    "\",\"to\":" to "}]},"
#define ROBOTS                                                                                     \
    ROBOT("r", "2025-04-01", "null")                                                               \
    ROBOT("other", "2025-04-01", "null")                                                           \
    ROBOT("late", "2025-09-01", "null")                                                            \
    ROBOT("over", "2025-04-01", "\"2025-05-31\"") ROBOT("bare", "2025-04-01", "null")
#define FORM                                                                                       \
    "{\"id\":\"form\",\"name\":\"Form\",\"runs\":\"external\","                                    \
    "\"operation\":[{\"from\":\"2025-04-01\",\"to\":null}]}"

static const char TOWN[] =
    "{\"organisation\":\"Town\","
    "\"rates\":[{\"from\":\"2025-01-01\",\"kroner_per_hour\":\"342.07\"}],"
    "\"departments\":[{\"id\":\"a\",\"names\":[{\"name\":\"A\",\"from\":\"2025-01-01\"}]}],"
    "\"robots\":[" ROBOTS FORM "]}";
struct caller caller;
static struct fault fault;
static struct home_lock lock = {-1, -1};
static int socket_fd = -1;

/* As a daemon has its home: locked, and listening. */
void why_serve(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    assert_int_equal(home_lock(caller.home, &lock, &fault), 0);
    socket_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    (void)snprintf(address.sun_path, sizeof(address.sun_path), "%s/socket", caller.home);
    assert_int_equal(bind(socket_fd, (const struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(listen(socket_fd, 100), 0);
}

void why_serve_no_more(void)
{
    if (socket_fd >= 0)
        (void)close(socket_fd);
    home_unlock(&lock);
    socket_fd = -1;
}

void why_install(const char *definition)
{
    char *arguments = caller_file("robot.json", definition);

    caller_must(&caller, "robot add", NULL, arguments);
    free(arguments);
}

int why_open(void **state)
{
    (void)state;
    caller_open_loaded(&caller, NOW_MS, TOWN);
    caller_plant_plugin(&caller);
    why_install("{\"id\":\"r\",\"plugin\":\"ok\"}");
    why_install("{\"id\":\"other\",\"plugin\":\"ok\"}");
    why_serve();
    return 0;
}

int why_close(void **state)
{
    (void)state;
    why_serve_no_more();
    caller_close(&caller);
    return 0;
}

void expect_why(const char *robot, const char *cause, const char *sentence)
{
    char arguments[128];
    struct json *answer;

    (void)snprintf(arguments, sizeof(arguments), "{\"robot\":\"%s\"}", robot);
    answer = caller_read(&caller, "why", arguments);
    assert_string_equal(caller_message(answer), sentence);
    assert_string_equal(json_string(json_member(answer, "cause")), cause);
    json_free(answer);
}
