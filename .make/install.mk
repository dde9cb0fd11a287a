# Installation. DESTDIR is put before every path, for packagers.

INSTALL ?= install
bindir = $(DESTDIR)$(PREFIX)/bin
libexecdir = $(DESTDIR)$(PREFIX)/libexec/automagi
plugindir = $(DESTDIR)$(PREFIX)/lib/automagi/plugins
includedir = $(DESTDIR)$(PREFIX)/include
docdir = $(DESTDIR)$(PREFIX)/share/doc/automagi
mandir = $(DESTDIR)$(PREFIX)/share/man
completiondir = $(DESTDIR)$(PREFIX)/share/bash-completion/completions
# Where systemd looks when PREFIX is /usr/local or /usr; UNITDIR= puts it elsewhere.
UNITDIR ?= $(PREFIX)/lib/systemd/system
unitdir = $(DESTDIR)$(UNITDIR)
DOCUMENTS := $(wildcard README.md LICENSE)

# ---- manual pages: those of commands are made from the program's own table
MANUAL_PARTS := $(wildcard core/cli/manual/*.scd)
.PHONY: man
man: $(B)/man/made ## the manual pages, in build/man
$(B)/man/made: $(B)/bin/automagi $(MANUAL_PARTS) | $(call packages,manual)
	$(call say,MAN,$(@D))
	$(Q)rm -rf $(@D) && mkdir -p $(@D)/1 $(@D)/5 $(@D)/8
	$(Q)set -e; for page in $$($(B)/bin/automagi --manual); do \
		$(B)/bin/automagi --manual $$page >$(@D)/page; \
		[ $$page != automagi ] || cat core/cli/manual/automagi.1.scd >>$(@D)/page; \
		scdoc <$(@D)/page >$(@D)/1/$$page.1; done
	$(Q)set -e; for part in $(filter-out %/automagi.1.scd,$(MANUAL_PARTS)); do \
		page=$$(basename $$part .scd); scdoc <$$part >$(@D)/$${page##*.}/$$page; done
	$(Q)rm -f $(@D)/page; touch $@

# $(call put,MODE,FILES,FOLDER): beside each, and renamed, so that who starts a program or loads a plugin meanwhile finds the
# old one or the new one, whole; and one that is cut short, as by a full disk, leaves no half of one in its place.
put = set -e; for file in $(2); do new=$(3)/.new.$$(basename $$file); \
	$(INSTALL) -m $(1) $$file $$new && mv -f $$new $(3)/$$(basename $$file) || { rm -f $$new; exit 1; }; done

# make has no words with spaces in them: half of it would lie in another folder.
one_word = $(if $(word 2,-$(DESTDIR)$(PREFIX)$(UNITDIR)-),$(error DESTDIR, PREFIX and UNITDIR cannot hold spaces))
.PHONY: install uninstall
$(B)/generated/automagi.service: core/run/automagi.service.in $(B)/generated/prefix
	@mkdir -p $(@D)
	$(Q)sed 's|@PREFIX@|$(PREFIX)|g' $< >$@
install: all $(B)/man/made $(B)/completion.bash $(B)/generated/automagi.service ## install below PREFIX (/usr/local)
	$(one_word)
	$(Q)$(INSTALL) -d $(bindir) $(libexecdir) $(plugindir) $(includedir) $(docdir) $(unitdir)
	$(Q)$(INSTALL) -d $(completiondir)
	$(Q)$(call put,755,$(B)/bin/automagi $(B)/bin/automagid,$(bindir))
	$(Q)$(call put,755,$(B)/bin/automagi-host $(B)/bin/automagi-print,$(libexecdir))
	$(Q)$(call put,644,$(PLUGINS),$(plugindir))
	$(Q)$(INSTALL) -m 644 plugins/sdk/automagi.h $(includedir)
	$(Q)$(INSTALL) -m 644 $(DOCUMENTS) $(docdir)
	$(Q)$(INSTALL) -m 644 $(B)/completion.bash $(completiondir)/automagi
	$(Q)for section in 1 5 8; do $(INSTALL) -d $(mandir)/man$$section && \
		$(INSTALL) -m 644 $(B)/man/$$section/* $(mandir)/man$$section || exit 1; done
	$(Q)$(INSTALL) -m 644 $(B)/generated/automagi.service $(unitdir)
	$(Q)$(if $(DESTDIR),,printf '%s\n' 'Installed below $(PREFIX). Next, as root, on a machine with systemd:' \
		$(if $(filter /usr /usr/local,$(PREFIX)),,$(if $(filter file,$(origin UNITDIR)),'  systemctl link $(UNITDIR)/automagi.service')) \
		'  systemctl daemon-reload' \
		'  systemctl enable --now automagi    # makes /var/lib/automagi at its first start' \
		'  automagi --home /var/lib/automagi doctor')

$(B)/completion.bash: $(B)/bin/automagi
	$(Q)$(B)/bin/automagi completion bash >$@

uninstall: ## remove what install put there; plugins of others stay
	$(one_word)
	$(Q)rm -f $(bindir)/automagi $(bindir)/automagid $(libexecdir)/automagi-host $(libexecdir)/automagi-print \
		$(addprefix $(plugindir)/,$(notdir $(PLUGINS))) $(includedir)/automagi.h \
		$(addprefix $(docdir)/,$(DOCUMENTS)) $(completiondir)/automagi $(unitdir)/automagi.service
	$(Q)rm -f $(mandir)/man1/automagi.1 $(mandir)/man1/automagi-*.1 \
		$(foreach p,$(patsubst %.scd,%,$(notdir $(filter-out %/automagi.1.scd,$(MANUAL_PARTS)))),$(mandir)/man$(lastword $(subst ., ,$(p)))/$(p))
	$(Q)for folder in $(libexecdir) $(plugindir) $(dir $(plugindir)) $(docdir) $(unitdir); do \
		[ ! -d $$folder ] || rmdir --ignore-fail-on-non-empty $$folder; done
