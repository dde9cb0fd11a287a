# Checks of the sources. Each is seen to fail once by tests/lint/self_test.sh.

CHECKS := gcc clang tidy cppcheck format headers layers lengths banned shell self-test
C_FILES := $(SOURCES) $(wildcard core/*/*.h core/run/host/*.h scorecards/*.h scorecards/report/*.h plugins/*/*.h tests/*/*.h tests/*/plugins/*.h)
H_FILES := $(filter %.h,$(C_FILES))
SCRIPTS := $(wildcard .ci/* .make/*.sh tests/*.sh tests/*/*.sh robots/*.sh robots/*/*.sh)

.PHONY: lint tidy-run $(CHECKS:%=lint-%)
lint: $(call packages,lint) ## every check of the sources; `make lint-NAME` for one of them
	+@$(MAKE) --no-print-directory --keep-going $(CHECKS:%=lint-%)
	@echo 'lint: $(words $(CHECKS)) checks passed: $(CHECKS)'
$(CHECKS:%=lint-%): $(call packages,lint)

# A warning is an error, under both compilers; gcc also follows the paths through base and store
# (gcc 12 sees leaks in every reallocarray, and values unset after a call that says so).
lint-gcc:
	+$(Q)$(MAKE) --no-print-directory VARIANT=gcc CC=gcc WERROR=1 objects
lint-clang:
	+$(Q)$(MAKE) --no-print-directory VARIANT=clang CC=clang-14 WERROR=1 objects
ifeq ($(VARIANT),gcc)
$(call objects,$(wildcard core/base/*.c core/store/*.c)): \
	CFLAGS_ALL += -fanalyzer -Wno-analyzer-use-of-uninitialized-value -Wno-analyzer-malloc-leak
endif

# clang-tidy looks again at what was compiled again.
lint-tidy: lint-clang
	+$(Q)$(MAKE) --no-print-directory VARIANT=clang CC=clang-14 WERROR=1 tidy-run
tidy-run: $(patsubst %.c,$(B)/obj/%.tidy,$(SOURCES))
$(B)/obj/%.tidy: %.c $(B)/obj/%.o .clang-tidy
	$(call say,TIDY,$<)
	$(Q)clang-tidy-14 --quiet $< -- $(COMPILE) >$@ 2>/dev/null || { cat $@; rm $@; exit 1; }

lint-cppcheck:
	@mkdir -p build/cppcheck
	$(call say,CPPCHECK,)
	$(Q)cppcheck -q -j $$(nproc) --std=c11 --library=posix --inline-suppr --error-exitcode=1 \
		--enable=warning,style,performance,portability --suppressions-list=tests/lint/cppcheck.txt \
		--cppcheck-build-dir=build/cppcheck -D_GNU_SOURCE -D__x86_64__ -I. -Iplugins/sdk $(SOURCES)

lint-format:
	$(call say,FORMAT,)
	$(Q)clang-format-14 --dry-run -Werror $(C_FILES)

# Every header compiles alone; the plugins' header also in C++. (Those of test plugins are templates.)
lint-headers:
	$(call say,HEADERS,)
	$(Q)for header in $(filter-out $(wildcard tests/*/plugins/*.h),$(H_FILES)); do \
		$(CC) $(STANDARD) $(WARNINGS) -Werror -I. -Iplugins/sdk $(call pkg,cflags,all) \
			-fsyntax-only -x c -include $$header /dev/null || exit 1; done
	$(Q)clang-14 -Wall -Wextra -Werror -fsyntax-only -x c++ -include plugins/sdk/automagi.h /dev/null

lint-layers lint-lengths lint-banned: lint-%:
	$(call say,LINT,$*)
	$(Q)tests/lint/$*.sh
lint-self-test:
	$(call say,LINT,self-test)
	$(Q)tests/lint/self_test.sh
lint-shell:
	$(call say,SHELL,)
	$(Q)shellcheck -x --exclude=SC1010 $(SCRIPTS) # "done" is also a word of our command line

# The style of the sources: `make format` writes what lint-format asks for.
.PHONY: format
format: $(call packages,lint) ## write the sources in the agreed format
	$(Q)clang-format-14 -i $(C_FILES)
