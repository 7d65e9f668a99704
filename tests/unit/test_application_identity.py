"""Which application a process belongs to, and what is said of how that was found."""

import pytest

from mpmanager.core.application_identity import application_of
from mpmanager.core.desktop_catalogue import DesktopCatalogue
from mpmanager.core.programs import AppImage, Process
from mpmanager.model.connection import UNKNOWN_APPLICATION, Application
from mpmanager.model.desktop import DesktopEntry

USER = "/user.slice/user-1000.slice/user@1000.service"
APPS = f"{USER}/app.slice"
SESSION = "/user.slice/user-1000.slice/session-2.scope"
UUID = "6f9619ff-8b86-d011-b42d-00c04fc964ff"
LONG = "0123456789ab" + "c" * 52
FIREFOX_EXE = "/usr/lib/firefox/firefox"
TAB = f"{APPS}/app-org.gnome.Terminal.slice/vte-spawn-{UUID}.scope"

ENTRIES = DesktopCatalogue(
    [
        DesktopEntry(
            id="org.mozilla.firefox",
            name="Firefox",
            icon="firefox",
            programs=("/usr/bin/firefox", FIREFOX_EXE),
            window_class="Navigator",
        ),
        DesktopEntry(id="org.gnome.meld", name="Meld", icon="meld", programs=("/usr/bin/meld",)),
        DesktopEntry(id="org.gnome.Calendar", name="Calendar", icon="calendar"),
        DesktopEntry(id="firefox_firefox", name="Firefox Web Browser", icon="/snap/firefox.png"),
        DesktopEntry(id="org.gnome.Terminal", name="Terminal", is_terminal=True, programs=("/usr/bin/gnome-terminal",)),
        DesktopEntry(id="rare-term", name="Rare Terminal", is_terminal=True, programs=("/usr/bin/rare",)),
        DesktopEntry(id="visual-studio-code", name="Code", icon="code", programs=("/usr/share/code/code",)),
        DesktopEntry(id="slack", name="Slack", window_class="Slack-Window", programs=("/usr/lib/slack/slack",)),
        DesktopEntry(id="obsidian", name="Obsidian", programs=("/usr/lib/obsidian/app.asar",)),
        DesktopEntry(id="tool-image", name="Tool", programs=("/home/u/Apps/Tool.AppImage",)),
        DesktopEntry(id="a-first", name="A first", programs=("/usr/bin/shared",), has_arguments=True),
        DesktopEntry(id="a-second", name="A second", programs=("/usr/bin/shared",), has_arguments=True),
        DesktopEntry(id="b-main", name="B", programs=("/usr/bin/b",)),
        DesktopEntry(id="b-hidden", name="B settings", programs=("/usr/bin/b",), is_shown=False),
        DesktopEntry(id="c-main", name="C", programs=("/usr/bin/c",)),
        DesktopEntry(id="c-mail", name="C mail", programs=("/usr/bin/c",), has_arguments=True),
    ]
)


def process(exe="/usr/bin/curl", *argv, **more):
    return Process(pid=7, exe=exe, comm=more.pop("comm", exe.rpartition("/")[2][:15]), argv=argv or (exe,), **more)


CURL = process()


def identified(who, cgroup, entries=ENTRIES):
    return application_of(who, cgroup=cgroup, uid=1000, entries=entries)


def short(application):
    return application.id, application.name, application.reason


@pytest.mark.parametrize(
    ("unit", "exe", "id_", "name", "reason"),
    [
        (
            "app-gnome-org.mozilla.firefox-1.scope",
            FIREFOX_EXE,
            "org.mozilla.firefox",
            "Firefox",
            "started by the desktop as org.mozilla.firefox",
        ),
        (
            "app-gnome-org.mozilla.firefox-1.scope",
            "/usr/bin/helper",
            "org.mozilla.firefox",
            "Firefox",
            "started by the desktop as org.mozilla.firefox",
        ),
        (
            "app-Navigator@1f.service",
            FIREFOX_EXE,
            "org.mozilla.firefox",
            "Firefox",
            "started by the desktop as org.mozilla.firefox",
        ),
        ("app-gnome-visual-studio-code-1.scope", "/usr/share/code/code", "visual-studio-code", "Code", None),
        ("app-gnome-Slack-1.scope", "/usr/lib/slack/slack", "slack", "Slack", "started by the desktop as slack"),
        ("app-gnome-org.example.Unheard-1.scope", "/usr/bin/x", "org.example.Unheard", "Unheard", None),
        (
            "app-nm\\x2dapplet@autostart.service",
            "/usr/bin/nm-applet",
            "nm-applet",
            "nm-applet",
            "started with the session as nm-applet",
        ),
        (
            "dbus-:1.2-org.gnome.Calendar@0.service",
            "/usr/bin/gnome-calendar",
            "org.gnome.Calendar",
            "Calendar",
            "started by D-Bus as org.gnome.Calendar",
        ),
        (
            "app-flatpak-org.signal.Signal-1.scope",
            "/app/Signal/signal-desktop",
            "org.signal.Signal",
            "Signal",
            "Flatpak org.signal.Signal",
        ),
        (
            f"snap.firefox.firefox-{UUID}.scope",
            "/snap/firefox/1/usr/lib/firefox/firefox",
            "firefox_firefox",
            "Firefox Web Browser",
            "snap application firefox_firefox",
        ),
        (
            f"snap.hello.env-{UUID}.scope",
            "/snap/hello/1/bin/env",
            "hello_env",
            "hello.env",
            "snap application hello_env",
        ),
        (f"snap.curl.curl-{UUID}.scope", "/snap/curl/1/bin/curl", "curl_curl", "curl", "snap application curl_curl"),
        (
            f"docker-{LONG}.scope",
            "/usr/sbin/nginx",
            "docker:0123456789ab",
            "docker:0123456789ab",
            "in the container docker:0123456789ab",
        ),
        (
            "org.gnome.Calendar.service",
            "/usr/bin/x",
            "org.gnome.Calendar",
            "Calendar",
            "user service org.gnome.Calendar.service of org.gnome.Calendar",
        ),
    ],
)
def test_what_the_cgroup_says_comes_first(unit, exe, id_, name, reason):
    found = identified(process(exe), f"{APPS}/{unit}")
    assert (found.id, found.app_id, found.name, found.unit) == (f"app:{id_}", id_, name, unit)
    assert (found.exe, found.pid, found.uid, found.cgroup) == (exe, 7, 1000, f"{APPS}/{unit}")
    assert reason is None or found.reason == reason


def test_an_entry_gives_its_icon():
    assert identified(CURL, f"{APPS}/app-gnome-org.mozilla.firefox-1.scope").icon == "firefox"
    assert identified(process(FIREFOX_EXE), SESSION).icon == "firefox"
    assert identified(CURL, SESSION).icon is None


@pytest.mark.parametrize(
    ("path", "unit", "name", "reason"),
    [
        ("/system.slice/nginx.service", "nginx.service", "nginx", "system service nginx.service"),
        ("/system.slice/x.slice/vpn@work.service", "vpn@work.service", "vpn@work", "system service vpn@work.service"),
        (f"{APPS}/syncthing.service", "syncthing.service", "syncthing", "user service syncthing.service"),
    ],
)
def test_a_service_is_its_unit_whatever_it_runs(path, unit, name, reason):
    found = identified(process("/usr/bin/python3", "python3", "/usr/bin/meld"), path)
    assert (found.id, found.unit, found.app_id) == (f"unit:{unit}", unit, None)
    assert (found.name, found.reason, found.exe, found.script) == (name, reason, "/usr/bin/python3", "/usr/bin/meld")


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        (process(), ("exe:/usr/bin/curl", "curl", "program /usr/bin/curl")),
        (process("/usr/bin/curl (deleted)", comm="curl"), ("exe:/usr/bin/curl", "curl", "program /usr/bin/curl")),
        (process("", comm="kworker"), ("name:kworker", "kworker", "process kworker")),
        (
            process(FIREFOX_EXE),
            ("app:org.mozilla.firefox", "Firefox", f"program {FIREFOX_EXE}, which org.mozilla.firefox starts"),
        ),
        (process(f"{FIREFOX_EXE}-bin"), (f"exe:{FIREFOX_EXE}-bin", "firefox-bin", f"program {FIREFOX_EXE}-bin")),
        (
            process("/usr/bin/python3.11", "/usr/bin/python3", "/usr/bin/meld"),
            ("app:org.gnome.meld", "Meld", "script /usr/bin/meld run by python3, which org.gnome.meld starts"),
        ),
        (
            process("/usr/bin/python3.11", "/usr/bin/python3", "/usr/bin/speedtest"),
            ("script:/usr/bin/speedtest", "speedtest", "script /usr/bin/speedtest run by python3"),
        ),
        (
            process("/usr/bin/python3.11", "disguise", "/usr/bin/speedtest"),
            ("script:/usr/bin/speedtest", "speedtest", "script /usr/bin/speedtest run by python3.11"),
        ),
        (
            process("/usr/bin/bash", "bash", "backup.sh", cwd="/home/u"),
            ("script:/home/u/backup.sh", "backup", "script /home/u/backup.sh run by bash"),
        ),
        (
            process("/usr/bin/python3.11", "python3", "-m", "http.server"),
            ("module:http.server", "http.server", "module http.server run by python3"),
        ),
        (
            process("/usr/bin/python3.11", "python3", "-c", "1"),
            ("exe:/usr/bin/python3.11", "python3.11", "program /usr/bin/python3.11"),
        ),
        (
            process("/usr/lib/electron/electron", "electron", "/usr/lib/obsidian/app.asar"),
            ("app:obsidian", "Obsidian", "script /usr/lib/obsidian/app.asar run by electron, which obsidian starts"),
        ),
        (
            process("/usr/lib/electron/electron", "electron", "/usr/lib/notes/resources/app.asar"),
            (
                "script:/usr/lib/notes/resources/app.asar",
                "notes",
                "script /usr/lib/notes/resources/app.asar run by electron",
            ),
        ),
        (process("/usr/lib/slack/slack", "/usr/lib/slack/slack", "--type=utility"), ("app:slack", "Slack", None)),
        (process("/app/bin/x", flatpak_id="org.example.X"), ("app:org.example.X", "X", "Flatpak org.example.X")),
        (process("/snap/firefox/9/usr/firefox"), ("app:firefox_firefox", "Firefox Web Browser", "snap firefox")),
        (process("/snap/other/9/bin/x"), ("app:other", "other", "snap other")),
        (process("/usr/bin/shared"), ("exe:/usr/bin/shared", "shared", "program /usr/bin/shared")),
        (process("/usr/bin/b"), ("app:b-main", "B", None)),
        (process("/usr/bin/c"), ("app:c-main", "C", None)),
    ],
)
@pytest.mark.parametrize("cgroup", [SESSION, "/", None])
def test_where_the_cgroup_says_nothing_the_program_counts(who, expected, cgroup):
    found = identified(who, cgroup)
    assert short(found)[:2] == expected[:2]
    assert expected[2] is None or found.reason == expected[2]
    assert found.exe == (who.exe.removesuffix(" (deleted)") or None)


INSIDE = DesktopEntry(id="org.kde.krita", name="Krita", icon="krita")


@pytest.mark.parametrize(
    ("image", "id_", "name"),
    [
        (AppImage(path="/home/u/Krita-5.2.2-x86_64.AppImage", entry=INSIDE), "app:org.kde.krita", "Krita"),
        (AppImage(path="/home/u/Krita-5.2.2-x86_64.AppImage"), "exe:/home/u/Krita-5.2.2-x86_64.AppImage", "Krita"),
        (AppImage(path="/home/u/Nextcloud.AppImage"), "exe:/home/u/Nextcloud.AppImage", "Nextcloud"),
        (AppImage(path="/home/u/7zip.AppImage"), "exe:/home/u/7zip.AppImage", "7zip"),
        (AppImage(path="/home/u/1.2.3.AppImage"), "exe:/home/u/1.2.3.AppImage", "1.2.3"),
        (AppImage(path="/home/u/Apps/Tool.AppImage", entry=INSIDE), "app:tool-image", "Tool"),
    ],
)
def test_an_appimage_is_its_file_and_not_where_it_is_mounted(image, id_, name):
    found = identified(process("/tmp/.mount_KritaXyz/usr/bin/krita", appimage=image), SESSION)
    assert (found.id, found.name, found.exe, found.reason) == (id_, name, image.path, f"AppImage {image.path}")


HINT = "mpm run gives it a rule of its own"


@pytest.mark.parametrize(
    ("cgroup", "who", "app_id", "id_", "reason"),
    [
        (
            TAB,
            CURL,
            "org.gnome.Terminal",
            "exe:/usr/bin/curl",
            f"child of the terminal org.gnome.Terminal; {HINT}",
        ),
        (
            TAB,
            process(FIREFOX_EXE),
            "org.gnome.Terminal",
            f"exe:{FIREFOX_EXE}",
            f"child of the terminal org.gnome.Terminal; {HINT}",
        ),
        (TAB, process("/usr/bin/python3", "python3", "/a.py"), "org.gnome.Terminal", "script:/a.py", None),
        (f"{APPS}/vte-spawn-{UUID}.scope", CURL, None, "exe:/usr/bin/curl", f"child of a terminal; {HINT}"),
        (f"{APPS}/app-org.kde.konsole-1.scope/tab(3).scope", CURL, "org.kde.konsole", "exe:/usr/bin/curl", None),
        (f"{APPS}/app-org.kde.konsole-1.scope", CURL, "org.kde.konsole", "exe:/usr/bin/curl", None),
        (f"{APPS}/app-xterm-1.scope", CURL, "xterm", "exe:/usr/bin/curl", f"child of the terminal xterm; {HINT}"),
        (f"{APPS}/app-rare\\x2dterm-1.scope", CURL, "rare-term", "exe:/usr/bin/curl", None),
        (f"{APPS}/app-org.gnome.Terminal.slice/tmux-spawn-{UUID}.scope", CURL, "tmux", "exe:/usr/bin/curl", None),
    ],
)
def test_a_terminals_child_is_a_row_of_its_own_under_the_terminals_rules(cgroup, who, app_id, id_, reason):
    found = identified(who, cgroup)
    assert (found.app_id, found.id) == (app_id, id_)
    assert reason is None or found.reason == reason
    assert found.reason.startswith("child of ")
    assert found.reason.endswith(HINT)


@pytest.mark.parametrize(
    ("cgroup", "exe", "app_id"),
    [
        (
            f"{APPS}/app-org.gnome.Terminal.slice/gnome-terminal-server.service",
            "/usr/libexec/gnome-terminal-server",
            "org.gnome.Terminal",
        ),
        (f"{APPS}/app-org.kde.konsole-1.scope", "/usr/bin/konsole", "org.kde.konsole"),
        (f"{APPS}/app-org.gnome.Console-1.scope", "/usr/bin/kgx", "org.gnome.Console"),
        (f"{APPS}/app-rare\\x2dterm-1.scope", "/usr/bin/rare", "rare-term"),
        (f"{APPS}/app-org.wezfurlong.wezterm-1.scope", "/usr/bin/wezterm-gui", "org.wezfurlong.wezterm"),
    ],
)
def test_a_terminal_itself_is_no_child_of_one(cgroup, exe, app_id):
    found = identified(process(exe), cgroup)
    assert (found.id, found.reason) == (f"app:{app_id}", f"started by the desktop as {app_id}")


@pytest.mark.parametrize(
    ("who", "id_", "app_id", "reason"),
    [
        (CURL, "exe:/usr/bin/curl", None, "started by mpm run: program /usr/bin/curl"),
        (
            process(FIREFOX_EXE),
            "app:org.mozilla.firefox",
            "org.mozilla.firefox",
            f"started by mpm run: program {FIREFOX_EXE}, which org.mozilla.firefox starts",
        ),
    ],
)
def test_what_mpm_run_has_started_in_a_terminal_is_itself(who, id_, app_id, reason):
    found = identified(who, f"{TAB}/mpm-run-3")
    assert (found.id, found.app_id, found.reason) == (id_, app_id, reason)


def test_a_cgroup_that_says_something_does_so_without_a_process():
    assert short(identified(None, f"{APPS}/app-gnome-org.mozilla.firefox-1.scope"))[:2] == (
        "app:org.mozilla.firefox",
        "Firefox",
    )
    assert short(identified(None, "/system.slice/nginx.service"))[:2] == ("unit:nginx.service", "nginx")
    found = identified(None, TAB)
    assert (found.id, found.name, found.pid, found.exe) == ("app:org.gnome.Terminal", "Terminal", None, None)
    assert found.reason == "in the scope of the terminal org.gnome.Terminal; its process was not found"
    assert identified(None, f"{APPS}/vte-spawn-{UUID}.scope").id == f"cgroup:{APPS}/vte-spawn-{UUID}.scope"


def test_a_cgroup_that_says_nothing_is_all_there_is_without_a_process():
    assert identified(None, SESSION) == Application(
        id=f"cgroup:{SESSION}",
        name="session-2.scope",
        pid=None,
        exe=None,
        cgroup=SESSION,
        unit="session-2.scope",
        uid=1000,
        reason="its process was not found; this is its cgroup",
    )


@pytest.mark.parametrize("cgroup", [None, "/"])
def test_without_a_process_and_a_cgroup_nothing_is_known(cgroup):
    assert identified(None, cgroup) is UNKNOWN_APPLICATION


def test_every_application_says_why():
    for cgroup in (SESSION, TAB, "/", None, "/system.slice/a.service", f"{APPS}/app-x-1.scope", "/mpm-run-1"):
        assert identified(CURL, cgroup).reason


def test_of_entries_with_one_id_the_first_counts():
    entries = DesktopCatalogue([DesktopEntry(id="x", name="own"), DesktopEntry(id="x", name="all")])
    assert entries.named(("x",)).name == "own"
    assert entries.named(("X",)).name == "own"
    assert entries.named(("y", "x")).name == "own"
    assert entries.named(()) is None
