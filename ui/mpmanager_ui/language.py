"""The language of the window: the user's, or one that was chosen; takes effect when the window starts."""

import logging
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

from mpmanager_ui.viewmodels.translation import CONTEXT, speak

logger = logging.getLogger(__name__)

AUTOMATIC = ""
ENGLISH = "en"
_DIRECTORY = Path(__file__).parent / "translations"


def available() -> list[str]:
    """The codes of the languages that the window speaks."""
    return [ENGLISH, *sorted(each.stem.removeprefix("mpmanager_") for each in _DIRECTORY.glob("*.qm"))]


def choose(application: QCoreApplication, language: str = AUTOMATIC) -> str:
    """Have the window speak a language, by its code; automatic: that of the user's session. Returns which it is.

    Without a translation it speaks English.
    """
    locale = QLocale(language) if language else QLocale.system()
    code = language or QLocale.languageToCode(locale.language())
    translator = QTranslator(application)
    if code == ENGLISH or not translator.load(f"mpmanager_{code}", str(_DIRECTORY)):
        if code != ENGLISH:
            logger.info("no translation for %s: English", code)
        speak(None)
        return ENGLISH
    QLocale.setDefault(locale)
    application.installTranslator(translator)
    of_qt = QTranslator(application)
    if of_qt.load(locale, "qtbase", "_", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
        application.installTranslator(of_qt)
    speak(lambda text: QCoreApplication.translate(CONTEXT, text))
    return code
