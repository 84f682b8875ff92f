# Every target is one line of help: `make` prints them.

OLMCAT := target/release/olmcat
REF ?=
# The machine that programs are built for, and what images call its processor.
HOST = $(shell rustc -vV | sed -n 's/^host: //p')
PROCESSOR := $(subst aarch64,arm64,$(subst x86_64,amd64,$(shell uname -m)))
STATIC := target/dist/olmcat-linux-$(PROCESSOR)
# A release: its archive unpacks to one folder of its name.
VERSION := $(shell sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml)
RELEASE := olmcat-$(VERSION)-linux-$(PROCESSOR)
STAGE := target/static/$(RELEASE)
FUZZ_SECONDS ?= 60

.DEFAULT_GOAL := help
.PHONY: help build dist test lint docs catalog image image-serve tool-image serve push bench fuzz ready tools

help: ## print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' Makefile

build: ## build the program: target/release/olmcat
	@cargo build --release --locked

image: build ## check everything, and write the catalog image to target/image (the main job)
	@$(OLMCAT) build

image-serve: build dist ## the same with a server in it, which every OLM v0 can run: target/image-serve
	@$(OLMCAT) build --flavour serve --server $(STATIC) --output target/image-serve

serve: build ## serve the catalog of this repository on this machine, at port 50051
	@$(OLMCAT) serve --address 127.0.0.1 --watch

# The program is linked with its C library, so that it runs in an image that holds nothing else. The target is named,
# since plugins of the compiler, which would be built alike otherwise, cannot be. No byte depends on where and when.
dist: ## build the static program, which images hold, and the archive of a release: target/dist
	@RUSTFLAGS='-C target-feature=+crt-static --remap-path-prefix=$(or $(CARGO_HOME),$(HOME)/.cargo)=/cargo' \
		cargo build --release --locked --target $(HOST) --target-dir target/static
	@rm -rf $(STAGE) && mkdir -p target/dist $(STAGE)/completions
	@cp target/static/$(HOST)/release/olmcat $(STATIC)
	@cp LICENSE README.md $(STAGE) && cp $(STATIC) $(STAGE)/olmcat
	@$(STATIC) completions bash >$(STAGE)/completions/olmcat.bash
	@$(STATIC) completions zsh >$(STAGE)/completions/_olmcat
	@$(STATIC) completions fish >$(STAGE)/completions/olmcat.fish
	@$(STATIC) man $(STAGE)/man/man1
	@tar --create --file target/dist/$(RELEASE).tar.gz --use-compress-program='gzip -9n' --format=ustar --sort=name \
		--mtime=@$(or $(SOURCE_DATE_EPOCH),0) --owner=0 --group=0 --numeric-owner --mode=u=rwX,go=rX \
		--directory target/static $(RELEASE)
	@cd target/dist && sha256sum olmcat-$(VERSION)-linux-*.tar.gz >SHA256SUMS

tool-image: dist ## write a container image of the tool, built by itself: target/dist/olmcat-image.tar
	@rm -f target/dist/olmcat-image.tar
	@$(STATIC) tool-image --output target/dist/olmcat-image.tar

test: tools dist ## run every test, against real registries
	@rm -f target/skipped
	cargo test --locked --quiet
	@if [ -s target/skipped ]; then \
		printf '%s tests skipped:\n' "$$(wc -l < target/skipped | tr -d ' ')"; \
		sed 's/^.*: //' target/skipped | sort | uniq -c | sed 's/^/  /'; \
	fi

lint: ## check form: rustfmt, clippy, rustdoc
	cargo fmt --check
	cargo clippy --locked --all-targets --quiet -- -D warnings
	RUSTDOCFLAGS='-D warnings' cargo doc --locked --no-deps --document-private-items --quiet

docs: ## write what is generated: the reference of commands, the index of rules, the schemas of settings
	UPDATE=1 cargo test --locked --quiet --test it fresh

catalog: build ## render catalog/<package>/catalog.yaml again from bundles and templates
	$(OLMCAT) render

push: build ## build the image and push it: make push REF=registry.example/team/catalog:tag
	@$(OLMCAT) push $(REF)

bench: build ## measure time and memory on real and on large catalogs
	@cargo bench --locked --quiet --bench speed

# cargo-fuzz wants a nightly compiler for the sanitizer; the stable one has it, too, if it is told to.
fuzz: ## run every fuzz target for FUZZ_SECONDS (60)
	@[ -x target/cargo-fuzz/bin/cargo-fuzz ] || \
		cargo install --quiet --locked --root target/cargo-fuzz --version 0.13.2 cargo-fuzz
	@for target in tests/fuzz/targets/*.rs; do \
		name=$$(basename "$$target" .rs); \
		mkdir -p "tests/fuzz/corpus/$$name"; \
		echo "fuzzing $$name"; \
		PATH="$$PWD/target/cargo-fuzz/bin:$$PATH" RUSTC_BOOTSTRAP=1 cargo fuzz run --fuzz-dir tests/fuzz --target-dir target/fuzz "$$name" \
			"tests/fuzz/corpus/$$name" "tests/fuzz/seeds/$$name" \
			-- -max_total_time=$(FUZZ_SECONDS) -verbosity=0 || exit 1; \
	done

# The static program is there since the tests; another one would say the same.
ready: lint test ## what CI runs: form, tests, and the image of this repository
	$(STATIC) build --check

tools: ## fetch the programs that tests talk to, below target/tools and without root
	@sh tests/tools.sh
