#!/usr/bin/env bash
# Writes the pinned, hashed requirement files anew. Needs uv (`pip install uv`); `scripts/lock.sh --upgrade` takes newer versions.
# uv is asked to leave the addresses of package indexes out: whoever installs uses the index of his own machine.
set -euo pipefail
cd "$(dirname "$0")/../requirements"
for name in app dev; do
    uv pip compile --quiet --generate-hashes --universal --python-version 3.11 --no-header --no-annotate \
        --no-emit-index-url --no-emit-find-links "$@" --output-file "$name.txt" "$name.in"
done
if grep -nE 'https?://|file:|index-url|find-links' app.txt dev.txt; then
    echo "An address has leaked into the lock files." >&2
    exit 1
fi
