/* slow_manual.c - see slow.h; class of side effects: manual. */
#define SLOW_ID    "slow_manual"
#define SLOW_CLASS "manual"
#include "slow.h"
