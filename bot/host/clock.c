#include "host/clock.h"

#include <assert.h>
#include <stdlib.h>
#include <time.h>

#include "host/mem.h"

struct clock {
    bool is_virtual;
    int64_t now_ms;
};

struct clock *clock_create_system(void)
{
    return xcalloc(1, sizeof(struct clock));
}

struct clock *clock_create_virtual(int64_t now_ms)
{
    struct clock *clock = xcalloc(1, sizeof *clock);
    clock->is_virtual = true;
    clock->now_ms = now_ms;
    return clock;
}

void clock_destroy(struct clock **clock)
{
    free(*clock);
    *clock = NULL;
}

static int64_t system_ms(clockid_t id)
{
    struct timespec ts;
    clock_gettime(id, &ts);
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int64_t clock_now_ms(const struct clock *clock)
{
    return clock->is_virtual ? clock->now_ms : system_ms(CLOCK_REALTIME);
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
