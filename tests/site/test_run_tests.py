"""The script that runs the suite: what it makes of the parts' ends."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "run_tests.py"


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    spec = importlib.util.spec_from_file_location("run_tests", SCRIPT)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "run_tests", module)  # its dataclass looks for it there
    spec.loader.exec_module(module)
    monkeypatch.setattr(module.signal, "signal", lambda number, handler: None)
    monkeypatch.setattr(module, "PYTEST", (sys.executable, "-c", "import sys; sys.exit(int(sys.argv[-1]))"))
    return module


@pytest.mark.parametrize(
    ("ends", "ended"),
    [
        ([0, 0, 0], 0),
        ([0, 5, 0], 0),  # -k left a part without a test
        ([5, 5, 5], 5),  # or all of them
        ([0, 5, 1], 1),
        ([5, 5, 2], 1),
    ],
)
def test_a_part_without_a_test_has_not_failed(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch, ends: list[int], ended: int
) -> None:
    parts = [script.Part(f"part {number}", [str(end)]) for number, end in enumerate(ends)]
    monkeypatch.setattr(script, "parts_of", lambda arguments: parts)
    assert script.main([]) == ended
