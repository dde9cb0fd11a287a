/* misbehaves_manual.c - misbehaves.h with side effects of the class "manual". */
#define MISBEHAVES_ID    "misbehaves_manual"
#define MISBEHAVES_CLASS "manual"
#include "tests/standins/plugins/misbehaves.h"
