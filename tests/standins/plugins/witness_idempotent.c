/* witness_idempotent.c - see witness.h; class of side effects: idempotent. */
#define WITNESS_ID    "witness_idempotent"
#define WITNESS_CLASS "idempotent"
#include "witness.h"
