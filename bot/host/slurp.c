#include "host/slurp.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/conf.h"
#include "host/mem.h"

static const char *advice(int error)
{
    if (error == ENOENT)
        return "check the path";
    return error == EACCES ? "give this user the right to read it" : "check the file";
}

/* Reads up to `max` + 1 bytes (one more than allowed, so that growth is noticed). */
static char *read_all(int fd, size_t max, size_t *ret_len)
{
    size_t cap = 16 * 1024, len = 0;
    char *bytes = xmalloc(cap + 1);
    while (len <= max) {
        if (len == cap)
            bytes = xrealloc(bytes, (cap *= 2) + 1);
        ssize_t n = read(fd, bytes + len, cap - len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            free(bytes);
            return NULL;
        }
        if (!n)
            break;
        len += (size_t)n;
    }
    bytes[len] = '\0';
    *ret_len = len;
    return xrealloc(bytes, len + 1);
}

char *slurp(const char *path, size_t max, size_t *ret_len, struct faults *faults)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat st;
    char *bytes = NULL;
    if (fd < 0 || fstat(fd, &st) < 0)
        faults_add(faults, path, 1, "cannot be read: %s; %s", strerror(errno), advice(errno));
    else if (!S_ISREG(st.st_mode))
        faults_add(faults, path, 1, "is no regular file; name a file here");
    else if (!(bytes = read_all(fd, max, ret_len)))
        faults_add(faults, path, 1, "cannot be read: %s; %s", strerror(errno), advice(errno));
    else if (*ret_len > max) {
        faults_add(faults, path, 1, "larger than %zu bytes; split it", max);
        free(bytes);
        bytes = NULL;
    }
    if (fd >= 0)
        close(fd);
    return bytes;
}
