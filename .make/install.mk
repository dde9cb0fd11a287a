# Installation. DESTDIR is put before every path, for packagers.

INSTALL ?= install
bindir = $(DESTDIR)$(PREFIX)/bin
libexecdir = $(DESTDIR)$(PREFIX)/libexec/automagi
plugindir = $(DESTDIR)$(PREFIX)/lib/automagi/plugins
includedir = $(DESTDIR)$(PREFIX)/include
docdir = $(DESTDIR)$(PREFIX)/share/doc/automagi
completiondir = $(DESTDIR)$(PREFIX)/share/bash-completion/completions
DOCUMENTS := $(wildcard README.md LICENSE)

.PHONY: install uninstall
install: all $(B)/completion.bash ## install below PREFIX (/usr/local)
	$(Q)$(INSTALL) -d $(bindir) $(libexecdir) $(plugindir) $(includedir) $(docdir)
	$(Q)$(INSTALL) -d $(completiondir)
	$(Q)$(INSTALL) -m 755 $(B)/bin/automagi $(B)/bin/automagid $(bindir)
	$(Q)$(INSTALL) -m 755 $(B)/bin/automagi-host $(libexecdir)
	$(Q)$(INSTALL) -m 644 $(PLUGINS) $(plugindir)
	$(Q)$(INSTALL) -m 644 plugins/sdk/automagi.h $(includedir)
	$(Q)$(INSTALL) -m 644 $(DOCUMENTS) $(docdir)
	$(Q)$(INSTALL) -m 644 $(B)/completion.bash $(completiondir)/automagi

$(B)/completion.bash: $(B)/bin/automagi
	$(Q)$(B)/bin/automagi completion bash >$@

uninstall: ## remove what install put there; plugins of others stay
	$(Q)rm -f $(bindir)/automagi $(bindir)/automagid $(libexecdir)/automagi-host \
		$(addprefix $(plugindir)/,$(notdir $(PLUGINS))) $(includedir)/automagi.h \
		$(addprefix $(docdir)/,$(DOCUMENTS)) $(completiondir)/automagi
	$(Q)for folder in $(libexecdir) $(plugindir) $(dir $(plugindir)) $(docdir); do \
		[ ! -d $$folder ] || rmdir --ignore-fail-on-non-empty $$folder; done
