"""NetworkManager as this host would have it, on a bus of the test's own."""

import asyncio
import shutil
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from dbus_fast import Message, MessageType, Variant
from dbus_fast.aio import MessageBus

from mpmanager.linux import networkmanager
from mpmanager.linux.identification import LinuxIdentification
from mpmanager.linux.networkmanager import NetworkManagerSource
from mpmanager.model.names import LinkName
from mpmanager.model.network import Link, LinkHint
from mpmanager.model.path import KindSource, PathKind, Security

SERVICE = "org.freedesktop.NetworkManager"
ROOT = "/org/freedesktop/NetworkManager"
_CONFIGURATION = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-BUS Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><listen>unix:path={path}</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*"/><allow own="*"/><allow eavesdrop="false"/></policy>
</busconfig>"""

Objects = dict[str, dict[str, dict[str, Variant]]]
"""Properties by object path and interface (without the service's name in front)."""
Applied = dict[str, dict[str, dict[str, Variant]]]
"""Settings in force, by the device's object path and the settings' group."""


class PrivateBus:
    """A dbus-daemon that can be stopped and started again at one address."""

    def __init__(self, directory: Path) -> None:
        self._path = directory / "bus"
        self._configuration = directory / "bus.conf"
        self._configuration.write_text(_CONFIGURATION.format(path=self._path))
        self.address = f"unix:path={self._path}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        program = shutil.which("dbus-daemon")
        assert program, "dbus-daemon is in packaging/debian-packages.txt"
        self._process = subprocess.Popen(
            [program, f"--config-file={self._configuration}", "--nofork", "--print-address=1"],
            stdout=subprocess.PIPE,
        )
        assert self._process.stdout
        self._process.stdout.readline()

    def stop(self) -> None:
        if self._process:
            self._process.terminate()
            self._process.communicate(timeout=10)
            self._process = None
            self._path.unlink(missing_ok=True)


@pytest.fixture
def private_bus(tmp_path: Path) -> Iterator[PrivateBus]:
    bus = PrivateBus(tmp_path)
    bus.start()
    yield bus
    bus.stop()


class FakeNetworkManager:
    """Owns the name and answers GetAll from a dictionary, GetAppliedConnection from another one."""

    def __init__(self, bus: MessageBus, objects: Objects, applied: Applied) -> None:
        self._bus = bus
        self.objects = objects
        self.applied = applied
        self.questions = 0

    def answer(self, message: Message) -> Message | None:
        if message.member == "GetAppliedConnection" and (message.path or "") in self.applied:
            return Message.new_method_return(message, "a{sa{sv}}t", [self.applied[message.path or ""], 1])
        if message.message_type is not MessageType.METHOD_CALL or message.member != "GetAll":
            return None
        self.questions += 1
        interface = str(message.body[0]).removeprefix(SERVICE).removeprefix(".")
        properties = self.objects.get(message.path or "", {}).get(interface)
        if properties is None:
            return Message.new_error(message, "org.freedesktop.DBus.Error.UnknownObject", "no such object")
        return Message.new_method_return(message, "a{sv}", [properties])

    def deafen(self, swallow: Callable[[Message], bool | None]) -> None:
        """Have questions swallowed, as by a service that hangs."""
        self._bus.remove_message_handler(self.answer)
        self._bus.add_message_handler(swallow)

    def hear_again(self, swallow: Callable[[Message], bool | None]) -> None:
        self._bus.remove_message_handler(swallow)
        self._bus.add_message_handler(self.answer)

    async def signal(self, path: str, interface: str, changed: dict[str, Variant]) -> None:
        message = Message(
            message_type=MessageType.SIGNAL,
            path=path,
            interface="org.freedesktop.DBus.Properties",
            member="PropertiesChanged",
            signature="sa{sv}as",
            body=[f"{SERVICE}.{interface}", changed, []],
        )
        await self._bus.send(message)


@asynccontextmanager
async def network_manager(
    private_bus: PrivateBus,
    objects: Objects,
    answer: Callable[[Message], Message | None] | None = None,
    *,
    applied: Applied | None = None,
) -> AsyncIterator[FakeNetworkManager]:
    bus = await MessageBus(bus_address=private_bus.address).connect()
    fake = FakeNetworkManager(bus, objects, applied or {})
    bus.add_message_handler(answer or fake.answer)
    await bus.request_name(SERVICE)
    try:
        yield fake
    finally:
        bus.disconnect()
        await bus.wait_for_disconnect()


def link(index: int, name: str) -> Link:
    return Link(
        index=index,
        name=LinkName(name),
        is_enabled=True,
        has_carrier=True,
        hardware_type=1,
        driver_kind=None,
        master_index=None,
    )


LINKS = [link(1, "wlan0"), link(2, "wwan0"), link(3, "eth0"), link(4, "ppp0")]


def device(name: str, kind: int, *, connection: str = "/", link_name: str = "") -> dict[str, dict[str, Variant]]:
    return {
        "Device": {
            "Interface": Variant("s", name),
            "IpInterface": Variant("s", link_name),
            "DeviceType": Variant("u", kind),
            "ActiveConnection": Variant("o", connection),
        }
    }


def connection(name: str, kind: str) -> dict[str, dict[str, Variant]]:
    return {"Connection.Active": {"Id": Variant("s", name), "Type": Variant("s", kind)}}


def access_point(ssid: bytes, *, flags: int = 1, wpa: int = 0, rsn: int = 0) -> dict[str, dict[str, Variant]]:
    properties = {"Ssid": Variant("ay", ssid), "Flags": Variant("u", flags), "WpaFlags": Variant("u", wpa)}
    return {"AccessPoint": properties | {"RsnFlags": Variant("u", rsn), "Strength": Variant("y", 60)}}


def laptop(**changes: dict[str, dict[str, Variant]]) -> Objects:
    """Wi-Fi in a WPA3 network, a modem, a cable, and DSL dialled over another card."""
    wlan = device("wlan0", 2, connection=f"{ROOT}/ActiveConnection/1", link_name="wlan0")
    wlan["Device.Wireless"] = {"ActiveAccessPoint": Variant("o", f"{ROOT}/AccessPoint/1")}
    objects: Objects = {
        f"{ROOT}/Devices/1": wlan,
        f"{ROOT}/Devices/2": device("cdc-wdm0", 8, connection=f"{ROOT}/ActiveConnection/2", link_name="wwan0"),
        f"{ROOT}/Devices/3": device("eth0", 1, connection=f"{ROOT}/ActiveConnection/3"),
        f"{ROOT}/Devices/4": device("eth1", 1, connection=f"{ROOT}/ActiveConnection/4", link_name="ppp0"),
        f"{ROOT}/ActiveConnection/1": connection("Home (auto)", "802-11-wireless"),
        f"{ROOT}/ActiveConnection/2": connection("Operator", "gsm"),
        f"{ROOT}/ActiveConnection/3": connection("Wired", "802-3-ethernet"),
        f"{ROOT}/ActiveConnection/4": connection("DSL", "pppoe"),
        f"{ROOT}/AccessPoint/1": access_point(b"Home", rsn=0x400),
    }
    objects |= {f"{ROOT}/{path.replace('_', '/')}": value for path, value in changes.items()}
    devices = [path for path in objects if "/Devices/" in path]
    return objects | {ROOT: {"": {"Devices": Variant("ao", devices)}}}


def hint(kind: PathKind | None, network: str | None, security: Security | None = None) -> LinkHint:
    return LinkHint(source=KindSource.NETWORK_MANAGER, kind=kind, network=network, security=security)


LAPTOP_HINTS = {
    1: hint(PathKind.WIFI, "Home", Security.WPA3),
    2: hint(PathKind.LTE, "Operator"),
    3: hint(None, "Wired"),
    4: hint(PathKind.XDSL, "DSL"),
}


class Listening:
    """The source under test, with a way to wait for what it says."""

    def __init__(self, address: str) -> None:
        self._changed = asyncio.Event()
        self.source = NetworkManagerSource(self._changed.set, bus_address=address, retry_s=0.05)

    async def until(self, is_so: Callable[[], bool]) -> None:
        async with asyncio.timeout(10):
            while not is_so():
                try:
                    async with asyncio.timeout(0.05):
                        await self._changed.wait()
                except TimeoutError:
                    continue
                self._changed.clear()
                await asyncio.sleep(0)

    async def hints(self, expected: dict[int, LinkHint]) -> None:
        await self.until(lambda: self.source.hints(LINKS) == expected)


def play(address: str, scenario: Callable[[Listening], Awaitable[None]]) -> None:
    async def run() -> None:
        listening = Listening(address)
        try:
            await scenario(listening)
        finally:
            await listening.source.close()

    asyncio.run(run())


def test_every_device_tells_kind_network_and_security(private_bus: PrivateBus) -> None:
    async def scenario(listening: Listening) -> None:
        async with network_manager(private_bus, laptop()):
            await listening.hints(LAPTOP_HINTS)
            assert listening.source.missing is None

    play(private_bus.address, scenario)


@pytest.mark.parametrize(
    ("flags", "wpa", "rsn", "security"),
    [
        (0, 0, 0, Security.OPEN),
        (1, 0, 0, Security.WEP),
        (1, 0x100, 0, Security.WPA),
        (1, 0x100, 0x100, Security.WPA2),
        (1, 0, 0x500, Security.WPA2),
        (1, 0, 0x400, Security.WPA3),
        (1, 0, 0x200, Security.ENTERPRISE),
        (1, 0, 0x2000, Security.ENTERPRISE),
        (1, 0, 0x800, Security.OWE),
        (0, 0, 0x1000, Security.OPEN),
        (1, 0, 0x104, Security.WPA),
        (1, 0, 0x204, Security.WPA),
        (1, 0, 0x101, Security.WPA),
        (1, 0, 0x108, Security.WPA2),
        (1, 0, 0x10C, Security.WPA2),
        (1, 0, 0x408, Security.WPA3),
        (1, 0, 0x208, Security.ENTERPRISE),
        (1, 0x104, 0x108, Security.WPA2),
        (1, 0x104, 0x104, Security.WPA),
        (1, 0x204, 0, Security.WPA),
    ],
)
def test_an_access_points_flags_stand_for_a_security(
    private_bus: PrivateBus, flags: int, wpa: int, rsn: int, security: Security
) -> None:
    point = access_point(b"Home", flags=flags, wpa=wpa, rsn=rsn)

    async def scenario(listening: Listening) -> None:
        async with network_manager(private_bus, laptop(AccessPoint_1=point)):
            await listening.hints(LAPTOP_HINTS | {1: hint(PathKind.WIFI, "Home", security)})

    play(private_bus.address, scenario)


def test_another_network_is_followed(private_bus: PrivateBus) -> None:
    async def scenario(listening: Listening) -> None:
        async with network_manager(private_bus, laptop()) as fake:
            await listening.hints(LAPTOP_HINTS)
            fake.objects[f"{ROOT}/AccessPoint/2"] = access_point(b"Cafe", flags=0)
            value = Variant("o", f"{ROOT}/AccessPoint/2")
            fake.objects[f"{ROOT}/Devices/1"]["Device.Wireless"]["ActiveAccessPoint"] = value
            await fake.signal(f"{ROOT}/Devices/1", "Device.Wireless", {"ActiveAccessPoint": value})
            await listening.hints(LAPTOP_HINTS | {1: hint(PathKind.WIFI, "Cafe", Security.OPEN)})

    play(private_bus.address, scenario)


def test_an_ip_tunnel_is_left_to_the_kernel_since_most_encrypt_nothing(private_bus: PrivateBus) -> None:
    objects = laptop(Devices_3=device("eth0", 17, connection=f"{ROOT}/ActiveConnection/3"))

    async def scenario(listening: Listening) -> None:
        async with network_manager(private_bus, objects):
            await listening.hints(LAPTOP_HINTS | {3: hint(None, "Wired")})

    play(private_bus.address, scenario)


@pytest.mark.parametrize(("told", "expected"), [(0, None), (1, True), (2, False), (3, True), (4, None)])
def test_a_link_is_metered_where_somebody_has_said_so_and_not_where_it_is_guessed_not_to_be(
    private_bus: PrivateBus, told: int, expected: bool | None
) -> None:
    wired = device("eth0", 1, connection=f"{ROOT}/ActiveConnection/3")
    wired["Device"]["Metered"] = Variant("u", told)

    async def scenario(listening: Listening) -> None:
        async with network_manager(private_bus, laptop(Devices_3=wired)):
            await listening.until(lambda: 3 in listening.source.hints(LINKS))
            assert listening.source.hints(LINKS)[3].is_metered is expected

    play(private_bus.address, scenario)


UUID = "6c1b3f10-0000-4000-8000-00000000beef"
ENTERPRISE = {"eap": Variant("as", ["peap"]), "identity": Variant("s", "somebody")}
PRIVATE_CA = Variant("ay", b"file:///home/somebody/ca.pem\0")
PUBLIC_CA = Variant("ay", b"file:///etc/ssl/certs/ca-certificates.crt\0")
DOMAIN = Variant("s", "radius.example.org")


def profile(kind: str, **more: Variant) -> dict[str, dict[str, Variant]]:
    active = {"Id": Variant("s", "Home"), "Type": Variant("s", kind), "Uuid": Variant("s", UUID)}
    return {"Connection.Active": active | more}


def test_the_profile_that_is_active_is_named(private_bus: PrivateBus) -> None:
    async def scenario(listening: Listening) -> None:
        async with network_manager(private_bus, laptop(ActiveConnection_2=profile("gsm"))):
            expected = replace(hint(PathKind.LTE, "Home"), connection=UUID)
            await listening.hints(LAPTOP_HINTS | {2: expected})

    play(private_bus.address, scenario)


@pytest.mark.parametrize(("flags", "named"), [(0x0C, UUID), (0x8C, None)])
def test_a_profile_that_was_made_up_for_a_link_of_somebody_else_names_nothing(
    private_bus: PrivateBus, flags: int, named: str | None
) -> None:
    active = profile("gsm", StateFlags=Variant("u", flags))

    async def scenario(listening: Listening) -> None:
        async with network_manager(private_bus, laptop(ActiveConnection_2=active)):
            await listening.hints(LAPTOP_HINTS | {2: replace(hint(PathKind.LTE, "Home"), connection=named)})

    play(private_bus.address, scenario)


@pytest.mark.parametrize(
    ("login", "is_validated"),
    [
        ({}, False),
        ({"ca-cert": PRIVATE_CA}, True),
        ({"ca-cert": Variant("ay", b"\x30\x82\x03")}, True),
        ({"ca-cert": Variant("ay", b"pkcs11:object=ca\0")}, True),
        ({"ca-cert": Variant("ay", b"")}, False),
        ({"ca-cert": Variant("s", "/home/somebody/ca.pem")}, False),
        ({"ca-path": Variant("s", "/home/somebody/authorities")}, True),
        ({"ca-path": Variant("s", "")}, False),
        ({"ca-cert": PUBLIC_CA}, False),
        ({"ca-cert": PUBLIC_CA, "domain-suffix-match": DOMAIN}, True),
        ({"ca-path": Variant("s", "/etc/ssl/certs")}, False),
        ({"system-ca-certs": Variant("b", True)}, False),
        ({"system-ca-certs": Variant("b", True), "ca-cert": PRIVATE_CA}, False),
        ({"system-ca-certs": Variant("b", True), "domain-suffix-match": DOMAIN}, True),
        ({"system-ca-certs": Variant("b", True), "domain-match": DOMAIN}, True),
        ({"system-ca-certs": Variant("b", True), "domain-match": Variant("s", "")}, False),
        ({"system-ca-certs": Variant("b", True), "altsubject-matches": Variant("as", ["DNS:radius"])}, True),
        ({"system-ca-certs": Variant("b", True), "altsubject-matches": Variant("as", [])}, False),
        ({"system-ca-certs": Variant("b", False), "domain-match": DOMAIN}, False),
        ({"eap": Variant("as", ["ttls"]), "ca-cert": PRIVATE_CA}, True),
        ({"eap": Variant("as", ["tls"]), "ca-cert": PRIVATE_CA}, True),
        ({"eap": Variant("as", ["peap", "ttls"]), "ca-cert": PRIVATE_CA}, True),
        ({"eap": Variant("as", ["peap", "leap"]), "ca-cert": PRIVATE_CA}, False),
        ({"eap": Variant("as", ["pwd"]), "ca-cert": PRIVATE_CA}, False),
        ({"eap": Variant("as", []), "ca-cert": PRIVATE_CA}, False),
        ({"eap": Variant("s", "peap"), "ca-cert": PRIVATE_CA}, False),
    ],
)
def test_a_login_validates_a_certificate_or_not(
    private_bus: PrivateBus, login: dict[str, Variant], is_validated: bool
) -> None:
    objects = laptop(AccessPoint_1=access_point(b"Home", rsn=0x208))
    expected = replace(hint(PathKind.WIFI, "Home", Security.ENTERPRISE), validates_certificate=is_validated)

    async def scenario(listening: Listening) -> None:
        applied = {f"{ROOT}/Devices/1": {"802-1x": ENTERPRISE | login}}
        async with network_manager(private_bus, objects, applied=applied):
            await listening.hints(LAPTOP_HINTS | {1: expected})

    play(private_bus.address, scenario)


def test_without_settings_nobody_knows_of_the_certificate(private_bus: PrivateBus) -> None:
    expected = hint(PathKind.WIFI, "Home", Security.ENTERPRISE)
    assert expected.validates_certificate is None

    async def scenario(listening: Listening) -> None:
        async with network_manager(private_bus, laptop(AccessPoint_1=access_point(b"Home", rsn=0x208))):
            await listening.hints(LAPTOP_HINTS | {1: expected})

    play(private_bus.address, scenario)


@pytest.mark.parametrize(
    ("settings", "state", "has_login"),
    [
        ({"802-1x": ENTERPRISE}, 100, True),
        ({"802-1x": ENTERPRISE}, 60, False),
        ({"802-1x": ENTERPRISE | {"optional": Variant("b", True)}}, 100, False),
        ({"802-1x": ENTERPRISE | {"optional": Variant("b", False)}}, 100, True),
        ({"802-3-ethernet": {}}, 100, False),
        (None, 100, None),
    ],
)
def test_a_cable_has_let_this_machine_in_or_not(
    private_bus: PrivateBus, settings: dict[str, dict[str, Variant]] | None, state: int, has_login: bool | None
) -> None:
    card = device("eth0", 1, connection=f"{ROOT}/ActiveConnection/3")
    card["Device"]["State"] = Variant("u", state)
    applied = {f"{ROOT}/Devices/3": settings} if settings is not None else {}

    async def scenario(listening: Listening) -> None:
        async with network_manager(private_bus, laptop(Devices_3=card), applied=applied):
            await listening.hints(LAPTOP_HINTS | {3: replace(hint(None, "Wired"), has_login=has_login)})

    play(private_bus.address, scenario)


def test_a_login_is_followed_as_the_device_becomes_active(private_bus: PrivateBus) -> None:
    card = device("eth0", 1, connection=f"{ROOT}/ActiveConnection/3")
    card["Device"]["State"] = Variant("u", 60)
    applied: Applied = {f"{ROOT}/Devices/3": {"802-1x": dict(ENTERPRISE)}}

    async def scenario(listening: Listening) -> None:
        async with network_manager(private_bus, laptop(Devices_3=card), applied=applied) as fake:
            await listening.hints(LAPTOP_HINTS | {3: replace(hint(None, "Wired"), has_login=False)})
            card["Device"]["State"] = Variant("u", 100)
            await fake.signal(f"{ROOT}/Devices/3", "Device", {"State": Variant("u", 100)})
            await listening.hints(LAPTOP_HINTS | {3: replace(hint(None, "Wired"), has_login=True)})

    play(private_bus.address, scenario)


def test_signal_strengths_are_no_news(private_bus: PrivateBus) -> None:
    async def scenario(listening: Listening) -> None:
        async with network_manager(private_bus, laptop()) as fake:
            await listening.hints(LAPTOP_HINTS)
            questions = fake.questions
            for strength in range(20):
                await fake.signal(f"{ROOT}/AccessPoint/1", "AccessPoint", {"Strength": Variant("y", strength)})
            await asyncio.sleep(0.3)
            assert fake.questions == questions

    play(private_bus.address, scenario)


def test_a_service_that_appears_later_is_heard_and_one_that_goes_is_forgotten(private_bus: PrivateBus) -> None:
    async def scenario(listening: Listening) -> None:
        await listening.until(lambda: listening.source.missing == "NetworkManager does not run")
        for _ in range(2):
            async with network_manager(private_bus, laptop()):
                await listening.hints(LAPTOP_HINTS)
            await listening.hints({})
            await listening.until(lambda: listening.source.missing == "NetworkManager does not run")

    play(private_bus.address, scenario)


def test_a_service_that_did_not_answer_is_asked_again(private_bus: PrivateBus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(networkmanager, "_ANSWER_S", 0.3)
    asked: list[Message] = []

    def swallow(message: Message) -> bool | None:
        if message.message_type is not MessageType.METHOD_CALL or message.member != "GetAll":
            return None
        asked.append(message)
        return True

    async def scenario(listening: Listening) -> None:
        async with network_manager(private_bus, laptop()) as fake:
            await listening.hints(LAPTOP_HINTS)
            fake.deafen(swallow)
            await fake.signal(f"{ROOT}/Devices/1", "Device", {"State": Variant("u", 100)})
            await listening.until(lambda: listening.source.missing == "NetworkManager does not answer")
            assert asked
            fake.hear_again(swallow)
            await listening.hints(LAPTOP_HINTS)

    play(private_bus.address, scenario)


def test_as_long_as_the_service_is_starting_it_is_not_known_that_a_link_has_no_profile(
    private_bus: PrivateBus,
) -> None:
    objects = laptop(ActiveConnection_2=profile("gsm"))
    objects[ROOT][""]["Startup"] = Variant("b", True)

    async def scenario(listening: Listening) -> None:
        async with network_manager(private_bus, objects) as fake:
            modem = replace(hint(PathKind.LTE, "Home"), connection=UUID)
            await listening.hints({2: modem})
            objects[ROOT][""]["Startup"] = Variant("b", False)
            await fake.signal(ROOT, "", {"Startup": Variant("b", False)})
            await listening.hints(LAPTOP_HINTS | {2: modem})

    play(private_bus.address, scenario)


def test_a_bus_that_goes_and_comes_back_is_survived(private_bus: PrivateBus) -> None:
    async def scenario(listening: Listening) -> None:
        await listening.until(lambda: listening.source.missing == "NetworkManager does not run")
        private_bus.stop()
        await listening.until(lambda: "system bus" in (listening.source.missing or ""))
        private_bus.start()
        async with network_manager(private_bus, laptop()):
            await listening.hints(LAPTOP_HINTS)

    play(private_bus.address, scenario)


def test_without_a_bus_it_says_why_it_is_silent(tmp_path: Path) -> None:
    async def scenario(listening: Listening) -> None:
        await listening.until(lambda: "no system bus" in (listening.source.missing or ""))
        assert listening.source.hints(LINKS) == {}

    play(f"unix:path={tmp_path}/nobody", scenario)


GARBAGE: dict[str, Objects] = {
    "devices are no list": {ROOT: {"": {"Devices": Variant("s", "none")}}},
    "devices are missing": {ROOT: {"": {}}},
    "devices are numbers": {ROOT: {"": {"Devices": Variant("au", [1, 2])}}},
    "devices are elsewhere": {ROOT: {"": {"Devices": Variant("ao", ["/", "/elsewhere"])}}},
    "a device has gone": {ROOT: {"": {"Devices": Variant("ao", [f"{ROOT}/Devices/1"])}}},
    "a device without a name": laptop(
        Devices_1=device("", 2), Devices_2={"Device": {}}, Devices_3={}, Devices_4=device("x", 1)
    ),
    "a device with wrong types": laptop(
        Devices_1={"Device": {"Interface": Variant("u", 1), "DeviceType": Variant("s", "wifi")}},
        Devices_2={"Device": {"Interface": Variant("s", "wwan0"), "DeviceType": Variant("as", [])}},
        Devices_3=device("a", 1),
        Devices_4=device("b", 1),
    ),
}


@pytest.mark.parametrize("objects", GARBAGE.values(), ids=GARBAGE)
def test_garbage_is_no_hint(private_bus: PrivateBus, objects: Objects) -> None:
    async def scenario(listening: Listening) -> None:
        async with network_manager(private_bus, objects):
            await listening.until(lambda: listening.source.missing is None)
            assert listening.source.hints(LINKS) == {}

    play(private_bus.address, scenario)


def test_garbage_about_the_network_leaves_the_kind(private_bus: PrivateBus) -> None:
    point = {"AccessPoint": {"Ssid": Variant("s", "Home"), "Flags": Variant("s", "?"), "RsnFlags": Variant("d", 1.5)}}
    active = {"Connection.Active": {"Id": Variant("u", 5), "Type": Variant("ab", [True])}}

    async def scenario(listening: Listening) -> None:
        async with network_manager(private_bus, laptop(AccessPoint_1=point, ActiveConnection_1=active)):
            await listening.hints(LAPTOP_HINTS | {1: hint(PathKind.WIFI, None)})

    play(private_bus.address, scenario)


def test_answers_of_another_form_are_no_answers(private_bus: PrivateBus) -> None:
    def answer(message: Message) -> Message | None:
        if message.message_type is MessageType.METHOD_CALL:
            return Message.new_method_return(message, "s", ["hello"])
        return None

    async def scenario(listening: Listening) -> None:
        async with network_manager(private_bus, {}, answer):
            await listening.until(lambda: listening.source.missing == "NetworkManager does not run")

    play(private_bus.address, scenario)


def test_identification_asks_all_sources_and_names_those_that_are_missing(private_bus: PrivateBus) -> None:
    tunnel = Link(
        index=9,
        name=LinkName("tun0"),
        is_enabled=True,
        has_carrier=True,
        hardware_type=65534,
        driver_kind="tun",
        master_index=None,
    )

    async def scenario() -> dict[str, Any]:
        identification = LinuxIdentification(bus_address=private_bus.address)
        changes = identification.changes()
        try:
            async with network_manager(private_bus, laptop()):
                await asyncio.wait_for(anext(changes), 10)
                return await identification.hints([*LINKS, tunnel])
        finally:
            await identification.close()

    hints = asyncio.run(scenario())
    assert LAPTOP_HINTS[1] in hints["wlan0"]
    assert hints["tun0"] == (LinkHint(source=KindSource.KERNEL, kind=PathKind.VPN),)


def test_closing_the_identification_ends_its_changes(private_bus: PrivateBus) -> None:
    async def scenario() -> None:
        identification = LinuxIdentification(bus_address=private_bus.address)
        waiting = asyncio.ensure_future(anext(identification.changes(), "ended"))
        await asyncio.sleep(0)
        await identification.close()
        assert await asyncio.wait_for(waiting, 10) == "ended"

    asyncio.run(scenario())
