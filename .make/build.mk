# Programs, plugins, and the packages of the system they need.

# A layer is an archive, named here in the order of linking: what uses before what is
# used. A program takes from each only what it needs.
LAYERS := cli command host run report scorecards schedule store base
FOLDER_host := core/run/host
FOLDER_scorecards := scorecards
FOLDER_report := scorecards/report
folder_of = $(or $(FOLDER_$(1)),core/$(1))
archives = $(1:%=$(B)/lib/%.a)
objects = $(patsubst %.c,$(B)/obj/%.o,$(1))

MAINS := core/cli/automagi.c core/cli/automagid.c
PROGRAMS := $(addprefix $(B)/bin/,automagi automagid automagi-host automagi-print)
PLUGIN_NAMES := $(filter-out sdk,$(sort $(foreach f,$(wildcard plugins/*/*.c),$(word 2,$(subst /, ,$(f))))))
PLUGINS := $(PLUGIN_NAMES:%=$(B)/plugins/%.so)
TEST_PLUGIN_SOURCES := $(wildcard tests/standins/plugins/*.c tests/bench/plugins/*.c)
TEST_PLUGINS := $(patsubst %.c,$(B)/tests/plugins/%.so,$(notdir $(TEST_PLUGIN_SOURCES)))
SOURCES := $(wildcard core/*/*.c core/run/host/*.c scorecards/*.c scorecards/report/*.c plugins/*/*.c tests/*/*.c) $(TEST_PLUGIN_SOURCES)
-include $(wildcard plugins/*/plugin.mk)

.PHONY: all objects
all: $(PROGRAMS) $(PLUGINS) ## the programs and the plugins
objects: $(call objects,$(SOURCES))

# ---- packages: asked again when the list or what is installed has changed
STATE_OF_PACKAGES := $(wildcard /var/lib/dpkg/status)
packages = build/packages/$(1)
build/packages/%: .ci/install-packages $(STATE_OF_PACKAGES)
	@.ci/install-packages $* && mkdir -p $(@D) && touch $@
# one after the other: apt-get allows only one of itself
build/packages/manual: build/packages/build
build/packages/run: build/packages/manual
build/packages/test: build/packages/run
build/packages/lint: build/packages/test
build/packages/bench: build/packages/test

# ---- files that change when something outside the sources does
# $(call remember,FILE,TEXT): FILE is written when TEXT is not what it holds.
define remember
$(1): FORCE
	@mkdir -p $$(@D); echo '$(2)' | cmp -s - $$@ || echo '$(2)' >$$@
endef
$(eval $(call remember,$(B)/generated/flags,$(CC) $(CFLAGS_KNOWN) $(CPPFLAGS) $(LDFLAGS_ALL)))
$(eval $(call remember,$(B)/generated/sources,$(SOURCES)))
$(eval $(call remember,$(B)/generated/prefix,$(PREFIX)))

# core/store/NAME.sql as the text NAME_SQL
SQL_TEXTS := $(patsubst core/store/%.sql,$(B)/generated/%_sql.h,$(wildcard core/store/*.sql))
$(SQL_TEXTS): $(B)/generated/%_sql.h: core/store/%.sql
	@mkdir -p $(@D)
	$(call say,GEN,$@)
	$(Q){ echo 'static const char $(shell echo $* | tr a-z A-Z)_SQL[] ='; \
	sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/.*/    "&\\n"/' $<; echo '    "";'; } >$@

# what `plugin new` writes: NAME and file
TEMPLATES := PLUGIN=my_plugin.c TEST=test_my_plugin.c MAKEFILE=Makefile ROBOT=robot.json SAMPLE=input/sample.txt SDK=../automagi.h
TEMPLATE_FILES := $(foreach t,$(TEMPLATES),plugins/sdk/template/$(lastword $(subst =, ,$(t))))
$(B)/generated/plugin_template.h: $(TEMPLATE_FILES)
	@mkdir -p $(@D)
	$(call say,GEN,$@)
	$(Q)for each in $(TEMPLATES); do echo "static const char TEMPLATE_$${each%%=*}[] ="; \
	sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/.*/    "&\\n"/' plugins/sdk/template/$${each#*=}; echo '    "";'; done >$@

# ---- objects
# pkg-config is asked in the recipe, not when make reads this, so that it may be installed first.
plugin_of = $(word 2,$(subst /, ,$(1)))
PLUGIN_PKGS_all = $(sort $(foreach n,sdk $(PLUGIN_NAMES),$(PLUGIN_PKGS_$(n))))
pkgs = $(sort $(PLUGIN_PKGS_$(1)) $(foreach p,$(PLUGIN_SDK_$(1)),$(SDK_PKGS_$(p))))
pkg = $(if $(call pkgs,$(2)),$$(pkg-config --$(1) $(call pkgs,$(2))))
COMPILE = $(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) $(MADE_AS)

$(B)/obj/%.o: %.c $(B)/generated/flags | $(SQL_TEXTS) $(B)/generated/plugin_template.h $(call packages,build)
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(COMPILE) -c -o $@ $<
$(B)/obj/core/run/definition.% $(B)/obj/core/run/plugin_locate.%: CPPFLAGS_ALL += -DAUTOMAGI_PLUGIN_FOLDER='"$(PREFIX)/lib/automagi/plugins"'
$(call objects,$(wildcard core/run/definition.c core/run/plugin_locate.c)): $(B)/generated/prefix
$(B)/obj/plugins/%: MADE_AS = $(PLUGIN_CFLAGS) $(call pkg,cflags,$(call plugin_of,$<))
$(B)/obj/tests/standins/plugins/% $(B)/obj/tests/bench/plugins/%: \
	MADE_AS = $(PLUGIN_CFLAGS) $(if $(SANITIZED),-fno-sanitize=undefined) # misbehaving is their purpose
-include $(patsubst %.o,%.d,$(call objects,$(SOURCES)))

# ---- archives and programs
$(foreach l,$(LAYERS),$(eval $(call archives,$(l)): \
	$(call objects,$(filter-out $(MAINS),$(wildcard $(call folder_of,$(l))/*.c)))))
# what the program shares with plugins, so that it is written once
$(call archives,cli): $(call objects,plugins/sdk/whole_folder.c)
$(B)/lib/%.a: $(B)/generated/sources
	@mkdir -p $(@D)
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) rcs $@ $(filter %.o,$^)

LINK = $(CC) -pie $(LDFLAGS_ALL) -o $@ $(filter %.o %.a,$^)
# what a variant adds to each program
OF_VARIANT := $(call objects,$(if $(filter coverage,$(VARIANT)),tests/standins/coverage_exit.c))
$(B)/bin/automagi $(B)/bin/automagid: $(B)/bin/%: $(B)/obj/core/cli/%.o $(OF_VARIANT) $(call archives,$(filter-out host,$(LAYERS)))
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(LINK) $(LIBS) $(if $(filter automagi,$*),$(LIBS_ICS) $(LIBS_REPORT))
$(B)/bin/automagi-host: $(call objects,$(wildcard core/run/host/*.c) \
		$(if $(SANITIZED),tests/standins/sanitizer_options.c)) $(OF_VARIANT) $(call archives,run base)
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(LINK) $(LIBS_HOST)

# the browser's side of a report: sees no store
$(B)/bin/automagi-print: $(call objects,$(wildcard core/print/*.c)) $(OF_VARIANT) $(call archives,base)
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(LINK) $(LIBS_PRINT)

# ---- plugins
sdk_files = $(or $(SDK_FILES_$(1)),$(error plugins/sdk/plugin.mk has no part '$(1)'))
plugin_objects = $(call objects,$(wildcard plugins/$(1)/*.c) \
	$(patsubst %,plugins/sdk/%.c,$(sort $(foreach p,$(PLUGIN_SDK_$(1)),$(call sdk_files,$(p))))))
LINK_PLUGIN = $(CC) $(LDFLAGS_ALL) $(PLUGIN_LDFLAGS) -o $@ $(filter %.o,$^)
$(foreach n,$(PLUGIN_NAMES),$(eval $(B)/plugins/$(n).so: $(call plugin_objects,$(n))))
$(PLUGINS): $(B)/plugins/%.so: $(B)/generated/sources
	@mkdir -p $(@D)
	$(call say,PLUGIN,$@)
	$(Q)$(LINK_PLUGIN) $(call pkg,libs,$*)
$(foreach s,$(TEST_PLUGIN_SOURCES),$(eval $(B)/tests/plugins/$(basename $(notdir $(s))).so: $(call objects,$(s))))
$(TEST_PLUGINS):
	@mkdir -p $(@D)
	$(call say,PLUGIN,$@)
	$(Q)$(LINK_PLUGIN)
