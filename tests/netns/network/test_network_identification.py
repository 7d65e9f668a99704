"""Identification in a namespace whose /sys is another's."""

import asyncio
import socket
from pathlib import Path
from typing import Any

import pytest

from mpmanager.linux.device_kind import driver_name
from mpmanager.linux.identification import LinuxIdentification
from mpmanager.linux.network import LinuxNetworkObserver
from mpmanager.model.network import Link, LinkHint, LinkHints
from mpmanager.model.path import KindSource, PathKind

pytestmark = pytest.mark.netns


async def links_here() -> tuple[Link, ...]:
    observer = LinuxNetworkObserver()
    try:
        return (await observer.observe()).links
    finally:
        await observer.close()


def identify(bus: Path) -> tuple[LinkHints, dict[str, str]]:
    async def ask() -> tuple[LinkHints, dict[str, str]]:
        identification = LinuxIdentification(bus_address=f"unix:path={bus}")
        try:
            return await identification.hints(await links_here()), dict(identification.missing)
        finally:
            await identification.close()

    return asyncio.run(ask())


def test_the_kernels_classes_are_known(world: Any, tmp_path: Path) -> None:
    world.link("wifi0", 1)
    world.run("ip tuntap add tun0 mode tun")
    world.run("ip tuntap add tap0 mode tap")
    hints, _ = identify(tmp_path / "nobody")
    assert {name: each for name, (each,) in hints.items()} == {
        "wifi0": LinkHint(source=KindSource.KERNEL, kind=PathKind.ETHERNET),
        "tun0": LinkHint(source=KindSource.KERNEL, kind=PathKind.VPN),
        "tap0": LinkHint(source=KindSource.KERNEL, kind=PathKind.VPN),
    }


def test_sources_that_are_not_there_are_named(world: Any, tmp_path: Path) -> None:
    _, missing = identify(tmp_path / "nobody")
    assert "NetworkManager" in missing
    assert all(missing.values())


def test_a_link_is_not_taken_for_one_of_its_name_in_another_namespace(world: Any) -> None:
    """The test keeps the /sys and the names of the namespace it was started in."""
    names = [path.name for path in Path("/sys/class/net").iterdir() if path.name != "lo"] or ["eth0"]
    world.run(f"ip tuntap add {names[0]} mode tun")
    (link,) = asyncio.run(links_here())
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as any_socket:
        assert driver_name(any_socket, link) == "tun"


def test_a_link_that_has_gone_has_no_driver(world: Any) -> None:
    world.run("ip tuntap add tun0 mode tun")
    (link,) = asyncio.run(links_here())
    world.run("ip link del tun0")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as any_socket:
        assert driver_name(any_socket, link) is None
