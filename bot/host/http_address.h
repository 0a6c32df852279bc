/* http_address.h: where an HTTP call may go. For http.c. */
#ifndef LOUBOT_HOST_HTTP_ADDRESS_H
#define LOUBOT_HOST_HTTP_ADDRESS_H

#include <stdbool.h>
#include <sys/socket.h>

/* Is it an http or https URL? `ret_loopback`: its host is written as the loopback address. */
bool http_address_parse(const char *url, bool *ret_loopback);
/* Not loopback, private, link-local, shared, reserved or multicast, also not wrapped in IPv6.
 */
bool http_address_is_public(const struct sockaddr *address);

#endif
