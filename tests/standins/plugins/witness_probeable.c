/* witness_probeable.c - see witness.h; class of side effects: probeable. */
#define WITNESS_ID    "witness_probeable"
#define WITNESS_CLASS "probeable"
#define WITNESS_PROBE 1
#include "witness.h"
