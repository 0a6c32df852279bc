#include "turn/poison.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/log.h"
#include "host/mem.h"

#define SUSPECTS_MAX 64
#define CRASHES_MAX 2
#define FILE_SIZE 4096
static const char magic[8] = "deciding";

struct suspect {
    char id[POISON_ID_SIZE]; /* "": free */
    uint32_t crashes;
};

struct page { /* the file; read again by the next process, whatever its release */
    char magic[8];
    char current[POISON_ID_SIZE]; /* "": nothing */
    uint32_t oldest;              /* the suspect that gives way when there are too many */
    struct suspect suspects[SUSPECTS_MAX];
};
_Static_assert(sizeof(struct page) <= FILE_SIZE, "the page holds all");

struct poison {
    struct page *page;
    size_t suspect_count;
};

/* The page, or NULL. Its blocks are there before it is mapped: a full disk must not turn a
 * write into a SIGBUS. */
static struct page *map(const char *data_dir)
{
    char *path = xasprintf("%s/deciding", data_dir);
    mkdir(data_dir, 0700);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    void *page = MAP_FAILED;
    if (fd >= 0 && posix_fallocate(fd, 0, FILE_SIZE) == 0)
        page = mmap(NULL, FILE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (page == MAP_FAILED)
        log_warn("poison", "cannot be written, crashes will not be remembered file=%s why=%s",
                 path, strerror(errno));
    if (fd >= 0)
        close(fd);
    free(path);
    return page == MAP_FAILED ? NULL : page;
}

static struct suspect *find(const struct poison *poison, const char *id)
{
    for (size_t i = 0; i < SUSPECTS_MAX; i++)
        if (strncmp(poison->page->suspects[i].id, id, POISON_ID_SIZE) == 0)
            return &poison->page->suspects[i];
    return NULL;
}

static void suspect_current(struct poison *poison)
{
    struct page *page = poison->page;
    struct suspect *suspect = find(poison, page->current);
    if (!suspect)
        suspect = find(poison, "");
    if (!suspect)
        suspect = &page->suspects[page->oldest++ % SUSPECTS_MAX];
    if (strncmp(suspect->id, page->current, POISON_ID_SIZE) != 0)
        *suspect = (struct suspect){.crashes = 0};
    memcpy(suspect->id, page->current, POISON_ID_SIZE);
    suspect->crashes++;
    log_warn("poison", "the last process ended while it worked on id=%s crashes=%u",
             suspect->id, suspect->crashes);
}

/* Whatever the bytes are, they are made strings. */
static void check(struct page *page)
{
    if (memcmp(page->magic, magic, sizeof magic) != 0)
        memset(page, 0, sizeof *page);
    memcpy(page->magic, magic, sizeof magic);
    page->current[POISON_ID_SIZE - 1] = '\0';
    for (size_t i = 0; i < SUSPECTS_MAX; i++)
        page->suspects[i].id[POISON_ID_SIZE - 1] = '\0';
}

struct poison *poison_create(const char *data_dir)
{
    struct poison *poison = xcalloc(1, sizeof *poison);
    poison->page = map(data_dir);
    if (!poison->page)
        poison->page =
            mmap(NULL, FILE_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (poison->page == MAP_FAILED)
        abort();
    check(poison->page);
    if (poison->page->current[0])
        suspect_current(poison);
    poison_leave(poison);
    for (size_t i = 0; i < SUSPECTS_MAX; i++)
        poison->suspect_count += poison->page->suspects[i].id[0] != '\0';
    return poison;
}

void poison_destroy(struct poison **poison)
{
    if (!*poison)
        return;
    munmap((*poison)->page, FILE_SIZE);
    free(*poison);
    *poison = NULL;
}

void poison_enter(struct poison *poison, const char *id)
{
    strncpy(poison->page->current, id, POISON_ID_SIZE - 1);
    atomic_signal_fence(memory_order_seq_cst);
}

void poison_leave(struct poison *poison)
{
    atomic_signal_fence(memory_order_seq_cst);
    poison->page->current[0] = '\0';
}

bool poison_is(const struct poison *poison, const char *id)
{
    if (!poison->suspect_count)
        return false;
    const struct suspect *suspect = find(poison, id);
    return suspect && suspect->crashes >= CRASHES_MAX;
}

void poison_settled(struct poison *poison, const char *id)
{
    struct suspect *suspect = poison->suspect_count ? find(poison, id) : NULL;
    if (!suspect)
        return;
    *suspect = (struct suspect){.crashes = 0};
    poison->suspect_count--;
}
