# Bilag. `make` builds bin/, `make demo` shows it, `make test` is everything that CI runs.
# A new program is a folder, a row here and a row in deploy/.

ifeq ($(origin CC),default)
CC      := gcc
endif
Q       := $(if $(V),,@)
BUILD   ?= build/$(CC)$(if $(SAN),-san)$(if $(KILLPOINTS),-kill)$(if $(COVERAGE),-cov)
BIN     ?= $(if $(COVERAGE),$(BUILD)/bin,bin)
PREFIX  ?= /usr/local
VERSION := 0.2.0

LIBS_COMMON := lmdb libzmq msgpack yaml-0.1 libsodium libsystemd libseccomp uuid
CFLAGS  ?= -O2 -g
CFLAGS  += -std=c17 -D_GNU_SOURCE -DBILAG_VERSION='"$(VERSION)"' -Wall -Wextra -Wconversion -Wshadow -Werror \
           -fstack-protector-strong -ffunction-sections -fdata-sections -MMD -MP -I. -Icommon
LDFLAGS += -Wl,-z,relro,-z,now -Wl,--gc-sections
# What a fault in memory would need to become more than a crash (docs/dependencies.md); tests/system/test_build.py looks at the
# programs. Sanitizers and coverage want their own.
ifeq ($(SAN)$(FUZZ)$(FUZZ_LINES)$(COVERAGE),)
CFLAGS  += -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 -fstack-clash-protection -fPIE $(CFI_$(shell uname -m))
LDFLAGS += -pie -Wl,-z,noexecstack -Wl,-z,separate-code
endif
CFI_x86_64 := -fcf-protection=full
CFI_aarch64 := -mbranch-protection=standard
# The folder stands in no program: the same source gives the same bytes anywhere. Coverage is written by where it stands.
CC_HERE  = $(if $(COVERAGE)$(FUZZ_LINES),,PWD=/proc/self/cwd )$(CC)
ifdef SAN
CFLAGS  += -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
LDFLAGS += -fsanitize=address,undefined
endif
ifdef FUZZ
CFLAGS  += -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
LDFLAGS += -fsanitize=fuzzer,address,undefined
endif
ifdef FUZZ_LINES
CFLAGS  += -fsanitize=fuzzer-no-link -fprofile-instr-generate -fcoverage-mapping -O1
LDFLAGS += -fsanitize=fuzzer -fprofile-instr-generate
endif
ifdef COVERAGE
CFLAGS  += --coverage -O1 -Wno-error
LDFLAGS += --coverage
COUNTED_EXIT := -Wl,--wrap=_exit tests/house/counted_exit.c
endif
ifdef KILLPOINTS
CFLAGS  += -DBILAG_KILLPOINTS
endif

#          program          folders                          pkg-config names beside the common ones
PROGRAMS := \
  bilag-ingest:ingest,door,saft,COMMON:libmicrohttpd,gnutls,libxml-2.0 \
  bilag-mapper:mapper,COMMON: \
  bilag-validator:validator,poweroffice,COMMON:libcurl \
  bilag-uploader:uploader,sender,pdf,poweroffice,COMMON:libcurl \
  bilag-invoicer:invoicer,sender,poweroffice,COMMON:libcurl \
  bilag:bilag,BILAG,saft,pdf,poweroffice,COMMON:libcurl,gnutls,libxml-2.0 \
  bilag-console:console,pdf,COMMON:libmicrohttpd,gnutls,libcurl,libxml-2.0 \
  bilag-watch:watch,COMMON:libcurl,libxml-2.0,libmicrohttpd,gnutls \
  bilag-sandbox:sandbox,SANDBOX:libmicrohttpd,libcjson

# The rooms of what has several (docs/architecture.md).
COMMON  := common/base common/domain common/stage
BILAG   := bilag/cmd bilag/probe bilag/read bilag/act bilag/show bilag/keep
SANDBOX := sandbox/base sandbox/books sandbox/http sandbox/api
FOLDERS := $(COMMON) pdf saft door ingest mapper validator poweroffice sender uploader invoicer bilag $(BILAG) console watch

pkg = $(shell pkg-config --$(1) $(2) 2>/dev/null)
comma := ,
part = $(word $(2),$(subst :, ,$(1)))

ifneq ($(wildcard common/base/*.c),)
all: $(foreach p,$(PROGRAMS),$(if $(wildcard $(firstword $(subst $(comma), ,$(call part,$(p),2)))/main.c),$(BIN)/$(call part,$(p),1)))
endif

COMMON_LIBS := -llmdb $(call pkg,libs,libzmq yaml-0.1 libsodium libsystemd libseccomp uuid) -lmsgpackc -lm
# libharu has no pkg-config file.
PDF_LIBS := -lhpdf
# libpq's header, where it is: its functions are looked up when they are wanted (common/base/pg_link.h).
COMMON_CFLAGS := $(call pkg,cflags,libxml-2.0) $(call pkg,cflags,libpq)

define program
$(BIN)/$(1): $$(patsubst %.c,$(BUILD)/%.o,$$(sort $$(wildcard $(foreach f,$(2),$(addsuffix /*.c,$(if $($(f)),$($(f)),$(f)))))))
	@mkdir -p $$(@D)
	@echo "  link  $$@"
	$(Q)$$(CC_HERE) $$(CFLAGS) $$(LDFLAGS) -o $$@ $$^ $$(COMMON_LIBS) $$(call pkg,libs,$(3)) $$(if $$(filter pdf,$(2)),$$(PDF_LIBS))
endef
$(foreach p,$(PROGRAMS),$(eval $(call program,$(call part,$(p),1),$(subst $(comma), ,$(call part,$(p),2)),$(subst $(comma), ,$(call part,$(p),3)))))

# The command, the console and the watch look into the stores of the stages with their own readers.
$(BIN)/bilag $(BIN)/bilag-console $(BIN)/bilag-watch: $(BUILD)/libbilag.a

# Other flags, other objects: what lies there from before is built anew.
$(BUILD)/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(subst ','\'',$(CC_HERE) $(CFLAGS) $(COMMON_CFLAGS))' | cmp -s - $@ || \
	    echo '$(subst ','\'',$(CC_HERE) $(CFLAGS) $(COMMON_CFLAGS))' > $@
FORCE:

$(BUILD)/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	@echo "  cc    $<"
	$(Q)$(CC_HERE) $(CFLAGS) $(COMMON_CFLAGS) -c -o $@ $<

# Unit tests: tests/<folder>/test_x.c is one program, linked with every part but the main files.
UNITS := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/*/test_*.c tests/*/*/test_*.c))
PARTS := $(sort $(filter-out %/main.c,$(wildcard $(addsuffix /*.c,$(FOLDERS)))))

$(BUILD)/libbilag.a: $(PARTS:%.c=$(BUILD)/%.o)
	@rm -f $@
	$(Q)ar qcs $@ $^

$(BUILD)/tests/%: tests/%.c $(BUILD)/tests/on_engine.o $(BUILD)/libbilag.a
	@mkdir -p $(@D)
	@echo "  cc    $<"
	$(Q)$(CC) $(CFLAGS) $(COMMON_CFLAGS) $(LDFLAGS) $(COUNTED_EXIT) -o $@ $< $(if $(findstring /sandbox/,$@),,$(BUILD)/tests/on_engine.o) $(BUILD)/libbilag.a $(COMMON_LIBS) -lcmocka \
	    $(call pkg,libs,libcurl libmicrohttpd gnutls libxml-2.0 libcjson) $(PDF_LIBS)

$(BUILD)/bench/%: bench/%.c $(BUILD)/libbilag.a
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(COMMON_CFLAGS) $(LDFLAGS) -o $@ $< $(BUILD)/libbilag.a $(COMMON_LIBS) $(call pkg,libs,libcurl libxml-2.0) $(PDF_LIBS)

# What things cost (docs/performance.md): rates, flushes and bytes of the real stages; instructions, which are the same every
# time and fail on 10 % more than was accepted (ACCEPT=1 accepts); 10,000 venues.
$(BUILD)/bench/%.so: bench/%.c
	@mkdir -p $(@D)
	$(Q)$(CC) -std=c17 -D_GNU_SOURCE -O2 -fPIC -shared -Wall -Wextra -Werror -o $@ $<
bench: all $(BUILD)/bench/flushes.so $(BUILD)/bench/hash_speed
	@bench/bench.py --bin $(BIN) --flushes $(BUILD)/bench/flushes.so --json $(BUILD)/bench/bench.json
bench-check: $(BUILD)/bench/cost
	@bench/check.py $< $(if $(ACCEPT),--accept)
bench-fleet: all
	@bench/fleet.py --bin $(BIN)
bench-closing: all
	@bench/closing.py --bin $(BIN)
bench-flushes: all $(BUILD)/bench/flushes.so $(BUILD)/bench/hash_speed
	@bench/bench.py --bin $(BIN) --flushes $(BUILD)/bench/flushes.so --shapes durability,instances
bench-long: all $(BUILD)/bench/flushes.so $(BUILD)/bench/hash_speed
	@bench/bench.py --bin $(BIN) --flushes $(BUILD)/bench/flushes.so --shapes long --runs 1
bench-console: all $(BUILD)/bench/copies
	@bench/console.py --bin $(BIN) --copies $(BUILD)/bench/copies
bench-saft: $(BUILD)/bench/saft_speed
	@$<
bench-peers: all $(BUILD)/bench/flushes.so
	@bench/peers.py --bin $(BIN) --flushes $(BUILD)/bench/flushes.so
bench-engine: all $(BUILD)/bench/flushes.so
	@bench/engine_speed.py --bin $(BIN) --flushes $(BUILD)/bench/flushes.so
.PHONY: bench bench-engine bench-check bench-closing bench-console bench-fleet bench-flushes bench-long bench-peers bench-saft

unit-programs: $(UNITS) $(BUILD)/tests/on_engine.o
unit-list:
	@printf '%s\n' $(UNITS)
# Those that run all stages in one program need a PowerOffice to talk to.
HOUSES := $(filter $(BUILD)/tests/house/%,$(UNITS))
$(HOUSES): | $(BIN)/bilag-sandbox
units: $(UNITS)
	@set -e; for unit in $(UNITS); do echo "== $$unit"; $$unit; done
# The same with their stores in a PostgreSQL of their own (tests/engine.py), where it is installed.
units-postgresql: $(UNITS)
	@tests/engine.py units $(UNITS)

# Three servers under Patroni and two machines, in network namespaces (root), and what can be lost of them.
system-patroni: all unit-programs
	@BILAG_PATRONI=1 BILAG_BIN=$(abspath $(BIN)) BILAG_TOOLS=$(abspath $(BUILD))/tests/chaos /usr/bin/python3 -m pytest -q -rs \
	    tests/system/test_patroni.py

# Servers that are set up wrongly, lost and moved to; then the worked cases, through the real processes, with their stores there.
system-postgresql: all unit-programs
	@BILAG_BIN=$(abspath $(BIN)) BILAG_TOOLS=$(abspath $(BUILD))/tests/chaos /usr/bin/python3 -m pytest -q tests/system/test_engine.py \
	    tests/system/test_engine_away.py tests/system/test_move.py tests/system/test_fleet.py
	@BILAG_BIN=$(abspath $(BIN)) tests/engine.py run /usr/bin/python3 -m pytest -q tests/system/test_cases.py -k "in and order"
	@BILAG_BIN=$(abspath $(BIN)) tests/engine.py run /usr/bin/python3 -m pytest -q tests/system/test_forget.py
# One test by its name: make one T=test_seen, make one T=test_cli
one: all
	@unit='$(filter %/$(T),$(UNITS))'; \
	if [ -n "$$unit" ]; then $(MAKE) --no-print-directory $$unit && $$unit; \
	elif [ -f tests/system/$(T).py ]; then $(MAKE) --no-print-directory unit-programs >/dev/null && tests/all one tests/system/$(T).py; \
	else echo "there is no unit test and no system test $(T); make unit-list, ls tests/system"; exit 2; fi

# How many lines the unit tests run: each part's own tests alone, then with those in which all stages run in one program
# (tests/house). Less than these percents fails. What talks to PostgreSQL is run by units-postgresql, where there is one.
COVERED_ALONE ?= 64
COVERED       ?= 89
GCOVR := gcovr --root . --object-directory build/$(CC)-cov --exclude 'tests/' --exclude 'sandbox/' --exclude '.*/main.c' \
         --exclude 'common/base/(pg_|store_pg|lease_rows|fleet)' --print-summary build/$(CC)-cov
coverage:
	@$(MAKE) --no-print-directory -j$$(nproc) COVERAGE=1 unit-programs
	@find build/$(CC)-cov -name '*.gcda' -delete
	@run() { for unit; do BILAG_BIN=build/$(CC)-cov/bin $$unit >/dev/null 2>&1 || { echo "$$unit failed"; return 1; }; done; }; \
	units=$$($(MAKE) -s COVERAGE=1 unit-list) && run $$(echo "$$units" | grep -v /tests/house/) && \
	echo "each part's own tests:" && $(GCOVR) --fail-under-line $(COVERED_ALONE) --txt build/coverage-alone.txt && \
	run $$(echo "$$units" | grep /tests/house/) && \
	echo "with all stages in one program:" && $(GCOVR) --fail-under-line $(COVERED) --txt build/coverage.txt
	@echo "by file: build/coverage-alone.txt, build/coverage.txt"

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)

clean:
	rm -rf build bin

# What it is made of, for whoever must know (docs/dependencies.md).
sbom: all
	@mkdir -p build
	@deploy/sbom $(BIN) $(VERSION) > build/bilag.spdx.json && echo build/bilag.spdx.json

help:
	@echo "make            builds bin/ (CC=clang, SAN=1: sanitizers, KILLPOINTS=1)"
	@echo "make demo       three venues' days from the till to the sandbox's ledger (KEEP=1; SERVE=1: and the console, until Ctrl-C)"
	@echo "make demo-fleet two machines on three PostgreSQL under Patroni: some lose their power while sales come in (docs/fleet.md)"
	@echo "make test       everything that CI runs; tests/all quick: gcc only"
	@echo "make units      the unit tests; make one T=test_seen: one unit or system test by its name; units-postgresql,"
	@echo "                system-postgresql: with their stores in PostgreSQL; system-patroni: machines in network namespaces"
	@echo "make tidy       clang-tidy and cppcheck; make format-check, words, layers, references, lengths, dangling, coverage: the rules of the house"
	@echo "make fuzz       MINUTES=1: every decoder of what strangers, disks and PowerOffice give (docs/security.md)"
	@echo "make fuzz-coverage  how many of each decoder's lines that runs"
	@echo "make bench      what receipts cost; bench-check: instructions, against those accepted; bench-closing, -console, -fleet, -flushes, -long, -peers, -saft (docs/performance.md)"
	@echo "make nightly    what takes long: chaos, kill points, power cuts, failing calls (docs/reliability.md)"
	@echo "make install    PREFIX= DESTDIR=; make uninstall; make deb: a Debian package"

# Everything that CI runs; tests/all quick is the short way round.
test:
	@deploy/install-deps
	@tests/all

# Installs what is missing, builds, and shows all of it on loopback in a folder in /tmp. KEEP=1 keeps that folder, SERVE=1 leaves all of it
# running until Ctrl-C.
demo:
	@deploy/install-deps
	@echo "Building into $(BIN)/ (make, if you want to see it) ..."
	@$(MAKE) --no-print-directory -j$$(nproc) all >/dev/null || $(MAKE) --no-print-directory all
	@deploy/demo --bin $(BIN) $(if $(KEEP),--keep) $(if $(SERVE),--serve)

# Three PostgreSQL under Patroni and two machines, in network namespaces; some of them lose their power while sales come in.
demo-fleet:
	@deploy/install-deps --fleet
	@echo "Building into $(BIN)/ ..."
	@$(MAKE) --no-print-directory -j$$(nproc) all >/dev/null || $(MAKE) --no-print-directory all
	@deploy/demo-fleet --bin $(BIN) $(if $(KEEP),--keep)

SOURCES := $(wildcard $(addsuffix /*.c,$(FOLDERS) sandbox $(SANDBOX)))

# clang-tidy with .clang-tidy, cppcheck with the suppressions that it names; both must have nothing to say.
tidy: $(SOURCES:%=$(BUILD)/tidy/%.ok)
	@echo "  cppcheck"
	$(Q)cppcheck -j$$(nproc) --quiet --std=c11 --enable=warning,performance,portability --inline-suppr --error-exitcode=1 \
	    --suppressions-list=.cppcheck -I. -Icommon -D_GNU_SOURCE \
	    -DBILAG_VERSION='"$(VERSION)"' $(SOURCES)

$(BUILD)/tidy/%.ok: %
	@mkdir -p $(@D)
	@echo "  tidy  $<"
	$(Q)clang-tidy --quiet $< -- $(filter-out -W% -M% -O% -g,$(CFLAGS)) $(COMMON_CFLAGS) 2>/dev/null
	@touch $@

# Lines as .editorconfig says them; how they are laid out within is for those who read them.
format-check:
	@tests/format.py

# Functions fit a screen.
lengths:
	@tests/lengths.py

# What code and documents refer to is there.
references:
	@tests/references.py

# base < domain < stage < programs, from the symbols that the objects need.
layers: all
	@tests/layers.py $(BUILD)

# How much there is, by part (docs/architecture.md).
statements:
	@tests/statements.py

# Nothing is offered that nobody needs.
dangling: all unit-programs
	@tests/dangling.py $(BUILD)

# No name means two things: all headers of the product are read as one, and none needs another before it.
words: $(BUILD)/words.ok
$(BUILD)/words.ok: $(wildcard $(addsuffix /*.h,$(FOLDERS)))
	@mkdir -p $(@D)
	$(Q)for h in $^; do echo "#include \"$$h\""; done >$(BUILD)/words.c
	$(Q)$(CC) $(filter-out -MMD -MP,$(CFLAGS)) $(COMMON_CFLAGS) -fsyntax-only $(BUILD)/words.c
	$(Q)for h in $^; do echo "#include \"$$h\"" | $(CC) $(filter-out -MMD -MP,$(CFLAGS)) $(COMMON_CFLAGS) -fsyntax-only -xc - || exit 1; done
	@touch $@

MAN1 := $(wildcard man/*.1)
MAN5 := $(wildcard man/*.5)
MAN8 := $(wildcard man/*.8)
SHARE := $(DESTDIR)$(PREFIX)/share

install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(SHARE)/man/man1 $(SHARE)/man/man5 $(SHARE)/man/man8 \
	    $(SHARE)/doc/bilag/config-example/venues $(SHARE)/doc/bilag/config-example/keys $(SHARE)/bilag/prometheus $(DESTDIR)$(PREFIX)/lib/systemd/system \
	    $(DESTDIR)$(PREFIX)/lib/sysusers.d $(DESTDIR)$(PREFIX)/lib/tmpfiles.d $(SHARE)/bash-completion/completions $(SHARE)/zsh/site-functions
	install -m 755 $(foreach p,$(PROGRAMS),$(BIN)/$(call part,$(p),1)) $(DESTDIR)$(PREFIX)/bin
	install -m 644 $(MAN1) $(SHARE)/man/man1
	install -m 644 $(MAN5) $(SHARE)/man/man5
	install -m 644 $(MAN8) $(SHARE)/man/man8
	install -m 644 README.md LICENSE $(wildcard docs/*.md) docs/api.yaml $(SHARE)/doc/bilag
	install -d $(SHARE)/doc/bilag/examples
	install -m 644 $(wildcard docs/examples/*) $(SHARE)/doc/bilag/examples
	install -m 644 deploy/config-example/bilag.yaml $(SHARE)/doc/bilag/config-example
	install -m 644 $(wildcard deploy/config-example/venues/*.yaml) $(SHARE)/doc/bilag/config-example/venues
	install -m 644 $(wildcard deploy/config-example/keys/README) $(SHARE)/doc/bilag/config-example/keys
	install -m 755 deploy/supervisor/make-conf $(SHARE)/bilag/make-supervisor-conf
	install -m 755 deploy/two-users $(SHARE)/bilag/two-users
	install -d $(SHARE)/bilag/fleet
	install -m 644 $(filter-out %/keep-wal,$(wildcard deploy/fleet/*)) $(SHARE)/bilag/fleet
	install -m 755 deploy/fleet/keep-wal $(SHARE)/bilag/fleet
	for unit in deploy/systemd/*.service deploy/systemd/*.target; do \
	    sed 's#/usr/local/bin/#$(PREFIX)/bin/#' $$unit >$(DESTDIR)$(PREFIX)/lib/systemd/system/$${unit##*/}; done
	install -m 644 deploy/systemd/bilag.sysusers $(DESTDIR)$(PREFIX)/lib/sysusers.d/bilag.conf
	install -m 644 deploy/systemd/bilag.tmpfiles $(DESTDIR)$(PREFIX)/lib/tmpfiles.d/bilag.conf
	install -m 644 deploy/prometheus/* $(SHARE)/bilag/prometheus
	install -m 644 deploy/completion/bilag.bash $(SHARE)/bash-completion/completions/bilag
	install -m 644 deploy/completion/_bilag $(SHARE)/zsh/site-functions/_bilag

# What install put there, and folders of its own; the configuration and the stores are nobody's to remove.
uninstall:
	rm -f $(foreach p,$(PROGRAMS),$(DESTDIR)$(PREFIX)/bin/$(call part,$(p),1)) $(foreach m,$(MAN1) $(MAN5) $(MAN8),$(SHARE)/man/man$(subst .,,$(suffix $(m)))/$(notdir $(m))) \
	    $(patsubst deploy/systemd/%,$(DESTDIR)$(PREFIX)/lib/systemd/system/%,$(wildcard deploy/systemd/*.service deploy/systemd/*.target)) \
	    $(DESTDIR)$(PREFIX)/lib/sysusers.d/bilag.conf $(DESTDIR)$(PREFIX)/lib/tmpfiles.d/bilag.conf $(SHARE)/bash-completion/completions/bilag $(SHARE)/zsh/site-functions/_bilag
	rm -rf $(SHARE)/doc/bilag $(SHARE)/bilag

# A Debian package, in build/deb.
deb:
	@deploy/debian/build $(VERSION)

.PHONY: references lengths dangling statements help one coverage test demo demo-fleet tidy format-check layers words install uninstall deb

.PHONY: all units units-postgresql system-postgresql system-patroni unit-programs unit-list clean sbom
.DEFAULT_GOAL := all

# What tests use beside the programs.
TOOLS := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/*/tool_*.c)) $(BUILD)/tests/chaos/failing.so \
         $(BUILD)/tests/chaos/recording.so
unit-programs: $(TOOLS)

$(BUILD)/tests/chaos/%.so: tests/chaos/%.c
	@mkdir -p $(@D)
	@echo "  cc    $<"
	$(Q)$(CC) -std=c17 -D_GNU_SOURCE -O2 -fPIC -shared -Wall -Wextra -Werror -o $@ $<

# Everything that can happen, by seed (docs/reliability.md): make chaos SEEDS=100 FIRST=1 JOBS=2
SEEDS ?= 10
FIRST ?= 1
JOBS  ?= 2
chaos: all $(TOOLS)
	BILAG_TOOLS=$(BUILD)/tests/chaos tests/chaos/chaos.py --seeds $(SEEDS) --first $(FIRST) --jobs $(JOBS) --bin $(BIN)

# The same on two machines with their stores in PostgreSQL, whose primaries and standbys are lost (tests/chaos/engines.py).
chaos-engine: all $(TOOLS)
	BILAG_TOOLS=$(BUILD)/tests/chaos tests/chaos/chaos.py --engine --seeds $(SEEDS) --first $(FIRST) --jobs $(JOBS) --bin $(BIN)

# Every kill point alone, then PAIRS of them (a number, or all), in a build of their own.
PAIRS ?= 20
killpoints: $(TOOLS)
	@$(MAKE) --no-print-directory KILLPOINTS=1 BUILD=$(BUILD)-kill BIN=$(BUILD)-kill/bin all
	BILAG_TOOLS=$(BUILD)/tests/chaos BILAG_BIN_KILL=$(BUILD)-kill/bin tests/chaos/killpoints.py --pairs $(PAIRS) --jobs $(JOBS)

# Calls that may fail do, RUNS for each process and class of calls.
RUNS ?= 2
fallible: all $(TOOLS)
	BILAG_TOOLS=$(BUILD)/tests/chaos BILAG_FAILING=$(abspath $(BUILD))/tests/chaos/failing.so \
	    tests/chaos/fallible.py --runs $(RUNS) --jobs $(JOBS) --bin $(BIN)

# The same with failing.c linked in, so that the sanitizers watch (memory only): they come before a preloaded library.
ifdef FAILING
FAILING_O := $(BUILD)/tests/chaos/failing_wrap.o
LDFLAGS += -Wl,--wrap=malloc -Wl,--wrap=calloc -Wl,--wrap=realloc $(FAILING_O)
$(FAILING_O): tests/chaos/failing.c
	@mkdir -p $(@D)
	$(Q)$(CC) -std=c17 -D_GNU_SOURCE -O2 -Wall -Wextra -DFAILING_WRAP -c -o $@ $<
$(foreach p,$(PROGRAMS),$(BIN)/$(call part,$(p),1)): | $(FAILING_O)
endif
fallible-san: $(TOOLS)
	@$(MAKE) --no-print-directory SAN=1 FAILING=1 BUILD=$(BUILD)-fail BIN=$(BUILD)-fail/bin all
	BILAG_TOOLS=$(BUILD)/tests/chaos tests/chaos/fallible.py --runs $(RUNS) --jobs $(JOBS) --wrapped $(BUILD)-fail/bin

# The power goes at CUTS moments of a recorded run.
CUTS ?= 500
powercut: all $(TOOLS)
	BILAG_TOOLS=$(BUILD)/tests/chaos tests/chaos/powercut.py --cuts $(CUTS) --bin $(BIN)

# Every decoder of what strangers, disks and PowerOffice give (T="json saft": those), for MINUTES of processor time each, with clang's libFuzzer and the
# sanitizers (docs/security.md). What it found lies in build/fuzz/found, and is a seed once it is mended.
MINUTES ?= 1
SECONDS_EACH ?= $$(($(MINUTES) * 60))
FUZZERS := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/fuzz/fuzz_*.c))
fuzzers: $(FUZZERS)
unit-programs: $(FUZZERS:=.o)              # they are compiled with everything, so that none falls behind
SEED_TOOLS := $(BUILD)/tests/fuzz/tool_seeds $(BUILD)/tests/mapper/tool_foldrun
fuzz: $(SEED_TOOLS)
	@$(MAKE) --no-print-directory FUZZ=1 CC=clang BUILD=build/fuzz fuzzers
	@BILAG_FOLDRUN=$(abspath $(BUILD))/tests/mapper/tool_foldrun tests/fuzz/run build/fuzz $(SECONDS_EACH) $(BUILD)/tests/fuzz/tool_seeds $(T)

# How many of each decoder's lines they run, from their seeds and from what fuzzers have kept (build/fuzz/corpus); 90 percent or it fails.
fuzz-coverage: $(SEED_TOOLS)
	@$(MAKE) --no-print-directory FUZZ_LINES=1 CC=clang BUILD=build/fuzz-lines fuzzers
	@rm -rf build/fuzz-lines/seeds && mkdir -p build/fuzz-lines/seeds build/fuzz/corpus
	@BILAG_FOLDRUN=$(abspath $(BUILD))/tests/mapper/tool_foldrun /usr/bin/python3 tests/fuzz/seeds.py build/fuzz-lines/seeds \
	  $(BUILD)/tests/fuzz/tool_seeds
	@/usr/bin/python3 tests/fuzz/lines.py build/fuzz-lines build/fuzz-lines/seeds build/fuzz/corpus

# The vendor's guide walked in chromium, in both languages (tests/system/test_guide.py); pictures: those of docs/ are made anew by it
# (chromium-driver, python3-selenium; imagemagick for pictures).
guide: all
	BILAG_BROWSER=1 BILAG_BIN=$(BIN) /usr/bin/python3 -m pytest -q tests/system/test_guide.py \
	    tests/system/test_console_pages.py
pictures: all
	BILAG_BROWSER=1 BILAG_BIN=$(BIN) BILAG_PICTURES=$(BUILD)/pictures /usr/bin/python3 -m pytest -q tests/system/test_guide.py -k en
	@for name in $$(grep -oh 'pictures/[a-z0-9-]*' docs/bookkeeper.md README.md | sort -u); do \
	  convert $(BUILD)/$${name%/*}/en-$${name#*/}-1280.png -resize 860x +dither -colors 64 -strip docs/$$name.png || exit 1; done
# Every page of the console in chromium by axe-core, a development tool from npm (npm, chromium-driver, python3-selenium).
AXE := $(BUILD)/axe/node_modules/axe-core/axe.min.js
axe: all $(AXE)
	BILAG_AXE=$(abspath $(AXE)) BILAG_BIN=$(BIN) /usr/bin/python3 -m pytest -q tests/system/test_console_axe.py
$(AXE):
	@command -v npm >/dev/null || { echo "make axe: install what is missing: apt-get install npm chromium-driver python3-selenium" >&2; exit 1; }
	@mkdir -p $(BUILD)/axe && npm install --silent --no-audit --no-fund --ignore-scripts --prefix $(BUILD)/axe axe-core@4
.PHONY: guide pictures axe

# What takes too long for CI; the figures of the last run stand in docs/reliability.md.
nightly:
	@$(MAKE) --no-print-directory chaos SEEDS=1000 FIRST=1 JOBS=4
	@$(MAKE) --no-print-directory chaos-engine SEEDS=200 FIRST=1 JOBS=2
	@$(MAKE) --no-print-directory killpoints PAIRS=all
	@$(MAKE) --no-print-directory powercut CUTS=500
	@$(MAKE) --no-print-directory fallible RUNS=20
	@$(MAKE) --no-print-directory fallible-san RUNS=10
	@$(MAKE) --no-print-directory fuzz MINUTES=10
	@$(MAKE) --no-print-directory upgrade-check
	@$(MAKE) --no-print-directory guide BILAG_PICTURES=$(BUILD)/pictures
	@$(MAKE) --no-print-directory axe
	@$(MAKE) --no-print-directory units-postgresql system-postgresql system-patroni

# The five stages of a former commit make a state folder, today's go on with it (tests/system/test_upgrade.py).
FORMER ?= e46db10
upgrade-check: all
	@rm -rf build/former && git worktree prune && git worktree add --quiet --detach build/former $(FORMER)
	@$(MAKE) --no-print-directory -C build/former BUILD=build BIN=bin all >/dev/null
	@BILAG_FORMER=$(CURDIR)/build/former/bin BILAG_BIN=$(abspath $(BIN)) /usr/bin/python3 -m pytest -q tests/system/test_upgrade.py
	@git worktree remove --force build/former

.PHONY: chaos chaos-engine killpoints fallible fallible-san powercut fuzzers fuzz fuzz-coverage nightly upgrade-check
