# Installation. DESTDIR is put before every path, for packagers.

INSTALL ?= install
bindir = $(DESTDIR)$(PREFIX)/bin
libexecdir = $(DESTDIR)$(PREFIX)/libexec/automagi
plugindir = $(DESTDIR)$(PREFIX)/lib/automagi/plugins
includedir = $(DESTDIR)$(PREFIX)/include
docdir = $(DESTDIR)$(PREFIX)/share/doc/automagi
# Where systemd looks when PREFIX is /usr/local or /usr; UNITDIR= puts it elsewhere.
UNITDIR ?= $(PREFIX)/lib/systemd/system
unitdir = $(DESTDIR)$(UNITDIR)
DOCUMENTS := $(wildcard README.md LICENSE)

.PHONY: install uninstall
$(B)/generated/automagi.service: core/run/automagi.service.in $(B)/generated/prefix
	@mkdir -p $(@D)
	$(Q)sed 's|@PREFIX@|$(PREFIX)|g' $< >$@
install: all $(B)/generated/automagi.service ## install below PREFIX (/usr/local)
	$(Q)$(INSTALL) -d $(bindir) $(libexecdir) $(plugindir) $(includedir) $(docdir) $(unitdir)
	$(Q)$(INSTALL) -m 755 $(B)/bin/automagi $(B)/bin/automagid $(bindir)
	$(Q)$(INSTALL) -m 755 $(B)/bin/automagi-host $(libexecdir)
	$(Q)$(INSTALL) -m 644 $(PLUGINS) $(plugindir)
	$(Q)$(INSTALL) -m 644 plugins/sdk/automagi.h $(includedir)
	$(Q)$(INSTALL) -m 644 $(DOCUMENTS) $(docdir)
	$(Q)$(INSTALL) -m 644 $(B)/generated/automagi.service $(unitdir)
	$(Q)$(if $(DESTDIR),,printf '%s\n' 'Installed below $(PREFIX). Next, as root, on a machine with systemd:' \
		$(if $(filter /usr /usr/local,$(PREFIX)),,$(if $(filter file,$(origin UNITDIR)),'  systemctl link $(UNITDIR)/automagi.service')) \
		'  systemctl daemon-reload' \
		'  systemctl enable --now automagi    # makes /var/lib/automagi at its first start' \
		'  automagi --home /var/lib/automagi doctor')

uninstall: ## remove what install put there; plugins of others stay
	$(Q)rm -f $(bindir)/automagi $(bindir)/automagid $(libexecdir)/automagi-host \
		$(addprefix $(plugindir)/,$(notdir $(PLUGINS))) $(includedir)/automagi.h \
		$(addprefix $(docdir)/,$(DOCUMENTS)) $(unitdir)/automagi.service
	$(Q)for folder in $(libexecdir) $(plugindir) $(dir $(plugindir)) $(docdir) $(unitdir); do \
		[ ! -d $$folder ] || rmdir --ignore-fail-on-non-empty $$folder; done
