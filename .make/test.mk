# Tests. Each finds the build it belongs to in AUTOMAGI_BUILD (scripts: BUILD) and runs in
# the folder of the repository. Results and output are collected in build/results.

FUZZ_SECONDS ?= 60
comma := ,
WITH_BUILD = BUILD='$(abspath $(B))' AUTOMAGI_BUILD='$(abspath $(B))'
RUN_TESTS = $(WITH_BUILD) .make/run-tests.sh build/results

UNIT_TESTS := $(patsubst %.c,$(B)/%,$(wildcard tests/unit/test_*.c))
E2E_TESTS := $(sort $(wildcard tests/e2e/test_*.sh))
FUZZERS := $(patsubst %.c,$(B)/%,$(wildcard tests/fuzz/fuzz_*.c))
PRELOADS := $(patsubst %.c,$(B)/%.so,$(wildcard tests/bench/slow*.c tests/e2e/*.c))
FAILING_CALLS := $(B)/tests/torture/failing_calls.so
BENCHES := $(filter-out $(PRELOADS:.so=),$(patsubst %.c,$(B)/%,$(wildcard tests/bench/*.c)))
STANDINS := $(filter-out %/sanitizer_options.c %/coverage_exit.c,$(wildcard tests/standins/*.c)) $(filter-out tests/unit/test_%,$(wildcard tests/unit/*.c))

.PHONY: test unit test-plugins torture-programs e2e-programs unit-programs unit-asan unit-ubsan e2e fuzz fuzz-run fuzz-programs bench run demo
test: $(call packages,test) ## unit tests (plain and sanitized), end to end, a minute of fuzzing
	+@rm -rf build/results; failed=; for part in unit unit-asan e2e fuzz; do \
		$(MAKE) --no-print-directory $$part || failed="$$failed $$part"; done; \
	.make/run-tests.sh build/results summary $$failed

# What can be built is run also when something else cannot.
build_and_run = status=0; $(MAKE) --no-print-directory --keep-going $(1)-programs || status=1; \
	$(RUN_TESTS) $(2) $(3) || status=1; exit $$status
test-plugins: $(TEST_PLUGINS)
unit-programs: all $(TEST_PLUGINS) $(UNIT_TESTS)
unit: $(call packages,test) ## unit tests alone
	+@$(call build_and_run,unit,unit-$(VARIANT),$(UNIT_TESTS))
unit-asan: ## unit tests under the address and undefined behaviour sanitizers
	+@$(MAKE) --no-print-directory VARIANT=asan unit
unit-ubsan: ## unit tests under the undefined behaviour sanitizer alone
	+@$(MAKE) --no-print-directory VARIANT=ubsan unit
torture-programs: all $(TEST_PLUGINS) $(FAILING_CALLS)
e2e-programs: torture-programs $(PRELOADS) $(B)/tests/unit/test_random_organisations $(B)/tests/unit/test_xlsx
e2e: e2e-programs | $(call packages,test) ## end to end tests alone
	@PATH="$(abspath $(B))/bin:$$PATH" $(RUN_TESTS) e2e $(E2E_TESTS)
# What looks at pages in a browser; only the test that needs it asks for it, so that a registry that
# does not answer stops no other. Nothing of the package is run at its installation.
AXE := build/axe/node_modules/axe-core/axe.min.js
$(AXE): $(addprefix tests/e2e/axe/package,.json -lock.json) | $(call packages,test)
	@mkdir -p build/axe
	$(call say,NPM,build/axe)
	$(Q)cp $^ build/axe && cd build/axe && npm ci --ignore-scripts --no-audit --no-fund --silent
	@touch $@
fuzz: $(call packages,test) ## fuzzing alone; FUZZ_SECONDS=60, divided among the targets
	+@$(MAKE) --no-print-directory VARIANT=fuzz CC=clang-14 fuzz-run
fuzz-programs: $(FUZZERS)
fuzz-run:
	+@export FUZZ_SECONDS=$(FUZZ_SECONDS); $(call build_and_run,fuzz,fuzz,$(FUZZERS))

bench: all $(TEST_PLUGINS) $(BENCHES) $(PRELOADS) $(call packages,bench) ## measure; PART=figures, store, runs, schedules or lateness alone
	$(Q)$(if $(wildcard tests/bench/run.sh),$(WITH_BUILD) tests/bench/run.sh $(B) $(PART),echo 'tests/bench/run.sh is missing' >&2; exit 1)

run: all $(call packages,run) ## the demonstration: a municipality, its robots and their savings; ONCE=1 ends by itself
	$(Q)ONCE='$(ONCE)' exec .make/run.sh $(B)

demo: all $(B)/tests/e2e/moved_clock.so $(call packages,run) ## a home of its own (build/demo) with two years of invented tasks; UNTIL=YYYY-MM
	$(Q)$(WITH_BUILD) robots/demo/make_demo.sh $(B)/demo $(UNTIL)

# A plugin's own files are tested as part of the test program.
tested_plugin = $(if $(filter test_list_delivery% fuzz_list_delivery%,$(1)),list_delivery)$(if $(filter test_invoice% fuzz_invoice% fuzz_grants%,$(1)),invoice_check)$(if $(filter test_warehouse_drop fuzz_members,$(1)),warehouse_drop)$(if $(filter %_command_lines,$(1)),command)$(if $(filter test_table% fuzz_table% test_danish,$(1)),sdk)
tested_objects = $(call plugin_objects,$(or $(call tested_plugin,$(1)),none)) \
	$(call objects,$(if $(filter fuzz_%,$(1)),tests/fuzz/limits.c tests/fuzz/compared.c) $(if $(filter fuzz_webdriver,$(1)),core/print/webdriver.c))

# what a unit test is made of is checked before it is compiled: cmocka, clang's libraries
$(call objects,$(filter-out tests/e2e/%,$(wildcard tests/*/*.c))): | $(call packages,test)
$(B)/obj/tests/unit/% $(B)/obj/tests/fuzz/% $(B)/obj/tests/bench/% $(B)/obj/tests/standins/%: \
	MADE_AS = -fPIE -Iplugins/sdk $(call pkg,cflags,$(call tested_plugin,$(notdir $*)))
$(B)/obj/tests/standins/sanitizer_options.%: MADE_AS = -fPIE -fno-sanitize=all
$(B)/obj/tests/standins/sanitizer_options.%: CPPFLAGS_ALL += -DAUTOMAGI_REPORTS='"$(abspath $(B))/reports"'
# It writes the counters of others, and has none.
UNCOUNTED = $(if $(filter coverage,$(VARIANT)),-fno-profile-arcs -fno-test-coverage)
$(B)/obj/tests/standins/coverage_exit.%: MADE_AS = -fPIE $(UNCOUNTED)
# Preloaded into whatever a test calls, cp(1) too: never sanitized, never counted.
$(PRELOADS:$(B)/%.so=$(B)/obj/%.o): MADE_AS = -fPIC $(if $(SANITIZED),-fno-sanitize=all) $(UNCOUNTED)
$(PRELOADS): VARIANT_LDFLAGS :=
$(PRELOADS): $(B)/%.so: $(B)/obj/%.o
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) $(LDFLAGS_ALL) -shared -o $@ $< -ldl
$(call objects,$(wildcard tests/torture/*.c)): MADE_AS = -fPIC $(UNCOUNTED)
$(FAILING_CALLS): $(call objects,$(wildcard tests/torture/*.c))
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) $(LDFLAGS_ALL) -shared -o $@ $^ -ldl
$(B)/lib/standins.a: $(call objects,$(STANDINS))
# calls of ours that tests/standins/wrapped_calls.c can fail
WRAPPED := $(addprefix -Wl$(comma)--wrap=,malloc calloc realloc reallocarray strdup sqlite3_prepare_v3 sqlite3_step \
	sqlite3_column_blob sqlite3_column_text sqlite3_errcode)

# What holds for every target stands around it (tests/fuzz/limits.c), and before the fuzzer (compared.c).
COMPARED := $(addprefix __sanitizer_cov_trace_,cmp1 cmp2 cmp4 cmp8 const_cmp1 const_cmp2 const_cmp4 const_cmp8 switch)
$(B)/obj/tests/fuzz/compared.%: MADE_AS = -fPIE -fno-sanitize=all
$(FUZZERS): LDFLAGS_ALL += $(addprefix -Wl$(comma)--wrap=,LLVMFuzzerTestOneInput $(COMPARED))

.SECONDEXPANSION:
$(UNIT_TESTS) $(FUZZERS) $(BENCHES): $(B)/%: $(B)/obj/%.o $$(call tested_objects,$$(notdir $$*)) $(OF_VARIANT) \
		$(call archives,standins $(LAYERS))
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(LINK) $(LIBS) $(LIBS_ICS) $(LIBS_REPORT) $(call pkg,libs,$(call tested_plugin,$(*F))) $(if $(filter tests/unit/%,$*),-lcmocka) \
		$(if $(filter tests/unit/test_each_call% tests/unit/test_left_out,$*),$(WRAPPED))
