/* curl_late.h: libcurl, opened at the first call out and not before. It brings some thirty
 * libraries along, 4 MB of every process: more than all groups take, and nothing in a daemon
 * whose platforms speak WebSocket, or in a command. For http.c and http_address.c; a function
 * of curl's that they want besides goes into the list.
 */
#ifndef LOUBOT_HOST_CURL_LATE_H
#define LOUBOT_HOST_CURL_LATE_H

#include <curl/curl.h>

#define CURL_LATE(X)                                                                           \
    X(easy_cleanup)                                                                            \
    X(easy_getinfo)                                                                            \
    X(easy_init)                                                                               \
    X(easy_setopt)                                                                             \
    X(easy_strerror)                                                                           \
    X(free)                                                                                    \
    X(global_init)                                                                             \
    X(multi_add_handle)                                                                        \
    X(multi_assign)                                                                            \
    X(multi_cleanup)                                                                           \
    X(multi_info_read)                                                                         \
    X(multi_init)                                                                              \
    X(multi_remove_handle)                                                                     \
    X(multi_setopt)                                                                            \
    X(multi_socket_action)                                                                     \
    X(slist_append)                                                                            \
    X(slist_free_all)                                                                          \
    X(url)                                                                                     \
    X(url_cleanup)                                                                             \
    X(url_get)                                                                                 \
    X(url_set)

struct curl_late {
#define X(name) __typeof__(curl_##name) *name;
    CURL_LATE(X)
#undef X
};

/* curl's functions; NULL, told in the log, when it cannot be opened. It stays open. */
const struct curl_late *curl_late(void);

#endif
