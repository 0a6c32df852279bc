# Loubot. `make help` lists the targets. Debian 12; nothing beside its packages (and npm for test peers) is needed.
#
# B names the build folder and SAN=1 builds with ASan and UBSan, so that several builds can stand side by side:
#   make build            → build/loubot
#   make SAN=1 build      → build-san/loubot
# V=1 shows the commands.

MAKEFLAGS += --no-builtin-rules
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

B ?= build$(if $(SAN),-san)
PREFIX ?= /usr/local
CC = gcc
OPT ?= $(if $(SAN),-O1 -fsanitize=address$(comma)undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer,-O2)
comma := ,
say = $(if $(V),,@$(if $(findstring s,$(firstword -$(MAKEFLAGS))),,echo "  $(1) $@";))
CPPFLAGS = -D_GNU_SOURCE -I. -Ibot -I$(B)
WARN = -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wwrite-strings -Wvla \
       -Wno-missing-field-initializers -Wno-unused-parameter
CFLAGS = -std=gnu11 -g $(OPT) $(WARN)
LDFLAGS = $(OPT) -pthread
LIBS = -lwebsockets -luv -ljansson -lhiredis -lyaml -lutf8proc -lcrypto -lm

# What a bare Debian 12 lacks. `make deps` installs it.
RUN_PACKAGES = gcc make libc6-dev libwebsockets-dev libwebsockets-evlib-uv libuv1-dev libcurl4-openssl-dev \
    libjansson-dev libhiredis-dev libyaml-dev libutf8proc-dev uthash-dev libssl-dev liblinear-dev redis-server ca-certificates
TEST_PACKAGES = libcmocka-dev redis-tools pmccabe chromium fonts-noto-cjk fonts-noto-color-emoji clang-14 libclang-rt-14-dev procps
# Debian's npm does not install beside another vendor's node, so each is asked for only where it is missing.
TEST_PACKAGES += $(if $(shell command -v node),,nodejs) $(if $(shell command -v npm),,npm)

SRCS := $(filter-out bot/main.c,$(wildcard bot/*.c bot/*/*.c adapters/*/*.c handlers/*.c))
OBJS := $(SRCS:%.c=$(B)/%.o) $(B)/assets.o
BENCHES := $(patsubst %.c,$(B)/%,$(wildcard tests/bench/*_bench.c))
FUZZERS := $(patsubst %.c,build-fuzz/%,$(wildcard tests/fuzz/*_fuzz.c))
# The learned second opinion (bot/words/opinion.h) is built, its examples stay here.
OPINIONS = opinion/en.bin opinion/zh.bin
ASSETS := $(wildcard templates/*/* handlers/lexicon/*.* bot/*/*.lua bot/people/data/*.* bot/people/data/*/*)
TESTS := $(patsubst %.c,$(B)/%,$(wildcard tests/unit/*_test.c tests/live/*_test.c))
TEST_HELPERS := $(patsubst %.c,$(B)/%.o,$(filter-out %_test.c,$(wildcard tests/unit/*.c tests/live/*.c)))

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

deps: ## installs missing Debian packages for building and running
	@tests/deps.sh $(RUN_PACKAGES)

test-deps: deps
	@tests/deps.sh $(TEST_PACKAGES)

run: deps ## installs what is missing, builds, starts the bot with its embedded defaults
	@$(MAKE) --no-print-directory -j$$(nproc) build
	$(B)/loubot run

build: $(B)/loubot ## builds build/loubot

test: test-deps ## installs what is missing, builds, passes every test
	@tests/run.sh

fuzz: test-deps ## fuzzes every codec for a long time (FUZZ_SECONDS each; half an hour in all)
	@$(MAKE) --no-print-directory -j$$(nproc) fuzz-build
	@for f in $(notdir $(FUZZERS)); do FUZZ_SECONDS=$${FUZZ_SECONDS:-$$((1800 / $(words $(FUZZERS))))} tests/fuzz.sh $$f || exit 1; done

chaos: test-deps ## kills, repeats, faults of platform and Redis, floods: the long form of tests/chaos (SEED=n, ONLY=name)
	@$(MAKE) --no-print-directory -j$$(nproc) build $(B)/tests/live/soak_test
	@tests/npm.sh >/dev/null
	@B=$(B) LOUBOT=$(B)/loubot tests/chaos.sh

walk: test-deps ## random people, random words, time: the fairness rules after every step, in memory and on Redis (SEED=n, STEPS=n)
	@$(MAKE) --no-print-directory -j$$(nproc) $(B)/tests/unit/event_walk_test $(B)/tests/live/event_walk_live_test
	@export TMPDIR=$${TMPDIR:-/dev/shm} WALK_SEED=$${SEED:-$$(date +%s)} WALK_STEPS=$${STEPS:-20000}; \
	$(B)/tests/unit/event_walk_test && $(B)/tests/live/event_walk_live_test 2>/dev/null

planted: test-deps ## plants faults one at a time in a copy of the tree: the walks must find each (ONLY=word)
	@$(MAKE) --no-print-directory -j$$(nproc) $(B)/tests/unit/event_walk_test $(B)/tests/live/event_walk_live_test
	@TMPDIR=$${TMPDIR:-/dev/shm} tests/planted.sh

bench: test-deps ## measures: every program of tests/bench, a few minutes, on the plain build
	@$(MAKE) --no-print-directory -j$$(nproc) build bench-build
	@tests/bench.sh

eval: $(B)/tests/eval/eval ## judges understanding on labelled sentences: make eval [FILES="a.jsonl b.jsonl"] [ARGS=--misses]
	$(B)/tests/eval/eval $(ARGS) $(or $(FILES),handlers/lexicon/examples/zh-own.txt handlers/lexicon/examples/en-own.txt $(wildcard tests/eval/*.jsonl))
$(B)/tests/eval/eval: $(B)/tests/eval/eval.o $(B)/libloubot.a
	$(call say,link)$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)

layers: ## checks that dependencies run one way
	@tests/layers.sh

tidy: ## runs clang-tidy over the sources
	@tests/deps.sh clang-tidy
	clang-tidy --quiet $(SRCS) bot/main.c -- $(CPPFLAGS) -std=gnu11

install: build ## puts the binary under DESTDIR and PREFIX (/usr/local)
	install -D -m 755 $(B)/loubot $(DESTDIR)$(PREFIX)/bin/loubot

clean: ## removes everything that was built
	rm -rf build build-*

$(B)/loubot: $(B)/bot/main.o $(B)/libloubot.a
	$(call say,link)$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)

$(B)/libloubot.a: $(OBJS)
	@rm -f $@
	@ar rcs $@ $^

$(B)/%.o: %.c
	@mkdir -p $(@D)
	$(call say,cc  )$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

# The files that the binary carries: their bytes by .incbin, their names in a table (bot/host/assets.h).
$(B)/assets.o: $(B)/assets.S $(ASSETS) $(OPINIONS:%=$(B)/%)
	@$(CC) -c -o $@ $<
$(B)/assets.S: tests/assets.sh $(B)/assets.list
	@tests/assets.sh $(B) < $(B)/assets.list > $@
$(B)/assets.list: FORCE
	@mkdir -p $(B)
	@printf '%s\n' $(sort $(ASSETS) $(OPINIONS)) | cmp -s - $@ || printf '%s\n' $(sort $(ASSETS) $(OPINIONS)) > $@

# The trainer is a tool of the build and no part of Loubot. It carries the words, not what is learned from them.
LEARN_OBJS := $(patsubst %.c,$(B)/%.o,$(wildcard bot/words/learn/*.c bot/words/*.c bot/host/*.c))
$(B)/learn: $(LEARN_OBJS) $(B)/learn-assets.o
	$(call say,tool)$(CC) $(LDFLAGS) -o $@ $^ -llinear $(LIBS)
$(B)/learn-assets.S: tests/assets.sh $(wildcard handlers/lexicon/*.*)
	@mkdir -p $(B)
	@printf '%s\n' $(sort $(wildcard handlers/lexicon/*.*)) | tests/assets.sh $(B) > $@
$(B)/learn-assets.o: $(B)/learn-assets.S
	@$(CC) -c -o $@ $<
# The folder's list, so that a file that is gone counts too.
$(B)/examples.list: FORCE
	@mkdir -p $(B)
	@ls handlers/lexicon/examples | cmp -s - $@ || ls handlers/lexicon/examples > $@
$(foreach l,zh en,$(eval $(B)/opinion/$(l).bin: $(wildcard handlers/lexicon/examples/$(l)-*.txt)))
$(B)/opinion/%.bin: $(B)/learn $(B)/examples.list
	@mkdir -p $(@D)
	$(call say,learn)$(B)/learn $* $@ $(wildcard handlers/lexicon/examples/$*-*.txt)

tests-build: $(TESTS) $(B)/loubot
# Helpers come as a library, so that a test without need of them can put its own world in place of what they use.
$(B)/libhelpers.a: $(TEST_HELPERS)
	@rm -f $@
	@ar rcs $@ $^
$(B)/tests/%_test: $(B)/tests/%_test.o $(B)/libhelpers.a $(B)/libloubot.a
	$(call say,link)$(CC) $(LDFLAGS) -o $@ $^ -lcmocka $(LIBS)

bench-build: $(BENCHES)
$(B)/tests/bench/%_bench: $(B)/tests/bench/%_bench.o $(TEST_HELPERS) $(B)/libloubot.a
	$(call say,link)$(CC) $(LDFLAGS) -o $@ $^ -lcmocka $(LIBS)

# Fuzzers are built with clang, the library with them, in a folder of their own.
ifneq ($(B),build-fuzz)
fuzz-build:
	@$(MAKE) --no-print-directory B=build-fuzz CC=clang-14 WARN=-w \
	    OPT='-O1 -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined' $(FUZZERS)
endif
build-fuzz/tests/fuzz/%_fuzz: build-fuzz/tests/fuzz/%_fuzz.o build-fuzz/libloubot.a
	$(call say,link)$(CC) $(LDFLAGS) -fsanitize=fuzzer -o $@ $^ $(LIBS)

FORCE:
.PHONY: help deps test-deps run build test fuzz chaos walk planted bench eval layers tidy install clean tests-build bench-build fuzz-build FORCE
.SECONDARY:
-include $(OBJS:.o=.d) $(B)/bot/words/learn/learn.d $(B)/bot/main.d $(TESTS:%=%.d) $(BENCHES:%=%.d) $(B)/tests/eval/eval.d $(FUZZERS:%=%.d) $(TEST_HELPERS:.o=.d)
