/* slow_idempotent.c - see slow.h; class of side effects: idempotent. */
#define SLOW_ID    "slow_idempotent"
#define SLOW_CLASS "idempotent"
#include "slow.h"
