#!/bin/sh
# Fetches the programs that the registry tests talk to, below target/tools and without root:
# docker-registry (the real registry) and skopeo (a second opinion). Usage: tests/tools.sh
set -eu

cd "$(dirname "$0")/.."
tools=$PWD/target/tools

missing=
for program in docker-registry skopeo; do
    if ! command -v "$program" >/dev/null && [ ! -x "$tools/usr/bin/$program" ]; then
        missing="$missing $program"
    fi
done
[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null || ! command -v dpkg-deb >/dev/null; then
    echo "no apt-get here: the tests that need$missing will be skipped"
    [ "${CI:-}" != true ] || exit 1
    exit 0
fi

mkdir -p "$tools/deb"

# Fresh lists of our own where the system has none: its folders need root.
set -- -o Debug::NoLocking=1 -o APT::Sandbox::User=
for program in $missing; do
    if ! apt-cache show "$program" >/dev/null 2>&1; then
        mkdir -p "$tools/apt/lists/partial" "$tools/apt/archives/partial"
        set -- "$@" -o Dir::State="$tools/apt" -o Dir::State::status=/var/lib/dpkg/status -o Dir::Cache="$tools/apt"
        apt-get -qq "$@" update
        break
    fi
done

# A simulated installation names exactly the packages that this system lacks.
# shellcheck disable=SC2086 # two words are two packages
packages=$(apt-get "$@" --simulate --no-install-recommends install $missing | awk '$1 == "Inst" { print $2 }')
# shellcheck disable=SC2086
(cd "$tools/deb" && apt-get -qq "$@" download $packages)
for package in "$tools"/deb/*.deb; do
    dpkg-deb -x "$package" "$tools"
done
rm -rf "$tools/deb" "$tools/apt"

# A program whose libraries came along finds them through a wrapper.
libraries=$(find "$tools" -name '*.so.*' -exec dirname {} + | sort -u | paste -sd: -)
for program in $missing; do
    binary=$tools/usr/bin/$program
    if ldd "$binary" 2>/dev/null | grep -q 'not found'; then
        mv "$binary" "$binary.bin"
        cat >"$binary" <<WRAPPER
#!/bin/sh
LD_LIBRARY_PATH=$libraries exec "$binary.bin" "\$@"
WRAPPER
        chmod 755 "$binary"
    fi
    echo "fetched $program"
done
