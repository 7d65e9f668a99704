r"""What the paths of cgroups say, as systems of today write them."""

import pytest

from mpmanager.core.unit_names import PlaceKind, place_of, unescaped

USER = "/user.slice/user-1000.slice/user@1000.service"
APPS = f"{USER}/app.slice"
UUID = "6f9619ff-8b86-d011-b42d-00c04fc964ff"
LONG = "0123456789ab" + "c" * 52

DESKTOP = [
    # GNOME
    ("app-gnome-org.mozilla.firefox-1234.scope", "org.mozilla.firefox"),
    ("app-gnome-firefox\\x2desr-1234.scope", "firefox-esr"),
    ("app-gnome-code-98765.scope", "code"),
    ("app-gnome-firefox_firefox-4321.scope", "firefox_firefox"),
    ("app-glib-org.gnome.Maps-77.scope", "org.gnome.Maps"),
    # Plasma
    ("app-org.kde.konversation-0f6f7a5c3b1d4e0e8d7c.scope", "org.kde.konversation"),
    ("app-org.kde.kate@7a0c7dc1f6e84b5a9f0a1b2c3d4e5f60.service", "org.kde.kate"),
    ("app-firefox@1f2e3d4c.service", "firefox"),
    ("app-org.telegram.desktop@0a1b.service", "org.telegram.desktop"),
    # others
    ("app-Hyprland-firefox-abcdef12.scope", "firefox"),
    ("app-niri-org.gnome.Nautilus-3010.scope", "org.gnome.Nautilus"),
    ("app-steam-app1091500-5555.scope", "app1091500"),
    ("app-xfce4-thunderbird.desktop-12.scope", "thunderbird"),
    ("app-org.example.Plain.service", "org.example.Plain"),
    ("app-gnome-caf\\xc3\\xa9-1.scope", "café"),
]


@pytest.mark.parametrize(("unit", "app_id"), DESKTOP)
def test_what_a_desktop_starts_is_called_as_its_entry(unit, app_id):
    place = place_of(f"{APPS}/{unit}")
    assert (place.kind, place.app_ids[0], place.unit) == (PlaceKind.DESKTOP, app_id, unit)


@pytest.mark.parametrize(
    ("unit", "app_ids"),
    [
        ("app-gnome-visual-studio-code-12.scope", ("visual-studio-code", "gnome-visual-studio-code")),
        ("app-firefox-esr-99.scope", ("esr", "firefox-esr")),
        ("app-org.gnome.Foo-bar-99.scope", ("org.gnome.Foo-bar", "bar")),
    ],
)
def test_of_names_with_bare_hyphens_all_readings_are_told(unit, app_ids):
    assert place_of(f"{APPS}/{unit}").app_ids == app_ids


@pytest.mark.parametrize(
    ("unit", "app_id"),
    [
        ("app-org.kde.kdeconnect.daemon@autostart.service", "org.kde.kdeconnect.daemon"),
        ("app-nm\\x2dapplet@autostart.service", "nm-applet"),
        ("app-gnome-org.gnome.Evolution\\x2dalarm@autostart.service", "org.gnome.Evolution-alarm"),
    ],
)
def test_what_starts_with_the_session_is_told_so(unit, app_id):
    place = place_of(f"{APPS}/{unit}")
    assert (place.kind, place.app_ids[0]) == (PlaceKind.AUTOSTART, app_id)


@pytest.mark.parametrize(
    "path",
    [
        "app-dbus\\x2d:1.2\\x2dorg.gnome.Calendar.slice/dbus-:1.2-org.gnome.Calendar@0.service",
        "dbus-:1.2-org.gnome.Calendar@0.service",
        "dbus-:1.15-org.gnome.Calendar@12.service",
        "app-dbus\\x2d:1.2\\x2dorg.gnome.Calendar.slice/any.scope",
    ],
)
def test_what_the_bus_has_activated_has_the_name_on_the_bus(path):
    place = place_of(f"{APPS}/{path}")
    assert (place.kind, place.app_ids) == (PlaceKind.BUS, ("org.gnome.Calendar",))


@pytest.mark.parametrize(
    ("unit", "app_id"),
    [
        ("app-flatpak-org.signal.Signal-123.scope", "org.signal.Signal"),
        ("app-flatpak-com.visualstudio.code\\x2doss-123.scope", "com.visualstudio.code-oss"),
    ],
)
def test_a_flatpak_has_its_id(unit, app_id):
    place = place_of(f"{APPS}/{unit}")
    assert (place.kind, place.app_ids, place.unit) == (PlaceKind.FLATPAK, (app_id,), unit)


@pytest.mark.parametrize(
    ("path", "app_id"),
    [
        (f"{APPS}/snap.firefox.firefox-{UUID}.scope", "firefox_firefox"),
        (f"{APPS}/snap.firefox.firefox.{UUID}.scope", "firefox_firefox"),
        (f"{APPS}/snap.hello-world.env-{UUID}.scope", "hello-world_env"),
        (f"{APPS}/snap.chromium_second.chromium-{UUID}.scope", "chromium_second_chromium"),
        ("/system.slice/snap.lxd.daemon.service", "lxd_daemon"),
        (f"{USER}/snap.x.hook.configure-{UUID}.scope", "x_hook.configure"),
    ],
)
def test_a_snap_has_the_id_of_its_entry(path, app_id):
    place = place_of(path)
    assert (place.kind, place.app_ids) == (PlaceKind.SNAP, (app_id,))


@pytest.mark.parametrize(
    ("path", "terminals"),
    [
        (f"app-org.gnome.Terminal.slice/vte-spawn-{UUID}.scope", ("org.gnome.Terminal",)),
        (f"vte-spawn-{UUID}.scope", ()),
        (f"app-gnome-xfce4\\x2dterminal-12.scope/vte-spawn-{UUID}.scope", ("xfce4-terminal", "gnome-xfce4-terminal")),
        (f"ptyxis-spawn-{UUID}.scope", ("org.gnome.Ptyxis",)),
        (f"app-gnome-org.gnome.Terminal-1.scope/tmux-spawn-{UUID}.scope", ("tmux",)),
        ("app-org.kde.konsole-123.scope/tab(4711).scope", ("org.kde.konsole",)),
        ("app-org.kde.yakuake-123.scope/tab(4711).scope", ("org.kde.yakuake",)),
        ("kitty-1234-0.scope", ("kitty",)),
        ("app-ghostty-surface-transient-4711.scope", ("com.mitchellh.ghostty",)),
    ],
)
def test_a_terminals_child_is_told_with_its_terminal(path, terminals):
    place = place_of(f"{APPS}/{path}")
    assert place.kind is PlaceKind.TERMINAL
    assert place.app_ids[:1] == terminals[:1]
    assert place.unit == path.rpartition("/")[2]


def test_the_server_of_a_terminal_is_the_terminal():
    for path in ("app-org.gnome.Terminal.slice/gnome-terminal-server.service", "gnome-terminal-server.service"):
        place = place_of(f"{APPS}/{path}")
        assert (place.kind, place.app_ids) == (PlaceKind.DESKTOP, ("org.gnome.Terminal",))


@pytest.mark.parametrize(
    ("path", "kind", "unit"),
    [
        ("/system.slice/nginx.service", PlaceKind.SERVICE, "nginx.service"),
        ("/system.slice/system-openvpn.slice/openvpn@work.service", PlaceKind.SERVICE, "openvpn@work.service"),
        ("/system.slice/systemd-timesyncd.service", PlaceKind.SERVICE, "systemd-timesyncd.service"),
        ("/system.slice/docker.service", PlaceKind.SERVICE, "docker.service"),
        ("/system.slice/nginx.service/workers", PlaceKind.SERVICE, "nginx.service"),
        (f"{APPS}/syncthing.service", PlaceKind.USER_SERVICE, "syncthing.service"),
        (
            f"{USER}/session.slice/org.gnome.Shell@wayland.service",
            PlaceKind.USER_SERVICE,
            "org.gnome.Shell@wayland.service",
        ),
        (f"{USER}/background.slice/tracker-miner-fs-3.service", PlaceKind.USER_SERVICE, "tracker-miner-fs-3.service"),
    ],
)
def test_services_are_units(path, kind, unit):
    place = place_of(path)
    assert (place.kind, place.unit) == (kind, unit)


def test_of_a_users_service_the_name_that_an_entry_may_have_is_told():
    assert place_of(f"{APPS}/org.gnome.Shell@wayland.service").app_ids == ("org.gnome.Shell",)
    assert place_of(f"{APPS}/org.gnome.Maps\\x2dtest.service").app_ids == ("org.gnome.Maps-test",)
    assert place_of("/system.slice/org.cups.cupsd.service").app_ids == ()


@pytest.mark.parametrize(
    ("path", "container"),
    [
        (f"/machine.slice/libpod-{LONG}.scope/container", "podman:0123456789ab"),
        (f"{USER}/user.slice/libpod-{LONG}.scope", "podman:0123456789ab"),
        (f"/libpod_parent/libpod-{LONG}", "podman:0123456789ab"),
        (f"/system.slice/docker-{LONG}.scope", "docker:0123456789ab"),
        (f"/system.slice/docker-{LONG}.scope/system.slice/nginx.service", "docker:0123456789ab"),
        (f"/docker/{LONG}", "docker:0123456789ab"),
        (f"/default/{LONG}", "containerd:0123456789ab"),
        (f"/system.slice/nerdctl-{LONG}.scope", "nerdctl:0123456789ab"),
        (f"/system.slice/containerd-{LONG}.scope", "containerd:0123456789ab"),
        (f"/kubepods/burstable/pod{UUID}/{LONG}", "kubernetes:0123456789ab"),
        (
            f"/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod1.slice/cri-containerd-{LONG}.scope",
            "containerd:0123456789ab",
        ),
        (f"/kubepods.slice/kubepods-pod1.slice/crio-{LONG}.scope", "cri-o:0123456789ab"),
        ("/lxc.payload.web", "lxc:web"),
        ("/lxc.payload.web/system.slice/nginx.service", "lxc:web"),
        ("/lxc.payload/web/init.scope", "lxc:web"),
        ("/lxc/web", "lxc:web"),
        ("/machine.slice/machine-debian\\x2d12.scope/payload/init.scope", "machine:debian-12"),
        ("/machine.slice/systemd-nspawn@build.service/payload/system.slice/ssh.service", "machine:build"),
        ("/machine.slice/machine-qemu\\x2d1\\x2dguest.scope/libvirt/emulator", "machine:qemu-1-guest"),
    ],
)
def test_a_container_is_told_whatever_runs_in_it(path, container):
    place = place_of(path)
    assert (place.kind, place.app_ids) == (PlaceKind.CONTAINER, (container,))


@pytest.mark.parametrize(
    ("path", "unit"),
    [
        (None, None),
        ("/", None),
        ("/init.scope", "init.scope"),
        ("/user.slice/user-1000.slice/session-2.scope", "session-2.scope"),
        ("/user.slice/user-1000.slice/session-c1.scope", "session-c1.scope"),
        (f"{USER}/init.scope", "init.scope"),
        (f"{APPS}/dbus.service", "dbus.service"),
        (f"{APPS}/dbus-broker.service", "dbus-broker.service"),
        (f"{APPS}/flatpak-session-helper.service", "flatpak-session-helper.service"),
        ("/system.slice/cron.service", "cron.service"),
        (f"{APPS}/run-r0123456789abcdef.scope", "run-r0123456789abcdef.scope"),
        (f"{APPS}/run-u17.service", "run-u17.service"),
        (f"{APPS}/run-p4711-i12.service", "run-p4711-i12.service"),
        (f"/machine.slice/libpod-conmon-{LONG}.scope", f"libpod-conmon-{LONG}.scope"),
        (f"{APPS}/podman-4711.scope", "podman-4711.scope"),
        (f"{APPS}/app-\\x2fusr\\x2fbin\\x2fkorgac-12ab.scope", "app-\\x2fusr\\x2fbin\\x2fkorgac-12ab.scope"),
        ("/lxc.monitor.web", None),
        (f"/somewhere/{LONG}", None),
        ("/application.scope", "application.scope"),
        ("/app-.scope", "app-.scope"),
    ],
)
def test_where_nobody_says_what_runs_there_the_unit_is_all(path, unit):
    place = place_of(path)
    assert (place.kind, place.app_ids, place.unit) == (PlaceKind.UNTOLD, (), unit)


@pytest.mark.parametrize(
    ("path", "unit"),
    [
        ("/mpm-run-1", None),
        (f"{APPS}/app-org.gnome.Terminal.slice/vte-spawn-{UUID}.scope/mpm-run-12", f"vte-spawn-{UUID}.scope"),
        ("/user.slice/user-1000.slice/session-2.scope/mpm-run-3/inner", "session-2.scope"),
    ],
)
def test_what_mpm_run_has_started_is_told_so_wherever_it_was_started_from(path, unit):
    place = place_of(path)
    assert (place.kind, place.app_ids, place.unit) == (PlaceKind.RUN, (), unit)


def test_what_runs_within_an_application_belongs_to_it():
    assert place_of(f"{APPS}/app-gnome-code-1.scope/inner/most").app_ids[0] == "code"
    assert place_of(f"{APPS}/app-gnome-code-1.scope/run-r01.scope").app_ids[0] == "code"


@pytest.mark.parametrize(
    ("name", "plain"),
    [("a\\x2db", "a-b"), ("\\xc3\\xa9", "é"), ("\\xff", "\N{REPLACEMENT CHARACTER}"), ("a\\x2", "a\\x2"), ("", "")],
)
def test_escapes_of_systemd_are_undone(name, plain):
    assert unescaped(name) == plain
