#!/bin/sh
# Make this machine ready: system packages, .venv, fonts for printing. Does nothing twice.
#
#   .ci/setup.sh run    what the registry needs
#   .ci/setup.sh test   and what its tests need on top
#
# Packages are installed by apt where that needs no password; otherwise the one line to type is printed.
set -eu
cd "$(dirname "$0")/.."
purpose=${1:-run}

say() { printf '%s\n' "$*" >&2; }

has_library() { { ldconfig -p 2>/dev/null || /sbin/ldconfig -p; } | grep -q "$1"; }
has_command() { command -v "$1" >/dev/null 2>&1; }
has_font() { find /usr/share/fonts /usr/local/share/fonts -name "$1" 2>/dev/null | grep -q .; }

find_python() {
    if .venv/bin/python -c 'import sys, pip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        printf .venv/bin/python
        return
    fi
    for candidate in python3.14 python3.13 python3.12 python3.11 python3; do
        if "$candidate" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            printf '%s' "$candidate"
            return
        fi
    done
}

# Ubuntu 22.04 has Python 3.10 as python3 and 3.11 beside it.
python_packages() {
    if grep -qs '^VERSION_ID="22.04"' /etc/os-release; then
        printf 'python3.11 python3.11-venv'
    else
        printf 'python3 python3-venv'
    fi
}

missing_packages() {
    [ -n "$(find_python)" ] || python_packages
    has_library libpango-1.0.so.0 || printf ' libpango-1.0-0'
    has_library libpangoft2-1.0.so.0 || printf ' libpangoft2-1.0-0'
    has_library libharfbuzz-subset.so.0 || printf ' libharfbuzz-subset0'
    has_command fc-match || printf ' fontconfig'
    has_font 'NotoSerifCJK-Regular.ttc' || printf ' fonts-noto-cjk'
    [ "$purpose" = test ] || return 0
    has_command chromium || has_command chromium-browser || printf ' chromium'
    has_command pdftotext || printf ' poppler-utils'
    has_command java || printf ' default-jre-headless'
    [ -e /usr/share/java/jaxb-api.jar ] || printf ' libjaxb-java'
}

install_packages() {
    install="apt-get install -y --no-install-recommends $*"
    if ! has_command apt-get; then
        say "缺少系统软件（Debian 软件包名）：$*"
        say "本机没有 apt，请用系统自带的方式安装后再试。"
        exit 1
    fi
    if [ "$(id -u)" = 0 ]; then
        as_root=""
    elif has_command sudo && sudo -n true 2>/dev/null; then
        as_root="sudo -n"
    else
        say "缺少系统软件，请以管理员身份运行下面这一行，然后再试："
        say "    sudo sh -c 'apt-get update && $install'"
        exit 1
    fi
    say "安装系统软件：$*"
    export DEBIAN_FRONTEND=noninteractive
    if ! ls /var/lib/apt/lists/*_Packages* >/dev/null 2>&1 || ! $as_root $install >/dev/null 2>&1; then
        $as_root apt-get update >/dev/null
        $as_root $install >/dev/null
    fi
}

make_venv() {
    if [ "$(find_python)" != .venv/bin/python ]; then
        python=$(find_python)
        rm -rf .venv
        "$python" -m venv .venv
    fi
}

# The stamp holds the hash of what was installed, and of what it was installed for.
install_requirements() {
    files="requirements.txt"
    [ "$purpose" != test ] || files="requirements.txt tests/requirements.txt"
    for file in $files; do
        stamp=.venv/.installed-$(printf '%s' "$file" | tr / -)
        wanted=$(cat requirements.txt "$file" | sha256sum)
        if [ "$(cat "$stamp" 2>/dev/null)" != "$wanted" ]; then
            say "安装 $file ……"
            .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt -r "$file"
            printf '%s' "$wanted" >"$stamp"
        fi
    done
    .venv/bin/python -m compileall -q registry migrations wsgi.py
}

# The trimmed faces that official forms are printed with; made once, in some seconds.
make_fonts() {
    fonts=${VAR:-var}/fonts
    [ -d "$fonts" ] || say "准备打印字体……"
    .venv/bin/python -m registry.adapters.fonts "$fonts" >/dev/null
}

missing=$(missing_packages)
[ -z "$missing" ] || install_packages $missing
make_venv
install_requirements
make_fonts
