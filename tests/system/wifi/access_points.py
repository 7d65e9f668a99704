"""Access points on an emulated radio, in a network namespace of their own: one hostapd announces all networks."""

import subprocess
import time
from collections.abc import Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

NAMESPACE = "air"
PASSPHRASE = "correct horse battery"  # noqa: S105  # of networks that end with the tests
USER, PASSWORD = "somebody", "wrong donkey"
SERVER_NAME = "radius.example.org"
_START_LIMIT_S = 60.0

_RADIO = """interface={interface}
driver=nl80211
hw_mode=g
channel=1
ieee80211n=1
wmm_enabled=1
logger_syslog=0
logger_stdout=-1
"""
_WPA2 = f"wpa=2\nrsn_pairwise=CCMP\nwpa_passphrase={PASSPHRASE}\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """A network as its access point announces it, and how a station's profile asks for it."""

    name: str
    announced: str
    """Lines of hostapd's configuration."""
    number: int
    """Of its addresses."""
    profile: Sequence[str] = ()
    """Settings of NetworkManager's connection."""

    @property
    def gateway(self) -> str:
        """The access point."""
        return f"192.168.{self.number}.1"

    @property
    def address(self) -> str:
        """The station, with the length of the prefix."""
        return f"192.168.{self.number}.2/24"


_PASSPHRASE_PROFILE = ("wifi-sec.psk", PASSPHRASE, "wifi-sec.key-mgmt")
NETWORKS = (
    Network(name="Cafe", announced="", number=70),
    Network(
        name="Home",
        announced=f"{_WPA2}wpa_key_mgmt=WPA-PSK\n",
        number=71,
        profile=(*_PASSPHRASE_PROFILE, "wpa-psk"),
    ),
    Network(
        name="New Home",
        announced=f"{_WPA2}wpa_key_mgmt=SAE\nieee80211w=2\n",
        number=72,
        profile=(*_PASSPHRASE_PROFILE, "sae"),
    ),
    Network(
        name="Changing Home",
        announced=f"{_WPA2}wpa_key_mgmt=WPA-PSK SAE\nieee80211w=1\n",
        number=73,
        profile=(*_PASSPHRASE_PROFILE, "sae"),
    ),
    Network(
        name="Old Home",
        announced=f"wpa=1\nwpa_pairwise=TKIP\nwpa_passphrase={PASSPHRASE}\nwpa_key_mgmt=WPA-PSK\n",
        number=74,
        profile=(*_PASSPHRASE_PROFILE, "wpa-psk"),
    ),
    Network(
        name="Airport",
        announced="wpa=2\nrsn_pairwise=CCMP\nwpa_key_mgmt=OWE\nieee80211w=2\n",
        number=75,
        profile=("wifi-sec.key-mgmt", "owe"),
    ),
    Network(
        name="Office",
        announced="wpa=2\nrsn_pairwise=CCMP\nwpa_key_mgmt=WPA-EAP\nieee8021x=1\neap_server=1\neapol_version=2\n"
        "eap_user_file={directory}/users\nca_cert={directory}/authority.pem\n"
        "server_cert={directory}/server.pem\nprivate_key={directory}/server.key\n",
        number=76,
        profile=(
            *("wifi-sec.key-mgmt", "wpa-eap", "802-1x.eap", "peap", "802-1x.phase2-auth", "mschapv2"),
            *("802-1x.identity", USER, "802-1x.password", PASSWORD),
        ),
    ),
)
BY_NAME = {each.name: each for each in NETWORKS}


def run(command: Sequence[str | Path], *, limit_s: float = 120.0) -> str:
    """Run a program of the guest; what it says is in the error when it fails."""
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=limit_s)
    assert done.returncode == 0, f"{' '.join(map(str, command))}: {done.stdout}{done.stderr}"
    return done.stdout


def make_certificates(directory: Path) -> None:
    """Of the login server, by an authority that nobody else knows."""
    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "3650")
    authority, server = directory / "authority", directory / "server"
    run(
        [
            "openssl",
            "req",
            "-x509",
            *key,
            "-keyout",
            f"{authority}.key",
            "-out",
            f"{authority}.pem",
            "-subj",
            "/CN=Office",
        ]
    )
    name = ("-subj", f"/CN={SERVER_NAME}", "-addext", f"subjectAltName=DNS:{SERVER_NAME}")
    run(["openssl", "req", *key, "-keyout", f"{server}.key", "-out", f"{server}.csr", *name])
    signing = ("-CA", f"{authority}.pem", "-CAkey", f"{authority}.key", "-CAcreateserial", "-days", "3650")
    run(
        [
            "openssl",
            "x509",
            "-req",
            "-in",
            f"{server}.csr",
            "-copy_extensions",
            "copy",
            *signing,
            "-out",
            f"{server}.pem",
        ]
    )


@contextmanager
def on_the_air(directory: Path):
    """Two radios, of which NetworkManager gets one; the other one's networks are heard within the block."""
    run(["modprobe", "mac80211_hwsim", "radios=2"])
    try:
        station, other = _radios()
        run(["ip", "netns", "add", NAMESPACE])
        run(["iw", "phy", other.phy, "set", "netns", "name", NAMESPACE])
        make_certificates(directory)
        with _announced(directory, other.interface):
            yield station.interface
    finally:
        subprocess.run(["ip", "netns", "del", NAMESPACE], check=False)
        run(["modprobe", "-r", "mac80211_hwsim"])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Radio:
    phy: str
    interface: str


def _radios() -> Sequence[_Radio]:
    deadline = time.monotonic() + _START_LIMIT_S
    while len(found := sorted(Path("/sys/class/ieee80211").iterdir())) < 2 and time.monotonic() < deadline:
        time.sleep(0.1)
    return [_Radio(phy=each.name, interface=next((each / "device/net").iterdir()).name) for each in found]


@contextmanager
def _announced(directory: Path, interface: str):
    configuration, log = directory / "hostapd.conf", directory / "hostapd.log"
    (directory / "users").write_text(f'* PEAP\n"{USER}" MSCHAPV2 "{PASSWORD}" [2]\n')
    parts = []
    for number, network in enumerate(NETWORKS):
        begin = _RADIO.format(interface=interface) if number == 0 else f"bss=ap{number}\n"
        announced = network.announced.format(directory=directory)
        parts.append(f"{begin}ssid={network.name}\n{announced}")
    configuration.write_text("\n".join(parts))
    command = ["ip", "netns", "exec", NAMESPACE, "hostapd", configuration]
    with log.open("wb") as output, subprocess.Popen(command, stdout=output, stderr=output) as hostapd:
        try:
            _wait_for(log, "AP-ENABLED", hostapd)
            for number, network in enumerate(NETWORKS):
                name = interface if number == 0 else f"ap{number}"
                run(["ip", "-n", NAMESPACE, "address", "add", f"{network.gateway}/24", "dev", name])
            yield
        finally:
            hostapd.terminate()


def _wait_for(log: Path, words: str, program: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _START_LIMIT_S
    while words not in log.read_text():
        assert program.poll() is None, log.read_text()
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.1)
