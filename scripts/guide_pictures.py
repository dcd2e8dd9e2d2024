#!/usr/bin/env python
"""Takes the pictures of docs/guide.md from a register with demo data: scripts/guide_pictures.py ADDRESS PASSWORD

The pages of figures first; then, as the demo manager, it sets targets, saves a view, and brings a small ledger with the
usual troubles, writes it, and takes it back at the end. The register must be fresh: targets and the view stay, and what
was decided about that ledger is remembered, and asked once.
"""

import shutil
import sys
import tempfile
from pathlib import Path

import openpyxl
from playwright.sync_api import Page, sync_playwright

try:
    from PIL import Image  # no requirement of ours: with it the pictures become a third as large
except ImportError:
    Image = None

PICTURES = Path(__file__).resolve().parent.parent / "docs" / "pictures"
SIZE = {"width": 1280, "height": 800}
COLOURS = 256
# Pages of figures as the demo ledgers leave them: the picture's name, the address, what is scrolled to.
PAGES = [
    ("home", "/", ""),
    ("list", "/projects/?year=2020&cluster=equipment&min_capital=10", ""),
    ("statistics", "/reports/statistics/", ""),
    ("monthly", "/reports/monthly/parks/", ""),
    ("changes", "/reports/changes/?from=2020-06-30&to=2020-12-31", ""),
    ("arrivals", "/arrivals/?year=2020&months=2020", ""),
    ("capital", "/projects/JJ2020-076/", ".step-chart"),
    ("mine", "/mine/", ""),
]
TARGETS = {
    "district.projects.": "180",
    "district.agreed.": "1000",
    "district.arrived.": "300",
    "park.agreed.shuangfu": "320",
    "park.agreed.degan": "260",
    "park.agreed.luohuang": "240",
    "park.agreed.baisha": "90",
    "park.agreed.comprehensive-bonded-zone": "60",
}
VIEWS = {
    "双福未开工": "year=2020&park=shuangfu&f=started_on:empty",
    "10亿以上": "year=2020&min_capital=10&columns=name,park,agreed_capital,arrival_rate&sort=-agreed_capital",
}
ROWS = [
    ["2021年签约项目台账"],
    ["序号", "项目名称", "投资方", "落户园区", "协议投资额", "签约时间", "责任单位"],
    [1, "津沙食品智能工厂", "重庆津沙食品有限公司", "双福新区", 6.2, "2021-03-05", "区商务委"],
    [2, "渝锋汽车零部件生产基地", "渝锋汽车零部件股份有限公司", "德感", "3-5亿", "2021-04-12", "区经济信息委"],
    [3, "珞璜冷链物流园", "渝冷物流有限公司", "珞璜", 2.8, "2021-02-30", "区商务委"],
    [4, "绿色包装材料项目", "津彩包装有限公司", "白沙", 1.6, "2021年5月", "区招商投资局"],
    [None, "合计", None, None, 14.6, None, None],
]


def main() -> int:
    address, password = sys.argv[1].rstrip("/"), sys.argv[2]
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        ledger = _ledger(Path(folder) / "2021年签约项目台账.xlsx")
        chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(locale="zh-CN", viewport=SIZE)
        page.goto(f"{address}/accounts/login/")
        page.fill("[name=username]", "manager")
        page.fill("[name=password]", password)
        page.click("button[type=submit]")
        for name, url, shown in PAGES:
            _open(page, f"{address}{url}", shown)
            _take(page, name)
        _take_targets(page, address)
        _take_views(page, address)
        _take_import(page, address, ledger)
        browser.close()
    return 0


def _ledger(path: Path) -> Path:
    book = openpyxl.Workbook()
    for row in ROWS:
        book.active.append(row)
    book.save(path)
    return path


def _open(page: Page, url: str, shown: str) -> None:
    answer = page.goto(url)
    if not answer or not answer.ok:
        sys.exit(f"{url} does not open.")
    if shown:
        # Below the bar at the top, with the head of its card.
        page.locator(shown).first.evaluate("one => scrollBy(0, one.closest('.card').getBoundingClientRect().top - 72)")


def _take_targets(page: Page, address: str) -> None:
    _open(page, f"{address}/reports/targets/edit/?year=2020", "")
    for name, value in TARGETS.items():
        page.fill(f"[name='t.{name}']", value)
    page.get_by_role("button", name="保存目标").click()
    page.wait_for_load_state()
    _open(page, f"{address}/reports/targets/?year=2020", "")
    _take(page, "targets")


def _take_views(page: Page, address: str) -> None:
    for name, query in VIEWS.items():
        _open(page, f"{address}/projects/views/new/?{query}", "")
        page.fill("[name=name]", name)
        page.check("[name=sharing][value=everybody]")
        page.get_by_role("button", name="保存", exact=True).click()
        page.wait_for_load_state()
    _take(page, "views")


def _take_import(page: Page, address: str, ledger: Path) -> None:
    page.goto(f"{address}/imports/")
    _take(page, "import")
    page.set_input_files("input[type=file]", ledger)
    page.wait_for_url("**/imports/*/**")
    _take(page, "columns")
    page.select_option("[name=unit-0]", "亿元")
    page.select_option("[name='word-park-双福新区']", "shuangfu")
    page.click(".import-bar button[type=submit]")
    page.wait_for_url("**/imports/*/")
    batch = page.url
    page.fill("input[name$='!E4']", "4.2")
    _take(page, "preview")
    page.click(".card-foot button[type=submit]")
    page.wait_for_load_state()
    page.click(".import-bar .btn-primary")
    page.wait_for_selector(".result-grid")
    _take(page, "written")
    page.goto(f"{batch}sheet/")
    _take(page, "sheet")
    page.goto(f"{batch}undo/")
    _take(page, "undo")
    page.click("form .btn-primary, form .btn-danger")
    page.wait_for_load_state()


def _take(page: Page, name: str) -> None:
    page.wait_for_load_state("networkidle")
    path = PICTURES / f"{name}.png"
    page.screenshot(path=path)
    if Image:
        picture = Image.open(path).convert("RGB")
        picture.quantize(COLOURS, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(path, optimize=True)


if __name__ == "__main__":
    sys.exit(main())
