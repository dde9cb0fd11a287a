/* misbehaves_probeable.c - misbehaves.h with side effects of the class "probeable". */
#define MISBEHAVES_ID    "misbehaves_probeable"
#define MISBEHAVES_CLASS "probeable"
#include "tests/standins/plugins/misbehaves.h"
