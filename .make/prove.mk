# Proofs: what `make test` shows in short, shown at length. tests/README.md says what each is.

.PHONY: prove prove-table prove-keep planted coverage
prove: $(call packages,test) ## the long proofs, hours; PART=NAME for one (25 minutes at most); goes on where it stopped
	+@$(WITH_BUILD) tests/prove/prove.sh run $(PART)
prove-table: ## the figures of the proofs that were run on this tree, as a table; PART=NAME for its pieces
	@$(WITH_BUILD) tests/prove/prove.sh table $(PART)
prove-keep: ## the record of this tree into the repository (tests/prove/proved)
	@$(WITH_BUILD) tests/prove/prove.sh keep
planted: $(call packages,test) ## show that a fault put in on purpose is caught; FAULT=NAME for one of tests/prove/planted
	+@$(WITH_BUILD) tests/prove/planted.sh catch $(FAULT)
coverage: $(call packages,test) ## lines and branches of core and scorecards that tests reach, and what they miss
	+@$(WITH_BUILD) tests/prove/parts/coverage.sh

# Programs that scripts of tests call: each a file of tests/prove, with what unit tests share.
PROVERS := $(patsubst %.c,$(B)/%,$(wildcard tests/prove/*.c))
e2e-programs: $(PROVERS)
$(B)/obj/tests/prove/%: MADE_AS = -fPIE -Iplugins/sdk
$(PROVERS): $(B)/%: $(B)/obj/%.o $(OF_VARIANT) $(call archives,standins $(LAYERS))
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(LINK) $(LIBS) $(LIBS_ICS) $(LIBS_REPORT) -lcmocka
