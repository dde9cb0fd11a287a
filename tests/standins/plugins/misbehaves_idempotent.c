/* misbehaves_idempotent.c - misbehaves.h with side effects of the class "idempotent". */
#define MISBEHAVES_ID    "misbehaves_idempotent"
#define MISBEHAVES_CLASS "idempotent"
#include "tests/standins/plugins/misbehaves.h"
