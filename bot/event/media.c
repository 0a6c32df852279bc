/* media.c: pictures by content hash. Metadata (EXIF with its position, comments) is cut out at
 * the container's level: no library of Debian strips all four kinds without decoding the
 * picture, and decoding untrusted pictures is what is to be avoided here. */
#include "event/media.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/buf.h"
#include "host/err.h"
#include "host/mem.h"

/* ---- stripping ---------------------------------------------------------------------- */

static unsigned be16(const unsigned char *p)
{
    return (unsigned)p[0] << 8 | p[1];
}

static size_t be32(const unsigned char *p)
{
    return (size_t)be16(p) << 16 | be16(p + 2);
}

static size_t le32(const unsigned char *p)
{
    return (size_t)p[3] << 24 | (size_t)p[2] << 16 | (size_t)p[1] << 8 | p[0];
}

/* JPEG (ITU T.81 annex B): markers with lengths up to the scan; APP1 to APP15 and COM go, but
 * for APP2 (colour profile) and APP14 (Adobe colour transform). */
static int strip_jpeg(const unsigned char *p, size_t len, struct buf *out)
{
    size_t at = 2;
    buf_add(out, p, 2);
    while (at + 4 <= len && p[at] == 0xFF) {
        unsigned marker = p[at + 1];
        if (marker == 0xFF) { /* a fill byte */
            at++;
            continue;
        }
        if (marker == 0xDA) {
            buf_add(out, p + at, len - at);
            return 0;
        }
        size_t size = 2 + be16(p + at + 2);
        if (at + size > len)
            return ERR_INVALID;
        bool metadata =
            (marker >= 0xE1 && marker <= 0xEF && marker != 0xE2 && marker != 0xEE) ||
            marker == 0xFE;
        if (!metadata)
            buf_add(out, p + at, size);
        at += size;
    }
    return ERR_INVALID;
}

/* PNG (RFC 2083): chunks; text, time and EXIF chunks go. */
static int strip_png(const unsigned char *p, size_t len, struct buf *out)
{
    static const char dropped[][5] = {"tEXt", "zTXt", "iTXt", "eXIf", "tIME"};
    size_t at = 8;
    buf_add(out, p, 8);
    while (at + 12 <= len) {
        size_t size = be32(p + at) + 12;
        if (size < 12 || size > len - at)
            return ERR_INVALID;
        bool drop = false;
        for (size_t i = 0; i < sizeof dropped / sizeof *dropped; i++)
            drop |= memcmp(p + at + 4, dropped[i], 4) == 0;
        if (!drop)
            buf_add(out, p + at, size);
        if (memcmp(p + at + 4, "IEND", 4) == 0)
            return 0;
        at += size;
    }
    return ERR_INVALID;
}

/* WebP (RIFF container): EXIF and XMP chunks go, with their flags in VP8X. */
static int strip_webp(const unsigned char *p, size_t len, struct buf *out)
{
    size_t at = 12;
    buf_add(out, p, 12);
    while (at + 8 <= len) {
        size_t size = le32(p + at + 4);
        size += 8 + (size & 1);
        if (size < 8 || size > len - at)
            return ERR_INVALID;
        size_t start = out->len;
        if (memcmp(p + at, "EXIF", 4) != 0 && memcmp(p + at, "XMP ", 4) != 0)
            buf_add(out, p + at, size);
        if (memcmp(p + at, "VP8X", 4) == 0 && size >= 18 && out->len > start)
            out->p[start + 8] = (char)(out->p[start + 8] & ~0x0C);
        at += size;
    }
    size_t riff = out->len - 8;
    for (int i = 0; i < 4 && out->p; i++)
        out->p[4 + i] = (char)(riff >> (8 * i));
    return out->len > 20 ? 0 : ERR_INVALID;
}

static int strip(const unsigned char *p, size_t len, struct buf *out, const char **ret_kind)
{
    static const unsigned char png[8] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
    if (len > 4 && p[0] == 0xFF && p[1] == 0xD8) {
        *ret_kind = "jpg";
        return strip_jpeg(p, len, out);
    }
    if (len > 20 && memcmp(p, png, sizeof png) == 0) {
        *ret_kind = "png";
        return strip_png(p, len, out);
    }
    if (len > 20 && memcmp(p, "RIFF", 4) == 0 && memcmp(p + 8, "WEBP", 4) == 0) {
        *ret_kind = "webp";
        return strip_webp(p, len, out);
    }
    if (len > 13 && (memcmp(p, "GIF87a", 6) == 0 || memcmp(p, "GIF89a", 6) == 0)) {
        *ret_kind = "gif"; /* holds no position data */
        buf_add(out, p, len);
        return 0;
    }
    return ERR_INVALID;
}

/* ---- files ------------------------------------------------------------------------------ */

static void hash_of(const struct buf *bytes, char hex[65])
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    EVP_Digest(bytes->p, bytes->len, digest, NULL, EVP_sha256(), NULL);
    for (size_t i = 0; i < 32; i++)
        snprintf(hex + 2 * i, 3, "%02x", digest[i]);
}

static int write_all(int fd, const char *bytes, size_t len)
{
    while (len) {
        ssize_t written = write(fd, bytes, len);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return ERR_SYSTEM;
        bytes += written;
        len -= (size_t)written;
    }
    return 0;
}

/* Written beside, synced, then renamed: a reader never sees half a picture. */
static int write_file(const char *path, const struct buf *bytes)
{
    char *beside = xasprintf("%s.%ld", path, (long)getpid());
    int fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    int error = fd < 0 ? ERR_SYSTEM : write_all(fd, bytes->p, bytes->len);
    if (fd >= 0) {
        if (!error && fsync(fd) < 0)
            error = ERR_SYSTEM;
        close(fd);
    }
    if (!error && rename(beside, path) < 0)
        error = ERR_SYSTEM;
    if (error)
        unlink(beside);
    free(beside);
    return error;
}

int media_put(const char *data_dir, const void *bytes, size_t len, char *ret_ref, size_t size)
{
    if (len > MEDIA_MAX)
        return ERR_FULL;
    struct buf clean;
    const char *kind;
    buf_init(&clean, MEDIA_MAX);
    int error = strip(bytes, len, &clean, &kind);
    if (!error && clean.failed)
        error = ERR_FULL;
    if (!error) {
        char hex[65];
        hash_of(&clean, hex);
        char *folder = xasprintf("%s/media", data_dir);
        char *path = xasprintf("%s/%s.%s", folder, hex, kind);
        mkdir(folder, 0700);
        /* kept again: its time begins anew */
        bool is_there = utimensat(AT_FDCWD, path, NULL, 0) == 0;
        error = is_there ? 0 : write_file(path, &clean);
        snprintf(ret_ref, size, "media:%s.%s", hex, kind);
        free(path);
        free(folder);
    }
    buf_finish(&clean);
    return error;
}

static const char *type_of(const char *kind)
{
    static const char *const types[][2] = {{"jpg", "image/jpeg"},
                                           {"png", "image/png"},
                                           {"webp", "image/webp"},
                                           {"gif", "image/gif"}};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strcmp(kind, types[i][0]) == 0)
            return types[i][1];
    return NULL;
}

static int read_file(const char *path, void **ret_bytes, size_t *ret_len)
{
    FILE *file = fopen(path, "rbe");
    if (!file)
        return ERR_NOT_FOUND;
    char *bytes = xmalloc(MEDIA_MAX);
    size_t len = fread(bytes, 1, MEDIA_MAX, file);
    fclose(file);
    *ret_bytes = xrealloc(bytes, len);
    *ret_len = len;
    return 0;
}

/* The name of a reference's file, or NULL: it is none. */
static const char *name_of(const char *ref)
{
    const char *name = strncmp(ref, "media:", 6) == 0 ? ref + 6 : "";
    bool ok = strspn(name, "0123456789abcdef") == 64 && name[64] == '.' && type_of(name + 65);
    return ok ? name : NULL;
}

int media_get(const char *data_dir, const char *ref, void **ret_bytes, size_t *ret_len,
              const char **ret_type)
{
    const char *name = name_of(ref);
    if (!name)
        return ERR_INVALID;
    *ret_type = type_of(name + 65);
    char *path = xasprintf("%s/media/%s", data_dir, name);
    int error = read_file(path, ret_bytes, ret_len);
    free(path);
    return error;
}

void media_remove(const char *data_dir, const char *ref)
{
    const char *name = name_of(ref);
    if (!name)
        return;
    char *path = xasprintf("%s/media/%s", data_dir, name);
    unlink(path);
    free(path);
}

/* ---- those that are old ---------------------------------------------------------------- */

void media_sweep_end(struct media_sweep *sweep)
{
    if (sweep->folder)
        closedir(sweep->folder);
    sweep->folder = NULL;
}

static bool is_old(int folder, const char *name, int64_t before_ms)
{
    struct stat st;
    return fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode) &&
           (int64_t)st.st_mtime * 1000 < before_ms;
}

bool media_sweep(struct media_sweep *sweep, const char *data_dir, int64_t before_ms,
                 size_t most)
{
    if (!sweep->folder) {
        char *path = xasprintf("%s/media", data_dir);
        sweep->folder = opendir(path);
        sweep->removed = 0;
        free(path);
    }
    struct dirent *entry = NULL;
    for (; sweep->folder && most && (entry = readdir(sweep->folder)); most--) {
        int folder = dirfd(sweep->folder);
        if (is_old(folder, entry->d_name, before_ms))
            sweep->removed += unlinkat(folder, entry->d_name, 0) == 0;
    }
    if (!entry)
        media_sweep_end(sweep);
    return sweep->folder != NULL;
}
