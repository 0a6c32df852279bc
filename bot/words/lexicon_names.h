/* lexicon_names.h: the names that the lexicon's files may use for kinds of groups, marks,
 * intents, categories and owners. Only lexicon_read.c uses it. */
#ifndef LOUBOT_WORDS_LEXICON_NAMES_H
#define LOUBOT_WORDS_LEXICON_NAMES_H

#include "words/lexicon_data.h"

static const char *const kind_names[] = {"object", "symptom", "trouble", "place",
                                         "mark",   "say",     "owner",   "ignore"};
static const struct {
    const char *name;
    enum mark mark;
    int weight;
} marks[] = {
    {"negation", MARK_NEGATION, 0},
    {"repaired", MARK_REPAIRED, -4},
    {"hypothetical", MARK_HYPOTHETICAL, -4},
    {"past", MARK_PAST, -3},
    {"elsewhere", MARK_ELSEWHERE, -4},
    {"question", MARK_QUESTION, -2},
    {"enquiry", MARK_ENQUIRY, -4},
    {"suggestion", MARK_SUGGESTION, -4},
    {"thanks", MARK_THANKS, -2},
    {"praise", MARK_PRAISE, -3},
    {"chat", MARK_CHAT, -2},
    {"offer", MARK_OFFER, -4},
    {"notice", MARK_NOTICE, -4},
    {"complaint", MARK_COMPLAINT, 2},
    {"request", MARK_REQUEST, 1},
    {"living", MARK_LIVING, 1},
    {"how", MARK_HOW, 0},
    {"also", MARK_ALSO, 0},
    {"self", MARK_SELF, 0},
    {"urgent", MARK_URGENT, 0},
    {"incident", MARK_INCIDENT, 0},
    {"again", MARK_AGAIN, 0},
    {"still", MARK_STILL, 0},
    {"you", MARK_YOU, -1},
    {"matter", MARK_MATTER, 1},
    {"grievance", MARK_GRIEVANCE, 1},
    {"wish", MARK_WISH, -2},
    {"topic", MARK_TOPIC, -1},
    {"estate", MARK_ESTATE, 2},
    {"filler", MARK_FILLER, 0},
};
static const char *const intents[] = {"chat",    "report",     "fragment", "me_too", "progress",
                                      "confirm", "deny",       "accept",   "done",   "transfer",
                                      "raise",   "correct",    "withdraw", "rate",   "thanks",
                                      "enquiry", "suggestion", "emergency"};
static const char *const categories[] = {"lighting",
                                         "public_facility",
                                         "water_supply",
                                         "drainage",
                                         "power",
                                         "gas",
                                         "heating",
                                         "elevator",
                                         "access",
                                         "building_leak",
                                         "property_service",
                                         "sanitation",
                                         "greening",
                                         "pests",
                                         "pets",
                                         "parking",
                                         "fire_safety",
                                         "illegal_building",
                                         "noise",
                                         "air",
                                         "neighbour_dispute",
                                         "public_safety",
                                         "road",
                                         "network",
                                         "elderly_care",
                                         "other"};
static const char *const owners[] = {
    "property",         "water",  "power",     "gas",       "heating", "lift",
    "urban_management", "police", "mediation", "community", "upper"};

#endif
