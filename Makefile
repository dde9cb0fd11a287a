# Automagi. `make help` lists the targets, `make V=1 ...` shows the commands.
#
# Objects of each variant lie in a folder of their own, so that they are never
# mixed: build/ for release, build/asan/, build/ubsan/, build/tsan/, build/valgrind/, build/coverage/ and, for
# checks alone, build/gcc/, build/clang/ and build/fuzz/.

VARIANT ?= release
B       := build$(if $(filter release,$(VARIANT)),,/$(VARIANT))
PREFIX  ?= /usr/local
DESTDIR ?=

ifeq ($(origin CC),default)
CC := gcc
endif
ifeq ($(MAKELEVEL)$(filter -j%,$(MAKEFLAGS)),0)
MAKEFLAGS += -j$(shell nproc)
endif

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:

include .make/flags.mk
include .make/build.mk
include .make/test.mk
include .make/prove.mk
include .make/lint.mk
include .make/install.mk

.PHONY: help clean FORCE
help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | sort | expand -t 16

clean: ## remove everything that was built
	$(Q)rm -rf build
