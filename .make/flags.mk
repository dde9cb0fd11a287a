# Compiler and linker flags. Warnings are errors in `make lint` (WERROR=1), not in a
# user's plain `make`.

STANDARD := -std=c11 -D_GNU_SOURCE
# Overlength strings: the schema and a plugin's note are one literal each, on purpose.
WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wstrict-prototypes \
	-Wmissing-prototypes -Wold-style-definition -Wdeclaration-after-statement -Wpointer-arith \
	-Wwrite-strings -Wcast-qual -Wundef -Wvla -Wformat=2 -Wnull-dereference -Wdouble-promotion \
	-Wimplicit-fallthrough -Winfinite-recursion -Wunused-macros -Wredundant-decls \
	-Wno-overlength-strings
WARNINGS_GCC := -Wlogical-op -Wduplicated-cond -Wduplicated-branches -Wjump-misses-init -Walloca \
	-Wstack-usage=16384 -Wcast-align=strict -Warray-bounds=2 -Wformat-overflow=2 \
	-Wformat-truncation=2 -Wstringop-overflow=4 -Wuse-after-free=3 -Wdangling-pointer=2 \
	-Wbidi-chars=any
WARNINGS_CLANG := -Wcomma -Wunreachable-code-aggressive -Wconditional-uninitialized -Wassign-enum \
	-Wextra-semi-stmt -Wmissing-variable-declarations -Wloop-analysis

IS_CLANG := $(findstring clang,$(shell $(CC) --version 2>/dev/null | head -n 1))
IS_X86 := $(filter x86_64% i%86%,$(shell $(CC) -dumpmachine 2>/dev/null))
WARN := $(WARNINGS) $(if $(IS_CLANG),$(WARNINGS_CLANG),$(WARNINGS_GCC)) $(if $(WERROR),-Werror)

HARDEN := -O2 -g -fstack-protector-strong -fstack-clash-protection -fno-common -fno-strict-aliasing \
	$(if $(IS_X86),-fcf-protection) $(if $(IS_CLANG),,-ftrivial-auto-var-init=zero) \
	-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=$(if $(IS_CLANG),2,3)
DEBUG := -O1 -g -fno-omit-frame-pointer -fno-common -fno-sanitize-recover=all
ASAN := -fsanitize=address,undefined

# Sanitizers make gcc warn of what is not there; `make lint` has the last word on warnings.
ifneq ($(filter $(VARIANT),release gcc clang),)
VARIANT_CFLAGS := $(WARN) $(HARDEN)
else ifeq ($(VARIANT),asan)
VARIANT_CFLAGS := -w $(DEBUG) $(ASAN) -DAUTOMAGI_SANITIZED=1
VARIANT_LDFLAGS := $(ASAN)
else ifeq ($(VARIANT),ubsan)
VARIANT_CFLAGS := -w $(DEBUG) -fsanitize=undefined
VARIANT_LDFLAGS := -fsanitize=undefined
else ifeq ($(VARIANT),fuzz)
VARIANT_CFLAGS := -w $(DEBUG) -O2 $(ASAN) -fsanitize=fuzzer-no-link -DAUTOMAGI_SANITIZED=1
VARIANT_LDFLAGS := $(ASAN) -fsanitize=fuzzer
else ifeq ($(VARIANT),tsan)
VARIANT_CFLAGS := -w $(DEBUG) -fsanitize=thread -DAUTOMAGI_SANITIZED=1
VARIANT_LDFLAGS := -fsanitize=thread
else ifeq ($(VARIANT),valgrind)
# As the others, so that numbers are theirs; no variable is set that the source does not set.
VARIANT_CFLAGS := -w $(DEBUG) -DAUTOMAGI_SANITIZED=1
else ifeq ($(VARIANT),coverage)
# -O0: a branch of the source is a branch of the count. Counters are of all threads.
VARIANT_CFLAGS := -w -O0 -g -fno-common -fprofile-arcs -ftest-coverage -fprofile-update=atomic -fprofile-abs-path
VARIANT_LDFLAGS := --coverage
else
$(error VARIANT is release, asan, ubsan, tsan, valgrind or coverage, not '$(VARIANT)')
endif
SANITIZED := $(filter asan ubsan tsan fuzz,$(VARIANT))

CPPFLAGS_ALL = -I. -I$(B)/generated -MMD -MP $(CPPFLAGS)
# No path of this folder is in an object, so objects may be copied with the tree they were made in.
CFLAGS_KNOWN = $(STANDARD) $(VARIANT_CFLAGS) $(CFLAGS)
CFLAGS_ALL = $(CFLAGS_KNOWN) -ffile-prefix-map=$(CURDIR)=.
LDFLAGS_ALL = -Wl,-z,relro,-z,now,-z,noexecstack -Wl,--as-needed $(VARIANT_LDFLAGS) $(LDFLAGS)

# What a file is made as: part of a program, or of a plugin.
MADE_AS = -fPIE
PLUGIN_CFLAGS = -fPIC -fvisibility=hidden -Iplugins/sdk
PLUGIN_LDFLAGS = -shared -Wl,--exclude-libs,ALL $(if $(SANITIZED),,-Wl,-z,defs)

# A library more is mappings more, which every fork of a run copies: the host has this one inside.
LIBS_HOST := -lcjson -lsodium -l:libutf8proc.a -lm -ldl
# Calendar files are read by the command line alone (core/cli/ics.c); nothing else needs it.
LIBS_ICS := -lical
# Workbooks are written by the command line alone (scorecards/report/xlsx.c).
LIBS_REPORT := -lxlsxwriter
# The program that talks to a browser (core/print): nothing else of ours opens a connection.
LIBS_PRINT := -lcurl -lcjson -lsodium -lutf8proc -lm
# GMP: a forecast adds fractions with many denominators exactly (scorecards/fraction.h).
LIBS := -lsqlite3 -lcjson -lsodium -lutf8proc -lgmp -lm -lpthread -ldl

Q := $(if $(V),,@)
say = $(if $(V),,@printf '  %-8s %s\n' '$(1)' '$(2)')
