#include "host/door.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/err.h"
#include "host/ws.h"

#define TOKEN_LEN (DOOR_TOKEN_SIZE - 1)

static bool read_token(const char *path, char token[DOOR_TOKEN_SIZE])
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, token, TOKEN_LEN);
    if (fd >= 0)
        close(fd);
    token[TOKEN_LEN] = '\0';
    return n == TOKEN_LEN && strspn(token, "0123456789abcdef") == TOKEN_LEN;
}

static int make_token(const char *path, char token[DOOR_TOKEN_SIZE])
{
    unsigned char bytes[TOKEN_LEN / 2];
    if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
        return ERR_SYSTEM;
    for (size_t i = 0; i < sizeof bytes; i++)
        snprintf(token + 2 * i, 3, "%02x", bytes[i]);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        return ERR_SYSTEM;
    bool ok = !fchmod(fd, 0600) && write(fd, token, TOKEN_LEN) == TOKEN_LEN && !fsync(fd);
    close(fd);
    return ok ? 0 : ERR_SYSTEM;
}

int door_token(const char *path, char token[DOOR_TOKEN_SIZE])
{
    return read_token(path, token) ? 0 : make_token(path, token);
}

/* Takes as long wherever they differ. */
static bool same(const char *said, const char *token)
{
    unsigned char different = 0;
    if (strlen(said) != TOKEN_LEN)
        return false;
    for (size_t i = 0; i < TOKEN_LEN; i++)
        different |= (unsigned char)(said[i] ^ token[i]);
    return !different;
}

static bool has_cookie(const struct ws_request *request, int port, const char *token)
{
    char cookies[2048], name[40];
    if (!ws_header(request, "cookie", cookies, sizeof cookies))
        return false;
    snprintf(name, sizeof name, "loubot-%d=", port);
    for (char *rest = cookies, *cookie; (cookie = strsep(&rest, ";,"));) {
        cookie += strspn(cookie, " ");
        if (!strncmp(cookie, name, strlen(name)) && same(cookie + strlen(name), token))
            return true;
    }
    return false;
}

static bool has_token(const struct ws_request *request, int port, const char *token)
{
    char said[80];
    if (ws_query(request, "token", said, sizeof said) && same(said, token))
        return true;
    if (ws_header(request, "authorization", said, sizeof said) &&
        strncasecmp(said, "Bearer ", 7) == 0 && same(said + 7, token))
        return true;
    return has_cookie(request, port, token);
}

static bool is_here(const char *host, int port)
{
    static const char *const names[] = {"127.0.0.1", "localhost", "[::1]"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char here[32];
        snprintf(here, sizeof here, "%s:%d", names[i], port);
        if (!strcmp(host, here))
            return true;
    }
    return false;
}

int door_gate(const struct ws_request *request, int port, const char *token)
{
    char host[100], origin[120];
    if (!ws_header(request, "host", host, sizeof host) || !is_here(host, port))
        return 403;
    if (ws_header(request, "origin", origin, sizeof origin) &&
        (strncmp(origin, "http://", 7) != 0 || strcmp(origin + 7, host) != 0))
        return 403;
    return has_token(request, port, token) ? 0 : 401;
}
