/* door.h: who may come in to a server on the loopback address (DESIGN §9): a Host that is this
 * very server, an Origin likewise where a browser sends one, and a token of 32 hex digits: in
 * the address (?token=), as "Authorization: Bearer", or in the cookie "loubot-<port>". */
#ifndef LOUBOT_HOST_DOOR_H
#define LOUBOT_HOST_DOOR_H

struct ws_request;

#define DOOR_TOKEN_SIZE 33

/* The token that the file holds, or a new one written to it, for its owner alone. 0 or
 * ERR_SYSTEM. */
int door_token(const char *path, char token[DOOR_TOKEN_SIZE]);
/* 0, or the status to refuse with: 403 (not from here), 401 (no token). */
int door_gate(const struct ws_request *request, int port, const char *token);

#endif
