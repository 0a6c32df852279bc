/* curl_late.c: see curl_late.h. */
#include "host/curl_late.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <string.h>

#include "host/log.h"

#define LIBRARY "libcurl.so.4"

/* A pointer to a function is none to an object in C; POSIX says that both are as large. */
static bool look_up(void *library, const char *name, void *place)
{
    void *symbol = dlsym(library, name);
    memcpy(place, &symbol, sizeof symbol);
    return symbol;
}

static bool open_library(struct curl_late *functions)
{
    void *library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
    bool ok = library;
#define X(name) ok = ok && look_up(library, "curl_" #name, &functions->name);
    CURL_LATE(X)
#undef X
    ok = ok && functions->global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
    if (!ok)
        log_error("http", "%s cannot be used (%s); install libcurl4", LIBRARY,
                  library ? "it is too old" : "it cannot be opened");
    return ok;
}

const struct curl_late *curl_late(void)
{
    static struct curl_late functions;
    static enum { UNTRIED, THERE, MISSING } state;
    if (state == UNTRIED)
        state = open_library(&functions) ? THERE : MISSING;
    return state == THERE ? &functions : NULL;
}
