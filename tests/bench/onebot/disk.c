/* disk.c: what the disk alone takes: appends BYTES to a file in a folder and waits for
 * fdatasync, every 50 ms for SECONDS, as an append-only file with fsync always grows under 20
 * reports a second. Prints {"p50_ms":…,"p99_ms":…}. Built by tests/bench/onebot_bench.mjs.
 *
 *   disk FOLDER BYTES SECONDS
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define PAUSE_NS 50000000
#define SAMPLES_MAX 20000

static int64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

int main(int argc, char **argv)
{
    static int64_t samples[SAMPLES_MAX];
    size_t count = 0;
    if (argc != 4)
        return 2;
    char path[4096];
    snprintf(path, sizeof path, "%s/disk-probe", argv[1]);
    size_t bytes = (size_t)atol(argv[2]);
    char *block = calloc(1, bytes);
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_TRUNC, 0600);
    if (fd < 0 || !block)
        return 2;
    int64_t end = now_ns() + atol(argv[3]) * 1000000000LL;
    while (now_ns() < end && count < SAMPLES_MAX) {
        int64_t begin = now_ns();
        if (write(fd, block, bytes) != (ssize_t)bytes || fdatasync(fd))
            return 2;
        samples[count++] = now_ns() - begin;
        nanosleep(&(struct timespec){.tv_nsec = PAUSE_NS}, NULL);
    }
    qsort(samples, count, sizeof *samples, compare);
    printf("{\"p50_ms\":%.3f,\"p99_ms\":%.3f}\n", (double)samples[count / 2] / 1e6,
           (double)samples[count * 99 / 100] / 1e6);
    unlink(path);
    free(block);
    return 0;
}
