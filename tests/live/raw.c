#include "tests/live/raw.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "host/mem.h"

#define WAIT_MS 5000
#define GOT_MAX (64 * 1024 * 1024)

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static struct sockaddr_in loopback(int port)
{
    return (struct sockaddr_in){.sin_family = AF_INET,
                                .sin_port = htons((uint16_t)port),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

static void raw_init(struct raw *raw, struct loop *loop, int fd)
{
    *raw = (struct raw){.loop = loop, .fd = fd};
    fcntl(fd, F_SETFL, O_NONBLOCK);
    buf_init(&raw->got, GOT_MAX);
}

void raw_open(struct raw *raw, struct loop *loop, int port)
{
    struct sockaddr_in address = loopback(port);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(fd, (struct sockaddr *)&address, sizeof address))
        abort();
    raw_init(raw, loop, fd);
}

int raw_listen(int *ret_port)
{
    struct sockaddr_in address = loopback(0);
    socklen_t len = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (bind(fd, (struct sockaddr *)&address, len) || listen(fd, 16))
        abort();
    getsockname(fd, (struct sockaddr *)&address, &len);
    *ret_port = ntohs(address.sin_port);
    return fd;
}

bool raw_accept(struct raw *raw, struct loop *loop, int listener)
{
    for (int64_t end = now_ms() + WAIT_MS; now_ms() < end;) {
        int fd = accept(listener, NULL, NULL);
        if (fd >= 0) {
            raw_init(raw, loop, fd);
            return true;
        }
        loop_poll(loop, 5);
    }
    return false;
}

void raw_close(struct raw *raw)
{
    if (raw->fd >= 0)
        close(raw->fd);
    raw->fd = -1;
    buf_finish(&raw->got);
}

static void raw_read(struct raw *raw)
{
    char bytes[65536];
    ssize_t n;
    while (!raw->eof && (n = recv(raw->fd, bytes, sizeof bytes, 0)) != 0) {
        if (n < 0) {
            raw->eof = errno != EAGAIN;
            return;
        }
        buf_add(&raw->got, bytes, (size_t)n);
    }
    raw->eof = true;
}

bool raw_put(struct raw *raw, const void *bytes, size_t len)
{
    const char *p = bytes;
    for (int64_t end = now_ms() + WAIT_MS; len && now_ms() < end;) {
        ssize_t n = send(raw->fd, p, len, MSG_NOSIGNAL);
        if (n < 0 && errno != EAGAIN)
            return false;
        if (n < 0) {
            loop_poll(raw->loop, 5);
            continue;
        }
        p += n;
        len -= (size_t)n;
    }
    return !len;
}

bool raw_puts(struct raw *raw, const char *text)
{
    return raw_put(raw, text, strlen(text));
}

void raw_pump(struct raw *raw, int ms)
{
    for (int64_t end = now_ms() + ms; now_ms() < end;) {
        loop_poll(raw->loop, 5);
        raw_read(raw);
    }
}

bool raw_wait(struct raw *raw, const char *text)
{
    for (int64_t end = now_ms() + WAIT_MS; now_ms() < end;) {
        raw_read(raw);
        if (raw->got.len && memmem(raw->got.p, raw->got.len, text, strlen(text)))
            return true;
        if (raw->eof)
            return false;
        loop_poll(raw->loop, 5);
    }
    return false;
}

bool raw_wait_eof(struct raw *raw)
{
    for (int64_t end = now_ms() + 2 * WAIT_MS; !raw->eof && now_ms() < end;) {
        loop_poll(raw->loop, 5);
        raw_read(raw);
    }
    return raw->eof;
}

bool raw_ws_open(struct raw *raw, const char *path, const char *headers)
{
    char *head = xasprintf("GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
                           "Connection: keep-alive, Upgrade\r\n"
                           "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                           "Sec-WebSocket-Version: 13\r\n%s\r\n",
                           path, headers);
    bool ok = raw_puts(raw, head) && raw_wait(raw, "\r\n\r\n") &&
              strstr(buf_text(&raw->got), "101 Switching") &&
              strstr(buf_text(&raw->got), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    free(head);
    if (ok)
        buf_drop(&raw->got,
                 (size_t)(strstr(buf_text(&raw->got), "\r\n\r\n") + 4 - buf_text(&raw->got)));
    return ok;
}

bool raw_ws_put(struct raw *raw, int first, const void *payload, size_t len)
{
    unsigned char head[14] = {(unsigned char)first}, mask[4] = {0x11, 0x22, 0x33, 0x44};
    size_t n = 2;
    if (len < 126) {
        head[1] = (unsigned char)(0x80 | len);
    } else if (len < 65536) {
        head[1] = 0x80 | 126;
        head[n++] = (unsigned char)(len >> 8);
        head[n++] = (unsigned char)len;
    } else {
        head[1] = 0x80 | 127;
        for (int shift = 56; shift >= 0; shift -= 8)
            head[n++] = (unsigned char)((uint64_t)len >> shift);
    }
    memcpy(head + n, mask, 4);
    unsigned char *masked = xmalloc(len);
    for (size_t i = 0; i < len; i++)
        masked[i] = ((const unsigned char *)payload)[i] ^ mask[i & 3];
    bool ok = raw_put(raw, head, n + 4) && raw_put(raw, masked, len);
    free(masked);
    return ok;
}

/* Length of the head, 0: not all there. */
static size_t frame_head(const struct buf *got, size_t *ret_len)
{
    const unsigned char *p = (const unsigned char *)got->p;
    if (got->len < 2)
        return 0;
    size_t code = p[1] & 0x7f, n = code < 126 ? 0 : code == 126 ? 2 : 8;
    if (got->len < 2 + n)
        return 0;
    *ret_len = n ? 0 : code;
    for (size_t i = 0; i < n; i++)
        *ret_len = *ret_len << 8 | p[2 + i];
    return 2 + n;
}

int raw_ws_get(struct raw *raw, struct buf *ret_payload)
{
    buf_clear(ret_payload);
    for (int64_t end = now_ms() + WAIT_MS; now_ms() < end;) {
        size_t len, head = frame_head(&raw->got, &len);
        if (head && raw->got.len >= head + len) {
            int first = (unsigned char)raw->got.p[0];
            buf_add(ret_payload, raw->got.p + head, len);
            buf_drop(&raw->got, head + len);
            return first;
        }
        raw_read(raw);
        if (!raw->eof)
            loop_poll(raw->loop, 5);
    }
    return -1;
}

int raw_ws_close_code(struct raw *raw)
{
    struct buf payload;
    int first, code = -1;
    buf_init(&payload, GOT_MAX);
    while ((first = raw_ws_get(raw, &payload)) >= 0)
        if (first == 0x88) {
            const unsigned char *p = (const unsigned char *)buf_text(&payload);
            code = payload.len >= 2 ? p[0] << 8 | p[1] : 1005;
            break;
        }
    buf_finish(&payload);
    return code;
}

bool raw_run_until(struct loop *loop, const int *flag)
{
    for (int64_t end = now_ms() + WAIT_MS; !*flag && now_ms() < end;)
        loop_poll(loop, 5);
    return *flag;
}
