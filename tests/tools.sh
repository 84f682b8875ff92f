#!/bin/sh
# Fetches the programs that the registry tests talk to, below target/tools and without root:
# docker-registry (the real registry), skopeo, umoci, xmllint and shellcheck (second opinions), zsh and fish (which
# take our completions), curl and jq (which pipelines call), and chromium (which opens the report). Usage: tests/tools.sh
set -eu

cd "$(dirname "$0")/.."
tools=$PWD/target/tools

# A program is in the package of its name, but for xmllint.
package_of() {
    case $1 in
    xmllint) echo libxml2-utils ;;
    *) echo "$1" ;;
    esac
}

wanted=
names=
fetch=no
for program in docker-registry skopeo umoci xmllint chromium shellcheck zsh fish curl jq; do
    command -v "$program" >/dev/null && continue
    wanted="$wanted $program"
    names="$names $(package_of "$program")"
    [ -x "$tools/usr/bin/$program" ] || fetch=yes
done
[ "$fetch" = yes ] || exit 0

if ! command -v apt-get >/dev/null || ! command -v dpkg-deb >/dev/null; then
    echo "no apt-get here: the tests that need$wanted will be skipped"
    [ "${CI:-}" != true ] || exit 1
    exit 0
fi

# What is fetched becomes visible in one step, so that an interrupted run is not taken for a finished one.
part=$PWD/target/tools.part
rm -rf "$part"
mkdir -p "$part/deb"

# Fresh lists of our own where the system has none: its folders need root.
set -- -o Debug::NoLocking=1 -o APT::Sandbox::User=
for package in $names; do
    if ! apt-cache show "$package" >/dev/null 2>&1; then
        mkdir -p "$part/apt/lists/partial" "$part/apt/archives/partial"
        set -- "$@" -o Dir::State="$part/apt" -o Dir::State::status=/var/lib/dpkg/status -o Dir::Cache="$part/apt"
        apt-get -qq "$@" update
        break
    fi
done

# Not every system has every package: one that is missing takes no other along.
known=
for package in $names; do
    if apt-cache "$@" show "$package" >/dev/null 2>&1; then
        known="$known $package"
    else
        echo "no package $package here: the tests that need it will be skipped"
    fi
done

# A simulated installation names exactly the packages that this system lacks.
# shellcheck disable=SC2086 # two words are two packages
packages=$(apt-get "$@" --simulate --no-install-recommends install $known | awk '$1 == "Inst" { print $2 }')
# shellcheck disable=SC2086
(cd "$part/deb" && apt-get -qq "$@" download $packages)
for package in "$part"/deb/*.deb; do
    dpkg-deb -x "$package" "$part"
done
rm -rf "$part/deb" "$part/apt"
# Some packages still say `bin`, which is `usr/bin` on every system.
[ ! -d "$part/bin" ] || mv "$part"/bin/* "$part/usr/bin/"

# A program whose libraries came along finds them through a wrapper.
libraries=$(cd "$part" && find . -name 'lib*.so*' -exec dirname {} + | sort -u | sed "s|^\.|$tools|" | paste -sd: -)
for program in $wanted; do
    binary=$part/usr/bin/$program
    if ldd "$binary" 2>/dev/null | grep -q 'not found'; then
        mv "$binary" "$binary.bin"
        cat >"$binary" <<WRAPPER
#!/bin/sh
LD_LIBRARY_PATH=$libraries exec "$tools/usr/bin/$program.bin" "\$@"
WRAPPER
        chmod 755 "$binary"
    fi
done

# Chromium is a script that wants a whole system around it: its own binary will do, with fonts that are surely there.
if [ -x "$part/usr/lib/chromium/chromium" ]; then
    cat >"$part/fonts.conf" <<FONTS
<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>$tools/usr/share/fonts</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir>$tools/fonts.cache</cachedir>
  <include ignore_missing="yes">/etc/fonts/conf.d</include>
  <match><edit name="family" mode="append_last"><string>DejaVu Sans</string></edit></match>
</fontconfig>
FONTS
    cat >"$part/usr/bin/chromium" <<WRAPPER
#!/bin/sh
export LD_LIBRARY_PATH=$libraries FONTCONFIG_FILE=$tools/fonts.conf
exec "$tools/usr/lib/chromium/chromium" "\$@"
WRAPPER
    chmod 755 "$part/usr/bin/chromium"
fi
rm -rf "$tools"
mv "$part" "$tools"
echo "fetched$wanted"
