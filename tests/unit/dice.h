/*
 * dice.h - chance for tests that can be had again: the same seed gives the same rolls.
 */
#ifndef AUTOMAGI_TESTS_DICE_H
#define AUTOMAGI_TESTS_DICE_H

#include <stdint.h>

struct dice {
    uint64_t state;
};

/* Any seed; seeds that are near each other give rolls that are not. */
void dice_start(struct dice *dice, uint64_t seed);
/* 0 to sides - 1, for sides from 1 to 2^31. */
int32_t dice_roll(struct dice *dice, int64_t sides);

#endif
