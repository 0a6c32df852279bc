/* leave_words.h: does a line of the staff speak of being away, or of being back? Judged in
 * memory before anything is asked (turn/hint.c), and read in full by handlers/leave.c. Pure. */
#ifndef LOUBOT_PEOPLE_LEAVE_WORDS_H
#define LOUBOT_PEOPLE_LEAVE_WORDS_H

#include <stdbool.h>
#include <stddef.h>

/* The first word for being away ("休假", "on leave") in the text, and its length; NULL: none.
 */
const char *leave_word(const char *text, size_t *ret_len);
/* The whole text says that somebody is back ("我回来了", "销假", "I'm back"): what stands
 * before the word is `*ret_len` bytes long. */
bool leave_is_over(const char *text, size_t *ret_len);

#endif
