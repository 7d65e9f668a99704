"""The kinds of notifications, as the settings show them."""

from mpmanager_ui.viewmodels.notification_kinds import NotificationKind, explanation, settings_key, title


def test_every_kind_has_words_and_a_key_of_its_own():
    for words in (title, explanation, settings_key):
        assert len({words(kind) for kind in NotificationKind}) == len(NotificationKind)


def test_the_switch_of_a_kind_is_kept_under_its_name():
    assert settings_key(NotificationKind.BACKUP) == "notifications/backup"
