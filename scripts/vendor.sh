#!/usr/bin/env bash
# Fetches the front end's third-party files anew: for maintainers only, needs npm and python3. Users never run this.
# Everything lands in static/vendor/<name>-<version>/ and static/img/icons.svg; static/vendor/MANIFEST.json lists it.
# To upgrade: change a version below, run, then change the paths in templates/base.html and read tests/test_static.py.
set -euo pipefail
cd "$(dirname "$0")/.."

TABLER=1.6.1 HTMX=2.0.11 ECHARTS=6.1.0 ICONS=3.51.0

# Our name for an icon = Tabler's file (filled/ where the shape must be told without its colour).
ICON_NAMES="dashboard=layout-dashboard list=list-details building=building map-pin=map-pin cluster=topology-star-3
plane=plane-departure import=file-import report=clipboard-data settings=settings search=search calendar=calendar
plus=plus edit=edit printer=printer download=download x=x chevron-down=chevron-down chevron-up=chevron-up
chevron-left=chevron-left chevron-right=chevron-right menu=menu-2 columns=columns-3 bookmark=bookmark user=user
users=users logout=logout alert=filled/alert-circle triangle=filled/triangle ring-check=circle-check dots=dots
warning=alert-triangle info=info-circle check=check upload=upload history=history trash=trash void=ban
restore=arrow-back-up language=language arrow-up=arrow-up arrow-down=arrow-down arrow-right=arrow-right sort=arrows-sort
filter=filter paperclip=paperclip lock=lock key=key eye=eye grip=grip-vertical table=table chart=chart-line
note=message-2 sheet=file-spreadsheet refresh=refresh star=star star-filled=filled/star"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unpack() { # unpack NAME PACKAGE VERSION
    mkdir -p "$work/$1"
    (cd "$work" && tar -xzf "$(npm pack --silent "$2@$3")" -C "$1" --strip-components=1)
}
unpack tabler @tabler/core "$TABLER"
unpack htmx htmx.org "$HTMX"
unpack echarts echarts "$ECHARTS"
unpack icons @tabler/icons "$ICONS"

rm -rf static/vendor
mkdir -p static/vendor/{tabler-"$TABLER",htmx-"$HTMX",echarts-"$ECHARTS",tabler-icons-"$ICONS"} static/img
cp "$work"/tabler/dist/css/tabler.min.css "$work"/tabler/dist/js/tabler.min.js static/vendor/tabler-"$TABLER"/
cp "$work"/htmx/dist/htmx.min.js "$work"/htmx/LICENSE static/vendor/htmx-"$HTMX"/
cp "$work"/echarts/dist/echarts.min.js "$work"/echarts/{LICENSE,NOTICE} static/vendor/echarts-"$ECHARTS"/
cp "$work"/echarts/licenses/LICENSE-d3 static/vendor/echarts-"$ECHARTS"/
cp "$work"/icons/LICENSE static/vendor/tabler-icons-"$ICONS"/
# The Tabler package has no licence file, only the notice on top of its files: its words, with that notice's holders.
sed '3c Copyright (c) 2018-2026 The Tabler Authors\nCopyright (c) 2018-2026 codecalm.net Paweł Kuna' \
    "$work"/icons/LICENSE > static/vendor/tabler-"$TABLER"/LICENSE
# collectstatic with hashed names stops at a source map that is not there.
find static/vendor -name '*.css' -o -name '*.js' | xargs sed -i -E 's@(/\*|//)# sourceMappingURL=[^ *]*( ?\*/)?@@g'

ICON_NAMES="$ICON_NAMES" VERSIONS="$TABLER $HTMX $ECHARTS $ICONS" python3 - "$work/icons/icons" <<'PY'
import hashlib, json, os, pathlib, re, sys

source, symbols = pathlib.Path(sys.argv[1]), []
for pair in os.environ["ICON_NAMES"].split():
    name, file = pair.split("=")
    filled = file.startswith("filled/")
    svg = (source / f"{file if filled else 'outline/' + file}.svg").read_text()
    paths = [p for p in re.findall(r"<path[^>]*/>", svg) if 'd="M0 0h24v24H0z"' not in p]
    paint = 'fill="currentColor" stroke="none"' if filled else (
        'fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round"')
    symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24" {paint}>{"".join(paths)}</symbol>')
sprite = pathlib.Path("static/img/icons.svg")
sprite.write_text('<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n")

tabler, htmx, echarts, icons = os.environ["VERSIONS"].split()
packages = {"tabler": ("@tabler/core", tabler, "MIT"), "htmx": ("htmx.org", htmx, "0BSD"),
            "echarts": ("echarts", echarts, "Apache-2.0"), "tabler-icons": ("@tabler/icons", icons, "MIT")}
files = [(f, *packages[f.parent.name.rpartition("-")[0]]) for f in sorted(pathlib.Path("static/vendor").glob("*/*"))]
files.append((sprite, *packages["tabler-icons"]))
manifest = [{"file": f.relative_to("static").as_posix(), "package": package, "version": version, "licence": licence,
             "sha256": hashlib.sha256(f.read_bytes()).hexdigest()} for f, package, version, licence in files]
pathlib.Path("static/vendor/MANIFEST.json").write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n")
PY
