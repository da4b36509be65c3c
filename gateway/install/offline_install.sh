#!/bin/sh
# Installs the gateway from this folder, without internet:  ./install.sh [FOLDER]   (else /opt/bestelsync)
# PYTHON=/path/to/python chooses another Python. Running it again upgrades what is in FOLDER.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
to=${1:-/opt/bestelsync}
python=${PYTHON:-python3}

fail() {
    echo "$1" >&2
    exit 1
}

found=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])') || fail "There is no $python here."
[ "$found" = "@PYTHON@" ] || fail "This bundle is for Python @PYTHON@ and $python is $found: make a bundle with Python $found."
[ "$(uname -m)" = "@MACHINE@" ] || fail "This bundle is for @MACHINE@ and this machine is $(uname -m)."
(cd "$here" && sha256sum --check --quiet SHA256SUMS) || fail "The bundle is damaged: copy it again."

# Not every Python comes with pip, so the bundle brings its own.
"$python" -m venv --without-pip "$to"
pip=$(echo "$here"/pip/pip-*.whl)
"$to/bin/python" "$pip/pip" --isolated install --quiet --no-index --no-deps --upgrade "$here"/wheels/*.whl
"$to/bin/gateway" version
echo "Installed in $to. Next: $to/bin/gateway --config /etc/bestelsync/gateway.toml init"
