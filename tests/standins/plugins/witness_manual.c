/* witness_manual.c - see witness.h; class of side effects: manual. */
#define WITNESS_ID    "witness_manual"
#define WITNESS_CLASS "manual"
#include "witness.h"
