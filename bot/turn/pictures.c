/* pictures.c: pictures are kept for a time (`photo_days`), then they go, a few files a tick,
 * once a day; what is told of an event stays. */
#include "event/media.h"
#include "host/log.h"
#include "turn/internal.h"

#define DAY_MS ((int64_t)24 * 3600 * 1000)
#define STEP_FILES 50

void pictures_tick(struct core *core)
{
    int64_t now_ms = clock_now_ms(core->config.clock);
    if (!core->config.photo_days || now_ms < core->pictures_next_ms)
        return;
    int64_t before_ms = now_ms - core->config.photo_days * DAY_MS;
    if (media_sweep(&core->pictures, core->config.data_dir, before_ms, STEP_FILES))
        return;
    core->pictures_next_ms = now_ms + DAY_MS;
    if (core->pictures.removed)
        log_info("pictures", "removed=%zu older_than=%d days", core->pictures.removed,
                 core->config.photo_days);
}
