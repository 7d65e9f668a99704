"""Explanations that were closed."""

from PySide6.QtCore import QSettings

from mpmanager_ui.hint_memory import HintMemory


def test_what_was_closed_stays_so_over_restarts(tmp_path):
    def settings():
        return QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)

    memory = HintMemory(settings())
    assert not memory.is_closed("one")
    memory.close("one")
    del memory
    assert [HintMemory(settings()).is_closed(name) for name in ("one", "another")] == [True, False]
