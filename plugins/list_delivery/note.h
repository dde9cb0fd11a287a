/*
 * note.h - what the plugin says of itself, for AG_NOTE(). README.md explains the configuration.
 */
#ifndef LIST_DELIVERY_NOTE_H
#define LIST_DELIVERY_NOTE_H

#include "automagi.h"

#define NOTE_TEXT(most) "{\"type\":\"string\",\"minLength\":1,\"maxLength\":" #most "}"
#define NOTE_NUMBER(least, most)                                                                   \
    "{\"type\":\"integer\",\"minimum\":" #least ",\"maximum\":" #most "}"

#define NOTE_FOLDERS                                                                               \
    "\"source\":\"Mappen, hvor listerne lægges; der læses kun\","                                \
    "\"receivers\":\"Mappen med modtagerlisten (CSV); der læses kun\","                           \
    "\"outbox\":\"Mappen, hvor modtagernes filer skrives\","                                       \
    "\"state\":\"Mappen, hvor leverede lister gemmes til sammenligning; kun til robotten\""

#define NOTE_COLUMNS                                                                               \
    "{\"type\":\"array\",\"title\":\"Kolonner, der leveres\",\"minItems\":1,\"maxItems\":16,"      \
    "\"items\":{\"type\":\"object\",\"required\":[\"name\"],\"properties\":{"                      \
    "\"name\":" NOTE_TEXT(                                                                         \
        64) ","                                                                                    \
            "\"type\":{\"type\":\"string\",\"enum\":[\"text\",\"number\",\"day\"],\"default\":"    \
            "\"text\"},"                                                                           \
            "\"decimals\":" NOTE_NUMBER(                                                           \
                0, 6) ","                                                                          \
                      "\"not_negative\":{\"type\":\"boolean\",\"default\":false}}}}"

#define NOTE_LETTER                                                                                \
    "{\"type\":\"object\",\"title\":\"Brevets ord\",\"properties\":{"                              \
    "\"subject\":{\"type\":\"string\",\"maxLength\":4000},"                                        \
    "\"opening\":{\"type\":\"string\",\"maxLength\":4000},"                                        \
    "\"closing\":{\"type\":\"string\",\"maxLength\":4000}}}"

#define LIST_DELIVERY_NOTE                                                                                                                 \
    "{\"id\":\"list_delivery\",\"version\":\"1.0.0\","                                                                                     \
    "\"title\":\"Listelevering: en liste delt ud til dem, den angår\","                                                                   \
    "\"side_effects\":\"idempotent\",\"folders\":{" NOTE_FOLDERS "},"                                                                      \
    "\"configuration\":{\"type\":\"object\",\"required\":[\"reference\",\"item\",\"period\","                                              \
    "\"source_file\",\"key_column\",\"unit_column\",\"columns\",\"receivers_file\","                                                       \
    "\"output_file\"],\"properties\":{"                                                                                                    \
    "\"reference\":" NOTE_TEXT(                                                                                                            \
        32) ","                                                                                                                            \
            "\"item\":{\"type\":\"string\",\"enum\":[\"list\",\"unit\"]},"                                                                 \
            "\"period\":{\"type\":\"string\",\"enum\":[\"day\",\"month\"]},"                                                               \
            "\"source_file\":" NOTE_TEXT(                                                                                                  \
                127) ","                                                                                                                   \
                     "\"source_format\":{\"type\":\"string\",\"enum\":[\"csv\",\"xlsx\"],"                                                 \
                     "\"default\":\"csv\"},"                                                                                               \
                     "\"sheet\":" NOTE_TEXT(                                                                                               \
                         64) ","                                                                                                           \
                             "\"settle_s\":" NOTE_NUMBER(                                                                                  \
                                 0,                                                                                                        \
                                 3600) ","                                                                                                 \
                                       "\"date_column\":" NOTE_TEXT(                                                                       \
                                           64) ","                                                                                         \
                                               "\"key_column\":" NOTE_TEXT(                                                                \
                                                   64) ","                                                                                 \
                                                       "\"unit_column\":" NOTE_TEXT(                                                       \
                                                           64) ","                                                                         \
                                                               "\"columns\":" NOTE_COLUMNS ","                                             \
                                                               "\"receivers_file\":" NOTE_TEXT(                                            \
                                                                   127) ","                                                                \
                                                                        "\"output_"                                                        \
                                                                        "file\":" NOTE_TEXT(                                               \
                                                                            200) ","                                                       \
                                                                                 "\"output_"                                               \
                                                                                 "format\":{"                                              \
                                                                                 "\"type\":"                                               \
                                                                                 "\"string\","                                             \
                                                                                 "\"enum\":["                                              \
                                                                                 "\"csv\","                                                \
                                                                                 "\"letter\"],"                                            \
                                                                                 "\"default\":"                                            \
                                                                                 "\"csv\"},"                                               \
                                                                                 "\"letter\""                                              \
                                                                                 ":" NOTE_LETTER                                           \
                                                                                 ","                                                       \
                                                                                 "\"working_days_"                                         \
                                                                                 "only\":{"                                                \
                                                                                 "\"type\":"                                               \
                                                                                 "\"boolean\","                                            \
                                                                                 "\"default\":"                                            \
                                                                                 "false},"                                                 \
                                                                                 "\"max_file_age_"                                         \
                                                                                 "hours\""                                                 \
                                                                                 ":" NOTE_NUMBER(                                          \
                                                                                     1,                                                    \
                                                                                     8784) ","                                             \
                                                                                           "\"max"                                         \
                                                                                           "_list"                                         \
                                                                                           "_age_"                                         \
                                                                                           "days"                                          \
                                                                                           "\""                                            \
                                                                                           ":" NOTE_NUMBER(                                \
                                                                                               0,                                          \
                                                                                               366) ","                                    \
                                                                                                    "\"max_change_percent\":" NOTE_NUMBER( \
                                                                                                        0,                                 \
                                                                                                        1000) "}}}"

#endif
