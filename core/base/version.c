#include "core/base/version.h"

const char automagi_version[] = "0.1.0";
