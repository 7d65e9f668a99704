"""The colours of paths over restarts of the window."""

from PySide6.QtCore import QSettings

from mpmanager_ui.sign_memory import SignMemory


def test_what_one_window_remembers_the_next_one_knows(tmp_path):
    def memory():
        return SignMemory(QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat))

    first = memory()
    first["wlan1"] = "wifi/crossed"
    first["eth0"] = "ethernet/falling"
    del first["eth0"]
    first._settings.sync()
    assert dict(memory()) == {"wlan1": "wifi/crossed"}
    assert len(memory()) == 1
    assert memory().get("eth0") is None
