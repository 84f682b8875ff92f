# Every target is one line of help: `make` prints them.

OLMCAT := target/release/olmcat
REF ?=

.DEFAULT_GOAL := help
.PHONY: help build test lint docs catalog image push bench ready tools

help: ## print this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

build: ## build the program: target/release/olmcat
	@cargo build --release --locked

image: build ## check everything, and write the catalog image to target/image (the main job)
	@$(OLMCAT) build

test: tools ## run every test, against real registries
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
	cargo bench --locked --quiet

ready: lint test ## what CI runs: form, tests, and the image of this repository
	@$(MAKE) --no-print-directory build
	$(OLMCAT) build --check

tools: ## fetch the programs that tests talk to, below target/tools and without root
	@sh tests/tools.sh
