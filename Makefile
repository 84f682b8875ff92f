build: ## build the binary
	cargo build --release
tools: ## fetch the programs that tests talk to
	sh tests/tools.sh
