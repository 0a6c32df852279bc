#include "host/clock.h"

#include <assert.h>
#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "host/mem.h"

struct clock {
    bool is_virtual;
    int64_t now_ms;
    int shift; /* file of LOUBOT_CLOCK, -1: none */
};

struct clock *clock_create_system(void)
{
    struct clock *clock = xcalloc(1, sizeof *clock);
    const char *path = getenv("LOUBOT_CLOCK");
    clock->shift = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    return clock;
}

struct clock *clock_create_virtual(int64_t now_ms)
{
    struct clock *clock = xcalloc(1, sizeof *clock);
    clock->is_virtual = true;
    clock->now_ms = now_ms;
    clock->shift = -1;
    return clock;
}

void clock_destroy(struct clock **clock)
{
    if (*clock && (*clock)->shift >= 0)
        close((*clock)->shift);
    free(*clock);
    *clock = NULL;
}

static int64_t system_ms(clockid_t id)
{
    struct timespec ts;
    clock_gettime(id, &ts);
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* How far the wall clock is said to be set wrong just now. */
static int64_t shift_ms(const struct clock *clock)
{
    char text[24] = "";
    if (clock->shift < 0 || pread(clock->shift, text, sizeof text - 1, 0) <= 0)
        return 0;
    return strtoll(text, NULL, 10);
}

int64_t clock_now_ms(const struct clock *clock)
{
    return clock->is_virtual ? clock->now_ms : system_ms(CLOCK_REALTIME) + shift_ms(clock);
}

int64_t clock_boot_ms(const struct clock *clock)
{
    return clock->is_virtual ? clock->now_ms : system_ms(CLOCK_BOOTTIME);
}

bool clock_is_virtual(const struct clock *clock)
{
    return clock->is_virtual;
}

void clock_set_ms(struct clock *clock, int64_t now_ms)
{
    assert(clock->is_virtual);
    clock->now_ms = now_ms;
}
