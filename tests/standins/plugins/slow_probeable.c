/* slow_probeable.c - see slow.h; class of side effects: probeable. */
#define SLOW_ID    "slow_probeable"
#define SLOW_CLASS "probeable"
#define SLOW_PROBE 1
#include "slow.h"
