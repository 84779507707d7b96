# make            the program: build/ticketmill
# make help       everything else
#
# Each MODE keeps its objects in build/$(MODE)/. CC, CFLAGS, LDFLAGS of the user come last and win.
# Values that need a compiler or pkg-config are worked out when first used, so that `make demo` and
# `make test` can start on a machine that has neither yet: they install first, then call make again.

MODE ?= release
PREFIX ?= /usr/local
T ?=
SHELL := /bin/sh
.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SUFFIXES:

VALID_MODES := release debug asan tsan cov fuzz
ifeq ($(filter $(MODE),$(VALID_MODES)),)
$(error MODE=$(MODE): expected one of $(VALID_MODES))
endif

B := build/$(MODE)
GEN := $(B)/gen
VERSION := $(shell cat VERSION 2>/dev/null || echo 0.1.0)

# ---- flags ---------------------------------------------------------------------------------------

V ?= 0
ifeq ($(V),1)
Q :=
say = @:
else
Q := @
say = @echo '  $(1)  $(2)'
endif

once = $(eval $(1) := $(2))$($(1))

PACKAGES := rdkafka libcurl libcjson sqlite3 libuv libfyaml libmicrohttpd libcrypto libpcre2-8
PKG_CFLAGS = $(call once,PKG_CFLAGS,$(shell pkg-config --cflags $(PACKAGES) 2>/dev/null))
PKG_LIBS = $(call once,PKG_LIBS,$(shell pkg-config --libs $(PACKAGES) 2>/dev/null))
CMOCKA_CFLAGS = $(call once,CMOCKA_CFLAGS,$(shell pkg-config --cflags cmocka 2>/dev/null))
CMOCKA_LIBS = $(call once,CMOCKA_LIBS,$(shell pkg-config --libs cmocka 2>/dev/null || echo -lcmocka))

WARNINGS := -Wall -Wextra -Wshadow -Wvla -Wstrict-prototypes -Wmissing-prototypes -Wconversion \
	-Wformat=2 -Wundef -Wswitch-enum -Wimplicit-fallthrough -Werror=format-security
# Not for MODE=fuzz, which is built by clang: its warnings are other ones.
ifeq ($(WERROR)$(filter fuzz,$(MODE)),1)
WARNINGS += -Werror
endif

HARDEN_WANTED := -fstack-clash-protection -fstack-protector-strong -fcf-protection=full \
	-fno-delete-null-pointer-checks -fno-strict-overflow -fno-strict-aliasing \
	-ftrivial-auto-var-init=zero -fstrict-flex-arrays=3 -fzero-init-padding-bits=all
HARDEN_LINK_WANTED := -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack -Wl,-z,nodlopen -Wl,--as-needed
HARDEN = $(call once,HARDEN,$(shell tools/probe_flags.sh $(B)/probe.cc '$(CC)' $(HARDEN_WANTED)))
HARDEN_LINK = $(call once,HARDEN_LINK,$(shell tools/probe_flags.sh $(B)/probe.ld '$(CC)' \
	$(HARDEN_LINK_WANTED)))

FORTIFY = $(call once,FORTIFY,$(lastword $(shell tools/probe_flags.sh $(B)/probe.fortify '$(CC)' \
	-D_FORTIFY_SOURCE=2 -D_FORTIFY_SOURCE=3)))

MODE_FLAGS_release = -O2 -g -U_FORTIFY_SOURCE $(FORTIFY) $(HARDEN)
MODE_FLAGS_debug = -Og -g3 -fno-omit-frame-pointer
MODE_FLAGS_asan = -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined \
	-fno-sanitize-recover=all
MODE_FLAGS_tsan = -O1 -g -fno-omit-frame-pointer -fsanitize=thread
MODE_FLAGS_cov = -O0 -g --coverage
MODE_FLAGS_fuzz = -O1 -g -fno-omit-frame-pointer -fsanitize=fuzzer-no-link,address,undefined \
	-fno-sanitize-recover=all
MODE_LINK_release = $(HARDEN_LINK)
MODE_LINK_asan = -fsanitize=address,undefined
MODE_LINK_tsan = -fsanitize=thread
MODE_LINK_cov = --coverage
MODE_LINK_fuzz = -fsanitize=address,undefined

LANGUAGE = -std=c11 -D_GNU_SOURCE -DTICKETMILL_VERSION='"$(VERSION)"' -Isrc -I$(GEN) $(PKG_CFLAGS) \
	-pthread
ALL_CFLAGS = $(LANGUAGE) $(WARNINGS) $(MODE_FLAGS_$(MODE)) -fPIE $(CFLAGS)
ALL_LDFLAGS = $(MODE_LINK_$(MODE)) -pie -pthread $(LDFLAGS)
TEST_CFLAGS = $(ALL_CFLAGS) -Itests $(CMOCKA_CFLAGS)

# ---- files ---------------------------------------------------------------------------------------

MAIN := $(wildcard src/cli/main.c)
LIB_SRCS := $(filter-out src/cli/main.c,$(wildcard src/*/*.c))
GEN_NAMES := sql_embedded config_embedded
GEN_H := $(GEN_NAMES:%=$(GEN)/%.h)
LIB_OBJS := $(LIB_SRCS:%.c=$(B)/obj/%.o) $(GEN_NAMES:%=$(B)/obj/gen/%.o)
LIB := $(B)/libticketmill.a
BIN := $(if $(MAIN),$(B)/ticketmill)

SUPPORT_SRCS := $(wildcard tests/support/*.c)
SUPPORT_LIB := $(B)/libsupport.a
UNIT_SRCS := $(wildcard tests/unit/*/test_*.c)
SIM_SRCS := $(wildcard tests/sim/test_*.c)
# Every other C file of these folders is a program of its own, with the library and the support.
TOOL_SRCS := $(wildcard tests/integration/*.c tests/fault/*.c tests/bench/*.c)
FUZZ_SRCS := $(wildcard tests/fuzz/fuzz_*.c)
FUZZ_REPLAY_SRC := $(wildcard tests/support/fuzz/replay.c)
KTOOL_SRC := $(wildcard tests/support/kafka/*.c)

UNIT_BINS := $(UNIT_SRCS:%.c=$(B)/%)
SIM_BINS := $(SIM_SRCS:%.c=$(B)/%)
TOOL_BINS := $(TOOL_SRCS:%.c=$(B)/%)
FUZZ_BINS := $(FUZZ_SRCS:%.c=$(B)/%)
KTOOL := $(if $(KTOOL_SRC),$(B)/ktool)
TEST_SRCS := $(SUPPORT_SRCS) $(UNIT_SRCS) $(SIM_SRCS) $(TOOL_SRCS) $(FUZZ_SRCS) $(FUZZ_REPLAY_SRC) \
	$(KTOOL_SRC)

ifeq ($(MODE),tsan)
TSAN_SHIM := $(patsubst %.c,$(B)/obj/%.o,$(wildcard tests/support/tsan/threads_shim.c))
endif

# ---- building ------------------------------------------------------------------------------------

.PHONY: all tests quick-tests FORCE
all: $(LIB) $(BIN) ## build the program (MODE=release|debug|asan|tsan|cov, WERROR=1, V=1, CC=, CFLAGS=, LDFLAGS=)
ifeq ($(MODE),release)
all: $(if $(BIN),build/ticketmill)
build/ticketmill: $(BIN)
	@ln -f $< $@
endif

quick-tests: $(UNIT_BINS) $(SIM_BINS) $(FUZZ_BINS)
tests: quick-tests $(LIB) $(BIN) $(TOOL_BINS) $(KTOOL)

# A file that changes only when its text does: objects depend on the flags, archives on the list.
changed = @mkdir -p $(@D); printf '%s\n' $(1) >$@.new; \
	if cmp -s $@.new $@; then rm -f $@.new; else mv $@.new $@; fi
$(B)/flags.txt: FORCE
	@pkg-config --exists $(PACKAGES) 2>/dev/null || { \
		tests/setup/setup.sh --check build && pkg-config --exists --print-errors $(PACKAGES); exit 1; }
	$(call changed,'$(subst ','\'',$(CC) $(TEST_CFLAGS) $(ALL_LDFLAGS))')
$(B)/sources.txt: FORCE
	$(call changed,$(LIB_SRCS) $(SUPPORT_SRCS) none)
FORCE:

$(GEN)/%_embedded.h: FORCE
	@tools/embed.sh $* $(GEN)
# Made by the line above; a recipe of its own makes make look at its time again, after that.
$(GEN)/%_embedded.c: $(GEN)/%_embedded.h FORCE
	@:

$(B)/obj/gen/%.o: $(GEN)/%.c $(B)/flags.txt
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c $< -o $@

$(B)/obj/src/%.o: src/%.c $(B)/flags.txt | $(GEN_H)
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c $< -o $@

$(B)/obj/tests/%.o: tests/%.c $(B)/flags.txt | $(GEN_H)
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(TEST_CFLAGS) -MMD -MP -c $< -o $@

$(LIB): $(LIB_OBJS) $(B)/sources.txt
	@rm -f $@
	$(call say,AR,$@)
	$(Q)$(AR) rcs $@ $(LIB_OBJS)

$(SUPPORT_LIB): $(SUPPORT_SRCS:%.c=$(B)/obj/%.o) $(B)/sources.txt
	@rm -f $@
	$(call say,AR,$@)
	$(Q)$(AR) rcs $@ $(filter %.o,$^)

$(B)/ticketmill: $(B)/obj/src/cli/main.o $(TSAN_SHIM) $(LIB)
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_LDFLAGS) $(filter %.o,$^) $(LIB) $(PKG_LIBS) -lm -o $@

$(UNIT_BINS) $(SIM_BINS) $(TOOL_BINS): $(B)/%: $(B)/obj/%.o $(TSAN_SHIM) $(SUPPORT_LIB) $(LIB)
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_LDFLAGS) $(filter %.o,$^) $(SUPPORT_LIB) $(LIB) $(CMOCKA_LIBS) $(PKG_LIBS) -lm -o $@

$(B)/ktool: $(KTOOL_SRC:%.c=$(B)/obj/%.o) $(TSAN_SHIM) $(LIB)
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_LDFLAGS) $(filter %.o,$^) $(LIB) $(PKG_LIBS) -lm -o $@

# With MODE=fuzz a target gets clang's fuzzer; in every other mode a main that replays files.
ifeq ($(MODE),fuzz)
$(FUZZ_BINS): $(B)/%: $(B)/obj/%.o $(LIB)
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_LDFLAGS) -fsanitize=fuzzer $(filter %.o,$^) $(LIB) $(PKG_LIBS) -lm -o $@
else
$(FUZZ_BINS): $(B)/%: $(B)/obj/%.o $(FUZZ_REPLAY_SRC:%.c=$(B)/obj/%.o) $(TSAN_SHIM) $(LIB)
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_LDFLAGS) $(filter %.o,$^) $(LIB) $(PKG_LIBS) -lm -o $@
endif

.SECONDARY:
-include $(LIB_OBJS:.o=.d) $(TEST_SRCS:%.c=$(B)/obj/%.d) $(B)/obj/src/cli/main.d

# ---- running -------------------------------------------------------------------------------------

# The builds below use all processors unless the user chose with -j.
PARALLEL = $(if $(filter -j%,$(MAKEFLAGS)),,-j$(shell nproc))

.PHONY: demo test check labelled lint format tidy asan tsan cov fuzz bench crash night
demo: ## the whole job on this machine: embedded broker, simulated provider, report
	@tests/setup/setup.sh build
	@$(MAKE) --no-print-directory $(PARALLEL) -s all
	@$(B)/ticketmill demo

test: ## all tests, real Kafka included (T=pattern picks some)
	@tests/setup/setup.sh build test
	@$(MAKE) --no-print-directory $(PARALLEL) all tests
	@MODE=$(MODE) CI='$(CI)' T='$(T)' tests/run all

check: ## unit and simulated tests only: seconds, no broker (T=pattern picks some)
	@tests/setup/setup.sh build test
	@$(MAKE) --no-print-directory $(PARALLEL) quick-tests
	@MODE=$(MODE) CI='$(CI)' T='$(T)' tests/run quick

labelled: ## error rates of language, code and redaction on the labelled texts in tests/data
	@tests/setup/setup.sh build test
	@$(MAKE) --no-print-directory $(PARALLEL) -s $(B)/tests/unit/ticket/test_labelled \
		$(B)/tests/unit/redact/test_labelled
	@LABELLED_ALL='$(LABELLED_ALL)' CMOCKA_MESSAGE_OUTPUT=TAP $(B)/tests/unit/ticket/test_labelled
	@LABELLED_ALL='$(LABELLED_ALL)' CMOCKA_MESSAGE_OUTPUT=TAP $(B)/tests/unit/redact/test_labelled

asan: ## `check` under AddressSanitizer and UBSan
	@$(MAKE) --no-print-directory MODE=asan check

tsan: ## `check` under ThreadSanitizer
	@$(MAKE) --no-print-directory MODE=tsan check

cov: ## branch and line coverage of the unit and simulated tests -> build/cov/coverage.txt
	@tests/setup/setup.sh build test lint
	@find build/cov -name '*.gcda' -delete 2>/dev/null || true
	@$(MAKE) --no-print-directory MODE=cov check
	@gcovr --root . --filter src/ --exclude-lines-by-pattern '\s*assert\(.*' --branches \
		--txt build/cov/coverage.txt --print-summary build/cov/obj
	@echo "branches by file: build/cov/coverage.txt"

lint: ## format, function sizes, room rules, file sizes, every SQL file against the migrations
	@tests/setup/setup.sh build test lint
	@$(MAKE) --no-print-directory $(GEN_H) compile_commands.json
	@tests/lint/run

format: ## rewrite all C files in the house format
	@tests/lint/format.sh --fix

tidy: compile_commands.json $(GEN_H) ## clang-tidy alone
	@tests/lint/tidy.sh

FUZZ_SECONDS ?= 60
fuzz: ## fuzz every target with clang for FUZZ_SECONDS each
	@tests/setup/setup.sh build lint
	@$(MAKE) --no-print-directory $(PARALLEL) MODE=fuzz CC=clang fuzz-bins
	@FUZZ_SECONDS=$(FUZZ_SECONDS) T='$(T)' tests/fuzz/run

.PHONY: fuzz-bins
fuzz-bins: $(FUZZ_BINS)

bench: ## throughput, CPU per ticket and memory beside the measured floor
	@tests/setup/setup.sh build test
	@$(MAKE) --no-print-directory $(PARALLEL) all tests
	@tests/bench/run

crash: ## the full crash suite on real Kafka
	@tests/setup/setup.sh build test
	@$(MAKE) --no-print-directory $(PARALLEL) all tests
	@tests/fault/run

night: ## one night of 200,000 tickets through real Kafka
	@tests/setup/setup.sh build test
	@$(MAKE) --no-print-directory $(PARALLEL) all tests
	@tests/integration/night.sh

# ---- the rest ------------------------------------------------------------------------------------

.PHONY: install uninstall dist clean help
INSTALL_ROOT = $(DESTDIR)$(PREFIX)
install: all ## install to $(DESTDIR)$(PREFIX)
	install -d $(INSTALL_ROOT)/bin $(INSTALL_ROOT)/share/ticketmill/prompts \
		$(INSTALL_ROOT)/share/doc/ticketmill
	install -m 755 $(BIN) $(INSTALL_ROOT)/bin/ticketmill
	for f in $(wildcard config/*.yaml); do \
		install -m 644 $$f $(INSTALL_ROOT)/share/ticketmill/ || exit 1; done
	for f in $(wildcard config/prompts/*); do \
		install -m 644 $$f $(INSTALL_ROOT)/share/ticketmill/prompts/ || exit 1; done
	for f in $(wildcard README.md LICENSE ARCHITECTURE.md docs/*.md); do \
		install -m 644 $$f $(INSTALL_ROOT)/share/doc/ticketmill/ || exit 1; done
	for f in $(wildcard docs/*.1); do install -d $(INSTALL_ROOT)/share/man/man1 && \
		install -m 644 $$f $(INSTALL_ROOT)/share/man/man1/ || exit 1; done

uninstall: ## remove what install put there
	rm -f $(INSTALL_ROOT)/bin/ticketmill $(patsubst docs/%,$(INSTALL_ROOT)/share/man/man1/%,$(wildcard docs/*.1))
	rm -rf $(INSTALL_ROOT)/share/ticketmill $(INSTALL_ROOT)/share/doc/ticketmill

dist: ## source archive of the last commit
	@mkdir -p build
	git archive --format=tar.gz --prefix=ticketmill-$(VERSION)/ -o build/ticketmill-$(VERSION).tar.gz HEAD

clean: ## remove build/
	rm -rf build compile_commands.json

compile_commands.json: FORCE ## for editors and clang-tidy
	@CC='$(CC) $(subst ','\'',$(LANGUAGE) $(filter-out -Werror,$(WARNINGS))) -Itests $(CMOCKA_CFLAGS)' \
		tools/compile_commands.sh $(MAIN) $(LIB_SRCS) $(TEST_SRCS) >$@

help: ## this list
	@grep -hE '^[a-z_.-]+:.*## ' $(firstword $(MAKEFILE_LIST)) | \
		awk -F ':.*## ' '{printf "  %-22s %s\n", $$1, $$2}'
