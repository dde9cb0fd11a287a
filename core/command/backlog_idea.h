/*
 * backlog_idea.h - what the commands of the backlog share: the idea that is meant, and how one is written.
 */
#ifndef AUTOMAGI_COMMAND_BACKLOG_IDEA_H
#define AUTOMAGI_COMMAND_BACKLOG_IDEA_H

#include <stdint.h>

#include "core/command/nouns.h"
#include "core/store/idea.h"

struct json;
struct ranked_idea;
struct ranking;

enum { POINT_DIGITS = 2 };

#define IDEA_ID                                                                                    \
    {                                                                                              \
        .name = "id", .kind = ARGUMENT_NUMBER, .is_positional = true, .is_required = true,         \
        .value = "ID", .help = "the idea's number in `backlog list`", .least = 1,                  \
        .most = INT64_MAX, .source = SOURCE_IDEA                                                   \
    }
#define IDEA_ANSWER(needed)                                                                        \
    {                                                                                              \
        .name = "answer", .kind = ARGUMENT_TEXT, .is_required = (needed), .value = "TEXT",         \
        .help = "what the sender is told", .most = REASON_MAX                                      \
    }

/* The idea of the argument "id", with the list that owns it (idea_list_release()); sets the call's subject.
 * -ENOENT says where they are found. */
int call_idea(struct command_call *call, struct idea_list *ret_list, const struct idea **ret_idea,
              struct fault *fault) __attribute__((warn_unused_result));

/* -EINVAL when a text that a person wrote for an idea holds what reads like a CPR number (cpr.h). A `check` of commands, so that
 * it is not sent to a daemon either. */
int idea_texts_check(const struct json *arguments, struct fault *fault)
    __attribute__((warn_unused_result));

/* Every idea as things stand today, with its place in the order. ranking_release(). */
int call_ranking(const struct command_call *call, struct ranking *ret_ranking, struct fault *fault)
    __attribute__((warn_unused_result));

/* The members that the list and the page of one idea have in common, of an object that is open. */
void put_idea_members(struct json_writer *writer, const struct ranking *ranking,
                      const struct ranked_idea *ranked);
/* A number of 0 to 100 in hundredths; null for -1. */
void put_points(struct json_writer *writer, const char *name, int64_t hundredths);

#endif
