"""Says whose work is in a package, and under which licences."""

import textwrap
from collections.abc import Iterable

from wheels import Bundled

_OWN = "Apache-2.0"

_HEAD = """\
Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: mpmanager
Comment:
 Python packages of others are part of this one, as Debian lacks them or has
 older versions. They are as their authors publish them, without what is not
 used here. Their own licence texts are below /usr/lib/mpmanager, where the
 paragraphs below say.

Files: *
Copyright: the mpmanager maintainers
License: Apache-2.0
"""

_QT = """\
Comment:
 Qt and its bindings are used under the LGPL, version 3. They are libraries of
 their own in /usr/lib/mpmanager/common/PySide6 and can be replaced there by
 others with the same interface. Sources: https://download.qt.io/. Qt contains
 work of others under licences that are compatible with that, such as ICU
 (Unicode-3.0): see https://doc.qt.io/qt-6/licenses-used-in-qt.html.
"""

_CRYPTOGRAPHY = """\
Comment:
 Linked with OpenSSL (Apache-2.0), and with packages of Rust under Apache-2.0,
 MIT and BSD-3-Clause.
"""

_REMARKS = {
    "PySide6_Essentials": _QT,
    "shiboken6": _QT,
    "cryptography": _CRYPTOGRAPHY,
}

_TEXTS = {
    "Apache-2.0": "On Debian systems the text is in /usr/share/common-licenses/Apache-2.0.",
    "LGPL-3.0-only OR GPL-2.0-only OR GPL-3.0-only": "On Debian systems the texts are in "
    "/usr/share/common-licenses/LGPL-3, /usr/share/common-licenses/GPL-2 and /usr/share/common-licenses/GPL-3.",
}


def text(others: Iterable[Bundled]) -> str:
    """The file debian/copyright of a package that contains work of others."""
    found = sorted((each for each in others if each.name != "mpmanager"), key=lambda each: each.name.lower())
    licences = sorted({_OWN, *(each.licence for each in found)})
    return "\n".join([_HEAD, *map(_paragraph, found), *map(_licence, licences)])


def _paragraph(other: Bundled) -> str:
    stem = other.name.lower().replace("-", "_").replace("_essentials", "")
    lines = [f"Files: usr/lib/mpmanager/*/{stem}*", f"Copyright: {other.authors}", f"License: {other.licence}"]
    if not other.name.startswith(("PySide6", "shiboken6")):
        lines += ["Comment:", *(f" The text is in /{each}." for each in other.texts)]
    return "\n".join(lines) + "\n" + _REMARKS.get(other.name, "")


def _licence(name: str) -> str:
    told = _TEXTS.get(name, "The text is where the paragraphs above say.")
    return f"License: {name}\n{textwrap.indent(textwrap.fill(told, 78), ' ')}\n"
