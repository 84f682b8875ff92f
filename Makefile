build: ## build the binary
	cargo build --release
