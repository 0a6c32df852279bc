/* forgetting.h: people who asked in direct chat to be forgotten. Private to bot/turn/. */
#ifndef LOUBOT_TURN_FORGETTING_H
#define LOUBOT_TURN_FORGETTING_H

struct home;

/* Does what `loubot forget` does for everybody who asked and confirmed, one after the other.
 * The request is stored with the turn that made it and stays until it is done, so a crash in
 * between only means that it is done again. To be called often: it begins when there may be
 * something to do. */
void forgetting_tick(struct home *home);

#endif
