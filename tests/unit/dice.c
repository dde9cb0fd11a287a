#include "tests/unit/dice.h"

void dice_start(struct dice *dice, uint64_t seed)
{
    dice->state = seed * UINT64_C(0x9e3779b97f4a7c15) | 1; /* xorshift never leaves 0 */
}

int32_t dice_roll(struct dice *dice, int64_t sides)
{
    dice->state ^= dice->state << 13;
    dice->state ^= dice->state >> 7;
    dice->state ^= dice->state << 17;
    return (int32_t)((int64_t)(dice->state >> 32) % sides);
}
