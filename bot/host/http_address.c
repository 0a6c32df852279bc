#include "host/http_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <string.h>

#include "host/curl_late.h"

bool http_address_parse(const char *url, bool *ret_loopback)
{
    const struct curl_late *curl = curl_late();
    CURLU *parsed = curl ? curl->url() : NULL;
    char *host = NULL, *scheme = NULL;
    bool ok = url && parsed && !curl->url_set(parsed, CURLUPART_URL, url, 0) &&
              !curl->url_get(parsed, CURLUPART_SCHEME, &scheme, 0) &&
              !curl->url_get(parsed, CURLUPART_HOST, &host, 0) &&
              (!strcmp(scheme, "http") || !strcmp(scheme, "https"));
    *ret_loopback = ok && (!strcmp(host, "localhost") || !strncmp(host, "127.", 4) ||
                           !strcmp(host, "[::1]"));
    if (!parsed)
        return false;
    curl->free(host);
    curl->free(scheme);
    curl->url_cleanup(parsed);
    return ok;
}

/* The special-purpose blocks of IPv4 (IANA). */
static const struct {
    uint32_t base;
    int bits;
} not_public[] = {
    {0x00000000, 8},  /* this network */
    {0x0a000000, 8},  /* private */
    {0x64400000, 10}, /* shared, behind carriers' NAT */
    {0x7f000000, 8},  /* loopback */
    {0xa9fe0000, 16}, /* link-local */
    {0xac100000, 12}, /* private */
    {0xc0000000, 24}, /* protocol assignments */
    {0xc0000200, 24}, /* documentation */
    {0xc0586300, 24}, /* 6to4 relays */
    {0xc0a80000, 16}, /* private */
    {0xc6120000, 15}, /* benchmarks */
    {0xc6336400, 24}, /* documentation */
    {0xcb007100, 24}, /* documentation */
    {0xe0000000, 3},  /* multicast and reserved */
};

static bool is_public_v4(uint32_t address)
{
    for (size_t i = 0; i < sizeof not_public / sizeof *not_public; i++)
        if ((address ^ not_public[i].base) >> (32 - not_public[i].bits) == 0)
            return false;
    return true;
}

/* Global unicast (2000::/3) but for Teredo, documentation and 6to4, which wrap other
 * addresses or lead nowhere. */
static bool is_public_v6(const uint8_t *a)
{
    if (IN6_IS_ADDR_V4MAPPED((const struct in6_addr *)a))
        return is_public_v4((uint32_t)a[12] << 24 | (uint32_t)a[13] << 16 |
                            (uint32_t)a[14] << 8 | a[15]);
    uint32_t top = (uint32_t)a[0] << 24 | (uint32_t)a[1] << 16 | (uint32_t)a[2] << 8 | a[3];
    return top >> 29 == 1 && top >> 9 != 0x20010000u >> 9 && top != 0x20010db8u &&
           top >> 16 != 0x2002;
}

bool http_address_is_public(const struct sockaddr *address)
{
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    if (address->sa_family == AF_INET) {
        memcpy(&v4, address, sizeof v4);
        return is_public_v4(ntohl(v4.sin_addr.s_addr));
    }
    if (address->sa_family == AF_INET6) {
        memcpy(&v6, address, sizeof v6);
        return is_public_v6(v6.sin6_addr.s6_addr);
    }
    return false;
}
